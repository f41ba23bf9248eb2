from __future__ import annotations

import pytest

from engine.beatmap.builder import osu
from engine.beatmap.document import Document
from engine.checks.check import Severity
from tests.checks.helpers import found, only

TIMED = osu().timing(120).circle(at=1000)


def test_a_whole_file_has_nothing_unreadable() -> None:
    assert found("unreadable-lines", TIMED.beatmap()) == ()


def test_an_unreadable_line_is_named_by_its_number() -> None:
    builder = TIMED.object_line("256,192,oops,1,0,0:0:0:0:")
    finding = only("unreadable-lines", builder.beatmap())
    number = builder.text().splitlines().index("256,192,oops,1,0,0:0:0:0:") + 1
    assert finding.severity is Severity.PROBLEM
    assert finding.message.startswith(f"Line {number}: ")
    assert "oops" in finding.message


def test_an_unreadable_line_stays_the_same_finding_wherever_it_stands() -> None:
    above = TIMED.object_line("256,192,oops,1,0,0:0:0:0:")
    below = TIMED.circle(at=2000).object_line("256,192,oops,1,0,0:0:0:0:")
    first, second = (only("unreadable-lines", builder.beatmap()) for builder in (above, below))
    assert first.variant == second.variant
    assert first.message != second.message


def test_two_unreadable_lines_are_two_findings() -> None:
    builder = TIMED.object_line("256,192,oops,1,0,0:0:0:0:", "256,192,what,1,0,0:0:0:0:")
    first, second = found("unreadable-lines", builder.beatmap())
    assert first.variant != second.variant


@pytest.mark.parametrize("line", ["4000,NaN,4,2,0,70,1,0", "4000,500,-1,2,0,70,1,0", "4000"])
def test_a_timing_line_without_a_tempo_or_a_meter_is_unreadable(line: str) -> None:
    finding = only("unreadable-lines", TIMED.timing_line(line).beatmap())
    assert "timing line" in finding.message


def test_a_thousand_unreadable_lines_are_summed_up() -> None:
    findings = found("unreadable-lines", TIMED.object_line(*["nonsense"] * 1000).beatmap())
    assert len(findings) == 25 + 1
    assert sum(finding.variant == "many" for finding in findings) == 1
    assert any("1,000 in all" in finding.message for finding in findings)


def test_objects_in_order_are_fine() -> None:
    assert found("file-order", TIMED.circle(at=1000).circle(at=2000).beatmap()) == ()


def test_an_object_that_stands_too_late_in_the_file_is_found() -> None:
    finding = only("file-order", TIMED.circle(at=3000).circle(at=2000).circle(at=4000).beatmap())
    assert (finding.variant, finding.severity, finding.time_ms) == ("objects", Severity.WARNING, 2000)
    assert finding.message.startswith("1 object stands")


def test_a_timing_line_that_stands_too_late_in_the_file_is_found() -> None:
    builder = TIMED.timing_line("5000,-100,4,2,0,70,0,0", "4000,-100,4,2,0,70,0,0")
    finding = only("file-order", builder.beatmap())
    assert (finding.variant, finding.time_ms) == ("timing-lines", 4000)


def test_formats_the_game_has_written_are_known() -> None:
    for version in (3, 14, 128):
        assert found("file-format", TIMED.format(version).beatmap()) == ()


def test_a_format_from_nowhere_is_a_warning() -> None:
    finding = only("file-format", TIMED.format(77).beatmap())
    assert (finding.variant, finding.severity) == ("unknown", Severity.WARNING)
    assert "format 77" in finding.message


@pytest.mark.parametrize("content", [b"", b"\0" * 64])
def test_a_file_that_a_crash_left_empty_is_said_to_be_so(content: bytes) -> None:
    finding = only("unreadable-lines", Document.parse(content).beatmap)
    assert finding.message.startswith("Line 1: ")
