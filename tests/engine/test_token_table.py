"""A map in a model's words, as golden's README lays it out."""

from __future__ import annotations

import json
import math
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from engine.beatmap.builder import osu
from engine.checkpoints.errors import CheckpointError
from engine.child import token_table
from engine.child.token_table import Language, read_language
from engine.jobs import JobError
from engine.service import ContextTable, TokenTable
from engine.tokens.errors import TokenError
from engine.tokens.events import EVENT_TYPES, Event, Events, EventType, span_of
from tests.shared_data import SHARED, shared

if TYPE_CHECKING:
    from pathlib import Path

    from engine.beatmap.beatmap import Beatmap

INDEX = SHARED / "golden" / "tokens" / "index.json"
PAIRS = tuple(json.loads(INDEX.read_text())["entries"]) if INDEX.exists() else ("v32/synth_std",)
GOLDEN_ONLY = {"map_precision1", "map_speed1.25", "map_flipHV"}
"""Answers to other questions than how a map reads."""


@cache
def language(family: str) -> Language:
    return read_language(shared("golden", "tokenizers", family))


def told(beatmap: Beatmap, spoken: Language, song_ms: float | None = None) -> TokenTable:
    *_, last = token_table.table(beatmap, spoken, song_ms)
    assert isinstance(last, TokenTable)
    return last


def columns(context: ContextTable) -> dict[str, list[object]]:
    labels = [kind.label for kind in EVENT_TYPES]
    return {
        "type": [labels.index(label) for label in context.types],
        "value": list(context.values),
        "time": list(context.times_ms),
        "windows": [list(window) for window in context.windows],
        "tokens": list(context.tokens),
    }


@pytest.mark.parametrize("pair", PAIRS)
def test_a_table_is_golden_row_for_row(pair: str) -> None:
    family, name = pair.split("/")
    beatmap = token_table.read_map(shared("golden", "inputs", "beatmaps", f"{name}.osu"))
    table = told(beatmap, language(family))
    with np.load(shared("golden", "tokens", f"{pair}.npz")) as found:
        known = {key.rsplit(".", 1)[0] for key in found} - GOLDEN_ONLY
        assert {context.name for context in table.contexts} == known
        for context in table.contexts:
            for column, ours in columns(context).items():
                assert ours == found[f"{context.name}.{column}"].tolist(), (context.name, column)


@pytest.mark.parametrize(
    ("folder", "family"), [("v29", "v29"), ("v30", "v30"), ("v31_fit", "v31"), ("v32", "v32")]
)
def test_a_checkpoints_own_folder_says_how_much_it_hears(folder: str, family: str) -> None:
    spoken = read_language(shared("golden", "checkpoints", folder))
    assert (spoken.family, spoken.window_ms) == (family, language(family).window_ms)


def test_a_tokenizer_of_another_checkpoint_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_bytes(
        shared("golden", "tokenizers", "v32", "tokenizer.json").read_bytes()
    )
    (tmp_path / "config.json").write_bytes(shared("golden", "checkpoints", "v30", "config.json").read_bytes())
    with pytest.raises(TokenError, match=r"tokenizer\.json does not belong to .*config\.json"):
        read_language(tmp_path)


def test_a_config_that_is_none_is_told_by_name(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_bytes(
        shared("golden", "tokenizers", "v32", "tokenizer.json").read_bytes()
    )
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(CheckpointError, match=r"config\.json does not say"):
        read_language(tmp_path)


def test_a_map_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(JobError, match=r"gone\.osu cannot be read \(No such file or directory\)"):
        token_table.read_map(tmp_path / "gone.osu")


def test_times_out_of_order_fall_into_the_windows_that_training_put_them_in() -> None:
    times = [900, 100, 2500, 1200, 5000, 4100, 7000]
    events = Events.of(Event(EventType.TIME_SHIFT, time, time) for time in times)
    windows = list(token_table._windows(events, 1000.5))
    starts = [frame_ms for frame_ms, _, _ in windows]
    for (frame_ms, first, end), until_ms in zip(windows, [*starts[1:], math.inf], strict=True):
        assert (first, end) == span_of(events, frame_ms, until_ms)


def test_a_map_without_objects_has_beats_to_the_end_of_the_song() -> None:
    empty = osu().timing(120, at=0).beatmap()
    short, long = (
        next(
            context for context in told(empty, language("v32"), song_ms).contexts if context.name == "timing"
        )
        for song_ms in (1000.0, 10_000.0)
    )
    assert max(short.times_ms) <= 1000
    assert 9000 <= max(long.times_ms) <= 10_000


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "..\\..\\song.mp3", "../song.mp3", "\\\\host\\share\\song.mp3", ""]
)
def test_a_map_opens_no_file_outside_its_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "song.mp3").write_bytes(b"not a song")
    folder = tmp_path / "set"
    folder.mkdir()
    assert token_table._beside(folder / "map.osu", name) is None
