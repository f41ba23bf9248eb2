"""A .osu file as a document: lines that print back byte for byte, and the map that they describe.

A document never changes. An edit gives a new one, in which every line that was not edited is the very same
bytes; an edit whose result the game could not read is refused.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from engine.beatmap.beatmap import Beatmap
from engine.beatmap.edits import Editing, EditRefused
from engine.beatmap.layout import Layout, read_layout
from engine.beatmap.reading import BOM

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from engine.beatmap.objects import Problem

__all__ = ["Document", "EditRefused"]


# Without slots: cached_property keeps its results in the instance's dictionary.
@dataclass(frozen=True)
class Document:
    lines: tuple[bytes, ...]
    """Each with its own terminator: LF, CRLF, a lone CR, or none at the end of the file."""
    newline: bytes = field(default=b"\r\n", compare=False)
    """The file's usual terminator, for lines that are inserted."""

    @classmethod
    def parse(cls, data: bytes) -> Document:
        """Never raises, whatever the bytes: what was not understood is in `problems`."""
        return cls(tuple(data.splitlines(keepends=True)), usual_newline(data))

    def to_bytes(self) -> bytes:
        return b"".join(self.lines)

    @cached_property
    def text_lines(self) -> tuple[bytes, ...]:
        """The same lines without the byte order mark that may stand before the first."""
        if not self.lines or not self.lines[0].startswith(BOM):
            return self.lines
        return (self.lines[0].removeprefix(BOM), *self.lines[1:])

    @cached_property
    def layout(self) -> Layout:
        return read_layout(self.text_lines)

    @property
    def format_version(self) -> int:
        return self.layout.format_version

    @cached_property
    def beatmap(self) -> Beatmap:
        return Beatmap(self)

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that could not be understood, by line, those of the typed views included."""
        found = (*self.layout.problems, *self.beatmap.problems)
        return tuple(sorted(found, key=lambda problem: problem.line))

    def replace_line(self, line: int, text: str) -> Document:
        """The line's text without its terminator, which stays."""
        return Editing(self).replace_line(line, text).finish()

    def insert_lines(self, before_line: int, texts: Sequence[str]) -> Document:
        """New lines with the file's usual terminator; `before_line` may be one past the last line."""
        return Editing(self).insert_lines(before_line, texts).finish()

    def delete_lines(self, lines: Collection[int]) -> Document:
        return Editing(self).delete_lines(lines).finish()

    def set_value(self, section: str, key: str, value: str) -> Document:
        """The value of a `Key: value` line, which is added, and its section with it, where it is missing."""
        return Editing(self).set_value(section, key, value).finish()

    def replace_range(
        self, start_ms: float, end_ms: float, *, objects: Sequence[str], timing: Sequence[str] | None = None
    ) -> Document:
        """Other hit objects, and other timing lines unless None, for those that start in the closed range.

        The lines may be given in any order; they go into the file in order of time. Comments stay where
        they are.
        """
        editing = Editing(self).replace_objects(start_ms, end_ms, objects)
        if timing is not None:
            editing.replace_timing(start_ms, end_ms, timing)
        return editing.finish()


def content_hash(data: bytes) -> str:
    """What a file's content is known by, wherever somebody asks whether it still is the same: SHA-256."""
    return hashlib.sha256(data).hexdigest()


def usual_newline(data: bytes) -> bytes:
    """The most frequent terminator; CRLF, which the editor writes, where there is none."""
    crlf = data.count(b"\r\n")
    counts = {b"\r\n": crlf, b"\n": data.count(b"\n") - crlf, b"\r": data.count(b"\r") - crlf}
    best = max(counts, key=lambda newline: counts[newline])
    return best if counts[best] else b"\r\n"
