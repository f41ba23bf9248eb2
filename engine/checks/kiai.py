"""Kiai: does it start and end on the beat, and does it last."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from engine.beatmap.objects import Mode
from engine.beatmap.timestamps import format_timestamp
from engine.checks.check import Category, Check, Finding, Severity, Song
from engine.checks.snapping import off_grid
from engine.checks.thresholds import (
    KIAI_FLASH_BEATS,
    KIAI_ROUNDING_MS,
    KIAI_UNSNAPPED_SEEN_MS,
    KIAI_UNSNAPPED_SEEN_TAIKO_MS,
    SHORT_KIAI_BEATS,
    UNSNAPPED_EXTREME_MS,
    UNSNAPPED_MS,
)
from engine.checks.wording import number, strength

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.timing import Timing

_UNSNAPPED = "unsnapped-kiai"
_SHORT = "short-kiai"


def find_unsnapped_kiai(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    seen = KIAI_UNSNAPPED_SEEN_TAIKO_MS if beatmap.mode is Mode.TAIKO else KIAI_UNSNAPPED_SEEN_MS
    for start_ms, end_ms in beatmap.timing.kiai_spans(math.inf):
        yield from _toggle(beatmap.timing, start_ms, "start", seen.value)
        yield from _toggle(beatmap.timing, end_ms, "end", math.inf)


def _toggle(timing: Timing, time_ms: float, variant: str, warned_from_ms: float) -> Iterator[Finding]:
    miss = off_grid(timing, time_ms)
    if not miss:
        return
    off_ms = abs(miss.unsnap_ms)
    direction = "late" if miss.unsnap_ms > 0 else "early"
    yield Finding(
        check_id=_UNSNAPPED,
        variant=variant,
        severity=Severity.WARNING if off_ms >= warned_from_ms else Severity.MINOR,
        message=(
            f"Kiai {variant}s {number(off_ms)} ms {direction}: the nearest tick (1/{miss.divisor}) is at "
            f"{format_timestamp(miss.grid_ms)}."
        ),
        time_ms=time_ms,
        strength=strength(off_ms, harmless=UNSNAPPED_MS.value, worst=UNSNAPPED_EXTREME_MS.value),
    )


def find_short_kiai(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    for start_ms, end_ms in beatmap.timing.kiai_spans(math.inf):
        beat_ms = beatmap.timing.beat_length_at(start_ms)
        length_ms = end_ms - start_ms
        if (
            not 0 < beat_ms < math.inf
            or length_ms - KIAI_ROUNDING_MS.value > SHORT_KIAI_BEATS.value * beat_ms
        ):
            continue
        flash = (
            beatmap.mode is Mode.TAIKO
            and length_ms - KIAI_ROUNDING_MS.value <= KIAI_FLASH_BEATS.value * beat_ms
        )
        yield Finding(
            check_id=_SHORT,
            variant="flash" if flash else "short",
            severity=Severity.WARNING if flash else Severity.MINOR,
            message=(
                f"This kiai lasts {number(length_ms)} ms, only {number(length_ms / beat_ms)} of a beat."
            ),
            time_ms=start_ms,
            end_ms=end_ms,
            strength=strength(length_ms / beat_ms, harmless=SHORT_KIAI_BEATS.value, worst=0.0),
        )


CHECKS = (
    Check(
        id=_UNSNAPPED,
        category=Category.TIMING,
        title="Unsnapped kiai",
        purpose="Finds kiai that begins or ends off the beat.",
        reasoning=(
            "The ranking criteria ask that kiai start on a sound in the music, because its flash feels "
            "unrelated to the song otherwise. It leaves the beat when red lines are moved and green lines "
            "stay behind. From 10 ms on this can be seen, in osu!taiko from 5 ms, since the whole "
            "playfield changes colour there. An end off the beat is hardly seen, and therefore minor."
        ),
        severities=(Severity.WARNING, Severity.MINOR),
        find=find_unsnapped_kiai,
    ),
    Check(
        id=_SHORT,
        category=Category.TIMING,
        title="Very short kiai",
        purpose="Finds kiai that is on for half a beat or less.",
        reasoning=(
            "Often such a kiai is left over: the line that ends it was moved or copied too close. Where "
            "it is meant as a flash it distracts from play, and the ranking criteria of osu!mania advise "
            "against many of them. In osu!taiko the whole playfield changes colour, so a third of a beat "
            "or less is a warning there."
        ),
        severities=(Severity.WARNING, Severity.MINOR),
        find=find_short_kiai,
    ),
)
