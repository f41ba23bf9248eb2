"""A map as a new difficulty beside it: what it is called, inside and as a file. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from engine.beatmap.document import Document

if TYPE_CHECKING:
    from collections.abc import Collection

    from engine.beatmap.sections import Metadata

_FORBIDDEN: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
"""In a file's name, on Windows: the editor leaves these out."""
_OF_DEVICES: Final = re.compile(r"(?:CON|PRN|AUX|NUL|COM[0-9¹²³]|LPT[0-9¹²³])\s*(?:\.|$)", re.IGNORECASE)
"""What begins so is no file on Windows, whatever follows the dot: what is written there is gone."""
LONGEST_NAME_BYTES: Final = 120
"""In UTF-8, without its end: Windows takes 260 characters with all folders above, other systems 255 bytes."""
LONGEST_VERSION_BYTES: Final = 60
"""Of those: difficulties of one set differ in nothing else."""
LONGEST_BASE_BYTES: Final = 44
"""Of a name that is made of another, and must differ from it as a file's name as well."""
MOST_TRIES: Final = 1000
NOT_UPLOADED: Final = "0"


def with_name(data: bytes, name: str) -> bytes:
    """The same map as another difficulty. Raises EditRefused."""
    document = Document.parse(data).set_value("Metadata", "Version", name)
    if document.beatmap.metadata.beatmap_id > 0:
        document = document.set_value("Metadata", "BeatmapID", NOT_UPLOADED)
    return document.to_bytes()


def file_name(metadata: Metadata, suffix: str = ".osu") -> str:
    """As the editor names it."""
    version = _cut(_clean(metadata.version), LONGEST_VERSION_BYTES)
    around = f" [{version}]"
    song = _cut(_clean(_song(metadata)), LONGEST_NAME_BYTES - len(around.encode(errors="replace")))
    return _no_device(f"{song}{around}{suffix}")


def set_name(metadata: Metadata) -> str:
    """For a folder, or an archive: Windows drops dots and spaces at the end of a folder's name."""
    return _no_device(_cut(_clean(_song(metadata)), LONGEST_NAME_BYTES).rstrip(" ."))


def free_name(metadata: Metadata, taken: Collection[str]) -> str:
    """For a difficulty that nobody named. `taken`: the names of the set's files."""
    known = {each.casefold() for each in taken}
    base = _cut(metadata.version, LONGEST_BASE_BYTES)
    names = [
        f"{base} (generated{number})".strip() for number in ("", *(f" {n}" for n in range(2, MOST_TRIES)))
    ]
    free = (name for name in names if file_name(replace(metadata, version=name)).casefold() not in known)
    return next(free, names[-1])


def _song(metadata: Metadata) -> str:
    creator = f" ({metadata.creator})" if metadata.creator else ""
    return f"{metadata.artist} - {metadata.title}{creator}"


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("", text).strip().strip(".")


def _no_device(name: str) -> str:
    return f"_{name}" if _OF_DEVICES.match(name) else name


def _cut(text: str, most_bytes: int) -> str:
    while len(text.encode(errors="replace")) > most_bytes:
        text = text[:-1]
    return text.strip()
