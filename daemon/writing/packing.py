"""A finished map on its way into a folder: with its song and picture beside it, or all of them in one .osz.

Nothing that is there is written over. Blocks: for a thread. Everything here raises NotWrittenError.
"""

from __future__ import annotations

import io
import secrets
import shutil
import zipfile
from typing import TYPE_CHECKING, Final

from daemon.writing.new_difficulty import file_name, set_name
from daemon.writing.safe_write import NotWrittenError
from engine.beatmap.document import Document

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MOST_TRIES: Final = 100


def packed(folder: Path, data: bytes, beside: Iterable[Path]) -> tuple[Path, bytes]:
    """An .osz, which osu! imports when it is opened: where it goes, and what it holds."""
    metadata = Document.parse(data).beatmap.metadata
    archived = io.BytesIO()
    try:
        with zipfile.ZipFile(
            archived,
            "w",
            zipfile.ZIP_DEFLATED,
            strict_timestamps=False,  # a song that is older than the format, as some tools leave it
        ) as archive:
            archive.writestr(file_name(metadata), data)
            for file in beside:
                archive.write(file, file.name)
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _not_written(folder, error) from error
    return _free(folder, set_name(metadata), ".osz"), archived.getvalue()


def placed(folder: Path, data: bytes, beside: Iterable[Path]) -> tuple[Path, bytes]:
    """Where the .osu goes, and what it holds; its song and picture lie there already."""
    metadata = Document.parse(data).beatmap.metadata
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in beside:
            _copy(file, folder)
    except OSError as error:
        raise _not_written(folder, error) from error
    return _free(folder, file_name(metadata, ""), ".osu"), data


def _copy(file: Path, folder: Path) -> None:
    """What lies there under that name is taken for the same, if it is as large."""
    target = folder / file.name
    if not target.exists():
        shutil.copyfile(file, target)
    elif target.stat().st_size != file.stat().st_size:
        raise NotWrittenError(
            f"There is another {file.name} in {folder}: choose an empty folder. No map was written."
        )


def _free(folder: Path, name: str, suffix: str) -> Path:
    names = (name, *(f"{name} ({number})" for number in range(2, MOST_TRIES)))
    return next(
        (folder / f"{each}{suffix}" for each in names if not (folder / f"{each}{suffix}").exists()),
        folder / f"{name} ({secrets.token_hex(4)}){suffix}",
    )


def _not_written(folder: Path, error: OSError) -> NotWrittenError:
    reason = error.strerror or type(error).__name__
    return NotWrittenError(f"The map could not be written to {folder} ({reason}). Choose another folder.")
