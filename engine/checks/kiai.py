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
# Half of a beat of 333.33 ms is set as 166 or 167: a millisecond more is still "half a beat".
_ROUNDING_MS = 1.0


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
            f"Kiai {variant}s {number(off_ms)} ms {direction} of 1/{miss.divisor}; "
            f"the grid is at {format_timestamp(miss.grid_ms)}."
        ),
        time_ms=time_ms,
        strength=strength(off_ms, harmless=UNSNAPPED_MS.value, worst=UNSNAPPED_EXTREME_MS.value),
    )


def find_short_kiai(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    for start_ms, end_ms in beatmap.timing.kiai_spans(math.inf):
        beat_ms = beatmap.timing.beat_length_at(start_ms)
        length_ms = end_ms - start_ms
        if not 0 < beat_ms < math.inf or length_ms - _ROUNDING_MS > SHORT_KIAI_BEATS.value * beat_ms:
            continue
        flash = beatmap.mode is Mode.TAIKO and length_ms - _ROUNDING_MS <= KIAI_FLASH_BEATS.value * beat_ms
        yield Finding(
            check_id=_SHORT,
            variant="flash" if flash else "short",
            severity=Severity.WARNING if flash else Severity.MINOR,
            message=(
                f"Kiai is on for {number(length_ms)} ms only, {number(length_ms / beat_ms)} of a beat: "
                f"a flash more than a section."
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
        purpose="Finds kiai that begins or ends off the beat grid.",
        reasoning=(
            "Kiai begins with a flash of the whole screen and, in osu!, fountains of stars. Off the beat it "
            "looks unrelated to the sound it should crown; the ranking criteria ask that it start on a "
            "sound. It comes about when timing moves and the green lines stay. From 10 ms on one can see it "
            "(from 5 ms in taiko, where the whole playfield changes colour); an end is seen by nobody, but a "
            "line off the grid is a line somebody will one day copy from."
        ),
        severities=(Severity.WARNING, Severity.MINOR),
        find=find_unsnapped_kiai,
    ),
    Check(
        id=_SHORT,
        category=Category.TIMING,
        title="Very short kiai",
        purpose="Finds kiai that is switched on for half a beat or less.",
        reasoning=(
            "Often such a kiai is a leftover: the line that ends it was moved or copied and now follows at "
            "once. Where it is meant as a flash it costs frames on weak machines, distracts from play, and "
            "in numbers becomes a strobe; osu!mania's ranking criteria ask not to spam it, and in taiko it "
            "recolours the whole playfield, so there a third of a beat or less is a warning."
        ),
        severities=(Severity.WARNING, Severity.MINOR),
        find=find_short_kiai,
    ),
)
