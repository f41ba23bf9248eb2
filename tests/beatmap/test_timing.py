from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.beatmap.objects import SampleSet
from engine.beatmap.timing import DEFAULT_BEAT_MS, MOST_BARLINES, Timing, TimingPoint


def line(
    time_ms: float,
    beat_length_ms: float,
    *,
    red: bool,
    number: int = 0,
    meter: int = 4,
    volume: int = 70,
    kiai: bool = False,
    omit_barline: bool = False,
) -> TimingPoint:
    return TimingPoint(
        number, time_ms, beat_length_ms, meter, SampleSet.SOFT, 2, volume, red, kiai, omit_barline
    )


def red(
    time_ms: float,
    bpm: float = 120,
    *,
    number: int = 0,
    meter: int = 4,
    kiai: bool = False,
    omit_barline: bool = False,
) -> TimingPoint:
    return line(
        time_ms, 60_000 / bpm, red=True, number=number, meter=meter, kiai=kiai, omit_barline=omit_barline
    )


def green(
    time_ms: float, velocity: float = 1, *, number: int = 0, volume: int = 70, kiai: bool = False
) -> TimingPoint:
    return line(time_ms, -100 / velocity, red=False, number=number, volume=volume, kiai=kiai)


def test_lines_are_kept_in_order_of_time_and_ties_in_order_of_the_file() -> None:
    points = (green(2000, number=1), red(1000, number=2), red(2000, number=3))
    assert [point.line for point in Timing(points).points] == [2, 1, 3]


def test_a_red_line_rules_from_its_time_on_and_the_first_one_before_it_too() -> None:
    timing = Timing((red(1000, 120), red(5000, 200)))
    assert [timing.beat_length_at(time_ms) for time_ms in (-50, 1000, 4999.9, 5000)] == [500, 500, 500, 300]


def test_without_a_red_line_a_beat_is_a_second_and_nothing_rules() -> None:
    timing = Timing((green(0, 2),))
    assert timing.red_at(0) is None
    assert timing.tempo_at(0) is None
    assert timing.beat_length_at(0) == DEFAULT_BEAT_MS == 1000


def test_a_green_line_wins_over_a_red_one_of_the_same_time_in_either_order() -> None:
    assert Timing((red(0), green(0, 2))).velocity_at(0) == 2
    assert Timing((green(0, 2), red(0))).velocity_at(0) == 2


def test_of_two_green_lines_of_one_time_the_last_wins() -> None:
    assert Timing((green(0, 2), green(0, 3), red(0))).velocity_at(0) == 3


def test_of_two_red_lines_of_one_time_the_last_rules_as_in_stable() -> None:
    timing = Timing((red(0, 120, kiai=True), red(0, 200)))
    assert timing.beat_length_at(0) == 300
    assert not timing.kiai_at(0)


def test_a_red_line_resets_the_velocity() -> None:
    assert Timing((red(0), green(500, 2), red(1000))).velocity_at(1000) == 1


def test_before_the_first_line_velocity_and_kiai_are_plain_but_sound_is_that_line_s() -> None:
    timing = Timing((green(1000, 2, volume=30, kiai=True),))
    assert timing.point_at(999) is None
    assert (timing.velocity_at(999), timing.kiai_at(999), timing.ticks_at(999)) == (1, False, True)
    assert (timing.volume_at(999), timing.sample_index_at(999)) == (30, 2)
    assert timing.sample_set_at(999) is SampleSet.SOFT


def test_an_empty_timing_answers_with_the_game_s_defaults() -> None:
    timing = Timing(())
    assert (timing.volume_at(0), timing.sample_set_at(0), timing.sample_index_at(0)) == (
        100,
        SampleSet.NORMAL,
        0,
    )
    assert timing.barlines(0, 1000) == ()
    assert timing.kiai_spans(1000) == ()


@pytest.mark.parametrize(
    ("beat_length_ms", "velocity"),
    [(-100, 1), (-50, 2), (-5, 10), (-1e9, 0.1), (math.nan, 1), (100, 1), (0, 1)],
)
def test_velocity_is_kept_between_a_tenth_and_ten(beat_length_ms: float, velocity: float) -> None:
    assert line(0, beat_length_ms, red=False).velocity == velocity


def test_nan_switches_ticks_off_until_the_next_line() -> None:
    timing = Timing((red(0), line(1000, math.nan, red=False), green(2000)))
    assert [timing.ticks_at(time_ms) for time_ms in (999, 1000, 2000)] == [True, False, True]


@pytest.mark.parametrize(
    ("beat_length_ms", "bpm"), [(500, 120), (0, 10_000), (-5, 10_000), (1e9, 1), (math.nan, 60)]
)
def test_the_tempo_of_a_red_line_stays_within_the_game_s_bounds(beat_length_ms: float, bpm: float) -> None:
    assert line(0, beat_length_ms, red=True).bpm == bpm


def test_a_green_line_has_no_tempo() -> None:
    assert green(0, 2).bpm == 0


def test_kiai_lasts_from_line_to_line_and_an_open_one_to_the_end() -> None:
    points = (red(0), green(100, kiai=True), green(200, kiai=True), green(300), green(400, kiai=True))
    assert Timing(points).kiai_spans(1000) == ((100, 300), (400, 1000))


def test_kiai_that_a_second_line_of_the_same_time_switches_off_never_was() -> None:
    assert Timing((red(0, kiai=True), green(0))).kiai_spans(1000) == ()


def test_barlines_follow_the_meter_begin_anew_at_a_red_line_and_reach_back_before_the_first() -> None:
    timing = Timing((red(1000, 120), red(4500, 120, meter=3)))
    assert timing.barlines(-1000, 7000) == (-1000, 1000, 3000, 4500, 6000)


def test_an_omitted_first_barline_is_omitted_alone() -> None:
    assert Timing((red(0, 120, omit_barline=True),)).barlines(0, 4000) == (2000, 4000)


def test_barlines_of_an_absurd_tempo_are_cut_off() -> None:
    assert len(Timing((line(0, 1e-9, red=True, meter=1),)).barlines(0, 1e9)) == MOST_BARLINES


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20), st.floats(-1e6, 1e6))
def test_the_ruling_red_line_is_the_last_at_or_before_a_time(times_ms: list[float], time_ms: float) -> None:
    timing = Timing(tuple(red(each) for each in times_ms))
    ruling, tempo = timing.red_at(time_ms), timing.tempo_at(time_ms)
    assert ruling is not None
    assert tempo is not None
    earlier = [each for each in times_ms if each <= time_ms]
    assert ruling.time_ms == tempo.start_ms == (max(earlier) if earlier else min(times_ms))
    assert time_ms < tempo.until_ms
