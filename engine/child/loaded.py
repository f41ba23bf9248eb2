"""The model that is kept in memory: one at a time, and the one asked for last."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import torch

from engine.checkpoints import upstream
from engine.child import device
from engine.jobs import JobError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine.checkpoints.upstream import Checkpoint
    from engine.child.state import Teller
    from engine.jobs import Job
    from engine.pipe import Setup


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    checkpoint: Checkpoint
    name: str
    """As the person calls it."""
    folder: Path
    device: torch.device
    dtype: torch.dtype
    device_words: str


_OF_A_MODEL: Final = frozenset({".json", ".safetensors"})
"""Whoever trains it may write anything else beside it."""
_Files: TypeAlias = frozenset[tuple[str, int, int, int]]
"""Of each: name, size, time of the last change, and number on the disk."""


class LoadedModels:
    def __init__(self, setup: Setup, teller: Teller) -> None:
        self._setup = setup
        self._teller = teller
        self._where: device.Where | None = None
        self._loaded: Loaded | None = None
        self._files: _Files = frozenset()
        """Its folder's when it was loaded: others may stand there under the same names by now."""
        self._jobs: list[Job] = []
        """All that use the loaded model, and by that hold it in memory."""

    def work_with(self, name: str, folder: Path, work: Callable[[Loaded], Job]) -> Job:
        """What `work` does with a model, until that is done or another model is asked for.

        Raises JobError, or CheckpointError where the folder holds no model.
        """
        job = work(self._get(name, folder))
        self._jobs.append(job)
        try:
            yield from job
            if job not in self._jobs:
                raise JobError(f"another model was asked for while {name} was at work: ask {name} again")
        finally:
            self._jobs = [other for other in self._jobs if other is not job]

    def unload(self) -> None:
        """Two models seldom fit side by side: whoever uses this one loses it."""
        jobs, self._jobs = self._jobs, []
        for job in jobs:
            job.close()
        if self._loaded is None:
            return
        self._loaded = None
        gc.collect()
        if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]  # torch left it untyped
            torch.cuda.empty_cache()
        self._teller.say_model(None, None)

    def _get(self, name: str, folder: Path) -> Loaded:
        files = _files_of(folder)
        if self._loaded is None or self._loaded.folder != folder or self._files != files:
            self.unload()
            self._teller.say("loading")
            self._loaded, self._files = self._load(name, folder), files
            self._teller.say_model(name, self._loaded.device_words)
            self._teller.say("working")
        return self._loaded

    def _load(self, name: str, folder: Path) -> Loaded:
        where = self._where = self._where or device.choose(
            self._setup.device, self._setup.precision, self._setup.threads
        )
        checkpoint = upstream.load(folder, dtype=where.dtype, device=where.device)
        return Loaded(checkpoint, name, folder, where.device, where.dtype, where.words)


def _files_of(folder: Path) -> _Files:
    """Of a folder that cannot be looked into: none, and loading says why."""
    try:
        found = [(path.name, path.stat()) for path in folder.iterdir() if path.suffix in _OF_A_MODEL]
    except OSError:
        return frozenset()
    return frozenset((name, stat.st_size, stat.st_mtime_ns, stat.st_ino) for name, stat in found)
