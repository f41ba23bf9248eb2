"""A set with a song, and maps cut to a few windows: a test waits for what it is about, not for a model."""

from __future__ import annotations

import shutil
from functools import cache
from typing import TYPE_CHECKING, Final

from engine.beatmap.document import Document
from tests.shared_data import shared

if TYPE_CHECKING:
    from pathlib import Path

SET, FILE, SONG = "1 Synth - Golden Test", "synth_std.osu", "audio.flac"
LENGTH_MS: Final = 16_000
"""Of each map that is left over."""


def make_set(songs: Path) -> Path:
    folder = songs / SET
    folder.mkdir()
    shutil.copyfile(shared("golden", "inputs", SONG), folder / SONG)
    return folder


def copy_model(folder: Path, name: str = "v32_fit") -> Path:
    return shutil.copytree(shared("golden", "checkpoints", name), folder / name)


@cache
def synth(name: str = FILE) -> bytes:
    document = Document.parse(shared("golden", "inputs", "beatmaps", name).read_bytes())
    late = [obj.line for obj in document.beatmap.objects if obj.time_ms > LENGTH_MS]
    return document.delete_lines(late).to_bytes()
