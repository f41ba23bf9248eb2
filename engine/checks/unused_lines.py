"""Timing lines that could go and nobody would see or hear it."""

from __future__ import annotations

import math
from bisect import bisect_left
from itertools import accumulate, groupby
from typing import TYPE_CHECKING

from engine.beatmap.objects import Mode, Slider
from engine.checks.check import Category, Check, Finding, Severity, Song
from engine.checks.thresholds import (
    BPM_SAME_WITHIN,
    DOWNBEAT_SAME_WITHIN_MS,
    NIGHTCORE_MEASURES,
    SAMPLE_LOOKAHEAD_MS,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.timing import TimingPoint

_UNUSED = "unused-lines"


class _Objects:
    """When objects sound and when sliders start, for "does anything lie in this section?" in O(log n)."""

    def __init__(self, beatmap: Beatmap) -> None:
        self._scrolls = beatmap.mode in {Mode.TAIKO, Mode.MANIA}
        self._starts_ms = [obj.time_ms for obj in beatmap.objects]
        # Ends that no earlier object outlasts: rising, so they can be searched.
        self._reached_ms = list(accumulate((beatmap.end_ms(obj) for obj in beatmap.objects), max))
        self._sliders_ms = [obj.time_ms for obj in beatmap.objects if isinstance(obj, Slider)]

    def sound_within(self, start_ms: float, end_ms: float) -> bool:
        start_ms -= SAMPLE_LOOKAHEAD_MS.value
        started = bisect_left(self._starts_ms, end_ms)
        return started > 0 and self._reached_ms[started - 1] >= start_ms

    def feel_velocity_within(self, start_ms: float, end_ms: float) -> bool:
        if self._scrolls:
            return True
        return bisect_left(self._sliders_ms, start_ms) < bisect_left(self._sliders_ms, end_ms)


class _Ruling:
    """All that may rule before a line, as each of those called unused since may be deleted or stay: whichever
    of them somebody deletes must do no harm.
    """

    def __init__(self, line: TimingPoint) -> None:
        self.velocities, self.samples, self.kiais = {_velocity(line)}, {_samples(line)}, {line.kiai}

    def may_be(self, line: TimingPoint) -> None:
        self.velocities.add(_velocity(line))
        self.samples.add(_samples(line))

    def is_surely(self, line: TimingPoint) -> bool:
        return not (
            self.differs_in_velocity(line) or self.differs_in_samples(line) or self.kiais != {line.kiai}
        )

    def differs_in_velocity(self, line: TimingPoint) -> bool:
        return self.velocities != {_velocity(line)}

    def differs_in_samples(self, line: TimingPoint) -> bool:
        return self.samples != {_samples(line)}


def find_unused(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    objects = _Objects(beatmap)
    groups = [tuple(group) for _, group in groupby(beatmap.timing.points, key=lambda line: line.time_ms)]
    last_red: TimingPoint | None = None
    ruling: _Ruling | None = None
    for number, lines in enumerate(groups):
        red = next((line for line in reversed(lines) if line.uninherited), None)
        green = next((line for line in reversed(lines) if not line.uninherited), None)
        if red and last_red and ruling:
            yield from _unused_red(red, last_red, None if green else ruling)
        ruling = _Ruling(red) if red else ruling
        last_red = red or last_red
        if green and ruling:
            until_ms = groups[number + 1][0].time_ms if number + 1 < len(groups) else math.inf
            unused = _unused_green(green, ruling, until_ms, objects)
            if unused:
                yield unused
                ruling.may_be(green)
            else:
                ruling = _Ruling(green)


def _unused_green(line: TimingPoint, ruling: _Ruling, until_ms: float, objects: _Objects) -> Finding | None:
    if ruling.is_surely(line):
        message = "This green line changes nothing: velocity, volume, samples and kiai are as before."
        return _unused(line, "green-same", Severity.MINOR, message, 0.3)
    velocity, samples = ruling.differs_in_velocity(line), ruling.differs_in_samples(line)
    if (
        ruling.kiais != {line.kiai}
        or (velocity and objects.feel_velocity_within(line.time_ms, until_ms))
        or (samples and objects.sound_within(line.time_ms, until_ms))
    ):
        return None
    changed = " and ".join(["velocity"] * velocity + ["volume or samples"] * samples)
    message = f"This green line changes the {changed}, but no object before the next line uses that."
    return _unused(line, "green-reaches-nothing", Severity.MINOR, message, 0.1)


def _velocity(line: TimingPoint) -> float:
    """Not clamped: taiko and mania scroll more slowly than a slider may move. NaN differs from all: it
    switches ticks off.
    """
    return 1.0 if line.uninherited or line.beat_length_ms >= 0 else -100 / line.beat_length_ms


def _samples(line: TimingPoint) -> tuple[int, int, float]:
    return (line.sample_set, line.sample_index, line.volume_percent)


def _unused_red(line: TimingPoint, last_red: TimingPoint, ruling: _Ruling | None) -> Iterator[Finding]:
    """`ruling`: None where a green line at this one's side says all that a green line can."""
    same_beat = abs(line.bpm - last_red.bpm) <= BPM_SAME_WITHIN.value and line.meter == last_red.meter
    if not same_beat or line.omit_barline or last_red.omit_barline or not _aligned(line, last_red, 1):
        return
    if not _aligned(line, last_red, int(NIGHTCORE_MEASURES.value)):
        message = (
            "This red line keeps BPM and downbeats: it only restarts the four measures of the Nightcore mod."
        )
        yield _unused(line, "red-nightcore", Severity.MINOR, message, 0.5)
    elif ruling and not ruling.is_surely(line):
        message = "This red line keeps BPM and downbeats: make it a green line, which can change the rest."
        yield _unused(line, "red-could-be-green", Severity.PROBLEM, message, 0.2)
    else:
        message = "This red line changes nothing: BPM, time signature and downbeats are as before."
        yield _unused(line, "red-same", Severity.PROBLEM, message, 0.4)


def _aligned(line: TimingPoint, last_red: TimingPoint, measures: int) -> bool:
    period_ms = last_red.beat_length_ms * last_red.meter * measures
    if not period_ms > 0:
        return False
    offset_ms = (line.time_ms - last_red.time_ms) % period_ms
    return min(offset_ms, period_ms - offset_ms) <= DOWNBEAT_SAME_WITHIN_MS.value


def _unused(line: TimingPoint, variant: str, severity: Severity, message: str, strength: float) -> Finding:
    return Finding(
        check_id=_UNUSED,
        variant=variant,
        severity=severity,
        message=message,
        time_ms=line.time_ms,
        strength=strength,
    )


CHECKS = (
    Check(
        id=_UNUSED,
        category=Category.TIMING,
        title="Unused lines",
        purpose="Finds red lines that keep BPM and downbeats, and green lines that change nothing.",
        reasoning=(
            "A red line restarts the count of beats: it affects the pulse of the main menu and the "
            "Nightcore mod, and its rounding to whole milliseconds may shift all beats after it. The "
            "ranking criteria want red lines only where timing needs them, or to align Nightcore, which "
            "is therefore minor. A green line without effect does no harm, but it hides the lines that do "
            "something. The green lines listed here can all be deleted."
        ),
        severities=(Severity.PROBLEM, Severity.MINOR),
        find=find_unused,
    ),
)
