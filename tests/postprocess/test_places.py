"""Where things stand."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from engine.beatmap.objects import Mode, Slider
from engine.postprocess.places import Box
from engine.tokens.events import EventType
from tests.postprocess.speaking import NOTHING


def test_what_nearly_covers_a_circle_of_the_last_second_covers_it() -> None:
    speech = NOTHING.circle(0, 100, 100).circle(500, 103, 101).circle(1400, 101, 102)
    assert [(obj.x, obj.y) for obj in speech.made(snap=True).objects] == [(100, 100)] * 3


def test_what_is_apart_in_time_or_in_space_stays() -> None:
    speech = NOTHING.circle(0, 100, 100).circle(500, 104, 100).circle(1600, 101, 100)
    assert [obj.x for obj in speech.made(snap=True).objects] == [100, 104, 101]
    assert [obj.x for obj in NOTHING.circle(0, 9).circle(9, 10).made().objects] == [9, 10]


def test_a_red_anchor_between_does_not_make_it_forget() -> None:
    """It tells no time, and the models' own program takes it for the song's beginning, a second ago."""
    speech = (
        NOTHING.circle(5000, 100, 100)
        .slider(5200, 5400, (300, 300), (340, 300), (340, 340), anchor=EventType.RED_ANCHOR)
        .circle(5600, 102, 101)
    )
    assert (speech.made(snap=True).objects[-1].x, speech.made(snap=True).objects[-1].y) == (100, 100)


def test_a_place_of_which_only_the_distance_was_said_is_that_far_away_and_on_the_playfield() -> None:
    speech = NOTHING.circle(0, 20, 20)
    for number in range(50):
        speech = speech.say(EventType.CIRCLE, 100 * (number + 1), distance=150)
    placed = [(obj.x, obj.y) for obj in speech.made().objects]
    steps = [math.dist(one, other) for one, other in pairwise(placed)]
    assert all(abs(step - 150) < 1.5 for step in steps)
    assert all(0 <= x <= 512 and 0 <= y <= 384 for x, y in placed)
    assert placed == [(obj.x, obj.y) for obj in speech.made().objects]


def test_a_distance_that_no_playfield_has_leads_to_a_far_corner() -> None:
    speech = NOTHING.circle(0, 20, 20).say(EventType.CIRCLE, 100, distance=640)
    assert (speech.made().objects[1].x, speech.made().objects[1].y) == (512, 384)


def test_without_place_and_distance_it_stands_where_the_one_before_stands() -> None:
    speech = NOTHING.circle(0, 20, 30).say(EventType.CIRCLE, 100)
    assert [(obj.x, obj.y) for obj in speech.made().objects] == [(20, 30)] * 2


@pytest.mark.parametrize("circle_size", [0, 2, 4, 7, 10, 18])
def test_a_circle_is_on_the_playfield_and_all_of_it_on_the_screen(circle_size: float) -> None:
    radius = 54.42 - 4.482 * min(circle_size, 10)
    for x, y in [(-250, -250), (760, 630), (256, 500), (-3, 192), (512, 384)]:
        (circle,) = NOTHING.circle(0, x, y).made(circle_size=circle_size).objects
        assert 0 <= circle.x <= 512
        assert 0 <= circle.y <= 384
        assert circle.x - radius >= -67
        assert circle.x + radius <= 579
        assert circle.y - radius >= -60
        assert circle.y + radius <= 428


OUTSIDE = {
    "head": ((-100, 200), (100, 200)),
    "body": ((100, 300), (150, 640), (200, 300)),
    "end": ((500, 200), (700, 200)),
    "everything": ((700, 600), (750, 630)),
    "larger than the screen": ((256, 192), (-256, 192), (-256, 640), (768, 640), (768, -256)),
}


@pytest.mark.parametrize("points", OUTSIDE.values(), ids=OUTSIDE.keys())
@pytest.mark.parametrize("velocity", [None, 40, 250])
@pytest.mark.parametrize("anchor", [EventType.BEZIER_ANCHOR, EventType.RED_ANCHOR, EventType.CATMULL_ANCHOR])
def test_no_slider_leaves_the_screen_and_each_ends_when_it_was_said_to(
    points: tuple[tuple[int, int], ...], velocity: int | None, anchor: EventType
) -> None:
    beatmap = NOTHING.slider(1000, 2500, *points, velocity=velocity, anchor=anchor).made()
    (slider,) = beatmap.objects
    assert isinstance(slider, Slider)
    screen = Box.of_screen(4)
    assert screen.on_playfield().holds(slider.x, slider.y)
    assert all(screen.holds(x, y) for x, y in beatmap.slider(slider).path.points)
    assert beatmap.end_ms(slider) == pytest.approx(2500, abs=0.01)


def test_a_slider_that_only_has_to_be_moved_keeps_its_shape() -> None:
    outside = NOTHING.slider(0, 500, (-100, 200), (-60, 240), (0, 200)).made().objects[0]
    inside = NOTHING.slider(0, 500, (0, 200), (40, 240), (100, 200)).made().objects[0]
    assert outside == inside


def test_what_a_bezier_curve_only_leans_on_may_lie_outside() -> None:
    (slider,) = NOTHING.slider(0, 500, (100, 300), (150, 470), (200, 300)).made().objects
    assert isinstance(slider, Slider)
    assert slider.path_text == "B|150:470|200:300"


def test_osu_taiko_has_no_places() -> None:
    (don,) = NOTHING.circle(0, 700, 700).made(Mode.TAIKO).objects
    assert (don.x, don.y) == (256, 192)
