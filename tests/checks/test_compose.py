"""Two things at once, things that last no time, combos without end."""

from __future__ import annotations

import pytest

from engine.beatmap.builder import MapBuilder, catch, osu, taiko
from engine.checks.check import Severity
from tests.checks.helpers import found, only

# At 60 BPM and multiplier 1.4, 140 px of slider take one second.
SECOND_PX = 140


def at_60_bpm() -> MapBuilder:
    return osu().timing(60)


class TestConcurrentObjects:
    def test_two_circles_on_one_tick(self) -> None:
        finding = only("concurrent-objects", at_60_bpm().circle(at=1000).circle(at=1000).beatmap())
        assert (finding.variant, finding.severity) == ("concurrent", Severity.PROBLEM)
        assert (finding.time_ms, finding.objects) == (1000, (0, 1))
        assert finding.message == "2 circles start at the same time."

    def test_two_kinds_on_one_tick_are_both_named(self) -> None:
        beatmap = at_60_bpm().slider(at=1000, length=SECOND_PX).circle(at=1000).beatmap()
        message = only("concurrent-objects", beatmap).message
        assert message == "A slider and a circle start at the same time."

    def test_a_circle_while_a_slider_is_held(self) -> None:
        beatmap = at_60_bpm().slider(at=1000, length=SECOND_PX).circle(at=1500).beatmap()
        finding = only("concurrent-objects", beatmap)
        assert (finding.variant, finding.time_ms, finding.objects) == ("concurrent", 1500, (0, 1))
        assert "00:02:000" in finding.message

    def test_a_circle_in_the_second_half_of_a_repeating_slider(self) -> None:
        beatmap = at_60_bpm().slider(at=1000, length=SECOND_PX, spans=2).circle(at=2500).beatmap()
        assert only("concurrent-objects", beatmap).time_ms == 2500

    def test_several_objects_under_one_slider_are_one_finding(self) -> None:
        beatmap = at_60_bpm().slider(at=1000, length=SECOND_PX).circle(at=1200).circle(at=1700).beatmap()
        finding = only("concurrent-objects", beatmap)
        assert (finding.time_ms, finding.end_ms, finding.objects) == (1200, 1700, (0, 1, 2))
        assert finding.message.startswith("2 objects start before this slider ends")

    def test_the_longer_of_two_holders_counts(self) -> None:
        """The circle in between ends at once, the spinner goes on."""
        beatmap = at_60_bpm().spinner(at=1000, until=4000).circle(at=2000).circle(at=3000).beatmap()
        assert only("concurrent-objects", beatmap).objects == (0, 1, 2)

    def test_a_circle_where_a_slider_ends(self) -> None:
        beatmap = at_60_bpm().slider(at=1000, length=SECOND_PX).circle(at=2000).beatmap()
        finding = only("concurrent-objects", beatmap)
        assert finding.variant == "concurrent"
        assert "on the same tick as the end of the slider at 00:01:000" in finding.message

    def test_a_circle_9_ms_after_another(self) -> None:
        finding = only("concurrent-objects", at_60_bpm().circle(at=1000).circle(at=1009).beatmap())
        assert (finding.variant, finding.severity) == ("almost-concurrent", Severity.PROBLEM)
        assert (finding.time_ms, finding.objects) == (1009, (0, 1))
        assert "9 ms after the circle" in finding.message

    def test_a_circle_10_ms_after_another_is_far_enough(self) -> None:
        assert found("concurrent-objects", at_60_bpm().circle(at=1000).circle(at=1010).beatmap()) == ()

    def test_a_circle_19_ms_after_a_slider(self) -> None:
        beatmap = at_60_bpm().slider(at=1000, length=SECOND_PX).circle(at=2019).beatmap()
        finding = only("concurrent-objects", beatmap)
        assert finding.variant == "almost-concurrent"
        assert "19 ms after the end of the slider" in finding.message

    def test_a_circle_20_ms_after_a_slider_is_far_enough(self) -> None:
        beatmap = at_60_bpm().slider(at=1000, length=SECOND_PX).circle(at=2020).beatmap()
        assert found("concurrent-objects", beatmap) == ()

    def test_a_spinner_may_follow_at_once(self) -> None:
        beatmap = at_60_bpm().circle(at=1000).spinner(at=1005, until=3000).beatmap()
        assert found("concurrent-objects", beatmap) == ()

    def test_catch_asks_for_no_gap(self) -> None:
        assert found("concurrent-objects", catch().timing(60).fruit(at=1000).fruit(at=1005).beatmap()) == ()

    def test_taiko_notes_may_not_share_a_tick(self) -> None:
        finding = only("concurrent-objects", taiko().timing(60).don(at=1000).kat(at=1000).beatmap())
        assert "note" in finding.message

    def test_nothing_is_concurrent_in_an_empty_map(self) -> None:
        assert found("concurrent-objects", osu().beatmap()) == ()

    def test_a_thousand_objects_under_a_spinner_select_a_few(self) -> None:
        beatmap = at_60_bpm().spinner(at=0, until=100_000)
        for number in range(100):
            beatmap = beatmap.circle(at=100 + 100 * number)
        assert len(only("concurrent-objects", beatmap.beatmap()).objects) == 10


class TestNoDuration:
    def test_a_spinner_that_ends_as_it_starts(self) -> None:
        finding = only("no-duration", at_60_bpm().circle(at=500).spinner(at=1000, until=1000).beatmap())
        assert (finding.variant, finding.severity) == ("zero", Severity.PROBLEM)
        assert (finding.time_ms, finding.objects) == (1000, (1,))

    def test_a_spinner_that_ends_before_it_starts(self) -> None:
        finding = only("no-duration", at_60_bpm().spinner(at=1000, until=800).beatmap())
        assert finding.variant == "negative"
        assert "200 ms before" in finding.message

    def test_a_slider_of_a_hundredth_of_a_pixel(self) -> None:
        finding = only("no-duration", catch().timing(60).slider(at=1000, length=0.01).beatmap())
        assert (finding.variant, finding.time_ms) == ("zero", 1000)

    def test_a_slider_of_one_pixel_lasts(self) -> None:
        assert found("no-duration", at_60_bpm().slider(at=1000, length=1).beatmap()) == ()

    def test_a_spinner_of_one_ms_lasts(self) -> None:
        assert found("no-duration", at_60_bpm().spinner(at=1000, until=1001).beatmap()) == ()

    def test_a_circle_need_not_last(self) -> None:
        assert found("no-duration", at_60_bpm().circle(at=1000).beatmap()) == ()


def combo_of(count: int, builder: MapBuilder) -> MapBuilder:
    builder = builder.circle(at=1000, new_combo=True)
    for number in range(1, count):
        builder = builder.circle(at=1000 + 500 * number)
    return builder.circle(at=1000 + 500 * count, new_combo=True)


class TestLongCombos:
    def test_a_combo_of_25(self) -> None:
        finding = only("long-combo", combo_of(25, at_60_bpm()).beatmap())
        assert (finding.variant, finding.severity) == ("long", Severity.MINOR)
        assert (finding.time_ms, finding.end_ms, finding.objects) == (1000, 13_000, (0, 24))
        assert "25 objects" in finding.message

    def test_a_combo_of_24_is_not_long(self) -> None:
        assert found("long-combo", combo_of(24, at_60_bpm()).beatmap()) == ()

    def test_a_combo_of_37_is_very_long(self) -> None:
        finding = only("long-combo", combo_of(37, at_60_bpm()).beatmap())
        assert (finding.variant, finding.severity) == ("very-long", Severity.WARNING)

    def test_the_last_combo_counts_too(self) -> None:
        builder = at_60_bpm()
        for number in range(30):
            builder = builder.circle(at=1000 + 500 * number)
        assert "30 objects" in only("long-combo", builder.beatmap()).message

    def test_a_spinner_ends_a_combo(self) -> None:
        builder = at_60_bpm()
        for number in range(40):
            builder = builder.circle(at=1000 + 500 * number)
            if number == 20:
                builder = builder.spinner(at=1000 + 500 * number + 50, until=1000 + 500 * number + 450)
        assert found("long-combo", builder.beatmap()) == ()

    def test_catch_counts_fruits(self) -> None:
        """Eight streams of three fruits: 24 where 16 are expected."""
        builder = catch().timing(60)
        for number in range(8):
            builder = builder.slider(at=1000 + 3000 * number, length=SECOND_PX, spans=2)
        finding = only("long-combo", builder.beatmap())
        assert (finding.variant, finding.severity) == ("long", Severity.MINOR)
        assert "24 fruits" in finding.message

    @pytest.mark.parametrize("count", [16, 12])
    def test_sixteen_fruits_are_not_long(self, count: int) -> None:
        assert found("long-combo", combo_of(count, catch().timing(60)).beatmap()) == ()
