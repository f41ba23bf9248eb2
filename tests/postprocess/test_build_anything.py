"""Whatever a model says, there is a map, and it can be read: by us, by the library that counts stars."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

import pytest
import rosu_pp_py

from engine.beatmap.builder import osu
from engine.beatmap.document import Document
from engine.beatmap.objects import Mode, Slider, Spinner
from engine.beatmap.timing import Timing
from engine.postprocess.build import MapFacts, Section, built
from engine.postprocess.places import Box
from engine.postprocess.positions import in_pixels
from engine.postprocess.sayings import sayings
from engine.postprocess.snap import resnapped
from engine.postprocess.whole_map import whole_map
from engine.requests import SongFacts
from engine.tokens.events import EVENT_TYPES, Event, Events, EventType
from engine.tokens.grammar import GRAMMARS, grammar_of
from engine.tokens.map_events import map_events

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.beatmap.beatmap import Beatmap

RANGES: Final = {
    EventType.SNAPPING: (0, 16),
    EventType.DISTANCE: (0, 640),
    EventType.HITSOUND: (0, 71),
    EventType.VOLUME: (0, 100),
    EventType.SCROLL_SPEED: (0, 1000),
    EventType.POSITION_X: (-64, 192),
    EventType.POSITION_Y: (-64, 160),
    EventType.POSITION: (0, 923),
    EventType.POSITION_REFINEMENT: (0, 255),
    EventType.COLUMN: (0, 17),
    EventType.KIAI: (0, 1),
}
"""What a vocabulary has numbers for."""
OF_SLIDERS: Final = (
    EventType.TIME_SHIFT,
    EventType.POSITION_X,
    EventType.POSITION_Y,
    EventType.SCROLL_SPEED,
    EventType.VOLUME,
    EventType.CIRCLE,
    EventType.SLIDER_HEAD,
    EventType.BEZIER_ANCHOR,
    EventType.RED_ANCHOR,
    EventType.PERFECT_ANCHOR,
    EventType.LAST_ANCHOR,
    EventType.SLIDER_END,
)
TIMINGS: Final = (
    osu().timing(180).beatmap().timing,
    Timing(()),
    osu().timing(10_000, at=500).beatmap().timing,
    osu().timing(1, at=-3000).timing(200, at=5000, meter=3).green(6000, velocity=0.1).beatmap().timing,
    osu().timing(175, at=120_000).beatmap().timing,
)


def babble(chance: Random, length: int, kinds: Sequence[EventType]) -> Events:
    """Words of all kinds in no order, mostly a little later than the word before."""
    now_ms, said = 0, []
    for _ in range(length):
        kind = chance.choice(kinds)
        value = chance.randint(*RANGES.get(kind, (0, 0)))
        if kind is EventType.TIME_SHIFT:
            value = now_ms = chance.choice(
                [now_ms + chance.randint(-50, 2000), now_ms, chance.randint(-1000, 300_000)]
            )
        said.append(Event(kind, value, now_ms))
    return Events.of(said)


def spoilt(chance: Random, events: Events) -> Events:
    """What a map says, with words left out, said twice, moved and changed."""
    said = list(events)
    for _ in range(chance.randint(1, 30)):
        at = chance.randrange(len(said))
        word = said[at]
        match chance.randrange(4):
            case 0:
                del said[at]
            case 1:
                said.insert(at, word)
            case 2:
                said.insert(chance.randrange(len(said)), said.pop(at))
            case _:
                said[at] = Event(chance.choice(EVENT_TYPES), word.value, word.time)
        if not said:
            return Events.of([word])
    return Events.of(said)


def facts_by(chance: Random) -> MapFacts:
    return MapFacts(
        mode=chance.choice(list(Mode)),
        circle_size=chance.choice([0, 2, 4, 7, 10, 18]),
        slider_multiplier=chance.choice([0.01, 0.4, 1.4, 3.6, 99]),
    )


def assert_sound(data: bytes, objects: Sequence[str]) -> Beatmap:
    document = Document.parse(data)
    assert document.problems == ()
    beatmap = document.beatmap
    assert len(beatmap.objects) == len(objects)
    assert rosu_pp_py.Beatmap(bytes=data).n_objects == len(objects)
    times_ms = [float(line.split(",")[2]) for line in objects]
    assert times_ms == sorted(times_ms)
    return beatmap


def assert_on_the_screen(beatmap: Beatmap) -> None:
    screen = Box.of_screen(beatmap.difficulty.circle_size)
    slack = Box(screen.left - 1e-6, screen.top - 1e-6, screen.right + 1e-6, screen.bottom + 1e-6)
    for obj in beatmap.objects:
        if isinstance(obj, Spinner):
            continue
        assert screen.on_playfield().holds(obj.x, obj.y), obj
        if isinstance(obj, Slider):
            assert all(slack.holds(x, y) for x, y in beatmap.slider(obj).path.points), obj


def assert_ends_were_said(beatmap: Beatmap, events: Events, *, types_first: bool) -> None:
    """Of sliders that have their line for themselves. A Catmull curve that ends in a double point, which
    nothing prolongs, may lack what whole pixels cost.
    """
    said = sayings(events, types_first=types_first)
    ends_ms = {one.time_ms for one in said if one.kind in (EventType.SLIDER_END, EventType.LAST_ANCHOR)}
    starts_ms = [obj.time_ms for obj in beatmap.objects if isinstance(obj, Slider)]
    for obj in beatmap.objects:
        if isinstance(obj, Slider) and starts_ms.count(obj.time_ms) == 1 and obj.path_text[0] != "C":
            end_ms = beatmap.end_ms(obj)
            off_ms = min(abs(end_ms - said_ms) for said_ms in ends_ms)
            assert off_ms < 0.01 + 1e-7 * (end_ms - obj.time_ms), obj


def assert_a_map_comes_of(chance: Random, events: Events, family: str, facts: MapFacts) -> None:
    grammar, timing = grammar_of(family), chance.choice(TIMINGS)
    placed = resnapped(in_pixels(events, grammar, keys=facts.keys), timing)
    snap = chance.random() < 0.5
    made = built(placed, timing, facts, types_first=grammar.types_first, snap_overlaps=snap)
    beatmap = assert_sound(whole_map(made, facts, SongFacts()), made.objects)
    if facts.mode in (Mode.OSU, Mode.CATCH):
        assert_on_the_screen(beatmap)
        assert_ends_were_said(beatmap, placed, types_first=grammar.types_first)


@pytest.mark.parametrize("family", ["v29", "v30", "v31", "v32"])
@pytest.mark.parametrize("seed", range(30))
def test_babble_of_all_words(seed: int, family: str) -> None:
    chance = Random(f"all {seed} {family}")
    events = babble(chance, chance.choice([0, 1, 5, 50, 400]), EVENT_TYPES)
    assert_a_map_comes_of(chance, events, family, facts_by(chance))


@pytest.mark.parametrize("family", ["v29", "v30", "v31", "v32"])
@pytest.mark.parametrize("seed", range(30))
def test_babble_about_sliders(seed: int, family: str) -> None:
    chance = Random(f"sliders {seed} {family}")
    facts = MapFacts(mode=chance.choice([Mode.OSU, Mode.CATCH]), circle_size=chance.choice([0, 4, 10]))
    assert_a_map_comes_of(chance, babble(chance, 300, OF_SLIDERS), family, facts)


@pytest.mark.parametrize("family", GRAMMARS)
@pytest.mark.parametrize("seed", range(20))
def test_a_map_with_spoilt_words(seed: int, family: str) -> None:
    chance = Random(f"spoilt {seed} {family}")
    builder = osu().timing(180)
    for number in range(20):
        builder = builder.circle(at=number * 1000, x=number * 20).slider(
            at=number * 1000 + 333, path="B|200:100|300:200|300:200|356:192", spans=1 + number % 3
        )
    events = map_events(builder.spinner(at=21_000, until=23_000).beatmap(), grammar_of(family))
    assert_a_map_comes_of(chance, spoilt(chance, events), family, facts_by(chance))


@pytest.mark.parametrize("seed", range(60))
def test_a_section_keeps_to_itself(seed: int) -> None:
    chance = Random(f"section {seed}")
    timing, facts = chance.choice(TIMINGS), facts_by(chance)
    section = Section(chance.randint(-100, 5000), chance.randint(6000, 200_000))
    events = in_pixels(babble(chance, 300, EVENT_TYPES), grammar_of("v32"), keys=facts.keys)
    made = built(events, timing, facts, types_first=False, section=section)
    assert made.reds == ()
    assert all(section.holds(float(line.split(",")[0])) for line in made.controls)
    assert all(section.holds(float(line.split(",")[2])) for line in made.objects)
