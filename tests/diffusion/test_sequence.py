"""What becomes a point, and what of it the model is told."""

from __future__ import annotations

import math

import pytest
import torch

from engine.beatmap.control_path import PathKind
from engine.beatmap.timing import Timing
from engine.diffusion.model import waves
from engine.diffusion.sequence import PointSequence, points_of, to_pixels, with_positions
from engine.tokens.events import Event, EventType
from tests.diffusion.builders import Said
from tests.diffusion.golden import red_line

TYPES = EventType


def kinds(points: PointSequence) -> list[int]:
    return points.context[256:].argmax(dim=0).tolist()


def told_distance(points: PointSequence, index: int, distance_px: float) -> bool:
    return torch.allclose(points.context[128:256, index], waves(torch.tensor(distance_px), 128), atol=1e-4)


def test_a_coordinate_of_0_is_a_coordinate() -> None:
    """The reference takes 0 for "not told" and puts both coordinates in the centre."""
    points = Said().circle(0, x=0, y=100).circle(500, x=300, y=0).points()
    assert to_pixels(points.positions).T.tolist() == [[0, 100], [300, 0]]


def test_what_is_not_told_is_the_centre() -> None:
    points = Said().circle(0).circle(500, x=300).points()
    assert to_pixels(points.positions).T.tolist() == [[256, 192], [256, 192]]


def test_a_distance_of_0_is_a_distance() -> None:
    points = Said().circle(0, distance=0, x=100, y=100).points()
    assert told_distance(points, 0, 0.0)


def test_a_distance_that_is_not_told_is_measured_from_the_point_before() -> None:
    points = Said().circle(0, x=256, y=200).circle(500, x=259, y=204).circle(900, distance=70).points()
    assert told_distance(points, 0, 8.0)
    assert told_distance(points, 1, 5.0)
    assert told_distance(points, 2, 70.0)


def test_groups_may_close_with_their_type() -> None:
    first = Said().circle(0, x=1, y=2).circle(500, x=3, y=4)
    opening = first.points()
    groups = [first.events[:4], first.events[4:]]
    last = [event for group in groups for event in [*group[1:], group[0]]]
    closing = points_of(last, types_first=False)
    assert torch.equal(opening.positions, closing.positions)
    assert torch.equal(opening.context, closing.context)
    assert closing.point_of_event == (0, 0, 0, 0, 1, 1, 1, 1)


def test_events_about_no_point_count_to_the_next_one() -> None:
    said = Said().circle(0, x=1, y=2).group(TYPES.KIAI, 100).circle(500, x=3, y=4).group(TYPES.BEAT, 900)
    points = said.points()
    assert len(points) == 2
    assert points.point_of_event == (0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1)


@pytest.mark.parametrize(("spans", "kind"), [(1, 11), (2, 12), (3, 13), (4, 14), (5, 15), (6, 14), (40, 14)])
def test_a_slider_end_tells_its_spans(spans: int, kind: int) -> None:
    said = Said().group(TYPES.SLIDER_HEAD, 1000).group(TYPES.LAST_ANCHOR, 1200)
    points = said.group(TYPES.SLIDER_END, 1000 + 200 * spans).points()
    assert kinds(points) == [4, 10, kind]


@pytest.mark.parametrize("last_anchor_ms", [None, 1000, 900])
def test_a_slider_whose_span_has_no_duration_has_one(last_anchor_ms: int | None) -> None:
    said = Said().group(TYPES.SLIDER_HEAD, 1000)
    if last_anchor_ms is not None:
        said.group(TYPES.LAST_ANCHOR, last_anchor_ms)
    assert kinds(said.group(TYPES.SLIDER_END, 1500).points())[-1] == 11


def slider(*anchors: EventType, velocity: int | None = 100, beat_ms: float = 500.0) -> PointSequence:
    said = Said().circle(0).group(TYPES.SLIDER_HEAD, 1000, velocity=velocity)
    for anchor in anchors:
        said.group(anchor, 1100)
    said.group(TYPES.SLIDER_END, 1500)
    timing = Timing((red_line(0, beat_ms, 4),))
    return points_of(said.events, types_first=True, timing=timing, slider_multiplier=1.4)


def test_a_slider_is_as_long_as_its_first_span_lasts() -> None:
    (found,) = slider(TYPES.PERFECT_ANCHOR, TYPES.LAST_ANCHOR, velocity=150).sliders
    assert found.kind is PathKind.PERFECT
    assert (found.anchors, found.end) == ((1, 2, 3), 4)
    assert found.length_px == pytest.approx(100 / 500 * 1.5 * 140)


def test_red_anchors_stand_twice() -> None:
    (found,) = slider(TYPES.RED_ANCHOR, TYPES.BEZIER_ANCHOR, TYPES.LAST_ANCHOR).sliders
    assert found.anchors == (1, 2, 2, 3, 4)
    assert found.kind is PathKind.BEZIER


@pytest.mark.parametrize("anchors", [(), (TYPES.BEZIER_ANCHOR,)])
def test_a_slider_that_is_not_whole_has_no_known_end(anchors: tuple[EventType, ...]) -> None:
    assert slider(*anchors).sliders == ()


def test_without_velocity_a_slider_has_no_known_end() -> None:
    assert slider(TYPES.LAST_ANCHOR, velocity=None).sliders == ()


def test_a_tempo_that_is_no_number_is_the_games_default() -> None:
    (found,) = slider(TYPES.LAST_ANCHOR, beat_ms=math.nan).sliders
    assert found.length_px == pytest.approx(100 / 1000 * 140)


def test_an_end_without_a_slider_is_a_point_like_any_other() -> None:
    said = Said().group(TYPES.LAST_ANCHOR, 100).group(TYPES.SLIDER_END, 200, velocity=100)
    points = points_of(said.events, types_first=True, timing=Timing((red_line(0, 500, 4),)))
    assert len(points) == 2
    assert points.sliders == ()


@pytest.mark.parametrize("events", [[], [Event(TYPES.DISTANCE, 3, 0), Event(TYPES.BEAT, 0, 0)]])
def test_a_map_without_objects_stays_as_it_is(events: list[Event]) -> None:
    points = points_of(events, types_first=True)
    assert len(points) == 0
    assert with_positions(events, points, points.positions) == events


def test_a_distance_becomes_a_position() -> None:
    said = Said().circle(700, distance=40)
    placed = with_positions(said.events, said.points(), torch.tensor([[-1.0], [1.0]]))
    assert placed[2:] == [Event(TYPES.POSITION_X, 0, 700), Event(TYPES.POSITION_Y, 384, 700)]
