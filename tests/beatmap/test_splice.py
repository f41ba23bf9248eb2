"""A section put into a map changes the section, and nothing before or after it."""

from __future__ import annotations

import math

import pytest

from engine.beatmap.builder import MapBuilder, mania, osu
from engine.beatmap.document import Document, EditRefused
from engine.beatmap.splice import spliced, state_at

NO_TIMING = Document.parse(b"osu file format v14\r\n\r\n[HitObjects]\r\n256,192,1000,1,0\r\n")
UTF_16 = Document.parse("osu file format v14\r\n".encode("utf-16"))


def circles(*times_ms: float) -> list[str]:
    return [f"100,100,{time_ms:.15g},1,0,0:0:0:0:" for time_ms in times_ms]


def beats(count: int = 20) -> MapBuilder:
    """A circle every half second at 120 BPM, four to a combo."""
    builder = osu().timing(120)
    for number in range(count):
        builder = builder.circle(500 * number, new_combo=number % 4 == 0)
    return builder


# ---- objects


def test_objects_from_the_start_on_and_before_the_end_are_replaced() -> None:
    result = spliced(beats().document(), 2000, 4000, circles(2000, 2250, 3999), None).document
    assert [obj.time_ms for obj in result.beatmap.objects if obj.x == 100] == [2000, 2250, 3999]
    assert [obj.time_ms for obj in result.beatmap.objects if obj.x != 100] == [
        *range(0, 2000, 500),
        *range(4000, 10_000, 500),
    ]


def test_hit_sounds_alone_leave_every_timing_line() -> None:
    before = beats().green(2000, velocity=2).green(3000, volume=30).document()
    after = spliced(before, 2000, 4000, circles(2000), None).document
    assert after.beatmap.timing.points == before.beatmap.timing.points


# ---- what is refused


@pytest.mark.parametrize(
    ("start_ms", "end_ms", "reason"),
    [
        (2000, 1000, "ends at 1000 ms, before it begins at 2000"),
        (1000, 1000, "ends where it begins"),
        (math.nan, 1000, "no beginning or no end"),
        (0, math.inf, "no beginning or no end"),
        (0, 1e300, "lies in no song"),
    ],
)
def test_a_range_that_nothing_fits_into_is_refused(start_ms: float, end_ms: float, reason: str) -> None:
    with pytest.raises(EditRefused, match=reason):
        spliced(beats().document(), start_ms, end_ms, [], [])


@pytest.mark.parametrize(("document", "reason"), [(NO_TIMING, "no timing"), (UTF_16, "UTF-16")])
def test_a_map_that_cannot_take_a_section_is_refused(document: Document, reason: str) -> None:
    with pytest.raises(EditRefused, match=reason):
        spliced(document, 0, 1000, [], [])


@pytest.mark.parametrize(
    ("objects", "controls", "reason"),
    [
        (circles(2000), [], "outside of the section"),
        (circles(999), [], "outside of the section"),
        (["1,2,3"], [], "would not be readable"),
        (["// 1,1,1500,1,0"], [], "would not be readable"),
        (["1,1,1500,1,0\n1,1,1600,1,0"], [], "more than one line"),
        ([], ["1500,-100\r"], "more than one line"),
        ([], ["2000,-100,4,2,0,70,0,0"], "outside of the section"),
        ([], ["soon,-100,4,2,0,70,0,0"], "would not be readable"),
        ([], ["1500,500,4,2,0,70,1,0"], "is a red line"),
        (["1,1,1500,1,0,\ud800x"], [], "cannot be written as UTF-8"),
    ],
)
def test_lines_that_do_not_belong_there_are_refused(
    objects: list[str], controls: list[str], reason: str
) -> None:
    with pytest.raises(EditRefused, match=reason):
        spliced(beats().document(), 1000, 2000, objects, controls)


@pytest.mark.parametrize("line", ["-1,192,1500,1,0", "600,192,1500,1,0", "256,192,1500,2,0,L|1:1,1,20"])
def test_a_note_without_a_column_is_refused(line: str) -> None:
    with pytest.raises(EditRefused, match=r"column|neither a note"):
        spliced(mania(4).timing(120).note(0).document(), 1000, 2000, [line], [])


# ---- state at both ends


def test_one_green_line_at_the_end_gives_the_map_its_state_again() -> None:
    before = beats().green(1000, velocity=1.5, volume=40, sample_index=3).document()
    after = spliced(before, 2000, 4000, circles(2000), ["2000,-50,4,1,1,20,0,1"]).document
    assert [point.time_ms for point in after.beatmap.timing.green] == [1000, 2000, 4000]
    assert state_at(after.beatmap, 4000) == state_at(before.beatmap, 4000)
