"""Red lines from beats: as few as will do, as round as can be, and never far from what was heard."""

from __future__ import annotations

import pytest

from engine.timing.beats import heard_beats
from engine.timing.points import nearest_beats, timing_of
from engine.tokens.events import EventType

BEAT, MEASURE, TEMPO = EventType.BEAT, EventType.MEASURE, EventType.TIMING_POINT
Said = list[tuple[EventType, int]]


def said(*beats: tuple[EventType, int]) -> Said:
    """Each with its time after it."""
    return [part for kind, time_ms in beats for part in ((kind, 0), (EventType.TIME_SHIFT, time_ms))]


def song(start_ms: float, beat_ms: float, count: int, meter: int = 4) -> Said:
    """Beats at whole milliseconds, the first of them a tempo's."""
    kinds = [TEMPO, *((MEASURE if beat % meter == 0 else BEAT) for beat in range(1, count))]
    return said(*((kind, int(start_ms + beat * beat_ms)) for beat, kind in enumerate(kinds)))


def lines(events: Said, leniency_ms: float = 3) -> list[tuple[float, float, int]]:
    timing = timing_of(events, leniency_ms=leniency_ms, types_first=True)
    return [(point.time_ms, point.beat_length_ms, point.meter) for point in timing.points]


def test_silence_has_no_lines() -> None:
    assert lines([]) == []


def test_one_beat_is_enough_for_a_line() -> None:
    assert lines(said((BEAT, 700))) == [(700, 1000, 4)]


@pytest.mark.parametrize("bpm", [60, 120, 172.5, 180, 222.2, 300])
def test_a_steady_song_has_one_line_of_a_round_tempo(bpm: float) -> None:
    assert lines(song(505, 60_000 / bpm, 400)) == [(505, 60_000 / bpm, 4)]


def test_the_tempo_is_no_rounder_than_the_beats_allow() -> None:
    """Over a minute 180 and 180.37 beats are twenty times the leniency apart."""
    [(_, beat_ms, _)] = lines(song(0, 60_000 / 180.37, 400))
    assert 60_000 / beat_ms == pytest.approx(180.37, abs=0.01)
    assert beat_ms != 60_000 / 180


@pytest.mark.parametrize("meter", [3, 4, 5, 7])
def test_a_measures_beats_are_counted(meter: int) -> None:
    assert lines(song(0, 400, 1 + 8 * meter, meter)) == [(0, 400, meter)]


def test_a_measure_of_another_length_has_its_own_line() -> None:
    found = lines([*song(0, 500, 8), *said((MEASURE, 4000), (BEAT, 4500), (BEAT, 5000), (MEASURE, 5500))])
    assert found == [(0, 500, 4), (4000, 500, 3)]


def test_a_new_tempo_has_a_line_where_the_model_said_so() -> None:
    assert lines([*song(0, 500, 16), *song(8000, 400, 17)]) == [(0, 500, 4), (8000, 400, 4)]


def test_a_new_tempo_that_nobody_announced_is_found_on_a_measure() -> None:
    unannounced = [(MEASURE, 0) if kind is TEMPO else (kind, value) for kind, value in song(8000, 400, 17)]
    found = lines([*song(0, 500, 16), *unannounced])
    assert found == [(0, 500, 4), (8000, 400, 4)]


def test_what_was_heard_carelessly_needs_more_lines_of_a_strict_reader() -> None:
    careless = said((TEMPO, 0), *((BEAT, beat * 500 + (-1) ** beat * 8) for beat in range(1, 33)))
    assert len(lines(careless, leniency_ms=20)) == 1
    assert len(lines(careless, leniency_ms=3)) > 1


@pytest.mark.parametrize("leniency_ms", [3, 20])
def test_every_beat_of_a_steady_song_is_on_the_grid(leniency_ms: float) -> None:
    [(start_ms, beat_ms, _)] = lines(song(123, 343.8395415472779, 300), leniency_ms)
    misses_ms = (abs(start_ms + beat * beat_ms - int(123 + beat * 343.8395415472779)) for beat in range(300))
    assert max(misses_ms) <= leniency_ms


def test_two_tempos_without_a_beat_between_them_are_some_part_of_a_beat_apart() -> None:
    found = lines([*song(0, 500, 8), *said((TEMPO, 4000), (TEMPO, 4260)), *song(4260, 500, 8)[2:]])
    assert found == [(0, 500, 4), (4000, 60_000 / 115, 4), (4260, 500, 4)]


@pytest.mark.parametrize(("beats", "part"), [(0.9, 1), (0.55, 0.5), (2.4, 2), (0.07, 1 / 16)])
def test_parts_of_a_beat_are_halved(beats: float, part: float) -> None:
    assert nearest_beats(beats) == part


def test_lines_next_to_each_other_are_one() -> None:
    assert len(lines(said((TEMPO, 1000), (TEMPO, 1002), (BEAT, 1500)))) == 1


def test_beats_in_any_order_and_twice_are_the_same_song() -> None:
    events = song(0, 500, 16)
    beats = [events[at : at + 2] for at in range(0, len(events), 2)]
    backwards = [part for beat in [*reversed(beats), beats[5]] for part in beat]
    assert lines(backwards) == lines(events)


def test_a_beat_without_a_time_is_none() -> None:
    assert heard_beats([(BEAT, 0), (BEAT, 0), (EventType.TIME_SHIFT, 40), (BEAT, 0)], types_first=True) == (
        heard_beats([(EventType.TIME_SHIFT, 40), (BEAT, 0), (BEAT, 0)], types_first=False)
    )
