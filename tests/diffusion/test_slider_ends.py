"""Slider ends follow from the anchors, whatever was guessed."""

from __future__ import annotations

import math

import pytest
import torch

from engine.beatmap.control_path import PathKind
from engine.diffusion.slider_ends import SliderEnd, put_right


def end_of(kind: PathKind, length_px: float, *anchors: tuple[float, float]) -> tuple[float, float]:
    """Anchors given twice in a row are one red anchor."""
    points: list[tuple[float, float]] = []
    indices: list[int] = []
    for anchor in anchors:
        if not points or points[-1] != anchor:
            points.append(anchor)
        indices.append(len(points) - 1)
    pixels = torch.tensor([*points, (-50.0, -50.0)]).T.contiguous()
    put_right(pixels, [SliderEnd(tuple(indices), len(points), kind, length_px)])
    x, y = pixels[:, -1].tolist()
    return x, y


def test_a_line_ends_at_its_length() -> None:
    assert end_of(PathKind.BEZIER, 25, (100, 100), (200, 100)) == (125, 100)


def test_a_path_is_never_lengthened() -> None:
    assert end_of(PathKind.BEZIER, 500, (100, 100), (200, 100)) == (200, 100)


@pytest.mark.parametrize("length_px", [0.0, -30.0])
def test_no_length_ends_at_the_head(length_px: float) -> None:
    assert end_of(PathKind.BEZIER, length_px, (100, 100), (200, 100)) == (100, 100)


def test_a_red_anchor_is_a_corner() -> None:
    corner = end_of(PathKind.BEZIER, 130, (100, 100), (200, 100), (200, 100), (200, 200))
    assert corner == pytest.approx((200, 130))


def test_a_half_circle_ends_across() -> None:
    end = end_of(PathKind.PERFECT, 50 * math.pi, (100, 100), (150, 50), (200, 100))
    assert end == pytest.approx((200, 100), abs=0.5)


def test_four_points_are_no_circle() -> None:
    points = ((100.0, 100.0), (150.0, 50.0), (250.0, 50.0), (300.0, 100.0))
    assert end_of(PathKind.PERFECT, 90, *points) == end_of(PathKind.BEZIER, 90, *points)


def test_a_catmull_goes_through_its_points() -> None:
    first_px = math.hypot(50, 50)
    end = end_of(PathKind.CATMULL, 4 * first_px, (100, 100), (150, 150), (200, 100))
    assert end == (200, 100)
    through = end_of(PathKind.CATMULL, first_px, (100, 100), (150, 150), (200, 100))
    assert math.dist(through, (150, 150)) < 5


def test_a_catmull_in_a_line_ends_at_its_length() -> None:
    assert end_of(PathKind.CATMULL, 60, (0, 0), (50, 0), (100, 0)) == pytest.approx((60, 0), abs=1e-4)


@pytest.mark.parametrize("kind", [PathKind.BEZIER, PathKind.CATMULL, PathKind.PERFECT])
def test_anchors_in_one_place_leave_the_guess(kind: PathKind) -> None:
    pixels = torch.full((2, 4), 77.0)
    pixels[:, 3] = 5.0
    put_right(pixels, [SliderEnd((0, 1, 2), 3, kind, 40.0)])
    assert pixels[:, 3].tolist() == [5.0, 5.0]


def test_a_slider_lies_in_a_window_with_all_its_points() -> None:
    slider = SliderEnd((10, 11, 12), 13, PathKind.BEZIER, 40.0)
    assert slider.within(10, 14)
    assert not slider.within(11, 14)
    assert not slider.within(10, 13)
    assert slider.moved(10) == SliderEnd((0, 1, 2), 3, PathKind.BEZIER, 40.0)
