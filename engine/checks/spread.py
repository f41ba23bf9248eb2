"""How hard a map is for whom it is for: lengths and pauses that a level of play asks for."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from engine.beatmap.objects import Mode, Slider, Spinner
from engine.checks import spread_overlaps
from engine.checks.check import Category, Check, Finding, Severity, Song
from engine.checks.level import HOW_LEVEL_IS_KNOWN, LEVEL_NAMES, Level, estimate
from engine.checks.thresholds import (
    BANANAS_AFTER_MS,
    BANANAS_BEFORE_MS,
    DRAIN_MIN_MS,
    LEAST_DURATION_MS,
    RECOVERY_EASY_MS,
    RECOVERY_HARD_MS,
    RECOVERY_NORMAL_MS,
    SHORT_SLIDER_MS,
    SPINNER_AUTO_PROBLEM_MS,
    SPINNER_AUTO_PROBLEM_MS_PER_OD,
    SPINNER_AUTO_WARNING_MS,
    SPINNER_AUTO_WARNING_MS_PER_LOW_OD,
    SPINNER_AUTO_WARNING_MS_PER_OD,
    SPINNER_EASY_MS,
    SPINNER_HARD_MS,
    SPINNER_LENIENCY,
    SPINNER_NORMAL_MS,
)
from engine.checks.wording import milliseconds, name, seconds, strength

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.objects import HitObject


def find_short_drain(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    drain_ms = beatmap.drain_ms
    if drain_ms >= DRAIN_MIN_MS.value:
        return
    least = seconds(DRAIN_MIN_MS.value)
    yield Finding(
        "drain-time",
        "short" if beatmap.objects else "empty",
        Severity.PROBLEM,
        f"This difficulty has {seconds(drain_ms)} of drain time, expected at least {least}."
        if beatmap.objects
        else "This difficulty has no objects yet.",
        strength=strength(drain_ms, harmless=DRAIN_MIN_MS.value, worst=0),
    )


DRAIN_TIME = Check(
    id="drain-time",
    category=Category.SPREAD,
    title="Drain time",
    purpose="Finds difficulties without objects, or with less than 30 seconds of play.",
    reasoning=(
        "Drain time runs from the first object to the end of the last, without the breaks. The ranking "
        "criteria want at least 30 seconds of it in every difficulty. While you are still mapping, this "
        "goes away by itself."
    ),
    severities=(Severity.PROBLEM,),
    find=find_short_drain,
)


def find_short_sliders(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    if estimate(beatmap) > Level.EASY:
        return
    for index, obj in enumerate(beatmap.objects):
        if not isinstance(obj, Slider):
            continue
        span_ms = (beatmap.end_ms(obj) - obj.time_ms) / obj.span_count
        if LEAST_DURATION_MS.value <= span_ms < SHORT_SLIDER_MS.value:
            yield Finding(
                "short-sliders",
                "easy",
                Severity.WARNING,
                f"This slider takes {milliseconds(span_ms)} from end to end, "
                f"expected at least {SHORT_SLIDER_MS.value:.0f} ms on a map this easy.",
                time_ms=obj.time_ms,
                objects=(index,),
                strength=strength(span_ms, harmless=SHORT_SLIDER_MS.value, worst=0),
            )


SHORT_SLIDERS = Check(
    id="short-sliders",
    category=Category.SPREAD,
    title="Very short sliders",
    purpose="Finds sliders on easy maps that are over before a beginner has seen where they go.",
    reasoning=(
        "Beginners read a slider first and move second: 125 ms, half a beat of 240 BPM, is less than it "
        "takes to react at all. Such a slider is played like a circle, and its end is missed. The ranking "
        "criteria ask to avoid sliders under half a beat on an Easy. "
        f"{HOW_LEVEL_IS_KNOWN}"
    ),
    severities=(Severity.WARNING,),
    find=find_short_sliders,
    modes=frozenset({Mode.OSU}),
)


def find_short_spinners(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    least_ms, safe_ms = auto_spinner_ms(beatmap.difficulty.overall_difficulty)
    for index, obj in enumerate(beatmap.objects):
        if not isinstance(obj, Spinner):
            continue
        duration_ms = obj.end_ms - obj.time_ms
        if LEAST_DURATION_MS.value <= duration_ms < safe_ms:
            yield _short_spinner(index, obj, least_ms, safe_ms)


def auto_spinner_ms(overall_difficulty: float) -> tuple[float, float]:
    """Below the first Auto never reaches 1,000 points, above the second always."""
    above = overall_difficulty - 5
    low = SPINNER_AUTO_WARNING_MS_PER_LOW_OD if above < 0 else SPINNER_AUTO_WARNING_MS_PER_OD
    return (
        SPINNER_AUTO_PROBLEM_MS.value + above * SPINNER_AUTO_PROBLEM_MS_PER_OD.value,
        SPINNER_AUTO_WARNING_MS.value + above * low.value,
    )


def _short_spinner(index: int, spinner: Spinner, least_ms: float, safe_ms: float) -> Finding:
    duration_ms = spinner.end_ms - spinner.time_ms
    hopeless = duration_ms < least_ms
    says = f"{'' if hopeless else 'perhaps '}too short for Auto to reach 1,000 points"
    return Finding(
        "short-spinners",
        "too-short" if hopeless else "perhaps-too-short",
        Severity.PROBLEM if hopeless else Severity.WARNING,
        f"This spinner lasts {milliseconds(duration_ms)}, {says}; "
        f"expected at least {safe_ms:.0f} ms at this OD.",
        time_ms=spinner.time_ms,
        end_ms=spinner.end_ms,
        objects=(index,),
        strength=strength(duration_ms, harmless=safe_ms, worst=0),
    )


SHORT_SPINNERS = Check(
    id="short-spinners",
    category=Category.SPREAD,
    title="Very short spinners",
    purpose="Finds spinners that are too short for Auto to earn its bonus.",
    reasoning=(
        "The ranking criteria measure a spinner by Auto: if Auto cannot reach 1,000 bonus points, players "
        "do not have enough time to spin. How long that takes grows with the overall difficulty, and a "
        "little with where the cursor comes from. Just above the limit it is therefore only a warning."
    ),
    severities=(Severity.PROBLEM, Severity.WARNING),
    find=find_short_spinners,
    modes=frozenset({Mode.OSU}),
)

SPINNER_MS = {Level.EASY: SPINNER_EASY_MS, Level.NORMAL: SPINNER_NORMAL_MS, Level.HARD: SPINNER_HARD_MS}
RECOVERY_MS = {Level.EASY: RECOVERY_EASY_MS, Level.NORMAL: RECOVERY_NORMAL_MS, Level.HARD: RECOVERY_HARD_MS}


def find_spinner_recovery(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    if not any(isinstance(obj, Spinner) for obj in beatmap.objects):
        return
    level = estimate(beatmap)
    if level is Level.INSANE:
        return
    for index, obj in enumerate(beatmap.objects):
        if not isinstance(obj, Spinner):
            continue
        yield from _spinner_length(index, obj, level)
        if index + 1 < len(beatmap.objects):
            yield from _recovery(index, obj, beatmap.objects[index + 1], level)


def _spinner_length(index: int, spinner: Spinner, level: Level) -> Iterator[Finding]:
    least_ms = SPINNER_MS[level].value
    duration_ms = spinner.end_ms - spinner.time_ms
    if not LEAST_DURATION_MS.value <= duration_ms < least_ms * SPINNER_LENIENCY.value:
        return
    yield Finding(
        "spinner-recovery",
        "length",
        Severity.WARNING if duration_ms < least_ms else Severity.MINOR,
        f"This spinner lasts {milliseconds(duration_ms)}, expected at least "
        f"{least_ms * SPINNER_LENIENCY.value:.0f} ms on a map that plays like {LEVEL_NAMES[level]}.",
        time_ms=spinner.time_ms,
        end_ms=spinner.end_ms,
        objects=(index,),
        strength=strength(duration_ms, harmless=least_ms * SPINNER_LENIENCY.value, worst=0),
    )


def _recovery(index: int, spinner: Spinner, following: HitObject, level: Level) -> Iterator[Finding]:
    if isinstance(following, Spinner):
        return
    least_ms = RECOVERY_MS[level].value
    gap_ms = following.time_ms - spinner.end_ms
    if not 0 <= gap_ms < least_ms * SPINNER_LENIENCY.value:
        return
    yield Finding(
        "spinner-recovery",
        "recovery",
        Severity.WARNING if gap_ms < least_ms else Severity.MINOR,
        f"{milliseconds(gap_ms).capitalize()} to recover after the spinner, expected at least "
        f"{least_ms * SPINNER_LENIENCY.value:.0f} ms on a map that plays like {LEVEL_NAMES[level]}.",
        time_ms=following.time_ms,
        objects=(index, index + 1),
        strength=strength(gap_ms, harmless=least_ms * SPINNER_LENIENCY.value, worst=0),
    )


SPINNER_RECOVERY = Check(
    id="spinner-recovery",
    category=Category.SPREAD,
    title="Spinners on easier maps",
    purpose="Finds spinners up to Hard that are short for their level, or followed too soon.",
    reasoning=(
        "Newer players must first see that a spinner has begun, and after it find the cursor again. The "
        "ranking criteria advise 4, 3 and 2 beats of spinner on Easy, Normal and Hard, and 4, 2 and 1 "
        "beats after it. Shorter than these beats at 240 BPM is a warning, shorter than at 200 BPM is "
        "minor, since in a slow song fewer beats are enough. "
        f"{HOW_LEVEL_IS_KNOWN}"
    ),
    severities=(Severity.WARNING, Severity.MINOR),
    find=find_spinner_recovery,
    modes=frozenset({Mode.OSU}),
)


def find_banana_gaps(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    for index, (first, second) in enumerate(pairwise(beatmap.objects)):
        if isinstance(first, Spinner) is isinstance(second, Spinner):
            continue
        gap_ms = second.time_ms - beatmap.end_ms(first)
        after = isinstance(first, Spinner)
        least_ms = BANANAS_AFTER_MS.value if after else BANANAS_BEFORE_MS.value
        if 0 <= gap_ms < least_ms:
            yield _banana_gap(beatmap, index, gap_ms, least_ms, after=after)


def _banana_gap(beatmap: Beatmap, index: int, gap_ms: float, least_ms: float, *, after: bool) -> Finding:
    second = beatmap.objects[index + 1]
    what = name(beatmap.objects[index + 1 if after else index], beatmap.mode)
    where = "after" if after else "before"
    return Finding(
        "banana-gaps",
        where,
        Severity.PROBLEM,
        f"{milliseconds(gap_ms).capitalize()} between this spinner and the {what} {where} it, "
        f"expected at least {least_ms:.0f} ms at any level.",
        time_ms=second.time_ms,
        objects=(index, index + 1),
        strength=strength(gap_ms, harmless=least_ms, worst=0),
    )


BANANA_GAPS = Check(
    id="banana-gaps",
    category=Category.SPREAD,
    title="Gaps around spinners",
    purpose="Finds fruits too close to the bananas of a spinner.",
    reasoning=(
        "Bananas fall over the whole width, so a player may be anywhere when they start and when they "
        "end: the fruit next to them needs time to be reached. The ranking criteria ask for more the "
        "easier a map is. Only the limits of an Overdose are used here, 62 ms before and 125 ms after, "
        "because they hold for every level."
    ),
    severities=(Severity.PROBLEM,),
    find=find_banana_gaps,
    modes=frozenset({Mode.CATCH}),
)

CHECKS: tuple[Check, ...] = (
    DRAIN_TIME,
    SHORT_SLIDERS,
    *spread_overlaps.CHECKS,
    SHORT_SPINNERS,
    SPINNER_RECOVERY,
    BANANA_GAPS,
)
