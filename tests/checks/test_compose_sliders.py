"""Sliders without a body, and paths that no hand has drawn."""

from __future__ import annotations

import pytest

from engine.beatmap.builder import MapBuilder, catch, osu
from engine.checks.check import Severity
from tests.checks.helpers import found, only


def a_map() -> MapBuilder:
    return osu().timing(60)


class TestInvisibleSliders:
    def test_no_anchor_besides_the_head(self) -> None:
        finding = only("invisible-sliders", a_map().slider(at=1000, path="B").beatmap())
        assert (finding.variant, finding.severity) == ("no-anchors", Severity.PROBLEM)
        assert (finding.time_ms, finding.objects) == (1000, (0,))

    def test_all_anchors_on_the_head(self) -> None:
        finding = only("invisible-sliders", a_map().slider(at=1000, path="B|256:192|256:192").beatmap())
        assert (finding.variant, finding.severity) == ("never-leaves-head", Severity.PROBLEM)

    def test_a_slider_of_a_hundredth_of_a_pixel(self) -> None:
        beatmap = a_map().slider(at=1000, length=0.01).beatmap()
        assert only("invisible-sliders", beatmap).variant == "never-leaves-head"

    def test_a_length_below_zero(self) -> None:
        finding = only("invisible-sliders", a_map().slider(at=1000, length=-100).beatmap())
        assert (finding.variant, finding.severity) == ("negative-length", Severity.PROBLEM)
        assert "-100 px" in finding.message

    def test_a_length_of_zero_means_the_whole_path(self) -> None:
        assert found("invisible-sliders", a_map().slider(at=1000, length=0).beatmap()) == ()

    def test_a_path_that_returns_to_its_head_is_seen(self) -> None:
        beatmap = a_map().slider(at=1000, path="B|300:192|300:192|256:192", length=88).beatmap()
        assert found("invisible-sliders", beatmap) == ()

    def test_a_slider_of_one_pixel_is_seen(self) -> None:
        assert found("invisible-sliders", a_map().slider(at=1000, length=1.5).beatmap()) == ()

    def test_it_is_not_also_said_to_last_no_time(self) -> None:
        assert found("no-duration", a_map().slider(at=1000, path="B|256:192").beatmap()) == ()


class TestAbnormalSliderPaths:
    def path(self, anchors: int) -> str:
        return "B" + "".join(f"|{256 + number % 100}:192" for number in range(1, anchors + 1))

    def test_101_anchors_in_100_px(self) -> None:
        beatmap = a_map().slider(at=1000, path=self.path(101), length=100).beatmap()
        finding = next(f for f in found("abnormal-slider-paths", beatmap) if f.variant == "many-anchors")
        assert (finding.severity, finding.time_ms, finding.objects) == (Severity.WARNING, 1000, (0,))
        assert "101 anchors" in finding.message

    def test_a_hundred_anchors_in_100_px_are_allowed(self) -> None:
        beatmap = a_map().slider(at=1000, path=self.path(100), length=100).beatmap()
        assert "many-anchors" not in {f.variant for f in found("abnormal-slider-paths", beatmap)}

    def test_an_anchor_far_away(self) -> None:
        beatmap = a_map().slider(at=1000, path="B|9000:192|356:192", length=100).beatmap()
        finding = next(f for f in found("abnormal-slider-paths", beatmap) if f.variant == "far-anchor")
        assert finding.severity is Severity.WARNING
        assert "8,744 px" in finding.message

    def test_an_anchor_outside_the_playfield_is_not_far(self) -> None:
        beatmap = a_map().slider(at=1000, path="B|1100:192|356:192", length=900).beatmap()
        assert "far-anchor" not in {f.variant for f in found("abnormal-slider-paths", beatmap)}

    def test_more_and_larger_paths_than_can_be_drawn(self) -> None:
        anchors = "|131072:131072|-131072:-131072" * 50
        lines = [f"256,192,{1000 * number},2,0,B{anchors}|{number}:9,1,100" for number in range(40)]
        beatmap = a_map().object_line(*lines).beatmap()
        finding = next(f for f in found("abnormal-slider-paths", beatmap) if f.variant == "not-drawn")
        assert (finding.severity, finding.time_ms) == (Severity.WARNING, None)
        assert finding.message.startswith(f"{beatmap.sliders_drawn_coarsely} slider paths are too large")

    def test_a_path_much_longer_than_the_slider(self) -> None:
        finding = only(
            "abnormal-slider-paths", a_map().slider(at=1000, path="L|556:192", length=50).beatmap()
        )
        assert (finding.variant, finding.severity) == ("hidden-path", Severity.MINOR)
        assert "250 px" in finding.message

    def test_a_path_a_little_longer_is_how_the_editor_snaps(self) -> None:
        beatmap = a_map().slider(at=1000, path="L|356:192", length=80).beatmap()
        assert found("abnormal-slider-paths", beatmap) == ()

    def test_a_slider_much_longer_than_its_path(self) -> None:
        finding = only(
            "abnormal-slider-paths", a_map().slider(at=1000, path="L|356:192", length=180).beatmap()
        )
        assert (finding.variant, finding.severity) == ("beyond-path", Severity.MINOR)
        assert "80 px" in finding.message

    @pytest.mark.parametrize("length", [95, 105])
    def test_a_few_pixels_either_way_are_rounding(self, length: float) -> None:
        beatmap = a_map().slider(at=1000, path="L|356:192", length=length).beatmap()
        assert found("abnormal-slider-paths", beatmap) == ()

    def test_catch_has_paths_too(self) -> None:
        beatmap = catch().timing(60).slider(at=1000, path="L|556:192", length=50).beatmap()
        assert only("abnormal-slider-paths", beatmap).variant == "hidden-path"
