"""Whether a suggestion says what a rule has said already: one table, from what a model claims to the checks
that look at the same thing.

Standard library alone: it is asked where the findings of rules are, which is not where the models are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from engine.modding.opinion import Topic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.modding.opinion import Suggestion

SAME_MOMENT_MS: Final = 10.0
"""Two things that belong to no object are one if they are this near: a model's step."""

CHECKS_OF: Final[Mapping[tuple[Topic, str], frozenset[str]]] = {
    claim: frozenset(checks)
    for claim, checks in {
        (Topic.RHYTHM, "time"): ("unsnapped-objects", "concurrent-objects", "just-before-line"),
        (Topic.RHYTHM, "snap"): ("unsnapped-objects", "just-before-line"),
        (Topic.RHYTHM, "unexpected-object"): (
            "concurrent-objects",
            "mania-same-column",
            "objects-outside-song",
            "unsnapped-objects",
        ),
        (Topic.RHYTHM, "end"): (
            "unsnapped-objects",
            "no-duration",
            "short-sliders",
            "short-spinners",
            "spinner-recovery",
            "mania-short-hold",
            "banana-gaps",
        ),
        (Topic.RHYTHM, "end-snap"): ("unsnapped-objects",),
        (Topic.RHYTHM, "repeats"): ("unsnapped-objects", "short-sliders"),
        (Topic.RHYTHM, "kind"): ("no-duration", "invisible-sliders", "short-sliders", "mania-short-hold"),
        (Topic.TIMING, "no-beat"): ("unsnapped-objects", "just-before-line", "first-timing-line"),
        (Topic.TIMING, "no-beat-at-end"): ("unsnapped-objects",),
        (Topic.TIMING, "beat"): ("conflicting-lines", "timing-line-values", "first-timing-line"),
        (Topic.TIMING, "measure"): ("conflicting-lines", "unused-lines"),
        (Topic.TIMING, "unexpected-beat"): ("conflicting-lines", "timing-line-values"),
        (Topic.COMPOSE, "position"): ("offscreen-objects", "full-overlaps"),
        (Topic.COMPOSE, "spacing"): ("offscreen-objects", "full-overlaps"),
        (Topic.COMPOSE, "point-position"): ("offscreen-objects", "abnormal-slider-paths"),
        (Topic.COMPOSE, "point-spacing"): ("offscreen-objects", "abnormal-slider-paths"),
        (Topic.COMPOSE, "column"): ("mania-same-column", "mania-columns"),
        (Topic.SLIDERS, "more-points"): ("invisible-sliders", "abnormal-slider-paths"),
        (Topic.SLIDERS, "fewer-points"): ("abnormal-slider-paths",),
        (Topic.SLIDERS, "velocity"): ("timing-line-values", "conflicting-lines"),
        (Topic.HIT_SOUNDS, "hit-sound"): ("few-hit-sounds",),
        (Topic.HIT_SOUNDS, "hit-sound-of-body"): ("unheard-additions",),
        (Topic.HIT_SOUNDS, "volume"): ("muted-objects", "timing-line-values"),
        (Topic.NEW_COMBOS, "missing"): ("long-combo",),
        (Topic.SCROLL_SPEEDS, "speed"): ("timing-line-values", "conflicting-lines"),
        (Topic.SCROLL_SPEEDS, "unexpected"): ("unused-lines", "conflicting-lines"),
        (Topic.KIAI, "time"): ("unsnapped-kiai", "short-kiai"),
        (Topic.KIAI, "snap"): ("unsnapped-kiai",),
        (Topic.KIAI, "unexpected"): ("short-kiai",),
    }.items()
}
"""What is not here, no rule looks at."""


class RuleFinding(Protocol):
    """What a rule's finding tells of itself; `engine.checks` need not be known here."""

    @property
    def check_id(self) -> str: ...
    @property
    def objects(self) -> tuple[int, ...]: ...
    @property
    def time_ms(self) -> float | None: ...
    @property
    def end_ms(self) -> float | None: ...


def agrees(suggestion: Suggestion, finding: RuleFinding) -> bool:
    """The same thing about the same object at any of its places; where one of the two names no object, about
    the same moment or stretch.
    """
    if finding.check_id not in CHECKS_OF.get((suggestion.topic, suggestion.variant), ()):
        return False
    for place in suggestion.places:
        if place.objects and finding.objects:
            if not set(finding.objects).isdisjoint(place.objects):
                return True
        elif finding.time_ms is not None and _touch(
            (place.time_ms, place.end_ms or place.time_ms),
            (finding.time_ms, finding.end_ms or finding.time_ms),
        ):
            return True
    return False


def _touch(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] <= other[1] + SAME_MOMENT_MS and other[0] <= one[1] + SAME_MOMENT_MS
