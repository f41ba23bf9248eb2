"""A section of a map put in another's place: its objects and its timing lines, and not a byte beside them.

What rules at the section's end is what ruled there before. Where its own lines would leak over it, one green
line at the end says again what the map's lines say there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.beatmap.edits import Editing, EditRefused
from engine.beatmap.reading import encoded, terminator_of
from engine.beatmap.splice_combos import with_combos_continued
from engine.beatmap.splice_ends import with_ends_in_time
from engine.beatmap.splice_lines import as_control, new_controls, new_objects, reread
from engine.beatmap.splice_remarks import remarks_on_ends
from engine.beatmap.splice_section import Section, line_text, lines_in, section_of, texts_of
from engine.beatmap.splice_state import State, state_at
from engine.beatmap.splice_timing import (
    lines_as_before,
    lines_of_section,
    must_rule_as_before,
    remarks_on_timing,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.beatmap.document import Document
    from engine.beatmap.splice_lines import NewObject
    from engine.beatmap.splice_timing import TimingLines

__all__ = [
    "EditRefused",
    "Section",
    "Splice",
    "State",
    "put_back",
    "section_of",
    "spliced",
    "state_at",
    "texts_of",
]


@dataclass(frozen=True, slots=True)
class Splice:
    document: Document
    start_ms: float
    end_ms: float
    remarks: tuple[str, ...]
    """What the mapper should know of its ends, each a sentence."""


def spliced(
    document: Document,
    start_ms: float,
    end_ms: float,
    objects: Sequence[str],
    controls: Sequence[str] | None,
    *,
    keep_red: bool = True,
) -> Splice:
    """The map with these lines for all objects and green lines from `start_ms` on and before `end_ms`.

    `controls=None`: the section keeps its timing lines. Otherwise its green lines go, and up to the first of
    these what ruled just before the section goes on. They are read among the red lines that stay: as in any
    map, a red line ends what the green lines before it say, velocity, sound and kiai, unless a green one
    stands at its time. With `keep_red=False` the section's red lines go as well, and `controls` may bring
    others.

    Refuses, with a sentence, what could not be put there.
    """
    section = section_of(document, start_ms, end_ms)
    beatmap = document.beatmap
    span = (start_ms, end_ms)
    new, shortened = with_ends_in_time(beatmap, section, new_objects(beatmap, span, objects))
    new, recounted = with_combos_continued(beatmap, section, new)
    timing: TimingLines | None = None
    if controls is not None:
        own = new_controls(beatmap, span, controls, keep_red=keep_red)
        timing = lines_of_section(beatmap, section, own, keep_red=keep_red)
    after = _put(document, section, new, timing)
    remarks = [
        *remarks_on_timing(document, after, section),
        *shortened,
        *remarks_on_ends(document, after, section),
        *recounted,
    ]
    return Splice(after, start_ms, end_ms, tuple(remarks))


def put_back(document: Document, start_ms: float, end_ms: float, before: Document) -> Splice:
    """The section as it was in `before`, byte for byte, in the map as it is now: takes a splice back,
    whatever was edited elsewhere since, or puts it in once more. The line that a splice wrote at the end goes
    as well, where nothing needs it.

    Red lines stay as they are now.
    """
    if before.format_version != document.format_version:
        raise EditRefused("The map has another format now than when the section was written.")
    section = section_of(document, start_ms, end_ms)
    beatmap = document.beatmap
    # In the order of the file, so that lines which stood in no order of time stand so again.
    objects, greens = map(sorted, lines_in(before, section_of(before, start_ms, end_ms)))
    new: list[NewObject] = [reread(beatmap, encoded(line_text(before, line))) for line in objects]
    own = [as_control(beatmap, line_text(before, line)) for line in greens]
    timing = lines_as_before(beatmap, section, own, before.beatmap)
    after = _ended_like(before, _put(document, section, new, timing))
    return Splice(after, start_ms, end_ms, tuple(remarks_on_ends(document, after, section)))


def _ended_like(before: Document, after: Document) -> Document:
    """Without the line end that the last line got when something came behind it."""
    if not before.lines or not after.lines or terminator_of(before.lines[-1]):
        return after
    last = after.lines[-1]
    if last.removesuffix(terminator_of(last)) != before.lines[-1]:
        return after
    return replace(after, lines=(*after.lines[:-1], before.lines[-1]))


def _put(
    document: Document, section: Section, new: Sequence[NewObject], timing: TimingLines | None
) -> Document:
    beatmap = document.beatmap
    editing = Editing(document)
    going = {beatmap.objects[number].line for number in section.objects}
    editing.replace_among("HitObjects", beatmap.objects, going, [obj.timed for obj in new])
    if timing is not None:
        coming = [line.timed for line in timing.coming]
        editing.replace_among("TimingPoints", beatmap.timing.points, timing.going, coming)
    after = editing.finish()
    must_rule_as_before(document, after, section)
    return after
