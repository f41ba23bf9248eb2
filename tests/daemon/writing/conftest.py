"""A set with a song and a companion whose engine's process writes circles instead of what a model would."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from daemon import engine_link
from engine.host import Engine
from tests.daemon.synth import make_set
from tests.daemon.writing.writing_child import PAUSE_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CHILD = "tests.daemon.writing.writing_child"


@pytest.fixture
def a_set(songs: Path) -> Path:
    return make_set(songs)


@pytest.fixture
def stub_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for a model that is not looked into."""
    monkeypatch.setattr(engine_link, "Engine", partial(Engine, module=CHILD))
    folder = tmp_path / "stub"
    folder.mkdir()
    return folder


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """How long each step of that process takes, for those that start from now on."""
    return lambda pause_s: monkeypatch.setenv(PAUSE_VARIABLE, str(pause_s))
