"""A map as a new difficulty beside it: what it is called, inside and as a file. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from engine.beatmap.document import Document

if TYPE_CHECKING:
    from collections.abc import Collection

    from engine.beatmap.sections import Metadata

_FORBIDDEN: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
"""In a file's name, on Windows: the editor leaves these out."""
LONGEST_FILE_NAME: Final = 200
NOT_UPLOADED: Final = "0"


def with_name(data: bytes, name: str) -> bytes:
    """The same map as another difficulty. Raises EditRefused."""
    document = Document.parse(data).set_value("Metadata", "Version", name)
    if document.beatmap.metadata.beatmap_id > 0:
        document = document.set_value("Metadata", "BeatmapID", NOT_UPLOADED)
    return document.to_bytes()


def file_name(metadata: Metadata, suffix: str = ".osu") -> str:
    """As the editor names it."""
    return f"{_clean(_song(metadata))} [{_clean(metadata.version)}]{suffix}"


def set_name(metadata: Metadata, suffix: str = "") -> str:
    return f"{_clean(_song(metadata))}{suffix}"


def free_name(version: str, taken: Collection[str]) -> str:
    """For a difficulty that nobody named. `taken`: those of the set."""
    known = {each.casefold() for each in taken}
    name, number = f"{version} (generated)".strip(), 2
    while name.casefold() in known:
        name = f"{version} (generated {number})".strip()
        number += 1
    return name


def _song(metadata: Metadata) -> str:
    creator = f" ({metadata.creator})" if metadata.creator else ""
    return f"{metadata.artist} - {metadata.title}{creator}"


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("", text).strip().strip(".")[:LONGEST_FILE_NAME]
