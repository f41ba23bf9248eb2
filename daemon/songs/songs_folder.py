"""Finds osu!'s Songs folder: on Windows through the registry, on Linux in the usual homes of Wine.

Facts: the registry keys and `osu!.<user>.cfg` with its BeatmapDirectory as osu!(stable) writes them; the
folders as Wine, osu-winello, Lutris, Bottles, Steam's Proton, Heroic and PlayOnLinux make them.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING

from daemon.songs.caseless import entry_named
from daemon.songs.wine import REGISTRY_KEYS, WinePrefix, folder_of_command

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_CONFIGURATION = "osu!.{user}.cfg"
_PREFIXES = (
    ".wine",
    ".local/share/wineprefixes/*",
    ".local/share/osu-wine/*",
    "Games/*",
    "Games/Heroic/Prefixes/*",
    "Games/Heroic/Prefixes/default/*",
    ".local/share/lutris/runners/winesteam/prefix*",
    ".local/share/bottles/bottles/*",
    ".var/app/com.usebottles.bottles/data/bottles/bottles/*",
    ".var/app/net.lutris.Lutris/data/games/*",
    ".PlayOnLinux/wineprefix/*",
    ".steam/steam/steamapps/compatdata/*/pfx",
    ".local/share/Steam/steamapps/compatdata/*/pfx",
    ".var/app/com.valvesoftware.Steam/.local/share/Steam/steamapps/compatdata/*/pfx",
)
_INSTALLATIONS = (
    ".local/share/osu-wine",
    ".local/share/osu-wine/osu!",
    ".osu",
    "osu!",
    "osu",
    "Games/osu!",
    "Games/osu",
)
"""Folders of osu! itself outside of any prefix."""


@dataclass(frozen=True, slots=True)
class SongsSearch:
    folder: Path | None
    """The Songs folder; None: ask the person."""
    how: str
    """How it was found: "osu!'s registry key"; or, if it was not, a sentence that says so."""
    looked_at: tuple[Path, ...] = ()
    """Every Songs folder that would have been taken, in order; for the question, and for the doctor."""
    others: tuple[Path, ...] = ()
    """Further Songs folders that exist."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What the search asks the system; a test makes its own."""

    home: Path
    environment: Mapping[str, str]
    is_windows: bool
    registry: Callable[[str], str | None]
    """The default value of a key below HKEY_CLASSES_ROOT."""


def this_machine() -> Machine:
    return Machine(Path.home(), os.environ, sys.platform == "win32", classes_root_value)


def find_songs(chosen: Path | None = None, machine: Machine | None = None) -> SongsSearch:
    """The folder the person chose, else the first one found that exists."""
    if chosen is not None:
        if chosen.is_dir():
            return SongsSearch(chosen, "the folder you chose", (chosen,))
        return SongsSearch(None, f"The folder you chose, {chosen}, is not there.", (chosen,))
    found: dict[Path, str] = {}
    looked_at: dict[Path, None] = {}
    for songs, how in _candidates(machine or this_machine()):
        looked_at[songs] = None
        if songs.is_dir():
            found.setdefault(songs.resolve(), how)
    if not found:
        return SongsSearch(None, "osu!'s Songs folder was not found.", tuple(looked_at))
    best = next((folder for folder in found if _holds_something(folder)), next(iter(found)))
    others = tuple(folder for folder in found if folder != best)
    return SongsSearch(best, found[best], tuple(looked_at), others)


def _holds_something(folder: Path) -> bool:
    with suppress(OSError):
        return any(folder.iterdir())
    return False


def _candidates(machine: Machine) -> Iterator[tuple[Path, str]]:
    user = machine.environment.get("USERNAME") or machine.environment.get("USER") or machine.home.name
    if machine.is_windows:
        for folder, how in _windows_installations(machine):
            yield songs_of(folder, user, Path), how
        return
    for prefix in _prefixes(machine):
        for folder, how in prefix.installations():
            yield songs_of(folder, user, prefix.host_path), how
    for folder in _loose_installations(machine):
        yield songs_of(folder, user, _outside_of_wine), f"osu! in {folder}"


def _windows_installations(machine: Machine) -> Iterator[tuple[Path, str]]:
    for key in REGISTRY_KEYS:
        value = machine.registry(key)
        folder = folder_of_command(value) if value else None
        if folder:
            yield Path(PureWindowsPath(folder).as_posix()), "osu!'s registry key"
    local = machine.environment.get("LOCALAPPDATA")
    yield (Path(local) if local else machine.home / "AppData/Local") / "osu!", "osu!'s usual folder"


def _prefixes(machine: Machine) -> Iterator[WinePrefix]:
    named = machine.environment.get("WINEPREFIX")
    if named:
        yield WinePrefix(Path(named))
    for pattern in _PREFIXES:
        for folder in sorted(_existing(machine.home, pattern)):
            if (folder / "drive_c").is_dir():
                yield WinePrefix(folder)


def _loose_installations(machine: Machine) -> Iterator[Path]:
    data = Path(machine.environment.get("XDG_DATA_HOME") or machine.home / ".local/share")
    with suppress(OSError):  # osu-winello notes the folder it was told to use
        noted = (data / "osuconfig" / "osupath").read_text(encoding="utf-8", errors="replace").strip()
        if noted:
            yield Path(noted)
    for name in _INSTALLATIONS:
        yield machine.home / name


def _existing(home: Path, pattern: str) -> list[Path]:
    with suppress(OSError):
        return list(home.glob(pattern))
    return []


def _outside_of_wine(windows_path: str) -> Path | None:
    """Without a prefix only Wine's name for the whole of Linux means anything."""
    path = PureWindowsPath(windows_path)
    return Path("/", *path.parts[1:]) if path.drive.lower() == "z:" else None


def songs_of(installation: Path, user: str, host_path: Callable[[str], Path | None]) -> Path:
    """Where an osu! folder keeps its beatmaps: what its configuration says, else Songs."""
    directory = _beatmap_directory(installation, user) or "Songs"
    if PureWindowsPath(directory).drive:
        absolute = host_path(directory)
        return absolute if absolute is not None else installation / "Songs"
    folder = installation
    for part in PureWindowsPath(directory).parts:
        folder = entry_named(folder, part) or folder / part
    return folder


def _beatmap_directory(installation: Path, user: str) -> str | None:
    """From this user's configuration, else from the one written last: a computer's name may have changed."""
    own = entry_named(installation, _CONFIGURATION.format(user=user))
    with suppress(OSError):
        files = sorted(installation.glob("osu!.*.cfg"), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in [*([own] if own else []), *files]:
            directory = beatmap_directory(file.read_text(encoding="utf-8-sig", errors="replace"))
            if directory:
                return directory
    return None


def beatmap_directory(configuration: str) -> str | None:
    for line in configuration.splitlines():
        key, separator, value = line.partition("=")
        if separator and key.strip().lower() == "beatmapdirectory" and value.strip():
            return value.strip().strip('"')
    return None


if sys.platform == "win32":
    import winreg

    def classes_root_value(key: str) -> str | None:
        try:
            with winreg.OpenKey(winreg.HKEY_CLASSES_ROOT, key) as opened:
                value, _ = winreg.QueryValueEx(opened, "")
        except OSError:
            return None
        return value if isinstance(value, str) else None

else:

    def classes_root_value(key: str) -> str | None:  # noqa: ARG001  # only Windows has one
        return None
