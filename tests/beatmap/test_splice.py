"""A section put into a map changes the section, and nothing before or after it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from engine.beatmap.builder import MapBuilder, mania, osu, taiko
from engine.beatmap.document import Document, EditRefused
from engine.beatmap.splice import put_back, section_of, spliced, state_at, texts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

NO_TIMING = Document.parse(b"osu file format v14\r\n\r\n[HitObjects]\r\n256,192,1000,1,0\r\n")
UTF_16 = Document.parse("osu file format v14\r\n".encode("utf-16"))
LOUD = "2000,-50,4,1,1,20,0,1"
"""A green line at the start of the section from 2000 to 4000 that says other things than all others here."""


def circles(*times_ms: float) -> list[str]:
    return [f"100,100,{time_ms:.15g},1,0,0:0:0:0:" for time_ms in times_ms]


def beats(count: int = 20) -> MapBuilder:
    """A circle every half second at 120 BPM."""
    builder = osu().timing(120)
    for number in range(count):
        builder = builder.circle(500 * number)
    return builder


def section(
    builder: MapBuilder, objects: Sequence[str] = (), controls: Sequence[str] | None = (LOUD,)
) -> Document:
    """The map with these between 2000 and 4000, held to what rules there before."""
    before = builder.document()
    after = spliced(before, 2000, 4000, objects, controls).document
    for time_ms in (-1000, 0, 1999.9, 4000, 4001, 9000):
        assert state_at(after.beatmap, time_ms) == state_at(before.beatmap, time_ms)
    return after


def greens(document: Document) -> list[float]:
    return [point.time_ms for point in document.beatmap.timing.green]


def timing_lines(document: Document) -> list[str]:
    return [
        document.lines[number].decode().strip()
        for part in document.layout.named("TimingPoints")
        for number in part.lines
        if document.lines[number].strip()
    ]


# ---- objects


def test_objects_from_the_start_on_and_before_the_end_are_replaced() -> None:
    result = section(beats(), circles(2000, 2250, 3999), None)
    assert [obj.time_ms for obj in result.beatmap.objects if obj.x == 100] == [2000, 2250, 3999]
    kept = [obj.time_ms for obj in result.beatmap.objects if obj.x != 100]
    assert kept == [*range(0, 2000, 500), *range(4000, 10_000, 500)]


def test_hit_sounds_alone_leave_every_timing_line() -> None:
    before = beats().green(2000, velocity=2).green(3000, volume=30)
    assert section(before, circles(2000), None).beatmap.timing == before.beatmap().timing


def test_a_section_of_what_it_held_is_the_same_document() -> None:
    before = beats().green(2000, velocity=2).green(3000, volume=30).document()
    texts = texts_of(before, section_of(before, 2000, 4000))
    assert spliced(before, 2000, 4000, *texts).document is before


def test_an_empty_section_takes_everything_out() -> None:
    result = section(beats(), [], [])
    assert not section_of(result, 2000, 4000).objects


def test_a_section_behind_the_last_object_is_added_to_the_map() -> None:
    result = section(beats(count=2), circles(2000, 3000))
    assert [obj.time_ms for obj in result.beatmap.objects] == [0, 500, 2000, 3000]


def test_a_map_without_objects_can_be_given_some() -> None:
    assert len(section(osu().timing(120), circles(2000, 3000)).beatmap.objects) == 2


def test_comments_between_objects_and_odd_line_ends_stay() -> None:
    text = (
        "osu file format v14\n\n[TimingPoints]\r\n0,500,4,2,0,70,1,0\n// calm\n2500,-100,4,2,0,70,0,0\r\n\r\n"
        "[Colours]\n// odd : 1\nCombo1 : 1,2,3\n\n[HitObjects]\n0,0,1000,1,0\r0,0,2000,1,0\n  // chorus\r\n"
        "0,0,3000,1,0\r\n\n// end\n0,0,4000,1,0"
    )
    before = Document.parse(text.encode())
    after = spliced(before, 2000, 4000, ["9,9,3500,1,0"], ["2600,-50,4,2,0,70,0,0"]).document
    assert after.to_bytes().decode() == (
        text.replace("2500,-100,4,2,0,70,0,0\r\n", "2600,-50,4,2,0,70,0,0\r\n4000,-100,4,2,0,70,0,0\n")
        .replace("0,0,2000,1,0\n", "9,9,3500,1,0\n")
        .replace("0,0,3000,1,0\r\n", "")
    )


def test_a_file_without_an_end_to_its_last_line_keeps_it_so() -> None:
    before = Document.parse(beats(count=5).bytes().removesuffix(b"\r\n"))
    after = spliced(before, 2000, 4000, circles(2000, 3000), None).document
    assert after.to_bytes().endswith(b"100,100,3000,1,0,0:0:0:0:")
    assert put_back(after, 2000, 4000, before).document == before


@pytest.mark.parametrize("version", [3, 4])
def test_times_of_the_oldest_formats_are_those_of_the_song(version: int) -> None:
    builder = beats().format(version).green(976, velocity=2)
    before = builder.document()
    assert before.beatmap.timing.green[0].time_ms == 1000
    after = spliced(before, 2024, 4024, circles(2000, 3999), ["2000,-100,4,1,0,5,0,0"]).document
    assert [obj.time_ms for obj in after.beatmap.objects if obj.x == 100] == [2024, 4023]
    assert greens(after) == [1000, 2024, 4024]
    assert state_at(after.beatmap, 4024) == state_at(before.beatmap, 4024)


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
    with pytest.raises(EditRefused, match=reason):
        section_of(beats().document(), start_ms, end_ms)


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
        (["[Events]"], [], "would not be readable"),
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


# ---- what rules at both ends


def test_one_green_line_at_the_end_gives_the_map_its_state_again() -> None:
    before = beats().green(1000, velocity=1.5, volume=40, sample_index=3)
    assert greens(section(before)) == [1000, 2000, 4000]


def test_after_a_red_line_alone_the_end_says_velocity_1() -> None:
    assert timing_lines(section(beats()))[-1] == "4000,-100,4,2,0,70,0,0"


def test_nothing_is_written_at_the_end_where_nothing_leaks() -> None:
    assert greens(section(beats(), circles(2000), [])) == []
    same = "2000,-100,4,2,0,70,0,0"
    assert greens(section(beats(), circles(2000), [LOUD, "3000,-100,4,2,0,70,0,0"])) == [2000, 3000]
    assert greens(section(beats(), circles(2000), [same])) == [2000]


@pytest.mark.parametrize("builder", [beats().green(4000, velocity=3), beats().timing(90, at=4000)])
def test_nothing_is_written_at_the_end_where_a_line_of_the_map_stands(builder: MapBuilder) -> None:
    lines = timing_lines(builder.document())
    assert [line for line in timing_lines(section(builder)) if line != LOUD] == lines


def test_the_line_at_the_end_is_the_map_s_own_with_another_time() -> None:
    odd = "1000,-1234.56789012345678,3,7,-2,101,0,9 // slow"
    result = section(beats().timing_line(odd))
    assert timing_lines(result)[-1] == "4000,-1234.56789012345678,3,7,-2,101,0,9"


def test_a_switch_for_slider_ticks_is_given_back() -> None:
    result = section(beats().timing_line("1000,NaN,4,2,0,70,0,0"), circles(2000))
    assert not result.beatmap.timing.ticks_at(4000)
    assert result.beatmap.timing.ticks_at(3999)


def test_kiai_that_begins_or_ends_inside_is_on_after_the_section_as_it_was() -> None:
    begins = section(beats().kiai(3000, 6000))
    assert begins.beatmap.timing.kiai_spans(10_000) == ((2000, 6000),)
    ends = section(beats().kiai(1000, 3000))
    assert ends.beatmap.timing.kiai_spans(10_000) == ((1000, 4000),)
    assert timing_lines(ends)[-1].endswith(",0,0")


def test_a_line_at_the_start_is_replaced_by_one_of_the_section() -> None:
    result = section(beats().green(2000, velocity=3).green(2000, velocity=4))
    assert [point.velocity for point in result.beatmap.timing.green] == [2, 4]


def test_up_to_the_first_line_of_the_section_goes_on_what_ruled_before_it() -> None:
    before = beats().green(1000, velocity=2).green(2000, velocity=4)
    result = section(before, circles(2000, 3000), ["2500,-200,4,2,0,70,0,0"])
    assert [point.velocity for point in result.beatmap.timing.green] == [2, 0.5, 4]
    assert result.beatmap.timing.velocity_at(2000) == 2


def test_of_several_lines_at_one_time_the_last_still_rules() -> None:
    two = ["3000,-50,4,2,0,70,0,0", "3000,-25,4,2,0,70,0,0"]
    assert section(beats(), [], two).beatmap.timing.velocity_at(3000) == 4
    before = beats().green(1000, velocity=2).green(1000, velocity=4)
    assert section(before).beatmap.timing.velocity_at(4000) == 4


def test_a_line_at_a_fraction_of_a_millisecond_rules_from_there_on() -> None:
    before = beats().format(128).document()
    end_ms = 4000 + 1 / 3
    after = spliced(before, 2000, end_ms, [], [LOUD]).document
    assert greens(after) == [2000, end_ms]
    assert state_at(after.beatmap, math.nextafter(end_ms, 0)).volume_percent == 20


def test_timing_lines_in_no_order_are_put_back_in_theirs() -> None:
    before = beats().timing_line("5000,-50,4,2,0,60,0,0", "1000,-200,4,2,0,50,0,0", "3000,-100,4,2,0,40,0,0")
    result = section(before, controls=[LOUD])
    assert [float(line.split(",")[0]) for line in timing_lines(result)] == [0, 5000, 1000, 2000, 4000]


def test_a_section_before_the_first_timing_line_gives_way_to_what_followed() -> None:
    before = osu().timing(120, at=5000, volume=33).circle(3000).circle(4500).document()
    result = spliced(before, 2000, 4000, [], [LOUD]).document
    assert greens(result) == [2000, 4000]
    assert state_at(result.beatmap, 4000) == state_at(before.beatmap, 4000)


def test_what_lies_before_all_lines_still_sounds_as_it_did() -> None:
    before = osu().timing(120, at=5000, volume=33).circle(1000).circle(3000)
    later = "2500,-50,4,1,1,20,0,1"
    assert greens(section(before, controls=[later])) == [2000, 2500, 4000]


def test_what_cannot_sound_as_it_did_is_said() -> None:
    before = osu().timing(120, at=5000, volume=33).circle(1000).circle(3000).document()
    result = spliced(before, 2000, 4000, [], [LOUD])
    assert result.document.beatmap.timing.volume_at(1000) == 20
    assert any("sound as the section's now" in remark for remark in result.remarks)


# ---- red lines


def test_red_lines_of_the_section_stay_and_stand_before_green_ones_of_their_time() -> None:
    before = beats().timing(90, at=3000, volume=55).green(3000, velocity=3)
    result = section(before, controls=[LOUD, "3000,-50,4,1,1,25,0,1", "3500,-200,4,1,1,25,0,0"])
    assert timing_lines(result) == [
        "0,500,4,2,0,70,1,0",
        LOUD,
        "3000,666.666666666667,4,2,0,55,1,0",
        "3000,-50,4,1,1,25,0,1",
        "3500,-200,4,1,1,25,0,0",
        "4000,-33.3333333333333,4,2,0,70,0,0",
    ]


def test_a_green_line_before_the_red_one_of_its_time_comes_behind_it() -> None:
    before = beats().timing_line("3000,-50,4,2,0,70,0,0", "3000,600,4,2,0,70,1,0")
    lines = timing_lines(section(before, controls=[LOUD, "3000,-25,4,2,0,70,0,0"]))
    assert lines[2:4] == ["3000,600,4,2,0,70,1,0", "3000,-25,4,2,0,70,0,0"]


def test_a_red_line_of_the_section_ends_what_green_ones_before_it_say() -> None:
    result = section(beats().timing(90, at=3000, volume=55), controls=[LOUD])
    assert result.beatmap.timing.volume_at(3500) == 55
    assert greens(result) == [2000]


def test_a_red_line_just_at_the_end_rules_as_before() -> None:
    result = section(beats().timing(90, at=4000, volume=55))
    assert greens(result) == [2000]


def test_red_lines_may_be_taken_out_and_others_put_in() -> None:
    before = beats().timing(150, at=2400).green(2400, velocity=2).document()
    timing = before.beatmap.timing
    own = ["2000,400,3,2,0,70,1,0", LOUD, "3200,300,4,1,0,10,1,0"]
    after = spliced(before, 2000, 4000, [], own, keep_red=False).document
    assert [red.time_ms for red in after.beatmap.timing.red] == [0, 2000, 3200, 4000]
    for time_ms in (1999, 4000, 4001, 9000):
        assert state_at(after.beatmap, time_ms) == state_at(before.beatmap, time_ms)
    assert after.beatmap.timing.barlines(4000, 9000) == timing.barlines(4000, 9000)


def test_red_lines_taken_out_need_nothing_at_an_end_where_one_stands() -> None:
    before = beats().timing(150, at=2400).timing(100, at=4000).document()
    after = spliced(before, 2000, 4000, [], [], keep_red=False).document
    assert [red.time_ms for red in after.beatmap.timing.red] == [0, 4000]


def test_own_timing_that_would_shift_the_beat_after_the_section_is_refused() -> None:
    with pytest.raises(EditRefused, match="End it on a barline, say 00:04:000"):
        spliced(beats().document(), 2000, 3900, [], ["2000,400,4,2,0,70,1,0"], keep_red=False)


def test_own_timing_before_the_map_s_first_is_refused_where_objects_go_by_it() -> None:
    before = osu().timing(120, at=5000).circle(1000).circle(3000).document()
    with pytest.raises(EditRefused, match="beat before the section"):
        spliced(before, 3000, 5000, [], ["3000,400,4,2,0,70,1,0"], keep_red=False)


# ---- what lies in a section


def test_a_section_knows_what_lies_in_it_and_what_crosses_its_ends() -> None:
    builder = osu().timing(120).timing(120, at=3000).green(2500).green(4000)
    builder = builder.slider(1500, length=280).circle(2500).spinner(3500, 4500).circle(5000)
    found = section_of(builder.document(), 2000, 4000)
    assert (list(found.objects), found.across_start, found.across_end) == ([1, 2], (0,), (2,))
    points = builder.beatmap().timing.points
    assert [points[n].time_ms for n in found.reds] == [3000]
    assert [points[n].time_ms for n in found.greens] == [2500]


def test_what_ends_just_at_an_end_does_not_cross_it() -> None:
    builder = osu().timing(120).slider(1500, length=140).slider(3500, length=140)
    found = section_of(builder.document(), 2000, 4000)
    assert (found.across_start, found.across_end) == ((), ())


# ---- taking it back


def test_a_splice_is_taken_back_to_the_byte() -> None:
    before = beats().green(1000, velocity=2).green(2000, volume=5).green(3000, velocity=3).document()
    after = spliced(before, 2000, 4000, circles(2100, 2200), [LOUD]).document
    assert put_back(after, 2000, 4000, before).document == before
    assert put_back(before, 2000, 4000, after).document == after


def test_a_splice_is_taken_back_around_what_was_edited_since() -> None:
    builder = beats().green(1000, velocity=2).green(3000, velocity=3)
    before = builder.document()
    after = spliced(before, 2000, 4000, circles(2100, 2200), [LOUD]).document
    edited = after.replace_range(0, 0, objects=["7,7,0,5,0,0:0:0:0:"]).set_value("Metadata", "Tags", "new")
    taken_back = put_back(edited, 2000, 4000, before).document
    wanted = before.replace_range(0, 0, objects=["7,7,0,5,0,0:0:0:0:"]).set_value("Metadata", "Tags", "new")
    assert taken_back == wanted


def test_what_rules_now_after_the_section_still_does_when_it_is_taken_back() -> None:
    before = beats().green(1000, velocity=2).document()
    after = spliced(before, 2000, 4000, [], [LOUD]).document
    louder = after.replace_range(1000, 1000, objects=circles(1000), timing=["1000,-25,4,2,0,90,0,0"])
    taken_back = put_back(louder, 2000, 4000, before).document
    assert state_at(taken_back.beatmap, 4000) == state_at(louder.beatmap, 4000)
    assert taken_back.beatmap.timing.velocity_at(3000) == 4


def test_a_section_of_a_map_in_another_format_is_not_put_back() -> None:
    before = beats().document()
    with pytest.raises(EditRefused, match="another format"):
        put_back(beats().format(128).document(), 2000, 4000, before)


def test_two_sections_are_taken_back_in_either_order() -> None:
    first = beats().green(500, velocity=2).document()
    second = spliced(first, 2000, 4000, circles(2100), [LOUD]).document
    third = spliced(second, 6000, 8000, circles(6100), ["6000,-25,4,3,0,9,0,0"]).document
    only_second = put_back(third, 2000, 4000, first).document
    assert greens(only_second) == [500, 6000, 8000]
    assert put_back(only_second, 6000, 8000, second).document == first


def test_taiko_and_its_scroll_speeds_come_through() -> None:
    before = taiko().timing(120).timing_line("1000,-5000,4,2,0,70,0,0").don(1500).kat(5000)
    result = section(before, ["256,192,2500,1,8,0:0:0:0:"])
    assert state_at(result.beatmap, 4000).scroll_speed == pytest.approx(0.02)
