"""A context while it is being written: what each window adds to it, and at which times that is.

A window's end is only there to be heard. What was written there is written again, and better, by the window
after it, so it is cut off; so is a time that the model stopped at because earlier windows have settled it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.generation.stops import Stops
from engine.generation.texts import Text
from engine.tokens.codec import decode
from engine.tokens.events import Event, EventType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.generation.layout import Layout
    from engine.generation.windows import Window, WindowShape
    from engine.tokens.events import Context
    from engine.tokens.groups import Statement

ANCHORS: Final = frozenset(
    {
        EventType.BEZIER_ANCHOR,
        EventType.PERFECT_ANCHOR,
        EventType.CATMULL_ANCHOR,
        EventType.RED_ANCHOR,
    }
)
"""They tell no time and are spread over what lies between those that do."""
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
"""What ends a run of anchors. That a long object goes on does not: the models' own program forgets it."""


class Draft:
    def __init__(self, layout: Layout, context: Context, settled: Iterable[Event] = ()) -> None:
        """`settled`: what stands before the first window that is written."""
        self._layout = layout
        self.context = context
        self.events = list(settled)

    @classmethod
    def before(cls, layout: Layout, context: Context, events: Sequence[Event], start_ms: float) -> Draft:
        """To go on from where a map is left as it is; what it has from `start_ms` on is written anew."""
        return cls(layout, context, events[: _up_to(events, start_ms - 1)])

    def text(self) -> Text:
        return Text(self.events, self._layout.vocab)

    def add(self, ids: Sequence[int], window: Window, shape: WindowShape) -> None:
        """What the model wrote after its prompt."""
        stops = Stops.of(self._layout, self.context, window, shape)
        said = decode(self._without_end(ids, stops), self._layout.vocab, window.time_ms)
        until_ms = window.time_ms + shape.length_ms
        self.events += timed(said, self.events, until_ms, types_first=self._layout.types_first)
        if stops.left:
            del self.events[_up_to(self.events, window.counts_to_ms) :]

    def _without_end(self, ids: Sequence[int], stops: Stops) -> Sequence[int]:
        end = len(ids)
        while end and ids[end - 1] in stops.ends:
            end -= 1
        if end and (ids[end - 1] in stops.settled or ids[end - 1] in stops.left):
            # A group that only says what it is and when: both ids go.
            end = max(end - 2, 0) if self._layout.types_first else end - 1
        return ids[:end]


def _up_to(events: Sequence[Event], time_ms: float) -> int:
    """How many events are left when those at the end that lie after a time are taken off."""
    count = len(events)
    while count and events[count - 1].time > time_ms:
        count -= 1
    return count


def timed(
    said: Sequence[Statement], settled: Sequence[Event], until_ms: float, *, types_first: bool
) -> list[Event]:
    """With the times at which the statements belong, which follow what is `settled`.

    Anchors are spread evenly from the group that told its time before them to the one that does after.
    """
    if not said:
        return []
    now_ms = settled[-1].time if settled else 0
    times_ms = _told(said, now_ms, types_first=types_first)
    if types_first:
        _spread(said, times_ms, from_ms=times_ms[0], beyond=(until_ms, 0))
    else:
        backwards_ms = times_ms[::-1]
        _spread(said[::-1], backwards_ms, from_ms=until_ms, beyond=_last_told(settled))
        times_ms = backwards_ms[::-1]
    return [Event(kind, value, time_ms) for (kind, value), time_ms in zip(said, times_ms, strict=True)]


def _told(said: Sequence[Statement], now_ms: int, *, types_first: bool) -> list[int]:
    """A time holds from the group's first statement on: itself, or the one that says what it is."""
    times_ms = []
    following = [*said[1:], (EventType.CONTROL, 0)] if types_first else said
    for kind, value in following:
        if kind is EventType.TIME_SHIFT:
            now_ms = value
        times_ms.append(now_ms)
    return times_ms


def _last_told(settled: Sequence[Event]) -> tuple[float, int]:
    """The last time that was told, and how many anchors came after it."""
    anchors = 0
    for kind, _, time_ms in reversed(settled):
        if kind is EventType.TIME_SHIFT:
            return time_ms, anchors
        anchors += kind in ANCHORS
    return 0, anchors


def _spread(
    said: Sequence[Statement], times_ms: list[int], *, from_ms: float, beyond: tuple[float, int]
) -> None:
    """In the direction in which a group opens with what it is. `beyond`: the next time that is told after
    the last statement, and how many anchors there are up to it.
    """
    ahead = _ahead(said, times_ms, beyond)
    now_ms, spreading = from_ms, False
    for index, (kind, _) in enumerate(said):
        if kind in TIMED:
            spreading = False
        elif kind in ANCHORS:
            spreading = True
            told_ms, anchors = ahead[index]
            now_ms = int((now_ms - told_ms) / (anchors + 1) * anchors + told_ms)
        if spreading:
            times_ms[index] = int(now_ms)
        else:
            now_ms = times_ms[index]


def _ahead(
    said: Sequence[Statement], times_ms: Sequence[int], beyond: tuple[float, int]
) -> list[tuple[float, int]]:
    """For each statement the next time that is told, and how many anchors there are up to it."""
    found: list[tuple[float, int]] = []
    told_ms, anchors = beyond
    for (kind, _), time_ms in zip(reversed(said), reversed(times_ms), strict=True):
        if kind is EventType.TIME_SHIFT:
            told_ms, anchors = time_ms, 0
        anchors += kind in ANCHORS
        found.append((told_ms, anchors))
    found.reverse()
    return found
