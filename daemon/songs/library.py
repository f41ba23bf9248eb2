"""Where the Songs folder is, and what lies in it: sets, maps, and what belongs to a map."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from daemon.songs.caseless import find_inside
from daemon.songs.songs_folder import SongsSearch, find_songs
from daemon.watch.notices import is_map

__all__ = [
    "SongsSearch",
    "audio_of",
    "find_songs",
    "find_songs_folder",
    "maps_changed_since",
    "number_of_sets",
    "set_of",
    "siblings_of",
]


def find_songs_folder(chosen: Path | None = None) -> Path | None:
    """The folder the person chose, or osu!'s own; None: ask. `find_songs` tells where it looked."""
    return find_songs(chosen).folder


def set_of(songs: Path, path: Path) -> Path | None:
    """The set a map lies in: the folder directly below Songs."""
    parts = path.relative_to(songs).parts if path.is_relative_to(songs) else ()
    return songs / parts[0] if len(parts) > 1 else None


def number_of_sets(songs: Path) -> int:
    with os.scandir(songs) as entries:
        return sum(entry.is_dir() for entry in entries)


def audio_of(map_path: Path, audio_filename: str) -> Path | None:
    """The audio file a map names, whatever the case; None if it is not in the set."""
    return find_inside(map_path.parent, audio_filename)


def siblings_of(map_path: Path) -> tuple[Path, ...]:
    """The other difficulties of the set, by name."""
    with suppress(OSError):
        names = (entry for entry in map_path.parent.iterdir() if is_map(entry.name))
        return tuple(sorted(path for path in names if path.name != map_path.name))
    return ()


def maps_changed_since(folder: Path, since_s: float) -> list[Path]:
    """Every map below a folder that was written after a time of the wall clock, in seconds."""
    changed = []
    for current, _, names in os.walk(folder, followlinks=True):
        for path in (Path(current, name) for name in names if is_map(name)):
            with suppress(OSError):
                if path.stat().st_mtime >= since_s:
                    changed.append(path)
    return changed
