"""Spinners and long notes of a section that would last into what follows it: they give way, as a mapper would
let them. A slider cannot without another shape, and stays as it is.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.beatmap.objects import Hold, Mode, Spinner
from engine.beatmap.parse_objects import CIRCLE_BIT, HOLD_BIT
from engine.beatmap.snap import SNAPPED_MS
from engine.beatmap.splice_lines import KIND_FIELD, moved_end, reread
from engine.beatmap.splice_naming import several
from engine.beatmap.splice_state import file_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.objects import HitObject
    from engine.beatmap.splice_lines import NewObject
    from engine.beatmap.splice_section import Section

GAP_BEATS: Final = 0.25
"""What they leave free before the object that they give way to, and the least that they last."""


def with_ends_in_time(
    beatmap: Beatmap, section: Section, new: Sequence[NewObject]
) -> tuple[list[NewObject], list[str]]:
    """The section's objects, and sentences on those that had to give way."""
    objects: list[NewObject] = []
    shorter: list[HitObject] = []
    notes: list[HitObject] = []
    gone: list[HitObject] = []
    for obj in new:
        met = _met(beatmap, section, obj.thing)
        if met is None:
            objects.append(obj)
        elif (ended := _ended_before(beatmap, obj, met)) is not None:
            objects.append(ended)
            shorter.append(obj.thing)
        elif isinstance(obj.thing, Hold):
            objects.append(_as_note(beatmap, obj))
            notes.append(obj.thing)
        else:
            gone.append(obj.thing)
    remarks = [
        *several(
            beatmap, shorter, ("ends", "end"), "earlier, so as not to last into what follows the section."
        ),
        *several(
            beatmap, notes, ("became a note:", "became notes:"), "what follows the section left no room."
        ),
        *several(beatmap, gone, ("was", "were"), "left out: what follows the section left no room."),
    ]
    return objects, remarks


def runs_into(beatmap: Beatmap, obj: HitObject, end_ms: float, later: HitObject) -> bool:
    """Whether the later object begins before the other is over. A spinner or a long note has to be let go of:
    for them what begins as they end is too early as well.
    """
    lets_go = isinstance(obj, Spinner | Hold)
    if later.time_ms - end_ms >= (SNAPPED_MS if lets_go else -SNAPPED_MS):
        return False
    return beatmap.mode is not Mode.MANIA or beatmap.column(obj) == beatmap.column(later)


def _met(beatmap: Beatmap, section: Section, obj: HitObject) -> HitObject | None:
    """The first object behind the section that begins before this spinner or long note is over; None where
    the map had one like it: then the mapper wanted it so.
    """
    if not isinstance(obj, Spinner | Hold):
        return None
    if obj.end_ms <= section.end_ms - SNAPPED_MS:
        return None
    old = [beatmap.objects[number] for number in section.objects]
    if any((each.time_ms, beatmap.end_ms(each)) == (obj.time_ms, obj.end_ms) for each in old):
        return None
    for number in range(section.after, len(beatmap.objects)):
        later = beatmap.objects[number]
        if later.time_ms - obj.end_ms >= SNAPPED_MS:
            break
        if runs_into(beatmap, obj, obj.end_ms, later):
            return later
    return None


def _ended_before(beatmap: Beatmap, obj: NewObject, met: HitObject) -> NewObject | None:
    """None where that would leave too little of it."""
    gap_ms = GAP_BEATS * beatmap.timing.beat_length_at(obj.time_ms)
    end_ms = met.time_ms - gap_ms
    if met.time_ms.is_integer():
        end_ms = math.floor(end_ms)
    if end_ms - obj.time_ms < gap_ms - SNAPPED_MS:
        return None
    return reread(beatmap, moved_end(obj, file_time(end_ms, beatmap.offset_ms)))


def _as_note(beatmap: Beatmap, obj: NewObject) -> NewObject:
    """Of a long note: the same without its end."""
    *fields, last = obj.content.split(b",", 5)
    fields[KIND_FIELD] = b"%d" % (int(fields[KIND_FIELD]) & ~HOLD_BIT | CIRCLE_BIT)
    return reread(beatmap, b",".join([*fields, last.partition(b":")[2]]))
