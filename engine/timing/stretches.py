"""Where a song changes its tempo: as few steady stretches as tell its beats as well as they were heard.

Each stretch is a straight line through its beats. More of them always fit better, so each one more has a
price, and one that does not begin with a measure a higher one; the cheapest cut of all is found exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from engine.timing.tempo import rounder_beats_ms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.timing.tempo import Floats

LEAST_NOISE_MS: Final = 1.0
"""Nobody hears less, and red lines stand on whole milliseconds."""
PARAMETERS: Final = 4
"""Of a stretch: when it begins and its tempo, and twice where, since the best place of all was looked for.
Each costs the logarithm of how many beats there are, as in Schwarz's criterion.
"""
OFF_MEASURE_COST: Final = 20.0
"""On top, in squares of the noise: what a musician does within a measure is not worth a line."""


BY_CHANCE: Final = 6.0
"""In squares of the noise."""
UNHEARD_MS: Final = 0.5
AUDIBLE_MS: Final = 1.5
"""A beat that is off by no more needs no line of its own: the editor's lines are a millisecond apart."""
SINGLE: Final = 1e-9
"""How far places are spread at most where a single beat was heard, or none."""


@dataclass(frozen=True, slots=True)
class Stretch:
    first: int
    end: int
    """One past its last beat."""
    start_ms: float
    """Of its first beat, by its tempo."""
    beat_ms: float

    def time_ms(self, beat: int) -> float:
        return self.start_ms + (beat - self.first) * self.beat_ms


def stretches(
    times_ms: Floats,
    weights: Floats,
    noise_ms: float,
    measures: NDArray[np.bool_],
    must_begin: NDArray[np.bool_],
) -> tuple[Stretch, ...]:
    """Of beats one after another. `weights`: how much each is to be believed, 0 where it was not heard."""
    count = len(times_ms)
    if not count:
        return ()
    sums = _Sums(times_ms, weights / max(noise_ms, LEAST_NOISE_MS) ** 2)
    prices = PARAMETERS * np.log(count + 1) + np.where(measures | must_begin, 0.0, OFF_MEASURE_COST)
    best, before = np.zeros(count + 1), np.zeros(count + 1, np.int64)
    since = 0
    for end in range(1, count + 1):
        # What must begin a stretch is in none that began before it.
        since = end - 1 if must_begin[end - 1] else since
        firsts = np.arange(since, end)
        costs = best[firsts] + prices[firsts] + sums.losses(firsts, end)
        chosen = int(costs.argmin())
        best[end], before[end] = costs[chosen], firsts[chosen]
    return tuple(_joined(_walked_back(before, sums)[::-1], sums, must_begin))


def _joined(found: list[Stretch], sums: _Sums, must_begin: NDArray[np.bool_]) -> list[Stretch]:
    """Neighbours that one line tells as well, to the ear, are one."""
    whole: list[Stretch] = []
    parts: list[Stretch] = []
    for stretch in found:
        first = whole[-1].first if whole else 0
        both = Stretch(first, stretch.end, *sums.line(first, stretch.end))
        if whole and not must_begin[stretch.first] and _tells(both, [*parts, stretch]):
            whole[-1] = both
            parts.append(stretch)
        else:
            whole.append(stretch)
            parts = [stretch]
    return whole


def _tells(line: Stretch, parts: list[Stretch]) -> bool:
    ends = ((part, beat) for part in parts for beat in (part.first, part.end - 1))
    return all(abs(line.time_ms(beat) - part.time_ms(beat)) <= AUDIBLE_MS for part, beat in ends)


def _walked_back(before: NDArray[np.int64], sums: _Sums) -> list[Stretch]:
    found: list[Stretch] = []
    end = len(before) - 1
    while end:
        first = int(before[end])
        found.append(Stretch(first, end, *sums.line(first, end)))
        end = first
    return found


class _Sums:
    """Of what a line's fit is made of, up to each beat: then any stretch costs a few subtractions."""

    def __init__(self, times_ms: Floats, weights: Floats) -> None:
        places = np.arange(len(times_ms), dtype=np.float64)
        # Off the song's mean tempo, so that small differences are not taken of huge sums.
        many = len(times_ms) > 1
        beat_ms, start_ms = np.polyfit(places, times_ms, 1).tolist() if many else (0.0, float(times_ms[0]))
        self._beat_ms: float = beat_ms
        self._start_ms: float = start_ms
        off_ms = times_ms - (self._start_ms + self._beat_ms * places)
        self._times_ms = times_ms
        powers = (np.ones(len(places)), places, off_ms, places**2, places * off_ms, off_ms**2)
        columns = [weights * power for power in powers]
        self._sums = np.concatenate((np.zeros((1, 6)), np.cumsum(np.stack(columns, axis=1), axis=0)))

    def losses(self, firsts: NDArray[np.int64], end: int) -> Floats:
        """What is left of the squares when a line goes through the beats from each of these to the end."""
        w, x, y, xx, xy, yy = (self._sums[end] - self._sums[firsts]).T
        w = np.maximum(w, 1e-12)
        spread, shared = xx - x * x / w, xy - x * y / w
        explained = np.where(spread > SINGLE, shared**2 / np.maximum(spread, SINGLE), 0.0)
        left: Floats = np.maximum(yy - y * y / w - explained, 0.0)
        return left

    def line(self, first: int, end: int) -> tuple[float, float]:
        """When its first beat is, and how long one lasts: the roundest tempo that the beats allow."""
        w, x, y, xx, xy, _ = self._sums[end] - self._sums[first]
        spread = xx - x * x / max(w, 1e-12)
        if spread <= SINGLE:
            after = min(first + 1, len(self._times_ms) - 1)
            beat_ms = self._times_ms[after] - self._times_ms[after - 1] if after else self._beat_ms
            return float(self._times_ms[first]), float(beat_ms)
        exact_ms = (xy - x * y / w) / spread + self._beat_ms
        # So far off the exact tempo the sum of squares grows by no more than chance does, or no ear hears it.
        allowed_ms = max(np.sqrt(BY_CHANCE / spread), 2 * UNHEARD_MS / (end - first))
        rounder = (beat_ms for beat_ms in rounder_beats_ms(exact_ms) if abs(beat_ms - exact_ms) <= allowed_ms)
        beat_ms = next(rounder, exact_ms)
        start_ms = (y - (beat_ms - self._beat_ms) * x) / w + self._start_ms + beat_ms * first
        return float(start_ms), float(beat_ms)
