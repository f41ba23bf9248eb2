from __future__ import annotations

import pytest

from engine.beatmap.builder import MapBuilder, osu, taiko
from engine.checks.check import Severity
from tests.checks.helpers import found, only

TIMED = osu().timing(120).circle(at=1000)


def variants(check_id: str, builder: MapBuilder) -> list[str]:
    return [finding.variant for finding in found(check_id, builder.beatmap())]


def test_a_map_without_a_red_line_is_untimed() -> None:
    finding = only("first-timing-line", osu().circle(at=1000).beatmap())
    assert (finding.variant, finding.severity, finding.time_ms) == ("no-red-line", Severity.PROBLEM, None)


def test_a_map_that_starts_with_a_red_line_is_fine() -> None:
    assert variants("first-timing-line", TIMED) == []


def test_a_green_line_before_the_first_red_one_has_nothing_to_inherit() -> None:
    finding = only("first-timing-line", osu().green(0).timing(120, at=500).circle(at=1000).beatmap())
    assert (finding.variant, finding.severity, finding.time_ms) == ("green-first", Severity.PROBLEM, 0)


def test_a_green_line_on_the_first_red_one_is_fine() -> None:
    assert variants("first-timing-line", TIMED.green(0, velocity=0.8)) == []


def test_kiai_on_the_first_red_line_is_a_problem() -> None:
    finding = only("first-timing-line", TIMED.kiai(0, 4000).beatmap())
    assert (finding.variant, finding.severity, finding.time_ms) == ("kiai", Severity.PROBLEM, 0)


def test_kiai_on_a_green_line_at_the_first_red_one_is_what_the_rules_ask_for() -> None:
    lines = osu().timing_line("0,500,4,2,0,70,1,0", "0,-100,4,2,0,70,0,1", "4000,-100,4,2,0,70,0,0")
    assert variants("first-timing-line", lines.circle(at=1000)) == []


def test_objects_before_the_first_red_line_are_counted() -> None:
    late = osu().timing(120, at=2000).circle(at=1000).circle(at=1500).circle(at=2000)
    finding = only("first-timing-line", late.beatmap())
    assert (finding.variant, finding.severity) == ("objects-first", Severity.MINOR)
    assert (finding.time_ms, finding.end_ms, finding.objects) == (1000, 2000, (0, 1))
    assert finding.message.startswith("2 objects come before the first red line at 00:02:000")


def test_an_object_that_rounding_put_before_the_first_red_line_lies_on_it() -> None:
    assert variants("first-timing-line", osu().timing(120, at=2000).circle(at=1999)) == []


def test_two_red_lines_at_the_same_time_are_a_problem() -> None:
    finding = only("conflicting-lines", TIMED.timing(90, at=4000).timing(60, at=4000).beatmap())
    assert (finding.variant, finding.severity, finding.time_ms) == ("red-lines", Severity.PROBLEM, 4000)
    assert "different BPM (60, 90)" in finding.message


def test_two_green_lines_that_agree_are_weaker_than_two_that_do_not() -> None:
    same = only("conflicting-lines", TIMED.green(4000).green(4000).beatmap())
    differing = only("conflicting-lines", TIMED.green(4000).green(4000, velocity=2).beatmap())
    assert same.variant == differing.variant == "green-lines"
    assert same.strength < differing.strength
    assert "different velocity (1x, 2x)" in differing.message


def test_three_lines_at_the_same_time_are_one_finding() -> None:
    finding = only("conflicting-lines", TIMED.green(4000).green(4000).green(4000).beatmap())
    assert finding.message == "3 green lines at the same time. Keep one."


@pytest.mark.parametrize(
    ("second", "what"),
    [
        ("4000,-100,4,2,0,50,0,0", "volume"),
        ("4000,-100,4,3,0,70,0,0", "samples"),
        ("4000,-100,4,2,1,70,0,0", "samples"),
        ("4000,-100,4,2,0,70,0,1", "kiai"),
    ],
)
def test_lines_that_only_sound_different_conflict_too(second: str, what: str) -> None:
    lines = TIMED.timing_line("4000,-100,4,2,0,70,0,0", second)
    finding = only("conflicting-lines", lines.beatmap())
    assert f"with different {what}: only one" in finding.message
    assert finding.strength == 1.0


def test_two_red_lines_of_one_tempo_may_count_bars_differently() -> None:
    lines = TIMED.timing(90, at=4000).timing(90, at=4000, meter=3)
    assert "different time signatures" in only("conflicting-lines", lines.beatmap()).message


def test_a_red_and_a_green_line_belong_together() -> None:
    assert variants("conflicting-lines", TIMED.timing(90, at=4000).green(4000, velocity=0.5, volume=20)) == []


def test_lines_a_millisecond_apart_do_not_conflict() -> None:
    assert variants("conflicting-lines", TIMED.green(4000).green(4001)) == []


def test_a_beat_the_game_would_clamp_is_a_problem() -> None:
    finding = only("timing-line-values", TIMED.timing_line("4000,0.5,4,2,0,70,1,0").beatmap())
    assert (finding.variant, finding.severity, finding.time_ms) == ("beat-length", Severity.PROBLEM, 4000)


def test_a_beat_of_negative_length_is_a_problem() -> None:
    assert variants("timing-line-values", TIMED.timing_line("4000,-500,4,2,0,70,1,0")) == ["beat-length"]


@pytest.mark.parametrize("bpm", [1200, 12])
def test_a_tempo_that_no_music_has_is_a_warning(bpm: float) -> None:
    finding = only("timing-line-values", TIMED.timing(bpm, at=4000).beatmap())
    assert (finding.variant, finding.severity) == ("bpm", Severity.WARNING)
    assert f"{bpm} BPM" in finding.message


@pytest.mark.parametrize("bpm", [20, 60, 300, 1000])
def test_a_tempo_that_music_has_is_fine(bpm: float) -> None:
    assert variants("timing-line-values", TIMED.timing(bpm, at=4000)) == []


def test_a_velocity_beyond_ten_is_cut() -> None:
    finding = only("timing-line-values", TIMED.green(4000, velocity=12).beatmap())
    assert (finding.variant, finding.severity) == ("velocity-range", Severity.WARNING)
    assert finding.message == "This green line asks for 12x; the game stops at 10x."


@pytest.mark.parametrize("velocity", [0.1, 10])
def test_a_velocity_at_the_edge_is_fine(velocity: float) -> None:
    assert variants("timing-line-values", TIMED.green(4000, velocity=velocity)) == []


def test_taiko_scrolls_more_slowly_than_a_slider_may_move() -> None:
    timed = taiko().timing(120).don(at=1000)
    assert variants("timing-line-values", timed.green(4000, velocity=0.05)) == []
    assert variants("timing-line-values", TIMED.green(4000, velocity=0.05)) == ["velocity-range"]


def test_a_velocity_that_is_not_a_number_takes_the_ticks() -> None:
    finding = only("timing-line-values", TIMED.timing_line("4000,NaN,4,2,0,70,0,0").beatmap())
    assert (finding.variant, finding.severity) == ("velocity-not-a-number", Severity.WARNING)


def test_a_positive_velocity_is_read_as_one() -> None:
    finding = only("timing-line-values", TIMED.timing_line("4000,500,4,2,0,70,0,0").beatmap())
    assert (finding.variant, finding.severity) == ("velocity-positive", Severity.MINOR)


@pytest.mark.parametrize("volume", [4, 101])
def test_a_volume_that_the_editor_cannot_set_is_a_problem(volume: int) -> None:
    finding = only("timing-line-values", TIMED.green(4000, volume=volume).beatmap())
    assert (finding.variant, finding.severity) == ("volume", Severity.PROBLEM)


@pytest.mark.parametrize("volume", [5, 100])
def test_a_volume_at_the_edge_is_fine(volume: int) -> None:
    assert variants("timing-line-values", TIMED.green(4000, volume=volume)) == []


@pytest.mark.parametrize(
    ("beat_ms", "variant"),
    [(5.9, "beat-length"), (6.1, "bpm"), (59_999, "bpm"), (60_001, "beat-length")],
)
def test_the_game_takes_beats_of_6_ms_to_a_minute(beat_ms: float, variant: str) -> None:
    assert variants("timing-line-values", TIMED.timing_line(f"4000,{beat_ms},4,2,0,70,1,0")) == [variant]


def test_nineteen_bpm_is_a_warning() -> None:
    assert variants("timing-line-values", TIMED.timing(19, at=4000)) == ["bpm"]


@pytest.mark.parametrize(("velocity", "expected"), [(0.09, ["velocity-range"]), (0.11, [])])
def test_a_slider_moves_at_a_tenth_at_least(velocity: float, expected: list[str]) -> None:
    assert variants("timing-line-values", TIMED.green(4000, velocity=velocity)) == expected


@pytest.mark.parametrize(("velocity", "expected"), [(0.009, ["velocity-range"]), (0.011, [])])
def test_taiko_scrolls_at_a_hundredth_at_least(velocity: float, expected: list[str]) -> None:
    timed = taiko().timing(120).don(at=1000)
    assert variants("timing-line-values", timed.green(4000, velocity=velocity)) == expected
