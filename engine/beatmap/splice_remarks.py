"""What the mapper should know of the ends of a section, in sentences; many of one kind become one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.beatmap.snap import SNAPPED_MS
from engine.beatmap.splice_ends import runs_into
from engine.beatmap.splice_naming import kind_name, named, several
from engine.beatmap.timestamps import format_timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.document import Document
    from engine.beatmap.objects import HitObject
    from engine.beatmap.splice_section import Section


def remarks_on_ends(before: Document, after: Document, section: Section) -> list[str]:
    """Of objects that reach over an end: those that stay, those that went, and those that are new. What
    stands there again, with the same end, is not worth a word.
    """
    old, now = before.beatmap, after.beatmap
    new = [obj for obj in now.objects[section.first :] if obj.time_ms < section.end_ms]
    there_before = {_span(old, obj) for obj in old.objects[section.first : section.after]}
    there_now = {_span(now, obj) for obj in new}
    went = [old.objects[number] for number in section.across_end]
    came = [obj for obj in new if now.end_ms(obj) - section.end_ms >= SNAPPED_MS]
    return [
        *_on_the_start(old, now, section, new),
        *several(
            old,
            [obj for obj in went if _span(old, obj) not in there_now],
            ("was", "were"),
            "replaced, though reaching beyond the section.",
        ),
        *_on_the_end(now, section, [obj for obj in came if _span(now, obj) not in there_before]),
        *_on_breaks(now, new),
    ]


def _span(beatmap: Beatmap, obj: HitObject) -> tuple[float, int]:
    return obj.time_ms, round(beatmap.end_ms(obj))


def _on_the_start(old: Beatmap, now: Beatmap, section: Section, new: Sequence[HitObject]) -> Iterator[str]:
    for number in section.across_start:
        obj = old.objects[number]
        end_ms = old.end_ms(obj)
        yield (
            f"The {named(old, obj)} begins before the section and lasts into it, "
            f"until {format_timestamp(end_ms)}: it stays as it was"
            f"{'' if _sound_at(old, end_ms) == _sound_at(now, end_ms) else ', but ends with other sounds'}."
        )
        met = [each for each in new if runs_into(old, obj, end_ms, each)]
        yield from several(old, met, ("begins", "begin"), f"before that {kind_name(old, obj)} is over.")


def _on_the_end(now: Beatmap, section: Section, came: Sequence[HitObject]) -> Iterator[str]:
    until_ms = max(map(now.end_ms, came), default=section.end_ms) + SNAPPED_MS
    following = [obj for obj in now.objects[section.first :] if section.end_ms <= obj.time_ms < until_ms]
    meeting = [obj for obj in came if any(runs_into(now, obj, now.end_ms(obj), each) for each in following)]
    alone = [obj for obj in came if obj not in meeting]
    verb = ("reaches", "reach")
    yield from several(now, alone, verb, "beyond the section, where nothing is in the way.")
    yield from several(now, meeting, verb, "beyond the section, over objects that begin there.")


def _on_breaks(now: Beatmap, new: Sequence[HitObject]) -> Iterator[str]:
    for span in now.events.breaks:
        inside = [obj for obj in new if obj.time_ms < span.end_ms and now.end_ms(obj) > span.start_ms]
        where = f"{format_timestamp(span.start_ms)} to {format_timestamp(span.end_ms)}"
        yield from several(
            now, inside, ("lies", "lie"), f"in the break from {where}: take the break out in the editor."
        )


def _sound_at(beatmap: Beatmap, time_ms: float) -> tuple[int, int, int]:
    timing = beatmap.timing
    return timing.volume_at(time_ms), timing.sample_set_at(time_ms), timing.sample_index_at(time_ms)
