"""When a file that is being written may be taken for saved. Decisions only: no clock, no file, no thread.

Stable truncates a map and writes it anew, other programs write in chunks, and a crash may leave zeros. What
looks whole is taken at once; what may be half a file is given longer, and what cannot be a beatmap is never
taken. What the system says about the writer counts as much as the content does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from engine.beatmap.document import content_hash

if TYPE_CHECKING:
    from daemon.settings import WatchSettings

_SECTION = re.compile(rb"^\[(\w+)\]", re.MULTILINE)
_FORMAT_LINE = b"osu file format v"
_FORMAT_LINE_WITHIN_BYTES = 200
"""A byte order mark and a few blank lines may stand before the format line."""
_NOTHING = b"\0 \t\r\n"
_LAST_SECTION = b"HitObjects"


@dataclass(frozen=True, slots=True)
class Version:
    """What is remembered of the last version of a file: enough to know the same again, and half of it."""

    content_hash: str
    size_bytes: int
    sections: frozenset[bytes]
    ends_a_line: bool

    @classmethod
    def of(cls, data: bytes) -> Version:
        return cls(
            content_hash=content_hash(data),
            size_bytes=len(data),
            sections=_shared(frozenset(_SECTION.findall(data))),
            ends_a_line=data.endswith(b"\n"),
        )


class Look(Enum):
    WHOLE = "whole"
    SMALLER = "smaller than the last version"
    DOUBTFUL = "perhaps half a file"
    HOPELESS = "no beatmap"


class Writer(Enum):
    CLOSED = "closed"
    UNKNOWN = "unknown"
    OPEN = "open"


def look(data: bytes, version: Version, last: Version | None) -> Look:
    """What the content says about itself. `last` is what was there before, if we have seen it."""
    if not data.strip(_NOTHING):
        return Look.HOPELESS
    if b"\0" in data or _FORMAT_LINE not in data[:_FORMAT_LINE_WITHIN_BYTES]:
        return Look.DOUBTFUL
    expected = last.sections if last else frozenset((_LAST_SECTION,))
    if expected - version.sections:
        return Look.DOUBTFUL
    if not version.ends_a_line and (last is None or last.ends_a_line):
        return Look.DOUBTFUL
    if last and version.size_bytes < last.size_bytes:
        return Look.SMALLER
    return Look.WHOLE


def patience_ms(seen: Look, writer: Writer, settings: WatchSettings) -> int:
    """How long such a file must have lain still before it counts as saved."""
    if seen is Look.HOPELESS:
        return settings.give_up_ms
    closed_ms = {
        Look.WHOLE: settings.settle_ms,
        Look.SMALLER: settings.smaller_ms,
        Look.DOUBTFUL: settings.doubtful_ms,
    }[seen]
    if writer is Writer.CLOSED:
        return closed_ms
    unclosed_ms = closed_ms * settings.unclosed_factor
    return unclosed_ms if writer is Writer.UNKNOWN else max(unclosed_ms, settings.open_writer_ms)


def first_look_ms(writer: Writer, settings: WatchSettings) -> int:
    """How long to wait before a look is worth the read."""
    return settings.open_writer_ms if writer is Writer.OPEN else settings.settle_ms


_section_sets: dict[frozenset[bytes], frozenset[bytes]] = {}


def _shared(sections: frozenset[bytes]) -> frozenset[bytes]:
    """Nearly all maps have the same sections: one object for all of them."""
    if len(_section_sets) > 1000:  # noqa: PLR2004  # somebody's nonsense must not fill the memory
        _section_sets.clear()
    return _section_sets.setdefault(sections, sections)
