"""The steps from many passes to red lines, one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from engine.timing.beats import Beat
from engine.timing.chain import chained
from engine.timing.hearing import hearing_of
from engine.timing.lined import lined
from engine.timing.measures import measures_of
from engine.timing.pooled import Moments, Pass, pooled
from engine.timing.stretches import Stretch, stretches

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from engine.timing.tempo import Floats


def heard(*times_ms: int, late_ms: float = 0.0, measures: bool = False) -> Pass:
    return Pass(tuple(Beat(time_ms, measures, starts_tempo=False) for time_ms in times_ms), late_ms)


def moments(times_ms: list[float], heard: list[float] | None = None) -> Moments:
    shares = np.array(heard or [1.0] * len(times_ms))
    return Moments(np.array(times_ms, np.float64), shares, np.zeros(len(times_ms)))


def every(beat_ms: float, count: int) -> Floats:
    return np.arange(count, dtype=np.float64) * beat_ms


# Moments.


def test_what_is_near_is_one_moment_in_the_middle() -> None:
    found = pooled([heard(1000, 1500), heard(1006, 1496), heard(994, 1504)])
    assert found.times_ms.tolist() == pytest.approx([1000, 1500])
    assert found.heard.tolist() == [1, 1]


def test_a_late_song_is_put_back() -> None:
    found = pooled([heard(1000), heard(4723, late_ms=3723.0)])
    assert found.times_ms.tolist() == [1000]


def test_what_a_pass_says_twice_counts_once() -> None:
    found = pooled([heard(1000, 1020), heard(1000)])
    assert found.heard.tolist() == [1]


def test_one_that_is_far_off_has_no_say_in_the_middle() -> None:
    found = pooled([heard(1000)] * 5 + [heard(1040)])
    assert found.times_ms.tolist() == [1000]
    assert found.heard.tolist() == [1]


def test_a_measure_is_a_vote() -> None:
    found = pooled([heard(1000, measures=True), heard(1000), heard(1000), heard(1000)])
    assert found.measures.tolist() == [0.25]


# The chain.


def test_a_moment_off_the_tempo_is_left_out() -> None:
    times_ms = sorted([*range(0, 4000, 400), 1650])
    found = chained(moments(list(map(float, times_ms)), [0.3 if at == 1650 else 1.0 for at in times_ms]))
    assert [times_ms[at] for at in found.moments] == list(range(0, 4000, 400))
    assert found.beats.tolist() == [0, *[1] * 9]


def test_missing_beats_are_counted_on_the_way() -> None:
    times_ms = [0.0, 400, 800, 1200, 2400, 2800, 3200, 3600]
    found = chained(moments(times_ms))
    assert found.beats.tolist() == [0, 1, 1, 1, 3, 1, 1, 1]


def test_what_no_tempo_leads_to_begins_anew() -> None:
    times_ms = [*(400.0 * at for at in range(20)), *(7600 + 140 + 400.0 * at for at in range(1, 21))]
    found = chained(moments(times_ms))
    assert len(found.moments) == len(times_ms)
    assert found.beats.tolist().count(0) <= 2


def test_no_moment_is_no_chain() -> None:
    assert len(chained(moments([])).moments) == 0


# Measures.


def measures(votes: list[float], begins: Collection[int] = (0,)) -> list[int]:
    count = len(votes)
    begins_tempo = np.array([at in begins for at in range(count)])
    found = measures_of(np.ones(count), np.array(votes), begins_tempo)
    return np.flatnonzero(found).tolist()


@pytest.mark.parametrize("meter", [2, 3, 4, 5, 6, 7, 8])
def test_votes_make_measures(meter: int) -> None:
    votes = [0.9 if at % meter == 0 else 0.1 for at in range(8 * meter)]
    assert measures(votes) == list(range(0, 8 * meter, meter))


def test_one_wrong_vote_makes_none() -> None:
    votes = [0.9 if at % 4 == 0 else 0.1 for at in range(32)]
    votes[10], votes[12] = 0.9, 0.1
    assert measures(votes) == list(range(0, 32, 4))


def test_without_votes_there_are_four_beats() -> None:
    assert measures([0.5] * 9) == [0, 4, 8]


def test_a_new_tempo_begins_a_measure() -> None:
    votes = [0.9 if at % 4 == 0 else 0.1 for at in range(10)]
    votes += [0.9 if at % 4 == 0 else 0.1 for at in range(12)]
    assert measures(votes, {0, 10}) == [0, 4, 8, 10, 14, 18]


# How well it was heard.


def test_noise_is_what_is_off_a_few_beats_line() -> None:
    chance = np.random.default_rng(3)
    drifting = np.cumsum(400 + every(0.1, 600))
    for noise_ms in (1.0, 3.0):
        heard_ms: Floats = drifting + chance.normal(0, noise_ms, 600)
        found = hearing_of(heard_ms, np.arange(600))
        assert found.noise_ms == pytest.approx(noise_ms, rel=0.2)
        assert found.is_wrong.mean() < 0.01


def test_a_beat_that_is_off_all_its_neighbours_is_wrong() -> None:
    times_ms = every(400, 50)
    times_ms[20] += 30
    assert np.flatnonzero(hearing_of(times_ms, np.arange(50)).is_wrong).tolist() == [20]


def test_a_change_of_tempo_is_not_wrong() -> None:
    times_ms = np.concatenate((every(400, 30), 30 * 400 + every(333, 30)))
    assert not hearing_of(times_ms, np.arange(60)).is_wrong.any()


# Stretches.


def cut(times_ms: Sequence[float] | Floats, *, noise_ms: float = 1.0) -> tuple[Stretch, ...]:
    beats = np.arange(len(times_ms))
    told = np.array(times_ms, np.float64)
    return stretches(told, np.ones(len(beats)), noise_ms, beats % 4 == 0, beats == 0)


def test_a_steady_song_is_one_stretch_of_a_round_tempo() -> None:
    chance = np.random.default_rng(1)
    [found] = cut(500 + np.arange(300) * 60_000 / 173.5 + chance.normal(0, 1.5, 300), noise_ms=1.5)
    assert (found.first, found.end) == (0, 300)
    assert found.beat_ms == pytest.approx(60_000 / 173.5, abs=1e-9)
    assert found.start_ms == pytest.approx(500, abs=0.5)


def test_a_tempo_is_no_rounder_than_its_beats() -> None:
    [found] = cut(500 + np.arange(300) * 60_000 / 173.37)
    assert 60_000 / found.beat_ms == pytest.approx(173.37, abs=0.005)


def test_a_change_is_found_on_its_beat() -> None:
    times_ms = [*(400.0 * at for at in range(40)), *(16_000 + 300.0 * at for at in range(40))]
    first, second = cut(times_ms)
    assert (first.end, second.first, second.end) == (40, 40, 80)
    assert (first.beat_ms, second.beat_ms) == (400, 300)


def test_beats_that_were_not_heard_have_no_say() -> None:
    times_ms = every(400, 40)
    times_ms[10:14] += 90
    weights = np.ones(40)
    weights[10:14] = 0
    [found] = stretches(times_ms, weights, 1.0, np.ones(40, np.bool_), np.arange(40) == 0)
    assert (found.start_ms, found.beat_ms) == pytest.approx((0, 400))


def test_what_must_begin_begins() -> None:
    must = np.isin(np.arange(40), [0, 17])
    found = stretches(every(400, 40), np.ones(40), 1.0, np.zeros(40, np.bool_), must)
    assert [stretch.first for stretch in found] == [0, 17]


def test_no_beat_is_no_stretch() -> None:
    empty = np.zeros(0)
    assert stretches(empty, empty, 1.0, empty > 0, empty > 0) == ()


# Lines.


def drawn(found: list[Stretch], measures: list[int]) -> list[tuple[float, float, int]]:
    count = found[-1].end
    timing = lined(found, np.isin(np.arange(count), measures))
    return [(red.time_ms, red.beat_length_ms, red.meter) for red in timing.red]


def test_a_stretch_is_a_line() -> None:
    assert drawn([Stretch(0, 12, 500.2, 400)], [0, 4, 8]) == [(500, 400, 4)]


def test_a_measure_of_another_length_is_a_line_of_its_own() -> None:
    assert drawn([Stretch(0, 15, 500, 400)], [0, 4, 8, 11, 14]) == [(500, 400, 4), (3700, 400, 3)]


def test_a_measure_cut_short_is_begun_again() -> None:
    assert drawn([Stretch(0, 14, 0, 400)], [0, 4, 6, 10]) == [(0, 400, 4), (1600, 400, 2), (2400, 400, 4)]


def test_after_a_line_within_a_measure_the_next_measure_has_one() -> None:
    found = drawn([Stretch(0, 6, 0, 400), Stretch(6, 16, 2400, 300)], [0, 4, 8, 12])
    assert found == [(0, 400, 4), (2400, 300, 4), (3000, 300, 4)]
