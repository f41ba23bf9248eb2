from __future__ import annotations

from engine.beatmap.builder import MapBuilder, osu, taiko
from engine.checks.check import Severity
from tests.checks.helpers import found, only

TIMED = osu().timing(120).circle(at=0).circle(at=20_000)


def unsnapped(builder: MapBuilder) -> list[tuple[str, Severity, float | None]]:
    return [(f.variant, f.severity, f.time_ms) for f in found("unsnapped-kiai", builder.beatmap())]


def test_kiai_that_starts_ten_ms_late_can_be_seen() -> None:
    assert unsnapped(TIMED.kiai(5010, 8000)) == [("start", Severity.WARNING, 5010)]


def test_kiai_that_starts_three_ms_late_is_minor() -> None:
    finding = only("unsnapped-kiai", TIMED.kiai(5003, 8000).beatmap())
    assert finding.severity is Severity.MINOR
    assert finding.message == "Kiai starts 3 ms late: the nearest tick (1/1) is at 00:05:000."


def test_in_taiko_five_ms_can_be_seen() -> None:
    timed = taiko().timing(120).don(at=0)
    assert unsnapped(timed.kiai(5005, 8000)) == [("start", Severity.WARNING, 5005)]


def test_where_kiai_ends_off_the_grid_is_minor_however_far() -> None:
    assert unsnapped(TIMED.kiai(5000, 8010)) == [("end", Severity.MINOR, 8010)]


def test_kiai_on_the_grid_is_fine() -> None:
    assert unsnapped(TIMED.kiai(5000, 8000)) == []


def test_kiai_to_the_end_of_the_map_has_no_end_to_snap() -> None:
    assert unsnapped(TIMED.timing_line("5000,-100,4,2,0,70,0,1")) == []


def test_a_line_inside_kiai_does_not_start_it_again() -> None:
    assert unsnapped(TIMED.kiai(5000, 8000).green(6003)) == []


def test_kiai_of_half_a_beat_is_short() -> None:
    finding = only("short-kiai", TIMED.kiai(5000, 5250).beatmap())
    assert (finding.severity, finding.time_ms, finding.end_ms) == (Severity.MINOR, 5000, 5250)
    assert "250 ms" in finding.message
    assert "0.5 of a beat" in finding.message


def test_kiai_of_a_beat_is_long_enough() -> None:
    assert found("short-kiai", TIMED.kiai(5000, 5500).beatmap()) == ()


def test_in_taiko_a_third_of_a_beat_is_a_flash() -> None:
    finding = only("short-kiai", taiko().timing(120).don(at=0).kiai(5000, 5167).beatmap())
    assert (finding.variant, finding.severity) == ("flash", Severity.WARNING)


def test_in_taiko_half_a_beat_is_short_but_no_flash() -> None:
    finding = only("short-kiai", taiko().timing(120).don(at=0).kiai(5000, 5250).beatmap())
    assert (finding.variant, finding.severity) == ("short", Severity.MINOR)


def test_nine_ms_late_is_minor_and_in_taiko_four() -> None:
    assert unsnapped(TIMED.kiai(5009, 8000)) == [("start", Severity.MINOR, 5009)]
    assert unsnapped(taiko().timing(120).don(at=0).kiai(5004, 8000)) == [("start", Severity.MINOR, 5004)]


def test_a_little_more_than_half_a_beat_is_long_enough() -> None:
    assert found("short-kiai", TIMED.kiai(5000, 5252).beatmap()) == ()


def test_in_taiko_a_little_more_than_a_third_is_no_flash() -> None:
    finding = only("short-kiai", taiko().timing(120).don(at=0).kiai(5000, 5169).beatmap())
    assert finding.variant == "short"
