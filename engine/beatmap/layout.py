"""Where the sections of a file lie, and which format it says it has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engine.beatmap.objects import Problem
from engine.beatmap.reading import UTF16_BOMS, Unreadable, is_silent, quoted, read_int, without_comment

if TYPE_CHECKING:
    from collections.abc import Sequence

LATEST_STABLE_VERSION: Final = 14
"""What the game assumes of a file that does not say (ppy/osu, LegacyDecoder.LATEST_VERSION)."""
FIRST_LAZER_VERSION: Final = 128
"""From here on positions may have fractions (ppy/osu, LegacyBeatmapEncoder.FIRST_LAZER_VERSION)."""
EARLY_VERSION_OFFSET_MS: Final = 24.0
"""Files older than v5 are heard this much later (ppy/osu, EARLY_VERSION_TIMING_OFFSET)."""

FORMAT_PREFIX: Final = b"osu file format v"

SECTION_ORDER: Final = (
    "General",
    "Editor",
    "Metadata",
    "Difficulty",
    "Events",
    "TimingPoints",
    "Colours",
    "HitObjects",
)
"""The order in which the editor writes them."""
GAME_SECTIONS: Final = frozenset({*SECTION_ORDER, "Variables", "Fonts", "CatchTheBeat", "Mania"})


@dataclass(frozen=True, slots=True)
class Section:
    """The lines `first_line` up to, not including, `end_line` below one header."""

    name: str
    header_line: int | None
    """None: the lines above the first header, which the game reads as [General]."""
    first_line: int
    end_line: int

    @property
    def lines(self) -> range:
        return range(self.first_line, self.end_line)


@dataclass(frozen=True, slots=True)
class Layout:
    format_version: int
    sections: tuple[Section, ...]
    problems: tuple[Problem, ...]

    def named(self, name: str) -> tuple[Section, ...]:
        """A section may stand in a file more than once; the game then reads all of it."""
        return tuple(section for section in self.sections if section.name == name)


def read_layout(lines: Sequence[bytes]) -> Layout:
    """Of lines without a byte order mark."""
    problems: list[Problem] = []
    version = _read_version(lines, problems)
    return Layout(version, tuple(_find_sections(lines, problems)), tuple(problems))


def _find_sections(lines: Sequence[bytes], problems: list[Problem]) -> list[Section]:
    sections: list[Section] = []
    name, header, first = "General", None, 0
    for number, line in enumerate(lines):
        if not line.startswith(b"["):
            continue
        title = section_title(line, inside_metadata=name == "Metadata")
        if title is None:
            continue
        sections.append(Section(name, header, first, number))
        name, header, first = title, number, number + 1
        if title not in GAME_SECTIONS:
            problems.append(Problem(number, f"the game knows no section {quoted(line)}"))
    sections.append(Section(name, header, first, len(lines)))
    return sections


def section_title(line: bytes, *, inside_metadata: bool = False) -> str | None:
    """The name between the brackets, or None where the game would not see a header.

    In [Metadata] `//` starts no comment: a title may contain it.
    """
    content = line.rstrip() if inside_metadata else without_comment(line)
    if content.startswith(b"[") and content.endswith(b"]"):
        return content[1:-1].decode("utf-8", "replace")
    return None


def _read_version(lines: Sequence[bytes], problems: list[Problem]) -> int:
    if lines and lines[0].startswith(UTF16_BOMS):
        problems.append(Problem(0, "the file is UTF-16; save it as UTF-8, which the editor writes"))
        return LATEST_STABLE_VERSION
    for number, line in enumerate(lines):
        content = line.strip()
        if not content:
            continue
        return _version_of(number, content, problems)
    problems.append(Problem(0, "the file is empty"))
    return LATEST_STABLE_VERSION


def _version_of(number: int, content: bytes, problems: list[Problem]) -> int:
    if not content.startswith(FORMAT_PREFIX):
        problems.append(Problem(number, f"expected 'osu file format v14' here, found {quoted(content)}"))
        return LATEST_STABLE_VERSION
    try:
        return read_int(content.rsplit(b"v", 1)[1], "the format version")
    except Unreadable as error:
        problems.append(Problem(number, f"{error}; reading the file as v14"))
        return LATEST_STABLE_VERSION


def content_lines(lines: Sequence[bytes], sections: Sequence[Section]) -> list[tuple[int, bytes]]:
    """The lines of these sections that say something, comments cut off."""
    return [
        (number, without_comment(lines[number]))
        for section in sections
        for number in section.lines
        if not is_silent(lines[number])
    ]
