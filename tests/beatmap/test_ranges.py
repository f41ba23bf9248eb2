"""A rough range becomes one that a mapper would have chosen, and goes to the editor and back as text."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.beatmap.builder import MapBuilder, mania, osu, taiko
from engine.beatmap.edits import EditRefused
from engine.beatmap.ranges import end_after, format_range, parse_range, to_combos, to_measures
from engine.beatmap.timestamps import parse_timestamp, timestamps_in


def beats(bpm: float = 120, at: float = 0, count: int = 20) -> MapBuilder:
    """A circle on every beat, where stable puts it: cut off to whole milliseconds. Three to a combo."""
    builder = osu().timing(bpm, at)
    for number in range(count):
        builder = builder.circle(math.floor(at + number * 60_000 / bpm + 1e-6), new_combo=number % 3 == 0)
    return builder


# ---- bars


def test_a_rough_range_becomes_the_bars_that_it_touches() -> None:
    assert to_measures(beats().beatmap(), 2100, 5900) == (2000, 6000)
    assert to_measures(beats().beatmap(), 1999, 6002) == (0, 8000)


def test_what_rounding_puts_beside_a_barline_lies_on_it() -> None:
    beatmap = osu().timing(180, 0.678).beatmap()
    bar_ms = 60_000 / 180 * 4
    assert to_measures(beatmap, 1334, 2667) == (math.floor(0.678 + bar_ms), math.floor(0.678 + 2 * bar_ms))


def test_an_object_on_a_barline_belongs_to_the_bar_that_it_begins() -> None:
    beatmap = beats(bpm=177).beatmap()
    start_ms, end_ms = to_measures(beatmap, 1400, 2600)
    inside = [n for n, obj in enumerate(beatmap.objects) if start_ms <= obj.time_ms < end_ms]
    assert inside == [4, 5, 6, 7]


def test_a_range_without_length_becomes_one_bar() -> None:
    assert to_measures(beats().beatmap(), 2000, 2000) == (2000, 4000)
    assert to_measures(beats().beatmap(), 2500, 2500) == (2000, 4000)


def test_bars_begin_anew_with_each_red_line() -> None:
    beatmap = beats().timing(60, 5000, meter=3).beatmap()
    assert to_measures(beatmap, 4500, 4600) == (4000, 5000)
    assert to_measures(beatmap, 5100, 8100) == (5000, 11_000)


def test_bars_before_the_first_red_line_count_but_no_range_begins_before_the_song() -> None:
    beatmap = beats(at=2500).beatmap()
    assert to_measures(beatmap, 700, 800) == (500, 2500)
    assert to_measures(beatmap, 100, 200) == (0, 500)


def test_a_range_is_read_from_either_end() -> None:
    assert to_measures(beats().beatmap(), 5900, 2100) == (2000, 6000)
    assert to_combos(beats().beatmap(), 2900, 1600) == (1500, 3000)


def test_without_timing_there_are_no_bars() -> None:
    with pytest.raises(EditRefused, match="no timing yet"):
        to_measures(osu().circle(0).beatmap(), 0, 1000)


@pytest.mark.parametrize("end_ms", [math.nan, math.inf])
def test_a_range_without_an_end_is_refused(end_ms: float) -> None:
    with pytest.raises(EditRefused, match="no beginning or no end"):
        to_measures(beats().beatmap(), 0, end_ms)
    with pytest.raises(EditRefused, match="no beginning or no end"):
        to_combos(beats().beatmap(), 0, end_ms)


@given(
    bpm=st.floats(20, 400),
    offset_ms=st.floats(-5000, 5000),
    start_ms=st.floats(0, 300_000),
    length_ms=st.floats(0, 60_000),
)
def test_bars_hold_the_range_and_snap_to_themselves(
    bpm: float, offset_ms: float, start_ms: float, length_ms: float
) -> None:
    beatmap = osu().timing(bpm, offset_ms).beatmap()
    first_ms, last_ms = to_measures(beatmap, start_ms, start_ms + length_ms)
    assert first_ms < start_ms + 1
    assert last_ms > start_ms + length_ms - 1
    assert last_ms - first_ms >= 1
    assert to_measures(beatmap, first_ms, last_ms) == (first_ms, last_ms)


# ---- combos


def test_a_rough_range_becomes_the_combos_of_its_objects() -> None:
    assert to_combos(beats().beatmap(), 1900, 3100) == (1500, 4500)
    assert to_combos(beats().beatmap(), 1500, 1500) == (1500, 3000)


def test_the_last_combo_ends_with_the_bar_in_which_it_ends() -> None:
    builder = beats(count=7)
    assert to_combos(builder.beatmap(), 3000, 3100) == (3000, 4000)
    assert to_combos(builder.slider(3500, length=280).beatmap(), 3000, 3100) == (3000, 6000)


def test_a_combo_before_a_long_pause_does_not_take_the_pause_along() -> None:
    assert to_combos(beats(count=3).circle(60_000, new_combo=True).beatmap(), 0, 100) == (0, 2000)


def test_where_no_object_begins_a_range_becomes_bars() -> None:
    assert to_combos(beats(count=3).beatmap(), 20_100, 20_200) == (20_000, 22_000)


@pytest.mark.parametrize("builder", [taiko(), mania()])
def test_where_there_are_no_combos_a_range_becomes_bars(builder: MapBuilder) -> None:
    assert to_combos(builder.timing(120).circle(500).circle(1000).beatmap(), 400, 600) == (0, 2000)


def test_a_range_ends_behind_its_last_object_even_where_that_was_rounded_onto_the_barline() -> None:
    beatmap = osu().timing(120, 0.678).circle(2000).beatmap()
    assert end_after(beatmap, 0) == 4000


# ---- as text


@pytest.mark.parametrize(
    "text",
    [
        "00:10:000 - 00:20:000",
        "00:20:000 - 00:10:000",
        "00:10:000 00:20:000",
        "from 00:10:000 (7,9) - up to 00:20:000 -",
        "osu://edit/00:10:000\nosu://edit/00:20:000",
        "0:10 - 0:20",
        "0:10:000 (1,2) - 0:20:000",
        "10000 - 20000",
        "10000-20000",
        "10000\n20000",
    ],
)
def test_two_times_are_a_range(text: str) -> None:
    assert parse_range(osu().timing(120).beatmap(), text) == (10_000, 20_000)


@pytest.mark.parametrize(
    "text", ["", "soon", "00:10:000", "00:10:000 - ", "00:10:000 (1,2) - ", "10000", "1 - x", "5 - 5"]
)
def test_what_says_no_range_is_none(text: str) -> None:
    assert parse_range(osu().timing(120).beatmap(), text) is None


def test_selected_objects_are_a_range_up_to_the_next_object() -> None:
    beatmap = beats().beatmap()
    assert parse_range(beatmap, "00:01:500 (1,2,3) - ") == (1500, 3000)
    assert parse_range(beatmap, "osu://edit/00:01:500%20(1,2)") == (1500, 2500)
    assert parse_range(beatmap, "00:01:500 (1,2,3) - 00:03:000 (1,2) -") == (1500, 4000)


def test_selected_notes_of_mania_are_a_range() -> None:
    beatmap = mania(4).timing(120).note(1000, 0).note(1000, 2).hold(1500, 1900, 1).note(2500, 0).beatmap()
    assert parse_range(beatmap, "00:01:000 (1000|0,1000|2) - ") == (1000, 1500)
    assert parse_range(beatmap, "00:01:000 (1000|0,1500|1) - ") == (1000, 2000)


@given(start_ms=st.integers(0, 1_000_000), length_ms=st.integers(1, 1_000_000))
def test_a_range_comes_back_from_its_text(start_ms: int, length_ms: int) -> None:
    text = format_range(start_ms, start_ms + length_ms)
    assert parse_range(osu().timing(120).beatmap(), text) == (start_ms, start_ms + length_ms)
    assert parse_timestamp(text) == (start_ms, "")


@given(st.text())
def test_reading_a_range_never_raises_where_there_is_timing(text: str) -> None:
    parse_range(beats().beatmap(), text)


def test_all_timestamps_of_a_post_are_found() -> None:
    text = "00:01:000 (1,2) - like osu://edit/01:00:000%20(3) and 02:00:000"
    assert timestamps_in(text) == [(1000, "1,2"), (60_000, "3"), (120_000, "")]
