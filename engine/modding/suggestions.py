"""From scores to suggestions: what is surprising enough, what it means, what belongs together.

A statement surprises by its relative surprisal: how unlikely it was, over how unlikely things were at that
point. `claims.TABLE` says what a surprise means to a mapper. Then what has one cause becomes one suggestion:
statements about one aspect of one object; what an earlier, greater surprise explains, as a wrong time does
the odd spacing that comes of it; and the same deviation at the same place of other measures.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from engine.modding.claims import Aspect, Claim, claim_of
from engine.modding.opinion import Place, Suggestion
from engine.modding.places import BODY, ENDS, Telling, measure_place
from engine.modding.site import Silence, Site
from engine.tokens.events import Context

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from engine.beatmap.beatmap import Beatmap
    from engine.modding.surprisal import Scored
    from engine.tokens.events import Event
    from engine.tokens.grammar import Grammar

THRESHOLD: Final = 20.0
"""Relative surprisal from which something is a suggestion, as the reference's MaiMod has it."""
NEIGHBOURS: Final = 2
"""On either side of an object that stands in an unexpected place."""
MOST_SELECTED: Final = 10
"""Objects of one run: a longer selection helps nobody to look."""

Key: TypeAlias = tuple[Context, Aspect, int, int]
"""Which context, which aspect, of which object or group, and which part of it."""

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


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one surprising statement."""

    claim: Claim | None
    """None: nothing was said, and `silence` is why."""
    silence: Silence | None
    suggestion: int | None
    """Which of the suggestions speaks for it."""


@dataclass(frozen=True, slots=True)
class Judgement:
    suggestions: tuple[Suggestion, ...]
    verdicts: Mapping[tuple[Context, int], Verdict]
    """By context and index of the event."""


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


def suggest(
    beatmap: Beatmap,
    texts_by_context: Mapping[Context, Sequence[Event]],
    scored: Iterable[Scored],
    grammar: Grammar,
    *,
    threshold: float = THRESHOLD,
) -> tuple[Suggestion, ...]:
    """Strongest first. Who asks again and again about one version of a map keeps a `Judge` of it."""
    return Judge(beatmap, texts_by_context, grammar, threshold=threshold).judge(scored).suggestions


class Judge:
    """Of one version of a map: what its events are about is worked out once, however often scores come in."""

    def __init__(
        self,
        beatmap: Beatmap,
        texts_by_context: Mapping[Context, Sequence[Event]],
        grammar: Grammar,
        *,
        threshold: float = THRESHOLD,
    ) -> None:
        self._beatmap, self._threshold = beatmap, threshold
        self._tellings = {
            context: Telling(beatmap, events, grammar) for context, events in texts_by_context.items()
        }
        self._known: dict[tuple[Context, int], tuple[Scored, Scored | None, Claim | Silence]] = {}

    def suggest(self, scored: Iterable[Scored]) -> tuple[Suggestion, ...]:
        return self.judge(scored).suggestions

    def owner(self, context: Context, index: int) -> int | None:
        """Which object a statement is about, as an index into `Beatmap.objects`."""
        telling = self._tellings[context]
        number = telling.group_at(index)
        return None if number is None else telling.groups[number].owner

    def judge(self, scored: Iterable[Scored]) -> Judgement:
        outcomes = self._outcomes(scored)
        claims = [claim for claim in outcomes.values() if isinstance(claim, Claim)]
        beatmap = self._beatmap
        causes = _carried_over(beatmap, _in_runs(beatmap, _explained(_causes(claims))))
        together = _parallel(beatmap, causes)
        together.sort(key=lambda each: (-each[0].surprisal, *_in_order(each[0])))
        spoken = {id(claim): number for number, causes in enumerate(together) for claim in _claims(causes)}
        return Judgement(
            tuple(self._suggestion(causes) for causes in together),
            {
                where: Verdict(outcome, None, spoken[id(outcome)])
                if isinstance(outcome, Claim)
                else Verdict(None, outcome, None)
                for where, outcome in outcomes.items()
            },
        )

    def _outcomes(self, scored: Iterable[Scored]) -> dict[tuple[Context, int], Claim | Silence]:
        surprising: dict[Context, dict[int, Scored]] = defaultdict(dict)
        for each in scored:
            if each.surprisal >= self._threshold:
                surprising[each.context][each.index] = each
        return {
            (context, index): self._outcome(surprising[context], index)
            for context in sorted(surprising, key=lambda each: each.value)
            for index in sorted(surprising[context])
        }

    def _outcome(self, surprising: Mapping[int, Scored], index: int) -> Claim | Silence:
        """Scores come in window by window: what was made of the earlier ones still holds. Of those beside a
        statement only the next one matters to it: the other half of a position.
        """
        scored, after = surprising[index], surprising.get(index + 1)
        known = self._known.get((scored.context, index))
        if known is not None and known[0] is scored and known[1] is after:
            return known[2]
        telling = self._tellings.get(scored.context)
        number = None if telling is None else telling.group_at(index)
        outcome: Claim | Silence = (
            Silence.ELSEWHERE
            if telling is None or number is None
            else claim_of(Site(telling, number, scored, after))
        )
        self._known[scored.context, index] = scored, after, outcome
        return outcome

    def _suggestion(self, causes: Sequence[Cause]) -> Suggestion:
        shown = causes[0]
        claim = shown.first
        places = [_place(cause) for cause in causes]
        return Suggestion(
            topic=claim.topic,
            variant=claim.variant,
            message=claim.said.message,
            real=claim.said.real,
            places=(places[0], *sorted(places[1:], key=lambda place: (place.time_ms, place.objects))),
            surprisal=shown.surprisal,
            alternatives=claim.said.alternatives,
            at=claim.said.at,
            neighbours=self._neighbours(claim) if claim.said.at else (),
        )

    def _neighbours(self, claim: Claim) -> tuple[tuple[int, int, float], ...]:
        owner = claim.site.group.owner
        if owner is None:
            return ()
        objects = self._beatmap.objects
        around = range(max(0, owner - NEIGHBOURS), min(len(objects), owner + NEIGHBOURS + 1))
        return tuple(
            (int(objects[index].x), int(objects[index].y), objects[index].time_ms)
            for index in around
            if index != owner
        )


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
    group, aspect = claim.site.group, claim.aspect
    if aspect is Aspect.PLACE and group.kind in BODY:
        aspect = Aspect.BODY
    if aspect is Aspect.TIME and group.kind in ENDS:
        aspect = Aspect.END
    part = 0
    if aspect is Aspect.SOUND:
        part = 1 + group.kind * 1000 + claim.site.said_before(claim.site.kind)
    about = claim.site.number if group.owner is None else group.owner
    return claim.site.scored.context, aspect, about, part


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


def _place(cause: Cause) -> Place:
    place = cause.first.site.place()
    run = cause.until_ms is not None and cause.until_ms > place.time_ms
    end_ms = cause.until_ms if run else place.end_ms
    return Place(place.time_ms, end_ms, tuple(cause.objects[:MOST_SELECTED]))


def _claims(causes: Iterable[Cause]) -> list[Claim]:
    return [claim for cause in causes for claim in cause.claims]
