from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.beatmap.builder import MapBuilder, osu
from engine.beatmap.float32 import float32
from engine.beatmap.objects import Slider, Spinner
from engine.beatmap.stacking import circle_scale, preempt_ms, stack_heights, stack_offset_px

if TYPE_CHECKING:
    from engine.beatmap.beatmap import Beatmap


def heights(builder: MapBuilder) -> tuple[int, ...]:
    return builder.beatmap().stack_heights


def plain() -> MapBuilder:
    """Approach rate 5 and leniency 0.5: stacks reach over 600 ms. 100 px of slider last 500 ms."""
    return osu().general(StackLeniency=0.5).difficulty(ar=5, slider_multiplier=1).timing(120)


def old() -> MapBuilder:
    return plain().format(5)


# ---- numbers


@pytest.mark.parametrize(
    ("approach_rate", "ms"),
    [(0, 1800), (5, 1200), (10, 450), (8, 750), (9, 600), (9.2, 570), (9.3, 554), (3.7, 1355), (11, 450)],
)
def test_preempt_is_cut_off_to_whole_milliseconds_of_a_32_bit_rate(approach_rate: float, ms: int) -> None:
    assert preempt_ms(approach_rate) == ms


def test_a_stack_step_is_a_tenth_of_the_radius_up_and_left() -> None:
    # The game's own answer for circle size 4 (nan-slider): 3.6495 px.
    assert stack_offset_px(1, 4) == pytest.approx(-3.6495, abs=1e-4)
    assert stack_offset_px(-2, 4) == -2 * stack_offset_px(1, 4)
    assert circle_scale(5) == pytest.approx(0.5, abs=1e-3)


# ---- from format 6 on


def test_circles_on_one_spot_lift_those_before_them() -> None:
    assert heights(plain().circle(0).circle(100).circle(200)) == (2, 1, 0)


def test_less_than_three_pixels_apart_is_one_spot() -> None:
    assert heights(plain().circle(0, x=100).circle(100, x=102)) == (1, 0)
    assert heights(plain().circle(0, x=100).circle(100, x=103)) == (0, 0)


def test_a_stack_reaches_as_far_as_leniency_times_preempt() -> None:
    assert heights(plain().circle(0).circle(600)) == (1, 0)
    assert heights(plain().circle(0).circle(601)) == (0, 0)


def test_leniency_is_kept_in_32_bits() -> None:
    # 0.7 in 32 bits is a little less, but times 600 ms it is rounded to 420 again.
    builder = osu().general(StackLeniency=0.7).difficulty(ar=9).timing(120)
    assert heights(builder.circle(0).circle(420)) == (1, 0)
    assert heights(builder.circle(0).circle(421)) == (0, 0)


def test_each_circle_of_a_chain_reaches_anew() -> None:
    assert heights(plain().circle(0).circle(600).circle(1200)) == (2, 1, 0)


def test_two_interwoven_stacks_do_not_disturb_each_other() -> None:
    builder = plain()
    for number in range(6):
        builder = builder.circle(number * 100, x=100 if number % 2 else 300)
    assert heights(builder) == (2, 2, 1, 1, 0, 0)


def test_an_object_elsewhere_that_ended_too_long_ago_ends_a_stack() -> None:
    # The slider still lasts when the last circle comes, but the circle in between has been over for 700 ms.
    builder = plain().slider(0, "L|400:192", 240, x=160).circle(400, x=20).circle(1100, x=160)
    assert heights(builder) == (0, 0, 0)


def test_circles_under_a_slider_s_end_go_down() -> None:
    builder = plain().slider(0, "L|356:192", 100).circle(700, x=356).circle(800, x=356)
    assert heights(builder) == (0, -1, -2)


def test_a_slider_on_a_circle_lifts_it() -> None:
    assert heights(plain().circle(0).slider(300)) == (1, 0)


def test_a_slider_lifts_the_slider_that_ends_on_it() -> None:
    builder = plain().slider(0, "L|306:192", 50, x=256).slider(400, "L|400:192", 50, x=306)
    assert heights(builder) == (1, 0)


def test_a_slider_on_the_start_of_another_is_left_alone() -> None:
    # Only ends count for a slider: the first one starts on the spot but ends elsewhere.
    assert heights(plain().slider(0, "L|306:192", 50).slider(400, "L|306:192", 50)) == (0, 0)


def test_spinners_neither_stack_nor_end_a_stack() -> None:
    assert heights(plain().circle(0).spinner(100, 150).circle(300)) == (1, 0, 0)


def test_an_even_number_of_spans_ends_at_the_head() -> None:
    builder = plain().slider(0, "L|306:192", 50, spans=2).circle(700, x=256)
    assert heights(builder) == (0, -1)


# ---- before format 6


def test_old_files_lift_an_object_by_all_that_follow_it() -> None:
    assert heights(old().circle(0).circle(100).circle(200)) == (2, 1, 0)


def test_old_files_put_circles_under_a_slider_s_end_ever_lower() -> None:
    builder = old().slider(0, "L|356:192", 100).circle(700, x=356).circle(800, x=356)
    assert heights(builder) == (0, -1, -2)


def test_old_files_look_at_the_end_of_the_path_even_if_the_ball_comes_back() -> None:
    builder = old().slider(0, "L|356:192", 100, spans=2).circle(1200, x=356)
    assert heights(builder) == (0, -1)


def test_old_files_skip_circles_that_were_moved_but_not_sliders() -> None:
    builder = old().slider(0, "L|306:192", 50).circle(400, x=306).circle(500, x=306).slider(600, x=306)
    assert heights(builder) == (0, -1, -2, -3)


# ---- against the plain algorithm


def by_looking_at_everything(  # noqa: C901  # in one piece, to be compared with the other at a glance
    beatmap: Beatmap, reach_ms: float
) -> tuple[int, ...]:
    """What the game does, without the grid: every earlier object, until one is too long ago."""
    objects = beatmap.objects
    found = [0] * len(objects)
    starts = [complex(obj.x, obj.y) for obj in objects]
    ends = [
        complex(*beatmap.slider(obj).end_position) if isinstance(obj, Slider) else start
        for obj, start in zip(objects, starts, strict=True)
    ]
    for top in range(len(objects) - 1, 0, -1):
        if found[top] or isinstance(objects[top], Spinner):
            continue
        above = top
        for under in range(top - 1, -1, -1):
            if isinstance(objects[under], Spinner):
                continue
            if isinstance(objects[top], Slider):
                if objects[above].time_ms - objects[under].time_ms > reach_ms:
                    break
                near = abs(ends[under] - starts[above]) < 3
            else:
                if int(objects[above].time_ms) - int(beatmap.end_ms(objects[under])) > reach_ms:
                    break
                if isinstance(objects[under], Slider) and abs(ends[under] - starts[above]) < 3:
                    lowered_by = found[above] - found[under] + 1
                    for each in range(under + 1, top + 1):
                        if abs(ends[under] - starts[each]) < 3 and not isinstance(objects[each], Spinner):
                            found[each] -= lowered_by
                    break
                near = abs(starts[under] - starts[above]) < 3
            if near:
                found[under] = found[above] + 1
                above = under
    return tuple(found)


placed = st.tuples(
    st.sampled_from(["circle", "circle", "slider", "repeated", "spinner"]),
    st.integers(0, 700),
    st.sampled_from([253, 254, 256, 258, 306, 400]),
)


@given(st.lists(placed, max_size=25))
def test_the_grid_finds_what_looking_at_everything_finds(objects: list[tuple[str, int, int]]) -> None:
    builder, at = plain(), 0
    for kind, gap_ms, x in objects:
        at += gap_ms
        if kind == "circle":
            builder = builder.circle(at, x)
        elif kind == "spinner":
            builder = builder.spinner(at, at + 100)
        else:
            builder = builder.slider(at, f"L|{x + 50}:192", 50, spans=2 if kind == "repeated" else 1, x=x)
    beatmap = builder.beatmap()
    assert beatmap.stack_heights == by_looking_at_everything(beatmap, float32(1200 * float32(0.5)))


# ---- the absurd


def crowd(version: int, *, step_px: int, sliders: bool) -> Beatmap:
    """Ten thousand objects within two seconds."""
    lines = []
    for number in range(10_000):
        x, y, at = number * step_px % 512, number * step_px // 512 % 384, number // 5
        lines.append(
            f"{x},{y},{at},2,0,L|{x}:{y + 2},1,2" if sliders and number % 2 else f"{x},{y},{at},1,0,0:0:0:0:"
        )
    return plain().format(version).object_line(*lines).beatmap()


@pytest.mark.parametrize("version", [5, 14])
@pytest.mark.parametrize("step_px", [0, 1, 5])
@pytest.mark.parametrize("sliders", [False, True])
def test_ten_thousand_objects_at_once_take_a_moment(version: int, step_px: int, sliders: bool) -> None:
    beatmap = crowd(version, step_px=step_px, sliders=sliders)
    for obj in beatmap.objects:
        beatmap.end_ms(obj)
    before = time.process_time()
    found = stack_heights(beatmap.objects, beatmap.slider, 5, 0.7, version)
    assert time.process_time() - before < 3
    assert len(found) == 10_000


def test_no_objects_no_stacks() -> None:
    assert heights(plain()) == ()
    assert heights(old()) == ()
