"""Groups of events: statements about one moment, and what it is that happens then.

First only their types are written down, group by group, which is what a map's sentences are made of; then
each type gets its numbers, all of the map at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from engine.tokens.errors import TokenError
from engine.tokens.events import Events, EventType
from engine.tokens.view import all_whole_ms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike

    from engine.tokens.events import Ints
    from engine.tokens.grammar import Grammar
    from engine.tokens.view import Line, MapView

Statement: TypeAlias = tuple[EventType, int]
"""An event before it has a time."""
Said: TypeAlias = bytes
"""Types of events, by number."""

# A member of an enumeration is looked up five times as slowly as a name of the module.
TIME_SHIFT: Final = EventType.TIME_SHIFT
SNAPPING: Final = EventType.SNAPPING
SCROLL_SPEED: Final = EventType.SCROLL_SPEED
TIMED: Final = bytes([TIME_SHIFT])
SNAPPED: Final = bytes([TIME_SHIFT, SNAPPING])
SPEED: Final = bytes([SCROLL_SPEED])
SNAPPED_MS: Final = 2
DIVISORS: Final = range(1, 17)
FARTHEST_BEAT: Final = 1e12
"""A line whose beats are this many, or NaN, is a joke, and nothing lies on its grid."""
LEAST_SCROLL_SPEED, MOST_SCROLL_SPEED = 0.01, 10.0
PERCENT: Final = 100
MOST_EVENTS: Final = 4_000_000
"""Of one map: fifty times what the longest marathons have, and 100 MB."""


class Groups:
    def __init__(self, view: MapView, grammar: Grammar) -> None:
        self._view = view
        self._types_first = grammar.types_first
        self._types = bytearray()
        self._sizes: list[int] = []
        self._times_us: list[int] = []

    def joined(self, kind: EventType, said: Said) -> Said:
        """A group's types in their order."""
        return bytes([kind, *said]) if self._types_first else bytes([*said, kind])

    def add(self, kind: EventType, time_us: int, said: Said = b"") -> None:
        """What it says may hold its time, and then also on which division of the beat that lies."""
        types = self._types
        if self._types_first:
            types.append(kind)
            types += said
        else:
            types += said
            types.append(kind)
        self._sizes.append(len(said) + 1)
        self._times_us.append(time_us)
        if len(types) > MOST_EVENTS:
            raise TokenError(
                f"the map says more than {MOST_EVENTS:,} things, and no model can hear that many; "
                "take the objects out that repeat or last beyond all measure"
            )

    def add_joined(self, types: Said, sizes: Sequence[int], times_us: Sequence[int]) -> None:
        """Several groups at once."""
        self._types += types
        self._sizes += sizes
        self._times_us += times_us

    def events(self, numbers: Mapping[EventType, ArrayLike]) -> Events:
        """With the numbers of each type in the order in which its events were said, where they are not 0.

        Times, snapping and scroll speeds follow from when a group is and which line rules there, unless
        they are given.
        """
        types = np.frombuffer(bytes(self._types), np.uint8)
        times_us = np.repeat(np.array(self._times_us, np.int64), self._sizes)
        times = all_whole_ms(times_us)
        values = np.zeros(len(types), np.int64)
        for kind, given in numbers.items():
            values[types == kind] = given
        timed, snapped = types == TIME_SHIFT, types == SNAPPING
        values[timed] = times[timed]
        values[snapped] = _snapping(self._view, times_us[snapped])
        if SCROLL_SPEED not in numbers:
            speeds = types == SCROLL_SPEED
            values[speeds] = self._view.said_at(times_us[speeds], _velocity)
        return Events(types, values, times)


def scroll_speed(multiplier: float) -> int:
    """In hundredths, halves to the even one."""
    bounded = min(max(LEAST_SCROLL_SPEED, multiplier), MOST_SCROLL_SPEED)  # NaN becomes the least
    return round(bounded * PERCENT)


def _velocity(line: Line) -> int:
    return scroll_speed(line.velocity(LEAST_SCROLL_SPEED))


def _snapping(view: MapView, times_us: Ints) -> Ints:
    """The simplest division of the beat that each time lies on; 0 where there is none up to 1/16."""
    beat_ms = view.said_at(times_us, lambda line: line.tempo_beat_ms)
    tempo_us = view.said_at(times_us, lambda line: line.tempo_us)
    with np.errstate(all="ignore"):  # a beat may be 0 or NaN, and then nothing is near it
        # In this order of operations: the edge of 2 ms is decided by the last bit.
        beats = (times_us - tempo_us) / 10**6 * 1000 / beat_ms
        told = np.zeros(len(times_us), np.int64)
        for divisor in reversed(DIVISORS):
            off_ms = abs(beats - np.rint(beats * divisor) / divisor) * beat_ms
            told[off_ms < SNAPPED_MS] = divisor
        told[~(abs(beats) < FARTHEST_BEAT)] = 0
    return told
