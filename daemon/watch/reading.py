"""Reads a file somebody else may be about to write, without ever standing in their way."""

from __future__ import annotations

import os
import stat
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from daemon.watch.settling import Look, Version, look

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 128 * 1024 * 1024
"""Two orders of magnitude above the largest map with a storyboard in it: beyond, it is no map."""


FRESH_S = 2.0
"""What was changed longer ago than this nobody is still writing."""
REST_S = 0.06
PATIENCE_S = 2.0


class BusyError(OSError):
    """The file cannot be read now; it may be in a moment."""


@dataclass(frozen=True, slots=True)
class Reading:
    data: bytes
    version: Version
    stamp: tuple[int, int]
    """Size in bytes, time of the last change in nanoseconds."""


def read_shared(path: Path) -> Reading | None:
    """The file as it is now; None where there is none. Raises BusyError where it is locked or changing."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return None
        descriptor = _open_shared(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise BusyError(error.errno, error.strerror, str(path)) from error
    try:
        return _read(descriptor, path)
    finally:
        os.close(descriptor)


def read_at_rest(path: Path) -> Reading | None:
    """For a look that no event announced: what was changed a moment ago may be half a save, so it
    is read again until it stays as it is and looks like a whole map, or the patience ends. Blocks.
    """
    give_up_at = time.monotonic() + PATIENCE_S
    last: Reading | None = None
    while True:
        reading = read_shared(path)
        if reading is None or _is_at_rest(reading, last) or time.monotonic() >= give_up_at:
            return reading
        last = reading
        time.sleep(REST_S)


def _is_at_rest(reading: Reading, last: Reading | None) -> bool:
    _, changed_ns = reading.stamp
    if time.time() - changed_ns / 1e9 > FRESH_S:
        return True
    whole = look(reading.data, reading.version, None) is Look.WHOLE
    return whole and last is not None and last.stamp == reading.stamp


def _read(descriptor: int, path: Path) -> Reading:
    before = os.fstat(descriptor)
    if before.st_size > MOST_BYTES:
        raise BusyError(0, f"is larger than {MOST_BYTES} bytes and cannot be a beatmap", str(path))
    try:
        # One more byte than there should be: a file that grows meanwhile shows itself.
        data = _read_up_to(descriptor, before.st_size + 1)
        after = os.fstat(descriptor)
    except OSError as error:
        raise BusyError(error.errno, error.strerror, str(path)) from error
    stamp = (after.st_size, after.st_mtime_ns)
    if (before.st_size, before.st_mtime_ns) != stamp or len(data) != after.st_size:
        raise BusyError(0, "changed while it was read", str(path))
    return Reading(data, Version.of(data), stamp)


def _read_up_to(descriptor: int, size_bytes: int) -> bytes:
    chunks = []
    left = size_bytes
    while left > 0 and (chunk := os.read(descriptor, left)):
        chunks.append(chunk)
        left -= len(chunk)
    return b"".join(chunks)


if sys.platform == "win32":
    import msvcrt

    from daemon.watch.windows_files import open_shared

    _GENERIC_READ = 0x80000000
    _SEQUENTIAL_SCAN = 0x08000000

    def _open_shared(path: Path) -> int:
        """Python's own open() does not share deletion: a rename over the file would fail for the mapper."""
        handle = open_shared(str(path), _GENERIC_READ, _SEQUENTIAL_SCAN)
        return msvcrt.open_osfhandle(handle, os.O_RDONLY | os.O_BINARY)

else:

    def _open_shared(path: Path) -> int:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
