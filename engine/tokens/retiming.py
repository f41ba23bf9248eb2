"""When each event belongs, of events that a model wrote: ids say times only here and there.

A group takes the time that it tells. Anchors tell none: those of a slider are spread evenly between its head
and the next time that is told, as the models' own program spreads them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.tokens.codec import decode
from engine.tokens.events import NO_EVENTS, Event, Events, EventType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.tokens.groups import Statement
    from engine.tokens.vocab import Vocabulary

ANCHORS: Final = frozenset(
    {
        EventType.BEZIER_ANCHOR,
        EventType.PERFECT_ANCHOR,
        EventType.CATMULL_ANCHOR,
        EventType.RED_ANCHOR,
    }
)
TIMED: Final = frozenset(
    {
        EventType.CIRCLE,
        EventType.SPINNER,
        EventType.SPINNER_END,
        EventType.SLIDER_HEAD,
        EventType.LAST_ANCHOR,
        EventType.SLIDER_END,
        EventType.BEAT,
        EventType.MEASURE,
        EventType.TIMING_POINT,
        EventType.KIAI,
        EventType.HOLD_NOTE,
        EventType.HOLD_NOTE_END,
        EventType.DRUMROLL,
        EventType.DRUMROLL_END,
        EventType.DENDEN,
        EventType.DENDEN_END,
        EventType.SCROLL_SPEED_CHANGE,
    }
)
"""What ends a run of anchors. That something goes on does not: the models' own program forgets those."""


def events_from(
    ids: Iterable[int],
    vocab: Vocabulary,
    frame_ms: float,
    *,
    types_first: bool,
    settled: Sequence[Event] = NO_EVENTS,
    until_ms: float | None = None,
) -> Events:
    """What a window's ids say, up to the end of the sequence, each event at its time.

    `settled` are the events before them; anchors that no time follows are spread up to `until_ms`, or else
    stand with the last time that was told.
    """
    return timed(decode(ids, vocab, frame_ms), settled, until_ms, types_first=types_first)


def timed(
    said: Sequence[Statement],
    settled: Sequence[Event] = NO_EVENTS,
    until_ms: float | None = None,
    *,
    types_first: bool,
) -> Events:
    """The statements as events, after those that are settled."""
    if not said:
        return NO_EVENTS
    times_ms = _told(said, settled[-1].time if settled else 0, types_first=types_first)
    end_ms = times_ms[-1] if until_ms is None else until_ms
    kinds = [kind for kind, _ in said]
    # Read in the direction in which a group opens with what it is.
    if types_first:
        times_ms = _spread(kinds, times_ms, times_ms[0], (end_ms, 0))
    else:
        times_ms = _spread(kinds[::-1], times_ms[::-1], end_ms, _last_told(settled))[::-1]
    return Events.of(
        Event(kind, value, time_ms) for (kind, value), time_ms in zip(said, times_ms, strict=True)
    )


def _told(said: Sequence[Statement], now_ms: int, *, types_first: bool) -> list[int]:
    """A time holds from where it is told; where a type comes first, from that type on."""
    telling = [*said[1:], (EventType.CONTROL, 0)] if types_first else said
    times_ms: list[int] = []
    for kind, value in telling:
        if kind is EventType.TIME_SHIFT:
            now_ms = value
        times_ms.append(now_ms)
    return times_ms


def _last_told(settled: Sequence[Event]) -> tuple[int, int]:
    """The last time that was told, or the song's start, and how many anchors came after it."""
    anchors = 0
    for event in reversed(settled):
        if event.type is EventType.TIME_SHIFT:
            return event.time, anchors
        anchors += event.type in ANCHORS
    return 0, anchors


def _spread(
    kinds: Sequence[EventType], times_ms: Sequence[int], now_ms: float, beyond: tuple[float, int]
) -> list[int]:
    """Anchors, and what is told with them, moved off the time at which the slider was told."""
    spread_ms: list[int] = []
    spreading = False
    for kind, told_ms, (next_ms, anchors) in zip(
        kinds, times_ms, _ahead(kinds, times_ms, beyond), strict=True
    ):
        spreading = (spreading or kind in ANCHORS) and kind not in TIMED
        if not spreading:
            now_ms = told_ms
        elif kind in ANCHORS:
            # In this order of operations: whole milliseconds are told by the last bit.
            now_ms = int((now_ms - next_ms) / (anchors + 1) * anchors + next_ms)
        spread_ms.append(int(now_ms))
    return spread_ms


def _ahead(
    kinds: Sequence[EventType], times_ms: Sequence[int], beyond: tuple[float, int]
) -> list[tuple[float, int]]:
    """For each, the next time that is told, and how many anchors stand before it, this one included.
    `beyond`: the same for what comes after all of them.
    """
    ahead: list[tuple[float, int]] = []
    next_ms, anchors = beyond
    for kind, told_ms in zip(reversed(kinds), reversed(times_ms), strict=True):
        if kind is EventType.TIME_SHIFT:
            next_ms, anchors = told_ms, 0
        anchors += kind in ANCHORS
        ahead.append((next_ms, anchors))
    ahead.reverse()
    return ahead
