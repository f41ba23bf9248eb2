from __future__ import annotations

from engine.beatmap.builder import MapBuilder, mania, osu, taiko
from engine.checks.check import Severity
from tests.checks.helpers import found, only

# 120 BPM in 4/4: a measure lasts 2,000 ms, Nightcore's four 8,000 ms.
TIMED = osu().timing(120).slider(at=0, length=140).slider(at=20_000, length=140)


def variants(builder: MapBuilder) -> list[str]:
    return [finding.variant for finding in found("unused-lines", builder.beatmap())]


def test_a_green_line_like_the_line_before_changes_nothing() -> None:
    finding = only("unused-lines", TIMED.green(4000).beatmap())
    assert (finding.variant, finding.severity, finding.time_ms) == ("green-same", Severity.MINOR, 4000)


def test_a_green_line_that_sliders_feel_is_used() -> None:
    assert variants(TIMED.green(4000, velocity=1.5)) == []


def test_velocity_that_no_slider_meets_is_unused() -> None:
    finding = only("unused-lines", TIMED.green(4000, velocity=1.5).green(8000).beatmap())
    assert (finding.variant, finding.time_ms) == ("green-reaches-nothing", 4000)


def test_a_line_back_to_normal_is_used_where_sliders_follow() -> None:
    lines = TIMED.green(4000, velocity=1.5).slider(at=6000).green(8000)
    assert variants(lines) == []


def test_circles_feel_no_velocity_in_osu_but_notes_do_in_taiko_and_mania() -> None:
    assert variants(TIMED.green(4000, velocity=1.5).circle(at=6000).green(8000)) == ["green-reaches-nothing"]
    assert variants(taiko().timing(120).don(at=0).green(4000, velocity=1.5).green(8000)) == []
    assert variants(mania(4).timing(120).note(at=0).green(4000, velocity=1.5).green(8000)) == []


def test_volume_is_used_by_any_object() -> None:
    assert variants(TIMED.green(4000, volume=20).circle(at=6000).green(8000)) == []


def test_volume_that_no_object_meets_is_unused() -> None:
    unheard = TIMED.green(4000, volume=20).green(8000)
    assert variants(unheard) == ["green-reaches-nothing"]


def test_volume_is_used_by_the_end_of_an_object_that_began_before() -> None:
    assert variants(TIMED.spinner(at=3000, until=5000).green(4000, volume=20).green(8000)) == []


def test_a_sound_five_ms_before_a_line_is_reached_by_it() -> None:
    assert variants(TIMED.circle(at=3996).green(4000, volume=20).green(8000)) == []


def test_a_line_that_toggles_kiai_is_used() -> None:
    assert variants(TIMED.kiai(4000, 8000)) == []


def test_a_green_line_on_a_red_one_is_compared_with_the_red_one() -> None:
    assert variants(TIMED.timing(90, at=4000).green(4000)) == ["green-same"]
    assert variants(TIMED.timing(90, at=4000).green(4000, velocity=0.5)) == []


def test_a_red_line_on_the_same_beat_changes_nothing() -> None:
    finding = only("unused-lines", TIMED.timing(120, at=8000).beatmap())
    assert (finding.variant, finding.severity, finding.time_ms) == ("red-same", Severity.PROBLEM, 8000)


def test_a_red_line_that_only_sets_volume_could_be_green() -> None:
    finding = only("unused-lines", TIMED.timing(120, at=8000, volume=40).beatmap())
    assert (finding.variant, finding.severity) == ("red-could-be-green", Severity.PROBLEM)


def test_a_red_line_that_only_resets_velocity_could_be_green() -> None:
    assert variants(TIMED.green(2000, velocity=2).slider(at=3000).timing(120, at=8000)) == [
        "red-could-be-green"
    ]


def test_a_red_line_that_only_realigns_nightcore_is_minor() -> None:
    finding = only("unused-lines", TIMED.timing(120, at=6000).beatmap())
    assert (finding.variant, finding.severity) == ("red-nightcore", Severity.MINOR)


def test_a_red_line_of_another_bpm_is_used() -> None:
    assert variants(TIMED.timing(121, at=8000)) == []


def test_a_red_line_of_another_meter_is_used() -> None:
    assert variants(TIMED.timing(120, at=8000, meter=3)) == []


def test_a_red_line_off_the_downbeat_is_used() -> None:
    assert variants(TIMED.timing(120, at=8500)) == []
    assert variants(TIMED.timing(120, at=8003)) == []


def test_a_red_line_one_ms_off_corrects_nothing() -> None:
    assert variants(TIMED.timing(120, at=8001)) == ["red-same"]


def test_a_red_line_that_omits_its_bar_line_is_used() -> None:
    assert variants(TIMED.timing(120, at=8000, omit_barline=True)) == []


def test_a_sound_six_ms_before_a_line_is_not_reached_by_it() -> None:
    lines = TIMED.circle(at=3994).green(4000, volume=20).green(8000)
    assert variants(lines) == ["green-reaches-nothing"]


def test_a_thousandth_of_a_beat_per_minute_is_the_same_bpm() -> None:
    assert variants(TIMED.timing(120.0009, at=8000)) == ["red-same"]
    assert variants(TIMED.timing(120.0012, at=8000)) == []


def test_more_than_a_millisecond_off_the_downbeat_corrects_something() -> None:
    assert variants(TIMED.timing(120, at=8001.2)) == []


def test_nightcore_counts_four_measures() -> None:
    assert variants(TIMED.timing(120, at=4000)) == ["red-nightcore"]


def test_of_two_lines_that_do_the_same_only_the_one_that_nothing_uses_is_unused() -> None:
    """Whoever deletes all that is called unused must keep the map: the second line is needed then."""
    lines = TIMED.green(4000, velocity=1.5).green(6000, velocity=1.5).slider(at=7000).green(8000)
    (finding,) = found("unused-lines", lines.beatmap())
    assert (finding.variant, finding.time_ms) == ("green-reaches-nothing", 4000)


def test_a_line_that_undoes_an_unused_one_is_called_unused_when_that_is_gone() -> None:
    undone = TIMED.green(4000, velocity=1.5).green(6000).slider(at=7000)
    assert [finding.time_ms for finding in found("unused-lines", undone.beatmap())] == [4000]
    assert variants(TIMED.green(6000).slider(at=7000)) == ["green-same"]


def test_a_red_line_is_needed_where_it_is_like_an_unused_green_one() -> None:
    lines = TIMED.green(2000, velocity=2).slider(at=3000).green(6000).timing(120, at=8000)
    assert variants(lines) == ["green-reaches-nothing", "red-could-be-green"]


def test_a_line_is_needed_while_any_unused_line_before_it_may_stay() -> None:
    """Who deletes the second and the third line and keeps the first would get 1.5x otherwise."""
    lines = TIMED.green(4000, velocity=1.5).green(5000).green(6000).slider(at=7000)
    assert [finding.time_ms for finding in found("unused-lines", lines.beatmap())] == [4000, 5000]
