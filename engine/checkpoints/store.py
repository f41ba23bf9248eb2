"""Where models come from: a name in configs/models.toml, a repository of the hub, or a folder.

    store.holdings()               what there is, here and to be had
    store.pull("v32")              brings it, with progress; close it at any moment, go on another time
    store.resolve("v32", mode)     the folder to load; without the network once it is here
    store.remove("v32")            what was brought, never a folder of the person's own

No torch: the list and a download must not cost a gigabyte.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.checkpoints.catalogue import REPOSITORY, Catalogue, Entry
from engine.checkpoints.errors import CheckpointError
from engine.checkpoints.fetching import PART, fetch, part_of, size_of
from engine.checkpoints.folders import files_of_model, folder_for
from engine.checkpoints.hub import OfflineError, RemoteFile, Repository, look_up
from engine.checkpoints.hub_cache import snapshot_in_cache
from engine.checkpoints.manifest import Manifest
from engine.jobs import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.beatmap.objects import Mode

RETRY_AFTER_S: Final = (1.0, 2.0, 4.0, 8.0, 16.0)
"""A connection that is lost with something gained is taken up again, so often in a row at most."""


class State(StrEnum):
    ABSENT = "absent"
    PARTIAL = "partial"
    COMPLETE = "complete"
    LOCAL = "local"
    """In the cache of the hub's own tools: used from there, not ours to remove."""
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Holding:
    """A model, and how much of it is here."""

    entry: Entry
    state: State
    folder: Path | None = None
    done_bytes: int = 0
    size_bytes: int | None = None
    """None: nobody has asked the hub yet."""
    licence: str = ""
    note: str = ""


class Store:
    def __init__(self, folder: Path, catalogue: Catalogue | None = None) -> None:
        self.folder = folder
        self.catalogue = catalogue or Catalogue.read()

    # What there is.

    def holdings(self) -> tuple[Holding, ...]:
        """Those of the catalogue in its order, then what else was brought from the hub."""
        known = {entry.repository for entry in self.catalogue.entries}
        others = [entry for entry in self._brought() if entry.repository not in known]
        return tuple(self.holding(entry) for entry in (*self.catalogue.entries, *others))

    def holding(self, entry: Entry) -> Holding:
        folder = self._place(entry)
        try:
            manifest = Manifest.read(folder)
        except CheckpointError as error:
            return Holding(entry, State.BROKEN, folder, licence=entry.licence, note=str(error))
        if manifest is None:
            cached = snapshot_in_cache(entry.repository, entry.revision)
            if cached is None:
                return Holding(entry, State.ABSENT, licence=entry.licence)
            note = "in the cache of the hub's own tools; Mapside uses it there and never removes it"
            return Holding(entry, State.LOCAL, cached, *_sizes(cached), licence=entry.licence, note=note)
        done = sum(manifest.bytes_here(folder).values())
        state = State.COMPLETE if manifest.is_whole(folder) else State.PARTIAL
        return Holding(
            entry, state, folder, done, manifest.size_bytes, licence=manifest.licence or entry.licence
        )

    def resolve(self, model: str, mode: Mode) -> Path:
        """The folder for maps of this mode, ready to be loaded. Never asks the network."""
        if self.catalogue.named(model) is None and (local := _as_folder(model)) is not None:
            return folder_for(local, mode)
        entry = self.entry(model)
        held = self.holding(entry)
        if held.folder is None or held.state in (State.ABSENT, State.PARTIAL):
            rest = "is not on this machine" if held.state is State.ABSENT else "is only partly downloaded"
            raise CheckpointError(
                f"{entry.title} {rest}; `mapside models pull {entry.name}`, or the page's list of models, "
                "brings it"
            )
        if held.state is State.BROKEN:
            raise CheckpointError(held.note)
        return folder_for(held.folder, mode)

    def entry(self, model: str) -> Entry:
        """By name or repository; one that the catalogue does not know may still be on the hub."""
        found = self.catalogue.named(model)
        if found:
            return found
        if re.fullmatch(REPOSITORY, model):
            return Entry(name=_flat(model), title=model, repository=model, family="")
        brought = next((entry for entry in self._brought() if entry.name == model), None)
        if brought:
            return brought
        raise CheckpointError(f"no model is called {model[:80]!r}: {self.catalogue.closest(model)}")

    # Bringing and removing.

    def pull(self, model: str) -> Iterator[Progress]:
        """In bytes. Raises CheckpointError with what has come kept."""
        entry = self.entry(model)
        folder = self._place(entry)
        held = self.holding(entry)
        if held.state in (State.COMPLETE, State.LOCAL):
            yield Progress(held.done_bytes, held.size_bytes or held.done_bytes, f"{entry.title} is here")
            return
        with self._alone(folder, entry):
            repository = look_up(entry.repository, entry.revision)
            wanted = _wanted(repository)
            before = None if held.state is State.BROKEN else Manifest.read(folder)
            manifest = Manifest.of(repository, wanted)
            manifest.write(folder)
            _drop_other_versions(folder, manifest, before)
            yield from _bring(repository, wanted, folder, entry)

    def remove(self, model: str) -> int:
        """How many bytes are free again."""
        entry = self.entry(model)
        held, folder = self.holding(entry), self._place(entry)
        if held.state is State.LOCAL:
            raise CheckpointError(
                f"{entry.title} lies in the cache of the hub's own tools ({held.folder}), which Mapside "
                "leaves alone; `hf cache rm` removes it"
            )
        if not folder.exists():
            raise CheckpointError(f"{entry.title} is not on this machine; there is nothing to remove")
        with self._alone(folder, entry):
            freed = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
            try:
                shutil.rmtree(folder)
            except OSError as error:
                raise CheckpointError(
                    f"{error.filename or folder} cannot be removed ({error.strerror}); unload the engine, or "
                    "close what uses it, and remove it again"
                ) from error
        return freed

    # Where things lie.

    def _place(self, entry: Entry) -> Path:
        return self.folder / _flat(entry.repository)

    def _brought(self) -> list[Entry]:
        if not self.folder.is_dir():
            return []
        return [
            Entry(name=path.name, title=repository, repository=repository, family="")
            for path in sorted(self.folder.iterdir())
            if path.is_dir() and re.fullmatch(REPOSITORY, repository := path.name.replace("--", "/", 1))
        ]

    @contextmanager
    def _alone(self, folder: Path, entry: Entry) -> Iterator[None]:
        """Two programs that fetch the same file would write into each other's part."""
        from filelock import FileLock, Timeout  # noqa: PLC0415  only those who write need it

        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / f".{folder.name}.lock", timeout=0)
            lock.acquire()
        except Timeout as error:
            raise CheckpointError(
                f"{entry.title} is being fetched or removed by another Mapside; wait for that one"
            ) from error
        except OSError as error:
            raise CheckpointError(
                f"{self.folder} cannot be written ({error.strerror}); choose a models_folder that can"
            ) from error
        try:
            yield
        finally:
            lock.release()


def _wanted(repository: Repository) -> list[RemoteFile]:
    by_path = {file.path: file for file in repository.files}
    wanted = [by_path[path] for path in files_of_model(by_path)]
    if not wanted:
        raise CheckpointError(
            f"{repository.name} holds no model that Mapside knows (config.json, tokenizer.json and "
            "model.safetensors together); choose another repository"
        )
    return wanted


def _bring(
    repository: Repository, wanted: list[RemoteFile], folder: Path, entry: Entry
) -> Iterator[Progress]:
    total = sum(file.size_bytes for file in wanted)
    doing = f"downloading {entry.title}"
    whole = 0
    for file in wanted:
        target = folder / file.path
        if not (target.is_file() and target.stat().st_size == file.size_bytes):
            for done in _patiently(repository, file, target):
                yield Progress(whole + done, total, doing)
        whole += file.size_bytes
        yield Progress(whole, total, doing)


def _patiently(repository: Repository, file: RemoteFile, target: Path) -> Iterator[int]:
    """Takes a lost connection up again as long as each try brings something."""
    part = part_of(target, file)
    waits, furthest = iter(RETRY_AFTER_S), size_of(part)
    while True:
        try:
            yield from fetch(repository, file, target)
        except OfflineError:
            if size_of(part) > furthest:
                waits, furthest = iter(RETRY_AFTER_S), size_of(part)
            wait_s = next(waits, None)
            if wait_s is None or furthest <= 0:
                raise
            time.sleep(wait_s)
        else:
            return


def _drop_other_versions(folder: Path, manifest: Manifest, before: Manifest | None) -> None:
    """Files whose content the hub has changed since, and beginnings of them."""
    current = {folder / file.path: file for file in manifest.files}
    known = {folder / file.path: file for file in before.files} if before else {}
    parts = {part_of(target, file.remote) for target, file in current.items()}
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        is_other = path in current and known.get(path) != current[path]
        if is_other or (path.name.endswith(PART) and path not in parts):
            path.unlink()


def _as_folder(model: str) -> Path | None:
    """None for what can only be a name or a repository."""
    path = Path(os.path.expandvars(model)).expanduser()
    looks_like_one = path.is_absolute() or model.startswith(".") or "\\" in model
    return path.absolute() if looks_like_one or path.is_dir() else None


def _flat(repository: str) -> str:
    return repository.replace("/", "--")


def _sizes(folder: Path) -> tuple[int, int]:
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return size, size
