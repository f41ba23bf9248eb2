"""For whom a map is: an estimate from what the map asks of its player, never from its name.

Names mislead ("Easy" in a title, guest names, jokes), and no star rating is computed here. So three simple
measures each name the lowest level that fits them, and the highest of the three counts: rules meant for
beginners are then applied only to maps that look like a beginner's in every respect.

Of 475 real maps that name their level 445 are estimated as named: 67 of 68 Easy, 91 of 100 Normal, 92 of 101
Hard, 195 of 206 Insane and above. 21 are estimated too low, each by one level.
"""

from __future__ import annotations

from enum import IntEnum
from itertools import pairwise
from typing import TYPE_CHECKING

from engine.beatmap.objects import Mode, Spinner
from engine.checks.thresholds import (
    BUSY_WINDOW_MS,
    EASY_AR,
    EASY_BUSY_PER_SECOND,
    EASY_QUICK_GAP_MS,
    HARD_AR,
    HARD_BUSY_PER_SECOND,
    HARD_QUICK_GAP_MS,
    NORMAL_AR,
    NORMAL_BUSY_PER_SECOND,
    NORMAL_QUICK_GAP_MS,
    QUICK_GAP_SHARE,
    Threshold,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.beatmap.beatmap import Beatmap


class Level(IntEnum):
    EASY = 0
    NORMAL = 1
    HARD = 2
    INSANE = 3
    """Or above: the rules here say nothing about those."""


LEVEL_NAMES = {Level.EASY: "an Easy", Level.NORMAL: "a Normal", Level.HARD: "a Hard"}
HOW_LEVEL_IS_KNOWN = (
    "The level is estimated from approach rate, quickest gaps and busiest ten seconds, not from the name of "
    "the difficulty."
)

APPROACH_RATES = (EASY_AR, NORMAL_AR, HARD_AR)
QUICK_GAPS = (EASY_QUICK_GAP_MS, NORMAL_QUICK_GAP_MS, HARD_QUICK_GAP_MS)
BUSY = (EASY_BUSY_PER_SECOND, NORMAL_BUSY_PER_SECOND, HARD_BUSY_PER_SECOND)


def estimate(beatmap: Beatmap) -> Level:
    """Of an osu! map; of the other modes nothing is claimed."""
    starts = [obj.time_ms for obj in beatmap.objects if not isinstance(obj, Spinner)]
    if beatmap.mode is not Mode.OSU or len(starts) < 2:  # noqa: PLR2004 - a gap needs two
        return Level.INSANE
    return max(
        _lowest_that_allows(beatmap.difficulty.approach_rate, APPROACH_RATES),
        _lowest_that_allows(-quick_gap_ms(starts), QUICK_GAPS, sign=-1),
        _lowest_that_allows(busiest_per_second(starts), BUSY),
    )


def quick_gap_ms(starts: Sequence[float]) -> float:
    """One start in twenty follows the one before it at least this closely."""
    gaps = sorted(after - before for before, after in pairwise(starts))
    return gaps[int(len(gaps) * QUICK_GAP_SHARE.value)]


def busiest_per_second(starts: Sequence[float]) -> float:
    most = first = 0
    for last, time_ms in enumerate(starts):
        while time_ms - starts[first] > BUSY_WINDOW_MS.value:
            first += 1
        most = max(most, last - first + 1)
    return most / BUSY_WINDOW_MS.value * 1000


def _lowest_that_allows(measure: float, limits: tuple[Threshold, ...], sign: int = 1) -> Level:
    for level, limit in zip(Level, limits, strict=False):
        if measure <= sign * limit.value:
            return level
    return Level.INSANE
