"""What it costs to read a map: bytes to lines, timing, objects and everything that was not understood."""

from __future__ import annotations

import gc
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.report import Figure, Measured, command, median, percentile
from engine.beatmap.builder import osu
from engine.beatmap.diff import diff
from engine.beatmap.document import Document

if TYPE_CHECKING:
    from collections.abc import Callable

CORPUS: Final = Path(__file__).resolve().parents[2] / "shared" / "corpus"
FEWEST_OBJECTS: Final = 200
"""Smaller maps cost their head more than their objects."""
SHORT_RUN_MAPS: Final = 120
RUNS: Final = 5


def measure(short: bool) -> Measured:
    maps = _maps(SHORT_RUN_MAPS if short else None)
    costs = [_cost_per_1000(data) for data in maps]
    lines = [[cost[part] for cost in costs if cost] for part in range(3)]
    return Measured(
        (
            Figure("parse, median", median(lines[2]), "ms per 1,000 objects", goal=4, floor=5),
            Figure("parse, p95", percentile(lines[2], 95), "ms per 1,000 objects"),
            Figure("bytes to lines, median", median(lines[0]), "ms per 1,000 objects"),
            Figure("objects alone, median", median(lines[1]), "ms per 1,000 objects"),
            Figure("one edit, diff", _diff_ms(), "ms, of 1,000 objects", goal=2, floor=5),
            Figure("one edit, replace_range", _edit_ms(), "ms, of 1,000 objects"),
        ),
        notes=(
            f"{len(lines[2])} maps of {FEWEST_OBJECTS} objects and more; the best of {RUNS} runs each, in "
            "processor time.",
        ),
    )


def _maps(most: int | None) -> list[bytes]:
    """Real maps where there are any; otherwise one of our own."""
    paths = sorted(CORPUS.glob("*/*.osu"))
    if not paths:
        return [_long_map().to_bytes()]
    step = 1 if most is None else max(1, len(paths) // most)
    return [path.read_bytes() for path in paths[::step]]


def _cost_per_1000(data: bytes) -> tuple[float, float, float] | None:
    """Lines, objects, and everything, in ms per thousand objects."""
    count = len(Document.parse(data).beatmap.objects)
    if count < FEWEST_OBJECTS:
        return None
    runs = [_one_run(data) for _ in range(RUNS)]
    lines, objects, everything = (min(run[part] for run in runs) * 1000 / count for part in range(3))
    return lines, objects, everything


def _one_run(data: bytes) -> tuple[float, float, float]:
    gc.collect()
    start = time.process_time()
    document = Document.parse(data)
    lines_at = time.process_time()
    objects = document.beatmap.objects
    objects_at = time.process_time()
    assert document.problems is not None
    end = time.process_time()
    assert objects
    return (lines_at - start) * 1000, (objects_at - lines_at) * 1000, (end - start) * 1000


def _long_map() -> Document:
    builder = osu().timing(120)
    for beat in range(1000):
        builder = builder.slider(at=beat * 500, length=140, edge_sounds=[0, 2])
    return builder.document()


def _diff_ms() -> float:
    before = _long_map()
    assert before.beatmap.last_end_ms
    data = before.replace_range(250_000, 250_000, objects=["1,1,250000,1,0"]).to_bytes()
    return median(_ms(lambda after: diff(before, after), data) for _ in range(25))


def _edit_ms() -> float:
    data = _long_map().to_bytes()
    edit = ["1,1,250000,1,0"]
    return median(
        _ms(lambda document: document.replace_range(250_000, 250_000, objects=edit), data) for _ in range(25)
    )


def _ms(work: Callable[[Document], object], data: bytes) -> float:
    document = Document.parse(data)
    start = time.process_time()
    work(document)
    return (time.process_time() - start) * 1000


main = command("parse", "Reading maps", measure)

if __name__ == "__main__":
    main()
