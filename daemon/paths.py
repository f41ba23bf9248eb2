"""Where Mapside keeps its own files. MAPSIDE_HOME puts all of them under one folder (tests, the demo)."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs

HOME_VARIABLE = "MAPSIDE_HOME"
_APP = "mapside"


def config_folder() -> Path:
    """What the person chose."""
    return _under_home("config") or platformdirs.user_config_path(_APP, appauthor=False, roaming=True)


def data_folder() -> Path:
    """What the program remembers."""
    return _under_home("data") or platformdirs.user_data_path(_APP, appauthor=False)


def cache_folder() -> Path:
    """What can be made again at any time."""
    return _under_home("cache") or platformdirs.user_cache_path(_APP, appauthor=False)


def log_folder() -> Path:
    return _under_home("log") or platformdirs.user_log_path(_APP, appauthor=False)


def runtime_folder() -> Path:
    """What holds only while the program runs: the lock, the port, the token."""
    home = _under_home("runtime")
    if home:
        return home
    # Only Linux has a folder for this that nobody tidies up: elsewhere it is one for temporary files, and the
    # way out on Linux lies in /tmp, which others can write to.
    if str(sys.platform) == "linux" and os.access(os.environ.get("XDG_RUNTIME_DIR", ""), os.W_OK):
        return platformdirs.user_runtime_path(_APP, appauthor=False)
    return data_folder() / "runtime"


def settings_file() -> Path:
    return config_folder() / "settings.toml"


def ensure_folder(folder: Path) -> Path:
    """The folder, made if it was absent, for this user alone."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _under_home(name: str) -> Path | None:
    home = os.environ.get(HOME_VARIABLE)
    return Path(home) / name if home else None
