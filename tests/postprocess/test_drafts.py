"""Which start belongs to which end, and what is left where one of them is missing."""

from __future__ import annotations

import pytest

from engine.beatmap.objects import Circle, HitSound, Hold, Mode, Slider, Spinner
from engine.postprocess.build import MapFacts, built
from engine.tokens.events import EventType
from tests.postprocess.speaking import NOTHING, SOUND, TIMING, Speech

COLUMNS = (64, 192, 320, 448)


def hold(speech: Speech, at: int, until: int, column: int) -> Speech:
    start = speech.say(EventType.HOLD_NOTE, at, COLUMNS[column], 192, sounds=(SOUND,), volumes=(60,))
    return start.say(EventType.HOLD_NOTE_END, until, COLUMNS[column], 192)


def in_time(speech: Speech) -> Speech:
    """The groups of a speech, of which each closes with what it is, in order of time."""
    groups: list[list[int]] = [[]]
    for index, event in enumerate(speech.events):
        groups[-1].append(index)
        if event.type in (EventType.HOLD_NOTE, EventType.HOLD_NOTE_END):
            groups.append([])
    groups = sorted(groups[:-1], key=lambda group: speech.events[group[0]].time)
    return Speech(tuple(speech.events[index] for group in groups for index in group))


def test_long_notes_of_several_columns_at_once_keep_their_own_ends() -> None:
    """The models' own program knows one at a time, and loses the others or cuts them short."""
    speech = hold(hold(hold(NOTHING, 0, 1000, 0), 100, 400, 1), 200, 700, 2)
    beatmap = in_time(speech).made(Mode.MANIA)
    assert [(beatmap.column(obj), obj.time_ms, beatmap.end_ms(obj)) for obj in beatmap.objects] == [
        (0, 0, 1000),
        (1, 100, 400),
        (2, 200, 700),
    ]


def test_one_that_begins_when_the_one_before_in_its_column_ends_is_another() -> None:
    beatmap = hold(hold(NOTHING, 0, 500, 1), 500, 900, 1).made(Mode.MANIA)
    assert [beatmap.end_ms(obj) for obj in beatmap.objects] == [500, 900]


def test_one_that_begins_in_a_column_that_is_held_ends_the_other_as_a_short_note() -> None:
    start = NOTHING.say(EventType.HOLD_NOTE, 0, 64, 192)
    beatmap = hold(start, 300, 600, 0).made(Mode.MANIA)
    assert [type(obj) for obj in beatmap.objects] == [Circle, Hold]


def test_an_end_in_a_column_without_a_start_is_that_of_the_one_that_goes_on() -> None:
    speech = NOTHING.say(EventType.HOLD_NOTE, 0, 64, 192).say(EventType.HOLD_NOTE_END, 500, 448, 192)
    (note,) = speech.made(Mode.MANIA).objects
    assert isinstance(note, Hold)
    assert (note.x, note.end_ms) == (64, 500)


def test_two_notes_at_once_in_one_column_are_one() -> None:
    speech = NOTHING.circle(0, 64).circle(0, 70).circle(0, 192).circle(9, 64)
    made = built(speech.spoken(), TIMING, MapFacts(mode=Mode.MANIA), types_first=False)
    assert len(made.objects) == 3
    assert made.remarks == ("1 object stood where another does at the same time: left out.",)


def test_notes_say_their_own_volume_and_no_line_does() -> None:
    beatmap = hold(NOTHING.circle(0, 64, volume=35), 200, 300, 1).made(Mode.MANIA)
    assert [obj.sample.volume_percent for obj in beatmap.objects] == [35, 60]
    assert len(beatmap.timing.points) == 1


def test_a_spinner_sounds_at_its_end() -> None:
    speech = NOTHING.circle(0, volume=70).say(EventType.SPINNER, 500)
    beatmap = speech.say(EventType.SPINNER_END, 2500, sounds=(4,), volumes=(15,)).made()
    spinner = beatmap.objects[1]
    assert isinstance(spinner, Spinner)
    assert (spinner.time_ms, spinner.end_ms, spinner.hitsound) == (500, 2500, HitSound.CLAP)
    assert [beatmap.timing.volume_at(time_ms) for time_ms in (2499, 2500)] == [70, 15]


def test_a_spinner_without_a_start_or_an_end_is_nothing() -> None:
    speech = NOTHING.say(EventType.SPINNER_END, 10).circle(500).say(EventType.SPINNER, 900)
    made = built(speech.spoken(), TIMING, MapFacts(), types_first=False)
    assert len(made.objects) == 1
    assert made.remarks == ("2 objects had a start without an end, or an end without a start: left out.",)


@pytest.mark.parametrize("beats", [0.25, 1, 3, 40])
def test_a_drum_roll_lasts_as_long_as_it_was_said_to(beats: float) -> None:
    until = 1000 + int(500 * beats)
    speech = NOTHING.say(EventType.DRUMROLL, 1000, velocity=130, sounds=(2,), volumes=(50,))
    beatmap = speech.say(EventType.DRUMROLL_END, until).made(Mode.TAIKO)
    (roll,) = beatmap.objects
    assert isinstance(roll, Slider)
    assert roll.hitsound == HitSound.FINISH
    assert beatmap.end_ms(roll) == pytest.approx(until, abs=1e-3)
    assert beatmap.timing.velocity_at(1000) == pytest.approx(1.3)
    assert beatmap.timing.volume_at(1000) == 50


def test_a_drum_roll_that_scrolls_more_slowly_than_a_ball_may_run_still_ends_in_time() -> None:
    speech = NOTHING.say(EventType.DRUMROLL, 1000, velocity=5).say(EventType.DRUMROLL_END, 2000)
    beatmap = speech.made(Mode.TAIKO)
    assert beatmap.end_ms(beatmap.objects[0]) == pytest.approx(2000, abs=1e-3)


def test_a_drum_roll_of_an_hour_can_be_read() -> None:
    speech = NOTHING.say(EventType.DRUMROLL, 0, velocity=1000).say(EventType.DRUMROLL_END, 3_600_000)
    beatmap = speech.made(Mode.TAIKO)
    assert beatmap.end_ms(beatmap.objects[0]) == pytest.approx(3_600_000, abs=1)


def test_a_swell_a_don_and_a_kat() -> None:
    speech = NOTHING.say(EventType.CIRCLE, 0, sounds=(0,)).say(EventType.CIRCLE, 250, sounds=(4,))
    speech = speech.say(EventType.DENDEN, 500, volumes=(30,)).say(EventType.DENDEN_END, 1500)
    beatmap = speech.made(Mode.TAIKO)
    assert [obj.hitsound for obj in beatmap.objects] == [HitSound.NONE, HitSound.CLAP, HitSound.NONE]
    assert isinstance(beatmap.objects[2], Spinner)
    assert beatmap.timing.volume_at(500) == 30


def test_what_belongs_to_another_mode_is_a_note() -> None:
    speech = NOTHING.slider(0, 500, (64, 192), (200, 192)).say(EventType.DRUMROLL, 700, 320, 192)
    beatmap = speech.say(EventType.DRUMROLL_END, 900).made(Mode.MANIA)
    assert [(type(obj), obj.x) for obj in beatmap.objects] == [(Circle, 64), (Circle, 320)]


def test_anchors_of_nothing_and_beats_are_nothing() -> None:
    speech = NOTHING.say(EventType.BEAT, 0).say(EventType.RED_ANCHOR, 5, 9, 9).say(EventType.SLIDER_END, 9)
    assert speech.made().objects == ()


def test_new_combos_are_told_apart_from_none() -> None:
    beatmap = NOTHING.circle(0, new_combo=True).circle(100).circle(200, new_combo=True).made()
    assert [obj.new_combo for obj in beatmap.objects] == [True, False, True]
