"""The model that places objects for others, kept in memory beside the one that asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.checkpoints.catalogue import Purpose
from engine.checkpoints.errors import CheckpointError
from engine.diffusion.load import load_diffusion

if TYPE_CHECKING:
    from pathlib import Path

    import torch

    from engine.checkpoints.store import Store
    from engine.diffusion.load import Diffusion


class LoadedPlacer:
    def __init__(self) -> None:
        self._folder: Path | None = None
        self._loaded: Diffusion | None = None

    def get(self, store: Store, device: torch.device) -> Diffusion:
        """Raises CheckpointError where there is none on this machine."""
        folder = _folder(store)
        if self._loaded is None or self._folder != folder:
            self.unload()
            self._loaded, self._folder = load_diffusion(folder, device), folder
        return self._loaded

    def unload(self) -> None:
        self._loaded = self._folder = None


def _folder(store: Store) -> Path:
    """The first that the catalogue names for nothing else."""
    placing = [entry for entry in store.catalogue.entries if entry.purpose == (Purpose.DIFFUSION,)]
    if not placing:
        raise CheckpointError("no model that places objects is named in the list of models; add one there")
    return store.resolve_diffusion(placing[0].name)
