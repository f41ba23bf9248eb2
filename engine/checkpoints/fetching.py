"""One file of a repository onto the disk: resumed where it was left, verified, and never half there.

It grows beside its place under a name with its hash, and gets its own name when it is whole.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import time
from typing import TYPE_CHECKING, Final, TypeAlias

from engine.checkpoints.errors import CheckpointError
from engine.checkpoints.hub import StaleRangeError, opened
from engine.held_open import patiently

if TYPE_CHECKING:
    from collections.abc import Iterator
    from hashlib import _Hash
    from pathlib import Path

    from engine.checkpoints.hub import RemoteFile, Repository

Step: TypeAlias = tuple[int, str]
"""How many bytes of the file are on the disk, and what is being done with them."""

CHUNK_BYTES: Final = 1 << 16
"""Written as they come: a lost connection costs at most one of them."""
TOLD_EVERY_BYTES: Final = 1 << 20
TOLD_EVERY_S: Final = 0.2
HASHED_AT_ONCE_BYTES: Final = 8 << 20
PART: Final = ".part"
NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""A full disk, a used-up quota, a disk that takes no file so large."""
SPARE_BYTES: Final = 64 << 20
"""Left free on the disk for whatever else writes to it meanwhile."""


def part_of(target: Path, file: RemoteFile) -> Path:
    """Named by its content: the beginning of another version is never continued."""
    tag = (file.sha256 or file.git_sha1 or str(file.size_bytes))[:12]
    return target.with_name(f"{target.name}.{tag}{PART}")


def size_of(path: Path) -> int:
    """-1 where there is no such file."""
    try:
        return path.stat().st_size
    except OSError:
        return -1


def fetch(repository: Repository, file: RemoteFile, target: Path) -> Iterator[Step]:
    """May be closed at any moment and begun again."""
    part = part_of(target, file)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield from _receive(repository, file, part)
        except StaleRangeError:
            part.unlink()
            yield from _receive(repository, file, part)
        yield from _verify(file, part)
        patiently(lambda: part.replace(target))  # a scanner may be looking through it
    except OSError as error:
        raise _sentence(error, target, file.size_bytes - max(size_of(part), 0)) from error
    yield file.size_bytes, "downloading"


def _receive(repository: Repository, file: RemoteFile, part: Path) -> Iterator[Step]:
    kept = max(size_of(part), 0)
    if kept >= file.size_bytes and kept:
        return
    with opened(repository, file.path, kept) as (response, begins), part.open("ab") as stream:
        stream.truncate(begins)
        done = told = begins
        yield done, "downloading"
        told_s = time.monotonic()
        for chunk in response.iter_bytes(CHUNK_BYTES):
            stream.write(chunk)
            done += len(chunk)
            if done - told >= TOLD_EVERY_BYTES or time.monotonic() - told_s >= TOLD_EVERY_S:
                told, told_s = done, time.monotonic()
                yield done, "downloading"
        stream.flush()
        os.fsync(stream.fileno())


def _verify(file: RemoteFile, part: Path) -> Iterator[Step]:
    """What is not what the hub announced is thrown away: continuing it would never mend it."""
    size = part.stat().st_size
    if size < file.size_bytes:
        raise CheckpointError(
            f"the connection ended {file.size_bytes - size} bytes before the end of {file.path}; "
            "what has come is kept: pull again"
        )
    hasher, announced = _hash_of(file)
    if size == file.size_bytes:
        with part.open("rb") as stream:
            while chunk := stream.read(HASHED_AT_ONCE_BYTES):
                hasher.update(chunk)
                yield file.size_bytes, "checking"
    if size > file.size_bytes or announced not in (None, hasher.hexdigest()):
        part.unlink()
        raise CheckpointError(
            f"{file.path} came damaged and was thrown away (its checksum is not the one the hub names); "
            "pull again"
        )


def _hash_of(file: RemoteFile) -> tuple[_Hash, str | None]:
    """Of the kind that the hub names, and what it must come to; None where it names none."""
    if file.sha256 or not file.git_sha1:
        return hashlib.sha256(), file.sha256
    return hashlib.sha1(b"blob %d\0" % file.size_bytes, usedforsecurity=False), file.git_sha1


def check_room(folder: Path, needed_bytes: int) -> None:
    """Before the first byte: a disk that is filled to the brim stops more than this download."""
    missing = needed_bytes + SPARE_BYTES - shutil.disk_usage(folder).free
    if needed_bytes > 0 and missing > 0:
        raise _sentence(OSError(errno.ENOSPC, ""), folder, missing)


def _sentence(error: OSError, target: Path, missing_bytes: int) -> CheckpointError:
    if error.errno in NO_ROOM:
        return CheckpointError(
            f"there is no room for {target}: {max(missing_bytes, 0) // 1_000_000 + 1} MB more are needed; "
            "make some, or choose another models_folder, and pull again: what has come is kept"
        )
    return CheckpointError(
        f"{target} cannot be written ({error.strerror}); choose a models_folder that can, and pull again"
    )
