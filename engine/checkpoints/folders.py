"""Which files make a model, and which folder of several is the one for a mode. No network, no torch."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from engine.beatmap.objects import Mode
from engine.checkpoints.errors import CheckpointError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

CONFIG: Final = "config.json"
NEEDED: Final = (CONFIG, "tokenizer.json", "model.safetensors")
USED: Final = (*NEEDED, "generation_config.json")
DIFFUSION_KINDS: Final = (
    ("model_ema.safetensors", "tokenizer_state.json"),
    ("model_ema.pkl", "tokenizer.pkl"),
)
"""As others publish it anew, and as it was published; what cannot execute is preferred."""
DIFFUSION_EXTRA: Final = "config.json"
_BY_MODE: Final = re.compile(r"gamemode=([0-3])")


def files_of_model(paths: Iterable[str]) -> list[str]:
    """Of all that a repository holds, what has to be fetched. Empty where there is no model of ours."""
    there = set(paths)
    for kind in DIFFUSION_KINDS:
        if there.issuperset(kind):
            return [*kind, *({DIFFUSION_EXTRA} & there)]
    folders = {path.rpartition("/")[0] for path in there}
    return [
        path
        for folder in sorted(folders)
        if not folder or _BY_MODE.fullmatch(folder)
        if there.issuperset(_in(folder, NEEDED))
        for path in _in(folder, USED)
        if path in there
    ]


def _in(folder: str, names: Iterable[str]) -> list[str]:
    return [f"{folder}/{name}" if folder else name for name in names]


def modes_of(folder: Path) -> tuple[Mode, ...]:
    """The modes that have a subfolder of their own."""
    if not folder.is_dir():
        return ()
    matches = (_BY_MODE.fullmatch(path.name) for path in folder.iterdir() if path.is_dir())
    return tuple(sorted(Mode(int(match[1])) for match in matches if match))


def folder_for(folder: Path, mode: Mode) -> Path:
    """The one to load for maps of a mode: its own subfolder, or else the folder itself."""
    if not folder.exists():
        raise CheckpointError(f"there is no folder {folder}; check the path")
    if not folder.is_dir():
        raise CheckpointError(f"{folder} is a file; give the folder that holds config.json")
    try:
        own = folder / f"gamemode={mode.value}"
        if own.is_dir():
            return _whole(own)
        if (folder / CONFIG).exists():
            return _whole(folder)
        others = modes_of(folder)
    except OSError as error:
        raise CheckpointError(f"{folder} cannot be read ({error.strerror}); check its permissions") from error
    if others:
        raise CheckpointError(
            f"{folder} has no model for {_words([mode])} maps: only for {_words(others)}; "
            "choose another model"
        )
    raise CheckpointError(f"{folder} holds no model: {CONFIG} is missing; choose the folder that has it")


def _whole(folder: Path) -> Path:
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    if missing:
        raise CheckpointError(
            f"{folder} lacks {' and '.join(missing)}; copy or download the model again, all of its files"
        )
    return folder


def _words(modes: Collection[Mode]) -> str:
    spoken = {Mode.OSU: "osu!", Mode.TAIKO: "taiko", Mode.CATCH: "catch", Mode.MANIA: "mania"}
    return ", ".join(spoken[mode] for mode in modes)
