"""Combos across the ends of a section: what follows it keeps its colours, and its numbers where they can be
kept.

Only the objects of the section can be changed for that: a combo more on one of them, or colours that a combo
of theirs skips.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final

from engine.beatmap.combos import number_combos
from engine.beatmap.objects import Mode, Spinner
from engine.beatmap.parse_objects import NEW_COMBO_BIT, SKIP_MASK, SKIP_SHIFT
from engine.beatmap.splice_lines import KIND_FIELD, reread
from engine.beatmap.timestamps import format_timestamp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.combos import Combo
    from engine.beatmap.objects import HitObject
    from engine.beatmap.splice_lines import NewObject
    from engine.beatmap.splice_section import Section

USUAL_COLOURS: Final = 4
"""Of a map that names none: as many as the game's own skins have (ppy/osu, SkinConfiguration)."""
MOST_SKIPPING: Final = 3
"""So many combos can share what is to be skipped: enough that no two neighbours need have one colour."""


@dataclass(frozen=True, slots=True)
class _Counting:
    """The map's combos with any objects in the section's place."""

    beatmap: Beatmap
    section: Section
    colours: int

    @property
    def old(self) -> Sequence[Combo]:
        section = self.section
        return self.of(self.beatmap.objects[section.first : section.after])

    def of(self, objects: Sequence[HitObject]) -> Sequence[Combo]:
        """From the section's first object on."""
        first, after = self.section.first, self.section.after
        everything = (*self.beatmap.objects[:first], *objects, *self.beatmap.objects[after:])
        ends_ms = [span.end_ms for span in self.beatmap.events.breaks]
        return number_combos(everything, self.colours, self.beatmap.mode, ends_ms)[first:]


def with_combos_continued(
    beatmap: Beatmap, section: Section, new: Sequence[NewObject]
) -> tuple[list[NewObject], list[str]]:
    """The section's objects so flagged that combos go on around it, and what the mapper should know of it."""
    objects = list(new)
    if beatmap.mode in (Mode.TAIKO, Mode.MANIA):
        return objects, []
    counting = _Counting(beatmap, section, len(beatmap.colours.combo) or USUAL_COLOURS)
    old = counting.old
    _begin_as_before(beatmap, section, objects, counting, old)
    if section.after == len(beatmap.objects):
        return objects, []
    before = old[section.after - section.first]
    _number_as_before(beatmap, objects, counting, before)
    _colour_as_before(beatmap, objects, counting, before)
    now = counting.of([obj.thing for obj in objects])[len(objects)]
    return objects, _remarks(beatmap.objects[section.after], before, now)


def _begin_as_before(
    beatmap: Beatmap,
    section: Section,
    objects: list[NewObject],
    counting: _Counting,
    old: Sequence[Combo],
) -> None:
    """Where the section took a combo's beginning away, its first object begins one."""
    if not section.objects or not objects or not old[0].starts or isinstance(objects[0].thing, Spinner):
        return
    if not counting.of([obj.thing for obj in objects])[0].starts:
        first = beatmap.objects[section.first]
        objects[0] = _flagged(beatmap, objects[0], first.colours_skipped if first.new_combo else 0)


def _number_as_before(beatmap: Beatmap, objects: list[NewObject], counting: _Counting, before: Combo) -> None:
    """Where the section's last combo is too long for what goes on after it, a new one begins as many objects
    before the end as there were. A combo that is too short stays: to take its beginning away would undo what
    the section wants to say.
    """
    now = counting.of([obj.thing for obj in objects])[len(objects)]
    at = len(objects) - (before.number - 1)
    if before.starts or now.starts or now.number <= before.number or not 0 <= at < len(objects):
        return
    if not isinstance(objects[at].thing, Spinner):
        objects[at] = _flagged(beatmap, objects[at], 0)


def _colour_as_before(beatmap: Beatmap, objects: list[NewObject], counting: _Counting, before: Combo) -> None:
    """Colours missing up to the end are skipped by the last combos of the section."""
    missing = _missing(counting, objects, before)
    if not missing:
        return
    combos = counting.of([obj.thing for obj in objects])[: len(objects)]
    places = [number for number, combo in enumerate(combos) if combo.starts]
    if not places:
        # The section begins no combo: one at its start gives the first of the colours that are missing.
        places = [n for n, obj in enumerate(objects) if not isinstance(obj.thing, Spinner)][:1]
        if not places:
            return
        objects[places[0]] = _flagged(beatmap, objects[places[0]], 0)
        missing = _missing(counting, objects, before)
    places = places[: -MOST_SKIPPING - 1 : -1]
    skipped = _shared(missing, [_skipped(objects[place]) for place in places], counting.colours)
    for place, colours_skipped in zip(places, skipped, strict=True):
        if colours_skipped != _skipped(objects[place]):
            objects[place] = _flagged(beatmap, objects[place], colours_skipped)


def _shared(missing: int, skipped: Sequence[int], colours: int) -> Sequence[int]:
    """How many colours each of these combos is to skip, the last combo first, so that all in all as many more
    go by: with as few neighbours of one colour as can be, as few changes, and those as late as can be.
    """

    def cost(ways: Sequence[int]) -> tuple[int, int, list[int]]:
        like_the_one_before = sum((1 + way) % colours == 0 for way in ways)
        changes = [abs(way - before) for way, before in zip(ways, skipped, strict=True)]
        return like_the_one_before, sum(map(bool, changes)), changes[::-1]

    ways = product(range(SKIP_MASK + 1), repeat=len(skipped))
    fitting = (way for way in ways if (sum(way) - sum(skipped) - missing) % colours == 0)
    return min(fitting, key=cost, default=tuple(skipped))


def _missing(counting: _Counting, objects: Sequence[NewObject], before: Combo) -> int:
    now = counting.of([obj.thing for obj in objects])[len(objects)]
    return (before.colour_index - now.colour_index) % counting.colours


def _skipped(obj: NewObject) -> int:
    return obj.thing.colours_skipped if obj.thing.new_combo else 0


def _flagged(beatmap: Beatmap, obj: NewObject, colours_skipped: int) -> NewObject:
    fields = obj.content.split(b",")
    kind = int(fields[KIND_FIELD]) & ~(SKIP_MASK << SKIP_SHIFT)
    fields[KIND_FIELD] = b"%d" % (kind | NEW_COMBO_BIT | colours_skipped << SKIP_SHIFT)
    return reread(beatmap, b",".join(fields))


def _remarks(following: HitObject, before: Combo, now: Combo) -> list[str]:
    remarks: list[str] = []
    at = format_timestamp(following.time_ms)
    if before.starts and not now.starts:
        remarks.append(f"The object at {at} began a combo after the section, and now goes on with its last.")
    elif now.starts and not before.starts:
        remarks.append(f"The object at {at} went on with a combo of the section, and now begins one.")
    elif now.number != before.number:
        remarks.append(
            f"The combo at the end goes on after the section: "
            f"the object at {at} was number {before.number} in it and is now {now.number}."
        )
    if now.colour_index != before.colour_index:
        remarks.append(
            f"Combo colours are others from {at} on: the section has no combo that could skip any."
        )
    return remarks
