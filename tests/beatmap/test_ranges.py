"""What people paste is the range that they mean."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.beatmap.builder import MapBuilder, mania, osu
from engine.beatmap.edits import EditRefused
from engine.beatmap.ranges import end_after, parse_range
from engine.beatmap.timestamps import timestamps_in


def beats(bpm: float = 120, at: float = 0, count: int = 20) -> MapBuilder:
    """A circle on every beat, where stable puts it: cut off to whole milliseconds. Three to a combo."""
    builder = osu().timing(bpm, at)
    for number in range(count):
        builder = builder.circle(math.floor(at + number * 60_000 / bpm + 1e-6), new_combo=number % 3 == 0)
    return builder


def test_without_timing_there_are_no_bars_to_end_it() -> None:
    with pytest.raises(EditRefused, match="no timing yet"):
        parse_range(osu().circle(500).beatmap(), "00:00:500 (1) - ")


def test_a_range_ends_with_the_bar_in_which_its_last_object_ends() -> None:
    builder = beats(count=7)
    assert parse_range(builder.beatmap(), "00:03:000 (1) - ") == (3000, 4000)
    assert parse_range(builder.slider(3500, length=280).beatmap(), "00:03:000 (1,2) - ") == (3000, 6000)


def test_it_does_not_take_a_long_pause_along() -> None:
    beatmap = beats(count=3).circle(60_000, new_combo=True).beatmap()
    assert parse_range(beatmap, "00:00:000 (1,2,3) - ") == (0, 2000)


def test_a_range_ends_behind_its_last_object_even_where_that_was_rounded_onto_the_barline() -> None:
    beatmap = osu().timing(120, 0.678).circle(2000).beatmap()
    assert end_after(beatmap, 0) == 4000


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


@given(st.text())
def test_reading_a_range_never_raises_where_there_is_timing(text: str) -> None:
    parse_range(beats().beatmap(), text)


def test_all_timestamps_of_a_post_are_found() -> None:
    text = "00:01:000 (1,2) - like osu://edit/01:00:000%20(3) and 02:00:000"
    assert timestamps_in(text) == [(1000, "1,2"), (60_000, "3"), (120_000, "")]
