"""A Wine prefix: its drives, its registry, and where osu! is in it."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING

from daemon.songs.caseless import entry_named

if TYPE_CHECKING:
    from collections.abc import Iterator

REGISTRY_KEYS = (
    r"osu\DefaultIcon",
    r"osu\shell\open\command",
    r"osustable.File.osz\shell\open\command",
    r"osu!\shell\open\command",
)
"""Below HKEY_CLASSES_ROOT; which of them exist depends on when osu! was installed."""

_USUAL_FOLDERS = (
    "users/*/AppData/Local/osu!",
    "users/*/Local Settings/Application Data/osu!",
    "osu!",
    "osu",
    "Program Files/osu!",
    "Program Files (x86)/osu!",
    "Games/osu!",
)
_REGISTRY_FILES = ("user.reg", "system.reg")


@dataclass(frozen=True, slots=True)
class WinePrefix:
    folder: Path

    def installations(self) -> Iterator[tuple[Path, str]]:
        """Folders of osu! in this prefix, the registered one first."""
        for value in self._registered_commands():
            registered = folder_of_command(value)
            path = self.host_path(registered) if registered else None
            if path is not None:
                yield path, f"osu!'s registry key in {self.folder}"
        for pattern in _USUAL_FOLDERS:
            with suppress(OSError):
                for path in sorted((self.folder / "drive_c").glob(pattern)):
                    yield path, f"osu! in {self.folder}"

    def host_path(self, windows_path: str) -> Path | None:
        """Where a path of the Windows inside lies outside; None if it has no such drive."""
        path = PureWindowsPath(windows_path)
        drive = self._drive(path.drive.lower())
        for part in path.parts[1:]:
            drive = (entry_named(drive, part) or drive / part) if drive is not None else None
        return drive

    def _drive(self, letter: str) -> Path | None:
        linked = self.folder / "dosdevices" / letter
        if letter and linked.exists():
            return linked.resolve()
        return {"c:": self.folder / "drive_c", "z:": Path("/")}.get(letter)

    def _registered_commands(self) -> Iterator[str]:
        for name in _REGISTRY_FILES:
            with suppress(OSError):
                text = (self.folder / name).read_text(encoding="utf-8", errors="replace")
                for key in REGISTRY_KEYS:
                    value = registry_default(text, rf"Software\Classes\{key}")
                    if value:
                        yield value


def registry_default(text: str, key: str) -> str | None:
    """The default value of a key in one of Wine's registry files, which are text."""
    header = re.escape("[" + key.replace("\\", "\\\\") + "]")
    found = re.search(
        rf'^{header}[^\n]*\n(?:(?!\[)[^\n]*\n)*?@="((?:[^"\\]|\\.)*)"', text, re.MULTILINE | re.IGNORECASE
    )
    return re.sub(r"\\(.)", r"\1", found.group(1)) if found else None


def folder_of_command(value: str) -> str | None:
    r"""The folder of osu!.exe in `"C:\osu!\osu!.exe",1` or `"C:\osu!\osu!.exe" "%1"`, quoted or not."""
    found = re.match(r'\s*"?([^"]*?osu!?\.exe)', value, re.IGNORECASE)
    return str(PureWindowsPath(found.group(1)).parent) if found else None
