"""What lies in a section of a map, and what reaches over its ends."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.beatmap.edits import EditRefused
from engine.beatmap.reading import PARSE_LIMIT, UTF16_BOMS, decoded, terminator_of
from engine.beatmap.snap import SNAPPED_MS

if TYPE_CHECKING:
    from engine.beatmap.document import Document


@dataclass(frozen=True, slots=True)
class Section:
    """Objects that begin, and timing lines that stand, in the half-open range [start, end).

    What ends less than a millisecond past an end of it does not reach over it: so much is rounding.
    """

    start_ms: float
    end_ms: float
    first: int
    """The index into `beatmap.objects` of the first object that does not begin before the section."""
    after: int
    """That of the first that begins at its end or later: `objects[first:after]` lie in it."""
    across_start: tuple[int, ...]
    """Objects that begin before it and last into it."""
    across_end: tuple[int, ...]
    """Objects that begin in it and last beyond it."""
    reds: tuple[int, ...]
    """Indices into `beatmap.timing.points`."""
    greens: tuple[int, ...]

    @property
    def objects(self) -> range:
        """Indices into `beatmap.objects`."""
        return range(self.first, self.after)


def section_of(document: Document, start_ms: float, end_ms: float) -> Section:
    """Refuses, with a sentence, a range that nothing could be put into."""
    must_be_a_range(document, start_ms, end_ms)
    beatmap = document.beatmap
    objects, points = beatmap.objects, beatmap.timing.points
    times_ms = [obj.time_ms for obj in objects]
    first, after = bisect_left(times_ms, start_ms), bisect_left(times_ms, end_ms)
    inside = [n for n, point in enumerate(points) if start_ms <= point.time_ms < end_ms]
    return Section(
        start_ms,
        end_ms,
        first,
        after,
        tuple(n for n in range(first) if beatmap.end_ms(objects[n]) - start_ms >= SNAPPED_MS),
        tuple(n for n in range(first, after) if beatmap.end_ms(objects[n]) - end_ms >= SNAPPED_MS),
        tuple(n for n in inside if points[n].uninherited),
        tuple(n for n in inside if not points[n].uninherited),
    )


def texts_of(document: Document, section: Section) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Its objects and its green lines as the file writes them, in order of time."""
    objects, greens = lines_in(document, section)
    return tuple(line_text(document, n) for n in objects), tuple(line_text(document, n) for n in greens)


def lines_in(document: Document, section: Section) -> tuple[list[int], list[int]]:
    """Where its objects and its green lines stand, in order of time."""
    beatmap = document.beatmap
    objects = [beatmap.objects[number].line for number in section.objects]
    return objects, [beatmap.timing.points[number].line for number in section.greens]


def line_text(document: Document, line: int) -> str:
    raw = document.text_lines[line]
    return decoded(raw.removesuffix(terminator_of(raw)))


def must_be_a_range(document: Document, start_ms: float, end_ms: float) -> None:
    if document.lines and document.lines[0].startswith(UTF16_BOMS):
        raise EditRefused("The file is UTF-16. Save it once in the editor, which writes UTF-8.")
    if not (math.isfinite(start_ms) and math.isfinite(end_ms)):
        raise EditRefused("The section has no beginning or no end: both have to be times in milliseconds.")
    if max(abs(start_ms), abs(end_ms)) > PARSE_LIMIT:
        raise EditRefused(f"A section from {start_ms:g} to {end_ms:g} ms lies in no song.")
    if end_ms < start_ms:
        raise EditRefused(f"The section ends at {end_ms:.15g} ms, before it begins at {start_ms:.15g} ms.")
    if end_ms == start_ms:
        raise EditRefused(f"The section ends where it begins, at {start_ms:.15g} ms: nothing fits into it.")
    if not document.beatmap.timing.red:
        raise EditRefused("The map has no timing yet. Time the song in the editor first.")
