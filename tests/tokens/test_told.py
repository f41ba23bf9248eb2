"""The objects of a map, found in its events without the map."""

from __future__ import annotations

import numpy as np
import pytest

from engine.beatmap.builder import mania, osu
from engine.beatmap.document import Document
from engine.modding.places import Telling
from engine.tokens.events import Events, EventType
from engine.tokens.grammar import grammar_of
from engine.tokens.map_events import map_events
from engine.tokens.parts import CLOSING
from engine.tokens.told import NOBODY, told_objects
from tests.shared_data import shared

MAPS = ("synth_std", "synth_mania4k", "synth_catch", "renatus_insane", "mania4k_1638954", "taiko_1028484")


@pytest.mark.parametrize("family", ["v29", "v31", "v32"])
@pytest.mark.parametrize("name", MAPS)
def test_the_same_objects_as_with_the_map_beside_it(name: str, family: str) -> None:
    beatmap = Document.parse(shared("golden", "inputs", "beatmaps", f"{name}.osu").read_bytes()).beatmap
    grammar = grammar_of(family)
    events = map_events(beatmap, grammar)
    told = told_objects(events, types_first=grammar.types_first)
    ours: dict[int, set[int]] = {}
    theirs: dict[int, set[int]] = {}
    for number, group in enumerate(Telling(beatmap, events, grammar).groups):
        if group.owner is not None:
            theirs.setdefault(group.owner, set()).add(number)
            ours.setdefault(int(told.owners[group.start]), set()).add(number)
    assert sorted(map(sorted, ours.values())) == sorted(map(sorted, theirs.values()))


@pytest.mark.parametrize("family", ["v29", "v32"])
def test_an_object_is_told_from_its_head_to_its_end(family: str) -> None:
    built = osu().timing(120).circle(0).slider(500, length=140, spans=2).spinner(3000, 4000)
    events = map_events(built.beatmap(), grammar_of(family))
    told = told_objects(events, types_first=grammar_of(family).types_first)
    assert [(obj.kind, obj.start_ms, obj.end_ms) for obj in told.objects] == [
        (EventType.CIRCLE, 0, 0),
        (EventType.SLIDER_HEAD, 500, 1500),
        (EventType.SPINNER, 3000, 4000),
    ]
    assert told.objects[-1].end == len(events)
    assert NOBODY not in told.owners
    assert set(told.kinds.tolist()) >= {EventType.SLIDER_END, EventType.SPINNER_END}


def test_beats_are_nobodys() -> None:
    grammar = grammar_of("v30")
    events = map_events(osu().timing(120).circle(0).circle(3000).beatmap(), grammar)
    told = told_objects(events, types_first=grammar.types_first)
    of_beats = np.isin(told.kinds, [EventType.BEAT, EventType.MEASURE])
    assert of_beats.any()
    assert (told.owners[of_beats] == NOBODY).all()


def test_a_hold_ends_in_its_column() -> None:
    built = mania(4).timing(120).hold(0, 3000, 0).hold(500, 1000, 1).hold(600, 900, 2)
    events = map_events(built.beatmap(), grammar_of("v31"))
    told = told_objects(events, types_first=True)
    assert [(obj.start_ms, obj.end_ms) for obj in told.objects] == [(0, 3000), (500, 1000), (600, 900)]


def test_an_end_without_a_head_is_nobodys() -> None:
    grammar = grammar_of("v31")
    events = map_events(osu().timing(120).slider(500, length=140).beatmap(), grammar)
    closing = next(at for at, event in enumerate(events) if event.type in CLOSING)
    told = told_objects(events[closing:], types_first=True)
    assert told.objects == ()
    assert (told.owners == NOBODY).all()


def test_nothing_told_is_no_object() -> None:
    assert told_objects(Events.of(()), types_first=True).objects == ()
