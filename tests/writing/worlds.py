"""Maps, models and requests for tests of writing."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

import torch

from engine.audio.waveform import SAMPLE_RATE
from engine.beatmap.builder import MapBuilder, catch, mania, osu, taiko
from engine.beatmap.document import Document
from engine.beatmap.objects import Mode
from engine.checkpoints.upstream import load
from engine.requests import Regenerate
from engine.tokens.events import Context, EventType
from engine.tokens.vocab import END_ID
from engine.writing.answers import Candidate
from engine.writing.section import regenerate
from tests.checkpoints import folders
from tests.modding import worlds
from tests.shared_data import shared

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from engine.checkpoints.upstream import Checkpoint
    from engine.modding.cache import ModdingCaches
    from engine.tokens.vocab import Vocabulary
    from engine.writing.placers import Placer
    from tests.modding.worlds import Loaded

BEAT_MS = 400.0
BEATS = range(1, 28)
START_MS, END_MS = 4000.0, 6000.0


AFTER: Final = {
    EventType.TIME_SHIFT: EventType.SNAPPING,
    EventType.SNAPPING: EventType.POSITION,
    EventType.POSITION: EventType.POSITION_REFINEMENT,
    EventType.POSITION_REFINEMENT: EventType.HITSOUND,
    EventType.HITSOUND: EventType.VOLUME,
    EventType.VOLUME: EventType.CIRCLE,
}
"""A circle in V32's words. After all else comes a time."""
SURE: Final = 10.0
SOON: Final = 0.04
"""How much less likely each step of 10 ms later is: some four objects a second."""


@cache
def ours(name: str = "v32") -> Loaded:
    """Small, and it knows nothing of songs; V32's writes circles, anywhere and at any time."""
    if name == "v30":
        return worlds.Loaded(worlds.tiny_v30(), name)
    checkpoint = worlds.tiny_v32()
    _teach_circles(checkpoint)
    return worlds.Loaded(checkpoint, name)


def _teach_circles(checkpoint: Checkpoint) -> None:
    """Nothing but the id before decides: layers add nothing, and a vector's place names that id's kind."""
    model, vocab = checkpoint.model, checkpoint.vocabulary
    kinds = list(AFTER)
    with torch.no_grad():
        for name, parameter in model.decoder.layers.named_parameters():
            if ".out." in name or ".down." in name:
                parameter.zero_()
        seen, next_ids = model.decoder.embedding.weight.zero_(), model.head.weight.zero_()
        ends, other = len(kinds), len(kinds) + 1
        seen[:, other] = 1
        _say(next_ids, other, vocab, EventType.TIME_SHIFT)
        for place, kind in enumerate(kinds):
            known = vocab.range(kind)
            seen[known.start : known.end] = torch.eye(len(seen[0]))[place]
            _say(next_ids, place, vocab, AFTER[kind])
        seen[vocab.context_start[Context.SCROLL_SPEED]] = torch.eye(len(seen[0]))[ends]
        next_ids[END_ID, ends] = SURE


def _say(next_ids: Tensor, place: int, vocab: Vocabulary, kind: EventType) -> None:
    known = vocab.range(kind)
    next_ids[known.start : known.end, place] = SURE
    if kind is EventType.TIME_SHIFT:
        width = next_ids.shape[1] ** 0.5  # what the norm makes of a vector with a single 1
        next_ids[known.start : known.end, place] -= torch.arange(known.end - known.start) * SOON / width


@cache
def golden(name: str) -> Loaded:
    """Taught a little of what a map is."""
    return worlds.Loaded(load(shared("golden", "checkpoints", name)), name)


def _timed(builder: MapBuilder) -> MapBuilder:
    made = builder.timing(60_000 / BEAT_MS, at=0).green(3000, velocity=1.5, volume=60)
    return made.green(5200, velocity=0.75, volume=40).green(7000, volume=80).kiai(5200, 8000)


def mapped(mode: Mode = Mode.OSU) -> Document:
    """A beat each, for eleven seconds; something of every kind, and its own lines, comments and sounds."""
    builder = _timed(EMPTY[mode]())
    for beat in BEATS:
        builder = _object(builder, mode, beat, beat * BEAT_MS)
    return builder.event("// the mapper's own words").document()


EMPTY = {Mode.OSU: osu, Mode.TAIKO: taiko, Mode.CATCH: catch, Mode.MANIA: mania}


def _object(builder: MapBuilder, mode: Mode, beat: int, at: float) -> MapBuilder:
    match mode, beat % 4:
        case Mode.OSU, 3:
            return builder.slider(at, "B|200:150|250:100", 70, x=100 + beat * 5, y=100, sound=beat % 2 * 8)
        case Mode.OSU, _:
            return builder.circle(
                at, 50 + beat * 10, 90 + beat * 5, new_combo=beat % 8 == 1, sound=beat % 3 * 4
            )
        case Mode.TAIKO, 3:
            return builder.kat(at)
        case Mode.TAIKO, _:
            return builder.don(at, big=beat % 8 == 0)
        case Mode.CATCH, _:
            return builder.fruit(at, 40 + beat * 12)
        case _, 3:
            return builder.hold(at, at + 300, beat % 4)
        case _:
            return builder.note(at, beat % 4, sound=beat % 3 * 4)


def request(data: bytes, song: Path | None, /, **changes: Any) -> Regenerate:
    asked: dict[str, Any] = {
        "path": "/songs/a map.osu",
        "data": data,
        "audio": str(song) if song else None,
        "model": "ours",
        "start_ms": START_MS,
        "end_ms": END_MS,
        "seeds": (1,),
    }
    return Regenerate(**asked | changes)


def candidates(
    asked: Regenerate, loaded: Loaded, caches: ModdingCaches, placer: Placer | None = None
) -> list[Candidate]:
    """The last of each that is complete."""
    steps = regenerate(asked, loaded, caches, *(() if placer is None else (placer,)))
    said = [step for step in steps if isinstance(step, Candidate) and step.complete]
    return list({step.number: step for step in said}.values())


def outside(data: bytes, start_ms: float = START_MS, end_ms: float = END_MS) -> list[bytes]:
    """The map's lines but those of the section's objects, and all green lines from its start to its end."""
    document = Document.parse(data)
    beatmap = document.beatmap
    inside = {obj.line for obj in beatmap.objects if start_ms <= obj.time_ms < end_ms}
    inside |= {green.line for green in beatmap.timing.green if start_ms <= green.time_ms <= end_ms}
    return [line for number, line in enumerate(document.lines) if number not in inside]


def write_ours(folder: Path) -> Path:
    """The same model, as a checkpoint on disk."""
    checkpoint = ours().checkpoint
    spec, steps = checkpoint.spec, worlds.FRAMES * 128 * 100 // SAMPLE_RATE
    size = folders.Size(
        source=spec.encoder.positions,
        target=spec.decoder.positions,
        tokens_in=spec.tokens_in,
        tokens_out=spec.tokens_out,
    )
    made = folders.v32(size)
    made.tokenizer = worlds.v32_tokenizer(steps)
    for name, weight in made.weights.items():
        if name.startswith("transformer.model.decoder") and name.endswith((".Wo.weight", ".Wo.bias")):
            weight.zero_()
        if name.startswith("transformer.model.decoder") and ".fc2." in name:
            weight.zero_()
    made.weights["decoder_embedder.weight"] = checkpoint.model.decoder.embedding.weight.clone()
    made.weights["transformer.proj_out.weight"] = checkpoint.model.head.weight.clone()
    return made.write(folder)
