"""Objects that hide each other completely, on maps whose players cannot know."""

from __future__ import annotations

from math import hypot
from typing import TYPE_CHECKING

from engine.beatmap.objects import Mode, Spinner
from engine.checks.check import Category, Check, Finding, Severity, Song
from engine.checks.level import HOW_LEVEL_IS_KNOWN, LEVEL_NAMES, Level, estimate
from engine.checks.playfield import circle_radius_px, stack_step_px
from engine.checks.thresholds import FULL_OVERLAP_RADIUS_SHARE, OVERLAP_EASY_MS, OVERLAP_HARD_MS
from engine.checks.wording import milliseconds, name, strength

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.beatmap.beatmap import Beatmap

APART_MS = {Level.EASY: OVERLAP_EASY_MS, Level.NORMAL: OVERLAP_EASY_MS, Level.HARD: OVERLAP_HARD_MS}


def find_full_overlaps(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    level = estimate(beatmap)
    if level is Level.INSANE:
        return
    apart_ms = APART_MS[level].value
    size = beatmap.difficulty.circle_size
    near_px = circle_radius_px(size) * FULL_OVERLAP_RADIUS_SHARE.value
    step_px = stack_step_px(size)
    objects, heights = beatmap.objects, beatmap.stack_heights
    for index, first in enumerate(objects):
        for later in range(index + 1, len(objects)):
            second = objects[later]
            if second.time_ms - first.time_ms >= apart_ms:
                break
            if isinstance(first, Spinner) or isinstance(second, Spinner):
                continue
            shift_px = (heights[index] - heights[later]) * step_px
            distance_px = hypot(first.x - second.x - shift_px, first.y - second.y - shift_px)
            if distance_px <= near_px and second.time_ms > first.time_ms:
                yield _overlap(beatmap, index, later, level)


def _overlap(beatmap: Beatmap, first: int, second: int, level: Level) -> Finding:
    gap_ms = beatmap.objects[second].time_ms - beatmap.objects[first].time_ms
    apart_ms = APART_MS[level].value
    names = name(beatmap.objects[second], beatmap.mode), name(beatmap.objects[first], beatmap.mode)
    return Finding(
        "full-overlaps",
        "head",
        Severity.WARNING,
        f"This {names[0]} lies exactly under the {names[1]} {milliseconds(gap_ms)} before it, on a map that "
        f"plays like {LEVEL_NAMES[level]}: raise the stack leniency or move one.",
        time_ms=beatmap.objects[second].time_ms,
        objects=(first, second),
        strength=strength(gap_ms, harmless=apart_ms, worst=0),
    )


FULL_OVERLAPS = Check(
    id="full-overlaps",
    category=Category.SPREAD,
    title="Objects that hide each other",
    purpose="Finds objects up to Hard that lie exactly on one another less than a beat or half a beat apart.",
    reasoning=(
        "Of two circles in one place only the upper one can be seen, and players who do not know the map "
        "press once. The ranking criteria rule this out up to a beat apart on Easy and Normal, and half a "
        "beat on Hard, counted here at 160 BPM. The game usually moves such objects apart as a stack; "
        "where it does not, the stack leniency is too low or something lies between them. "
        f"{HOW_LEVEL_IS_KNOWN}"
    ),
    severities=(Severity.WARNING,),
    find=find_full_overlaps,
    modes=frozenset({Mode.OSU}),
)

CHECKS: tuple[Check, ...] = (FULL_OVERLAPS,)
