"""From what a model suggests to findings of the list: located, weighed, told apart from the rules'. Pure."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from daemon.locating import Located, Locator
from daemon.matching import NEAR_MS
from daemon.topics import BY_TOPIC, SAME_MATTER
from engine.checks.check import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from daemon.analysis import Analysis
    from daemon.matching import Anchor
    from daemon.session import Verdict
    from engine.service import Opinion, Place, Suggestion, Topic

WARNING_FROM: Final = 100.0
"""Relative surprisal, shown as 10: below it the reference's MaiMod speaks of taste."""
FINDING_FROM: Final = 20.0
"""Relative surprisal below which the reference's MaiMod says nothing."""
STRONGEST: Final = 10_000.0
"""Relative surprisal that fills the bar: a model sure of something else says about this much."""
HOTTEST: Final = 1_000.0
"""Relative surprisal (shown as 100, likely an issue) at which the heat strip is at its hottest."""


class OpinionState(StrEnum):
    OFF = "off"
    NO_MODEL = "no_model"
    WAITING = "waiting"
    SCORING = "scoring"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Spot:
    """One of the places of a suggestion."""

    time_ms: float
    timestamp: str
    link: str | None


@dataclass(frozen=True, slots=True)
class Remark:
    suggestion: Suggestion
    located: Located
    spots: tuple[Spot, ...]

    @property
    def anchor(self) -> Anchor:
        return self.located.anchor


@dataclass(frozen=True, slots=True)
class Agreement:
    """The model says what a rule has said already."""

    rule: int
    """Index of the rule's finding in the analysis."""
    suggestion: Suggestion


@dataclass(frozen=True, slots=True)
class ShownOpinion:
    """What a page shows of a model's opinion; empty where there is none (yet)."""

    key: str
    version: int
    """Of the look at the map that it belongs to."""
    state: OpinionState
    note: str = ""
    opinion: Opinion | None = None
    remarks: tuple[Remark, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    """Parallel to the remarks."""
    gone: tuple[Anchor, ...] = ()
    agreed: tuple[tuple[str, Suggestion], ...] = ()
    """Id of the rule's finding, and what the model says of it."""


def remarks_on(
    analysis: Analysis, suggestions: Iterable[Suggestion]
) -> tuple[tuple[Remark, ...], tuple[Agreement, ...]]:
    """What only the model says, and what it says beside a rule."""
    locator = Locator(analysis.beatmap, analysis.objects)
    rules = _RuleFindings(analysis.findings)
    remarks: list[Remark] = []
    agreements: list[Agreement] = []
    for suggestion in suggestions:
        rule = rules.speaking_of(suggestion.topic, suggestion.places[0])
        if rule is None:
            remarks.append(_remark(locator, suggestion))
        else:
            agreements.append(Agreement(rule, suggestion))
    return tuple(remarks), tuple(agreements)


def warmth(surprisal: float | None) -> float | None:
    """0 where nothing surprises to 1 where an issue is likely, by orders of magnitude; None: not scored."""
    if surprisal is None:
        return None
    return _share(surprisal, 1.0, HOTTEST)


def _remark(locator: Locator, suggestion: Suggestion) -> Remark:
    first = suggestion.places[0]
    check = BY_TOPIC[suggestion.topic]
    finding = Finding(
        check_id=check.id,
        variant=suggestion.variant,
        severity=Severity.WARNING if suggestion.surprisal >= WARNING_FROM else Severity.MINOR,
        message=suggestion.message,
        time_ms=first.time_ms,
        end_ms=first.end_ms,
        objects=first.objects,
        strength=_share(suggestion.surprisal, FINDING_FROM, STRONGEST),
    )
    spots = tuple(
        Spot(
            place.time_ms,
            locator.timestamp(place.time_ms, place.objects),
            locator.link(place.time_ms, place.objects),
        )
        for place in suggestion.places
    )
    return Remark(suggestion, locator.locate(finding, check.topic.value), spots)


def _share(value: float, nothing: float, full: float) -> float:
    if not value > nothing:  # NaN as well
        return 0.0
    return min(1.0, math.log(value / nothing) / math.log(full / nothing))


class _RuleFindings:
    """The rules' findings by the objects they are about, and by time where they are about a line."""

    def __init__(self, findings: Sequence[Located]) -> None:
        self._by_object: dict[int, list[int]] = defaultdict(list)
        self._of_lines: list[int] = []
        self._findings: Mapping[int, Finding] = {
            index: located.finding
            for index, located in enumerate(findings)
            if located.finding.check_id in SAME_MATTER
        }
        for index, finding in self._findings.items():
            for number in finding.objects:
                self._by_object[number].append(index)
            if not finding.objects and finding.time_ms is not None:
                self._of_lines.append(index)

    def speaking_of(self, topic: Topic, place: Place) -> int | None:
        """The worst rule finding about that object, or line, and that matter."""
        near = [index for index in self._of_lines if self._is_at(index, place.time_ms)]
        about = {index for number in place.objects for index in self._by_object[number]}.union(near)
        same = [index for index in sorted(about) if topic in SAME_MATTER[self._findings[index].check_id]]
        return max(same, key=lambda index: self._findings[index].severity, default=None)

    def _is_at(self, index: int, time_ms: float) -> bool:
        at_ms = self._findings[index].time_ms
        return at_ms is not None and abs(at_ms - time_ms) <= NEAR_MS
