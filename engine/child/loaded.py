"""The model that is kept in memory: one at a time, and the one asked for last."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from engine.checkpoints import upstream
from engine.child import device

if TYPE_CHECKING:
    from pathlib import Path

    from engine.checkpoints.upstream import Checkpoint
    from engine.child.state import Teller
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


class LoadedModels:
    def __init__(self, setup: Setup, teller: Teller) -> None:
        self._setup = setup
        self._teller = teller
        self._where: device.Where | None = None
        self._loaded: Loaded | None = None

    def get(self, name: str, folder: Path) -> Loaded:
        """Loads it, if another one or none is in memory. Raises JobError or CheckpointError."""
        if self._loaded is None or self._loaded.folder != folder:
            self.unload()
            self._teller.say("loading")
            self._loaded = self._load(name, folder)
            self._teller.say_model(name, self._loaded.device_words)
        return self._loaded

    def unload(self) -> None:
        if self._loaded is None:
            return
        self._loaded = None
        gc.collect()
        if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]  # torch left it untyped
            torch.cuda.empty_cache()
        self._teller.say_model(None, None)

    def _load(self, name: str, folder: Path) -> Loaded:
        where = self._where = self._where or device.choose(
            self._setup.device, self._setup.precision, self._setup.threads
        )
        checkpoint = upstream.load(folder, dtype=where.dtype, device=where.device)
        return Loaded(checkpoint, name, folder, where.device, where.dtype, where.words)
