"""A model from the hub onto the disk, and off it again.

What has come is kept and gone on with. The folder's list of files is written before the first byte, and each
file gets its name once it is verified: what is missing is always known without the network.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from engine.checkpoints.errors import CheckpointError
from engine.checkpoints.fetching import PART, check_room, fetch, part_of, size_of
from engine.checkpoints.folders import files_of_model, is_of_model
from engine.checkpoints.hub import OfflineError, look_up
from engine.checkpoints.manifest import NAME, Manifest
from engine.held_open import patiently
from engine.jobs import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from engine.checkpoints.catalogue import Entry
    from engine.checkpoints.fetching import Step
    from engine.checkpoints.hub import RemoteFile, Repository

RETRY_AFTER_S: Final = (1.0, 2.0, 4.0, 8.0, 16.0)
"""A connection that is lost with something gained is taken up again, so often in a row at most."""
TICK_S: Final = 0.2
"""While waiting for that: how soon a download can be given up."""


def wanted_files(repository: Repository) -> list[RemoteFile]:
    by_path = {file.path: file for file in repository.files}
    wanted = [by_path[path] for path in files_of_model(by_path)]
    if not wanted:
        raise CheckpointError(
            f"{repository.name} holds no model that Mapside knows (config.json, tokenizer.json and "
            "model.safetensors together); choose another repository"
        )
    return wanted


def bring(entry: Entry, folder: Path) -> Iterator[Progress]:
    """In bytes. May be closed at any moment; raises CheckpointError with what has come kept."""
    repository = look_up(entry.repository, entry.revision)
    wanted = wanted_files(repository)
    manifest = Manifest.of(repository, wanted)
    before = _manifest_before(folder)
    manifest.write(folder)
    _drop_other_versions(folder, manifest, before)
    check_room(folder, manifest.size_bytes - sum(manifest.bytes_here(folder).values()))
    total, whole = manifest.size_bytes, 0
    for file in wanted:
        for done, doing in _steps(repository, file, folder / file.path):
            yield Progress(whole + done, total, f"{doing} {entry.title}")
        whole += file.size_bytes


def drop(folder: Path) -> int:
    """How many bytes are free again. Whatever else somebody has put there stays, and the folder with it."""
    ours = [path for path in folder.rglob("*") if path.is_file() and _is_ours(path, folder)]
    freed = sum(max(size_of(path), 0) for path in ours)
    for path in sorted(ours, key=lambda path: path.name == NAME):  # the list last: until then it can go on
        patiently(path.unlink)
    with suppress(OSError):  # not empty, or a link to another disk: both may stay
        for subfolder in [path for path in folder.iterdir() if path.is_dir()]:
            subfolder.rmdir()
        folder.rmdir()
    return freed


def _is_ours(path: Path, folder: Path) -> bool:
    is_list = path.name.startswith(NAME)
    return is_list or path.name.endswith(PART) or is_of_model(path.relative_to(folder).as_posix())


def _manifest_before(folder: Path) -> Manifest | None:
    try:
        return Manifest.read(folder)
    except CheckpointError:
        return None  # damaged: nothing that lies there can be trusted


def _drop_other_versions(folder: Path, manifest: Manifest, before: Manifest | None) -> None:
    """Files whose content the hub has changed since, and beginnings of them."""
    current = {folder / file.path: file for file in manifest.files}
    known = {folder / file.path: file for file in before.files} if before else {}
    parts = {part_of(target, file.remote) for target, file in current.items()}
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        is_other = path in current and known.get(path) != current[path]
        if (
            is_other
            or path in known.keys() - current.keys()
            or (path.name.endswith(PART) and path not in parts)
        ):
            path.unlink()


def _steps(repository: Repository, file: RemoteFile, target: Path) -> Iterator[Step]:
    """Takes a lost connection up again as long as each try brings something."""
    if size_of(target) == file.size_bytes:
        yield file.size_bytes, "downloading"
        return
    part = part_of(target, file)
    waits, furthest = iter(RETRY_AFTER_S), size_of(part)
    while True:
        try:
            yield from fetch(repository, file, target)
        except OfflineError:
            kept = size_of(part)
            if kept > furthest:
                waits, furthest = iter(RETRY_AFTER_S), kept
            wait_s = next(waits, None)
            if wait_s is None or furthest <= 0:
                raise
            for _ in _waiting(wait_s):
                yield kept, "waiting for the network, then downloading"
        else:
            return


def _waiting(wait_s: float) -> Iterator[None]:
    until_s = time.monotonic() + wait_s
    while (rest_s := until_s - time.monotonic()) > 0:
        yield
        time.sleep(min(rest_s, TICK_S))
