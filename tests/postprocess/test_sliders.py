"""A slider's velocity, length and path: it ends when it was said to end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.beatmap.builder import osu
from engine.beatmap.objects import Circle, HitSound, Slider
from engine.postprocess.along import reach_px
from engine.tokens.events import EventType
from tests.postprocess.speaking import NOTHING

if TYPE_CHECKING:
    from engine.beatmap.beatmap import Beatmap
    from tests.postprocess.speaking import Speech

STRAIGHT = ((100, 192), (240, 192))
"""140 px: a beat at velocity 1."""


def only(beatmap: Beatmap) -> Slider:
    (slider,) = beatmap.objects
    assert isinstance(slider, Slider)
    return slider


@pytest.mark.parametrize("spans", [1, 2, 3, 8])
@pytest.mark.parametrize("velocity", [None, 25, 100, 133])
def test_it_ends_when_it_was_said_to_end(spans: int, velocity: int | None) -> None:
    beatmap = NOTHING.slider(1000, 1000 + 400 * spans, *STRAIGHT, spans=spans, velocity=velocity).made()
    slider = only(beatmap)
    assert slider.span_count == spans
    assert beatmap.end_ms(slider) == pytest.approx(1000 + 400 * spans, abs=1e-3)


def test_the_velocity_that_was_said_is_kept_and_the_path_grows_to_the_length_it_asks_for() -> None:
    beatmap = NOTHING.slider(0, 500, *STRAIGHT, velocity=120).made()
    assert beatmap.timing.velocity_at(0) == pytest.approx(1.2)
    assert only(beatmap).length_px == pytest.approx(168)
    assert only(beatmap).path_text == "B|268:192"


def test_a_path_that_is_longer_than_the_slider_stays_as_it_is() -> None:
    beatmap = NOTHING.slider(0, 500, *STRAIGHT, velocity=50).made()
    assert (only(beatmap).length_px, only(beatmap).path_text) == (70, "B|240:192")


def test_a_velocity_for_half_as_much_again_as_the_path_is_taken_for_a_mistake() -> None:
    beatmap = NOTHING.slider(0, 500, *STRAIGHT, velocity=300).made()
    assert beatmap.timing.velocity_at(0) == pytest.approx(1)


def test_where_no_velocity_was_said_it_follows_from_where_the_slider_ends() -> None:
    speech = NOTHING.slider(0, 500, *STRAIGHT, velocity=None)
    half = (*speech.events[:-5], *NOTHING.say(EventType.SLIDER_END, 500, 170, 192).events)
    beatmap = type(speech)(half).made()
    assert beatmap.timing.velocity_at(0) == pytest.approx(0.5)
    assert only(beatmap).length_px == pytest.approx(70)


@pytest.mark.parametrize(
    ("x", "new_combo", "velocity"),
    [(250, False, 1.0), (262, False, 1.15), (250, True, 1.05), (246, True, 1.0)],
)
def test_a_velocity_that_is_nearly_the_one_before_is_that(x: int, new_combo: bool, velocity: float) -> None:
    head = NOTHING.say(EventType.SLIDER_HEAD, 0, 100, 192, new_combo=new_combo)
    speech = head.say(EventType.LAST_ANCHOR, 500, x, 192).say(EventType.SLIDER_END, 500, x, 192)
    assert speech.made().timing.velocity_at(0) == pytest.approx(velocity)


def test_none_is_slower_than_the_game_plays() -> None:
    """A velocity of 0.02 the game would take for 0.1, and end the slider after a fifth of its time."""
    beatmap = NOTHING.slider(0, 8000, *STRAIGHT, velocity=2).made()
    assert beatmap.timing.velocity_at(0) == pytest.approx(0.1)
    assert beatmap.end_ms(only(beatmap)) == pytest.approx(8000, abs=1e-2)


def test_one_of_which_all_points_are_one_is_given_an_extent_and_keeps_its_end() -> None:
    beatmap = NOTHING.slider(0, 500, (100, 100), (100, 100)).made()
    slider = only(beatmap)
    assert (slider.x, slider.y) == (100, 100)
    assert slider.length_px
    assert beatmap.end_ms(slider) == pytest.approx(500, abs=1e-2)


def test_one_that_lasts_for_minutes_goes_to_and_fro_until_its_end() -> None:
    beatmap = NOTHING.slider(0, 200_000, (100, 100), (110, 100)).made()
    slider = only(beatmap)
    assert slider.span_count % 2 == 1
    assert slider.span_count > 1
    assert len(slider.edge_sounds) == slider.span_count + 1
    assert beatmap.end_ms(slider) == pytest.approx(200_000, abs=1)


def test_one_longer_than_its_path_that_ends_in_a_double_point_still_ends_in_time() -> None:
    """Nothing prolongs such a path in the game."""
    speech = NOTHING.slider(
        0, 501, (100, 192), (203, 250), (203, 250), velocity=100, anchor=EventType.RED_ANCHOR
    )
    beatmap = speech.made()
    assert beatmap.end_ms(only(beatmap)) == pytest.approx(501, abs=1e-3)


def test_the_paths_kind_is_that_of_its_first_anchor() -> None:
    kinds = {EventType.PERFECT_ANCHOR: "P", EventType.CATMULL_ANCHOR: "C", EventType.BEZIER_ANCHOR: "B"}
    for kind, letter in kinds.items():
        path = only(NOTHING.slider(0, 400, (100, 100), (150, 150), (200, 100), anchor=kind).made()).path_text
        assert path == f"{letter}|150:150|200:100"


def test_a_red_anchor_is_a_point_twice() -> None:
    slider = only(
        NOTHING.slider(0, 300, (100, 100), (150, 150), (200, 100), anchor=EventType.RED_ANCHOR).made()
    )
    assert slider.path_text == "B|150:150|150:150|200:100"


def test_each_node_and_the_body_sound_as_they_were_told() -> None:
    speech = NOTHING.say(EventType.SLIDER_HEAD, 0, 100, 192, velocity=100, sounds=(1,), volumes=(10,))
    speech = speech.say(EventType.LAST_ANCHOR, None, 240, 192)
    speech = speech.say(EventType.LAST_ANCHOR, 500, sounds=(2, 4), volumes=(20, 30))
    beatmap = speech.say(EventType.SLIDER_END, 1000, 240, 192, sounds=(8,), volumes=(40,)).made()
    slider = only(beatmap)
    assert slider.hitsound == HitSound.FINISH
    assert slider.edge_sounds == (HitSound.WHISTLE, HitSound.CLAP, HitSound.NONE)
    assert slider.edge_sets[-1] == (2, 1)
    volumes = [beatmap.timing.volume_at(time_ms) for time_ms in (0, 6, 499, 500, 506, 999, 1000)]
    assert volumes == [10, 20, 20, 30, 20, 20, 40]


def test_nodes_of_which_nothing_was_told_sound_as_the_body() -> None:
    speech = NOTHING.say(EventType.SLIDER_HEAD, 0, 100, 192, velocity=100)
    speech = speech.say(EventType.LAST_ANCHOR, 500, 240, 192, sounds=(2,))
    slider = only(speech.say(EventType.SLIDER_END, 1500, 240, 192).made())
    assert slider.edge_sounds == (HitSound.FINISH,) * 4


ENDLESS: dict[str, Speech] = {
    "nothing more": NOTHING.say(EventType.SLIDER_HEAD, 100, 50, 60, new_combo=True),
    "an end before it begins": NOTHING.slider(100, 50, (50, 60), (90, 90)),
    "an end as it begins": NOTHING.slider(100, 100, (50, 60), (90, 90)),
}


@pytest.mark.parametrize("speech", ENDLESS.values(), ids=ENDLESS.keys())
def test_one_without_an_end_is_still_clicked(speech: Speech) -> None:
    (circle,) = speech.made().objects
    assert isinstance(circle, Circle)
    assert (circle.time_ms, circle.x, circle.y) == (100, 50, 60)


def test_one_that_another_begins_in_keeps_its_last_anchor_for_an_end() -> None:
    speech = NOTHING.say(EventType.SLIDER_HEAD, 0, 100, 192, velocity=100)
    speech = speech.say(EventType.LAST_ANCHOR, 500, 240, 192).circle(2000)
    beatmap = speech.slider(3000, 3500, *STRAIGHT).made()
    assert [type(obj) for obj in beatmap.objects] == [Slider, Circle, Slider]
    assert beatmap.end_ms(beatmap.objects[0]) == pytest.approx(500)


def test_one_that_begins_at_a_red_line_has_its_own_velocity_and_the_next_tempo() -> None:
    timing = osu().timing(120).timing(240, at=2000).beatmap().timing
    speech = NOTHING.slider(1000, 1250, *STRAIGHT, velocity=200).slider(2000, 2250, *STRAIGHT)
    beatmap = speech.slider(2300, 2800, *STRAIGHT, velocity=50).made(timing=timing)
    assert [round(beatmap.end_ms(obj)) for obj in beatmap.objects] == [1250, 2250, 2800]


@pytest.mark.parametrize(
    ("x", "y", "px"), [(50, 10, 50), (-9, 0, 0), (120, 50, 150), (100, 90, 190), (1, 2, 1)]
)
def test_how_far_along_a_path_a_point_lies(x: float, y: float, px: float) -> None:
    assert reach_px([(0, 0), (100, 0), (100, 100)], (x, y)) == pytest.approx(px)


def test_of_two_places_as_near_the_later_one_is_meant() -> None:
    loop = [(0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0), (0.0, 0.0)]
    assert reach_px(loop, (1, 1)) == pytest.approx(399)


def test_a_sound_without_a_set_is_that_of_its_line() -> None:
    (circle,) = NOTHING.say(EventType.CIRCLE, 0, 9, 9).made().objects
    assert (circle.sample.normal_set, circle.sample.addition_set) == (0, 0)
