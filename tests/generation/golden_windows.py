"""Where the models' own program cuts a song, and what each window holds. Plain functions that assert;
`tests/test_golden.py` asks them.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from engine.generation.windows import WindowShape, cut, sound_of
from tests.generation.tiny import ramp
from tests.shared_data import shared

if TYPE_CHECKING:
    from engine.generation.windows import Window

VERSIONS = ("v28", "v29", "v30", "v31", "v32")


@cache
def golden_cuts() -> list[dict[str, Any]]:
    cuts: list[dict[str, Any]] = json.loads(shared("golden", "windows", "segments.json").read_text("utf-8"))
    return cuts


def cut_as(answer: dict[str, Any]) -> tuple[WindowShape, tuple[Window, ...]]:
    shape = WindowShape(
        answer["samples_per_sequence"],
        lookback=answer["lookback"],
        lookahead=answer["lookahead"],
        overlapping=not answer["parallel"],
    )
    return shape, cut(answer["n_samples"], shape, start_ms=answer["start_time"], end_ms=answer["end_time"])


def assert_every_song_is_cut_where_the_reference_cuts_it(version: str) -> None:
    answers = [answer for answer in golden_cuts() if answer["version"] == version]
    assert len(answers) == 75
    for answer in answers:
        shape, windows = cut_as(answer)
        assert shape.stride_samples == answer["sequence_stride"]
        assert shape.length_ms == answer["ms_per_sequence"]
        assert [window.time_ms for window in windows] == answer["times"]
        assert len(windows) == answer["n_windows"]


def assert_every_window_holds_the_sound_it_holds_in_the_reference(version: str) -> None:
    for answer in golden_cuts():
        if answer["version"] != version:
            continue
        song = ramp(answer["n_samples"])
        assert song.length_ms == answer["song_length"]
        shape, windows = cut_as(answer)
        ends = [sound_of(song, [window], shape)[0, [0, -1]].tolist() for window in windows]
        assert [first for first, _ in ends] == answer["first_sample"]
        assert [last for _, last in ends] == answer["last_sample"]


OF_A_VERSION = (
    assert_every_song_is_cut_where_the_reference_cuts_it,
    assert_every_window_holds_the_sound_it_holds_in_the_reference,
)
