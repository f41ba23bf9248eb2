"""Runs the checks of a map's mode. One that breaks becomes a finding and takes nothing else down."""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING

from engine.checks.catalogue import CHECK_FAILED, CHECKS
from engine.checks.check import Check, Finding, Severity, Song
from engine.checks.thresholds import LISTED_PER_CHECK

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine.beatmap.beatmap import Beatmap

_log = logging.getLogger(__name__)


def run_checks(
    beatmap: Beatmap,
    song: Song | None = None,
    *,
    checks: Sequence[Check] = CHECKS,
    before_each: Callable[[Check], None] = lambda _: None,
) -> tuple[Finding, ...]:
    """Sorted by time, what concerns the whole difficulty first; at the same time the worst first.

    Whatever `before_each` raises ends the run: so a caller who no longer wants the answer says so.
    """
    song = song or Song()
    found: list[Finding] = []
    for check in checks:
        if beatmap.mode in check.modes:
            before_each(check)
            found.extend(run_check(check, beatmap, song))
    return tuple(sorted(found, key=_by_time_then_worst))


def run_check(check: Check, beatmap: Beatmap, song: Song) -> tuple[Finding, ...]:
    """What is said twice about one place, as of two timing lines on one tick, is said once."""
    try:
        return _listed(check, tuple(dict.fromkeys(check.find(beatmap, song))))
    except Exception as error:  # noqa: BLE001 - whatever one check trips over must not silence the others
        _log.exception("check %s failed on %s", check.id, beatmap.metadata.version)
        return (_failure(check, error),)


def _listed(check: Check, found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The worst of them, and one more that counts the rest: a joke map has thousands."""
    most = int(LISTED_PER_CHECK.value)
    if len(found) <= most:
        return found
    worst_first = sorted(found, key=lambda finding: (-finding.severity, -finding.strength))
    rest = worst_first[most:]
    message = f'{len(rest):,} more findings of "{check.title}" are not listed; these {most} are the worst.'
    return (*worst_first[:most], Finding(check.id, "not-listed", rest[0].severity, message, strength=1.0))


def _failure(check: Check, error: Exception) -> Finding:
    return Finding(
        check_id=CHECK_FAILED.id,
        variant=check.id,
        severity=Severity.MINOR,
        message=f'The check "{check.title}" could not finish ({type(error).__name__}): a fault of Mapside.',
        strength=1.0,
    )


def _by_time_then_worst(finding: Finding) -> tuple[float, int, float]:
    time_ms = -math.inf if finding.time_ms is None else finding.time_ms
    return (time_ms, -finding.severity, -finding.strength)
