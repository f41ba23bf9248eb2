"""What the vectors of real maps do not reach: broken maps, and each rule by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.beatmap.builder import mania, osu, taiko
from engine.beatmap.document import Document
from engine.tokens.conditions import conditions_of
from engine.tokens.errors import TokenError
from engine.tokens.events import Context, Event, Events, EventType, merged, span_of
from engine.tokens.grammar import GRAMMARS
from engine.tokens.map_events import context_events, map_events

V32 = GRAMMARS["v32"]


def values(events: Events, kind: EventType) -> list[int]:
    return [event.value for event in events if event.type is kind]


def times(events: Events, kind: EventType) -> list[int]:
    return [event.time for event in events if event.type is kind]


def test_a_circle_says_when_where_how_it_sounds_and_what_it_is() -> None:
    events = map_events(osu().timing(120, at=0).circle(at=1250, x=256, y=192, sound=2).beatmap(), V32)
    assert [str(event.type) for event in events] == [
        "t",
        "snap",
        "pos",
        "pos_refine",
        "hitsound",
        "volume",
        "circle",
    ]
    assert {event.time for event in events} == {1250}
    assert values(events, EventType.SNAPPING) == [2]


def test_a_family_may_say_what_it_is_first() -> None:
    beatmap = osu().timing(120, at=0).circle(at=1000).beatmap()
    assert map_events(beatmap, GRAMMARS["v31"])[0].type is EventType.CIRCLE


def test_flipping_twice_is_not_flipping() -> None:
    beatmap = osu().timing(120, at=0).circle(at=0, x=100, y=50).slider(at=500, x=300, y=200, length=90)
    mirrored = osu().timing(120, at=0).circle(at=0, x=412, y=50)
    grammar = GRAMMARS["v30"]
    flipped = map_events(beatmap.beatmap(), grammar, flip_x=True)
    assert flipped != map_events(beatmap.beatmap(), grammar)
    straight = map_events(mirrored.beatmap(), grammar)
    assert values(flipped, EventType.POSITION_X)[0] == values(straight, EventType.POSITION_X)[0]


def test_a_long_spinner_says_that_it_goes_on() -> None:
    beatmap = osu().timing(120, at=0).spinner(at=0, until=20_000).beatmap()
    assert times(map_events(beatmap, V32), EventType.SPINNER_SUSTAIN) == [8000, 16_000]
    assert not times(map_events(beatmap, GRAMMARS["v31"]), EventType.SPINNER_SUSTAIN)


def test_a_hold_note_has_its_column_at_both_ends() -> None:
    events = map_events(mania(keys=4).timing(120, at=0).hold(at=0, until=500, column=2).beatmap(), V32)
    assert values(events, EventType.COLUMN) == [2, 2]


def test_drums_have_no_place_but_a_scroll_speed() -> None:
    events = map_events(taiko().timing(120, at=0).green(at=0, velocity=1.5).don(at=500).beatmap(), V32)
    assert values(events, EventType.SCROLL_SPEED) == [150]
    assert not values(events, EventType.POSITION)


def test_the_early_formats_24_ms_are_not_added() -> None:
    text = "osu file format v4\n\n[TimingPoints]\n0,500\n\n[HitObjects]\n256,192,1000,1,0\n"
    beatmap = Document.parse(text.encode()).beatmap
    assert beatmap.objects[0].time_ms == 1024
    assert times(map_events(beatmap, V32), EventType.CIRCLE) == [1000]


def test_a_short_timing_line_is_red_soft_and_loud() -> None:
    text = "osu file format v4\n\n[TimingPoints]\n0,500\n\n[HitObjects]\n256,192,1000,1,0\n"
    events = map_events(Document.parse(text.encode()).beatmap, V32)
    soft = 1 + 3 * 1
    assert values(events, EventType.HITSOUND) == [8 * soft]
    assert values(events, EventType.VOLUME) == [100]


def test_no_hitsounds_is_the_map_without_its_sounds() -> None:
    beatmap = osu().timing(120, at=0).circle(at=0, sound=2).beatmap()
    silent = context_events(beatmap, V32, Context.NO_HITSOUNDS)
    assert not {EventType.HITSOUND, EventType.VOLUME} & {event.type for event in silent}
    assert len(silent) == len(context_events(beatmap, V32, Context.MAP)) - 2


def test_beats_end_with_the_last_object_or_else_with_the_song() -> None:
    with_object = osu().timing(120, at=0).circle(at=1000).beatmap()
    without = osu().timing(120, at=0).beatmap()
    assert [event.time for event in context_events(with_object, V32, Context.TIMING)][::2] == [0, 500, 1000]
    assert times(context_events(without, V32, Context.TIMING, 600), EventType.BEAT) == [500]


@pytest.mark.parametrize("family", GRAMMARS)
@pytest.mark.parametrize("context", Context)
def test_a_map_without_timing_is_refused_in_a_sentence_or_says_nothing(family: str, context: Context) -> None:
    beatmap = osu().circle(at=0).beatmap()
    if context is Context.NONE:
        assert context_events(beatmap, GRAMMARS[family], context) == []
        return
    with pytest.raises(TokenError, match=r"no timing line that can be read.*add a red line"):
        context_events(beatmap, GRAMMARS[family], context)


@pytest.mark.parametrize("family", GRAMMARS)
def test_a_map_without_objects_has_no_events_of_them(family: str) -> None:
    beatmap = osu().timing(120, at=0).beatmap()
    grammar = replace(GRAMMARS[family], timing_in_map=False)
    assert map_events(beatmap, grammar) == []
    conditions = conditions_of(beatmap, None)
    assert conditions.scroll_speed_ratio is None
    assert not conditions.hitsounded


STRANGE_LINES = (
    "0,NaN,4,2,0,50,0,0",
    "0,1e-300,4,2,0,50,1,0",
    "0,0,4,2,0,50,1,0",
    "0,-0,4,2,0,50,0,0",
    "0,2147483647,4,2,0,50,1,0",
    "0,-1e-300,4,2,0,50,0,0",
    "0,-500,4,2,0,50,1,0",
    "-99999,-1e-9,4,99,0,-50,0,255",
    "0,0.001,1,2,0,50,1,0",
)
STRANGE_OBJECTS = (
    "256,192,500,2,0,L|256:192,1,0",
    "256,192,500,2,0,B|256:192|256:192|256:192,1,100",
    "256,192,500,2,0,P|256:192|256:192,1,100",
    "256,192,500,2,0,C|1:1,9000,131072",
    "256,192,500,2,0,B|1:1|B|2:2|3:3,1,1e5",
    "256,192,500,2,0,X|1:1,1,100,9|,::|1",
    "131072,-131072,500,2,0,L|-131072:131072,1,131072",
    "256,192,500,2,0,B,1,100",
    "256,192,500,12,0,-500",
    "256,192,500,128,0,-500:0:0:0:0:",
    "256,192,-500,1,255,9:9:9:999:",
    "256,192,500.7,1,0,0:0:0:0:",
)


@pytest.mark.parametrize("family", ["v28", "v30", "v32"])
@pytest.mark.parametrize("line", STRANGE_LINES)
@pytest.mark.parametrize(("multiplier", "mode"), [("1.4", 0), ("0", 1), ("NaN", 2), ("-1", 3)])
def test_no_map_is_too_strange_to_be_told(family: str, line: str, multiplier: str, mode: int) -> None:
    text = (
        f"osu file format v14\n\n[General]\nMode: {mode}\n\n[Difficulty]\nCircleSize:4\n"
        f"SliderMultiplier:{multiplier}\n\n[TimingPoints]\n{line}\n100,300,4,2,0,50,1,1\n\n[HitObjects]\n"
    )
    beatmap = Document.parse((text + "\n".join(STRANGE_OBJECTS)).encode()).beatmap
    for context in Context:
        for event in context_events(beatmap, GRAMMARS[family], context):
            assert isinstance(event.value, int)
    conditions_of(beatmap, 5.0)


def event(time: int, value: int = 0) -> Event:
    return Event(EventType.CIRCLE, value, time)


def test_at_equal_times_the_first_list_speaks_first() -> None:
    first, second = [event(0, 1), event(5, 1)], [event(0, 2), event(4, 2)]
    assert merged(first, second) == [event(0, 1), event(0, 2), event(4, 2), event(5, 1)]


def test_a_span_is_closed_at_its_start_and_open_at_its_end() -> None:
    events = [event(0), event(10), event(20)]
    assert span_of(events, 10, 20) == (1, 2)
    assert span_of(events, -5, 0) == (0, 0)
    assert span_of(events, 30, 40) == (3, 3)
