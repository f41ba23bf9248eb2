"""Timing lines are read as the game reads them; old ones end early."""

from __future__ import annotations

import math

import pytest

from engine.beatmap.document import Document
from engine.beatmap.objects import SampleSet
from engine.beatmap.timing import TimingPoint


def parse(*lines: str, version: int = 14, general: str = "") -> Document:
    head = (f"osu file format v{version}", "[General]", general, "[TimingPoints]")
    return Document.parse("\n".join((*head, *lines)).encode())


def one(line: str, version: int = 14, general: str = "") -> TimingPoint:
    document = parse(line, version=version, general=general)
    assert document.problems == ()
    (point,) = document.beatmap.timing.points
    return point


def test_a_red_line() -> None:
    assert one("1000,333.333333333333,3,2,1,60,1,8") == TimingPoint(
        line=4,
        time_ms=1000,
        beat_length_ms=333.333333333333,
        meter=3,
        sample_set=SampleSet.SOFT,
        sample_index=1,
        volume_percent=60,
        uninherited=True,
        kiai=False,
        omit_barline=True,
    )


def test_a_green_line() -> None:
    point = one("1000,-50,4,2,1,60,0,1")
    assert not point.uninherited
    assert point.kiai
    assert point.velocity == 2


def test_the_oldest_lines_hold_a_time_and_a_beat() -> None:
    point = one("1000,500", version=3)
    assert point == TimingPoint(4, 1024, 500, 4, SampleSet.NORMAL, 0, 100, True, False, False)


def test_lines_without_sound_take_it_from_the_file() -> None:
    point = one("1000,500,4", version=5, general="SampleSet: Drum\nSampleVolume: 40")
    assert (point.sample_set, point.volume_percent) == (SampleSet.DRUM, 40)


def test_a_line_that_does_not_say_its_kind_is_red() -> None:
    assert one("1000,-50,4,1,0,60", version=5).uninherited


def test_a_meter_of_zero_is_four() -> None:
    assert one("1000,500,0,1,0,60,1,0").meter == 4


def test_a_green_line_may_be_nan() -> None:
    assert math.isnan(one("1000,NaN,4,1,0,60,0,0").beat_length_ms)


def test_a_sample_set_that_does_not_exist_is_the_normal_one() -> None:
    assert one("1000,500,4,7,0,60,1,0").sample_set is SampleSet.NORMAL


def test_times_may_have_fractions_and_spaces() -> None:
    assert one(" 1000.5 , 500,4,1,0,60,1,0").time_ms == 1000.5


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("1000", "needs a time and a beat length"),
        ("soon,500", "the time is 'soon'"),
        ("NaN,500", "the time is 'NaN'"),
        ("1000,fast", "the beat length is 'fast'"),
        ("1000,-1E+90,4,1,0,60,1,0", "the beat length is '-1E+90'"),
        ("1000,inf", "the beat length is 'inf'"),
        ("1000,NaN,4,1,0,60,1,0", "the beat length is NaN"),
        ("1000,500,-3", "the meter is -3"),
        ("1000,500,four", "the meter is 'four'"),
        ("1000,500,,1", "the meter is empty"),
        ("1000,500,4,1,0,loud", "the volume is 'loud'"),
        ("1000,500,4,1,0,60,,0", "the kind of line is empty"),
        ("1000,500,4,1,0,60,1,x", "the effects field is 'x'"),
    ],
)
def test_what_the_game_leaves_out_is_left_out_with_a_reason(line: str, said: str) -> None:
    document = parse(line)
    assert document.beatmap.timing.points == ()
    (problem,) = document.problems
    assert problem.line == 4
    assert said in problem.message
