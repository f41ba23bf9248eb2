from __future__ import annotations

from engine.beatmap.builder import MapBuilder, osu
from engine.checks.check import Severity
from tests.checks.helpers import found, only

# Play stops at 1,000 ms and goes on at 10,000.
TIMED = osu().timing(120).circle(at=1000).circle(at=10_000)


def variants(check_id: str, builder: MapBuilder) -> list[str]:
    return [finding.variant for finding in found(check_id, builder.beatmap())]


def test_a_break_as_the_editor_makes_it_is_fine() -> None:
    assert variants("break-timing", TIMED.break_(1200, 9550)) == []


def test_a_break_may_be_a_millisecond_off() -> None:
    assert variants("break-timing", TIMED.break_(1199, 9551)) == []


def test_more_than_a_millisecond_off_is_no_rounding() -> None:
    assert variants("break-timing", TIMED.break_(1198.8, 9550)) == ["starts-early"]
    assert variants("break-timing", TIMED.break_(1200, 9551.2)) == ["ends-late"]


def test_a_break_too_soon_after_an_object_is_a_problem() -> None:
    finding = only("break-timing", TIMED.break_(1150, 9550).beatmap())
    assert (finding.variant, finding.severity) == ("starts-early", Severity.PROBLEM)
    assert (finding.time_ms, finding.end_ms, finding.objects) == (1150, 9550, (0,))
    assert finding.message == "This break starts 150 ms after an object; the editor leaves 200 ms."


def test_it_is_the_end_of_the_object_that_counts() -> None:
    slider = osu().timing(120).slider(at=1000, length=140).circle(at=10_000)
    assert variants("break-timing", slider.break_(1600, 9550)) == ["starts-early"]
    assert variants("break-timing", slider.break_(1700, 9550)) == []


def test_a_break_that_lasts_into_the_approach_of_an_object_is_a_problem() -> None:
    finding = only("break-timing", TIMED.break_(1200, 9700).beatmap())
    assert (finding.variant, finding.severity, finding.objects) == ("ends-late", Severity.PROBLEM, (1,))
    assert finding.message == "This break ends 300 ms before an object; the editor leaves 450 ms."


def test_the_object_that_lasts_longest_before_a_break_is_selected() -> None:
    spinning = osu().timing(120).spinner(at=1000, until=4000).circle(at=2000).circle(at=10_000)
    finding = only("break-timing", spinning.break_(4100, 9550).beatmap())
    assert (finding.variant, finding.objects) == ("starts-early", (0,))


def test_objects_in_a_break_are_counted_and_selected() -> None:
    finding = only("break-timing", TIMED.circle(at=5000).circle(at=6000).break_(1200, 9550).beatmap())
    assert (finding.variant, finding.severity, finding.objects) == (
        "objects-inside",
        Severity.PROBLEM,
        (1, 2),
    )
    assert "the first at 00:05:000" in finding.message


def test_a_spinner_that_reaches_into_a_break_lies_in_it() -> None:
    spinning = osu().timing(120).spinner(at=1000, until=4000).circle(at=2000).circle(at=10_000)
    finding = only("break-timing", spinning.break_(3000, 9550).beatmap())
    assert (finding.variant, finding.objects) == ("objects-inside", (0,))


def test_a_break_below_650_ms_does_nothing() -> None:
    finding = only("break-timing", TIMED.break_(5000, 5640).beatmap())
    assert (finding.variant, finding.severity) == ("short", Severity.WARNING)


def test_a_break_of_650_ms_works() -> None:
    assert variants("break-timing", TIMED.break_(5000, 5650)) == []


def test_a_break_before_the_first_object_is_no_break() -> None:
    finding = only("break-timing", osu().timing(120).circle(at=9000).break_(1000, 5000).beatmap())
    assert (finding.variant, finding.severity) == ("outside", Severity.WARNING)
    assert "before the first object" in finding.message


def test_a_break_after_the_last_object_is_no_break() -> None:
    finding = only("break-timing", TIMED.break_(12_000, 15_000).beatmap())
    assert "after the last object" in finding.message


def test_a_difficulty_without_background_is_a_problem() -> None:
    finding = only("background", TIMED.beatmap())
    assert (finding.variant, finding.severity) == ("none", Severity.PROBLEM)


def test_a_difficulty_with_background_is_fine() -> None:
    assert variants("background", TIMED.background("bg.jpg")) == []


def test_a_video_is_no_background() -> None:
    assert variants("background", TIMED.video("clip.mp4")) == ["none"]
