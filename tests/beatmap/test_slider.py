from __future__ import annotations

import math
import time

from hypothesis import given
from hypothesis import strategies as st

from engine.beatmap import slider as sliders
from engine.beatmap.builder import MapBuilder, catch, osu
from engine.beatmap.curve import forget_curves
from engine.beatmap.objects import Slider
from engine.beatmap.slider import MOST_TICKS, NestedKind, SliderShape, shape, velocity_px_per_ms

HEAD, TICK, REPEAT, TAIL = NestedKind


def shapes(builder: MapBuilder) -> list[SliderShape]:
    beatmap = builder.beatmap()
    return [beatmap.slider(obj) for obj in beatmap.objects if isinstance(obj, Slider)]


def only(builder: MapBuilder) -> SliderShape:
    (found,) = shapes(builder)
    return found


def plain() -> MapBuilder:
    """100 px per beat of 500 ms, one tick per beat."""
    return osu().difficulty(slider_multiplier=1, slider_tick_rate=1).timing(120)


def parts(builder: MapBuilder) -> list[tuple[NestedKind, float, float]]:
    return [(nested.kind, nested.time_ms, nested.x) for nested in only(builder).nested]


def test_a_slider_lasts_as_long_as_its_ball_needs() -> None:
    found = only(plain().slider(1000, "L|356:192", 100, x=256))
    assert (found.duration_ms, found.end_ms, found.velocity_px_per_ms) == (500, 1500, 0.2)


def test_each_repeat_adds_a_span_and_turns_the_ball() -> None:
    assert parts(plain().slider(1000, "L|356:192", 100, spans=3)) == [
        (HEAD, 1000, 256),
        (REPEAT, 1500, 356),
        (REPEAT, 2000, 256),
        (TAIL, 2500, 356),
    ]


def test_ticks_lie_on_the_same_places_in_both_directions() -> None:
    assert parts(plain().slider(1000, "L|506:192", 250, spans=2)) == [
        (HEAD, 1000, 256),
        (TICK, 1500, 356),
        (TICK, 2000, 456),
        (REPEAT, 2250, 506),
        (TICK, 2500, 456),
        (TICK, 3000, 356),
        (TAIL, 3500, 256),
    ]


def test_no_tick_lies_within_ten_milliseconds_of_the_end() -> None:
    # 0.2 px per ms: the last 2 px of a span.
    assert [kind for kind, *_ in parts(plain().slider(0, "L|500:192", 102))] == [HEAD, TAIL]
    assert [kind for kind, *_ in parts(plain().slider(0, "L|500:192", 102.01))] == [HEAD, TICK, TAIL]


def test_a_green_line_changes_the_velocity_but_not_the_time_between_ticks() -> None:
    found = only(plain().green(0, velocity=2).slider(0, "L|700:192", 400))
    assert found.velocity_px_per_ms == 0.4
    assert [nested.time_ms for nested in found.nested] == [0, 500, 1000]


def test_before_format_8_ticks_keep_their_distance_whatever_the_velocity() -> None:
    found = only(plain().format(7).green(0, velocity=2).slider(0, "L|700:192", 400))
    assert [nested.time_ms for nested in found.nested] == [0, 250, 500, 750, 1000]


def test_a_nan_velocity_leaves_a_slider_without_ticks() -> None:
    found = only(plain().timing_line("500,NaN,4,2,0,70,0,0").slider(1000, "L|700:192", 400))
    assert [nested.kind for nested in found.nested] == [HEAD, TAIL]
    assert found.velocity_px_per_ms == 0.2


def test_a_nan_velocity_leaves_a_juice_stream_without_droplets_as_in_stable() -> None:
    droplets = catch().difficulty(slider_multiplier=1, slider_tick_rate=1).timing(120)
    found = only(droplets.timing_line("500,NaN,4,2,0,70,0,0").slider(1000, "L|700:192", 400))
    assert [nested.kind for nested in found.nested] == [HEAD, TAIL]


def test_tick_rate_divides_the_beat() -> None:
    found = only(plain().difficulty(slider_tick_rate=2).slider(0, "L|356:192", 100))
    assert [nested.time_ms for nested in found.nested] == [0, 250, 500]


def test_multiplier_and_tick_rate_are_kept_within_the_game_s_bounds() -> None:
    assert velocity_px_per_ms(100, 1, 500) == velocity_px_per_ms(3.6, 1, 500)
    assert velocity_px_per_ms(0, 1, 500) == velocity_px_per_ms(0.4, 1, 500)


def test_the_end_is_judged_36_ms_early_but_not_before_the_middle() -> None:
    assert only(plain().slider(1000, "L|356:192", 100)).judged_end_ms == 1464
    assert only(plain().slider(1000, "L|356:192", 10)).judged_end_ms == 1025


def test_a_slider_without_length_ends_where_it_begins_and_has_no_repeats() -> None:
    found = only(plain().slider(1000, "L|256:192", 0, spans=50))
    assert (found.end_ms, found.span_count, len(found.nested)) == (1000, 1, 2)
    assert found.position_at(1000) == (256, 192)


def test_the_ball_goes_to_and_fro() -> None:
    found = only(plain().slider(1000, "L|356:192", 100, spans=2))
    xs = [found.position_at(time_ms)[0] for time_ms in (0, 1000, 1250, 1500, 1750, 2000, 9000)]
    assert xs == [256, 256, 306, 356, 306, 256, 256]


def test_a_slider_with_even_spans_ends_at_its_head() -> None:
    assert only(plain().slider(0, "L|356:192", 100, spans=2)).end_position == (256, 192)
    assert only(plain().slider(0, "L|356:192", 100, spans=3)).end_position == (356, 192)


def test_the_same_slider_is_computed_once_whatever_line_it_stands_on() -> None:
    first = only(plain().slider(1000, "P|300:250|356:192", 120))
    second = only(plain().circle(0).slider(1000, "P|300:250|356:192", 120))
    assert first is second


def test_an_absurd_number_of_ticks_is_cut_off() -> None:
    # Half a pixel between ticks on a path of 100,000 px.
    builder = osu().difficulty(slider_multiplier=0.4, slider_tick_rate=8).timing(120).green(0, velocity=0.1)
    found = only(builder.slider(0, "L|131000:192", 130_000, spans=2))
    assert sum(nested.kind is TICK for nested in found.nested) == MOST_TICKS
    assert found.nested[-1].kind is TAIL


def test_the_most_absurd_slider_takes_a_moment() -> None:
    before = time.process_time()
    only(
        osu()
        .difficulty(slider_multiplier=0.4, slider_tick_rate=8)
        .timing(120)
        .green(0, velocity=0.1)
        .slider(0, "B" + "|131072:-131072|-131072:131072" * 2500, 131_072, spans=9000)
    )
    assert time.process_time() - before < 3


def far_and_wide(sliders: int) -> MapBuilder:
    """Each of a hundred control points as far apart as the game allows, and of no two alike."""
    lines = (
        f"256,192,{1000 * number},2,0,B{f'|{131_072 - number}:131072|-131072:-131072' * 50},1,1000"
        for number in range(sliders)
    )
    return plain().object_line(*lines)


def test_a_map_of_too_many_absurd_paths_draws_the_last_of_them_coarsely_and_says_so() -> None:
    beatmap = far_and_wide(40).beatmap()
    coarse = [beatmap.slider(obj).path.curve.coarse for obj in beatmap.objects if isinstance(obj, Slider)]
    assert 0 < beatmap.sliders_drawn_coarsely == sum(coarse) < 40
    assert coarse[-1]


def test_a_path_drawn_coarsely_lasts_as_long_as_any() -> None:
    assert {found.duration_ms for found in shapes(far_and_wide(40))} == {5000}


def test_how_coarsely_a_map_is_drawn_does_not_depend_on_what_was_drawn_before() -> None:
    sliders.forget_shapes()
    forget_curves()
    alone = shapes(far_and_wide(40))
    assert shapes(far_and_wide(3)) == alone[:3]
    assert shapes(far_and_wide(40)) == alone


def test_the_memo_of_shapes_stays_within_its_parts() -> None:
    beatmap = plain().slider(0, "L|356:192", 100, spans=3000).beatmap()
    (obj,) = beatmap.objects
    assert isinstance(obj, Slider)
    for multiplier in range(40):
        shape(obj, beatmap.timing, 1 + multiplier / 40, 1)
    assert sliders._shapes.weight <= sliders.CACHED_POINTS


@given(
    length=st.floats(1, 3000),
    spans=st.integers(1, 20),
    bpm=st.floats(30, 400),
    velocity=st.floats(0.1, 10),
    multiplier=st.floats(0.4, 3.6),
    tick_rate=st.sampled_from([0.5, 1, 2, 3, 4, 8]),
    version=st.sampled_from([3, 7, 8, 14]),
)
def test_parts_come_in_order_within_the_slider_and_the_ball_is_there_then(
    length: float,
    spans: int,
    bpm: float,
    velocity: float,
    multiplier: float,
    tick_rate: float,
    version: int,
) -> None:
    found = only(
        osu()
        .format(version)
        .difficulty(slider_multiplier=multiplier, slider_tick_rate=tick_rate)
        .timing(bpm)
        .green(0, velocity=velocity)
        .slider(1000, "B|300:250|400:100|500:200", length, spans=spans)
    )
    times_ms = [nested.time_ms for nested in found.nested]
    assert times_ms == sorted(times_ms)
    assert math.isclose(times_ms[-1], found.end_ms)
    kinds = [nested.kind for nested in found.nested]
    assert kinds[0] is HEAD
    assert kinds[-1] is TAIL
    assert kinds.count(REPEAT) == spans - 1
    ticks = kinds.count(TICK)
    assert ticks % spans == 0
    for nested in found.nested:
        if nested.kind is not REPEAT:
            assert math.dist(found.position_at(nested.time_ms), (nested.x, nested.y)) < 0.01
