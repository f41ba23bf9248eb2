"""What reaches past the edges of a 4:3 screen. At circle size 4 a circle has a radius of 36.5 px."""

from __future__ import annotations

import pytest

from engine.beatmap.builder import MapBuilder, catch, osu
from engine.checks.check import Severity
from tests.checks.helpers import found, only


def a_map() -> MapBuilder:
    return osu().timing(60).difficulty(cs=4)


@pytest.mark.parametrize(
    ("x", "y", "edge"),
    [(-40, 192, "left"), (545, 192, "right"), (256, -30, "top"), (256, 395, "bottom")],
)
def test_a_circle_past_an_edge(x: float, y: float, edge: str) -> None:
    finding = only("offscreen-objects", a_map().circle(at=1000, x=x, y=y).beatmap())
    assert (finding.variant, finding.severity) == ("circle", Severity.PROBLEM)
    assert (finding.time_ms, finding.objects) == (1000, (0,))
    assert f"past the {edge} edge" in finding.message


@pytest.mark.parametrize(("x", "y"), [(-30, 192), (542, 192), (256, -23), (256, 391)])
def test_a_circle_just_inside(x: float, y: float) -> None:
    assert found("offscreen-objects", a_map().circle(at=1000, x=x, y=y).beatmap()) == ()


def test_the_message_says_how_far() -> None:
    """428 px is the bottom of the screen, 400 + 36.5 the bottom of the circle."""
    assert "8 px past" in only("offscreen-objects", a_map().circle(at=1000, y=400).beatmap()).message


def test_a_larger_circle_reaches_further() -> None:
    inside = a_map().circle(at=1000, y=385)
    assert found("offscreen-objects", inside.beatmap()) == ()
    assert only("offscreen-objects", inside.difficulty(cs=2).beatmap()).variant == "circle"


def test_a_stack_moves_what_was_inside_off_the_screen() -> None:
    """Each circle of a stack lies 3.65 px further up: the lowest of three 7.3."""
    one = a_map().circle(at=1000, y=-18)
    assert found("offscreen-objects", one.beatmap()) == ()
    finding = only("offscreen-objects", one.circle(at=1100, y=-18).circle(at=1200, y=-18).beatmap())
    assert (finding.objects, finding.time_ms) == ((0,), 1000)


def test_the_head_of_a_slider() -> None:
    finding = only("offscreen-objects", a_map().slider(at=1000, y=400, path="L|256:300").beatmap())
    assert (finding.variant, finding.time_ms) == ("slider-head", 1000)


def test_the_end_of_a_slider() -> None:
    """140 px last a second at 60 BPM."""
    finding = only(
        "offscreen-objects", a_map().slider(at=1000, y=300, path="L|256:440", length=140).beatmap()
    )
    assert (finding.variant, finding.severity, finding.objects) == ("slider-end", Severity.PROBLEM, (0,))
    assert finding.time_ms == pytest.approx(2000)
    assert "48 px past the bottom" in finding.message


def test_the_body_of_a_slider_that_comes_back() -> None:
    beatmap = a_map().slider(at=1000, x=200, y=350, path="P|256:420|312:350", length=190).beatmap()
    finding = only("offscreen-objects", beatmap)
    assert finding.variant == "slider-body"
    assert finding.time_ms == pytest.approx(1600, abs=150)


def test_a_path_beyond_the_length_is_not_seen() -> None:
    beatmap = a_map().slider(at=1000, y=300, path="L|256:440", length=80).beatmap()
    assert found("offscreen-objects", beatmap) == ()


def test_a_spinner_is_everywhere_and_nowhere() -> None:
    assert found("offscreen-objects", a_map().spinner(at=1000, until=3000).beatmap()) == ()


def test_catch_has_no_bottom() -> None:
    assert found("offscreen-objects", catch().timing(60).circle(at=1000, y=480).beatmap()) == ()
