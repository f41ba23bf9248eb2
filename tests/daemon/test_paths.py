from __future__ import annotations

import stat
import sys
from typing import TYPE_CHECKING

import pytest

from daemon import paths

if TYPE_CHECKING:
    from pathlib import Path

FOLDERS = (paths.config_folder, paths.data_folder, paths.log_folder, paths.runtime_folder)


def test_one_variable_puts_every_folder_under_one_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAPSIDE_HOME", str(tmp_path))
    folders = [folder() for folder in FOLDERS]
    assert all(folder.parent == tmp_path for folder in folders)
    assert len(set(folders)) == len(FOLDERS)


def test_without_it_the_folders_are_the_systems_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAPSIDE_HOME", raising=False)
    assert all("mapside" in folder().parts for folder in FOLDERS)


def test_asking_where_a_folder_is_does_not_make_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPSIDE_HOME", str(tmp_path))
    assert not paths.settings_file().parent.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows folders have no mode bits")
def test_a_folder_made_is_for_this_user_alone(tmp_path: Path) -> None:
    folder = paths.ensure_folder(tmp_path / "runtime")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps this folder in a variable")
def test_without_a_private_runtime_folder_nothing_goes_where_others_write(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("MAPSIDE_HOME", raising=False)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    assert paths.runtime_folder().is_relative_to(paths.data_folder())


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_where_the_systems_runtime_folder_is_a_temporary_one_it_is_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, system: str
) -> None:
    """A cleaner that deletes the address of a companion would make the next start find nobody."""
    monkeypatch.delenv("MAPSIDE_HOME", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(sys, "platform", system)
    assert paths.runtime_folder() == paths.data_folder() / "runtime"
