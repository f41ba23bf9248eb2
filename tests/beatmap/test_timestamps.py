from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.beatmap.builder import MapBuilder, catch, mania, osu, taiko
from engine.beatmap.timestamps import (
    discussion_stamp,
    editor_link,
    format_timestamp,
    parse_timestamp,
    selected,
    selection,
)

LAZER_EDITOR = re.compile(
    r"^(((?P<minutes>\d{1,3}):(?P<seconds>([0-5]?\d))([:.](?P<milliseconds>\d{0,3}))?)"
    r"(?P<selection>\s\([^)]+\))?)(?P<suffix>\s-.*)?$"
)
OSU_WEB = re.compile(r"\b(((\d{2,}):([0-5]\d)[:.](\d{3}))(\s\((?:\d+[,|])*\d+\))?)")
TEN_HOURS_MS = 36_000_000


def two_combos() -> MapBuilder:
    return osu().circle(1000).circle(1500).circle(2000, new_combo=True).slider(2500).spinner(4000, 5000)


def chords() -> MapBuilder:
    return mania(keys=4).note(1000, column=0).note(1000, column=2).hold(1500.6, 2000, column=3)


@pytest.mark.parametrize(
    ("time_ms", "text"),
    [
        (0, "00:00:000"),
        (83_456, "01:23:456"),
        (83_456.9, "01:23:456"),
        (6_000_000, "100:00:000"),
        (-1, "-1 ms"),
        (-0.2, "-1 ms"),
    ],
)
def test_a_time_is_written_as_the_editors_write_it_cut_off_to_milliseconds(time_ms: float, text: str) -> None:
    assert format_timestamp(time_ms) == text


def test_osu_and_catch_select_by_combo_number() -> None:
    assert selection(two_combos().beatmap(), (0, 1, 2, 3)) == "1,2,1,2"
    assert selection(catch().fruit(0).fruit(500).beatmap(), (1,)) == "2"


def test_mania_selects_by_time_and_column() -> None:
    assert selection(chords().beatmap(), (0, 1, 2)) == "1000|0,1000|2,1501|3"


def test_taiko_selects_nothing() -> None:
    assert selection(taiko().don(0).beatmap(), (0,)) == ""


def test_a_link_carries_the_selection_with_its_space_escaped() -> None:
    assert editor_link(two_combos().beatmap(), 1000, (0, 1)) == "osu://edit/00:01:000%20(1,2)"
    assert editor_link(two_combos().beatmap(), 1000) == "osu://edit/00:01:000"


@pytest.mark.parametrize("time_ms", [-1, -0.1, TEN_HOURS_MS, float("nan"), float("inf")])
def test_where_no_editor_goes_there_is_no_link(time_ms: float) -> None:
    assert editor_link(two_combos().beatmap(), time_ms) is None


def test_a_discussion_begins_as_the_editors_clipboard_does() -> None:
    assert discussion_stamp(two_combos().beatmap(), 1000, (0, 1)) == "00:01:000 (1,2) - "
    assert discussion_stamp(two_combos().beatmap(), 83_456) == "01:23:456 - "


def test_a_time_before_the_song_is_nothing_that_the_website_or_an_editor_would_link() -> None:
    stamp = discussion_stamp(two_combos().beatmap(), -61_001, (0,))
    assert OSU_WEB.search(stamp) is None
    assert parse_timestamp(stamp) is None


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("1", (1, "")),
        ("-250.5", (-250.5, "")),
        ("1:2", (62_000, "")),
        ("1:02:3", (62_003, "")),
        ("1:02:", (62_000, "")),
        ("1:02.300", (62_300, "")),
        ("01:02:300 (1,2,3)", (62_300, "1,2,3")),
        ("01:02:300 (1234|0,1300|2) - why?", (62_300, "1234|0,1300|2")),
        ("osu://edit/01:02:300%20(1,2)", (62_300, "1,2")),
        ("see 01:02:300 (2) and 03:00:000", (62_300, "2")),
        ("at 01:02:300 (no numbers) perhaps", (62_300, "")),
        ("599:59:999", (35_999_999, "")),
    ],
)
def test_all_forms_of_a_timestamp_are_read(text: str, parsed: tuple[float, str]) -> None:
    assert parse_timestamp(text) == parsed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "1:92",
        "600:00:000",
        "see 1:02:300",
        "nan",
        "inf",
        "1_000",
        "9" * 5000 + ":00:000",
        "\u0661:\u0660\u0662",
    ],
)
def test_what_is_no_timestamp_is_refused(text: str) -> None:
    assert parse_timestamp(text) is None


@given(st.integers(0, TEN_HOURS_MS - 1))
def test_a_written_time_is_read_back_and_fits_both_patterns(time_ms: int) -> None:
    text = format_timestamp(time_ms)
    assert parse_timestamp(text) == (time_ms, "")
    assert LAZER_EDITOR.match(text)
    on_the_website = OSU_WEB.match(text)
    assert on_the_website
    assert on_the_website.group() == text


@given(
    times_ms=st.lists(st.integers(0, 300_000), min_size=1, max_size=12, unique=True),
    new_combos=st.lists(st.booleans(), min_size=12, max_size=12),
    modes=st.sampled_from(["osu", "mania"]),
)
def test_a_stamp_with_its_selection_survives_both_patterns_and_finds_its_objects(
    times_ms: list[int], new_combos: list[bool], modes: str
) -> None:
    builder = osu() if modes == "osu" else mania()
    for time_ms, new_combo in zip(sorted(times_ms), new_combos, strict=False):
        builder = (
            builder.circle(time_ms, new_combo=new_combo)
            if modes == "osu"
            else builder.note(time_ms, column=time_ms % 4)
        )
    beatmap = builder.beatmap()
    everything = range(len(times_ms))
    stamp = discussion_stamp(beatmap, min(times_ms), everything)
    assert LAZER_EDITOR.match(stamp)
    on_the_website = OSU_WEB.match(stamp)
    assert on_the_website
    assert on_the_website.group() == stamp.removesuffix(" - ")
    parsed = parse_timestamp(stamp)
    assert parsed is not None
    assert parsed[0] == min(times_ms)
    assert selected(beatmap, *parsed) == tuple(everything)
    link = editor_link(beatmap, min(times_ms), everything)
    assert link is not None
    assert parse_timestamp(link) == parsed


@given(st.text())
def test_reading_never_raises(text: str) -> None:
    parse_timestamp(text)


def test_numbers_are_looked_for_from_the_time_on_and_each_after_the_one_before() -> None:
    beatmap = two_combos().beatmap()
    assert selected(beatmap, 0, "2,1,2") == (1, 2, 3)
    assert selected(beatmap, 1001, "1") == (2,)
    assert selected(beatmap, 0, "9,1") == (0,)


def test_a_selection_of_another_mode_selects_nothing() -> None:
    assert selected(two_combos().beatmap(), 0, "1000|0") == ()
    assert selected(chords().beatmap(), 0, "1") == ()
    assert selected(taiko().don(0).beatmap(), 0, "1") == ()


def test_a_rounded_mania_time_finds_its_note_again() -> None:
    beatmap = mania().format(128).note(1000.4, column=1).beatmap()
    stamp = discussion_stamp(beatmap, 1000.4, (0,))
    assert stamp == "00:01:000 (1000|1) - "
    assert selected(beatmap, 1000, "1000|1") == (0,)
