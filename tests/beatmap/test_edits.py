"""An edit changes the bytes it names and no others, and refuses what the game could not read."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.beatmap.builder import mania, osu
from engine.beatmap.document import Document, EditRefused

HEAD = "osu file format v14\n[General]\nMode: 0\n[Difficulty]\nCircleSize:4\n"
OBJECTS_WITH_HEAD = HEAD + "[HitObjects]\n0,0,1000,1,0\n0,0,2000,1,0\n0,0,3000,1,0\n"


def parse(text: str) -> Document:
    return Document.parse(text.encode())


def text_of(document: Document) -> str:
    again = Document.parse(document.to_bytes())
    assert again.lines == document.lines
    return document.to_bytes().decode()


# ---- ranges of objects


def test_objects_in_the_closed_range_are_replaced_in_order_of_time() -> None:
    edited = parse(OBJECTS_WITH_HEAD).replace_range(1000, 2000, objects=["5,5,1600,1,0", "5,5,1500,1,0"])
    assert text_of(edited) == HEAD + "[HitObjects]\n5,5,1500,1,0\n5,5,1600,1,0\n0,0,3000,1,0\n"


def test_the_document_before_stays_as_it_was() -> None:
    before = parse(OBJECTS_WITH_HEAD)
    before.replace_range(0, 9000, objects=[])
    assert text_of(before) == OBJECTS_WITH_HEAD


def test_a_range_replaced_by_what_it_held_is_the_same_document() -> None:
    before = parse(OBJECTS_WITH_HEAD)
    assert before.replace_range(0, 5000, objects=[f"0,0,{t}000,1,0" for t in (1, 2, 3)]) is before


def test_more_objects_than_before_follow_the_last_replaced() -> None:
    edited = parse(OBJECTS_WITH_HEAD).replace_range(2000, 2500, objects=["1,1,2000,1,0", "2,2,2500,1,0"])
    assert [(o.time_ms, o.x) for o in edited.beatmap.objects] == [(1000, 0), (2000, 1), (2500, 2), (3000, 0)]
    assert [o.line for o in edited.beatmap.objects] == sorted(o.line for o in edited.beatmap.objects)


def test_an_empty_range_is_filled_behind_the_object_before_it() -> None:
    text = HEAD + "[HitObjects]\n0,0,1000,1,0\n\n// chorus\n0,0,3000,1,0\n"
    edited = parse(text).replace_range(1500, 2500, objects=["0,0,2000,1,0"])
    assert text_of(edited) == text.replace("1000,1,0\n", "1000,1,0\n0,0,2000,1,0\n", 1)


def test_a_range_before_the_first_object_is_filled_in_front_of_it() -> None:
    edited = parse(OBJECTS_WITH_HEAD).replace_range(0, 500, objects=["0,0,500,1,0"])
    assert text_of(edited) == OBJECTS_WITH_HEAD.replace("[HitObjects]\n", "[HitObjects]\n0,0,500,1,0\n")


def test_a_comment_between_objects_survives_an_edit() -> None:
    text = HEAD + "[HitObjects]\n0,0,1000,1,0\n// chorus\n0,0,2000,1,0\n  // end\n0,0,3000,1,0\n"
    edited = parse(text).replace_range(1000, 3000, objects=["9,9,1500,1,0", "9,9,2500,1,0"])
    assert text_of(edited) == HEAD + "[HitObjects]\n9,9,1500,1,0\n// chorus\n9,9,2500,1,0\n  // end\n"


def test_unsorted_objects_outside_of_the_range_stay_where_they_are() -> None:
    text = HEAD + "[HitObjects]\n0,0,3000,1,0\n0,0,1000,1,0\n0,0,2000,1,0\n"
    edited = parse(text).replace_range(1000, 1000, objects=["9,9,1000,1,0"])
    assert text_of(edited) == text.replace("0,0,1000", "9,9,1000")
    filled = parse(text).replace_range(1400, 1600, objects=["9,9,1500,1,0"])
    assert [obj.time_ms for obj in filled.beatmap.objects] == [1000, 1500, 2000, 3000]
    assert [line for line in filled.lines if b"9,9" not in line] == list(parse(text).lines)


def test_timing_is_left_alone_unless_it_is_given() -> None:
    before = osu().timing(180).green(at=1000, velocity=2).circle(at=1000).document()
    assert before.replace_range(0, 2000, objects=[]).beatmap.timing == before.beatmap.timing
    edited = before.replace_range(500, 2000, objects=[], timing=["1500,-100,4,2,0,70,0,0"])
    assert [point.time_ms for point in edited.beatmap.timing.points] == [0, 1500]


def test_an_old_files_range_means_the_song_and_its_lines_the_file() -> None:
    before = parse("osu file format v4\n[HitObjects]\n0,0,1000,1,0\n")
    assert before.replace_range(1000, 1023, objects=[]) is before
    edited = before.replace_range(1024, 1024, objects=["9,9,1000,1,0"])
    assert [(obj.x, obj.time_ms) for obj in edited.beatmap.objects] == [(9, 1024)]


def test_missing_sections_are_added_where_the_editor_writes_them() -> None:
    text = "osu file format v14\n\n[General]\nMode: 0\n\n[Colours]\nCombo1 : 1,2,3\n"
    edited = parse(text).replace_range(0, 9000, objects=["0,0,1000,1,0"], timing=["0,500,4,1,0,70,1,0"])
    assert text_of(edited) == (
        "osu file format v14\n\n[General]\nMode: 0\n\n[TimingPoints]\n0,500,4,1,0,70,1,0\n\n"
        "[Colours]\nCombo1 : 1,2,3\n\n[HitObjects]\n0,0,1000,1,0\n"
    )


def test_an_object_outside_of_the_range_is_refused() -> None:
    with pytest.raises(EditRefused, match="lies outside of the range 1000 to 2000 ms"):
        parse(OBJECTS_WITH_HEAD).replace_range(1000, 2000, objects=["0,0,2001,1,0"])


def test_a_range_that_ends_before_it_starts_is_refused() -> None:
    for end_ms in (500, float("nan")):
        with pytest.raises(EditRefused, match="before it starts"):
            parse(OBJECTS_WITH_HEAD).replace_range(1000, end_ms, objects=[])


@pytest.mark.parametrize("line", ["nonsense", "[General]", "0,0,1000,1,0\n0,0,1001,1,0", "", "// nothing"])
def test_an_object_that_cannot_be_read_is_refused(line: str) -> None:
    with pytest.raises(EditRefused):
        parse(OBJECTS_WITH_HEAD).replace_range(0, 2000, objects=[line])


# ---- line ends


def test_new_lines_end_as_the_files_lines_do() -> None:
    before = osu().circle(at=1000).document()
    edited = before.replace_range(1500, 2500, objects=["0,0,2000,1,0"])
    assert edited.lines[-1] == b"0,0,2000,1,0\r\n"


def test_a_replaced_line_keeps_its_own_end() -> None:
    before = parse("osu file format v14\r\n[HitObjects]\r\n0,0,1000,1,0\n0,0,2000,1,0\r\n")
    edited = before.replace_line(2, "9,9,1000,1,0")
    assert edited.to_bytes() == before.to_bytes().replace(b"0,0,1000", b"9,9,1000")


def test_a_file_without_a_last_line_end_gets_none_behind_what_is_appended() -> None:
    before = parse((OBJECTS_WITH_HEAD).rstrip("\n"))
    edited = before.replace_range(3500, 4500, objects=["0,0,4000,1,0"])
    assert text_of(edited) == OBJECTS_WITH_HEAD + "0,0,4000,1,0"


def test_a_replaced_last_line_still_has_no_end() -> None:
    before = parse(OBJECTS_WITH_HEAD.rstrip("\n"))
    assert text_of(before.replace_line(8, "9,9,3000,1,0")).endswith("\n9,9,3000,1,0")


def test_a_deleted_last_line_leaves_the_one_before_as_it_was() -> None:
    before = parse(OBJECTS_WITH_HEAD.rstrip("\n"))
    assert text_of(before.delete_lines([8])).endswith("\n0,0,2000,1,0\n")


def test_a_lone_carriage_return_and_a_new_blank_line_do_not_become_one_end() -> None:
    before = parse("osu file format v14\n[HitObjects]\n0,0,1000,1,0\r0,0,2000,1,0\n")
    edited = before.insert_lines(3, [""])
    assert len(text_of(edited).splitlines()) == 5


# ---- single lines


def test_lines_can_be_inserted_and_deleted() -> None:
    before = parse(OBJECTS_WITH_HEAD)
    inserted = before.insert_lines(7, ["// here", "0,0,1500,1,0"])
    assert text_of(inserted) == OBJECTS_WITH_HEAD.replace("0,0,2000", "// here\n0,0,1500,1,0\n0,0,2000")
    assert inserted.delete_lines([7, 8]) == before


def test_lines_can_be_inserted_at_the_end() -> None:
    edited = parse(OBJECTS_WITH_HEAD).insert_lines(9, ["0,0,4000,1,0"])
    assert text_of(edited) == OBJECTS_WITH_HEAD + "0,0,4000,1,0\n"


def test_the_byte_order_mark_stays_in_front() -> None:
    before = Document.parse(b"\xef\xbb\xbf" + OBJECTS_WITH_HEAD.encode())
    edited = before.replace_line(0, "osu file format v13")
    assert edited.to_bytes().startswith(b"\xef\xbb\xbfosu file format v13\n")
    assert edited.format_version == 13


@pytest.mark.parametrize(
    ("line", "text", "said"),
    [
        (99, "0,0,1,1,0", "There is no line 100: the file has 9"),
        (-1, "0,0,1,1,0", "There is no line 0"),
        (5, "0,0,1,1,0", "is the header"),
        (6, "[General]", "start a new section"),
        (6, "0,0,1000,1,0\r", "more than one line"),
        (6, "\ud800", "cannot be written as UTF-8"),
        (6, "0,0,later,1,0", "the time is 'later'"),
        (4, "CircleSize:big", "CircleSize is 'big'"),
        (0, "osu file format", "expected 'osu file format v14'"),
    ],
)
def test_a_line_that_would_not_be_readable_is_refused(line: int, text: str, said: str) -> None:
    with pytest.raises(EditRefused, match=re.escape(said)):
        parse(OBJECTS_WITH_HEAD).replace_line(line, text)


@pytest.mark.parametrize("line", [0, 1, 5])
def test_what_holds_the_file_together_cannot_be_deleted(line: int) -> None:
    with pytest.raises(EditRefused):
        parse(OBJECTS_WITH_HEAD).delete_lines([line])


def test_nothing_goes_beyond_the_end_or_above_the_format() -> None:
    for before_line, text in ((10, "// x"), (-1, "// x"), (0, "// x"), (3, "[Foo]")):
        with pytest.raises(EditRefused):
            parse(OBJECTS_WITH_HEAD).insert_lines(before_line, [text])


def test_a_map_with_old_problems_can_still_be_edited() -> None:
    before = parse(OBJECTS_WITH_HEAD + "nonsense\n")
    assert len(before.replace_range(1000, 1000, objects=[]).problems) == 1


def test_a_utf16_file_is_not_edited() -> None:
    document = Document.parse(OBJECTS_WITH_HEAD.encode("utf-16"))
    with pytest.raises(EditRefused, match="UTF-16"):
        document.insert_lines(1, ["// x"])


def test_bytes_that_are_no_utf8_can_be_written_back() -> None:
    before = Document.parse("osu file format v14\n[Metadata]\nTitle:千本桜\nTags:\n".encode("shift_jis"))
    edited = before.set_value("Metadata", "Tags", before.beatmap.metadata.title)
    assert edited.lines[3] == b"Tags:" + "千本桜\n".encode("shift_jis")
    assert edited.lines[:3] == before.lines[:3]


# ---- settings


def test_a_value_changes_and_the_line_around_it_does_not() -> None:
    before = parse("osu file format v14\n[Difficulty]\n  CircleSize :\t4 // small \nHPDrainRate:5\n")
    edited = before.set_value("Difficulty", "CircleSize", "4.2")
    assert text_of(edited) == text_of(before).replace("\t4 ", "\t4.2 ")


def test_of_a_key_that_stands_twice_the_one_that_counts_changes() -> None:
    before = parse("osu file format v14\n[Difficulty]\nCircleSize:3\nCircleSize:4\n")
    assert before.set_value("Difficulty", "CircleSize", "5").beatmap.difficulty.circle_size == 5


def test_a_title_may_hold_what_is_a_comment_elsewhere() -> None:
    before = osu().document()
    assert before.set_value("Metadata", "Title", "a // b").beatmap.metadata.title == "a // b"
    with pytest.raises(EditRefused, match="for a comment"):
        before.set_value("General", "AudioFilename", "a//b.mp3")


def test_a_missing_key_goes_to_the_end_of_its_section_in_the_editors_style() -> None:
    text = "osu file format v14\n\n[General]\nMode: 0\n\n[Metadata]\nTitle:x\n\n[HitObjects]\n"
    general = parse(text).set_value("General", "PreviewTime", "1000")
    assert text_of(general) == text.replace("Mode: 0\n", "Mode: 0\nPreviewTime: 1000\n")
    metadata = parse(text).set_value("Metadata", "Tags", "y")
    assert text_of(metadata) == text.replace("Title:x\n", "Title:x\nTags:y\n")


def test_a_missing_section_comes_with_its_first_key() -> None:
    before = parse("osu file format v14\n[General]\nMode: 0\n[HitObjects]\n")
    edited = before.set_value("Colours", "Combo1", "1,2,3")
    assert text_of(edited) == (
        "osu file format v14\n[General]\nMode: 0\n[Colours]\nCombo1 : 1,2,3\n\n[HitObjects]\n"
    )


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("HitObjects", "x", "y"),
        ("Difficulty", "CircleSize", "big"),
        ("Difficulty", "CircleSize", "1\n[HitObjects]"),
        ("Difficulty", "circlesize", "4"),
        ("Difficulty", "", "4"),
        ("General", "a:b", "4"),
        ("General", "[x", "4]"),
        ("Colours", "Combo1", "1,2"),
    ],
)
def test_a_setting_that_would_not_be_readable_is_refused(section: str, key: str, value: str) -> None:
    with pytest.raises(EditRefused):
        parse(OBJECTS_WITH_HEAD).set_value(section, key, value)


def test_a_value_that_stays_the_same_changes_nothing() -> None:
    before = osu().difficulty(cs=4).document()
    assert before.set_value("Difficulty", "CircleSize", "4") is before


# ---- any range of any map

TIMES = st.integers(0, 40).map(lambda n: n * 100)


@given(
    times=st.lists(TIMES, max_size=12),
    start=TIMES,
    length=TIMES,
    new=st.lists(st.integers(0, 40), max_size=6),
    ends=st.lists(st.sampled_from(["\n", "\r\n", "\r"]), min_size=14, max_size=14),
    last_end=st.booleans(),
)
def test_every_line_outside_of_the_range_keeps_its_bytes_and_its_order(
    times: list[int], start: int, length: int, new: list[int], ends: list[str], last_end: bool
) -> None:
    texts = ["osu file format v14", "[HitObjects]", *(f"0,0,{time},1,0" for time in times)]
    joined = "".join(text + end for text, end in zip(texts, ends, strict=False))
    before = parse(joined if last_end else joined.rstrip("\r\n"))
    end = start + length
    given_times = sorted(start + (length * share) // 40 for share in new)
    edited = before.replace_range(start, end, objects=[f"9,9,{time},1,0" for time in given_times])
    outside = [time for time in times if not start <= time <= end]
    assert [o.time_ms for o in edited.beatmap.objects if o.x == 9] == given_times
    assert sorted(outside + given_times) == [o.time_ms for o in edited.beatmap.objects]
    kept_before = [line for line in before.lines[2:] if not start <= int(line.split(b",")[2]) <= end]
    kept_after = [line for line in edited.lines[2:] if not line.startswith(b"9")]
    assert [line.rstrip() for line in kept_after] == [line.rstrip() for line in kept_before]
    if last_end:
        assert kept_after == kept_before
    text_of(edited)


def test_columns_and_long_notes_are_replaced_like_any_object() -> None:
    before = mania(4).timing(120).hold(at=1000, until=2000, column=0).note(at=1500, column=1).document()
    edited = before.replace_range(1000, 1000, objects=["192,192,1000,128,0,1800:0:0:0:0:"])
    assert [edited.beatmap.column(obj) for obj in edited.beatmap.objects] == [1, 1]
