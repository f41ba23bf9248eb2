"""Lengths and pauses that a level of play asks for."""

from __future__ import annotations

import pytest

from engine.beatmap.builder import MapBuilder, catch, mania, osu, taiko
from engine.checks.check import Severity
from engine.checks.level import Level, busiest_per_second, estimate, quick_gap_ms
from tests.checks.helpers import found, only

# At 60 BPM and multiplier 1.4, 140 px of slider take one second.
SECOND_PX = 140


def beats(gap_ms: float, *, ar: float = 5, count: int = 60, start: float = 10_000) -> MapBuilder:
    """A map whose circles follow each other at one pace."""
    builder = osu().timing(60).difficulty(ar=ar)
    for number in range(count):
        builder = builder.circle(at=start + gap_ms * number, x=200 + number % 2 * 200)
    return builder


def easy() -> MapBuilder:
    return beats(750, ar=3)


def normal() -> MapBuilder:
    return beats(333, ar=5)


def hard() -> MapBuilder:
    return beats(220, ar=7)


def insane() -> MapBuilder:
    return beats(160, ar=9)


class TestLevel:
    @pytest.mark.parametrize(
        ("builder", "level"),
        [(easy(), Level.EASY), (normal(), Level.NORMAL), (hard(), Level.HARD), (insane(), Level.INSANE)],
        ids=["easy", "normal", "hard", "insane"],
    )
    def test_a_level_follows_from_what_is_asked(self, builder: MapBuilder, level: Level) -> None:
        assert estimate(builder.beatmap()) is level

    def test_the_name_is_not_asked(self) -> None:
        assert estimate(insane().metadata(version="Easy", title="Easy").beatmap()) is Level.INSANE

    def test_a_high_approach_rate_alone_makes_a_map_no_easy(self) -> None:
        assert estimate(easy().difficulty(ar=9).beatmap()) is Level.INSANE

    def test_a_burst_in_a_slow_map_makes_it_no_easy(self) -> None:
        builder = easy()
        for number in range(30):
            builder = builder.circle(at=100_000 + 100 * number)
        assert estimate(builder.beatmap()) > Level.NORMAL

    def test_two_slips_of_the_mouse_do_not(self) -> None:
        assert estimate(easy().circle(at=100_000).circle(at=100_090).beatmap()) is Level.EASY

    def test_nothing_is_claimed_of_other_modes(self) -> None:
        builder = taiko().timing(60).difficulty(ar=2).don(at=0).don(at=5000).don(at=10_000)
        assert estimate(builder.beatmap()) is Level.INSANE

    def test_nothing_is_claimed_of_a_map_just_begun(self) -> None:
        assert estimate(osu().timing(60).difficulty(ar=2).circle(at=0).beatmap()) is Level.INSANE

    def test_one_gap_in_twenty_is_the_quick_one(self) -> None:
        assert quick_gap_ms([0, 100, 600, 1100]) == 100
        assert quick_gap_ms([0, 100, *range(600, 20_000, 500)]) == 500

    def test_the_busiest_ten_seconds_count(self) -> None:
        assert busiest_per_second([0, 1000, 2000, 50_000]) == pytest.approx(0.3)


class TestDrainTime:
    @pytest.mark.parametrize("builder", [osu(), taiko(), catch(), mania()])
    def test_less_than_half_a_minute(self, builder: MapBuilder) -> None:
        finding = only("drain-time", builder.timing(60).circle(at=1000).circle(at=30_500).beatmap())
        assert (finding.variant, finding.severity, finding.time_ms) == ("short", Severity.PROBLEM, None)
        assert "29.5 s" in finding.message

    def test_half_a_minute(self) -> None:
        assert found("drain-time", osu().timing(60).circle(at=1000).circle(at=31_000).beatmap()) == ()

    def test_breaks_are_left_out(self) -> None:
        beatmap = osu().timing(60).circle(at=1000).circle(at=31_000).break_(2000, 12_000).beatmap()
        assert "20.0 s" in only("drain-time", beatmap).message

    @pytest.mark.parametrize("builder", [osu(), taiko(), catch(), mania()])
    def test_an_empty_map_is_said_to_be_empty(self, builder: MapBuilder) -> None:
        finding = only("drain-time", builder.timing(60).beatmap())
        assert (finding.variant, finding.severity) == ("empty", Severity.PROBLEM)
        assert finding.message == "This difficulty has no objects yet."


class TestShortSliders:
    def test_a_slider_of_100_ms_on_an_easy(self) -> None:
        finding = only("short-sliders", easy().slider(at=1000, length=SECOND_PX / 10).beatmap())
        assert (finding.variant, finding.severity) == ("easy", Severity.WARNING)
        assert (finding.time_ms, finding.objects) == (1000, (0,))
        assert "takes 100 ms" in finding.message

    def test_a_repeating_slider_is_measured_from_end_to_end(self) -> None:
        finding = only("short-sliders", easy().slider(at=1000, length=SECOND_PX / 10, spans=4).beatmap())
        assert "takes 100 ms" in finding.message

    def test_125_ms_are_enough(self) -> None:
        assert found("short-sliders", easy().slider(at=1000, length=SECOND_PX / 8).beatmap()) == ()

    @pytest.mark.parametrize("builder", [normal(), hard(), insane()])
    def test_harder_maps_may(self, builder: MapBuilder) -> None:
        assert found("short-sliders", builder.slider(at=1000, length=SECOND_PX / 10).beatmap()) == ()


class TestShortSpinners:
    def test_auto_cannot(self) -> None:
        finding = only("short-spinners", osu().timing(60).spinner(at=1000, until=1449).beatmap())
        assert (finding.variant, finding.severity) == ("too-short", Severity.PROBLEM)
        assert (finding.time_ms, finding.end_ms, finding.objects) == (1000, 1449, (0,))
        assert "449 ms" in finding.message

    def test_auto_might(self) -> None:
        finding = only("short-spinners", osu().timing(60).spinner(at=1000, until=1450).beatmap())
        assert (finding.variant, finding.severity) == ("perhaps-too-short", Severity.WARNING)

    def test_auto_can(self) -> None:
        assert found("short-spinners", osu().timing(60).spinner(at=1000, until=1500).beatmap()) == ()

    @pytest.mark.parametrize(
        ("od", "least_ms", "safe_ms"), [(0, 365, 391), (3, 416, 456.4), (8, 501, 560), (10, 535, 600)]
    )
    def test_the_limits_move_with_od(self, od: float, least_ms: float, safe_ms: float) -> None:
        def variants(duration_ms: float) -> list[str]:
            spinner = osu().timing(60).difficulty(od=od).spinner(at=1000, until=1000 + duration_ms)
            return [finding.variant for finding in found("short-spinners", spinner.beatmap())]

        assert variants(least_ms - 1) == ["too-short"]
        assert variants(least_ms + 1) == ["perhaps-too-short"]
        assert variants(safe_ms + 1) == []

    def test_a_spinner_that_lasts_no_time_is_another_checks(self) -> None:
        assert found("short-spinners", osu().timing(60).spinner(at=1000, until=1000).beatmap()) == ()


class TestSpinnerRecovery:
    @pytest.mark.parametrize(
        ("builder", "least_ms", "level"),
        [(easy(), 1000, "an Easy"), (normal(), 750, "a Normal"), (hard(), 500, "a Hard")],
        ids=["easy", "normal", "hard"],
    )
    def test_a_spinner_short_for_its_level(self, builder: MapBuilder, least_ms: float, level: str) -> None:
        finding = only("spinner-recovery", builder.spinner(at=1000, until=999 + least_ms).beatmap())
        assert (finding.variant, finding.severity) == ("length", Severity.WARNING)
        assert (finding.time_ms, finding.objects) == (1000, (0,))
        assert level in finding.message

    def test_a_spinner_a_little_short_is_minor(self) -> None:
        finding = only("spinner-recovery", easy().spinner(at=1000, until=2199).beatmap())
        assert (finding.variant, finding.severity) == ("length", Severity.MINOR)

    def test_a_spinner_long_enough(self) -> None:
        assert found("spinner-recovery", easy().spinner(at=1000, until=2200).beatmap()) == ()

    @pytest.mark.parametrize(
        ("builder", "least_ms"),
        [(easy(), 1000), (normal(), 500), (hard(), 250)],
        ids=["easy", "normal", "hard"],
    )
    def test_too_little_time_after_a_spinner(self, builder: MapBuilder, least_ms: float) -> None:
        beatmap = builder.spinner(at=7000, until=10_001 - least_ms).beatmap()
        finding = only("spinner-recovery", beatmap)
        assert (finding.variant, finding.severity) == ("recovery", Severity.WARNING)
        assert (finding.time_ms, finding.objects) == (10_000, (0, 1))
        assert finding.message.startswith(f"{least_ms - 1} ms to recover")

    def test_a_little_too_little_is_minor(self) -> None:
        finding = only("spinner-recovery", normal().spinner(at=7000, until=9450).beatmap())
        assert (finding.variant, finding.severity) == ("recovery", Severity.MINOR)

    def test_time_enough(self) -> None:
        assert found("spinner-recovery", normal().spinner(at=7000, until=9400).beatmap()) == ()

    def test_a_spinner_may_follow_a_spinner(self) -> None:
        beatmap = easy().spinner(at=1000, until=4000).spinner(at=4100, until=7000).beatmap()
        assert found("spinner-recovery", beatmap) == ()

    def test_insane_maps_may(self) -> None:
        assert found("spinner-recovery", insane().spinner(at=9400, until=9999).beatmap()) == ()


class TestFullOverlaps:
    """Stack leniency 0 leaves objects where they are put."""

    def a_pair(
        self, builder: MapBuilder, gap_ms: float, leniency: float = 0, moved_px: float = 0
    ) -> MapBuilder:
        stacked = builder.general(StackLeniency=leniency).circle(at=1000, x=100)
        return stacked.circle(at=1000 + gap_ms, x=100 + moved_px)

    @pytest.mark.parametrize(("builder", "gap_ms"), [(easy(), 374), (normal(), 374), (hard(), 187)])
    def test_one_on_the_other(self, builder: MapBuilder, gap_ms: float) -> None:
        finding = only("full-overlaps", self.a_pair(builder, gap_ms).beatmap())
        assert (finding.variant, finding.severity) == ("head", Severity.WARNING)
        assert (finding.time_ms, finding.objects) == (1000 + gap_ms, (0, 1))
        assert f"{gap_ms} ms" in finding.message

    @pytest.mark.parametrize(("builder", "gap_ms"), [(easy(), 375), (hard(), 188), (insane(), 94)])
    def test_time_enough_between_them(self, builder: MapBuilder, gap_ms: float) -> None:
        assert found("full-overlaps", self.a_pair(builder, gap_ms).beatmap()) == ()

    def test_a_stack_is_moved_apart(self) -> None:
        assert found("full-overlaps", self.a_pair(hard(), 187, leniency=0.7).beatmap()) == ()

    def test_three_pixels_apart_can_be_seen(self) -> None:
        assert found("full-overlaps", self.a_pair(hard(), 187, moved_px=3).beatmap()) == ()

    def test_two_pixels_apart_cannot(self) -> None:
        assert only("full-overlaps", self.a_pair(hard(), 187, moved_px=2).beatmap()).objects == (0, 1)

    def test_a_spinner_hides_nothing(self) -> None:
        beatmap = easy().general(StackLeniency=0).circle(at=1000).spinner(at=1200, until=4000).beatmap()
        assert found("full-overlaps", beatmap) == ()


class TestBananaGaps:
    def test_too_close_before(self) -> None:
        beatmap = catch().timing(60).fruit(at=1000).spinner(at=1061, until=3000).beatmap()
        finding = only("banana-gaps", beatmap)
        assert (finding.variant, finding.severity) == ("before", Severity.PROBLEM)
        assert (finding.time_ms, finding.objects) == (1061, (0, 1))
        assert "61 ms" in finding.message

    def test_far_enough_before(self) -> None:
        assert (
            found("banana-gaps", catch().timing(60).fruit(at=1000).spinner(at=1062, until=3000).beatmap())
            == ()
        )

    def test_a_stream_is_measured_from_its_end(self) -> None:
        beatmap = catch().timing(60).slider(at=1000, length=SECOND_PX).spinner(at=2030, until=4000).beatmap()
        assert "slider before" in only("banana-gaps", beatmap).message

    def test_too_close_after(self) -> None:
        beatmap = catch().timing(60).spinner(at=1000, until=3000).fruit(at=3124).beatmap()
        finding = only("banana-gaps", beatmap)
        assert (finding.variant, finding.time_ms, finding.objects) == ("after", 3124, (0, 1))

    def test_far_enough_after(self) -> None:
        assert (
            found("banana-gaps", catch().timing(60).spinner(at=1000, until=3000).fruit(at=3125).beatmap())
            == ()
        )

    def test_spinners_may_follow_each_other(self) -> None:
        beatmap = catch().timing(60).spinner(at=1000, until=3000).spinner(at=3010, until=5000).beatmap()
        assert found("banana-gaps", beatmap) == ()
