"""Runs the checks of a map's mode. One that breaks becomes a finding and takes nothing else down."""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING

from engine.checks.catalogue import CHECK_FAILED, CHECKS
from engine.checks.check import Check, Finding, Severity, Song

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.beatmap.beatmap import Beatmap

_log = logging.getLogger(__name__)


def run_checks(
    beatmap: Beatmap, song: Song | None = None, *, checks: Sequence[Check] = CHECKS
) -> tuple[Finding, ...]:
    """Sorted by time, what concerns the whole difficulty first; at the same time the worst first."""
    song = song or Song()
    found: list[Finding] = []
    for check in checks:
        if beatmap.mode in check.modes:
            found.extend(run_check(check, beatmap, song))
    return tuple(sorted(found, key=_by_time_then_worst))


def run_check(check: Check, beatmap: Beatmap, song: Song) -> tuple[Finding, ...]:
    try:
        return tuple(check.find(beatmap, song))
    except Exception as error:  # noqa: BLE001 - whatever one check trips over must not silence the others
        _log.exception("check %s failed on %s", check.id, beatmap.metadata.version)
        return (_failure(check, error),)


def _failure(check: Check, error: Exception) -> Finding:
    return Finding(
        check_id=CHECK_FAILED.id,
        variant=check.id,
        severity=Severity.MINOR,
        message=f'"{check.title}" could not look at this map ({type(error).__name__}): a fault of Mapside.',
        strength=1.0,
    )


def _by_time_then_worst(finding: Finding) -> tuple[float, int, float]:
    time_ms = -math.inf if finding.time_ms is None else finding.time_ms
    return (time_ms, -finding.severity, -finding.strength)
