"""What stands before a section."""

from __future__ import annotations

import pytest

from engine.beatmap.builder import MapBuilder, mania, osu
from engine.tokens.events import Context, Event, EventType
from engine.tokens.grammar import GRAMMARS
from engine.tokens.map_events import context_events
from engine.writing.settling import Settled, settled_before

EMPTY = osu().timing(150, at=0)
CROSSED = EMPTY.circle(400).slider(at=800, path="L|356:192", length=140).circle(1200).circle(1600)
"""The slider ends where the next circle begins."""


def settled(builder: MapBuilder, start_ms: float, family: str = "v32") -> tuple[Settled, list[Event]]:
    beatmap, grammar = builder.beatmap(), GRAMMARS[family]
    events = context_events(beatmap, grammar, Context.MAP, 5000.0)
    found = settled_before(events, beatmap, start_ms, types_first=grammar.types_first)
    return found, list(found.events[: found.count])


def kinds(events: list[Event]) -> list[str]:
    counted = {
        EventType.CIRCLE,
        EventType.SLIDER_HEAD,
        EventType.SLIDER_END,
        EventType.HOLD_NOTE,
        EventType.HOLD_NOTE_END,
    }
    return [event.type.label for event in events if event.type in counted]


@pytest.mark.parametrize("family", ["v29", "v30", "v31", "v32"])
def test_where_nothing_crosses_it_is_what_is_before(family: str) -> None:
    found, events = settled(EMPTY.circle(400).circle(800).circle(1200), 1000, family)
    assert kinds(events) == ["circle", "circle"]
    assert (found.from_ms, found.until_ms) == (1000, 1000)


@pytest.mark.parametrize("family", ["v29", "v30", "v31", "v32"])
def test_what_lasts_into_the_section_is_settled_to_its_end(family: str) -> None:
    found, events = settled(CROSSED, 1000, family)
    assert kinds(events) == ["circle", "slider_head", "slider_end"]
    assert (found.from_ms, found.until_ms) == (1200, 1201)
    assert not [event for event in events if event.type is EventType.CIRCLE and event.time >= 1000]


def test_a_moment_between_two_milliseconds_is_the_later_one() -> None:
    found, events = settled(EMPTY.circle(400).circle(1000), 1000.5)
    assert kinds(events) == ["circle", "circle"]
    assert found.from_ms == 1001


def test_where_objects_overlap_anyway_there_is_room() -> None:
    long = mania().timing(150, at=0).hold(400, 2000, 0).note(1200, 1)
    found, events = settled(long, 1000)
    assert kinds(events) == ["hold_note"]
    assert found.from_ms == 1000
    both = EMPTY.slider(at=400, path="L|500:192", length=560).circle(1200)
    assert settled(both, 1000)[0].from_ms == 1000


def test_before_everything_there_is_nothing() -> None:
    found, events = settled(CROSSED, 0)
    assert events == []
    assert (found.from_ms, found.until_ms) == (0, 0)
