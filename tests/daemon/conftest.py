"""A home and a Songs folder for a companion of the test's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from daemon import paths

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path / "home"))


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    folder = tmp_path / "Songs"
    folder.mkdir()
    return folder
