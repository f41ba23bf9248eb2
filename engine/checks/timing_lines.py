"""Timing lines that contradict each other, say nothing usable, or come too late."""

from __future__ import annotations

import math
from itertools import groupby, takewhile
from typing import TYPE_CHECKING

from engine.beatmap.objects import Mode
from engine.beatmap.timestamps import format_timestamp
from engine.checks.check import Category, Check, Finding, Severity, Song
from engine.checks.thresholds import (
    BEAT_LENGTH_MAX_MS,
    BEAT_LENGTH_MIN_MS,
    BPM_UNUSUAL_ABOVE,
    BPM_UNUSUAL_BELOW,
    LINE_VOLUME_MAX_PERCENT,
    LINE_VOLUME_MIN_PERCENT,
    SCROLL_MIN,
    SELECTED_OBJECTS,
    UNSNAPPED_MS,
    VELOCITY_MAX,
    VELOCITY_MIN,
)
from engine.checks.wording import counted, number, strength

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.timing import TimingPoint

_FIRST = "first-timing-line"
_CONFLICT = "conflicting-lines"
_VALUES = "timing-line-values"


def find_first_line(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    timing = beatmap.timing
    if not timing.red:
        yield Finding(
            check_id=_FIRST,
            variant="no-red-line",
            severity=Severity.PROBLEM,
            message=(
                "There is no red line, so the difficulty has no BPM and no offset. Set the timing first."
            ),
            strength=1.0,
        )
        return
    red = timing.red[0]
    yield from _green_before(timing.points, red)
    if red.kiai:
        yield Finding(
            check_id=_FIRST,
            variant="kiai",
            severity=Severity.PROBLEM,
            message=(
                "The first red line switches kiai on, so it flashes before any object. Use a green line at "
                "the same time instead."
            ),
            time_ms=red.time_ms,
            strength=0.5,
        )
    yield from _objects_before(beatmap, red)


def _green_before(points: tuple[TimingPoint, ...], red: TimingPoint) -> Iterator[Finding]:
    early = [point for point in points if point.time_ms < red.time_ms]
    if not early:
        return
    yield Finding(
        check_id=_FIRST,
        variant="green-first",
        severity=Severity.PROBLEM,
        message=(
            f"{counted(len(early), 'green line comes', 'green lines come')} before the first red line at "
            f"{format_timestamp(red.time_ms)} and cannot work. Move the red line back by whole measures."
        ),
        time_ms=early[0].time_ms,
        end_ms=red.time_ms,
        strength=0.8,
    )


def _objects_before(beatmap: Beatmap, red: TimingPoint) -> Iterator[Finding]:
    # Less than this is rounding, and means an object on the line.
    limit_ms = red.time_ms - UNSNAPPED_MS.value
    early = [index for index, _ in enumerate(takewhile(lambda obj: obj.time_ms <= limit_ms, beatmap.objects))]
    if not early:
        return
    yield Finding(
        check_id=_FIRST,
        variant="objects-first",
        severity=Severity.MINOR,
        message=(
            f"{counted(len(early), 'object comes', 'objects come')} before the first red line at "
            f"{format_timestamp(red.time_ms)}. Move the red line back by whole measures."
        ),
        time_ms=beatmap.objects[early[0]].time_ms,
        end_ms=red.time_ms,
        objects=tuple(early[: int(SELECTED_OBJECTS.value)]),
        strength=strength(len(early), harmless=0, worst=10),
    )


def find_conflicts(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    for _, group in groupby(beatmap.timing.points, key=lambda point: point.time_ms):
        lines = tuple(group)
        if len(lines) > 1:
            yield from _conflicts_at(lines)


def _conflicts_at(lines: tuple[TimingPoint, ...]) -> Iterator[Finding]:
    red = [line for line in lines if line.uninherited]
    green = [line for line in lines if not line.uninherited]
    if len(red) > 1:
        yield _same_time("red", red)
    if len(green) > 1:
        yield _same_time("green", green)


def _same_time(colour: str, lines: list[TimingPoint]) -> Finding:
    differing = next(_differing(lines), "")
    reason = f" with different {differing}: only one of them can count" if differing else ""
    return Finding(
        check_id=_CONFLICT,
        variant=f"{colour}-lines",
        severity=Severity.PROBLEM,
        message=f"{len(lines)} {colour} lines at the same time{reason}. Keep one.",
        time_ms=lines[0].time_ms,
        strength=1.0 if differing else 0.3,
    )


def _differing(lines: list[TimingPoint]) -> Iterator[str]:
    """What the lines disagree about, the gravest first."""
    speeds = sorted({line.bpm if line.uninherited else line.velocity for line in lines})
    if len(speeds) > 1:
        what, unit = ("BPM", "") if lines[0].uninherited else ("velocity", "x")
        yield f"{what} ({', '.join(f'{number(speed)}{unit}' for speed in speeds)})"
    if len({line.meter for line in lines if line.uninherited}) > 1:
        yield "time signatures"
    if len({line.volume_percent for line in lines}) > 1:
        yield "volume"
    if len({(line.sample_set, line.sample_index) for line in lines}) > 1:
        yield "samples"
    if len({line.kiai for line in lines}) > 1:
        yield "kiai"


def find_bad_values(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    slowest = SCROLL_MIN.value if beatmap.mode in {Mode.TAIKO, Mode.MANIA} else VELOCITY_MIN.value
    for line in beatmap.timing.points:
        if line.uninherited:
            yield from _bad_beat(line)
        else:
            yield from _bad_velocity(line, slowest)
        yield from _bad_volume(line)


def _bad_beat(line: TimingPoint) -> Iterator[Finding]:
    beat_ms = line.beat_length_ms
    if not BEAT_LENGTH_MIN_MS.value <= beat_ms <= BEAT_LENGTH_MAX_MS.value:
        yield _value(
            line,
            "beat-length",
            Severity.PROBLEM,
            f"This red line's beat lasts {beat_ms:g} ms: the game takes "
            f"{number(BEAT_LENGTH_MIN_MS.value)} to {BEAT_LENGTH_MAX_MS.value:,.0f} ms.",
            strength=1.0,
        )
    elif not BPM_UNUSUAL_BELOW.value <= line.bpm <= BPM_UNUSUAL_ABOVE.value:
        yield _value(
            line,
            "bpm",
            Severity.WARNING,
            f"This red line says {_bpm(line)} BPM: music is seldom below {number(BPM_UNUSUAL_BELOW.value)} "
            f"or above {BPM_UNUSUAL_ABOVE.value:,.0f} BPM.",
            strength=0.5,
        )


def _bad_velocity(line: TimingPoint, slowest: float) -> Iterator[Finding]:
    beat_ms = line.beat_length_ms
    if math.isnan(beat_ms):
        yield _value(
            line,
            "velocity-not-a-number",
            Severity.WARNING,
            "This green line's velocity is not a number: sliders move at 1x and lose their ticks.",
            strength=1.0,
        )
    elif beat_ms >= 0:
        yield _value(
            line,
            "velocity-positive",
            Severity.MINOR,
            f"This green line says {beat_ms:g} where velocity is a negative number: the game takes it as 1x.",
            strength=0.3,
        )
    elif not slowest <= round(-100 / beat_ms, 6) <= VELOCITY_MAX.value:
        taken = slowest if -100 / beat_ms < slowest else VELOCITY_MAX.value
        yield _value(
            line,
            "velocity-range",
            Severity.WARNING,
            f"This green line asks for {-100 / beat_ms:.4g}x; the game stops at {number(taken)}x.",
            strength=0.5,
        )


def _bad_volume(line: TimingPoint) -> Iterator[Finding]:
    volume, least, most = line.volume_percent, LINE_VOLUME_MIN_PERCENT.value, LINE_VOLUME_MAX_PERCENT.value
    if not least <= volume <= most:
        yield _value(
            line,
            "volume",
            Severity.PROBLEM,
            f"This line's volume is {number(volume)} %: the editor of osu! stable sets {number(least)} to "
            f"{number(most)} %.",
            strength=0.3,
        )


def _value(line: TimingPoint, variant: str, severity: Severity, message: str, *, strength: float) -> Finding:
    return Finding(
        check_id=_VALUES,
        variant=variant,
        severity=severity,
        message=message,
        time_ms=line.time_ms,
        strength=strength,
    )


def _bpm(line: TimingPoint) -> str:
    return number(line.bpm)


CHECKS = (
    Check(
        id=_FIRST,
        category=Category.TIMING,
        title="First timing line",
        purpose="Sees that the map begins with a red line without kiai, and that nothing comes before it.",
        reasoning=(
            "Everything takes its tempo from the red line before it. The ranking criteria forbid a green "
            "line before the first red one, because it has nothing to inherit and does not work. They "
            "also forbid kiai on the first red line, because it flashes before any object: use a green "
            "line at the same time. Objects before the first red line are minor: moving the line back by "
            "whole measures changes nothing else."
        ),
        severities=(Severity.PROBLEM, Severity.MINOR),
        find=find_first_line,
    ),
    Check(
        id=_CONFLICT,
        category=Category.TIMING,
        title="Lines in conflict",
        purpose="Finds several red or several green lines at the same time.",
        reasoning=(
            "Only one of them can count, and which one depends on the order in which they are read: the "
            "editor may show one BPM, velocity or volume, and the game use another. The ranking criteria "
            "forbid two red or two green lines at the same time. A red and a green one together are fine: "
            "the red line sets the tempo, the green one everything else."
        ),
        severities=(Severity.PROBLEM,),
        find=find_conflicts,
    ),
    Check(
        id=_VALUES,
        category=Category.TIMING,
        title="Impossible line values",
        purpose="Finds BPM, velocity and volume that the game or its editor cannot use as they are written.",
        reasoning=(
            "The game cuts off what is out of range without a word, so the map does not play as the file "
            "reads: a beat below 6 ms, or a velocity above 10x. A volume below 5 % or above 100 % cannot "
            "be set in the editor of osu! stable. Such values come from tools, from editing by hand, or "
            "from a typing error in the BPM."
        ),
        severities=(Severity.PROBLEM, Severity.WARNING, Severity.MINOR),
        find=find_bad_values,
    ),
)
