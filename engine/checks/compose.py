"""What cannot be played as it is placed: two things at once, things that last no time, combos without end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.beatmap.objects import Circle, Mode, Slider, Spinner
from engine.beatmap.timestamps import format_timestamp
from engine.checks import compose_offscreen, compose_sliders
from engine.checks.check import Category, Check, Finding, Severity, Song
from engine.checks.thresholds import (
    ALMOST_CONCURRENT_AFTER_CIRCLE_MS,
    ALMOST_CONCURRENT_AFTER_SLIDER_MS,
    CONCURRENT_WITHIN_MS,
    LEAST_DURATION_MS,
    LONG_COMBO_FRUITS,
    LONG_COMBO_OBJECTS,
    SELECTED_OBJECTS,
    VERY_LONG_COMBO_FACTOR,
)
from engine.checks.wording import counted, milliseconds, name, strength

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.objects import HitObject

SPINNER_END_FIELD = 5
MOST_ALMOST_CONCURRENT_MS = max(
    ALMOST_CONCURRENT_AFTER_CIRCLE_MS.value, ALMOST_CONCURRENT_AFTER_SLIDER_MS.value
)


def find_concurrent(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    """One pass: each object is held against the one before it that lasts longest."""
    holder, holder_end_ms = -1, 0.0
    covered: list[int] = []
    for index, obj in enumerate(beatmap.objects):
        if holder >= 0:
            gap_ms = obj.time_ms - holder_end_ms
            if gap_ms < CONCURRENT_WITHIN_MS.value:
                covered.append(index)
            elif gap_ms < MOST_ALMOST_CONCURRENT_MS and _is_too_soon(beatmap, holder, obj, gap_ms):
                yield _almost_concurrent(beatmap, holder, index, gap_ms)
        end_ms = beatmap.end_ms(obj)
        if holder < 0 or end_ms >= holder_end_ms:
            if covered:
                yield _concurrent(beatmap, holder, covered, holder_end_ms)
            holder, holder_end_ms, covered = index, end_ms, []
    if covered:
        yield _concurrent(beatmap, holder, covered, holder_end_ms)


def _is_too_soon(beatmap: Beatmap, holder: int, obj: HitObject, gap_ms: float) -> bool:
    """Rounded as the editor shows it, so that nobody is asked for 20 ms where it says 20."""
    return round(gap_ms) < _least_gap_ms(beatmap.objects[holder], obj, beatmap.mode)


def _least_gap_ms(first: HitObject, second: HitObject, mode: Mode) -> float:
    """Spinners have limits of their own, and osu!catch none."""
    if mode is Mode.CATCH or isinstance(second, Spinner):
        return 0.0
    if isinstance(first, Slider):
        return ALMOST_CONCURRENT_AFTER_SLIDER_MS.value
    return ALMOST_CONCURRENT_AFTER_CIRCLE_MS.value if isinstance(first, Circle) else 0.0


def _concurrent(beatmap: Beatmap, holder: int, covered: list[int], holder_end_ms: float) -> Finding:
    first, second = beatmap.objects[holder], beatmap.objects[covered[0]]
    first_name, second_name = name(first, beatmap.mode), name(second, beatmap.mode)
    if len(covered) > 1:
        message = (
            f"{counted(len(covered), 'object')} start before this {first_name} ends at "
            f"{format_timestamp(holder_end_ms)}."
        )
    elif second.time_ms == first.time_ms:
        both = counted(2, first_name) if first_name == second_name else f"A {first_name} and a {second_name}"
        message = f"{both} start at the same time."
    elif round(second.time_ms - holder_end_ms) >= 0:
        message = (
            f"This {second_name} starts on the same tick as the end of the {first_name} at "
            f"{format_timestamp(first.time_ms)}."
        )
    else:
        message = (
            f"This {second_name} starts before the {first_name} at {format_timestamp(first.time_ms)} "
            f"ends, at {format_timestamp(holder_end_ms)}."
        )
    return Finding(
        "concurrent-objects",
        "concurrent",
        Severity.PROBLEM,
        message,
        time_ms=second.time_ms,
        end_ms=beatmap.objects[covered[-1]].time_ms if len(covered) > 1 else None,
        objects=(holder, *covered)[: int(SELECTED_OBJECTS.value)],
        strength=strength(holder_end_ms - second.time_ms, harmless=-500, worst=500),
    )


def _almost_concurrent(beatmap: Beatmap, holder: int, index: int, gap_ms: float) -> Finding:
    first, second = beatmap.objects[holder], beatmap.objects[index]
    least_ms = _least_gap_ms(first, second, beatmap.mode)
    after = "the end of the slider" if isinstance(first, Slider) else f"the {name(first, beatmap.mode)}"
    return Finding(
        "concurrent-objects",
        "almost-concurrent",
        Severity.PROBLEM,
        f"This {name(second, beatmap.mode)} comes {milliseconds(gap_ms)} after {after} before it, "
        f"expected at least {least_ms:.0f} ms.",
        time_ms=second.time_ms,
        objects=(holder, index),
        strength=strength(gap_ms, harmless=least_ms, worst=0),
    )


CONCURRENT_OBJECTS = Check(
    id="concurrent-objects",
    category=Category.COMPOSE,
    title="Concurrent objects",
    purpose="Finds objects that start before the last one has ended, or only a few milliseconds after.",
    reasoning=(
        "Players hold a slider until it ends, so they cannot know that something else must be pressed in "
        "the middle of it, and two objects on one tick look like one. The ranking criteria allow no two "
        "objects on the same tick, the whole length of sliders and spinners included. They also ask for "
        "10 ms after a circle and 20 ms after the end of a slider. osu!catch is exempt from these gaps."
    ),
    severities=(Severity.PROBLEM,),
    find=find_concurrent,
    modes=frozenset({Mode.OSU, Mode.TAIKO, Mode.CATCH}),
)


def find_no_duration(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    for index, obj in enumerate(beatmap.objects):
        if isinstance(obj, Circle):
            continue
        duration_ms = beatmap.end_ms(obj) - obj.time_ms
        if duration_ms < LEAST_DURATION_MS.value and not _is_invisible(beatmap, obj):
            yield _no_duration(beatmap, index, obj)


def _is_invisible(beatmap: Beatmap, obj: HitObject) -> bool:
    """Another check of osu! says so, and why; here it would be said twice."""
    return (
        beatmap.mode is Mode.OSU
        and isinstance(obj, Slider)
        and compose_sliders.never_leaves_head(beatmap.slider(obj).path.curve)
    )


def _no_duration(beatmap: Beatmap, index: int, obj: HitObject) -> Finding:
    what = name(obj, beatmap.mode)
    early_ms = _ends_early_ms(beatmap, obj)
    return Finding(
        "no-duration",
        "negative" if early_ms else "zero",
        Severity.PROBLEM,
        f"This {what} ends {milliseconds(early_ms)} before it starts."
        if early_ms
        else f"This {what} ends the moment it starts.",
        time_ms=obj.time_ms,
        objects=(index,),
        strength=1.0 if early_ms else 0.5,
    )


def _ends_early_ms(beatmap: Beatmap, obj: HitObject) -> float:
    """The game, and so the parser, lets no spinner end before it starts; the file may say otherwise."""
    if not isinstance(obj, Spinner):
        return 0.0
    fields = beatmap.document.lines[obj.line].split(b",")
    try:
        return max(0.0, obj.time_ms - beatmap.offset_ms - float(fields[SPINNER_END_FIELD]))
    except (IndexError, ValueError):
        return 0.0


NO_DURATION = Check(
    id="no-duration",
    category=Category.COMPOSE,
    title="Objects that last no time",
    purpose="Finds sliders and spinners that end when they start, or before.",
    reasoning=(
        "Such an object has nothing to follow and is over before anyone can react. It is hardly ever "
        "meant: a slider lost its length, the end of a spinner was dragged onto its start, or the file "
        "was edited by hand or by a tool."
    ),
    severities=(Severity.PROBLEM,),
    find=find_no_duration,
    modes=frozenset({Mode.OSU, Mode.TAIKO, Mode.CATCH}),
)


def find_long_combos(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    catch = beatmap.mode is Mode.CATCH
    limit = LONG_COMBO_FRUITS.value if catch else LONG_COMBO_OBJECTS.value
    for first, last in _combo_spans(beatmap):
        count = _fruits(beatmap, first, last) if catch else last - first + 1
        if count > limit:
            yield _long_combo(beatmap, first, last, count, limit)


def _combo_spans(beatmap: Beatmap) -> Iterator[tuple[int, int]]:
    """The first and the last object of each combo. A spinner belongs to none."""
    first = -1
    for index, combo in enumerate(beatmap.combos):
        spinner = isinstance(beatmap.objects[index], Spinner)
        if first >= 0 and (combo.starts or spinner):
            yield first, index - 1
            first = -1
        if first < 0 and not spinner:
            first = index
    if first >= 0:
        yield first, len(beatmap.combos) - 1


def _fruits(beatmap: Beatmap, first: int, last: int) -> int:
    """What piles up on the plate: a juice stream has a fruit at its head and one at the end of each span."""
    return sum(
        obj.span_count + 1 if isinstance(obj, Slider) else 1 for obj in beatmap.objects[first : last + 1]
    )


def _long_combo(beatmap: Beatmap, first: int, last: int, count: int, limit: float) -> Finding:
    very_long = count > limit * VERY_LONG_COMBO_FACTOR.value
    what = "fruits" if beatmap.mode is Mode.CATCH else "objects"
    end_ms = beatmap.objects[last].time_ms
    return Finding(
        "long-combo",
        "very-long" if very_long else "long",
        Severity.WARNING if very_long else Severity.MINOR,
        f"This combo has {count} {what}, up to {format_timestamp(end_ms)}; expected at most {limit:.0f}.",
        time_ms=beatmap.objects[first].time_ms,
        end_ms=end_ms,
        objects=(first, last) if first < last else (first,),
        strength=strength(count, harmless=limit, worst=limit * 4),
    )


LONG_COMBO = Check(
    id="long-combo",
    category=Category.COMPOSE,
    title="Long combos",
    purpose="Finds combos that are far longer than nearly all combos of real maps.",
    reasoning=(
        "A new combo shows where a phrase of the music begins: its colour groups what is played together. "
        "In osu!catch the fruits of a combo pile up on the plate until they hide what falls. The ranking "
        "criteria give numbers for osu!catch and ask for reasonable lengths in osu!, where the limit is "
        "taken from 68,000 combos of real maps: 1 in 2,700 is longer. A long stream may well be right."
    ),
    severities=(Severity.WARNING, Severity.MINOR),
    find=find_long_combos,
    modes=frozenset({Mode.OSU, Mode.CATCH}),
)

CHECKS: tuple[Check, ...] = (
    CONCURRENT_OBJECTS,
    *compose_offscreen.CHECKS,
    NO_DURATION,
    *compose_sliders.CHECKS,
    LONG_COMBO,
)
