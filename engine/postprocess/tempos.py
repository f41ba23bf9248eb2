"""What red lines mean for all that is built on them: where they begin, how long they rule, what they end."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from typing import Final

from engine.beatmap.objects import SampleSet
from engine.beatmap.timing import Timing, TimingPoint
from engine.postprocess.rulings import SAME_LINE_MS

NOMINAL_BEAT_MS: Final = 500.0
"""Of a song in which no beat was heard: 120 beats a minute."""


def with_a_tempo(timing: Timing) -> Timing:
    """Of a song in which no beat was heard: a nominal one."""
    if timing.red:
        return timing
    red = TimingPoint(0, 0.0, NOMINAL_BEAT_MS, 4, SampleSet.SOFT, 0, 100, True, False, False)
    return Timing((red, *timing.points))


def begun_before(timing: Timing, time_ms: int) -> Timing:
    """With the first red line early enough for what is said first: whole measures earlier, so that no beat
    moves.
    """
    first = timing.red[0]
    early_ms = first.time_ms - time_ms
    if early_ms <= SAME_LINE_MS:
        return timing
    measure_ms = first.beat_ms * max(1, first.meter)
    moved = replace(first, time_ms=first.time_ms - math.ceil(early_ms / measure_ms) * measure_ms)
    return Timing((moved, *(point for point in timing.points if point is not first)))


def longest_beat_ms(timing: Timing, last_ms: float) -> float:
    """The beat that rules longest up to a time; the song before the first red line is the first one's."""
    ruled_ms: dict[float, float] = {}
    for number, tempo in enumerate(timing.tempos):
        start_ms = tempo.start_ms if number else min(0.0, tempo.start_ms)
        lasts_ms = max(0.0, min(tempo.until_ms, last_ms) - start_ms)
        ruled_ms[tempo.beat_ms] = ruled_ms.get(tempo.beat_ms, 0.0) + lasts_ms
    # Of equals the last, which is where the models' own program begins to count.
    return max(reversed(ruled_ms), key=lambda beat_ms: ruled_ms[beat_ms], default=NOMINAL_BEAT_MS)


@dataclass(slots=True)
class Velocities:
    """Which velocity rules at a time, of those put so far in order of time; a red line takes it back to 1."""

    timing: Timing
    before: float
    _put: list[tuple[int, float]] = field(default_factory=list)

    def put(self, time_ms: int, velocity: float) -> None:
        self._put.append((time_ms, velocity))

    def at(self, time_ms: int) -> float:
        index = bisect_right(self._put, time_ms, key=lambda put: put[0]) - 1
        put_ms, velocity = self._put[index] if index >= 0 else (-math.inf, self.before)
        red = self.timing.red_at(time_ms)
        return 1.0 if red and put_ms < red.time_ms <= time_ms else velocity
