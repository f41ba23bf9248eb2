"""A document prints back what it read, and says where its parts lie, whatever the bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.beatmap.builder import osu
from engine.beatmap.document import Document
from engine.beatmap.objects import Mode

MAP = osu().timing(180).circle(at=1000).slider(at=1333).spinner(at=2000, until=3000)


def lines_of(text: str) -> Document:
    return Document.parse(text.encode())


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_line_end_prints_back_and_is_used_for_new_lines(newline: str) -> None:
    data = MAP.bytes(newline)
    document = Document.parse(data)
    assert document.to_bytes() == data
    assert document.newline == newline.encode()
    assert len(document.beatmap.objects) == 3


def test_mixed_line_ends_print_back_and_the_most_frequent_is_the_usual_one() -> None:
    data = b"osu file format v14\r\n\n[HitObjects]\r1,2,3,1,0\r\n4,5,6,1,0\r\n"
    document = Document.parse(data)
    assert document.to_bytes() == data
    assert document.newline == b"\r\n"
    assert [obj.time_ms for obj in document.beatmap.objects] == [3, 6]


def test_a_file_without_line_ends_gets_the_editors() -> None:
    assert Document.parse(b"osu file format v14").newline == b"\r\n"


@given(st.binary(max_size=400))
def test_any_bytes_print_back(data: bytes) -> None:
    assert Document.parse(data).to_bytes() == data


def test_a_byte_order_mark_prints_back_and_hides_nothing() -> None:
    data = b"\xef\xbb\xbf" + MAP.bytes()
    document = Document.parse(data)
    assert document.to_bytes() == data
    assert document.format_version == 14
    assert document.problems == ()


def test_bytes_that_are_no_utf8_survive_into_the_text_and_back() -> None:
    shift_jis = "千本桜".encode("shift_jis")
    document = Document.parse(MAP.bytes().replace(b"Title:Title", b"Title:" + shift_jis))
    title = document.beatmap.metadata.title
    assert title.encode("utf-8", "surrogateescape") == shift_jis
    assert document.problems == ()


def test_a_file_of_zeros_is_a_file_without_a_format() -> None:
    document = Document.parse(bytes(4096))
    assert document.to_bytes() == bytes(4096)
    assert [problem.line for problem in document.problems] == [0]
    assert document.beatmap.objects == ()


def test_an_empty_file_says_so() -> None:
    document = Document.parse(b"")
    assert [problem.message for problem in document.problems] == ["the file is empty"]
    assert document.beatmap.mode is Mode.OSU
    assert document.beatmap.drain_ms == 0


def test_a_utf16_file_says_so_and_prints_back() -> None:
    data = MAP.text().encode("utf-16")
    document = Document.parse(data)
    assert document.to_bytes() == data
    assert "UTF-16" in document.problems[0].message


@pytest.mark.parametrize(
    ("first_line", "version"),
    [
        ("osu file format v3", 3),
        ("osu file format v128", 128),
        ("  osu file format v14  ", 14),
        ("\n\nosu file format v7", 7),
    ],
)
def test_the_format_is_read_from_the_first_line_that_says_something(first_line: str, version: int) -> None:
    document = lines_of(f"{first_line}\n[HitObjects]\n")
    assert document.format_version == version
    assert document.problems == ()


@pytest.mark.parametrize("first_line", ["[General]", "osu file format v", "osu file format vfourteen", "v9"])
def test_an_unknown_format_is_read_as_the_newest_of_stable_and_reported(first_line: str) -> None:
    document = lines_of(f"{first_line}\n[HitObjects]\n1,2,3,1,0\n")
    assert document.format_version == 14
    assert [problem.line for problem in document.problems] == [0]
    assert len(document.beatmap.objects) == 1


def test_an_unknown_section_is_reported_and_its_lines_are_left_alone() -> None:
    document = lines_of("osu file format v14\n[Notes]\nMode: 3\n[HitObjects]\n1,2,3,1,0\n")
    assert document.beatmap.mode is Mode.OSU
    assert [problem.line for problem in document.problems] == [1]
    assert len(document.beatmap.objects) == 1


def test_sections_the_game_knows_and_we_do_not_need_are_no_problem() -> None:
    assert lines_of("osu file format v14\n[Variables]\n$a=b\n[Fonts]\nx: y\n").problems == ()


def test_a_section_that_stands_twice_is_read_twice() -> None:
    document = lines_of(
        "osu file format v14\n[HitObjects]\n1,2,3,1,0\n[General]\nMode: 1\n[HitObjects]\n1,2,9,1,0\n"
    )
    assert [obj.time_ms for obj in document.beatmap.objects] == [3, 9]
    assert document.beatmap.mode is Mode.TAIKO


def test_settings_above_the_first_header_are_general() -> None:
    assert lines_of("osu file format v3\nMode: 2\n[HitObjects]\n").beatmap.mode is Mode.CATCH


def test_a_header_may_carry_a_comment() -> None:
    document = lines_of("osu file format v14\n[HitObjects]  // all of them\n1,2,3,1,0\n")
    assert len(document.beatmap.objects) == 1


def test_problems_come_in_order_of_lines_from_every_view() -> None:
    document = lines_of(
        "osu file format v14\n[HitObjects]\nnonsense\n[TimingPoints]\nnonsense\n[General]\nMode: many\n"
        "[Colours]\nCombo1 : red\n[Events]\n2,a,b\n"
    )
    assert [problem.line for problem in document.problems] == [2, 4, 6, 8, 10]


def test_a_problem_shows_what_was_found_without_flooding_the_screen() -> None:
    document = lines_of("osu file format v14\n[HitObjects]\n1,2," + "9" * 100_000 + ",1,0\n")
    (problem,) = document.problems
    assert "the time" in problem.message
    assert len(problem.message) < 200


def test_documents_with_the_same_lines_are_equal() -> None:
    assert Document.parse(MAP.bytes()) == Document.parse(MAP.bytes())
    assert Document.parse(MAP.bytes()) != Document.parse(MAP.circle(at=5000).bytes())


def test_the_map_is_read_once() -> None:
    document = MAP.document()
    assert document.beatmap is document.beatmap
    assert document.beatmap.objects is document.beatmap.objects
