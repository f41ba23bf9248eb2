"""Places come back from a model's grid as near as the grid tells them."""

from __future__ import annotations

import numpy as np
import pytest

from engine.beatmap.builder import mania, osu
from engine.postprocess.positions import in_pixels
from engine.tokens.events import Event, Events, EventType
from engine.tokens.grammar import GRAMMARS, grammar_of
from engine.tokens.map_events import map_events

FARTHEST_PX = {"v28": 16, "v29": 16, "v30": 3, "v31": 3, "v32": 1, "v32-mini": 1}
PLACES = [(x, y) for x in range(-250, 768, 37) for y in range(-250, 640, 41)]


def places_of(events: Events) -> list[tuple[int, int]]:
    xs = events.values[events.types == EventType.POSITION_X].tolist()
    ys = events.values[events.types == EventType.POSITION_Y].tolist()
    return list(zip(xs, ys, strict=True))


@pytest.mark.parametrize("family", GRAMMARS)
def test_a_place_comes_back_within_half_a_cell_or_at_its_corner(family: str) -> None:
    builder = osu().timing(120)
    for number, (x, y) in enumerate(PLACES):
        builder = builder.circle(at=number * 100, x=x, y=y)
    events = map_events(builder.beatmap(), grammar_of(family))
    told = places_of(in_pixels(events, grammar_of(family)))
    for place, back in zip(PLACES, told, strict=True):
        # Around 0 the cells of the coarse grids are twice as wide, and only places on the screen count.
        if min(place) >= 0:
            assert np.abs(np.subtract(place, back)).max() <= FARTHEST_PX[family], (place, back)


def test_fine_places_left_of_and_above_zero_are_told_from_the_cell_before() -> None:
    grammar = grammar_of("v32")
    events = map_events(osu().timing(120).circle(at=0, x=-40, y=-100).beatmap(), grammar)
    assert places_of(in_pixels(events, grammar)) == [(-40, -100)]


@pytest.mark.parametrize("family", ["v30", "v31", "v32"])
def test_what_stands_on_the_editors_grid_comes_back_exactly(family: str) -> None:
    builder = osu().timing(120)
    grid = [(x, y) for x in range(0, 513, 64) for y in range(0, 385, 48)]
    for number, (x, y) in enumerate(grid):
        builder = builder.circle(at=number * 100, x=x, y=y)
    events = map_events(builder.beatmap(), grammar_of(family))
    assert places_of(in_pixels(events, grammar_of(family))) == grid


@pytest.mark.parametrize("keys", range(1, 19))
def test_each_column_of_each_number_of_keys_comes_back(keys: int) -> None:
    builder = mania(keys).timing(120)
    for column in range(keys):
        builder = builder.hold(at=column * 100, until=column * 100 + 50, column=column)
    events = map_events(builder.beatmap(), grammar_of("v31"))
    told = places_of(in_pixels(events, grammar_of("v31"), keys=keys))
    assert told[::2] == told[1::2]  # a hold note tells its column at its start and at its end
    assert [x * keys // 512 for x, _ in told[::2]] == list(range(keys))


def test_a_place_without_its_refinement_is_the_middle_of_the_cell() -> None:
    grammar = grammar_of("v32")
    cell = (256 // 32) * grammar.columns + 256 // 32
    alone = Events.of([Event(EventType.POSITION, cell, 0), Event(EventType.CIRCLE, 0, 0)])
    assert places_of(in_pixels(alone, grammar)) == [(16, 16)]


def test_what_is_no_place_stays_as_it_was_said() -> None:
    said = Events.of([Event(EventType.TIME_SHIFT, 5, 5), Event(EventType.HITSOUND, 3, 5)])
    assert in_pixels(said, grammar_of("v32")) == said
    assert in_pixels(Events.of(()), grammar_of("v32")) == []
