"""The same red lines from the same beats as the models' own program. `tests/test_golden.py` asks."""

from __future__ import annotations

import json

import numpy as np

from engine.timing.points import timing_of
from engine.tokens.events import EVENT_TYPES
from engine.tokens.grammar import grammar_of
from tests.shared_data import shared

LENIENCIES_MS = (20, 3)


def assert_the_same_lines(vector: str) -> None:
    """`vector`: family/map_kind. To the last digit: times, beats and meters. Their times, whole
    milliseconds as well, have been seconds on the way and lost some 1e-12 of one.
    """
    said = json.loads(shared("golden", "postprocess", f"{vector}.json").read_text(encoding="utf-8"))
    with np.load(shared("golden", "postprocess", f"{vector}.npz")) as given:
        types = [EVENT_TYPES[number] for number in given["timing_in.type"]]
        values = given["timing_in.value"].tolist()
    family = vector.split("/", maxsplit=1)[0]
    types_first = grammar_of(family).types_first
    for leniency_ms in LENIENCIES_MS:
        theirs = said[f"generate_timing_leniency{leniency_ms}"]
        ours = timing_of(zip(types, values, strict=True), leniency_ms=leniency_ms, types_first=types_first)
        assert [(point.time_ms, point.beat_length_ms, point.meter) for point in ours.points] == [
            (round(line["offset_ms"]), line["ms_per_beat"], line["meter"]) for line in theirs
        ]
