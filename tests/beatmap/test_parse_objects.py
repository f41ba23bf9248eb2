"""Hit objects are read as the game reads them, and refused where it refuses them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.beatmap.document import Document
from engine.beatmap.objects import (
    Circle,
    HitObject,
    HitSample,
    HitSound,
    Hold,
    Problem,
    SampleSet,
    Slider,
    Spinner,
)
from engine.beatmap.quick_frozen import maker


def parse(*lines: str, version: int = 14) -> Document:
    return Document.parse("\n".join((f"osu file format v{version}", "[HitObjects]", *lines)).encode())


def one(line: str, version: int = 14) -> HitObject:
    document = parse(line, version=version)
    assert document.problems == ()
    (obj,) = document.beatmap.objects
    return obj


def slider(line: str, version: int = 14) -> Slider:
    obj = one(line, version)
    assert isinstance(obj, Slider)
    return obj


def refusal(line: str, version: int = 14) -> str:
    document = parse(line, version=version)
    assert document.beatmap.objects == ()
    (problem,) = document.problems
    assert problem.line == 2
    return problem.message


def test_a_circle() -> None:
    assert one("100,200,1000,5,8,2:3:4:50:a b.wav") == Circle(
        line=2,
        x=100,
        y=200,
        time_ms=1000,
        new_combo=True,
        colours_skipped=0,
        hitsound=HitSound.CLAP,
        sample=HitSample(SampleSet.SOFT, SampleSet.DRUM, 4, 50, "a b.wav"),
    )


def test_a_slider() -> None:
    line = "100,200,1000,2,4,P|150:150|200:200,2,120.5,2|0|8,1:2|0:0|3:1,1:0:0:0:"
    assert one(line) == Slider(
        line=2,
        x=100,
        y=200,
        time_ms=1000,
        new_combo=False,
        colours_skipped=0,
        hitsound=HitSound.FINISH,
        sample=HitSample(SampleSet.NORMAL),
        path_text="P|150:150|200:200",
        span_count=2,
        length_px=120.5,
        edge_sounds=(HitSound.WHISTLE, HitSound.NONE, HitSound.CLAP),
        edge_sets=(
            (SampleSet.NORMAL, SampleSet.SOFT),
            (SampleSet.AUTO, SampleSet.AUTO),
            (SampleSet.DRUM, SampleSet.NORMAL),
        ),
    )


def test_a_spinner() -> None:
    assert one("256,192,1000,12,0,3000,0:0:0:0:") == Spinner(
        line=2,
        x=256,
        y=192,
        time_ms=1000,
        new_combo=True,
        colours_skipped=0,
        hitsound=HitSound.NONE,
        sample=HitSample(),
        end_ms=3000,
    )


def test_a_long_note_keeps_its_end_and_its_sample_in_one_field() -> None:
    assert one("64,192,1000,128,2,1500:1:0:0:70:") == Hold(
        line=2,
        x=64,
        y=192,
        time_ms=1000,
        new_combo=False,
        colours_skipped=0,
        hitsound=HitSound.WHISTLE,
        sample=HitSample(SampleSet.NORMAL, volume_percent=70),
        end_ms=1500,
    )


def test_an_object_cannot_be_changed() -> None:
    obj = one("1,2,3,1,0")
    with pytest.raises(AttributeError):
        obj.time_ms = 4  # type: ignore[misc]  # that it cannot is the claim


def test_a_made_object_is_the_class_in_every_respect() -> None:
    by_hand = Circle(0, 1.0, 2.0, 3.0, True, 0, HitSound.NONE, HitSample())
    made = maker(Circle)(0, 1.0, 2.0, 3.0, True, 0, HitSound.NONE, HitSample())
    assert type(made) is Circle
    assert made == by_hand
    assert hash(made) == hash(by_hand)
    assert repr(made) == repr(by_hand)


def test_objects_come_in_order_of_time_and_ties_in_order_of_the_file() -> None:
    document = parse("0,0,2000,1,0", "1,0,1000,1,0", "2,0,1000,1,0")
    assert [(obj.time_ms, obj.line) for obj in document.beatmap.objects] == [(1000, 3), (1000, 4), (2000, 2)]


def test_the_colour_skip_lies_above_the_new_combo_bit() -> None:
    assert one("0,0,0,53,0").colours_skipped == 3
    assert one("0,0,0,53,0").new_combo


def test_a_line_that_is_circle_and_slider_is_a_circle() -> None:
    assert isinstance(one("0,0,0,3,0"), Circle)


@pytest.mark.parametrize("line", ["", "   ", "// a comment", "  // a comment"])
def test_blank_lines_and_comments_say_nothing(line: str) -> None:
    document = parse(line, "1,2,3,1,0")
    assert document.problems == ()
    assert len(document.beatmap.objects) == 1


def test_a_comment_after_an_object_is_no_part_of_it() -> None:
    assert one("1,2,3,1,0,0:0:0:0:// here").sample == HitSample()


def test_spaces_around_numbers_do_no_harm() -> None:
    assert one(" 1 , 2 , 3 , 1 , 0 ").time_ms == 3


def test_old_lines_end_before_the_sample() -> None:
    assert one("1,2,3,1,0", version=5).sample == HitSample()
    assert one("1,2,3,1,0,", version=3).sample == HitSample()


def test_an_old_slider_sounds_at_every_edge_as_it_sounds_itself() -> None:
    old = slider("1,2,3,2,8,B|10:10,2,100", version=5)
    plain = (SampleSet.AUTO, SampleSet.AUTO)
    assert [old.edge(number) for number in range(3)] == [(HitSound.CLAP, plain)] * 3


def test_edges_that_a_slider_does_not_name_take_its_own_sets() -> None:
    obj = slider("1,2,3,2,0,L|10:10,1,100,2|0,2:3,1:2:0:0:")
    assert obj.edge(0) == (HitSound.WHISTLE, (SampleSet.SOFT, SampleSet.DRUM))
    assert obj.edge(1) == (HitSound.NONE, (SampleSet.NORMAL, SampleSet.SOFT))


def test_an_edge_may_leave_its_sets_to_the_slider() -> None:
    obj = slider("1,2,3,2,0,L|10:10,1,100,2|0,|2:3,1:2:0:0:")
    assert obj.edge_sets == ((SampleSet.NORMAL, SampleSet.SOFT), (SampleSet.SOFT, SampleSet.DRUM))


def test_more_edges_than_nodes_are_passed_over() -> None:
    assert slider("1,2,3,2,0,L|10:10,1,100,2|4|8|2").edge_sounds == (HitSound.WHISTLE, HitSound.FINISH)


@pytest.mark.parametrize("length", ["0", "-5"])
def test_a_slider_without_length_takes_that_of_its_path(length: str) -> None:
    assert slider(f"1,2,3,2,0,L|10:10,1,{length}").length_px is None
    assert slider("1,2,3,2,0,L|10:10,1").length_px is None


def test_a_slider_crosses_its_path_at_least_once() -> None:
    assert slider("1,2,3,2,0,L|10:10,0,100").span_count == 1
    assert slider("1,2,3,2,0,L|10:10,-3,100").span_count == 1


def test_the_path_is_kept_as_written() -> None:
    path = "B|10:10|20:20|20:20|P|30:30|40:40|B4|1:1|-2:-2"
    assert slider(f"1,2,3,2,0,{path},1,100").path_text == path


def test_pixels_lose_their_fraction_in_stables_formats_and_keep_it_in_lazers() -> None:
    assert one("10.9,-10.9,3.25,1,0").x == 10
    assert one("10.9,-10.9,3.25,1,0").y == -10
    assert one("10.9,-10.9,3.25,1,0", version=128).x == 10.9
    assert one("10.9,-10.9,3.25,1,0").time_ms == 3.25


@pytest.mark.parametrize(("version", "time_ms"), [(3, 1024), (4, 1024), (5, 1000), (14, 1000), (128, 1000)])
def test_files_older_than_v5_are_heard_24_ms_later(version: int, time_ms: float) -> None:
    assert one("1,2,1000,1,0", version=version).time_ms == time_ms


def test_every_time_of_an_old_file_is_moved() -> None:
    spinner = one("1,2,1000,8,0,2000", version=4)
    assert isinstance(spinner, Spinner)
    assert (spinner.time_ms, spinner.end_ms) == (1024, 2024)


def test_nothing_ends_before_it_starts() -> None:
    spinner, hold = one("1,2,1000,8,0,500"), one("1,2,1000,128,0,500:0:0:0:0:")
    assert isinstance(spinner, Spinner)
    assert isinstance(hold, Hold)
    assert (spinner.end_ms, hold.end_ms) == (1000, 1000)


@pytest.mark.parametrize("line", ["1,2,1000,128,0", "1,2,1000,128,0,", "1,2,1000,128,0,,"])
def test_a_long_note_without_an_end_is_a_short_one(line: str) -> None:
    hold = one(line)
    assert isinstance(hold, Hold)
    assert hold.end_ms == 1000


def test_a_sample_set_that_does_not_exist_is_the_normal_one() -> None:
    assert one("1,2,3,1,0,9:0:0:0:").sample.normal_set is SampleSet.NORMAL


def test_sounds_that_do_not_exist_are_no_sounds() -> None:
    assert one("1,2,3,1,18,0:0:0:0:").hitsound is HitSound.WHISTLE


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("1,2,3,1", "at least 5 fields"),
        ("a,2,3,1,0", "x is 'a', not a number"),
        ("1,,3,1,0", "y is empty"),
        ("1,2,NaN,1,0", "the time is 'NaN'"),
        ("1,2,inf,1,0", "the time is 'inf'"),
        ("1,2,1e300,1,0", "the time is '1e300'"),
        ("1,2,2147483648,1,0", "the time is '2147483648'"),
        ("1,2,1_000,1,0", "the time is '1_000'"),
        ("131073,2,3,1,0", "x is '131073'"),
        ("1,2,3,0,0", "the type is '0'"),
        ("1,2,3,1.5,0", "the type is '1.5'"),
        ("1,2,3,1,loud", "the hit sound is 'loud'"),
        ("1,2,3,1,0,0", "the sample is '0'"),
        ("1,2,3,1,0,0:x", "the sample set is 'x'"),
        ("1,2,3,2,0", "a slider needs a path"),
        ("1,2,3,2,0,L|10:10", "the number of spans is empty"),
        ("1,2,3,2,0,L|10,1,100", "expected x:y"),
        ("1,2,3,2,0,L|10:ten,1,100", "y is 'ten'"),
        ("1,2,3,2,0,L|10:200000,1,100", "y is '200000'"),
        ("1,2,3,2,0,L||10:10,1,100", "has an empty point"),
        ("1,2,3,2,0,L|10:10,9001,100", "9001 spans"),
        ("1,2,3,2,0,L|10:10,many,100", "the number of spans is 'many'"),
        ("1,2,3,2,0,L|10:10,1,long", "the length is 'long'"),
        ("1,2,3,2,0,L|10:10,1,100,0|0,0|0", "an edge's sample sets are '0'"),
        ("1,2,3,8,0", "a spinner needs an end"),
        ("1,2,3,8,0,late", "the end time is 'late'"),
        ("1,2,3,128,0,late:0:0", "the end time is 'late'"),
    ],
)
def test_what_the_game_leaves_out_is_left_out_with_a_reason(line: str, said: str) -> None:
    assert said in refusal(line)


def test_a_bad_line_takes_no_other_with_it() -> None:
    document = parse("1,2,1000,1,0", "?", "1,2,2000,1,0")
    assert [obj.time_ms for obj in document.beatmap.objects] == [1000, 2000]
    assert document.problems == (
        Problem(3, "hit object left out: a hit object has at least 5 fields, this line has 1"),
    )


NUMBERS = st.integers(-600, 1200)


@given(
    x=NUMBERS,
    y=NUMBERS,
    time=st.integers(-(10**6), 10**7),
    kind=st.sampled_from([1, 5, 21, 117]),
    sound=st.integers(0, 15),
)
def test_what_stands_in_the_line_stands_in_the_circle(
    x: int, y: int, time: int, kind: int, sound: int
) -> None:
    obj = one(f"{x},{y},{time},{kind},{sound},0:0:0:0:")
    assert (obj.x, obj.y, obj.time_ms, int(obj.hitsound)) == (x, y, time, sound)
    assert obj.new_combo == bool(kind & 4)
    assert obj.colours_skipped == kind >> 4


@given(
    st.lists(st.sampled_from([*"0123456789.,:|-+eE_BLPC// \t", "NaN", "1000", "∞"]), max_size=40).map("".join)
)
def test_no_line_raises(line: str) -> None:
    document = parse(line)
    assert len(document.beatmap.objects) + len(document.problems) <= 1
