"""A time goes to the nearest line of the kind that was said, in the tempo that may have been meant."""

from __future__ import annotations

import math

import pytest

from engine.beatmap.builder import osu
from engine.beatmap.timing import Tempo, Timing
from engine.postprocess.snap import Grid, lines_ms, resnapped
from engine.tokens.events import Event, Events, EventType

SNAPPING, TIME_SHIFT = EventType.SNAPPING, EventType.TIME_SHIFT
STEADY = Tempo(100, 400, math.inf)


def near(time_ms: int, divisor: int, *tempos: Tempo) -> int:
    return Grid(tempos or (STEADY,)).nearest_ms(time_ms, divisor)


@pytest.mark.parametrize(
    ("heard_ms", "divisor", "snapped_ms"), [(495, 1, 500), (695, 2, 700), (605, 4, 600), (235, 3, 233)]
)
def test_a_time_goes_to_the_nearest_line(heard_ms: int, divisor: int, snapped_ms: int) -> None:
    assert near(heard_ms, divisor) == snapped_ms


@pytest.mark.parametrize("divisor", range(1, 17))
def test_a_line_of_each_kind_stays_where_it_is(divisor: int) -> None:
    """The first line of a beat has no simpler name."""
    line_ms = int(100 + 400 * 3 + 400 / divisor)
    assert near(line_ms, divisor) == line_ms


def test_a_line_that_has_a_simpler_name_is_not_meant() -> None:
    assert near(500, 2) in {300, 700}
    assert near(695, 4) == 600
    assert near(305, 8) == 350


def test_of_two_lines_as_near_the_earlier_is_taken() -> None:
    assert near(500, 2) == 300


def test_without_a_divisor_a_time_stays() -> None:
    assert near(123, 0) == 123


def test_without_a_red_line_a_time_stays() -> None:
    assert Grid(()).nearest_ms(123, 4) == 123


def test_the_first_tempo_rules_what_is_before_it() -> None:
    assert near(-290, 1) == -300


def test_the_last_of_a_tempo_may_be_heard_late() -> None:
    """At 1003 the next tempo has begun, and has no 1/3 near; that of the one before is at 1000."""
    before, after = Tempo(0, 300, 1002), Tempo(1002, 500, math.inf)
    assert near(1003, 3, before, after) == 1000


def test_the_first_of_a_tempo_may_be_heard_early() -> None:
    before, after = Tempo(0, 300, 1002), Tempo(1002, 500, math.inf)
    assert near(995, 1, before, after) == 1002


def test_a_tempo_is_not_meant_long_after_its_end() -> None:
    before, after = Tempo(0, 300, 1000), Tempo(1000, 500, math.inf)
    assert near(1200, 1, before, after) == 1000


def test_a_line_is_cut_off_to_whole_milliseconds() -> None:
    """Counted from the red line: measured back from what was heard, 44005 would have been 44004."""
    assert near(43995, 1, Tempo(5, 60_000 / 195, math.inf)) == 44005
    assert near(400, 3, Tempo(0, 500, math.inf)) == 333


@pytest.mark.parametrize("divisor", range(1, 17))
def test_there_is_always_a_line_within_two_of_them(divisor: int) -> None:
    for time_ms in range(100, 900, 7):
        assert any(abs(line - time_ms) <= 2 * 400 / divisor for line in lines_ms(STEADY, time_ms, divisor))


def test_only_times_that_say_a_divisor_move() -> None:
    said = Events.of(
        [
            Event(TIME_SHIFT, 495, 495),
            Event(SNAPPING, 1, 495),
            Event(EventType.CIRCLE, 0, 495),
            Event(TIME_SHIFT, 695, 695),
            Event(EventType.CIRCLE, 0, 695),
            Event(TIME_SHIFT, 895, 895),
        ]
    )
    found = resnapped(said, red_line_at(100, bpm=150))
    assert found.values.tolist() == [500, 1, 0, 695, 0, 895]
    assert found.times.tolist() == said.times.tolist()
    assert said[0].value == 495


def test_nothing_said_is_nothing_moved() -> None:
    assert resnapped((), red_line_at(0, bpm=150)) == []


def red_line_at(time_ms: float, bpm: float) -> Timing:
    return osu().timing(bpm, time_ms).beatmap().timing
