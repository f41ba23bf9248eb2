"""What belongs together: claims with one cause, and the same slip in many measures, are told once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from engine.modding.claims import Aspect, Claim
from engine.modding.opinion import Place
from engine.modding.places import measure_place
from engine.tokens.events import Context, EventType

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.beatmap.beatmap import Beatmap

MOST_SELECTED: Final = 10
"""Objects of one run: a longer selection helps nobody to look."""

Key: TypeAlias = tuple[Context, Aspect, int, tuple[EventType, int] | None]
"""Which context, which aspect, of which object or group; of sounds also which part of it sounds."""

EXPLAINS: Final[Mapping[Aspect, frozenset[Aspect]]] = {
    Aspect.PRESENCE: frozenset(Aspect) - {Aspect.PRESENCE, Aspect.BEAT, Aspect.CHANGE},
    Aspect.TIME: frozenset({Aspect.KIND, Aspect.PLACE, Aspect.END}),
    Aspect.KIND: frozenset({Aspect.BODY, Aspect.SPEED, Aspect.END}),
    Aspect.BODY: frozenset({Aspect.END}),
}
"""What follows from what, within one object. Only a greater surprise explains a smaller one."""
RUNS: Final = frozenset({Aspect.VOLUME, Aspect.SPEED, Aspect.BEAT})
"""What one line of the timing panel does to many objects: the same deviation in a row is one."""
CARRIES_OVER: Final = frozenset({Aspect.TIME, Aspect.PRESENCE, Aspect.PLACE})
"""What makes the next object surprising as well: it is heard, and its distance measured, from here."""


@dataclass(slots=True, eq=False)
class Cause:
    """Claims with one cause, in the order of the events. Grows while causes are put together."""

    key: Key
    claims: list[Claim]
    objects: list[int]
    until_ms: float | None = None
    """Where a run of the same deviation ends."""

    @property
    def first(self) -> Claim:
        return self.claims[0]

    @property
    def aspect(self) -> Aspect:
        return self.key[1]

    @property
    def surprisal(self) -> float:
        return max(claim.site.scored.surprisal for claim in self.claims)

    @property
    def time_ms(self) -> float:
        return self.first.site.time_ms

    @property
    def deviation(self) -> tuple[object, ...]:
        """Equal where the sentences are. Beats that are off are off by a little more or less each time."""
        claim = self.first
        said = "" if self.aspect is Aspect.BEAT else claim.said.message
        return self.key[0], self.aspect, claim.topic, claim.variant, said

    def speak_for(self, other: Cause) -> None:
        self.claims += other.claims


def together(beatmap: Beatmap, claims: Iterable[Claim]) -> list[list[Cause]]:
    """For each suggestion its causes: the one that is shown, then the parallel ones; strongest first."""
    causes = _carried_over(beatmap, _in_runs(beatmap, _explained(_causes(claims))))
    return sorted(_parallel(beatmap, causes), key=lambda each: (-each[0].surprisal, *_in_order(each[0])))


def _causes(claims: Iterable[Claim]) -> list[Cause]:
    """One for each aspect of each object, in the order of the events."""
    causes: dict[Key, Cause] = {}
    for claim in claims:
        key = _key(claim)
        known = causes.get(key)
        if known is None:
            owner = claim.site.group.owner
            causes[key] = Cause(key, [claim], [] if owner is None else [owner])
        else:
            known.claims.append(claim)
    return list(causes.values())


def _key(claim: Claim) -> Key:
    site, group = claim.site, claim.site.group
    about = site.number if group.owner is None else group.owner
    part = (group.kind, site.said_before(site.kind)) if claim.aspect is Aspect.SOUND else None
    return site.scored.context, claim.aspect, about, part


def _explained(causes: Iterable[Cause]) -> list[Cause]:
    """Without those that another cause in the same object explains; it speaks for them."""
    by_object: dict[tuple[Context, int | None, int], list[Cause]] = defaultdict(list)
    for cause in causes:
        owner = cause.first.site.group.owner
        by_object[cause.key[0], owner, cause.key[2]].append(cause)
    kept: list[Cause] = []
    for about in by_object.values():
        speaking = sorted(about, key=lambda cause: list(Aspect).index(cause.aspect))
        for number, cause in enumerate(speaking):
            explaining = next(
                (
                    other
                    for other in speaking[:number]
                    if cause.aspect in EXPLAINS.get(other.aspect, ())
                    and other.surprisal >= cause.surprisal
                    and other in kept
                ),
                None,
            )
            if explaining is None:
                kept.append(cause)
            else:
                explaining.speak_for(cause)
    return kept


def _in_runs(beatmap: Beatmap, causes: Iterable[Cause]) -> list[Cause]:
    """What a line of the timing panel does to everything after it, once: no more than a measure between."""
    kept: list[Cause] = []
    last: dict[tuple[object, ...], tuple[Cause, float]] = {}
    for cause in sorted(causes, key=_in_order):
        if cause.aspect not in RUNS:
            kept.append(cause)
            continue
        run, until_ms = last.get(cause.deviation, (None, 0.0))
        if run is None or cause.time_ms - until_ms > _measure_ms(beatmap, until_ms):
            kept.append(cause)
            run = cause
        else:
            run.speak_for(cause)
            run.objects += [index for index in cause.objects if index not in run.objects]
            run.until_ms = cause.time_ms
        last[cause.deviation] = run, cause.time_ms
    return kept


def _carried_over(beatmap: Beatmap, causes: Iterable[Cause]) -> list[Cause]:
    """Without what is only surprising because the object just before is, and more so."""
    kept: list[Cause] = []
    before: dict[Aspect, Cause] = {}
    for cause in sorted(causes, key=_in_order):
        if cause.aspect not in CARRIES_OVER:
            kept.append(cause)
            continue
        aspect = Aspect.PLACE if cause.aspect is Aspect.PLACE else Aspect.TIME
        other = before.get(aspect)
        if other is not None and _follows(beatmap, cause, other) and other.surprisal >= cause.surprisal:
            other.speak_for(cause)
            continue
        kept.append(cause)
        before[aspect] = cause
    return kept


def _follows(beatmap: Beatmap, cause: Cause, other: Cause) -> bool:
    """Whether the one is about the object right after the other's; in time only within a beat."""
    if not cause.objects or not other.objects or cause.objects[0] != other.objects[-1] + 1:
        return False
    if cause.aspect is Aspect.PLACE:
        return True
    return cause.time_ms - other.time_ms <= beatmap.timing.beat_length_at(other.time_ms)


def _parallel(beatmap: Beatmap, causes: Iterable[Cause]) -> list[list[Cause]]:
    """The same deviation at the same place of different measures, the strongest first."""
    together: dict[tuple[object, ...], list[Cause]] = defaultdict(list)
    for cause in causes:
        place = measure_place(beatmap, cause.time_ms)
        alone = cause.key if place is None else None
        together[*cause.deviation, cause.first.said.message, place, alone].append(cause)
    return [
        sorted(each, key=lambda cause: (-cause.surprisal, *_in_order(cause))) for each in together.values()
    ]


def _in_order(cause: Cause) -> tuple[float, int, int]:
    """Of the events, those of all contexts together."""
    return cause.time_ms, cause.key[2], cause.first.site.scored.index


def _measure_ms(beatmap: Beatmap, time_ms: float) -> float:
    red = beatmap.timing.red_at(time_ms)
    return red.beat_ms * max(1, red.meter) if red else 0.0


def place_of(cause: Cause) -> Place:
    place = cause.first.site.place()
    run = cause.until_ms is not None and cause.until_ms > place.time_ms
    end_ms = cause.until_ms if run else place.end_ms
    return Place(place.time_ms, end_ms, tuple(cause.objects[:MOST_SELECTED]))
