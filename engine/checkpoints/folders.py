"""Which files make a model, and which folder of several is the one for a mode. No network, no torch."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from engine.beatmap.objects import Mode
from engine.checkpoints.errors import CheckpointError
from engine.checkpoints.reading import check_is_file, check_is_small

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

CONFIG: Final = "config.json"
TOKENIZER: Final = "tokenizer.json"
NEEDED: Final = (CONFIG, TOKENIZER, "model.safetensors")
USED: Final = (*NEEDED, "generation_config.json")
DIFFUSION_KINDS: Final = (
    ("model_ema.safetensors", "tokenizer_state.json"),
    ("model_ema.pkl", "tokenizer.pkl"),
)
"""As others publish it anew, and as it was published; what cannot execute is preferred."""
DIFFUSION_EXTRA: Final = "config.json"
_BY_MODE: Final = re.compile(r"gamemode=([0-3])")


def files_of_model(paths: Iterable[str]) -> list[str]:
    """Of all that a repository holds, what has to be fetched. Empty where there is no model of ours.

    The one at the top is for modes without a folder of their own: where each has one, nobody would read it.
    """
    there = set(paths)
    if kind := diffusion_kind(there):
        return [*kind, *({DIFFUSION_EXTRA} & there)]
    folders = sorted({path.rpartition("/")[0] for path in there})
    whole = [
        folder
        for folder in folders
        if (not folder or _BY_MODE.fullmatch(folder)) and there.issuperset(_in(folder, NEEDED))
    ]
    if len(whole) > len(Mode):
        whole.remove("")
    return [path for folder in whole for path in _in(folder, USED) if path in there]


def diffusion_kind(paths: Collection[str]) -> tuple[str, ...]:
    """The files of the coordinate model among them; none where it is no such model."""
    return next((kind for kind in DIFFUSION_KINDS if set(paths).issuperset(kind)), ())


def is_of_model(path: str) -> bool:
    """Whether something of this name, counted from a repository's top, may have been fetched."""
    folder, _, name = path.rpartition("/")
    if folder:
        return bool(_BY_MODE.fullmatch(folder)) and name in USED
    return name in USED or any(name in kind for kind in DIFFUSION_KINDS)


def _in(folder: str, names: Iterable[str]) -> list[str]:
    return [f"{folder}/{name}" if folder else name for name in names]


def folder_for(folder: Path, mode: Mode, otherwise: str = "choose another model") -> Path:
    """The one to load for maps of a mode: its own subfolder, or else the folder itself.

    `otherwise`: what to do where there is neither.
    """
    names = names_in(folder)
    own = f"gamemode={mode.value}"
    if own in names:
        return _whole(folder / own, names_in(folder / own))
    if CONFIG in names and not diffusion_kind(names):
        return _whole(folder, names)
    if others := modes_of(names):
        raise CheckpointError(
            f"{folder} has no model for {words([mode])} maps: only for {words(others)}; {otherwise}"
        )
    if diffusion_kind(names):
        raise CheckpointError(
            f"{folder} holds a model that only places objects for others: it cannot read a map; {otherwise}"
        )
    raise CheckpointError(f"{folder} holds no model: {CONFIG} is missing; choose the folder that has it")


def diffusion_folder(folder: Path) -> Path:
    """The same folder, if a coordinate model lies there."""
    if not diffusion_kind(names_in(folder)):
        raise CheckpointError(
            f"{folder} holds no coordinate model ({' and '.join(DIFFUSION_KINDS[1])}); choose one that does"
        )
    return folder


def names_in(folder: Path) -> frozenset[str]:
    try:
        return frozenset(path.name for path in folder.iterdir())
    except FileNotFoundError:
        raise CheckpointError(f"there is no folder {folder}; check the path") from None
    except NotADirectoryError:
        raise CheckpointError(f"{folder} is a file; give the folder that holds {CONFIG}") from None
    except OSError as error:
        raise CheckpointError(f"{folder} cannot be read ({error.strerror}); check its permissions") from error


def modes_of(names: Iterable[str]) -> tuple[Mode, ...]:
    """The modes that have a subfolder of their own."""
    matches = (_BY_MODE.fullmatch(name) for name in names)
    return tuple(sorted(Mode(int(match[1])) for match in matches if match))


def _whole(folder: Path, names: Collection[str]) -> Path:
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise CheckpointError(
            f"{folder} lacks {' and '.join(missing)}; copy or download the model again, all of its files"
        )
    for name in NEEDED:
        check_is_file(folder / name, "copy or download the model again, all of its files")
    for name in (CONFIG, TOKENIZER):
        check_is_small(folder / name, "copy or download the model again, all of its files")
    return folder


def words(modes: Collection[Mode]) -> str:
    spoken = {Mode.OSU: "osu!", Mode.TAIKO: "taiko", Mode.CATCH: "catch", Mode.MANIA: "mania"}
    return ", ".join(spoken[mode] for mode in modes)
