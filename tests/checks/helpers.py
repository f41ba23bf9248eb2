"""What the tests of single checks share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.checks.catalogue import by_id
from engine.checks.run import run_checks
from tests.checks.wording import assert_is_a_message

if TYPE_CHECKING:
    from engine.beatmap.beatmap import Beatmap
    from engine.checks.check import Finding, Song


def found(check_id: str, beatmap: Beatmap, song: Song | None = None) -> tuple[Finding, ...]:
    """What one check says, run as the companion runs it: one that breaks, or says it badly, fails."""
    findings = run_checks(beatmap, song, checks=(by_id[check_id],))
    assert all(finding.check_id == check_id for finding in findings), findings
    for finding in findings:
        assert_is_a_message(finding.message)
    return findings


def only(check_id: str, beatmap: Beatmap, song: Song | None = None) -> Finding:
    """The one finding there must be."""
    findings = found(check_id, beatmap, song)
    assert len(findings) == 1, findings
    return findings[0]
