from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.tokens.events import EVENT_TYPES, EventType
from engine.tokens.slider_ends import _sum_of_points
from engine.tokens.slider_shapes import PathKey, SliderShape, forget_shapes, slider_shapes


def shape(text: str, length_px: float = 100, x: int = 0, y: int = 0) -> SliderShape:
    key = PathKey(text, x, y, length_px)
    return slider_shapes([key])[0]


def kinds(text: str) -> list[EventType]:
    return [EVENT_TYPES[kind] for kind in shape(text).kinds]


def test_a_line_is_prolonged_and_cut_to_the_sliders_length() -> None:
    assert shape("L|100:0", 150).end == pytest.approx((150, 0))
    assert shape("L|100:0|100:100", 130).end == pytest.approx((100, 30))


def test_an_arc_is_cut_but_never_prolonged() -> None:
    assert shape("P|50:50|100:0", 9999).end == pytest.approx((100, 0))
    assert shape("P|50:50|100:0", 25 * np.pi).end == pytest.approx((50, 50))


def test_an_arc_turns_the_way_of_its_middle_point() -> None:
    assert shape("P|50:-50|100:0", 25 * np.pi).end == pytest.approx((50, -50))


def test_a_catmull_curve_ends_at_its_last_point_whatever_its_length() -> None:
    assert shape("C|50:50|100:0", 3).end == (100, 0)


def test_points_on_a_line_make_no_arc() -> None:
    assert kinds("P|50:50|100:100") == [EventType.BEZIER_ANCHOR]
    assert kinds("P|50:50|100:0|150:50") == [EventType.BEZIER_ANCHOR] * 2


def test_a_point_that_stands_twice_is_one_red_anchor() -> None:
    assert kinds("B|50:50|50:50|100:0") == [EventType.RED_ANCHOR]


def test_a_path_without_length_ends_where_it_is() -> None:
    assert shape("B|0:0|0:0").end == (0, 0)
    assert shape("L").end == (0, 0)


def test_a_slider_shorter_than_its_first_segments_ends_where_its_last_segment_begins() -> None:
    """The models' training cut the last segment alone."""
    assert shape("L|100:0|100:100", 40).end == (100, 0)


points = st.lists(st.tuples(st.integers(-200, 700), st.integers(-200, 600)), min_size=1, max_size=12)


@given(st.lists(st.tuples(st.sampled_from("BLPC"), points, st.floats(0.1, 2000)), max_size=12))
def test_paths_measured_together_are_measured_as_alone(
    paths: list[tuple[str, list[tuple[int, int]], float]],
) -> None:
    keys = [
        PathKey("|".join([kind, *(f"{x}:{y}" for x, y in rest)]), 256, 192, length)
        for kind, rest, length in paths
    ]
    forget_shapes()
    together = slider_shapes(keys)
    forget_shapes()
    assert together == [slider_shapes([key])[0] for key in keys]


@pytest.mark.parametrize("count", range(1, 20))
def test_points_are_added_in_the_order_of_numpy_to_the_last_bit(count: int) -> None:
    random = np.random.default_rng(count)
    weights, at_px = random.normal(size=(50, count)), random.normal(scale=300, size=(40, count))
    in_numpys_order = np.sum(weights * at_px[:, np.newaxis], axis=-1)
    assert np.array_equal(_sum_of_points(weights, at_px), in_numpys_order)
