"""Each group of a map's events leads back to its object, in every family's words."""

from __future__ import annotations

from collections import Counter

import pytest

from engine.beatmap.builder import osu
from engine.beatmap.document import Document
from engine.modding.places import Telling, head_of, measure_place, told_ms
from engine.tokens.errors import TokenError
from engine.tokens.events import Context
from engine.tokens.grammar import grammar_of
from engine.tokens.map_events import context_events
from engine.tokens.parts import CLOSING, HEADS, OBJECT_PARTS
from tests.modding.scores import CONTEXTS, Reader
from tests.shared_data import SHARED, shared

FOLDER = SHARED / "golden" / "inputs" / "beatmaps"
MAPS = tuple(sorted(path.stem for path in FOLDER.glob("*.osu"))) or ("synth_std",)
ENDS_THAT_DIFFER = {"synth_edge": 1}
"""A slider whose points all lie on one takes no time in the game; models were told the length of the file."""


@pytest.mark.parametrize("family", sorted(CONTEXTS))
@pytest.mark.parametrize("name", MAPS)
def test_every_part_of_an_object_leads_back_to_it(name: str, family: str) -> None:
    beatmap = Document.parse(shared("golden", "inputs", "beatmaps", f"{name}.osu").read_bytes()).beatmap
    if family == "v30" and beatmap.mode:
        pytest.skip("this family knows osu! alone")
    grammar = grammar_of(family)
    try:
        events = context_events(beatmap, grammar, Context.MAP)
    except TokenError:
        pytest.skip("no model can read this map")
    parts = [group for group in Telling(beatmap, events, grammar).groups if group.kind in OBJECT_PARTS]
    heads, ends_elsewhere = Counter[int](), 0
    for group in parts:
        assert group.owner is not None, group
        obj = beatmap.objects[group.owner]
        if group.kind in HEADS:
            heads[group.owner] += 1
            assert (group.kind, group.time_ms) == (head_of(obj, beatmap.mode), told_ms(beatmap, obj.time_ms))
        elif group.kind in CLOSING:
            ends_elsewhere += abs(group.time_ms - told_ms(beatmap, beatmap.end_ms(obj))) > 1
    assert set(heads.values()) <= {1}
    assert ends_elsewhere == ENDS_THAT_DIFFER.get(name, 0)


@pytest.mark.parametrize("family", sorted(CONTEXTS))
def test_points_of_a_slider_are_counted_from_its_head(family: str) -> None:
    builder = osu().timing(120).slider(at=1000, path="B|300:100|350:150|350:150|400:200", length=200)
    read = Reader(builder.slider(at=3000, path="B|300:100|400:200", length=200), family)
    groups = Telling(read.beatmap, read.texts[Context.MAP], read.grammar).groups
    assert [(group.owner, group.anchor) for group in groups if group.anchor] == [(0, 2), (0, 3), (1, 2)]


def test_places_of_a_measure_repeat_with_it() -> None:
    beatmap = osu().timing(120, at=100).circle(at=1000).beatmap()
    assert measure_place(beatmap, 350) == measure_place(beatmap, 4350) == 24
    assert measure_place(beatmap, 2100) == 0
