"""What the rules say of a candidate's section, and what of that they do not say of it as it is. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daemon.analysis import analyse, parse
from daemon.matching import match
from daemon.writing.shown import ShownFinding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from daemon.analysis import Analysis
    from daemon.locating import Located
    from engine.checks.check import Check, Song

MOST_FINDINGS: Final = 200
"""Of one candidate: nobody reads more of a try that they can throw away."""


def judged(
    data: bytes,
    before: Analysis,
    section: tuple[float, float],
    song: Song,
    checks: Sequence[Check],
) -> tuple[ShownFinding, ...]:
    """The worst first. Takes as long as a save is checked: for a thread."""
    document, _ = parse(data)
    after = in_section(analyse(document, song, checks).findings, section)
    known = match(
        [each.anchor for each in in_section(before.findings, section)], [each.anchor for each in after]
    )
    shown = [
        ShownFinding(
            severity=located.finding.severity.name.lower(),
            message=located.finding.message,
            time_ms=located.finding.time_ms,
            timestamp=located.anchor.timestamp,
            is_new=index not in known,
        )
        for index, located in sorted(
            enumerate(after), key=lambda each: (-each[1].finding.severity, each[1].finding.time_ms or 0.0)
        )
    ]
    return tuple(shown[:MOST_FINDINGS])


def in_section(findings: Sequence[Located], section: tuple[float, float]) -> list[Located]:
    """What is said of a moment in it, or of a stretch that reaches into it."""
    return [each for each in findings if _touches(each, section)]


def _touches(located: Located, section: tuple[float, float]) -> bool:
    start_ms, end_ms = located.finding.time_ms, located.finding.end_ms
    if start_ms is None:
        return False
    return start_ms < section[1] and max(start_ms, end_ms if end_ms is not None else start_ms) >= section[0]
