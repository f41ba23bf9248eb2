from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.beatmap.builder import osu
from engine.beatmap.snap import DIVISORS, SNAPPED_MS, Snap, is_snapped, snap
from engine.beatmap.timing import Timing


def beats_of_500_ms(*, at: float = 0) -> Timing:
    return osu().timing(120, at=at).beatmap().timing


def found(timing: Timing, time_ms: float) -> Snap:
    result = snap(timing, time_ms)
    assert result is not None
    return result


@pytest.mark.parametrize(
    ("time_ms", "divisor"),
    [
        (1000, 1),
        (1250, 2),
        (1125, 4),
        (1062, 8),  # 62.5, cut off
        (1031, 16),  # 31.25
        (1166, 3),  # 166.67
        (1083, 6),  # 83.33
        (1041, 12),  # 41.67
        (1100, 5),
        (1071, 7),  # 71.43
        (1055, 9),  # 55.56
    ],
)
def test_the_simplest_divisor_with_a_line_there_is_named(time_ms: float, divisor: int) -> None:
    result = found(beats_of_500_ms(), time_ms)
    assert (result.divisor, result.unsnap_ms) == (divisor, 0)


def test_an_object_that_an_editor_placed_is_never_unsnapped() -> None:
    timing = osu().timing(177.5, at=333).beatmap().timing
    beat_ms = 60_000 / 177.5
    for number in range(2000):
        grid_ms = 333 + number * beat_ms / 12
        # Stable cuts the milliseconds off, lazer keeps them, other tools round.
        for placed_ms in (int(grid_ms), grid_ms, round(grid_ms)):
            assert found(timing, placed_ms).unsnap_ms == 0


def test_a_whole_time_is_measured_from_where_stable_would_have_put_it() -> None:
    # The half beat is at 1166.67: stable places there at 1166.
    timing = osu().timing(180, at=1000).beatmap().timing
    assert found(timing, 1164).unsnap_ms == -2
    assert found(timing, 1169).unsnap_ms == 3
    assert found(timing, 1164).grid_ms == pytest.approx(1166.667, abs=1e-3)


def test_a_time_with_a_fraction_is_measured_from_the_grid_itself() -> None:
    timing = osu().timing(180, at=1000).beatmap().timing
    assert found(timing, 1164.5).unsnap_ms == pytest.approx(-2.1667, abs=1e-3)


def test_the_noise_of_floating_point_does_not_cost_a_millisecond() -> None:
    # 195 beats of 180 BPM are 65 s, which comes out as 64999.99999999999.
    timing = osu().timing(180).beatmap().timing
    assert found(timing, 65_002).grid_ms < 65_000
    assert found(timing, 65_002).unsnap_ms == 2


def test_before_the_first_red_line_its_grid_goes_on() -> None:
    timing = beats_of_500_ms(at=2000)
    assert found(timing, 1250) == Snap(2, 1250, 0)
    assert found(timing, -250) == Snap(2, -250, 0)


def test_an_object_just_before_the_next_red_line_belongs_to_it() -> None:
    timing = osu().timing(120, at=0).timing(170, at=5203.6).beatmap().timing
    assert found(timing, 5203) == Snap(1, 5203.6, 0)
    assert found(timing, 5202) == Snap(1, 5203.6, -1)


def test_the_grid_of_a_red_line_ends_where_the_next_begins() -> None:
    # The beat at 1000 would be nearest, but is not on the grid any more: the red line at 990 is.
    timing = osu().timing(120, at=0).timing(120, at=990).beatmap().timing
    assert found(timing, 987) == Snap(1, 990, -3)


def test_only_the_divisors_asked_for_count_and_the_first_named_wins_a_tie() -> None:
    timing = beats_of_500_ms()
    assert snap(timing, 1166, divisors=(1, 2, 4)) == Snap(4, 1125, 41)
    assert snap(timing, 1250, divisors=(4, 2)) == Snap(4, 1250, 0)


def test_without_a_red_line_there_is_no_grid() -> None:
    assert snap(Timing(()), 1000) is None


@given(
    time_ms=st.integers(-10_000, 600_000) | st.floats(-10_000, 600_000),
    bpm=st.floats(20, 400),
    at=st.floats(-1000, 1000),
)
def test_no_line_of_any_divisor_is_closer_than_the_one_found(time_ms: float, bpm: float, at: float) -> None:
    timing = osu().timing(bpm, at=at).beatmap().timing
    tempo = timing.tempos[0]
    result = found(timing, time_ms)
    for divisor in DIVISORS:
        step_ms = tempo.beat_ms / divisor
        grid_ms = tempo.start_ms + round((time_ms - tempo.start_ms) / step_ms) * step_ms
        if abs(time_ms - grid_ms) < SNAPPED_MS - 1e-6:
            assert result.unsnap_ms == 0
            assert result.divisor <= divisor
        # Where the editor would have put an object on that line: stable cuts off, lazer does not.
        placed_ms = int(grid_ms + 1e-6) if float(time_ms).is_integer() else grid_ms
        assert abs(result.unsnap_ms) <= abs(time_ms - placed_ms) + 1e-5


@given(time_ms=st.floats(-1e7, 1e7), bpm=st.floats(1, 10_000))
def test_an_unsnap_is_nothing_or_at_least_a_millisecond(time_ms: float, bpm: float) -> None:
    timing = osu().timing(bpm).beatmap().timing
    assert found(timing, time_ms).unsnap_ms == 0 or abs(found(timing, time_ms).unsnap_ms) >= SNAPPED_MS


@given(
    time_ms=st.floats(-5000, 20_000) | st.integers(-5000, 20_000).map(float),
    bpm=st.floats(30, 500),
    at=st.floats(-1000, 9000),
)
def test_the_quick_answer_is_that_of_the_exact_one(time_ms: float, bpm: float, at: float) -> None:
    timing = osu().timing(180).timing(bpm, at=at).beatmap().timing
    exact = snap(timing, time_ms)
    assert exact is not None
    assert is_snapped(timing, time_ms) == (exact.unsnap_ms == 0)


def test_without_a_red_line_nothing_is_snapped() -> None:
    assert not is_snapped(osu().beatmap().timing, 0)
