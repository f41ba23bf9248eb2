"""From what a model suggests to findings of the list: located, weighed, told apart from the rules'. Pure."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from daemon.locating import Located, Locator
from daemon.topics import BY_TOPIC
from engine.checks.check import Finding, Severity
from engine.service import CHECKS_OF, agrees

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from daemon.analysis import Analysis
    from daemon.matching import Anchor
    from daemon.session import Verdict
    from engine.service import Opinion, Suggestion

WARNING_FROM: Final = 100.0
"""Relative surprisal, shown as 10: below it the reference's MaiMod speaks of taste."""
FINDING_FROM: Final = 20.0
"""Relative surprisal below which the reference's MaiMod says nothing."""
STRONG: Final = 10_000.0
"""Relative surprisal of half the strength there is: a model sure of something else says about this much."""
HOTTEST: Final = 1_000.0
"""Relative surprisal (shown as 100, likely an issue) at which the heat strip is at its hottest."""


class OpinionState(StrEnum):
    """Of a run of the model over a map; where it was never asked there is none, and no message."""

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
        rule = rules.saying_the_same(suggestion)
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
        strength=_strength(suggestion.surprisal),
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


def _strength(surprisal: float) -> float:
    """Never quite 1: of two remarks the more surprising one is always listed first."""
    steps = _steps(surprisal, FINDING_FROM, STRONG)
    return steps / (1 + steps)


def _share(value: float, nothing: float, full: float) -> float:
    return min(1.0, _steps(value, nothing, full))


def _steps(value: float, nothing: float, one: float) -> float:
    """How far above nothing, in ratios: 1 for `one`, and on."""
    if not value > nothing:  # NaN as well
        return 0.0
    return math.log(value / nothing) / math.log(one / nothing)


class _RuleFindings:
    """The rules' findings by the check that made them."""

    def __init__(self, findings: Sequence[Located]) -> None:
        self._by_check: dict[str, list[tuple[int, Finding]]] = defaultdict(list)
        for index, located in enumerate(findings):
            self._by_check[located.finding.check_id].append((index, located.finding))

    def saying_the_same(self, suggestion: Suggestion) -> int | None:
        """Index of the worst rule finding about that object and that matter."""
        checks = CHECKS_OF.get((suggestion.topic, suggestion.variant), frozenset())
        same = [
            (finding.severity, -index)
            for check in checks
            for index, finding in self._by_check.get(check, ())
            if agrees(suggestion, finding)
        ]
        return -max(same)[1] if same else None
