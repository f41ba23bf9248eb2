"""What a person switches while the program runs, written into their settings file for the next start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon import paths
from daemon.requests import RefusedError
from daemon.settings import SettingsError, save_setting

if TYPE_CHECKING:
    from daemon.settings_file import SettingValue


def write_down(key: str, value: SettingValue, done: str) -> None:
    """`done`: what is so until then. Raises RefusedError where the file cannot be written."""
    file = paths.settings_file()
    try:
        save_setting(file, key, value)
    except OSError as error:
        raise RefusedError(
            f"{done}, but that could not be written down for the next start: {file} ({error.strerror})."
        ) from error
    except SettingsError as error:
        raise RefusedError(
            f"{done}, but that could not be written down for the next start. {error}"
        ) from error
