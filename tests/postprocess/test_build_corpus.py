"""Real maps, told in a model's words and built again: the same objects, as exactly as the words tell them.

Each object is back at its time, of its kind, within its cell of the grid, with its sounds, its combo, its
volume and its end; each moment has its kiai and its velocity.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest

from engine.beatmap.document import Document
from engine.beatmap.objects import Circle, HitSound, Mode, Slider, Spinner
from engine.beatmap.timing import Timing
from engine.postprocess.build import MapFacts, built
from engine.postprocess.places import Box
from engine.postprocess.positions import in_pixels
from engine.postprocess.snap import resnapped
from engine.postprocess.whole_map import whole_map
from engine.requests import SongFacts
from engine.tokens.errors import TokenError
from engine.tokens.events import Context, Events, EventType, merged
from engine.tokens.grammar import grammar_of
from engine.tokens.map_events import context_events
from engine.tokens.slider_ends import MOST_POINTS
from engine.tokens.view import view_of
from engine.tokens.write_timing import usual_beat_ms
from tests.shared_data import shared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.objects import HitObject
    from engine.tokens.grammar import Grammar

pytestmark = pytest.mark.corpus

EVERY: Final = {Mode.OSU: 13, Mode.TAIKO: 2, Mode.CATCH: 2, Mode.MANIA: 4}
"""Every so many maps of a mode: 30 to 100 of each."""
MOST_OBJECTS: Final = 1500
"""Marathons take long and hold nothing new."""
CELL_PX: Final = {"v29": 16, "v30": 4, "v31": 4, "v32": 2}
TRUNCATED_MS: Final = 1e-5
"""What the words' times are later by before they lose their fraction."""
ADDITIONS: Final = HitSound.WHISTLE | HitSound.FINISH | HitSound.CLAP
JOKES: Final = {
    "6aaef8878731": "a slider whose last two points are one, which the game ends early and the words do not",
    "92e92fa9e3e6": "two sliders at once, of which the words mix the anchors",
    "aad7053ef03d": "beats of -1E+90",
    "b5e7271e7c92": "a slider in osu!mania",
    "bad67039a095": "spinners of a millisecond",
    "d0720879e8a3": "spinners in osu!mania",
    "e2d9223174e6": "two notes of one column within 10 ms",
    "cec4460f1540": "timing lines out of order, which the words follow and the game sorts",
    "f4611b693935": "hundreds of sliders at once",
}
"""By their names: maps that say what no model's words can."""


def maps(mode: Mode) -> Iterator[tuple[str, Beatmap]]:
    paths = sorted(shared("corpus", mode.name.lower()).glob("*.osu"))
    for path in paths[:: EVERY[mode]]:
        beatmap = Document.parse(path.read_bytes()).beatmap
        if (
            path.stem not in JOKES
            and beatmap.mode is mode
            and beatmap.timing.red
            and len(beatmap.objects) <= MOST_OBJECTS
        ):
            yield path.stem, beatmap


def told(beatmap: Beatmap, grammar: Grammar) -> Events:
    """As a model would say it, without being cut to its 10 ms."""
    events = merged(
        context_events(beatmap, grammar, Context.MAP), context_events(beatmap, grammar, Context.KIAI)
    )
    if beatmap.mode is Mode.MANIA:
        events = merged(events, context_events(beatmap, grammar, Context.SCROLL_SPEED))
    return events


def heard(events: Events) -> Events:
    """As it would come from a model: each time in the middle of its 10 ms."""
    times = events.types == EventType.TIME_SHIFT
    return Events(events.types, np.where(times, events.values // 10 * 10 + 5, events.values), events.times)


def timing_of_file(beatmap: Beatmap) -> Timing:
    """In the times of the words: those of the file, which in old formats are not the song's."""
    points = beatmap.timing.points
    return Timing(tuple(replace(point, time_ms=point.time_ms - beatmap.offset_ms) for point in points))


def again(beatmap: Beatmap, family: str, *, in_steps: bool = False) -> Beatmap:
    difficulty, grammar = beatmap.difficulty, grammar_of(family)
    events, timing = told(beatmap, grammar), timing_of_file(beatmap)
    if in_steps:
        events = resnapped(heard(events), timing)
    facts = MapFacts(
        mode=beatmap.mode,
        circle_size=difficulty.circle_size,
        slider_multiplier=difficulty.slider_multiplier,
        slider_tick_rate=difficulty.slider_tick_rate,
    )
    made = built(
        in_pixels(events, grammar, keys=facts.keys),
        timing,
        facts,
        types_first=grammar.types_first,
        usual_beat_ms=usual_beat_ms(view_of(beatmap)) or None,
    )
    document = Document.parse(whole_map(made, facts, SongFacts()))
    assert document.problems == ()
    return document.beatmap


def flaws(original: Beatmap, copy: Beatmap, cell_px: int) -> Counter[str]:
    """What is not as it was, by what is wrong and of how many objects."""
    found = Counter[str]()
    before, after = by_time(original, TRUNCATED_MS - original.offset_ms), by_time(copy, 0)
    for time_ms in sorted(before.keys() | after.keys()):
        one, other = before.get(time_ms, []), after.get(time_ms, [])
        found["number"] += abs(len(one) - len(other))
        for pair in zip(one, other, strict=False):
            found.update(flaws_of(original, copy, *pair, cell_px))
        # The models' training took a line without a barline for kiai.
        if not any(point.omit_barline for point in original.timing.points):
            kiai = original.timing.kiai_at(time_ms + original.offset_ms + 1)
            found["kiai"] += kiai != copy.timing.kiai_at(time_ms + 1)
    return +found


def by_time(beatmap: Beatmap, later_ms: float) -> dict[int, list[HitObject]]:
    """Of one time in order of place, as far as a model is told of them."""
    found: dict[int, list[HitObject]] = {}
    for obj in sorted(beatmap.objects, key=lambda obj: obj.x):
        if not isinstance(obj, Slider) or len(obj.path_text.split("|")) <= MOST_POINTS:
            found.setdefault(int(obj.time_ms + later_ms), []).append(obj)
    return found


def flaws_of(
    original: Beatmap, copy: Beatmap, one: HitObject, other: HitObject, cell_px: int
) -> Iterator[str]:
    if type(one) is not type(other):
        yield f"{type(one).__name__} as {type(other).__name__}"
        return
    if one.hitsound & ADDITIONS != other.hitsound & ADDITIONS:
        yield "sound"
    if abs(original.end_ms(one) - original.offset_ms - copy.end_ms(other)) > 1.01:
        yield "end"
    if original.mode is Mode.MANIA and original.column(one) != copy.column(other):
        yield "column"
    if original.mode in (Mode.OSU, Mode.CATCH) and not isinstance(one, Spinner):
        yield from flaws_of_place(original, copy, one, other, cell_px)
    if isinstance(one, Slider) and isinstance(other, Slider) and original.mode is not Mode.TAIKO:
        yield from flaws_of_slider(one, other)
    yield from flaws_of_lines(original, copy, one, other)


def flaws_of_lines(original: Beatmap, copy: Beatmap, one: HitObject, other: HitObject) -> Iterator[str]:
    if isinstance(one, Circle) and original.mode is not Mode.MANIA:
        told = one.sample.volume_percent or original.timing.volume_at(one.time_ms + 5)
        if copy.timing.volume_at(other.time_ms + 5) != min(100, told):
            yield "volume"
    if original.mode is Mode.TAIKO or (original.mode is Mode.MANIA and usual_beat_ms(view_of(original))):
        ratio = original.timing.velocity_at(one.time_ms) / copy.timing.velocity_at(other.time_ms)
        if abs(ratio - 1) > 0.03 and not isinstance(one, Spinner):
            yield "velocity"


def flaws_of_place(
    original: Beatmap, copy: Beatmap, one: HitObject, other: HitObject, cell_px: int
) -> Iterator[str]:
    if one.new_combo != other.new_combo:
        yield "combo"
    # A little inside, as a model's grid moves what it tells.
    if is_on_screen(original, one, inside_px=2 * cell_px):
        if max(abs(one.x - other.x), abs(one.y - other.y)) > cell_px:
            yield "place"
    elif not is_on_screen(copy, other, inside_px=-1e-6):
        yield "off the screen"


def is_on_screen(beatmap: Beatmap, obj: HitObject, *, inside_px: float) -> bool:
    screen = Box.of_screen(beatmap.difficulty.circle_size)
    inner = Box(
        screen.left + inside_px, screen.top + inside_px, screen.right - inside_px, screen.bottom - inside_px
    )
    points = beatmap.slider(obj).path.points if isinstance(obj, Slider) else ()
    return screen.on_playfield().holds(obj.x, obj.y) and all(inner.holds(*point) for point in points)


def flaws_of_slider(one: Slider, other: Slider) -> Iterator[str]:
    if one.span_count != other.span_count:
        yield "spans"
        return
    # The words are silent about nodes of which the file is.
    unsaid = [HitSound.NONE] * (one.span_count + 1 - len(one.edge_sounds))
    before, after = [*one.edge_sounds, *unsaid], other.edge_sounds
    if [sound & ADDITIONS for sound in before] != [sound & ADDITIONS for sound in after]:
        yield "edges"


@pytest.mark.parametrize(
    ("mode", "family"),
    [
        *((Mode.OSU, family) for family in CELL_PX),
        *((mode, family) for mode in (Mode.TAIKO, Mode.CATCH, Mode.MANIA) for family in ("v31", "v32")),
    ],
)
def test_real_maps_come_back(mode: Mode, family: str) -> None:
    found: dict[str, dict[str, int]] = {}
    tried = 0
    for name, beatmap in maps(mode):
        try:
            copy = again(beatmap, family)
        except TokenError:
            continue  # a joke that no model can hear
        tried += len(beatmap.objects)
        flawed = flaws(beatmap, copy, CELL_PX[family])
        if flawed:
            found[name] = dict(flawed)
    assert tried > 1000
    assert found == {}


@pytest.mark.parametrize("mode", Mode)
def test_what_is_told_in_steps_of_10_ms_is_back_within_a_millisecond(mode: Mode) -> None:
    """Starts and ends, once they are on the grid again. What stands on no line of the beat, less than one in
    a hundred, is back within 10 ms.
    """
    off_ms: list[float] = []
    for name, beatmap in maps(mode):
        try:
            copy = again(beatmap, "v32", in_steps=True)
        except TokenError:
            continue  # a joke that no model can hear
        before, after = times_of(beatmap, TRUNCATED_MS - beatmap.offset_ms), times_of(copy, 0)
        assert len(before) == len(after), name
        off_ms += [abs(one - other) for one, other in zip(before, after, strict=True)]
    assert max(off_ms) <= 10
    assert np.mean([off > 1.01 for off in off_ms]) < 0.01


def times_of(beatmap: Beatmap, later_ms: float) -> list[float]:
    objects = [obj for objects in by_time(beatmap, 0).values() for obj in objects]
    starts = sorted(int(obj.time_ms + later_ms) for obj in objects)
    return [*starts, *sorted(beatmap.end_ms(obj) + later_ms for obj in objects)]
