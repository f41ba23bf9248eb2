"""Many passes over one song, each of them inexact, and the one timing that they have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from engine.audio.waveform import Waveform
from engine.jobs import Progress
from engine.timing.points import timing_of
from engine.timing.pooled import Pass
from engine.timing.super_timing import averaged, offsets, shifted, super_timing
from engine.tokens.events import Event, EventType
from engine.tokens.grammar import grammar_of
from tests.timing.songs import Ear, Song, measures_found, off_ms, song, steady

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from engine.beatmap.timing import Timing


def lines(timing: Timing) -> list[tuple[float, float, int]]:
    return [(red.time_ms, round(60_000 / red.beat_length_ms, 6), red.meter) for red in timing.red]


# A steady song.


@pytest.mark.parametrize("jitter_ms", [0, 2, 6, 12])
@pytest.mark.parametrize("bpm", [87.3, 120, 174.25, 180, 222.2])
def test_a_steady_song_is_one_line_to_the_millisecond(bpm: float, jitter_ms: float) -> None:
    timing = averaged(Ear(jitter_ms=jitter_ms).hear(steady(bpm)))
    [(time_ms, found_bpm, meter)] = lines(timing)
    assert found_bpm == pytest.approx(bpm)
    assert time_ms == pytest.approx(500, abs=1)
    assert meter == 4


def test_many_passes_are_exacter_than_one() -> None:
    truth = steady(180)
    passes = Ear().hear(truth)
    one = [
        (kind, value)
        for beat in passes[0].beats
        for kind, value in (
            (EventType.MEASURE if beat.starts_measure else EventType.BEAT, 0),
            (EventType.TIME_SHIFT, beat.time_ms),
        )
    ]
    alone = off_ms(timing_of(one, leniency_ms=20, types_first=True), truth)
    assert np.percentile(off_ms(averaged(passes), truth), 95) < 1 < np.percentile(alone, 95)


@pytest.mark.parametrize("missed", [0.3, 0.5, 0.6])
def test_missed_beats_are_counted(missed: float) -> None:
    timing = averaged(Ear(missed=missed).hear(steady(180)))
    assert lines(timing) == [(500, 180, 4)]


@pytest.mark.parametrize("made_up", [0.1, 0.3])
def test_beats_that_few_heard_are_none(made_up: float) -> None:
    assert lines(averaged(Ear(made_up=made_up).hear(steady(180)))) == [(500, 180, 4)]


@pytest.mark.parametrize("halves", [0.1, 0.3])
def test_halves_of_beats_are_none_while_most_do_not_hear_them(halves: float) -> None:
    assert lines(averaged(Ear(halves=halves).hear(steady(180)))) == [(500, 180, 4)]


@pytest.mark.parametrize("seconds", [2, 6, 12])
def test_a_silence_is_counted_through(seconds: int) -> None:
    truth = steady(170, 600)
    start_ms, end_ms = truth.times_ms[200] + 100, truth.times_ms[200] + 1000 * seconds
    silent = [
        Pass(
            tuple(beat for beat in one.beats if not start_ms < beat.time_ms - one.offset_ms < end_ms),
            one.offset_ms,
        )
        for one in Ear().hear(truth)
    ]
    assert lines(averaged(silent)) == [(500, 170, 4)]


def test_a_beat_that_is_always_heard_late_makes_no_line() -> None:
    truth = steady(180)
    late = truth.times_ms.copy()
    late[[100, 173, 250]] += 25
    assert lines(averaged(Ear().hear(Song(late, truth.measures)))) == [(500, 180, 4)]


@pytest.mark.parametrize("meter", [3, 4, 5, 7])
@pytest.mark.parametrize("wrong_measures", [0.05, 0.2])
def test_measures_are_of_one_length_though_votes_differ(meter: int, wrong_measures: float) -> None:
    timing = averaged(Ear(wrong_measures=wrong_measures).hear(steady(180, meter=meter)))
    assert [(bpm, found) for _, bpm, found in lines(timing)] == [(180, meter)]
    assert min(measures_found(timing, steady(180, meter=meter))) > 0.99


def test_a_song_may_begin_within_a_measure() -> None:
    truth = steady(150)
    pickup = Song(truth.times_ms, np.roll(truth.measures, 2))
    timing = averaged(Ear().hear(pickup))
    assert lines(timing) == [(500 + 2 * 400, 150, 4)]
    assert np.percentile(off_ms(timing, pickup), 95) < 1


# A song that changes.


@pytest.mark.parametrize(("before", "after"), [(120, 180), (180, 190), (200, 100), (150, 151), (95, 240)])
def test_a_new_tempo_has_one_line_where_it_begins(before: float, after: float) -> None:
    truth = steady(before, 160).then([after] * 160)
    timing = averaged(Ear().hear(truth))
    assert [bpm for _, bpm, _ in lines(timing)] == pytest.approx([before, after])
    assert timing.red[1].time_ms == pytest.approx(truth.times_ms[160], abs=2)
    assert np.percentile(off_ms(timing, truth), 95) < 1.5


def test_a_new_meter_has_one_line_where_it_begins() -> None:
    truth = steady(180, 96).then([180] * 96, meter=3)
    found = lines(averaged(Ear().hear(truth)))
    assert [meter for _, _, meter in found] == [4, 3]
    assert found[1][0] == pytest.approx(truth.times_ms[96], abs=1)


@pytest.mark.parametrize("jitter_ms", [2, 6])
def test_a_song_that_drifts_is_followed(jitter_ms: float) -> None:
    truth = song([150 + 20 * np.sin(beat / 60) for beat in range(400)])
    timing = averaged(Ear(jitter_ms=jitter_ms).hear(truth))
    off = off_ms(timing, truth)
    assert np.median(off) < 2
    assert np.percentile(off, 95) < 5
    assert min(measures_found(timing, truth)) == 1


def test_a_drummer_of_flesh_is_followed_from_measure_to_measure() -> None:
    chance = np.random.default_rng(4)
    truth = song(150 + np.cumsum(chance.normal(0, 0.6, 400)))
    timing = averaged(Ear().hear(truth))
    off = off_ms(timing, truth)
    assert np.median(off) < 2
    assert np.percentile(off, 95) < 6
    assert len(timing.red) < 60, "not a line for every measure"
    assert min(measures_found(timing, truth)) == 1


def test_a_slower_end_is_heard() -> None:
    truth = steady(150, 200).then([150 - 3 * beat for beat in range(1, 21)])
    assert np.percentile(off_ms(averaged(Ear().hear(truth)), truth), 95) < 6


# Little to go by.


def test_nothing_heard_has_no_line() -> None:
    assert averaged([Pass((), 0.0), Pass((), 100.0)]).red == ()
    assert averaged([]).red == ()


@pytest.mark.parametrize("beats", [1, 2, 3, 5, 9])
def test_a_few_beats_have_a_line(beats: int) -> None:
    timing = averaged(Ear(missed=0, made_up=0, jitter_ms=2).hear(steady(120, beats)))
    assert timing.red[0].time_ms == pytest.approx(500, abs=3)


def test_a_single_pass_is_a_timing_too() -> None:
    timing = averaged(Ear(passes=1, missed=0, made_up=0, wrong_measures=0).hear(steady(180)))
    assert np.percentile(off_ms(timing, steady(180)), 95) < 5


@pytest.mark.parametrize("seed", range(10))
def test_noise_alone_is_a_timing_of_some_kind(seed: int) -> None:
    chance = np.random.default_rng(seed)
    noise = Song(np.sort(chance.uniform(0, 60_000, 150)), chance.random(150) < 0.3)
    timing = averaged(Ear(jitter_ms=40, missed=0.5, seed=seed).hear(noise))
    assert all(red.beat_length_ms > 0 for red in timing.red)
    assert all(red.meter > 0 for red in timing.red)


# Driving it.


def test_passes_are_spread_over_a_window_and_over_a_step() -> None:
    late = np.array(offsets(20, WINDOW_SAMPLES))
    assert late.min() >= 0
    assert late.max() < WINDOW_SAMPLES
    assert np.diff(np.sort(late)).max() < WINDOW_SAMPLES / 10
    assert sorted((late % 160).tolist()) == list(range(0, 160, 8))


def test_a_late_song_is_the_same_song() -> None:
    told = Waveform(np.arange(1, 101, dtype=np.int16), 100)
    late = shifted(told, 40)
    assert late.samples == 140
    assert late.pcm[:40].tolist() == [0] * 40
    assert late.pcm[40:].tolist() == told.pcm.tolist()
    assert late.peak == told.peak


WINDOW_SAMPLES = 65_536


@pytest.mark.parametrize("family", ["v29", "v30"])
def test_passes_are_heard_one_after_another_and_averaged(family: str) -> None:
    types_first = grammar_of(family).types_first
    asked: list[int] = []

    def write_pass(offset: int) -> Generator[Progress, None, Sequence[Event]]:
        asked.append(offset)
        yield Progress(1, 2, "writing timing")
        yield Progress(2, 2, "writing timing")
        events: list[Event] = []
        for beat in range(200):
            time_ms = int(500 + beat * 400 + offset / 16) // 10 * 10 + 5
            kind = EventType.BEAT if beat % 4 else EventType.MEASURE
            group = [Event(kind, 0, time_ms), Event(EventType.TIME_SHIFT, time_ms, time_ms)]
            events += group if types_first else group[::-1]
        return events

    job = super_timing(write_pass, window_samples=WINDOW_SAMPLES, types_first=types_first, passes=5)
    steps: list[Progress] = []
    while True:
        try:
            steps.append(next(job))
        except StopIteration as done:
            timing: Timing = done.value
            break
    assert asked == list(offsets(5, WINDOW_SAMPLES))
    assert [step.done for step in steps[:4]] == [0.5, 1, 1, 1.5]
    assert {step.total for step in steps} == {5}
    assert steps[-1].done == 5
    assert [(bpm, meter) for _, bpm, meter in lines(timing)] == [(150, 4)]
    assert timing.red[0].time_ms == pytest.approx(500, abs=3)


def test_closed_it_hears_no_more() -> None:
    closed: list[bool] = []

    def write_pass(_offset: int) -> Generator[Progress, None, Sequence[Event]]:
        try:
            yield Progress(0, 1, "writing timing")
        finally:
            closed.append(True)
        return []

    job = super_timing(write_pass, window_samples=WINDOW_SAMPLES, types_first=True)
    next(job)
    job.close()
    assert closed == [True]
    assert list(job) == []
