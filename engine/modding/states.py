"""What the encoder heard, kept on disk: a song is listened to once, not once for every save.

A folder for each song as one model hears it, a file for each window in the dtype that the model runs in, so
that what is read back is what was computed, to the bit. V32 takes 318 MB for three minutes in float32, half
of that in bfloat16.
"""

from __future__ import annotations

import logging
import os
import shutil
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import torch

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

LOG = logging.getLogger(__name__)
_CHECKSUM_BYTES: Final = 4
_SUFFIX: Final = ".states"


class StateFiles:
    """Least recently used songs go first. One process writes; what another left is read and counted."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder, self._max_bytes = folder, max_bytes
        self._sizes = {song.name: _bytes_in(song) for song in _by_last_use(folder)}
        """Of each song's folder in bytes, the least recently used first."""

    @property
    def total_bytes(self) -> int:
        return sum(self._sizes.values())

    def read(self, song: str, start_sample: int, shape: tuple[int, int], dtype: torch.dtype) -> Tensor | None:
        """The window's states [S, D]; None where they are not there or not whole."""
        path = self._path(song, start_sample)
        size = shape[0] * shape[1] * dtype.itemsize
        data = bytearray(size + _CHECKSUM_BYTES)
        try:
            with path.open("rb") as file:
                is_whole = file.readinto(data) == len(data) and not file.read(1)
        except OSError:
            return None
        if not is_whole or _checksum(memoryview(data)[:size]) != data[size:]:
            LOG.warning("%s is damaged, and is computed again", path)
            return None
        self._touch(song)
        return torch.frombuffer(data, dtype=dtype, count=shape[0] * shape[1]).view(shape)

    def has(self, song: str, start_sample: int) -> bool:
        return self._path(song, start_sample).is_file()

    def write(self, song: str, start_sample: int, states: Tensor) -> None:
        """Keeps [S, D] if there is room for it; that there is none is no misfortune."""
        data = bytes(states.contiguous().view(torch.uint8).numpy().data)
        size = len(data) + _CHECKSUM_BYTES
        if not self._make_room(song, size):
            return
        path = self._path(song, start_sample)
        part = path.with_suffix(".part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                file.write(data)
                file.write(_checksum(data))
            size -= path.stat().st_size if path.is_file() else 0
            part.replace(path)
        except OSError as error:
            LOG.warning("what was heard is not kept: %s (%s)", path, error.strerror)
            with suppress(OSError):
                part.unlink()
            return
        self._sizes[song] = self._sizes.get(song, 0) + size
        self._touch(song)

    def _make_room(self, song: str, size: int) -> bool:
        for other in [name for name in self._sizes if name != song]:
            if self.total_bytes + size <= self._max_bytes:
                break
            shutil.rmtree(self._folder / other, ignore_errors=True)
            del self._sizes[other]
        return self.total_bytes + size <= self._max_bytes

    def _touch(self, song: str) -> None:
        """The order lasts beyond this process in the folders' times, told once per song in a row."""
        if not self._sizes or next(reversed(self._sizes)) != song:
            with suppress(OSError):
                os.utime(self._folder / song)
        self._sizes[song] = self._sizes.pop(song, 0)

    def _path(self, song: str, start_sample: int) -> Path:
        return self._folder / song / f"{start_sample}{_SUFFIX}"


def _by_last_use(folder: Path) -> list[Path]:
    try:
        songs = [path for path in folder.iterdir() if path.is_dir()]
    except OSError:
        return []
    return sorted(songs, key=lambda path: path.stat().st_mtime_ns)


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())


def _checksum(data: bytes | memoryview) -> bytes:
    return zlib.crc32(data).to_bytes(_CHECKSUM_BYTES, "little")
