"""What lies in a Songs folder: sets, maps, and what belongs to a map.

osu! runs on Windows, where names have no case; maps name their audio accordingly, wherever they are read.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path, PureWindowsPath

from daemon.notices import is_map


def set_of(songs: Path, path: Path) -> Path | None:
    """The set a map lies in: the folder directly below Songs."""
    parts = path.relative_to(songs).parts if path.is_relative_to(songs) else ()
    return songs / parts[0] if len(parts) > 1 else None


def audio_of(map_path: Path, audio_filename: str) -> Path | None:
    """The audio file a map names, whatever the case; None if it is not in the set."""
    return find_inside(map_path.parent, audio_filename)


def siblings_of(map_path: Path) -> tuple[Path, ...]:
    """The other difficulties of the set, by name."""
    with suppress(OSError):
        names = (entry for entry in map_path.parent.iterdir() if is_map(entry.name))
        return tuple(sorted(path for path in names if path.name != map_path.name))
    return ()


def find_inside(folder: Path, name: str) -> Path | None:
    """A file in a folder or below it by the name Windows would find it under; never one outside."""
    parts = PureWindowsPath(name.strip().strip('"').replace("/", "\\")).parts
    if not parts or ".." in parts or PureWindowsPath(name).anchor:
        return None
    found: Path | None = folder
    for part in parts:
        found = entry_named(found, part) if found is not None else None
    return found if found is not None and found.is_file() else None


def entry_named(folder: Path, name: str) -> Path | None:
    """The exact name first: Linux may hold two that differ in case only."""
    exact = folder / name
    if exact.exists():
        return exact
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.casefold() == name.casefold():
                return Path(entry.path)
    return None


def maps_changed_since(folder: Path, since_s: float) -> list[Path]:
    """Every map below a folder that was written after a time of the wall clock, in seconds."""
    changed = []
    for current, _, names in os.walk(folder, followlinks=True):
        for path in (Path(current, name) for name in names if is_map(name)):
            with suppress(OSError):
                if path.stat().st_mtime >= since_s:
                    changed.append(path)
    return changed
