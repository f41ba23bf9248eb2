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
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from engine.checkpoints import manifest
from engine.checkpoints.bringing import bring, drop, wanted_files
from engine.checkpoints.catalogue import REPOSITORY, Catalogue, Entry, Purpose
from engine.checkpoints.errors import CheckpointError
from engine.checkpoints.fetching import size_of
from engine.checkpoints.folders import diffusion_folder, folder_for, words
from engine.checkpoints.hub import OfflineError, look_up
from engine.checkpoints.hub_cache import snapshot_in_cache
from engine.checkpoints.manifest import Manifest
from engine.jobs import Progress

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from engine.beatmap.objects import Mode


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
            brought = Manifest.read(folder)
        except CheckpointError as error:
            return Holding(entry, State.BROKEN, folder, licence=entry.licence, note=str(error))
        if brought is None:
            return _elsewhere(entry) or Holding(entry, State.ABSENT, licence=entry.licence)
        done = sum(brought.bytes_here(folder).values())
        state = State.COMPLETE if brought.is_whole(folder) else State.PARTIAL
        return Holding(
            entry, state, folder, done, brought.size_bytes, licence=brought.licence or entry.licence
        )

    def resolve(self, model: str, mode: Mode) -> Path:
        """The folder for maps of this mode, ready to be loaded. Never asks the network."""
        if (own := self._own_folder(model)) is not None:
            return folder_for(own, mode)
        entry = self.entry(model)
        self._check_fit(entry, mode)
        held = self._here(entry)
        is_ours = held.state is State.COMPLETE
        otherwise = (
            "choose another model" if is_ours else f"`mapside models pull {entry.name}` brings what there is"
        )
        return folder_for(held.folder or self.folder, mode, otherwise)

    def resolve_diffusion(self, model: str) -> Path:
        """The folder of a model that places objects. Never asks the network."""
        own = self._own_folder(model)
        return diffusion_folder(own or self._here(self.entry(model)).folder or self.folder)

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

    def pull(self, model: str) -> Generator[Progress]:
        """In bytes. Raises CheckpointError with what has come kept."""
        entry = self.entry(model)
        folder = self._place(entry)
        held = self.holding(entry)
        if held.state is State.COMPLETE or (held.state is State.LOCAL and _is_all_there_is(held)):
            yield Progress(held.done_bytes, held.size_bytes or held.done_bytes, f"{entry.title} is here")
            return
        with self._alone(folder, entry):
            yield from bring(entry, folder)

    def remove(self, model: str) -> int:
        """How many bytes are free again."""
        if self._own_folder(model) is not None:
            raise CheckpointError(
                f"{model} is a folder of your own, which Mapside leaves alone; remove it yourself"
            )
        entry = self.entry(model)
        folder = self._place(entry)
        if not manifest.is_begun(folder):
            self._refuse_to_remove(entry, folder)
        with self._alone(folder, entry):
            try:
                return drop(folder)
            except OSError as error:
                raise CheckpointError(
                    f"{error.filename or folder} cannot be removed ({error.strerror}); unload the engine, or "
                    "close what uses it, and remove it again"
                ) from error

    def _refuse_to_remove(self, entry: Entry, folder: Path) -> None:
        if cached := snapshot_in_cache(entry.repository, entry.revision):
            raise CheckpointError(
                f"{entry.title} lies in the cache of the hub's own tools ({cached}), which Mapside "
                "leaves alone; `hf cache rm` removes it"
            )
        if folder.exists():
            raise CheckpointError(
                f"{folder} was not downloaded by Mapside, which leaves it alone; remove it yourself"
            )
        raise CheckpointError(f"{entry.title} is not on this machine; there is nothing to remove")

    # What fits, and what is here.

    def _check_fit(self, entry: Entry, mode: Mode) -> None:
        able = [other.name for other in self.catalogue.entries if _can_read(other, mode)]
        advice = f"choose {' or '.join(able[:2])}" if able else "choose another model"
        if entry.purpose == (Purpose.DIFFUSION,):
            raise CheckpointError(
                f"{entry.title} only places objects for other models: it cannot read a map; {advice}"
            )
        if mode not in entry.modes:
            raise CheckpointError(
                f"{entry.title} knows {words(entry.modes)} maps, not {words([mode])} ones; {advice}"
            )

    def _here(self, entry: Entry) -> Holding:
        held = self.holding(entry)
        if held.state in (State.COMPLETE, State.LOCAL):
            return held
        if instead := _elsewhere(entry):
            return instead
        if held.state is State.BROKEN:
            raise CheckpointError(held.note)
        rest = "is not on this machine" if held.state is State.ABSENT else "is only partly downloaded"
        raise CheckpointError(
            f"{entry.title} {rest}; `mapside models pull {entry.name}`, or the page's list of models, "
            "brings it"
        )

    def _own_folder(self, model: str) -> Path | None:
        return None if self.catalogue.named(model) else _as_folder(model)

    # Where things lie.

    def _place(self, entry: Entry) -> Path:
        return self.folder / _flat(entry.repository)

    def _brought(self) -> list[Entry]:
        try:
            folders = sorted(self.folder.iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise CheckpointError(
                f"{self.folder} cannot be read ({error.strerror}); choose a models_folder that can"
            ) from error
        return [
            Entry(name=path.name, title=repository, repository=repository, family="")
            for path in folders
            if re.fullmatch(REPOSITORY, repository := path.name.replace("--", "/", 1))
            and manifest.is_begun(path)
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


def _elsewhere(entry: Entry) -> Holding | None:
    """What the hub's own tools have brought, the reference among them."""
    cached = snapshot_in_cache(entry.repository, entry.revision)
    if cached is None:
        return None
    size = sum(path.stat().st_size for path in cached.rglob("*") if path.is_file())
    note = "in the cache of the hub's own tools; Mapside uses it there and never removes it"
    return Holding(entry, State.LOCAL, cached, size, size, licence=entry.licence, note=note)


def _is_all_there_is(cached: Holding) -> bool:
    """Those tools bring single files too: a model for one mode of four. As far as can be known offline."""
    try:
        repository = look_up(cached.entry.repository, cached.entry.revision)
    except OfflineError:
        return True
    folder = cached.folder
    return folder is not None and all(
        size_of(folder / file.path) == file.size_bytes for file in wanted_files(repository)
    )


def _can_read(entry: Entry, mode: Mode) -> bool:
    return mode in entry.modes and entry.purpose != (Purpose.DIFFUSION,)


def _as_folder(model: str) -> Path | None:
    """None for what can only be a name or a repository."""
    if not model.strip():  # a path would take it for the folder we stand in
        return None
    try:
        path = Path(os.path.expandvars(model)).expanduser()
        looks_like_one = path.is_absolute() or model.startswith(".") or "\\" in model
        return path.absolute() if looks_like_one or path.is_dir() else None
    except (OSError, ValueError, RuntimeError):  # nothing that a path can be
        return None


def _flat(repository: str) -> str:
    return repository.replace("/", "--")
