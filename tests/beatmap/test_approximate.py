from __future__ import annotations

import math
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.beatmap import approximate
from engine.beatmap.approximate import arc, bezier, catmull, spline_pieces

ENOUGH = 20_000

whole = st.integers(-600, 600)
places = st.builds(complex, whole, whole)


def on_bezier(points: list[complex], t: float) -> complex:
    """By the definition of the curve."""
    degree = len(points) - 1
    return sum(
        math.comb(degree, index) * t**index * (1 - t) ** (degree - index) * point
        for index, point in enumerate(points)
    )


def gap_px(polyline: list[complex], point: complex) -> float:
    """How far a point lies from a polyline."""
    return min(_gap_to_step(before, after, point) for before, after in pairwise(polyline))


def _gap_to_step(before: complex, after: complex, point: complex) -> float:
    step = after - before
    if step == 0:
        return abs(point - before)
    along = ((point - before) * step.conjugate()).real / abs(step) ** 2
    return abs(point - before - min(max(along, 0.0), 1.0) * step)


@given(st.lists(places, min_size=2, max_size=12))
def test_a_bezier_is_drawn_within_a_quarter_pixel_and_from_end_to_end(points: list[complex]) -> None:
    drawn = bezier(points, ENOUGH)
    assert drawn[0] == points[0]
    assert drawn[-1] == points[-1]
    for step in range(21):
        assert gap_px(drawn, on_bezier(points, step / 20)) < 0.25


@pytest.mark.parametrize("count", [201, 300, 900])
def test_a_bezier_too_long_to_halve_is_sampled_as_closely(count: int) -> None:
    points = [complex(200 * math.cos(7 * at / count), 2 * at) for at in range(count)]
    drawn = bezier(points, ENOUGH)
    assert drawn[0] == points[0]
    assert drawn[-1] == points[-1]
    for step in range(11):
        assert gap_px(drawn, on_bezier(points, step / 10)) < 0.25


def test_where_halving_gives_way_to_sampling_the_length_changes_by_less_than_half_a_percent() -> None:
    points = [complex(100 * math.cos(at), 12 * at) for at in range(approximate.MOST_SUBDIVIDED)]
    halved, sampled = bezier(points, ENOUGH), approximate._sampled(points, ENOUGH)
    lengths = [sum(abs(after - before) for before, after in pairwise(drawn)) for drawn in (halved, sampled)]
    assert lengths[0] == pytest.approx(lengths[1], rel=0.005)


@given(places, places, places)
def test_an_arc_runs_on_one_circle_from_the_first_through_the_second_to_the_third(
    first: complex, second: complex, third: complex
) -> None:
    drawn = arc((first, second, third))
    if drawn is None:
        return
    assert abs(drawn[0] - first) < 1e-6
    assert abs(drawn[-1] - third) < 1e-6
    # The game spreads one step less than its 0.1 px would need: at worst one step instead of two, 0.4 px.
    assert gap_px(drawn, second) < 0.4
    doubled_area = abs(((second - first).conjugate() * (third - first)).imag)
    radius = abs(second - first) * abs(third - second) * abs(first - third) / (2 * doubled_area)
    # Near its middle the drawn arc keeps the game's 0.1 px from the circle.
    middle = (drawn[len(drawn) // 2 - 1] + drawn[len(drawn) // 2]) / 2
    centre = first + 1j * (
        abs(second - first) ** 2 * (third - first) - abs(third - first) ** 2 * (second - first)
    ) / (2 * ((second - first) * (third - first).conjugate()).imag)
    assert abs(abs(middle - centre) - radius) < max(0.25, radius * 1e-9)


def test_a_half_circle_of_100_px_has_as_many_points_as_in_the_game() -> None:
    drawn = arc((0j, 100 + 100j, 200 + 0j))
    assert drawn is not None
    # ceil(pi / (2 * acos(1 - 0.1 / 100))) = 36
    assert len(drawn) == 36


@pytest.mark.parametrize(
    "points", [(0j, 50 + 0j, 100 + 0j), (0j, 0j, 100 + 0j), (0j, 1000 + 1e-7j, 2000 + 0j)]
)
def test_three_points_in_a_line_make_no_circle(points: tuple[complex, complex, complex]) -> None:
    assert arc(points) is None


def test_a_circle_of_more_than_a_thousand_points_is_drawn_as_a_bezier() -> None:
    assert arc((0j, 130_000 + 0j, 2000j)) is None


@given(st.lists(places, min_size=2, max_size=6, unique=True))
def test_catmull_goes_through_all_its_points_and_forgets_no_length(points: list[complex]) -> None:
    drawn, unseen_px = catmull(points, ENOUGH)
    assert [point for point in points if point not in drawn] == []
    assert unseen_px >= -1e-9


def test_catmull_steps_are_six_pixels_or_end_at_a_knot() -> None:
    drawn, _ = catmull((0j, 300 + 0j, 600 + 0j), ENOUGH)
    short = [after for before, after in pairwise(drawn) if abs(after - before) <= 6]
    assert all(point in (300, 600) for point in short)


def test_a_spline_with_enough_degree_is_one_bezier() -> None:
    points = (0j, 100 + 50j, 200 + 0j)
    assert spline_pieces(points, 9) == [points]


def test_a_quadratic_spline_breaks_at_the_middles() -> None:
    # Known: a clamped quadratic B-spline touches its polygon at the middle of its inner sides.
    pieces = spline_pieces((0j, 100 + 0j, 100 + 100j, 200 + 100j), 2)
    assert pieces == [(0j, 100 + 0j, 100 + 50j), (100 + 50j, 100 + 100j, 200 + 100j)]


@given(st.lists(places, min_size=2, max_size=12), st.integers(1, 6))
def test_the_pieces_of_a_spline_join_and_reach_both_ends(points: list[complex], degree: int) -> None:
    pieces = spline_pieces(points, degree)
    assert pieces[0][0] == points[0]
    assert abs(pieces[-1][-1] - points[-1]) < 1e-9
    assert all(abs(before[-1] - after[0]) < 1e-9 for before, after in pairwise(pieces))


FAR = 131_072


@pytest.mark.parametrize(
    "points",
    [
        [complex(FAR * (-1) ** at, FAR * (-1) ** (at // 2)) for at in range(5000)],
        [complex(FAR * (-1) ** at, 0) for at in range(40)],
        [complex(1e9, -1e9) * (-1) ** at for at in range(4)],
        [0j, 1e9 + 1e9j, 0j],
    ],
)
def test_the_absurd_is_drawn_coarsely_and_soon(points: list[complex]) -> None:
    before = time.process_time()
    drawn = bezier(points, ENOUGH)
    assert len(drawn) <= 3 * ENOUGH
    assert time.process_time() - before < 2
