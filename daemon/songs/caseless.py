"""Finds files by the names Windows would find them under: osu! runs there, and its maps spell accordingly."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path, PureWindowsPath


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
