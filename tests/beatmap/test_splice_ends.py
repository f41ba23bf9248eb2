"""What reaches over an end of a section gives way where it can, and is reported where it cannot."""

from __future__ import annotations

import pytest

from engine.beatmap.builder import MapBuilder, catch, mania, osu, taiko
from engine.beatmap.objects import Circle
from engine.beatmap.splice import Splice, spliced

LOUD = "2000,-100,4,1,1,20,0,1"


def put(builder: MapBuilder, *objects: str, controls: tuple[str, ...] | None = None) -> Splice:
    return spliced(builder.document(), 2000, 4000, objects, controls)


def circle(at: int) -> str:
    return f"100,100,{at},5,0,0:0:0:0:"


def spinner(at: int, until: int) -> str:
    return f"256,192,{at},12,4,{until},1:0:0:0:"


def hold(at: int, until: int, column: int = 0) -> str:
    return f"{64 + 128 * column},192,{at},128,8,{until}:2:0:0:0:"


def slider(at: int, length: int) -> str:
    """At 120 BPM and velocity 1 it lasts `length` / 0.28 ms."""
    return f"0,0,{at},6,0,L|512:0,1,{length}"


def calm(builder: MapBuilder | None = None) -> MapBuilder:
    """Combos that leave nothing to say: one begins before the section, one after it."""
    return (builder or osu()).timing(120).circle(0, new_combo=True)


def with_next(at: int = 4000, builder: MapBuilder | None = None) -> MapBuilder:
    return calm(builder).circle(2000, new_combo=True).circle(at, new_combo=True)


# ---- over the start


def test_what_lasts_into_the_section_stays_and_is_named() -> None:
    result = put(calm().slider(1500, length=280), circle(3000))
    assert result.remarks == (
        "The slider at 00:01:500 begins before the section and lasts into it, until 00:02:500: "
        "it stays as it was.",
    )
    assert [obj.time_ms for obj in result.document.beatmap.objects] == [0, 1500, 3000]


def test_other_sounds_at_the_end_of_what_lasts_into_the_section_are_named() -> None:
    result = put(calm().slider(1500, length=280), circle(3000), controls=(LOUD,))
    assert "it stays as it was, but ends with other sounds." in result.remarks[0]


def test_what_begins_before_it_is_over_is_named() -> None:
    result = put(calm().spinner(1000, 3000), circle(2500))
    assert result.remarks[1] == "The circle at 00:02:500 begins before that spinner is over."
    result = put(calm().spinner(1000, 3000), circle(2500), circle(2600), circle(3500))
    assert result.remarks[1] == ("2 objects, the first at 00:02:500, begin before that spinner is over.")


def test_a_long_note_is_only_in_the_way_of_its_own_column() -> None:
    builder = mania(4).timing(120).hold(1000, 3000, column=1)
    assert len(put(builder, "64,192,2500,1,0,0:0:0:0:").remarks) == 1
    assert len(put(builder, "192,192,2500,1,0,0:0:0:0:").remarks) == 2


def test_a_slider_that_ends_as_the_section_begins_is_not_worth_a_word() -> None:
    assert not put(calm().slider(1500, length=140), circle(2000)).remarks


# ---- over the end


def test_what_was_replaced_though_it_lasted_longer_is_named() -> None:
    result = put(calm().slider(3500, length=280), circle(2000))
    assert result.remarks == ("The slider at 00:03:500 was replaced, though reaching beyond the section.",)


@pytest.mark.parametrize(
    ("builder", "name"), [(osu(), "slider"), (taiko(), "drum roll"), (catch(), "juice stream")]
)
def test_a_slider_that_lasts_longer_than_the_section_stays_and_is_named(
    builder: MapBuilder, name: str
) -> None:
    result = put(calm(builder), slider(3500, 280))
    assert result.remarks == (
        f"The {name} at 00:03:500 reaches beyond the section, where nothing is in the way.",
    )
    result = put(with_next(builder=builder), slider(3500, 280))
    assert result.remarks == (
        f"The {name} at 00:03:500 reaches beyond the section, over objects that begin there.",
    )


def test_what_stands_there_again_is_not_worth_a_word() -> None:
    builder = calm().slider(3500, length=280, new_combo=True).circle(4200)
    assert not put(builder, slider(3500, 280)).remarks


def test_a_spinner_ends_a_quarter_beat_before_what_follows() -> None:
    result = put(with_next(), spinner(2500, 4000))
    assert b"256,192,2500,12,4,3875,1:0:0:0:\r\n" in result.document.lines
    assert result.remarks[0] == (
        "The spinner at 00:02:500 ends earlier, so as not to last into what follows the section."
    )


def test_a_spinner_without_room_is_left_out() -> None:
    result = put(with_next(), circle(2000), spinner(3800, 4500))
    assert [obj.time_ms for obj in result.document.beatmap.objects] == [0, 2000, 4000]
    assert result.remarks == (
        "The spinner at 00:03:800 was left out: what follows the section left no room.",
    )


def test_a_spinner_that_meets_nothing_may_last() -> None:
    result = put(with_next(at=6000), spinner(2500, 5000))
    assert b"256,192,2500,12,4,5000,1:0:0:0:\r\n" in result.document.lines
    assert "reaches beyond the section, where nothing is in the way" in result.remarks[0]


def test_long_notes_give_way_in_their_own_columns() -> None:
    builder = mania(4).timing(120).note(0).note(4000, column=0).note(4500, column=1)
    result = put(builder, hold(3000, 4200, 0), hold(3500, 5000, 1), hold(3500, 5000, 2))
    ends = [result.document.beatmap.end_ms(obj) for obj in result.document.beatmap.objects[1:4]]
    assert ends == [3875, 4375, 5000]
    assert result.remarks[0] == (
        "2 objects, the first at 00:03:000, end earlier, so as not to last into what follows the section."
    )


def test_a_long_note_without_room_becomes_a_note() -> None:
    builder = mania(4).timing(120).note(0).note(4000, column=0)
    result = put(builder, hold(3800, 4200))
    assert b"64,192,3800,1,8,2:0:0:0:\r\n" in result.document.lines
    assert isinstance(result.document.beatmap.objects[1], Circle)
    assert result.remarks == (
        "The long note at 00:03:800 became a note: what follows the section left no room.",
    )


def test_a_long_note_that_the_mapper_had_there_stays() -> None:
    builder = mania(4).timing(120).note(0).hold(3000, 4000, column=0).note(4000, column=0)
    result = put(builder, hold(3000, 4000))
    assert result.document.beatmap.end_ms(result.document.beatmap.objects[1]) == 4000
    assert not result.remarks


def test_an_end_in_the_oldest_formats_is_written_in_the_time_of_the_file() -> None:
    result = spliced(with_next().format(3).document(), 2024, 4024, [spinner(2500, 4000)], None)
    assert b"256,192,2500,12,4,3875,1:0:0:0:\r\n" in result.document.lines


# ---- breaks


def test_a_break_with_objects_of_the_section_in_it_is_named() -> None:
    builder = calm().break_(2200, 3800).break_(5000, 6000)
    result = put(builder, circle(2000), circle(3000), circle(3900))
    assert result.remarks == (
        "The circle at 00:03:000 lies in the break from 00:02:200 to 00:03:800: "
        "take the break out in the editor.",
    )


def test_a_break_around_which_the_section_was_written_is_left_alone() -> None:
    builder = calm().break_(2200, 3800)
    assert not put(builder, circle(2000), circle(3900)).remarks
    assert b"2,2200,3800\r\n" in put(builder, circle(3000)).document.lines
