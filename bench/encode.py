"""What it costs to put a map into a model's tokens: parsed map to events of every context, events to ids."""

from __future__ import annotations

import gc
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.report import Figure, Measured, command, median, percentile
from engine.beatmap.builder import osu
from engine.beatmap.document import Document
from engine.tokens.codec import encode
from engine.tokens.events import Context
from engine.tokens.grammar import GRAMMARS
from engine.tokens.map_events import context_events
from engine.tokens.slider_shapes import forget_shapes
from engine.tokens.view import view_of
from engine.tokens.vocab import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.beatmap.beatmap import Beatmap
    from engine.tokens.events import Events

SHARED: Final = Path(__file__).resolve().parents[2] / "shared"
FAMILY: Final = "v32"
FEWEST_OBJECTS: Final = 200
"""Smaller maps cost their head more than their objects."""
SHORT_RUN_MAPS: Final = 100
RUNS: Final = 5
CONTEXTS: Final = (Context.TIMING, Context.MAP, Context.SCROLL_SPEED)
"""All that a map of this family says about itself."""


def measure(short: bool) -> Measured:
    vocab = Vocabulary.load(SHARED / "golden" / "tokenizers" / FAMILY / "tokenizer.json")
    costs = [_cost_ms(beatmap, vocab) for beatmap in _maps(SHORT_RUN_MAPS if short else None)]
    first, again, ids = ([cost[part] for cost in costs] for part in range(3))
    built = _cost_ms(_thousand_objects(), vocab)
    return Measured(
        (
            Figure("first time, median", median(first), "ms per 1,000 objects", goal=10, floor=15),
            Figure("first time, p95", percentile(first, 95), "ms per 1,000 objects"),
            Figure("again, median", median(again), "ms per 1,000 objects", goal=10, floor=15),
            Figure("ids alone, median", median(ids), "ms per 1,000 objects"),
            Figure("a built map of 1,000, first time", built[0], "ms", goal=10, floor=15),
        ),
        notes=(
            f"{len(costs)} parsed maps of {FEWEST_OBJECTS} objects and more, in the words of {FAMILY}, every "
            f"context: the best of {RUNS} runs each, in processor time. Again: the shapes of the sliders are "
            "known from a save before.",
            "The built map has as many circles as sliders.",
        ),
    )


def _maps(most: int | None) -> Iterator[Beatmap]:
    """One at a time: a thousand maps in memory would be what the collector is busy with."""
    paths = sorted((SHARED / "corpus").glob("*/*.osu"))
    step = 1 if most is None else max(1, len(paths) // most)
    for path in paths[::step]:
        beatmap = Document.parse(path.read_bytes()).beatmap
        if len(beatmap.objects) >= FEWEST_OBJECTS and beatmap.timing.points:
            yield beatmap
    if not paths:
        yield _thousand_objects()


def _thousand_objects() -> Beatmap:
    builder = osu().timing(120, at=0)
    for beat in range(0, 1000, 2):
        builder = builder.circle(at=beat * 500, x=beat % 512, y=beat % 384)
        builder = builder.slider(at=beat * 500 + 500, x=beat % 512, y=100, length=70 + beat % 90)
    return builder.beatmap()


def _cost_ms(beatmap: Beatmap, vocab: Vocabulary) -> tuple[float, float, float]:
    """The first time, again, and of the ids alone, in ms per thousand objects."""
    runs = [_one_run_ms(beatmap, vocab) for _ in range(RUNS)]
    first, again, ids = (min(run[part] for run in runs) * 1000 / len(beatmap.objects) for part in range(3))
    return first, again, ids


def _one_run_ms(beatmap: Beatmap, vocab: Vocabulary) -> tuple[float, float, float]:
    forget_shapes()
    view_of.cache_clear()
    gc.collect()
    start = time.process_time()
    _ids(_texts(beatmap), vocab)
    first_at = time.process_time()
    view_of.cache_clear()
    texts = _texts(beatmap)
    events_at = time.process_time()
    _ids(texts, vocab)
    end = time.process_time()
    return (first_at - start) * 1000, (end - first_at) * 1000, (end - events_at) * 1000


def _texts(beatmap: Beatmap) -> list[Events]:
    return [context_events(beatmap, GRAMMARS[FAMILY], context) for context in CONTEXTS]


def _ids(texts: list[Events], vocab: Vocabulary) -> list[list[int]]:
    return [encode(text, vocab, 0) for text in texts]


main = command("encode", "Putting maps into tokens", measure)

if __name__ == "__main__":
    main()
