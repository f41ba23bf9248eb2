"""What a model placed coarsely is placed finely, and nothing else of it changes."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest

from engine.beatmap.builder import osu
from engine.beatmap.timing import Timing
from engine.diffusion.classes import Style
from engine.diffusion.refine import around, exactly, refined
from engine.diffusion.sample import TRAINED_POINTS, Settings
from engine.diffusion.sequence import points_of, to_pixels
from engine.diffusion.slider_ends import put_right
from engine.jobs import Progress
from engine.tokens.events import NO_EVENTS, Event, Events, EventType
from engine.tokens.grammar import grammar_of
from engine.tokens.map_events import map_events
from tests.diffusion.builders import Said
from tests.diffusion.golden import diffusion, red_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.beatmap.builder import MapBuilder

GRAMMAR: Final = grammar_of("v29")
FEW_STEPS: Final = Settings(counts=(4, 0, 0, 0, 0, 0, 0, 0, 0, 0))
TIMING: Final = Timing((red_line(0, 400, 4),))
PLACES: Final = (EventType.POSITION_X, EventType.POSITION_Y)


def run(
    events: Sequence[Event],
    *,
    seed: int = 1,
    before: Events = NO_EVENTS,
    after: Events = NO_EVENTS,
    types_first: bool = True,
    settings: Settings = FEW_STEPS,
    timing: Timing = TIMING,
) -> tuple[list[Progress], Events]:
    job = refined(
        events,
        timing,
        diffusion(),
        types_first=types_first,
        slider_multiplier=1.4,
        style=Style(difficulty=4.0, circle_size=4.0),
        seed=seed,
        before=before,
        after=after,
        settings=settings,
    )
    steps: list[Progress] = []
    while True:
        try:
            steps.append(next(job))
        except StopIteration as done:
            placed: Events = done.value
            return steps, placed


def song(objects: int) -> MapBuilder:
    built = osu().timing(150)
    for index in range(objects):
        built = built.circle(400 * index, 100 + index * 37 % 300, 50 + index * 53 % 280)
    return built


def sliders() -> MapBuilder:
    return (
        osu()
        .timing(150)
        .circle(0, 100, 100)
        .slider(400, "B|300:192|356:192", 140)
        .slider(1200, "P|300:150|356:192", 105, spans=2)
        .slider(2800, "C|300:250|356:100", 140)
        .circle(3600)
    )


def exact(built: MapBuilder) -> Events:
    return map_events(built.beatmap(), exactly(GRAMMAR))


def places(events: Events) -> list[tuple[int, int]]:
    xs = events.values[events.types == EventType.POSITION_X].tolist()
    ys = events.values[events.types == EventType.POSITION_Y].tolist()
    return list(zip(xs, ys, strict=True))


def without_places(events: Sequence[Event]) -> list[Event]:
    return [event for event in events if event.type not in (*PLACES, EventType.DISTANCE)]


def test_only_places_change() -> None:
    given = exact(sliders())
    _, placed = run(given)
    assert without_places(placed) == without_places(given)
    assert EventType.DISTANCE not in placed.types
    assert len(places(placed)) == len(places(given))
    moved = [math.dist(one, other) for one, other in zip(places(placed), places(given), strict=True)]
    assert np.median(moved) > 1


@pytest.mark.parametrize("objects", [1, 2, 5])
def test_a_few_objects_are_placed_as_well(objects: int) -> None:
    """The models' own program leaves maps of up to 256 points as they are."""
    given = exact(song(objects))
    _, placed = run(given)
    assert places(placed) != places(given)


def test_without_objects_there_is_nothing_to_do() -> None:
    steps, placed = run(NO_EVENTS)
    assert placed == NO_EVENTS
    assert steps == []


def test_the_same_seed_leads_to_the_same_places() -> None:
    given = exact(sliders())
    assert run(given, seed=7)[1] == run(given, seed=7)[1]
    assert run(given, seed=7)[1] != run(given, seed=8)[1]


def test_each_step_is_told() -> None:
    steps, _ = run(exact(song(3)))
    assert steps == [Progress(step, 4, "placing objects") for step in range(1, 5)]


def test_sliders_end_where_their_length_does() -> None:
    _, placed = run(exact(sliders()))
    points = points_of(placed, types_first=True, timing=TIMING, slider_multiplier=1.4)
    assert len(points.sliders) == 3
    pixels = to_pixels(points.positions)
    said = pixels.clone()
    put_right(pixels, points.sliders)
    off_px = (pixels - said).norm(dim=0)
    assert off_px.max() < 3, "anchors are rounded to pixels after the end was found"


def test_events_that_close_with_their_type_are_the_same_map() -> None:
    given = exact(song(6))
    heads = [index for index, event in enumerate(given) if event.type is EventType.CIRCLE]
    closing: list[Event] = []
    for head, end in pairwise([*heads, len(given)]):
        closing += [*given[head + 1 : end], given[head]]
    assert places(run(closing, types_first=False)[1]) == places(run(given)[1])


def test_times_on_the_grid_decide_how_long_a_slider_is() -> None:
    """`resnapped` moves what is told, and leaves when it was heard."""
    given = exact(sliders())
    heard = Events(given.types, given.values, given.times - 7 * (given.times % 3))
    assert run(heard)[1] == run(given)[1]


def test_of_a_section_only_its_own_objects_come_back() -> None:
    whole = exact(song(40))
    before, after = around(whole, 4000, 8000, types_first=True)
    section = whole[len(before) : len(whole) - len(after)]
    assert {event.time for event in section} == set(range(4000, 8000, 400))
    _, placed = run(section, before=before, after=after)
    assert without_places(placed) == without_places(section)


def test_what_stands_around_a_section_is_seen() -> None:
    whole = exact(song(40))
    before, after = around(whole, 4000, 8000, types_first=True)
    section = whole[len(before) : len(whole) - len(after)]
    _, alone = run(section)
    _, placed = run(section, before=before, after=after)
    _, other = run(section, before=before, after=exact(song(60))[-len(after) :])
    assert placed != alone
    assert placed != other


def test_as_much_of_the_map_as_is_looked_at_is_around() -> None:
    whole = exact(song(700))
    before, after = around(whole, 350 * 400, 351 * 400, types_first=True)
    assert len(places(before)) == len(places(after)) == TRAINED_POINTS
    assert before[-1].time == 349 * 400
    assert after[0].time == 351 * 400


def test_a_slider_is_around_as_a_whole() -> None:
    built = osu().timing(150)
    for index in range(100):
        built = built.slider(1000 * index, "B|300:192|330:250|356:192", 140)
    before, _ = around(exact(built), 1e6, 1e7, types_first=True)
    points = points_of(before, types_first=True)
    assert TRAINED_POINTS <= len(points) < TRAINED_POINTS + 5
    assert before[0].type is EventType.SLIDER_HEAD


def test_what_begins_before_a_section_is_before_it_to_its_end() -> None:
    before, after = around(exact(sliders()), 500, 2000, types_first=True)
    assert {event.time for event in before if event.type is EventType.SLIDER_END} == {800}
    assert {event.type for event in after} >= {EventType.SLIDER_HEAD, EventType.CIRCLE}
    assert after[0].time == 2800


def test_a_distance_alone_becomes_a_place() -> None:
    _, placed = run(Said().circle(400, distance=50).circle(800, distance=80).events)
    assert len(places(placed)) == 2
    assert EventType.DISTANCE not in placed.types


def test_closed_it_stops() -> None:
    job = refined(
        exact(song(5)),
        TIMING,
        diffusion(),
        types_first=True,
        slider_multiplier=1.4,
        style=Style(),
        seed=0,
        settings=FEW_STEPS,
    )
    next(job)
    job.close()
    with pytest.raises(StopIteration):
        next(job)
