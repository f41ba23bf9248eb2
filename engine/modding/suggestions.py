"""From scores to suggestions: what is surprising enough, what it means, what belongs together.

A statement surprises by its relative surprisal: how unlikely it was, over how unlikely things were at that
point. `claims.TABLE` says what a surprise means to a mapper. Then what has one cause becomes one suggestion:
statements about one aspect of one object; what an earlier, greater surprise explains, as a wrong time does
the odd spacing that comes of it; and the same deviation at the same place of other measures.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engine.modding.claims import Claim, claim_of
from engine.modding.opinion import Suggestion
from engine.modding.places import Telling
from engine.modding.site import Silence, Site
from engine.modding.together import place_of, together

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from engine.beatmap.beatmap import Beatmap
    from engine.modding.surprisal import Scored
    from engine.modding.together import Cause
    from engine.tokens.events import Context, Event
    from engine.tokens.grammar import Grammar

THRESHOLD: Final = 20.0
"""Relative surprisal from which something is a suggestion, as the reference's MaiMod has it."""
NEIGHBOURS: Final = 2
"""On either side of an object that stands in an unexpected place."""


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
        found = together(self._beatmap, claims)
        spoken = {
            id(claim): number
            for number, causes in enumerate(found)
            for cause in causes
            for claim in cause.claims
        }
        return Judgement(
            tuple(self._suggestion(causes) for causes in found),
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
        places = [place_of(cause) for cause in causes]
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
