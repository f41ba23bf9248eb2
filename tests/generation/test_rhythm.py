"""What is kept is kept to the last id, and what is free is the model's choice within what makes sense."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest
import torch

from engine.audio.waveform import Waveform
from engine.beatmap.builder import catch, mania, osu, taiko
from engine.beatmap.document import Document
from engine.beatmap.objects import Mode
from engine.generation.draft import Draft
from engine.generation.errors import PromptError
from engine.generation.filters import ForwardInTime
from engine.generation.layout import layout_of
from engine.generation.pipeline import Ahead, Order, Pipeline, Written
from engine.generation.prompts import prompt_for
from engine.generation.rhythm import FREE, Rhythm
from engine.generation.sample import Sampling
from engine.generation.stops import Stops
from engine.generation.windows import WindowShape, cut
from engine.requests import Keep
from engine.tokens.conditions import conditions_of
from engine.tokens.events import Context, Events, EventType
from engine.tokens.grammar import X_RANGE_PX, Y_RANGE_PX, grammar_of
from engine.tokens.map_events import map_events
from engine.tokens.parts import GROUP_TYPES
from engine.tokens.vocab import Vocabulary
from tests.generation import tiny
from tests.shared_data import shared

if TYPE_CHECKING:
    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.builder import MapBuilder
    from engine.generation.layout import Layout
    from engine.tokens.grammar import Grammar

FAMILIES: Final = ("v29", "v30", "v31", "v32")
ALL_MODES: Final = ("v29", "v31", "v32")
SHAPE: Final = WindowShape(4096 * 16)
"""Four seconds, which end in the middle of steps and of sliders."""
SONG_MS: Final = 24_000
MAPS_OF_PEOPLE: Final = (
    "catch_2118524",
    "completed_mania_4869637",
    "kimi_no_bouken",
    "mania4k_1638954",
    "renatus_insane",
    "taiko_1028484",
)
ALWAYS: Final = (-np.inf, np.inf)


def vocabulary(family: str) -> Vocabulary:
    """All that a family's grammar needs, as small as can be."""
    grammar = grammar_of(family)
    px = grammar.position_px
    rows = (Y_RANGE_PX[1] - Y_RANGE_PX[0]) // px + 1
    ranges = {
        "t": (0, int(SHAPE.length_ms / 10)),
        "snap": (0, 16),
        "dist": (0, 640),
        "pos_x": (X_RANGE_PX[0] // px, X_RANGE_PX[1] // px),
        "pos_y": (Y_RANGE_PX[0] // px, Y_RANGE_PX[1] // px),
        "pos": (0, grammar.columns * rows - 1),
        "pos_refine": (0, 255),
        "column": (0, 17),
        "hitsound": (0, 71),
        "volume": (0, 100),
        "scroll_speed": (0, 1000),
    }
    said = {kind.label for kind in GROUP_TYPES - {EventType.KIAI}} | {"new_combo"}
    contexts = () if family == "v30" else ("none", "timing", "map")
    return Vocabulary.of(
        {
            "offset": 3 + 2 * len(contexts),
            "context_sos": {name: 3 + 2 * at for at, name in enumerate(contexts)},
            "context_eos": {name: 4 + 2 * at for at, name in enumerate(contexts)},
            "event_ranges": [
                {"type": name, "min_value": least, "max_value": most}
                for name, (least, most) in (ranges | dict.fromkeys(sorted(said), (0, 0))).items()
            ],
        },
        "tokenizer.json",
    )


@dataclass(frozen=True, eq=False)
class Writing:
    """A decode loop with dice for a model."""

    beatmap: Beatmap
    layout: Layout
    grammar: Grammar

    @property
    def events(self) -> Events:
        return map_events(self.beatmap, self.grammar, song_ms=SONG_MS)

    def rhythm(self, span_ms: tuple[float, float] = ALWAYS, keep: Keep = Keep.RHYTHM) -> Rhythm:
        start_ms, end_ms = span_ms
        return Rhythm(
            self.layout,
            self.grammar,
            self.events,
            FREE[keep],
            start_ms=start_ms,
            end_ms=end_ms,
            keys=conditions_of(self.beatmap, None).keys,
        )

    def write(
        self,
        rhythm: Rhythm,
        span_ms: tuple[float, float] = ALWAYS,
        *,
        seed: int = 0,
        shape: WindowShape = SHAPE,
    ) -> Events:
        chance = torch.Generator().manual_seed(seed)
        layout, (start_ms, end_ms) = self.layout, span_ms
        bounds = {} if span_ms == ALWAYS else {"start_ms": start_ms, "end_ms": end_ms}
        draft = Draft.before(layout, Context.MAP, self.events, start_ms)
        for window in cut(int(self.song_ms * 16), shape, **bounds):
            stops = Stops.of(layout, Context.MAP, window, shape)
            texts = dict.fromkeys(layout.written, Draft(layout, Context.MAP).text()) | {
                Context.MAP: draft.text()
            }
            conditions = conditions_of(self.beatmap, None)
            prompt = prompt_for(layout, conditions, texts, Context.MAP, window, shape, self.song_ms)
            chain = [
                ForwardInTime.of(layout),
                *rhythm.further(Ahead(Context.MAP, window, stops, draft.events, len(prompt.ids))),
            ]
            ids = list(prompt.ids)
            while ids == list(prompt.ids) or (ids[-1] not in stops and len(ids) < layout.most_ids):
                scores = torch.rand(layout.vocab.output_size, generator=chance)
                for each in chain:
                    scores = each.apply(scores, ids)
                ids.append(int(scores.argmax()))
            draft.add(ids[len(prompt.ids) :], window, shape)
        return draft.events

    @property
    def song_ms(self) -> float:
        return max(SONG_MS, *(self.beatmap.end_ms(obj) + 1000 for obj in self.beatmap.objects))


def writing(built: MapBuilder | Beatmap, family: str) -> Writing:
    beatmap = built if not hasattr(built, "beatmap") else built.beatmap()
    return Writing(beatmap, layout_of(vocabulary(family), family, 4000), grammar_of(family))


def std() -> MapBuilder:
    built = osu().timing(180).green(0, velocity=0.7)
    for beat in range(0, 60, 4):
        at = 500 + beat * 1000 / 3
        built = (
            built.circle(at, 100 + beat, 80, new_combo=beat % 8 == 0, sound=2)
            .slider(at + 333, "B|200:100|300:150|356:192", 110, spans=1 + beat // 4 % 3)
            .circle(at + 1100, 300, 200)
        )
    return built.spinner(20_700, 23_000)


def four_keys() -> MapBuilder:
    """Chords, and holds that end while others go on."""
    built = mania(4).timing(180)
    for beat in range(60):
        at = 500 + beat * 333
        built = built.note(at, beat % 4).note(at, (beat + 1) % 4)
        if beat % 3 == 0:
            built = built.hold(at, at + 900 if beat % 2 else at + 260, (beat + 2) % 4)
    return built


def fruits() -> MapBuilder:
    built = catch().timing(180)
    for at in range(500, 20_000, 1000):
        built = built.fruit(at, at % 512).slider(at + 333)
    return built


MAPS: Final = {
    Mode.OSU: std(),
    Mode.CATCH: fruits(),
    Mode.MANIA: four_keys(),
}


def changed(before: Events, after: Events) -> Events:
    return before.at(before.values != after.values)


@pytest.mark.parametrize("family", FAMILIES)
def test_only_where_things_stand_is_new(family: str) -> None:
    asked = writing(std(), family)
    rhythm = asked.rhythm()
    kept = rhythm.kept(asked.write(rhythm))
    assert np.array_equal(kept.types, asked.events.types)
    assert np.array_equal(kept.times, asked.events.times)
    new = changed(asked.events, kept)
    assert set(new.types.tolist()) <= {int(kind) for kind in FREE[Keep.RHYTHM]}
    assert len(new) > 0.9 * rhythm.free.sum()


@pytest.mark.parametrize("family", FAMILIES)
def test_only_how_it_sounds_is_new(family: str) -> None:
    asked = writing(std(), family)
    rhythm = asked.rhythm(keep=Keep.ALL_BUT_HITSOUNDS)
    new = changed(asked.events, rhythm.kept(asked.write(rhythm)))
    assert set(new.types.tolist()) == {EventType.HITSOUND, EventType.VOLUME}
    assert len(new) > 0.9 * rhythm.free.sum()


@pytest.mark.parametrize("mode", MAPS)
@pytest.mark.parametrize("family", ALL_MODES)
@pytest.mark.parametrize("span_ms", [(5000.0, 9000.0), (0.0, 3000.0), (12_345.0, 30_000.0)])
def test_a_section_is_new_and_nothing_beside_it(
    mode: Mode, family: str, span_ms: tuple[float, float]
) -> None:
    asked = writing(MAPS[mode], family)
    rhythm = asked.rhythm(span_ms)
    written = asked.write(rhythm, span_ms)
    kept = rhythm.kept(written)
    is_new = kept.values != asked.events.values
    assert is_new.any()
    assert not (is_new & ~rhythm.free & (kept.types != EventType.COLUMN)).any()
    first, last = (kept.times[is_new].min(), kept.times[is_new].max())
    assert first >= span_ms[0]
    assert last < span_ms[1] + 2000, "what begins before the end may end after it"
    assert len(written) > np.flatnonzero(rhythm.free)[-1], "all that is free was written"


@pytest.mark.parametrize("family", FAMILIES)
def test_objects_stand_on_the_playfield(family: str) -> None:
    asked = writing(osu().timing(120).circle(500).circle(1000).circle(1500, 0, 0), family)
    grammar = asked.grammar
    rhythm = asked.rhythm()
    for seed in range(20):
        kept = rhythm.kept(asked.write(rhythm, seed=seed))
        for kind, value, _ in kept:
            if kind is EventType.POSITION_X:
                assert 0 <= value * grammar.position_px <= 512
            if kind is EventType.POSITION_Y:
                assert 0 <= value * grammar.position_px <= 384
            if kind is EventType.POSITION:
                row, column = divmod(value, grammar.columns)
                assert 0 <= column * grammar.position_px + X_RANGE_PX[0] < 512
                assert 0 <= row * grammar.position_px + Y_RANGE_PX[0] < 384


def test_anchors_may_stand_outside() -> None:
    asked = writing(std(), "v31")
    rhythm = asked.rhythm()
    kept = rhythm.kept(asked.write(rhythm))
    assert (kept.values[kept.types == EventType.POSITION_X] < 0).any()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("family", ALL_MODES)
def test_no_two_notes_share_a_column(family: str, seed: int) -> None:
    asked = writing(four_keys(), family)
    rhythm = asked.rhythm()
    kept = rhythm.kept(asked.write(rhythm, seed=seed))
    assert len(changed(asked.events, kept)) > 50
    busy_until: dict[int, float] = {}
    for column, start_ms, end_ms in notes(kept, types_first=asked.layout.types_first):
        assert 0 <= column < 4
        assert busy_until.get(column, -1) < start_ms
        busy_until[column] = end_ms


def test_a_hold_ends_where_it_began() -> None:
    asked = writing(mania(7).timing(120).hold(500, 2500, 3).hold(700, 900, 1), "v32")
    rhythm = asked.rhythm()
    columns = {
        tuple(rhythm.kept(asked.write(rhythm, seed=seed)).at(asked.events.types == EventType.COLUMN).values)
        for seed in range(10)
    }
    assert all((first, second) == (last, before) for first, second, before, last in columns)
    assert len(columns) > 3


def test_what_begins_before_a_section_keeps_its_column_and_nothing_runs_into_it() -> None:
    built = mania(2).timing(120).hold(500, 2000, 0).note(1000, 1).note(1500, 1).note(2500, 1)
    asked = writing(built, "v31")
    span_ms = (900.0, 2400.0)
    rhythm = asked.rhythm(span_ms)
    for seed in range(5):
        kept = rhythm.kept(asked.write(rhythm, span_ms, seed=seed))
        assert kept == asked.events, "there is no other column"


def test_a_note_makes_room_for_one_that_stays() -> None:
    built = mania(2).timing(120).hold(500, 2000, 0).note(1500, 1)
    span_ms = (0.0, 1000.0)
    asked = writing(built, "v31")
    rhythm = asked.rhythm(span_ms)
    for seed in range(5):
        assert rhythm.kept(asked.write(rhythm, span_ms, seed=seed)) == asked.events


def test_more_notes_than_keys_stay_where_they_are() -> None:
    asked = writing(mania(2).timing(120).note(500, 0).note(500, 1).note(500, 1), "v31")
    rhythm = asked.rhythm()
    assert len(asked.write(rhythm)) > np.flatnonzero(rhythm.free)[-1]


def test_an_object_that_was_not_written_to_its_end_stays_as_it_was() -> None:
    asked = writing(std(), "v31")
    rhythm = asked.rhythm()
    written = asked.write(rhythm)
    types = asked.events.types.tolist()
    head, end = types.index(EventType.SLIDER_HEAD), types.index(EventType.SLIDER_END)
    part = rhythm.kept(written[:end])
    assert part[head:] == asked.events[head:]
    assert part[:head] == rhythm.kept(written)[:head]


def test_the_same_chance_writes_the_same_places() -> None:
    asked = writing(std(), "v32")
    rhythm = asked.rhythm()
    assert asked.write(rhythm, seed=3) == asked.write(rhythm, seed=3)
    assert asked.write(rhythm, seed=3) != asked.write(rhythm, seed=4)


@pytest.mark.parametrize("lookback", [0.0, 0.25, 0.5])
@pytest.mark.parametrize("samples", [16_000, 23_456, 65_536])
def test_any_cut_of_the_song_leads_to_the_end(samples: int, lookback: float) -> None:
    asked = writing(std(), "v29")
    rhythm = asked.rhythm()
    written = asked.write(rhythm, shape=WindowShape(samples, lookback=lookback))
    assert len(written) > np.flatnonzero(rhythm.free)[-1]


def test_candidates_of_a_pipeline_differ_in_nothing_but_places() -> None:
    asked = writing(osu().timing(180).circle(300).slider(500).circle(900).circle(1100), "v32")
    rhythm = asked.rhythm((400.0, 1000.0))
    order = Order(
        conditions=conditions_of(asked.beatmap, None),
        wanted=frozenset({Context.MAP}),
        given={Context.TIMING: ()},
        settled={Context.MAP: asked.events},
        start_ms=400,
        end_ms=1000,
        further=rhythm.further,
    )
    model = tiny.model(asked.layout)
    song = Waveform(np.zeros(16_000 * 2, np.int16), 1)
    kept: dict[int, Events] = {}
    for said in Pipeline(model, asked.layout, song).run_many(order, [Sampling(seed=1), Sampling(seed=2)]):
        if isinstance(said, Written):
            kept[said.number] = rhythm.kept(said.events)
    for events in kept.values():
        is_new = events.values != asked.events.values
        assert is_new.sum() > 0.9 * rhythm.free.sum()
        assert not (is_new & ~rhythm.free).any()
    assert kept[0] != kept[1]


def test_nothing_free_is_refused() -> None:
    drums = writing(taiko().timing(120).don(500).kat(1000), "v31")
    with pytest.raises(PromptError, match="widen the section"):
        drums.rhythm()
    assert drums.rhythm(keep=Keep.ALL_BUT_HITSOUNDS).free.any()
    with pytest.raises(PromptError, match="widen the section"):
        writing(std(), "v31").rhythm((23_500, 24_000))


def test_another_map_is_refused() -> None:
    asked, other = writing(std(), "v31"), writing(four_keys(), "v31")
    ahead = Ahead(
        Context.MAP, tiny.window(), Stops(frozenset(), range(0), range(0), range(0)), other.events, 5
    )
    with pytest.raises(PromptError, match="give the same events"):
        asked.rhythm().further(ahead)


def test_other_contexts_are_written_freely() -> None:
    asked = writing(std(), "v31")
    ahead = Ahead(
        Context.TIMING, tiny.window(), Stops(frozenset(), range(0), range(0), range(0)), asked.events, 5
    )
    assert asked.rhythm().further(ahead) == ()


@pytest.mark.parametrize("name", MAPS_OF_PEOPLE)
def test_real_maps_keep_all_they_should(name: str) -> None:
    file = shared("golden", "inputs", "beatmaps", f"{name}.osu")
    asked = writing(Document.parse(file.read_bytes()).beatmap, "v31")
    middle_ms = asked.beatmap.objects[len(asked.beatmap.objects) // 2].time_ms
    span_ms = (middle_ms, middle_ms + 3000)
    keep = Keep.ALL_BUT_HITSOUNDS if asked.beatmap.mode is Mode.TAIKO else Keep.RHYTHM
    rhythm = asked.rhythm(span_ms, keep)
    kept = rhythm.kept(asked.write(rhythm, span_ms))
    is_new = kept.values != asked.events.values
    assert is_new.any()
    assert not (is_new & ~np.isin(kept.types, [int(kind) for kind in FREE[keep]])).any()


def notes(events: Events, *, types_first: bool) -> list[tuple[int, float, float]]:
    """(column, start, end), in order of their start."""
    found: list[tuple[int, float, float]] = []
    kinds = {EventType.CIRCLE, EventType.HOLD_NOTE, EventType.HOLD_NOTE_END}
    kind = None
    told = events if types_first else list(reversed(list(events)))
    groups: list[tuple[EventType, int, int]] = []
    for event in told:
        if event.type in kinds:
            kind = event.type
        if event.type is EventType.COLUMN and kind is not None:
            groups.append((kind, event.value, event.time))
    for kind, column, time_ms in groups if types_first else reversed(groups):
        if kind is EventType.HOLD_NOTE_END:
            at = max(index for index, note in enumerate(found) if note[0] == column)
            found[at] = (column, found[at][1], time_ms)
        else:
            found.append((column, time_ms, time_ms))
    return found
