"""One file of a repository onto the disk: resumed where it was left, verified, and never half there.

It grows beside its place under a name with its hash, and gets its own name when it is whole.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from typing import TYPE_CHECKING, Final

from engine.checkpoints.errors import CheckpointError
from engine.checkpoints.hub import StaleRangeError, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from hashlib import _Hash
    from pathlib import Path

    from engine.checkpoints.hub import RemoteFile, Repository

CHUNK_BYTES: Final = 1 << 16
"""Written as they come: a lost connection costs at most one of them."""
TOLD_EVERY_BYTES: Final = 1 << 20
PART: Final = ".part"
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


def fetch(repository: Repository, file: RemoteFile, target: Path) -> Iterator[int]:
    """Yields how many bytes of the file are on the disk. May be closed at any moment and begun again."""
    part = part_of(target, file)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _check_room(target.parent, file, part)
        try:
            yield from _receive(repository, file, part)
        except StaleRangeError:
            part.unlink()
            yield from _receive(repository, file, part)
        part.replace(target)
    except OSError as error:
        raise _sentence(error, target) from error


def _receive(repository: Repository, file: RemoteFile, part: Path) -> Iterator[int]:
    kept = max(size_of(part), 0)
    if kept < file.size_bytes or not kept:
        with opened(repository, file.path, kept) as (response, begins), part.open("ab") as stream:
            stream.truncate(begins)
            done = told = begins
            yield done
            for chunk in response.iter_bytes(CHUNK_BYTES):
                stream.write(chunk)
                done += len(chunk)
                if done - told >= TOLD_EVERY_BYTES:
                    told = done
                    yield done
            stream.flush()
            os.fsync(stream.fileno())
    _verify(file, part)
    yield file.size_bytes


def _verify(file: RemoteFile, part: Path) -> None:
    """What is not what the hub announced is thrown away: continuing it would never mend it."""
    size = part.stat().st_size
    if size < file.size_bytes:
        raise CheckpointError(
            f"the connection ended {file.size_bytes - size} bytes before the end of {file.path}; "
            "what has come is kept: pull again"
        )
    if size > file.size_bytes or not _is_right(file, part):
        part.unlink()
        raise CheckpointError(
            f"{file.path} came damaged and was thrown away (its checksum is not the one the hub names); "
            "pull again"
        )


def _is_right(file: RemoteFile, part: Path) -> bool:
    if file.sha256:
        return _digest(part, hashlib.sha256()) == file.sha256
    if file.git_sha1:  # the hub's choice of hash for small files
        header = b"blob %d\0" % file.size_bytes
        return _digest(part, hashlib.sha1(header, usedforsecurity=False)) == file.git_sha1
    return True  # the hub named no hash; the size is all there is


def _digest(path: Path, hasher: _Hash) -> str:
    with path.open("rb") as stream:
        while chunk := stream.read(TOLD_EVERY_BYTES):
            hasher.update(chunk)
    return hasher.hexdigest()


def _check_room(folder: Path, file: RemoteFile, part: Path) -> None:
    kept = max(size_of(part), 0)
    missing = file.size_bytes - kept + SPARE_BYTES - shutil.disk_usage(folder).free
    if missing > 0 and file.size_bytes > SPARE_BYTES:
        raise OSError(errno.ENOSPC, f"{missing // 1_000_000 + 1} MB more are needed")


def _sentence(error: OSError, target: Path) -> CheckpointError:
    if error.errno == errno.ENOSPC:
        return CheckpointError(
            f"there is no room for {target} ({error.strerror}); make some, or choose another models_folder, "
            "and pull again: what has come is kept"
        )
    return CheckpointError(
        f"{target} cannot be written ({error.strerror}); choose a models_folder that can, and pull again"
    )
