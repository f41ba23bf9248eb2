"""How a document is edited: which bytes change, where new lines go, and what is refused.

Line numbers mean the document before the edit throughout, however many changes one edit makes. Untouched
lines are the very same bytes; only a last line without a terminator gets one when something follows it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Final

from engine.beatmap.layout import SECTION_ORDER, section_title
from engine.beatmap.parse_sections import key_values
from engine.beatmap.reading import (
    BOM,
    UTF16_BOMS,
    Unreadable,
    decoded,
    encoded,
    quoted,
    terminator_of,
    without_comment,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from engine.beatmap.document import Document
    from engine.beatmap.objects import HitObject
    from engine.beatmap.timing import TimingPoint

KEY_STYLES: Final = {
    "General": "{}: {}",
    "Editor": "{}: {}",
    "Metadata": "{}:{}",
    "Difficulty": "{}:{}",
    "Colours": "{} : {}",
}
"""The sections of `Key: value` lines, and how the editor writes them."""


class EditRefused(ValueError):  # noqa: N818 - reads as what happened
    """The edit would give a map that the game could not read. The message says why, to a person."""


class Editing:
    """One edit in the making: what stands in each line's place, and what goes in before it."""

    def __init__(self, document: Document) -> None:
        if document.lines and document.lines[0].startswith(UTF16_BOMS):
            raise EditRefused("The file is UTF-16. Save it once in the editor, which writes UTF-8.")
        self._before = document
        self._headers = {section.header_line for section in document.layout.sections}
        self._replaced: dict[int, bytes | None] = {}
        """None: deleted."""
        self._inserted: dict[int, list[bytes]] = {}
        """By the line they go before; the number of lines means the end of the file."""

    def replace_line(self, line: int, text: str) -> Editing:
        self._must_be_ordinary(line, text)
        self._put(line, line_bytes(text))
        return self

    def insert_lines(self, before_line: int, texts: Sequence[str]) -> Editing:
        if not 0 <= before_line <= len(self._before.lines):
            raise EditRefused(f"Nothing can go before line {before_line + 1}: the file is shorter than that.")
        for text in texts:
            if section_title(line_bytes(text)) is not None:
                raise EditRefused(f"{quoted(text)} would start a new section.")
        self._insert(before_line, [line_bytes(text) for text in texts])
        return self

    def delete_lines(self, lines: Collection[int]) -> Editing:
        for line in lines:
            self._must_be_ordinary(line, "")
            self._replaced[line] = None
        return self

    def set_value(self, section: str, key: str, value: str) -> Editing:
        key, value = key.strip(), value.strip()
        _must_be_settable(section, key, value)
        lines = self._before.text_lines
        entries = key_values(lines, self._before.layout, section)
        numbers = [number for number, name, _ in entries if name == key]
        if numbers:
            self._put(numbers[-1], _with_value(lines[numbers[-1]], value, section))
        else:
            self._append(section, [line_bytes(KEY_STYLES[section].format(key, value).rstrip())])
        return self

    def replace_objects(self, start_ms: float, end_ms: float, texts: Sequence[str]) -> Editing:
        beatmap = self._before.beatmap
        self._replace_timed(
            "HitObjects", beatmap.objects, beatmap.object_reader.read, (start_ms, end_ms), texts
        )
        return self

    def replace_timing(self, start_ms: float, end_ms: float, texts: Sequence[str]) -> Editing:
        beatmap = self._before.beatmap
        self._replace_timed(
            "TimingPoints", beatmap.timing.points, beatmap.timing_reader.read, (start_ms, end_ms), texts
        )
        return self

    def finish(self) -> Document:
        """The document after the edit, or the same one where nothing changed."""
        lines, ours = self._assembled()
        if lines == self._before.lines:
            return self._before
        after = replace(self._before, lines=lines)
        _refuse_unreadable(self._before, after, ours)
        return after

    def _replace_timed(
        self,
        section: str,
        things: Sequence[HitObject] | Sequence[TimingPoint],
        read: Callable[[int, bytes], HitObject | TimingPoint],
        span: tuple[float, float],
        texts: Sequence[str],
    ) -> None:
        start_ms, end_ms = span
        if not start_ms <= end_ms:
            raise EditRefused(f"The range ends at {end_ms} ms, before it starts at {start_ms} ms.")
        new = _in_time_order(texts, read, span)
        gone = {thing.line for thing in things if start_ms <= thing.time_ms <= end_ms}
        self.replace_among(section, things, gone, new)

    def replace_among(
        self,
        section: str,
        things: Sequence[HitObject] | Sequence[TimingPoint],
        gone: Collection[int],
        new: Sequence[tuple[float, bytes]],
    ) -> Editing:
        """Of things in order of time, those on the lines `gone` leave; new lines, each with its time, go
        among those that stay, behind all that share their time.

        Between two that stay, new lines take the places of the old ones one by one in the order given, so
        that comments between them stay put; what is left over goes in after the last, or is deleted.
        """
        kept: list[HitObject | TimingPoint] = []
        # Both by how many stay before them.
        leaving: dict[int, list[int]] = {}
        arriving: dict[int, list[bytes]] = {}
        for thing in things:
            if thing.line in gone:
                leaving.setdefault(len(kept), []).append(thing.line)
            else:
                kept.append(thing)
        kept_times = [thing.time_ms for thing in kept]
        for time_ms, content in new:
            arriving.setdefault(bisect_right(kept_times, time_ms), []).append(content)
        for gap in sorted({*leaving, *arriving}):
            places = sorted(leaving.get(gap, ()))
            rest = self._fill(places, arriving.get(gap, []))
            if places:
                self._insert(places[-1] + 1, rest)
            elif gap:
                self._insert(kept[gap - 1].line + 1, rest)
            elif kept:
                self._insert(kept[0].line, rest)
            elif rest:
                self._append(section, rest)
        return self

    def _fill(self, places: Sequence[int], contents: Sequence[bytes]) -> Sequence[bytes]:
        """New lines in the places of old ones, and what found no place."""
        for line, content in zip(places, contents, strict=False):
            self._put(line, content)
        for line in places[len(contents) :]:
            self._replaced[line] = None
        return contents[len(places) :]

    def _put(self, line: int, content: bytes) -> None:
        """A line whose text stays the same stays the same to the byte, trailing spaces included."""
        raw = self._before.lines[line]
        bom = BOM if line == 0 and raw.startswith(BOM) else b""
        if raw.rstrip() != bom + content:
            self._replaced[line] = bom + content + terminator_of(raw)

    def _insert(self, before_line: int, contents: Sequence[bytes]) -> None:
        if contents:
            newline = self._before.newline
            self._inserted.setdefault(before_line, []).extend(content + newline for content in contents)

    def _append(self, section: str, contents: Sequence[bytes]) -> None:
        """At the end of a section, before the blank lines that close it."""
        found = self._before.layout.named(section)
        headed = [each for each in found if each.header_line is not None]
        if not headed:
            self._add_section(section, contents)
            return
        spoken = [n for n in headed[-1].lines if self._before.lines[n].strip()]
        self._insert(spoken[-1] + 1 if spoken else headed[-1].first_line, contents)

    def _add_section(self, section: str, contents: Sequence[bytes]) -> None:
        """Where the editor would write it."""
        later = SECTION_ORDER[SECTION_ORDER.index(section) + 1 :]
        followers = [s.header_line for s in self._before.layout.sections if s.name in later]
        at = next((line for line in followers if line is not None), None)
        block = [line_bytes(f"[{section}]"), *contents]
        if at is not None:
            self._insert(at, [*block, b""])
            return
        lines = self._before.lines
        self._insert(len(lines), [b"", *block] if lines and lines[-1].strip() else block)

    def _must_be_ordinary(self, line: int, text: str) -> None:
        """Headers stay as they are: without one, every line below it would mean something else."""
        lines = self._before.lines
        if not 0 <= line < len(lines):
            raise EditRefused(f"There is no line {line + 1}: the file has {len(lines)}.")
        if line in self._headers:
            raise EditRefused(f"Line {line + 1} is the header {quoted(lines[line])}, which must stay.")
        if section_title(line_bytes(text)) is not None:
            raise EditRefused(f"{quoted(text)} would start a new section.")

    def _assembled(self) -> tuple[tuple[bytes, ...], set[int]]:
        """All lines after the edit, and the numbers of those which are ours."""
        lines: list[bytes] = []
        ours: set[int] = set()
        before = self._before.lines
        for number, old in enumerate(chain(before, (None,))):
            for inserted in self._inserted.get(number, ()):
                ours.add(len(lines))
                lines.append(inserted)
            line = self._replaced.get(number, old)
            if line is not None:
                if number in self._replaced:
                    ours.add(len(lines))
                lines.append(line)
        self._mend_ends(lines, ours)
        return tuple(lines), ours

    def _mend_ends(self, lines: list[bytes], ours: set[int]) -> None:
        """Lines stay apart: only the last may lack a terminator, which it does exactly if it did before, and
        a blank line after a lone CR does not become the second half of a CRLF.
        """
        for number in range(1, len(lines)):
            if lines[number].startswith(b"\n") and lines[number - 1].endswith(b"\r"):
                lines[number] = b"\r" + lines[number]
        before = self._before.lines
        if not before or terminator_of(before[-1]):
            return
        for number, line in enumerate(lines[:-1]):
            if not terminator_of(line):
                lines[number] = line + self._before.newline
        last = len(lines) - 1
        if last in ours:
            lines[last] = lines[last].removesuffix(terminator_of(lines[last]))


def _must_be_settable(section: str, key: str, value: str) -> None:
    if section not in KEY_STYLES:
        raise EditRefused(f"[{section}] is not a section of settings; those are {', '.join(KEY_STYLES)}.")
    if not key or ":" in key or key.startswith(("[", "//")):
        raise EditRefused(f"{quoted(key)} cannot be the name of a setting.")
    if section != "Metadata" and "//" in key + value:
        raise EditRefused(f"{key} cannot be {quoted(value)}: the game takes '//' for a comment.")


def _in_time_order(
    texts: Sequence[str], read: Callable[[int, bytes], HitObject | TimingPoint], span: tuple[float, float]
) -> list[tuple[float, bytes]]:
    timed: list[tuple[float, bytes]] = []
    for text in texts:
        content = line_bytes(text)
        try:
            time_ms = read(0, content).time_ms
        except Unreadable as error:
            raise EditRefused(f"{quoted(text)} would not be readable: {error}.") from None
        if not span[0] <= time_ms <= span[1]:
            raise EditRefused(f"{quoted(text)} lies outside of the range {span[0]} to {span[1]} ms.")
        timed.append((time_ms, content))
    timed.sort(key=lambda pair: pair[0])
    return timed


def _with_value(raw: bytes, value: str, section: str) -> bytes:
    """The same line with another value: key, spaces and trailing comment stay."""
    body = raw.removesuffix(terminator_of(raw))
    content = body.rstrip() if section == "Metadata" else without_comment(body)
    colon = content.index(b":") + 1
    spaces = len(content) - colon - len(content[colon:].lstrip())
    return content[: colon + spaces] + line_bytes(value) + body[len(content) :]


def line_bytes(text: str) -> bytes:
    """As it stands in a file, without a terminator."""
    if "\n" in text or "\r" in text:
        raise EditRefused(f"{quoted(text)} is more than one line.")
    try:
        return encoded(text)
    except UnicodeEncodeError:
        raise EditRefused(f"{quoted(text)} cannot be written as UTF-8.") from None


def _refuse_unreadable(before: Document, after: Document, ours: Collection[int]) -> None:
    for problem in after.problems:
        if problem.line in ours:
            text = quoted(decoded(after.lines[problem.line]))
            raise EditRefused(f"{text} would not be readable: {problem.message}.")
    if len(after.problems) > len(before.problems):
        new = Counter(p.message for p in after.problems) - Counter(p.message for p in before.problems)
        raise EditRefused(f"The map would not be readable any more: {next(iter(new))}.")
