"""Objects off the beat grid, and objects a hair before the line that was meant for them."""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import TYPE_CHECKING

from engine.beatmap.objects import Circle, Mode, Slider, Spinner
from engine.beatmap.snap import is_snapped, snap
from engine.beatmap.timestamps import format_timestamp
from engine.checks.check import Category, Check, Finding, Severity, Song
from engine.checks.thresholds import (
    MEANT_FOR_LINE_MS,
    REVERSES_SNAPPED,
    REVERSES_SNAPPED_A_MAP,
    SAME_ERROR_MS,
    SPEED_STEP,
    UNSNAPPED_EXTREME_MS,
    UNSNAPPED_MS,
)
from engine.checks.wording import name, number, strength

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.objects import HitObject
    from engine.beatmap.snap import Snap
    from engine.beatmap.timing import Timing

_UNSNAPPED = "unsnapped-objects"
_BEFORE_LINE = "just-before-line"


def off_grid(timing: Timing, time_ms: float) -> Snap | None:
    """The nearest tick, where it is too far away to be rounding; None: on the grid, or there is none."""
    if not math.isfinite(time_ms) or is_snapped(timing, time_ms):
        return None
    nearest = snap(timing, time_ms)
    return nearest if nearest and abs(nearest.unsnap_ms) >= UNSNAPPED_MS.value else None


def find_unsnapped(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    head, head_ms = None, math.nan
    reverses = _reverses_each(beatmap)
    for index, obj in enumerate(beatmap.objects):
        if obj.time_ms != head_ms:  # the notes of a chord share one answer
            head, head_ms = off_grid(beatmap.timing, obj.time_ms), obj.time_ms
        if head:
            verb = "is" if isinstance(obj, Circle) else "starts"
            yield _unsnapped(beatmap, index, "head", verb, head, obj.time_ms)
        if not isinstance(obj, Circle):
            yield from _unsnapped_ends(beatmap, index, obj, head, reverses)


def _reverses_each(beatmap: Beatmap) -> int:
    """How many reverses of a slider are looked at: fewer of each where a map consists of buzzing sliders."""
    turning = sum(isinstance(obj, Slider) and obj.span_count > 1 for obj in beatmap.objects)
    share = int(REVERSES_SNAPPED_A_MAP.value) // max(1, turning)
    return max(1, min(int(REVERSES_SNAPPED.value), share))


def _unsnapped_ends(
    beatmap: Beatmap, index: int, obj: HitObject, head: Snap | None, reverses: int
) -> Iterator[Finding]:
    for variant, verb, times_ms in _ends(beatmap, obj, reverses):
        for time_ms in times_ms:
            end = off_grid(beatmap.timing, time_ms)
            if end and not (head and abs(end.unsnap_ms - head.unsnap_ms) < SAME_ERROR_MS.value):
                yield _unsnapped(beatmap, index, variant, verb, end, time_ms)
                break


def _ends(
    beatmap: Beatmap, obj: HitObject, most_reverses: int
) -> Iterator[tuple[str, str, tuple[float, ...]]]:
    """(variant, verb, times): of the times of one variant the first that is off is reported."""
    if isinstance(obj, Slider):
        shape = beatmap.slider(obj)
        reverses = min(shape.span_count - 1, most_reverses)
        turns_ms = tuple(obj.time_ms + shape.span_ms * turn for turn in range(1, reverses + 1))
        yield "reverse", "turns", turns_ms
        yield "slider-end", "ends", (shape.end_ms,)
    else:
        variant = "spinner-end" if isinstance(obj, Spinner) else "hold-end"
        yield variant, "ends", (beatmap.end_ms(obj),)


def _unsnapped(beatmap: Beatmap, index: int, variant: str, verb: str, miss: Snap, time_ms: float) -> Finding:
    obj = beatmap.objects[index]
    off_ms = abs(miss.unsnap_ms)
    direction = "late" if miss.unsnap_ms > 0 else "early"
    return Finding(
        check_id=_UNSNAPPED,
        variant=variant,
        severity=Severity.PROBLEM,
        message=(
            f"This {name(obj, beatmap.mode)} {verb} {number(off_ms)} ms {direction}: the nearest tick "
            f"(1/{miss.divisor}) is at {format_timestamp(miss.grid_ms)}."
        ),
        time_ms=obj.time_ms,
        end_ms=None if time_ms == obj.time_ms else time_ms,
        objects=(index,),
        strength=strength(off_ms, harmless=UNSNAPPED_MS.value, worst=UNSNAPPED_EXTREME_MS.value),
    )


def find_just_before_line(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    starts_ms = [point.time_ms for point in beatmap.timing.points]
    for index, obj in enumerate(beatmap.objects):
        after = bisect_right(starts_ms, obj.time_ms)
        # An object that is off the grid itself is reported as that: snapping it cures both.
        if (
            0 < after < len(starts_ms)
            and starts_ms[after] - obj.time_ms <= MEANT_FOR_LINE_MS.value
            and off_grid(beatmap.timing, obj.time_ms) is None
        ):
            yield from _missed_line(beatmap, index, starts_ms[after])


def _missed_line(beatmap: Beatmap, index: int, line_ms: float) -> Iterator[Finding]:
    obj = beatmap.objects[index]
    early_ms = line_ms - obj.time_ms
    red = beatmap.timing.red_at(line_ms)
    is_red = red is not None and red.time_ms == line_ms
    if is_red and early_ms >= UNSNAPPED_MS.value:
        variant, consequence = "tempo", "it still belongs to the timing before"
    elif _feels_velocity(obj, beatmap.mode) and _speed_changes(beatmap, obj.time_ms, line_ms):
        variant, consequence = "velocity", "it keeps the velocity from before"
    else:
        return
    yield Finding(
        check_id=_BEFORE_LINE,
        variant=variant,
        severity=Severity.WARNING,
        message=(
            f"This {name(obj, beatmap.mode)} comes {number(early_ms)} ms before the "
            f"{'red' if is_red else 'green'} line at {format_timestamp(line_ms)}: {consequence}."
        ),
        time_ms=obj.time_ms,
        objects=(index,),
        strength=strength(early_ms, harmless=MEANT_FOR_LINE_MS.value, worst=0.0),
    )


def _feels_velocity(obj: HitObject, mode: Mode) -> bool:
    """In osu! and catch velocity is the slider's own; in taiko every note scrolls with it. In mania it moves
    the whole playfield, whatever object comes first.
    """
    return mode is Mode.TAIKO or (isinstance(obj, Slider) and mode is not Mode.MANIA)


def _speed_changes(beatmap: Beatmap, before_ms: float, after_ms: float) -> bool:
    before, after = (_speed(beatmap.timing, time_ms) for time_ms in (before_ms, after_ms))
    return abs(after / before - 1) >= SPEED_STEP.value


def _speed(timing: Timing, time_ms: float) -> float:
    """Velocity times tempo: a line that only makes up for a new BPM changes nothing."""
    return timing.velocity_at(time_ms) / timing.beat_length_at(time_ms)


CHECKS = (
    Check(
        id=_UNSNAPPED,
        category=Category.TIMING,
        title="Unsnapped objects",
        purpose="Finds starts, reverses and ends that lie 2 ms or more from every tick of the timeline.",
        reasoning=(
            "Players press to the music, and the game judges where the object lies: an object a few "
            "milliseconds off can turn good hits into 100s. The ranking criteria ask for less than 2 ms to a "
            "tick; what is closer is rounding and is not listed. The ends of sliders are listed on their "
            "own, because they move when slider velocity or BPM changes after the slider was drawn. Where "
            "the music needs 1/11 or the like, mark the finding as intended."
        ),
        severities=(Severity.PROBLEM,),
        find=find_unsnapped,
    ),
    Check(
        id=_BEFORE_LINE,
        category=Category.TIMING,
        title="Just before a line",
        purpose=(
            "Finds objects up to 5 ms before a line that was probably meant for them but does not reach them."
        ),
        reasoning=(
            "A line rules what comes at it or after it, to the millisecond. Copying, pasting and moving "
            "timing can leave an object just ahead of its line: on the timeline the two look like one, "
            "but in play the slider has the old velocity, or the note the old timing. Volume and samples "
            "are not looked at here, because for sounds the game looks 5 ms ahead."
        ),
        severities=(Severity.WARNING,),
        find=find_just_before_line,
    ),
)
