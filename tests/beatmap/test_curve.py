from __future__ import annotations

import math
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.beatmap import curve as curves
from engine.beatmap.control_path import PathKind, Segment, parse_path
from engine.beatmap.curve import curve_of, path_of
from engine.beatmap.drawing import MOST_POINTS

LAZER = 128
numbers = st.integers(-400, 900)
path_texts = st.builds(
    lambda letter, points: "|".join([letter, *(f"{x}:{y}" for x, y in points)]),
    st.sampled_from(["L", "P", "B", "C", "B3"]),
    st.lists(st.tuples(numbers, numbers), min_size=1, max_size=9),
)


def segments(text: str, *, version: int = 14) -> tuple[Segment, ...]:
    return parse_path(text, 0, 0, version).segments


def end(text: str, length: float | None = None, *, version: int = 14) -> tuple[float, float]:
    path = path_of(text, 0, 0, length, version)
    return path.position_at_px(path.length_px)


# ---- control points


def test_points_are_kept_relative_to_the_head() -> None:
    assert parse_path("L|300:150", 100, 50).segments == (Segment(PathKind.LINEAR, (0j, 200 + 100j)),)


def test_a_repeated_point_is_a_red_anchor() -> None:
    assert segments("B|50:50|100:0|100:0|150:80|200:0") == (
        Segment(PathKind.BEZIER, (0j, 50 + 50j, 100 + 0j)),
        Segment(PathKind.BEZIER, (100 + 0j, 150 + 80j, 200 + 0j)),
    )


def test_a_point_repeated_thrice_is_still_one_anchor() -> None:
    assert segments("B|100:0|100:0|100:0|200:50|300:0") == (
        Segment(PathKind.BEZIER, (0j, 100 + 0j)),
        Segment(PathKind.BEZIER, (100 + 0j, 200 + 50j, 300 + 0j)),
    )


def test_a_repeated_last_point_is_no_anchor() -> None:
    assert segments("B|50:50|100:0|100:0") == (Segment(PathKind.BEZIER, (0j, 50 + 50j, 100 + 0j, 100 + 0j)),)


def test_a_first_point_on_the_head_is_an_anchor() -> None:
    assert segments("B|0:0|50:50|100:0") == (Segment(PathKind.BEZIER, (0j, 50 + 50j, 100 + 0j)),)


def test_catmull_goes_through_repeated_points_in_files_of_stable_and_breaks_in_those_of_lazer() -> None:
    text = "C|50:50|50:50|100:0"
    assert len(segments(text)) == 1
    assert len(segments(text, version=LAZER)) == 2


def test_lazer_s_paths_may_change_their_kind_on_the_way() -> None:
    assert segments("B|50:50|L|100:0|P|150:50|200:0", version=LAZER) == (
        Segment(PathKind.BEZIER, (0j, 50 + 50j, 100 + 0j)),
        Segment(PathKind.LINEAR, (100 + 0j, 150 + 50j)),
        Segment(PathKind.PERFECT, (150 + 50j, 200 + 0j)),
    )


def test_a_letter_with_a_number_is_a_spline_of_that_degree() -> None:
    assert segments("B3|50:50|100:0|150:50", version=LAZER)[0].degree == 3
    assert segments("B0|50:50|100:0")[0].degree is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("P|50:50|100:0", PathKind.PERFECT),
        ("P|50:0|100:0", PathKind.LINEAR),
        ("P|100:0", PathKind.BEZIER),
        ("P|50:50|100:0|150:50", PathKind.BEZIER),
    ],
)
def test_a_circle_needs_three_points_that_are_not_in_a_line(text: str, kind: PathKind) -> None:
    assert {segment.kind for segment in segments(text)} == {kind}


def test_an_unknown_letter_is_catmull_as_in_the_game() -> None:
    assert segments("X|50:50")[0].kind is PathKind.CATMULL


def test_fractions_are_cut_off_except_in_lazer_s_own_format() -> None:
    assert segments("L|10.9:-10.9")[0].points[1] == 10 - 10j
    assert segments("L|10.5:-10.5", version=LAZER)[0].points[1] == 10.5 - 10.5j


@pytest.mark.parametrize("text", ["", "L", "L|", "|", "1:2", "L|nan:nan", "L|a:b", "L|1", "L|inf:0", "L|L|L"])
def test_a_path_without_a_point_is_a_point(text: str) -> None:
    path = path_of(text, 100, 50, 200)
    assert path.length_px == 0
    assert path.position_at_px(50) == (100, 50)


def test_a_coordinate_beyond_the_game_s_limit_is_pulled_back_to_it() -> None:
    assert segments("L|1000000000:0")[0].points[1] == 131_072


# ---- length


def test_without_a_length_a_path_is_as_long_as_it_is_drawn() -> None:
    assert path_of("L|30:40|30:140", 0, 0).length_px == 150


def test_a_path_is_cut_where_its_length_ends() -> None:
    assert end("L|100:0|100:100", 130) == (100, 30)
    assert path_of("L|100:0|100:100", 0, 0, 130).points == ((0, 0), (100, 0), (100, 30))


def test_a_path_is_lengthened_in_its_last_direction() -> None:
    assert end("L|100:0|100:100", 230) == (100, 130)
    assert path_of("L|100:0|100:100", 0, 0, 230).natural_px == 200


def test_a_path_whose_last_two_points_are_equal_is_not_lengthened() -> None:
    path = path_of("L|100:0|100:100|100:100", 0, 0, 300)
    assert path.length_px == 200


@pytest.mark.parametrize("length", [0, -5, math.nan, math.inf])
def test_a_length_that_is_none_leaves_the_path_as_drawn(length: float) -> None:
    assert path_of("L|100:0", 0, 0, length).length_px == 100


def test_a_path_reaches_as_far_as_its_farthest_point() -> None:
    assert path_of("L|300:0|100:0", 0, 0).curve.reach_px == 300


def test_a_circle_has_the_length_of_its_arc() -> None:
    # Half of a circle of 100 px; the polyline of the game is a little shorter.
    assert path_of("P|100:100|200:0", 0, 0).length_px == pytest.approx(math.pi * 100, abs=0.2)


def test_what_catmull_paths_leave_out_still_counts_as_length() -> None:
    # Four knots on one spot make a bulb, which is not drawn; the path is not lengthened in its place.
    text = "C|100:0|100:0|100:0|200:0"
    path = path_of(text, 0, 0)
    drawn_px = sum(math.dist(before, after) for before, after in pairwise(path.points))
    assert path.length_px > drawn_px
    assert path_of(text, 0, 0, path.length_px).points[-1] == (200, 0)


@given(path_texts, st.floats(1, 5000))
def test_a_path_has_the_length_it_was_given_unless_it_ends_on_a_repeated_point(
    text: str, length_px: float
) -> None:
    path = path_of(text, 0, 0, length_px, LAZER)
    points = path.curve.points
    if path.length_px != length_px:
        assert path.length_px == path.natural_px < length_px
        assert len(points) == 1 or points[-1] == points[-2]
    assert list(path.curve.distances_px) == sorted(path.curve.distances_px)
    assert len(points) == len(path.curve.distances_px)


@given(path_texts, st.floats(1, 2000), st.floats(0, 1), st.floats(0, 1))
def test_no_two_places_are_further_apart_than_the_path_between_them(
    text: str, length_px: float, first: float, second: float
) -> None:
    path = path_of(text, 0, 0, length_px, LAZER)
    places = [path.position_at_px(share * path.length_px) for share in (first, second)]
    assert math.dist(*places) <= abs(first - second) * path.length_px + 1e-6


# ---- the memo, and the absurd


def test_a_slider_that_was_moved_finds_its_curve_again() -> None:
    before = path_of("B|150:150|200:100", 100, 100, 120)
    after = path_of("B|250:90|300:40", 200, 40, 120)
    assert before.curve is after.curve
    assert after.position_at_px(0) == (200, 40)


def test_the_memo_of_curves_stays_within_its_points() -> None:
    for size in range(400):
        path_of(f"P|{100 + size}:{100 + size}|{200 + 3 * size}:0", 0, 0, 50_000 + size)
        path_of(f"B|60000:{size}|0:60000|60000:60000", 0, 0)
    assert curves._curves.weight <= curves.CACHED_POINTS


ABSURD = {
    "zigzag across the limit": "B" + "|131072:-131072|-131072:131072" * 2500,
    "many anchors across the limit": "B" + "|131072:0|131072:0|-131072:9|-131072:9" * 1250,
    "a long catmull": "C" + "|131072:0|0:131072" * 2500,
    "a spline of many knots": "B64" + "|131072:0|0:131072" * 2500,
    "a billion away": "B|1000000000:0|0:1000000000|-1000000000:5",
    "one spot": "B" + "|5:5" * 5000,
    "all letters": "B|1:1|L|2:2|P|3:3|C|4:4" * 1000,
}


@pytest.mark.parametrize("name", ABSURD)
def test_the_absurd_takes_a_bounded_time_and_a_bounded_place(name: str) -> None:
    before = time.process_time()
    path = path_of(ABSURD[name], 0, 0, 1e9, LAZER)
    assert time.process_time() - before < 2
    assert len(path.points) <= 4 * MOST_POINTS
    assert math.isfinite(path.length_px)
    assert all(map(math.isfinite, path.position_at_px(path.length_px)))


def test_equal_control_points_are_one_key() -> None:
    assert curve_of(parse_path("L|10:10", 0, 0), 5) is curve_of(parse_path("L|20:20", 10, 10), 5)
