"""What is not claimed, what is told together, and which object is meant."""

from __future__ import annotations

import gc
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from engine.beatmap.builder import mania, osu
from engine.beatmap.timestamps import editor_link
from engine.modding.opinion import Topic
from engine.modding.site import Silence
from engine.modding.suggestions import THRESHOLD, Judge, suggest
from engine.modding.surprisal import Scored
from engine.tokens.events import Context
from engine.tokens.events import EventType as E
from tests.modding.scores import Reader, expect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.modding.opinion import Suggestion

SOFT, SOFT_CLAP, SOFT_WHISTLE = 32, 36, 33
"""Hit sounds as events tell them: additions, and eight times the two sample sets."""
SONG = osu().timing(120)
"""A beat is 500 ms, a measure 2 s."""
TWO_CIRCLES = SONG.circle(at=1000).circle(at=2000, x=300, y=200)


def claim(suggestion: Suggestion) -> tuple[Topic, str]:
    return suggestion.topic, suggestion.variant


# ---- what is not claimed


@pytest.mark.parametrize(("expected_ms", "said"), [(2005, 0), (2014, 0), (2015, 1), (1986, 0), (1985, 1)])
def test_no_time_is_claimed_that_may_be_less_than_ten_milliseconds_off(expected_ms: int, said: int) -> None:
    read = Reader(TWO_CIRCLES)
    scored = read.surprised(E.TIME_SHIFT, expect(E.TIME_SHIFT, expected_ms), at=2000)
    assert len(read.suggest(scored)) == said


def test_a_division_whose_tick_is_less_than_a_step_away_is_the_rules_business() -> None:
    read = Reader(SONG.circle(at=1008))
    verdicts = read.judge(read.surprised(E.SNAPPING, expect(E.SNAPPING, 1))).verdicts
    assert [each.silence for each in verdicts.values()] == [Silence.FINE_TIME]


def test_no_position_is_claimed_within_a_cell() -> None:
    read = Reader(SONG.circle(at=1000, x=310, y=200), "v29")
    beside = read.texts[Context.MAP][4].value + 1
    assert read.texts[Context.MAP][4].type is E.POSITION
    assert read.suggest(read.surprised(E.POSITION, expect(E.POSITION, beside))) == ()
    assert read.suggest(read.surprised(E.POSITION, expect(E.POSITION, beside + 1))) != ()


def test_nothing_is_said_where_nothing_is_expected_in_particular() -> None:
    read = Reader(TWO_CIRCLES)
    scored = read.surprised(E.VOLUME, *(expect(E.VOLUME, value, 0.05) for value in range(5)))
    assert [each.silence for each in read.judge(scored).verdicts.values()] == [Silence.UNSURE]


def test_nothing_is_said_where_the_model_holds_what_is_there_for_as_likely() -> None:
    read = Reader(TWO_CIRCLES)
    scored = read.surprised(
        E.TIME_SHIFT, expect(E.TIME_SHIFT, 1755, 0.4), expect(E.TIME_SHIFT, 2005, 0.3),
        expect(E.TIME_SHIFT, 1995, 0.2), at=2000,
    )  # fmt: skip
    assert [each.silence for each in read.judge(scored).verdicts.values()] == [Silence.CLOSE_CALL]


def test_what_cannot_stand_there_is_no_advice() -> None:
    read = Reader(TWO_CIRCLES)
    verdicts = read.judge(read.surprised(E.POSITION, expect(E.BEAT), at=2000)).verdicts
    assert [each.silence for each in verdicts.values()] == [Silence.IMPOSSIBLE]


def test_below_the_threshold_nothing_is_said() -> None:
    read = Reader(TWO_CIRCLES)
    everyday = read.surprised(E.VOLUME, expect(E.VOLUME, 10), surprisal=THRESHOLD - 0.1)
    assert read.suggest(everyday) == ()
    told = suggest(read.beatmap, read.texts, [everyday], read.grammar, threshold=10)
    assert len(told) == 1


def test_events_of_another_version_of_the_map_are_passed_over() -> None:
    read = Reader(TWO_CIRCLES)
    scored = read.surprised(E.VOLUME, expect(E.VOLUME, 10), at=2000)
    other = Judge(SONG.circle(at=5000).beatmap(), read.texts, read.grammar)
    assert other.suggest([scored]) == ()


# ---- what belongs together


def test_a_wrong_time_explains_the_odd_spacing_that_comes_of_it() -> None:
    read = Reader(SONG.circle(at=1000).circle(at=2062), "v30")
    found = read.only(
        read.surprised(E.TIME_SHIFT, expect(E.TIME_SHIFT, 2005), at=2062, surprisal=300),
        read.surprised(E.SNAPPING, expect(E.SNAPPING, 4), at=2062, surprisal=200),
        read.surprised(E.DISTANCE, expect(E.DISTANCE, 200), at=2062, surprisal=100),
    )
    assert found.variant == "time"
    assert found.surprisal == 300


def test_what_is_stronger_than_its_cause_speaks_for_itself() -> None:
    read = Reader(SONG.circle(at=1000).circle(at=2062), "v30")
    found = read.suggest(
        read.surprised(E.TIME_SHIFT, expect(E.TIME_SHIFT, 2005), at=2062, surprisal=30),
        read.surprised(E.DISTANCE, expect(E.DISTANCE, 200), at=2062, surprisal=100),
    )
    assert [each.variant for each in found] == ["spacing", "time"]


def test_a_combo_is_no_matter_of_time() -> None:
    read = Reader(SONG.circle(at=1000).circle(at=2062))
    found = read.suggest(
        read.surprised(E.TIME_SHIFT, expect(E.TIME_SHIFT, 2005), at=2062, surprisal=300),
        read.surprised(E.HITSOUND, expect(E.NEW_COMBO), at=2062),
    )
    assert {each.topic for each in found} == {Topic.RHYTHM, Topic.NEW_COMBOS}


def test_the_object_after_a_misplaced_one_is_not_told_of_as_well() -> None:
    read = Reader(TWO_CIRCLES.circle(at=3000))
    first = read.surprised(E.POSITION, expect(E.POSITION, 500), at=2000, surprisal=300)
    after = read.surprised(E.POSITION, expect(E.POSITION, 400), at=3000, surprisal=100)
    assert read.only(first, after).places[0].objects == (1,)


def test_the_same_slip_in_every_measure_is_one_suggestion_with_its_places() -> None:
    builder = SONG
    for beat in range(12):
        builder = builder.circle(at=1000 + 500 * beat)
    read = Reader(builder)
    scored = [
        read.surprised(E.HITSOUND, expect(E.HITSOUND, SOFT_CLAP), at=at, surprisal=surprisal)
        for at, surprisal in ((1500, 50.0), (3500, 90.0), (5500, 70.0), (4000, 60.0))
    ]
    found = read.suggest(*scored)
    assert [[place.time_ms for place in each.places] for each in found] == [[3500, 1500, 5500], [4000]]
    assert found[0].surprisal == 90


def test_a_line_that_is_too_quiet_is_told_once_for_all_it_rules() -> None:
    builder = SONG.green(2000, volume=30)
    for beat in range(10):
        builder = builder.circle(at=1000 + 500 * beat)
    read = Reader(builder)
    scored = [read.surprised(E.VOLUME, expect(E.VOLUME, 70), at=at) for at in range(2000, 4000, 500)]
    found = read.only(*scored)
    assert found.places[0].objects == (2, 3, 4, 5)
    assert (found.places[0].time_ms, found.places[0].end_ms) == (2000, 3500)


def test_strongest_first_and_the_same_in_any_order() -> None:
    read = Reader(TWO_CIRCLES.slider(at=3000))
    scored = [
        read.surprised(E.VOLUME, expect(E.VOLUME, 10), at=2000, surprisal=50),
        read.surprised(E.HITSOUND, expect(E.NEW_COMBO), at=3000, surprisal=80),
        read.surprised(E.TIME_SHIFT, expect(E.TIME_SHIFT, 1755), at=2000, surprisal=60),
    ]
    found = read.suggest(*scored)
    assert [each.surprisal for each in found] == [80, 60, 50]
    assert read.suggest(*reversed(scored)) == found


def test_scores_that_come_in_bit_by_bit_lead_to_the_same_suggestions() -> None:
    read = Reader(TWO_CIRCLES.circle(at=3000), "v30")
    scored = [
        read.surprised(E.POSITION_Y, expect(E.POSITION_Y, 20), at=2000, surprisal=150),
        read.surprised(E.VOLUME, expect(E.VOLUME, 10), at=3000),
        read.surprised(E.POSITION_X, expect(E.POSITION_X, 100), at=2000),
    ]
    judge = Judge(read.beatmap, read.texts, read.grammar)
    for known in range(1, len(scored) + 1):
        assert judge.suggest(scored[:known]) == read.suggest(*scored[:known])


# ---- which object


def test_notes_of_a_chord_are_told_apart() -> None:
    read = Reader(mania().timing(120).note(1000, 0).hold(1000, 2000, 1).note(1000, 2).hold(1000, 2500, 3))
    objects = [
        read.only(read.surprised(E.COLUMN, expect(E.COLUMN, (nth + 1) % 4), at=1000, nth=nth))
        .places[0]
        .objects
        for nth in range(4)
    ]
    assert objects == [(0,), (1,), (2,), (3,)]
    end = read.only(read.surprised(E.TIME_SHIFT, expect(E.TIME_SHIFT, 2755), at=2500))
    assert editor_link(read.beatmap, end.places[0].time_ms, end.places[0].objects) == (
        "osu://edit/00:01:000%20(1000|3)"
    )


def test_sliders_that_overlap_keep_their_own_ends() -> None:
    crossing = SONG.slider(at=1000, length=280).slider(at=1500, length=280).slider(at=5000, length=140)
    read = Reader(crossing)
    first = read.surprised(E.TIME_SHIFT, expect(E.TIME_SHIFT, 1755), at=2000, nth=-1)
    second = read.surprised(E.TIME_SHIFT, expect(E.TIME_SHIFT, 2255), at=2500, nth=-1)
    assert read.only(first).places[0].objects == (0,)
    assert read.only(second).places[0].objects == (1,)


def test_two_objects_at_one_time_keep_the_order_of_the_file() -> None:
    read = Reader(SONG.circle(at=1000, x=10, y=10).circle(at=1000, x=400, y=300))
    found = read.only(read.surprised(E.POSITION, expect(E.POSITION, 500), at=1000, nth=1))
    assert found.at == (400, 300)
    assert found.places[0].objects == (1,)


def test_a_slider_that_models_cannot_read_shifts_nothing() -> None:
    points = "|".join(f"{100 + number}:{100 + number}" for number in range(120))
    read = Reader(SONG.slider(at=1000, path=f"B|{points}", length=100).slider(at=1000, length=140))
    found = read.only(read.surprised(E.VOLUME, expect(E.VOLUME, 10), at=1000))
    assert found.places[0].objects == (1,)


def test_old_formats_speak_of_the_time_that_is_played() -> None:
    read = Reader(SONG.format(4).circle(at=1000).circle(at=2000))
    found = read.only(read.surprised(E.TIME_SHIFT, expect(E.TIME_SHIFT, 1755), at=2000))
    assert found.places[0].time_ms == read.beatmap.objects[1].time_ms == 2024
    assert found.alternatives[0].time_ms == 1779


def test_scores_of_a_thousand_objects_are_judged_within_ten_milliseconds() -> None:
    builder = SONG
    for number in range(1000):
        at = 1000 + 250 * number
        builder = (
            builder.slider(at=at, length=35) if number % 3 == 0 else builder.circle(at=at, x=number % 500)
        )
    read = Reader(builder)
    text = read.texts[Context.MAP]
    scored = [
        Scored(Context.MAP, index, *event, 1.0, 0.9, (expect(event.type, event.value),))
        for index, event in enumerate(text)
    ]
    volumes = [index for index, event in enumerate(text) if event.type is E.VOLUME]
    for number in volumes[::12]:
        expected = (expect(E.VOLUME, number % 100), expect(E.VOLUME, 50, 0.05))
        scored[number] = replace(scored[number], surprisal=100.0 + number, expected=expected)
    judge = Judge(read.beatmap, read.texts, read.grammar)
    with _nothing_left_to_sweep():
        first_ms, again_ms = _took_ms(judge, scored), min(_took_ms(judge, scored) for _ in range(5))
    assert len(judge.suggest(scored)) > 100
    assert again_ms < 10
    assert first_ms < 60


@contextmanager
def _nothing_left_to_sweep() -> Iterator[None]:
    """What other tests have left behind is not looked through meanwhile: that takes seconds by the end."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _took_ms(judge: Judge, scored: list[Scored]) -> float:
    start = time.thread_time()
    judge.suggest(scored)
    return (time.thread_time() - start) * 1000
