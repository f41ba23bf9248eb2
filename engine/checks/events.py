"""Breaks that the editor would not make, and the background."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING

from engine.beatmap.timestamps import format_timestamp
from engine.checks.check import Category, Check, Finding, Severity, Song
from engine.checks.thresholds import (
    BREAK_AFTER_OBJECT_MS,
    BREAK_BEFORE_OBJECT_MS,
    BREAK_ROUNDING_MS,
    BREAK_SHORTEST_MS,
    LISTED_PER_CHECK,
    SELECTED_OBJECTS,
)
from engine.checks.wording import counted, number, strength

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.sections import Break

_BREAKS = "break-timing"
_BACKGROUND = "background"


def find_bad_breaks(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    if not beatmap.events.breaks:
        return
    starts_ms = [obj.time_ms for obj in beatmap.objects]
    ends_ms = [beatmap.end_ms(obj) for obj in beatmap.objects]
    reached_ms = list(accumulate(ends_ms, max))
    # More findings than this are not listed; each break may cost a look at every object.
    for span in beatmap.events.breaks[: int(LISTED_PER_CHECK.value)]:
        yield from _too_short(span)
        if not starts_ms:
            continue
        until = bisect_left(starts_ms, span.end_ms)
        since = bisect_left(reached_ms, span.start_ms)
        # Every object from `since` on ends after the break starts; those before `until` start before it ends.
        if since < until and reached_ms[until - 1] > span.start_ms:
            within = tuple(i for i in range(since, until) if ends_ms[i] > span.start_ms)
            yield _overlapping(beatmap, span, within)
            continue
        if until > 0:
            last = bisect_left(reached_ms, reached_ms[until - 1])
            yield from _starts_early(span, span.start_ms - reached_ms[last], last)
        if until < len(starts_ms):
            yield from _ends_late(span, starts_ms[until] - span.end_ms, until)
        if until in {0, len(starts_ms)}:
            yield _leads_nowhere(span, before=until == 0)


def _too_short(span: Break) -> Iterator[Finding]:
    length_ms = span.end_ms - span.start_ms
    if length_ms < BREAK_SHORTEST_MS.value:
        message = (
            f"This break lasts {number(length_ms)} ms; below {number(BREAK_SHORTEST_MS.value)} ms it does "
            "nothing."
        )
        yield _break(span, "short", Severity.WARNING, message, 0.3)


def _overlapping(beatmap: Beatmap, span: Break, within: tuple[int, ...]) -> Finding:
    first = beatmap.objects[within[0]]
    message = (
        f"{counted(len(within), 'object reaches', 'objects reach')} into this break, "
        f"{'the first ' if len(within) > 1 else ''}at {format_timestamp(first.time_ms)}: the game shows a "
        "break while play goes on."
    )
    selected = within[: int(SELECTED_OBJECTS.value)]
    return _break(span, "objects-inside", Severity.PROBLEM, message, 1.0, selected)


def _starts_early(span: Break, gap_ms: float, index: int) -> Iterator[Finding]:
    least_ms = BREAK_AFTER_OBJECT_MS.value
    if gap_ms < least_ms - BREAK_ROUNDING_MS.value:
        message = (
            f"This break starts {number(gap_ms)} ms after an object; the editor leaves {number(least_ms)} ms."
        )
        share = strength(gap_ms, harmless=least_ms, worst=0.0)
        yield _break(span, "starts-early", Severity.PROBLEM, message, share, (index,))


def _ends_late(span: Break, gap_ms: float, index: int) -> Iterator[Finding]:
    least_ms = BREAK_BEFORE_OBJECT_MS.value
    if gap_ms < least_ms - BREAK_ROUNDING_MS.value:
        message = (
            f"This break ends {number(gap_ms)} ms before an object; the editor leaves {number(least_ms)} ms."
        )
        share = strength(gap_ms, harmless=least_ms, worst=0.0)
        yield _break(span, "ends-late", Severity.PROBLEM, message, share, (index,))


def _leads_nowhere(span: Break, *, before: bool) -> Finding:
    where = "before the first object" if before else "after the last object"
    message = f"This break lies {where}: the editor makes breaks between objects only."
    return _break(span, "outside", Severity.WARNING, message, 0.2)


def _break(
    span: Break,
    variant: str,
    severity: Severity,
    message: str,
    strength: float,
    objects: tuple[int, ...] = (),
) -> Finding:
    return Finding(
        check_id=_BREAKS,
        variant=variant,
        severity=severity,
        message=message,
        time_ms=span.start_ms,
        end_ms=span.end_ms,
        objects=objects,
        strength=strength,
    )


def find_no_background(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    if not beatmap.events.background:
        yield Finding(
            check_id=_BACKGROUND,
            variant="none",
            severity=Severity.PROBLEM,
            message=(
                "No background is set: choose an image in the editor (Design in stable, Setup in lazer)."
            ),
            strength=0.5,
        )


CHECKS = (
    Check(
        id=_BREAKS,
        category=Category.EVENTS,
        title="Break timing",
        purpose="Finds breaks that reach into play, that are too short to work, or that lie outside of play.",
        reasoning=(
            "In a break the background brightens and arrows announce the end, which must not happen while "
            "something is played. The editor keeps 200 ms after the last object and 450 ms before the "
            "next, and a break below 650 ms has no effect. The ranking criteria allow only breaks that "
            "the editor can make: other values come from a file edited by hand, or from objects that a "
            "tool has moved."
        ),
        severities=(Severity.PROBLEM, Severity.WARNING),
        find=find_bad_breaks,
    ),
    Check(
        id=_BACKGROUND,
        category=Category.EVENTS,
        title="No background",
        purpose="Sees that the difficulty names a background image.",
        reasoning=(
            "Song select and the website show the background, and the ranking criteria want one in every "
            "difficulty. A difficulty that was copied into the folder or made by a tool often lacks the "
            "line that its siblings have."
        ),
        severities=(Severity.PROBLEM,),
        find=find_no_background,
    ),
)
