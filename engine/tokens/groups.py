"""Groups of events: statements about one moment, and what it is that happens then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from engine.tokens.events import Event, Events, EventType
from engine.tokens.view import US_PER_MS, whole_ms

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.tokens.grammar import Grammar
    from engine.tokens.view import Line, MapView

Statement: TypeAlias = tuple[EventType, int]
"""An event before it has a time."""

# A member of an enumeration is looked up five times as slowly as a name of the module.
TIME_SHIFT: Final = EventType.TIME_SHIFT
SNAPPING: Final = EventType.SNAPPING
SNAPPED_MS: Final = 2
DIVISORS: Final = range(1, 17)
FARTHEST_BEAT: Final = 1e12
"""A line whose beats are this many, or NaN, is a joke, and nothing lies on its grid."""
LEAST_SCROLL_SPEED, MOST_SCROLL_SPEED = 0.01, 10.0
PERCENT: Final = 100

new: Final = tuple.__new__
"""A named tuple's own constructor takes its fields apart only to put them together again."""


class Groups:
    def __init__(self, view: MapView, grammar: Grammar) -> None:
        self._line_at = view.line_at
        self._types_first = grammar.types_first
        self.events: Events = []

    def add(self, kind: EventType, time_us: int, *statements: Statement, value: int = 0) -> None:
        """A group that does not tell its time."""
        self._add(kind, value, whole_ms(time_us), statements)

    def add_timed(self, kind: EventType, time_us: int, *statements: Statement) -> None:
        """A group that tells its time, but not whether it is snapped."""
        time_ms = whole_ms(time_us)
        self._add(kind, 0, time_ms, ((TIME_SHIFT, time_ms), *statements))

    def add_snapped(self, kind: EventType, time_us: int, *statements: Statement, value: int = 0) -> None:
        """A group that tells its time, and on which division of the beat that lies."""
        time_ms = time_us // US_PER_MS if time_us >= 0 else whole_ms(time_us)
        snapping = _snapping(self._line_at(time_us), time_us)
        self._add(kind, value, time_ms, ((TIME_SHIFT, time_ms), (SNAPPING, snapping), *statements))

    def _add(self, kind: EventType, value: int, time_ms: int, statements: Iterable[Statement]) -> None:
        if self._types_first:
            self.events.append(new(Event, (kind, value, time_ms)))
        self.events += [new(Event, (told, number, time_ms)) for told, number in statements]
        if not self._types_first:
            self.events.append(new(Event, (kind, value, time_ms)))


def scroll_speed(multiplier: float) -> Statement:
    """In hundredths, halves to the even one."""
    bounded = min(max(LEAST_SCROLL_SPEED, multiplier), MOST_SCROLL_SPEED)  # NaN becomes the least
    return EventType.SCROLL_SPEED, round(bounded * PERCENT)


def _snapping(line: Line, time_us: int) -> int:
    """The simplest division of the beat that the time lies on; 0 where there is none up to 1/16."""
    beat_ms = line.tempo_beat_ms
    if not beat_ms:
        return 0
    # In this order of operations: the edge of 2 ms is decided by the last bit.
    beats = (time_us - line.tempo_us) / 10**6 * 1000 / beat_ms
    if not abs(beats) < FARTHEST_BEAT:
        return 0
    for divisor in DIVISORS:
        if abs(beats - round(beats * divisor) / divisor) * beat_ms < SNAPPED_MS:
            return divisor
    return 0
