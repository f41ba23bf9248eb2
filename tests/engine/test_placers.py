"""The model that places objects for others, in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from engine.checkpoints.catalogue import Catalogue, Entry, Purpose
from engine.checkpoints.errors import CheckpointError
from engine.checkpoints.store import Store
from engine.child.placers import LoadedPlacer
from tests.shared_data import shared

if TYPE_CHECKING:
    from pathlib import Path

CPU = torch.device("cpu")


def test_one_that_is_not_here_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="is not on this machine"):
        LoadedPlacer().get(Store(tmp_path), CPU)


def test_where_none_is_named_that_is_said(tmp_path: Path) -> None:
    entries = (Entry(name="v32", title="V32", repository="a/b", family="v32", default=True),)
    with pytest.raises(CheckpointError, match="no model that places objects is named"):
        LoadedPlacer().get(Store(tmp_path, Catalogue(entries)), CPU)


def test_it_is_loaded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = shared("golden", "checkpoints", "osu_diffusion_tiny")
    monkeypatch.setattr(Store, "resolve_diffusion", lambda _store, _model: folder)
    placer, store = LoadedPlacer(), Store(tmp_path)
    first = placer.get(store, CPU)
    assert placer.get(store, CPU) is first
    placer.unload()
    assert placer.get(store, CPU) is not first
    assert Purpose.DIFFUSION in store.catalogue.entries[-1].purpose
