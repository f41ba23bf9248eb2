"""Whole maps and sections out of events: what is kept of a map, and what is told to its mapper."""

from __future__ import annotations

import pytest

from engine.beatmap.builder import MapBuilder, mania, osu, taiko
from engine.beatmap.document import Document
from engine.beatmap.objects import Mode
from engine.beatmap.timing import Timing
from engine.postprocess.build import Built, MapFacts, Section, built
from engine.postprocess.tempos import longest_beat_ms
from engine.tokens.events import EventType
from tests.postprocess.speaking import NOTHING, TIMING, Speech

STRAIGHT = ((100, 192), (240, 192))
PLACED: MapBuilder = (
    osu()
    .timing(120, volume=70)
    .green(1000, velocity=1.5, volume=40)
    .green(2000, velocity=0.8, volume=60)
    .timing(150, at=3000, volume=80)
    .green(4000, velocity=2, volume=20)
    .kiai(1500, 3500)
)
"""A map's timing, in which sections are written."""


def section_of(speech: Speech, start: float, end: float, mode: Mode = Mode.OSU) -> Built:
    facts = MapFacts(mode=mode)
    return built(
        speech.spoken(), PLACED.beatmap().timing, facts, types_first=False, section=Section(start, end)
    )


def with_controls(made: Built, start: float, end: float) -> Timing:
    """The map's timing, its green lines in the section replaced."""
    lines = [line for line in PLACED.text().split("[TimingPoints]")[1].split("[")[0].split("\r\n") if line]
    kept = [
        line for line in lines if line.split(",")[6] == "1" or not start <= float(line.split(",")[0]) < end
    ]
    text = "\n".join(["osu file format v14", "[TimingPoints]", *kept, *made.controls])
    return Document.parse(text.encode()).beatmap.timing


def test_objects_stand_in_order_of_time_whatever_the_order_in_which_they_ended() -> None:
    speech = NOTHING.say(EventType.SPINNER, 100).circle(500).say(EventType.SPINNER_END, 900)
    assert [obj.time_ms for obj in speech.made().objects] == [100, 500]


def test_nothing_said_is_an_empty_map() -> None:
    assert NOTHING.made().objects == ()


def test_a_map_without_a_beat_is_timed_and_says_so() -> None:
    made = built(NOTHING.circle(0).spoken(), Timing(()), MapFacts(), types_first=False)
    assert made.reds == ("0,500,4,2,0,70,1,0",)
    assert made.remarks == (
        "No beat was heard, so the map is timed at 120 BPM; set its timing before anything else.",
    )


def test_the_first_red_line_begins_before_the_first_object_by_whole_measures() -> None:
    timing = osu().timing(120, at=9000).beatmap().timing
    beatmap = NOTHING.circle(500).made(timing=timing)
    assert beatmap.timing.red[0].time_ms == -1000
    assert beatmap.timing.volume_at(500) == 70


def test_kiai_is_where_it_was_said_to_be() -> None:
    speech = NOTHING.say(EventType.KIAI, 1000, value=1).circle(1500).say(EventType.KIAI, 2000, value=0)
    assert speech.made().timing.kiai_spans(9000) == ((1000, 2000),)


def test_a_kiai_line_within_a_swell_leaves_its_scroll_speed() -> None:
    """The models' own program reads the swell only at its end, and the line takes the speed back."""
    speech = NOTHING.say(EventType.DENDEN, 1000, velocity=200).say(EventType.KIAI, 1500, value=1)
    beatmap = speech.say(EventType.DENDEN_END, 2000).made(Mode.TAIKO)
    assert [beatmap.timing.velocity_at(time_ms) for time_ms in (1000, 1500, 2500)] == [2, 2, 2]


def test_scroll_speeds_of_osu_mania_are_relative_to_the_usual_tempo() -> None:
    timing = mania().timing(120).timing(240, at=4000).timing(60, at=5000).beatmap().timing
    speech = NOTHING.say(EventType.SCROLL_SPEED_CHANGE, 1000, velocity=100).circle(6000)
    told = speech.made(Mode.MANIA, timing).timing
    assert [told.velocity_at(time_ms) for time_ms in (1000, 4000, 5000)] == [1, 0.5, 2]


def test_without_a_scroll_speed_the_tempo_is_what_it_is() -> None:
    timing = mania().timing(120).timing(240, at=4000).beatmap().timing
    assert NOTHING.circle(6000).made(Mode.MANIA, timing).timing.green == ()


def test_scroll_speeds_of_another_mode_are_no_slider_velocities() -> None:
    speech = NOTHING.slider(0, 500, *STRAIGHT).say(EventType.SCROLL_SPEED_CHANGE, 0, velocity=300)
    beatmap = speech.made()
    assert beatmap.end_ms(beatmap.objects[0]) == pytest.approx(500)


def test_the_usual_beat_is_the_one_that_rules_longest() -> None:
    timing = osu().timing(120, at=1000).timing(60, at=3000).timing(200, at=5500).beatmap().timing
    assert longest_beat_ms(timing, 6000) == 500
    assert longest_beat_ms(timing, 20_000) == 300
    assert longest_beat_ms(Timing(()), 5) == 500


# Sections.


def test_a_section_has_only_its_objects_and_lines_and_no_red_ones() -> None:
    speech = (
        NOTHING.circle(999, volume=5).circle(1000, volume=30).circle(1999, volume=20).circle(2000, volume=6)
    )
    made = section_of(speech, 1000, 2000)
    assert [line.split(",")[2] for line in made.objects] == ["1000", "1999"]
    assert [line.split(",")[0] for line in made.controls] == ["1000", "1500", "1999"]
    assert made.reds == ()


def test_what_a_section_says_nothing_about_stays_as_the_map_has_it() -> None:
    """Volumes were said, kiai and velocities not."""
    speech = NOTHING.circle(1000, volume=30).circle(3200, volume=35).circle(4500, volume=25)
    before, after = PLACED.beatmap().timing, with_controls(section_of(speech, 500, 5000), 500, 5000)
    for time_ms in range(0, 6000, 50):
        assert after.velocity_at(time_ms) == pytest.approx(before.velocity_at(time_ms)), time_ms
        assert after.kiai_at(time_ms) == before.kiai_at(time_ms), time_ms
    assert [after.volume_at(time_ms) for time_ms in (999, 1000, 2500, 3100, 3200, 4400, 4999)] == [
        70,
        30,
        30,
        30,
        35,
        35,
        25,
    ]


def test_a_section_of_which_nothing_was_said_keeps_its_lines() -> None:
    before, after = PLACED.beatmap().timing, with_controls(section_of(NOTHING, 0, 9000), 0, 9000)
    for time_ms in range(0, 9000, 50):
        told = [
            (timing.velocity_at(time_ms), timing.volume_at(time_ms), timing.kiai_at(time_ms))
            for timing in (before, after)
        ]
        assert told[0] == pytest.approx(told[1]), time_ms


def test_a_section_remarks_only_on_what_is_in_it() -> None:
    speech = NOTHING.say(EventType.SLIDER_END, 50).circle(100, 700).say(EventType.CIRCLE, 300)
    assert section_of(speech.circle(1500).say(EventType.SLIDER_HEAD, 5000, 9, 9), 1000, 2000).remarks == ()


def test_kiai_that_was_said_takes_the_place_of_the_maps() -> None:
    speech = NOTHING.say(EventType.KIAI, 2500, value=1).circle(2500).say(EventType.KIAI, 2700, value=0)
    after = with_controls(section_of(speech, 2000, 3000), 2000, 3000)
    assert [after.kiai_at(time_ms) for time_ms in (2400, 2500, 2700, 2999)] == [True, True, False, False]


def test_sliders_of_a_section_end_in_time_across_a_red_line_that_stays() -> None:
    speech = NOTHING.slider(2500, 3000, *STRAIGHT, velocity=120).slider(3000, 3400, *STRAIGHT, velocity=110)
    made = section_of(speech.slider(3500, 3900, *STRAIGHT, velocity=110), 2500, 4000)
    text = PLACED.text().replace("[HitObjects]", "[HitObjects]\r\n" + "\r\n".join(made.objects))
    head, rest = text.split("[TimingPoints]\r\n")
    lines, objects = rest.split("\r\n\r\n")
    kept = [line for line in lines.split("\r\n") if not line.startswith("2500")]
    merged = sorted([*kept, *made.controls], key=lambda line: float(line.split(",")[0]))
    beatmap = Document.parse("\r\n".join([f"{head}[TimingPoints]", *merged, "", objects]).encode()).beatmap
    assert [round(beatmap.end_ms(obj), 3) for obj in beatmap.objects] == [3000, 3400, 3900]


def test_velocities_of_osu_taiko_are_in_force_where_an_object_says_so() -> None:
    speech = NOTHING.say(EventType.CIRCLE, 0, velocity=80).say(EventType.CIRCLE, 500, velocity=130)
    beatmap = speech.made(Mode.TAIKO, taiko().timing(120).beatmap().timing)
    assert [round(beatmap.timing.velocity_at(time_ms), 3) for time_ms in (0, 499, 500)] == [0.8, 0.8, 1.3]


def test_remarks_are_sentences_that_count() -> None:
    speech = (
        NOTHING.circle(0, -90).circle(50, 700).slider(100, 400, (9, 9), (9, 9)).say(EventType.CIRCLE, 900)
    )
    speech = speech.say(EventType.SLIDER_HEAD, 1000, 5, 5)
    assert built(speech.spoken(), TIMING, MapFacts(), types_first=False).remarks == (
        "2 objects would have left the playfield and were moved.",
        "1 object had no extent and was drawn as a straight slider.",
        "1 object had no place and was given one.",
        "1 object had a start without an end after it and was made short.",
    )
