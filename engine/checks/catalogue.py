"""All checks, in the order of the overlay's list. A category file exports `CHECKS`; here they meet."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from engine.checks import (
    audio,
    colours,
    compose,
    events,
    file,
    hit_sounds,
    kiai,
    mania,
    settings,
    snapping,
    spread,
    timing_lines,
    unused_lines,
)
from engine.checks.check import Category, Check, Finding, Severity, Song

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.beatmap.beatmap import Beatmap


def _finds_nothing(_beatmap: Beatmap, _song: Song) -> tuple[Finding, ...]:
    return ()


CHECK_FAILED = Check(
    id="check-failed",
    category=Category.FILE,
    title="A check failed",
    purpose="Says when one of the other checks could not finish on this map.",
    reasoning=(
        "A check that breaks off finds nothing, although there may be something to find. The fault is "
        "Mapside's and not the map's: please report it together with the .osu file. The log says where it "
        "happened."
    ),
    severities=(Severity.MINOR,),
    find=_finds_nothing,
)
"""Its findings are made in `run.py`; it stands in the list so that they have a title and a reason to show."""

CHECKS: tuple[Check, ...] = (
    *compose.CHECKS,
    *spread.CHECKS,
    *mania.CHECKS,
    *snapping.CHECKS,
    *timing_lines.CHECKS,
    *unused_lines.CHECKS,
    *kiai.CHECKS,
    *hit_sounds.CHECKS,
    *settings.CHECKS,
    *colours.CHECKS,
    *events.CHECKS,
    *audio.CHECKS,
    *file.CHECKS,
    CHECK_FAILED,
)

by_id: Mapping[str, Check] = MappingProxyType({check.id: check for check in CHECKS})
