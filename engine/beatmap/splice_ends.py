"""What reaches over an end of a section: spinners and long notes that give way, and sentences on the rest."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.beatmap.objects import Circle, HitObject, Hold, Mode, Slider, Spinner
from engine.beatmap.parse_objects import CIRCLE_BIT, HOLD_BIT
from engine.beatmap.snap import SNAPPED_MS
from engine.beatmap.splice_lines import moved_end, reread
from engine.beatmap.splice_state import file_time
from engine.beatmap.timestamps import format_timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.document import Document
    from engine.beatmap.splice_lines import NewObject
    from engine.beatmap.splice_section import Section

GAP_BEATS: Final = 0.25
"""What a spinner or a long note leaves free before the object that it gives way to."""
KIND_NAMES: Final = {
    Mode.OSU: ("circle", "slider", "spinner", "long note"),
    Mode.TAIKO: ("note", "drum roll", "spinner", "long note"),
    Mode.CATCH: ("fruit", "juice stream", "banana shower", "long note"),
    Mode.MANIA: ("note", "slider", "spinner", "long note"),
}
KINDS: Final = (Circle, Slider, Spinner, Hold)


# ---- what gives way


def with_ends_in_time(
    beatmap: Beatmap, section: Section, new: Sequence[NewObject]
) -> tuple[list[NewObject], list[str]]:
    """A spinner or a long note that would last into what follows the section ends before that."""
    objects: list[NewObject] = []
    remarks: list[str] = []
    for obj in new:
        met = _met(beatmap, section, obj.thing)
        if met is None:
            objects.append(obj)
            continue
        shorter = _ended_before(beatmap, obj, met)
        what, at = name_of(beatmap, obj.thing), format_timestamp(met.time_ms)
        if shorter is None:
            remarks.append(f"The {what} was left out: it would last into the object at {at}.")
        elif isinstance(shorter.thing, Circle):
            objects.append(shorter)
            remarks.append(f"The {what} became a note: it would last into the one at {at}.")
        else:
            objects.append(shorter)
            remarks.append(f"The {what} ends earlier, before the object at {at}, into which it would last.")
    return objects, remarks


def _met(beatmap: Beatmap, section: Section, obj: HitObject) -> HitObject | None:
    """The first object behind the section that begins before this spinner or long note is over; None where
    the mapper wanted it so.
    """
    if not isinstance(obj, Spinner | Hold):
        return None
    old = [beatmap.objects[number] for number in section.objects]
    if any((each.time_ms, beatmap.end_ms(each)) == (obj.time_ms, obj.end_ms) for each in old):
        return None
    following = beatmap.objects[section.after :]
    return next((each for each in following if _runs_into(beatmap, obj, obj.end_ms, each)), None)


def _runs_into(beatmap: Beatmap, obj: HitObject, end_ms: float, later: HitObject) -> bool:
    """Whether the later one begins before the other is over; what ends as it begins counts for holds and
    spinners, which need a moment to let go.
    """
    lets_go = isinstance(obj, Spinner | Hold)
    if later.time_ms - end_ms >= (SNAPPED_MS if lets_go else -SNAPPED_MS):
        return False
    return beatmap.mode is not Mode.MANIA or beatmap.column(obj) == beatmap.column(later)


def _ended_before(beatmap: Beatmap, obj: NewObject, met: HitObject) -> NewObject | None:
    gap_ms = GAP_BEATS * beatmap.timing.beat_length_at(obj.time_ms)
    end_ms = met.time_ms - gap_ms
    if met.time_ms.is_integer():
        end_ms = math.floor(end_ms)
    if end_ms - obj.time_ms >= gap_ms - SNAPPED_MS:
        return reread(beatmap, moved_end(obj, file_time(end_ms, beatmap.offset_ms)))
    if not isinstance(obj.thing, Hold):
        return None
    fields = obj.content.split(b",", 5)
    kind = int(fields[3]) & ~HOLD_BIT | CIRCLE_BIT
    sample = fields[5].partition(b":")[2]
    return reread(beatmap, b",".join([*fields[:3], b"%d" % kind, fields[4], sample]))


# ---- what is said


def remarks_on_ends(before: Document, after: Document, section: Section) -> list[str]:
    """Of objects that reach over an end: those that stay, those that went, and those that are new."""
    old, now = before.beatmap, after.beatmap
    new = [obj for obj in now.objects[section.first :] if obj.time_ms < section.end_ms]
    return [
        *_on_the_start(old, now, section, new),
        *_on_what_went(old, now, section, new),
        *_on_the_end(old, now, section, new),
        *_on_breaks(now, new),
    ]


def _on_the_start(old: Beatmap, now: Beatmap, section: Section, new: Sequence[HitObject]) -> Iterable[str]:
    for number in section.across_start:
        obj = old.objects[number]
        end_ms = old.end_ms(obj)
        yield (
            f"The {name_of(old, obj)} begins before the section and lasts into it, "
            f"until {format_timestamp(end_ms)}: it stays as it was"
            f"{'' if _sound_at(old, end_ms) == _sound_at(now, end_ms) else ', but ends with other sounds'}."
        )
        met = [each for each in new if _runs_into(old, obj, end_ms, each)]
        if met:
            begin = _begins(old, met, "of the section")
            yield f"{begin[0].upper()}{begin[1:]} before that {kind_name(old, obj)} is over."


def _on_what_went(old: Beatmap, now: Beatmap, section: Section, new: Sequence[HitObject]) -> Iterable[str]:
    """Not of what stands there again with the same end."""
    again = {(obj.time_ms, round(now.end_ms(obj))) for obj in new}
    for number in section.across_end:
        obj = old.objects[number]
        end_ms = old.end_ms(obj)
        if (obj.time_ms, round(end_ms)) not in again:
            yield (
                f"The {name_of(old, obj)} was replaced, though it lasted beyond the section, "
                f"until {format_timestamp(end_ms)}."
            )


def _on_the_end(old: Beatmap, now: Beatmap, section: Section, new: Sequence[HitObject]) -> Iterable[str]:
    before = {(old.objects[n].time_ms, round(old.end_ms(old.objects[n]))) for n in section.across_end}
    for obj in new:
        end_ms = now.end_ms(obj)
        if end_ms - section.end_ms < SNAPPED_MS or (obj.time_ms, round(end_ms)) in before:
            continue
        text = f"The {name_of(now, obj)} lasts beyond the section, until {format_timestamp(end_ms)}"
        met = [each for each in old.objects[section.after :] if _runs_into(now, obj, end_ms, each)]
        yield f"{text}: {_begins(now, met, 'after it')} before it is over." if met else f"{text}."


def _on_breaks(now: Beatmap, new: Sequence[HitObject]) -> Iterable[str]:
    for span in now.events.breaks:
        inside = [obj for obj in new if obj.time_ms < span.end_ms and now.end_ms(obj) > span.start_ms]
        if inside:
            yield (
                f"The break from {format_timestamp(span.start_ms)} to {format_timestamp(span.end_ms)} "
                f"has {len(inside)} object{'s' * (len(inside) != 1)} of the section in it: "
                f"take it out in the editor."
            )


def _sound_at(beatmap: Beatmap, time_ms: float) -> tuple[int, int, int]:
    timing = beatmap.timing
    return timing.volume_at(time_ms), timing.sample_set_at(time_ms), timing.sample_index_at(time_ms)


def name_of(beatmap: Beatmap, obj: HitObject) -> str:
    """As in 'slider at 00:01:000'."""
    return f"{kind_name(beatmap, obj)} at {format_timestamp(obj.time_ms)}"


def kind_name(beatmap: Beatmap, obj: HitObject) -> str:
    names = KIND_NAMES[beatmap.mode]
    return next(name for kind, name in zip(KINDS, names, strict=True) if isinstance(obj, kind))


def _begins(beatmap: Beatmap, met: Sequence[HitObject], where: str) -> str:
    if len(met) == 1:
        return f"the {name_of(beatmap, met[0])} {where} begins"
    return f"{len(met)} objects {where}, the first of them at {format_timestamp(met[0].time_ms)}, begin"
