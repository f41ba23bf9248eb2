"""The same times on the grid as the models' own program. `tests/test_golden.py` asks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.beatmap.objects import SampleSet
from engine.beatmap.timing import Timing, TimingPoint
from engine.postprocess.snap import resnapped
from engine.tokens.events import Events, EventType
from tests.shared_data import shared

if TYPE_CHECKING:
    from numpy.typing import NDArray

TIMINGS = {"resnapped": "generate_timing_leniency20", "resnapped_orig_timing": "original_redlines"}
"""The answer, and the red lines it was asked with."""


def assert_the_same_times_on_the_grid(vector: str) -> None:
    """`vector`: family/map_kind.

    Now and then theirs is a millisecond early: they measure back from the time that was heard, and cut off
    what that leaves. Then ours must be the one that is on a line.
    """
    said = json.loads(shared("golden", "postprocess", f"{vector}.json").read_text(encoding="utf-8"))
    with np.load(shared("golden", "postprocess", f"{vector}.npz")) as found:
        given = Events(*(found[f"events_in.{part}"] for part in ("type", "value", "time")))
        answers = {answer: found[f"{answer}.value"] for answer in TIMINGS}
    for answer, lines in TIMINGS.items():
        timing = timing_of_lines(said[lines])
        ours = resnapped(given, timing)
        assert_theirs_is_early(ours, answers[answer], timing)


def assert_theirs_is_early(ours: Events, theirs: NDArray[np.int32], timing: Timing) -> None:
    for index in np.flatnonzero(ours.values != theirs).tolist():
        divisor = int(ours.values[index + 1])
        assert ours.types[index] == EventType.TIME_SHIFT
        assert ours.values[index] - theirs[index] == 1
        assert off_the_grid_ms(timing, int(ours.values[index]), divisor) < 1e-6


def off_the_grid_ms(timing: Timing, time_ms: int, divisor: int) -> float:
    tempo = timing.tempo_at(time_ms)
    assert tempo
    parts = (time_ms - tempo.start_ms) / tempo.beat_ms * divisor
    return abs(parts - round(parts)) * tempo.beat_ms / divisor


def timing_of_lines(lines: list[dict[str, Any]]) -> Timing:
    """Their times have been seconds on the way and lost some 1e-12 of a millisecond."""
    return Timing(
        tuple(
            TimingPoint(
                line=number,
                time_ms=round(line["offset_ms"], 6),
                beat_length_ms=line["ms_per_beat"],
                meter=line["meter"],
                sample_set=SampleSet.SOFT,
                sample_index=0,
                volume_percent=line["volume"],
                uninherited=not line["inherited"],
                kiai=line["kiai"],
                omit_barline=False,
            )
            for number, line in enumerate(lines)
        )
    )
