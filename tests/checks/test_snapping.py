from __future__ import annotations

import pytest

from engine.beatmap.builder import MapBuilder, catch, mania, osu, taiko
from engine.checks.check import Severity
from tests.checks.helpers import found, only

# 120 BPM: a beat is 500 ms, and a slider of 140 px with multiplier 1.4 lasts one.
TIMED = osu().timing(120)
BEAT_PX = 140


def unsnapped(builder: MapBuilder) -> tuple[tuple[str, float | None], ...]:
    findings = found("unsnapped-objects", builder.beatmap())
    return tuple((finding.variant, finding.time_ms) for finding in findings)


def test_a_circle_three_ms_late_says_by_how_much_and_where_the_grid_is() -> None:
    finding = only("unsnapped-objects", TIMED.circle(at=500).circle(at=1003).beatmap())
    assert finding.message == "This circle is 3 ms late: the nearest tick (1/1) is at 00:01:000."
    assert (finding.time_ms, finding.objects) == (1003, (1,))
    assert finding.severity is Severity.PROBLEM


def test_a_circle_before_its_tick_is_early() -> None:
    finding = only("unsnapped-objects", TIMED.circle(at=1497).beatmap())
    assert "3 ms early" in finding.message


def test_two_ms_off_is_unsnapped() -> None:
    assert unsnapped(TIMED.circle(at=1002)) == (("head", 1002),)


def test_one_ms_off_is_rounding() -> None:
    assert unsnapped(TIMED.circle(at=1001).circle(at=1499)) == ()


@pytest.mark.parametrize("divisor", [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16])
def test_every_divisor_of_the_editor_is_a_grid(divisor: int) -> None:
    assert unsnapped(TIMED.circle(at=int(1000 + 500 / divisor))) == ()


def test_a_tick_that_only_an_eleventh_has_is_off_the_grid() -> None:
    assert unsnapped(osu().timing(60).circle(at=1000 + 1000 * 5 // 11)) == (("head", 1454),)


def test_the_grid_goes_on_before_the_first_red_line() -> None:
    assert unsnapped(osu().timing(120, at=2000).circle(at=1500)) == ()
    assert unsnapped(osu().timing(120, at=2000).circle(at=1503)) == (("head", 1503),)


def test_the_grid_is_that_of_the_red_line_that_rules() -> None:
    two = TIMED.timing(120, at=4103)
    assert unsnapped(two.circle(at=3500).circle(at=4603)) == ()


def test_the_more_it_is_off_the_stronger_the_finding() -> None:
    slow = osu().timing(30)
    near, far = (only("unsnapped-objects", slow.circle(at=at).beatmap()) for at in (2004, 2010))
    assert near.strength < far.strength


def test_a_slider_drawn_too_long_ends_off_the_grid() -> None:
    finding = only("unsnapped-objects", TIMED.slider(at=1000, length=BEAT_PX + 2).beatmap())
    assert (finding.variant, finding.time_ms, finding.objects) == ("slider-end", 1000, (0,))
    assert finding.end_ms == pytest.approx(1507.14, abs=0.01)
    assert finding.message.startswith("This slider ends 7.14 ms late: the nearest tick (1/1)")


def test_a_slider_a_fraction_too_long_is_rounding() -> None:
    assert unsnapped(TIMED.slider(at=1000, length=BEAT_PX + 0.25)) == ()


def test_a_reverse_is_reported_where_the_end_lies_right() -> None:
    slider = TIMED.slider(at=1000, length=BEAT_PX * 5 / 11, spans=11)
    assert [variant for variant, _ in unsnapped(slider)] == ["reverse"]


def test_an_end_that_is_only_as_wrong_as_its_head_is_not_told_twice() -> None:
    assert unsnapped(TIMED.slider(at=1004, length=BEAT_PX)) == (("head", 1004),)


def test_a_wrong_head_does_not_hide_an_end_that_is_wrong_in_another_way() -> None:
    variants = {variant for variant, _ in unsnapped(TIMED.slider(at=1004, length=BEAT_PX + 2))}
    assert variants == {"head", "slider-end"}


def test_a_slider_that_ends_on_a_red_line_of_another_grid_is_snapped() -> None:
    assert unsnapped(TIMED.timing(90, at=1512).slider(at=1000, length=BEAT_PX * 512 / 500)) == ()


def test_a_spinner_can_end_off_the_grid() -> None:
    assert unsnapped(TIMED.spinner(at=1000, until=3004)) == (("spinner-end", 1000),)


def test_a_long_note_can_end_off_the_grid() -> None:
    finding = only("unsnapped-objects", mania(4).timing(120).hold(at=1000, until=1504).beatmap())
    assert finding.variant == "hold-end"
    assert finding.message.startswith("This long note ends 4 ms late")


def test_every_note_of_an_unsnapped_chord_is_found() -> None:
    chord = mania(4).timing(120).note(at=1003, column=0).note(at=1003, column=1).note(at=1500, column=2)
    assert unsnapped(chord) == (("head", 1003), ("head", 1003))


def test_without_a_red_line_there_is_no_grid_to_miss() -> None:
    assert unsnapped(osu().circle(at=1003)) == ()


def just_before(builder: MapBuilder) -> tuple[tuple[str, float | None], ...]:
    return tuple((f.variant, f.time_ms) for f in found("just-before-line", builder.beatmap()))


def test_a_slider_one_ms_before_its_green_line_keeps_the_old_velocity() -> None:
    finding = only("just-before-line", TIMED.green(1000, velocity=1.5).slider(at=999).beatmap())
    assert (finding.variant, finding.severity) == ("velocity", Severity.WARNING)
    assert (finding.time_ms, finding.objects) == (999, (0,))
    assert finding.message == (
        "This slider comes 1 ms before the green line at 00:01:000: it keeps the velocity from before."
    )


def test_a_slider_on_its_green_line_is_reached() -> None:
    assert just_before(TIMED.green(1000, velocity=1.5).slider(at=1000)) == ()


def test_a_green_line_of_the_same_velocity_is_missed_by_nobody() -> None:
    assert just_before(TIMED.green(1000, volume=20).slider(at=999)) == ()


def test_a_circle_has_no_velocity_to_lose_in_osu_and_catch() -> None:
    assert just_before(TIMED.green(1000, velocity=2).circle(at=999)) == ()
    assert just_before(catch().timing(120).green(1000, velocity=2).fruit(at=999)) == ()


def test_a_taiko_note_scrolls_with_the_line_it_misses() -> None:
    assert just_before(taiko().timing(120).green(1000, velocity=2).don(at=999)) == (("velocity", 999),)


def test_an_unsnapped_slider_before_a_line_is_reported_as_unsnapped_only() -> None:
    assert just_before(TIMED.green(1000, velocity=2).slider(at=996)) == ()


def test_an_object_two_ms_before_a_red_line_belongs_to_the_timing_before() -> None:
    finding = only("just-before-line", TIMED.timing(150, at=1002).circle(at=1000).beatmap())
    assert finding.variant == "tempo"
    assert "comes 2 ms before the red line at 00:01:002" in finding.message


def test_a_note_that_rounding_put_before_a_red_line_lies_on_it() -> None:
    assert just_before(TIMED.timing(150, at=1001).circle(at=1000)) == ()


def test_a_slider_one_ms_before_a_red_line_keeps_the_old_tempo_in_its_length() -> None:
    assert just_before(TIMED.timing(150, at=1001).slider(at=1000)) == (("velocity", 1000),)


def test_a_red_line_that_keeps_the_speed_is_missed_by_nobody() -> None:
    both = TIMED.timing(240, at=1001).green(1001, velocity=0.5)
    assert just_before(both.slider(at=1000)) == ()


def test_six_ms_before_a_line_is_no_near_miss() -> None:
    assert just_before(TIMED.timing(150, at=1006).circle(at=1000)) == ()


def test_an_end_is_a_fraction_and_judged_as_one() -> None:
    assert unsnapped(TIMED.slider(at=1000, length=BEAT_PX * 501.9 / 500)) == ()
    assert unsnapped(TIMED.slider(at=1000, length=BEAT_PX * 502.1 / 500)) == (("slider-end", 1000),)


def test_twenty_ms_is_as_strong_as_it_gets() -> None:
    slow = osu().timing(15)
    nineteen, twenty = (only("unsnapped-objects", slow.circle(at=at).beatmap()) for at in (4019, 4020))
    assert nineteen.strength < twenty.strength == 1.0


def test_five_ms_before_a_line_is_a_near_miss() -> None:
    assert just_before(TIMED.timing(150, at=1005).circle(at=1000)) == (("tempo", 1000),)


def test_a_hundredth_of_the_speed_can_be_told() -> None:
    assert just_before(TIMED.green(1000, velocity=1.009).slider(at=999)) == ()
    assert just_before(TIMED.green(1000, velocity=1.011).slider(at=999)) == (("velocity", 999),)
