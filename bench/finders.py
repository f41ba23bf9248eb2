"""Who looks for mistakes: the rules, a model, both. Each gives findings, and how suspicious objects are."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from engine.checks.run import run_checks
from engine.modding.agreement import agrees
from engine.modding.opinion import Place
from engine.modding.suggestions import THRESHOLD, Judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bench.faults import Fault
    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.document import Document
    from engine.checks.check import Finding
    from engine.modding.opinion import Suggestion
    from engine.modding.surprisal import Scored
    from engine.tokens.events import Context, Event
    from engine.tokens.grammar import Grammar

NEAR_MS: Final = 10.0
AGREED: Final = 0.5
"""How far a finding rises that the other one agrees with."""
LIKELY: Final = 100.0
"""Relative surprisal from which a suggestion is shown as a warning."""
SURE: Final = 10_000.0
"""Relative surprisal at which a suggestion is as strong as can be."""


class Remark(NamedTuple):
    """A finding of either sort, as a list of findings weighs it: by severity, then strength."""

    weight: float
    places: tuple[Place, ...]

    def is_about(self, fault: Fault) -> bool:
        return any(_is_about(place, fault) for place in self.places)


class Looked(NamedTuple):
    remarks: list[Remark]
    suspicion: list[float]
    """One for each object of the map."""


class Finder(Protocol):
    def look(self, document: Document) -> Looked: ...


class Listener(Protocol):
    """A model with a song in its ears."""

    def score(self, document: Document) -> Scores: ...


class Scores(NamedTuple):
    scored: Sequence[Scored]
    """Every event that counts, surprising or not."""
    texts: Mapping[Context, Sequence[Event]]
    grammar: Grammar


class Rules:
    def look(self, document: Document) -> Looked:
        remarks = [_by_rule(finding) for finding in findings_of(document)]
        return Looked(remarks, _suspicion_of(document.beatmap, remarks))


@dataclass
class Asked:
    """What a model says of a map, kept for whoever asks about the same one again."""

    listener: Listener
    _last: tuple[Document, tuple[Suggestion, ...], list[float]] | None = field(default=None, init=False)

    def about(self, document: Document) -> tuple[tuple[Suggestion, ...], list[float]]:
        if self._last is None or self._last[0] is not document:
            scores = self.listener.score(document)
            judge = Judge(document.beatmap, scores.texts, scores.grammar)
            surprise = _surprise(document.beatmap, scores.scored, judge)
            self._last = document, judge.suggest(scores.scored), surprise
        return self._last[1:]


@dataclass
class Model:
    asked: Asked

    def look(self, document: Document) -> Looked:
        suggestions, surprise = self.asked.about(document)
        return Looked([_by_model(suggestion) for suggestion in suggestions], surprise)


@dataclass
class Both:
    """As the list of findings has them: what both say is said once, higher up. An object's suspicion is the
    sum of its ranks.
    """

    asked: Asked

    def look(self, document: Document) -> Looked:
        findings = findings_of(document)
        suggestions, surprise = self.asked.about(document)
        ruled = [_by_rule(finding) for finding in findings]
        remarks = [
            remark._replace(
                weight=remark.weight + AGREED * any(agrees(each, finding) for each in suggestions)
            )
            for remark, finding in zip(ruled, findings, strict=True)
        ]
        remarks += [
            _by_model(suggestion)
            for suggestion in suggestions
            if not any(agrees(suggestion, finding) for finding in findings)
        ]
        ranks = zip(_ranks(_suspicion_of(document.beatmap, ruled)), _ranks(surprise), strict=True)
        return Looked(remarks, [sum(pair) for pair in ranks])


def findings_of(document: Document) -> list[Finding]:
    """Those that point at a moment."""
    return [finding for finding in run_checks(document.beatmap) if finding.time_ms is not None]


def auc(wrong: Sequence[float], right: Sequence[float]) -> float:
    """How often a wrong one is above a right one, ties counting half."""
    ordered = sorted(right)
    counts = Counter(ordered)
    above = sum(bisect_left(ordered, each) + counts[each] / 2 for each in wrong)
    return above / (len(wrong) * len(right))


def _by_rule(finding: Finding) -> Remark:
    time_ms = finding.time_ms or 0.0
    return Remark(finding.severity + finding.strength, (Place(time_ms, finding.end_ms, finding.objects),))


def _by_model(suggestion: Suggestion) -> Remark:
    severity = 2 if suggestion.surprisal >= LIKELY else 1
    share = math.log(suggestion.surprisal / THRESHOLD) / math.log(SURE / THRESHOLD)
    return Remark(severity + min(share, 1.0), suggestion.places)


def _is_about(place: Place, fault: Fault) -> bool:
    if place.objects:
        return not fault.objects.isdisjoint(place.objects)
    end_ms = place.time_ms if place.end_ms is None else place.end_ms
    return place.time_ms <= fault.end_ms + NEAR_MS and fault.start_ms <= end_ms + NEAR_MS


def _suspicion_of(beatmap: Beatmap, remarks: Iterable[Remark]) -> list[float]:
    """The heaviest remark about each object; one that names no object is about those that start in it."""
    suspicion = [0.0] * len(beatmap.objects)
    for weight, places in remarks:
        for place in places:
            for index in place.objects or _starting(beatmap, place):
                suspicion[index] = max(suspicion[index], weight)
    return suspicion


def _starting(beatmap: Beatmap, place: Place) -> Iterable[int]:
    end_ms = place.time_ms if place.end_ms is None else place.end_ms
    starts_ms = [obj.time_ms for obj in beatmap.objects]
    return range(bisect_left(starts_ms, place.time_ms - NEAR_MS), bisect_left(starts_ms, end_ms + NEAR_MS))


def _surprise(beatmap: Beatmap, scored: Sequence[Scored], judge: Judge) -> list[float]:
    """For each object, how rare it is that the most surprising of as many statements surprises so little.

    The most surprising one alone would not do: of whatever has more statements, as a slider with another
    repeat or a note with a line of its own, one is bound to surprise more, whatever the model knows.
    """
    shares = _ranks([each.surprisal for each in scored])
    most, counts = [0.0] * len(beatmap.objects), [0] * len(beatmap.objects)
    starts_ms = [obj.time_ms for obj in beatmap.objects]
    for each, share in zip(scored, shares, strict=True):
        for index in _about(beatmap, starts_ms, each, judge):
            most[index] = max(most[index], share)
            counts[index] += 1
    return [share**count for share, count in zip(most, counts, strict=True)]


def _about(beatmap: Beatmap, starts_ms: Sequence[float], scored: Scored, judge: Judge) -> Iterable[int]:
    """What is about no object, a beat or a change of velocity, is about those of the beat that follows."""
    owner = judge.owner(scored.context, scored.index)
    if owner is not None:
        return (owner,)
    start_ms = scored.time_ms + beatmap.offset_ms
    end_ms = start_ms + beatmap.timing.beat_length_at(start_ms)
    return range(bisect_left(starts_ms, start_ms - NEAR_MS), bisect_left(starts_ms, end_ms - NEAR_MS))


def _ranks(values: Sequence[float]) -> list[float]:
    """Which part of all lies below, ties counting half."""
    counts = sorted(Counter(values).items())
    sums = accumulate(count for _, count in counts)
    middles = {value: below - count / 2 for (value, count), below in zip(counts, sums, strict=True)}
    return [middles[value] / len(values) for value in values]
