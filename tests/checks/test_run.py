"""Running all checks: order, modes, and what happens when one of them breaks."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.beatmap.builder import mania, osu
from engine.beatmap.objects import HitSound, Mode
from engine.checks.catalogue import CHECK_FAILED
from engine.checks.check import Category, Check, Finding, Severity, Song
from engine.checks.run import run_checks

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from engine.beatmap.beatmap import Beatmap

A_MAP = osu().timing(180).circle(at=1000).circle(at=2000)


def saying(*findings: Finding) -> Check:
    return Check(
        id="made-up",
        category=Category.COMPOSE,
        title="Made up",
        purpose="Says what the test wants.",
        reasoning="None. It is a test.",
        severities=(Severity.PROBLEM, Severity.WARNING, Severity.MINOR),
        find=lambda _beatmap, _song: findings,
    )


def breaking_after(*findings: Finding) -> Check:
    def find(_beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
        yield from findings
        raise KeyError("gone")

    return replace(saying(), find=find)


def at(time_ms: float | None, severity: Severity = Severity.WARNING, strength: float = 0.0) -> Finding:
    return Finding("made-up", "any", severity, "Something.", time_ms=time_ms, strength=strength)


def test_findings_come_in_the_order_of_time() -> None:
    assert run_checks(A_MAP.beatmap(), checks=[saying(at(3), at(1), at(2))]) == (at(1), at(2), at(3))


def test_what_concerns_the_whole_map_comes_first() -> None:
    assert run_checks(A_MAP.beatmap(), checks=[saying(at(-500), at(None))])[0].time_ms is None


def test_at_one_time_the_worst_comes_first() -> None:
    findings = run_checks(A_MAP.beatmap(), checks=[saying(at(1, Severity.MINOR), at(1, Severity.PROBLEM))])
    assert [finding.severity for finding in findings] == [Severity.PROBLEM, Severity.MINOR]


def test_equally_bad_at_one_time_the_stronger_comes_first() -> None:
    findings = run_checks(A_MAP.beatmap(), checks=[saying(at(1, strength=0.2), at(1, strength=0.9))])
    assert [finding.strength for finding in findings] == [0.9, 0.2]


def test_a_check_of_another_mode_is_not_run() -> None:
    check = replace(saying(at(1)), modes=frozenset({Mode.OSU}))
    assert run_checks(mania().timing(180).note(at=1000).beatmap(), checks=[check]) == ()


class TestABrokenCheck:
    def test_becomes_a_finding_of_its_own(self) -> None:
        (finding,) = run_checks(A_MAP.beatmap(), checks=[breaking_after()])
        assert (finding.check_id, finding.variant, finding.severity) == (
            CHECK_FAILED.id,
            "made-up",
            Severity.MINOR,
        )
        assert "Made up" in finding.message
        assert "KeyError" in finding.message

    def test_takes_no_other_check_down(self) -> None:
        findings = run_checks(A_MAP.beatmap(), checks=[breaking_after(), saying(at(1))])
        assert at(1) in findings

    def test_says_nothing_by_halves(self) -> None:
        assert at(1) not in run_checks(A_MAP.beatmap(), checks=[breaking_after(at(1))])

    def test_is_logged_with_its_traceback(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.ERROR, "engine.checks.run"):
            run_checks(A_MAP.beatmap(), checks=[breaking_after()])
        (record,) = caplog.records
        assert "made-up" in record.message
        assert record.exc_info


def test_what_is_said_twice_is_listed_once() -> None:
    assert run_checks(A_MAP.beatmap(), checks=[saying(at(1), at(1))]) == (at(1),)


class TestTooMany:
    MANY = (*(at(time_ms) for time_ms in range(300)), at(999, Severity.PROBLEM))

    def test_two_hundred_and_a_count_of_the_rest_are_listed(self) -> None:
        findings = run_checks(A_MAP.beatmap(), checks=[saying(*self.MANY)])
        assert len(findings) == 201
        assert (findings[0].variant, findings[0].time_ms) == ("not-listed", None)
        assert findings[0].message.startswith("101 more findings")

    def test_the_worst_is_among_those_listed(self) -> None:
        assert at(999, Severity.PROBLEM) in run_checks(A_MAP.beatmap(), checks=[saying(*self.MANY)])

    def test_two_hundred_are_all_listed(self) -> None:
        assert len(run_checks(A_MAP.beatmap(), checks=[saying(*self.MANY[:200])])) == 200


def test_a_plain_map_gives_nothing_to_look_at() -> None:
    """What the builder writes is clean, so that a test of one check shows that check."""
    builder = osu().timing(150)
    for beat in range(200):
        builder = builder.circle(
            at=1200 + 400 * beat,
            x=100 + beat % 5 * 70,
            sound=HitSound.CLAP * (beat % 2),
            new_combo=beat % 8 == 0,
        )
    assert [finding for finding in run_checks(builder.beatmap()) if finding.objects] == []
