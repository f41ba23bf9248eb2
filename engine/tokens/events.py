"""The event language: a map as a flat sequence of small statements, each at a time of the song.

Every checkpoint speaks a part of it; which part, and under which ids, is its `Vocabulary`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum
from itertools import repeat
from typing import TYPE_CHECKING, Final, NamedTuple, Self, TypeAlias, overload

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int64]


class EventType(IntEnum):
    """Numbered, so that a table of ids can be a list; `label` is the name in a tokenizer.json."""

    label: str

    def __new__(cls, number: int, label: str) -> Self:
        member = int.__new__(cls, number)
        member._value_ = number
        member.label = label
        return member

    TIME_SHIFT = 0, "t"
    SNAPPING = 1, "snap"
    DISTANCE = 2, "dist"
    NEW_COMBO = 3, "new_combo"
    HITSOUND = 4, "hitsound"
    VOLUME = 5, "volume"
    CIRCLE = 6, "circle"
    SPINNER = 7, "spinner"
    SPINNER_END = 8, "spinner_end"
    SLIDER_HEAD = 9, "slider_head"
    BEZIER_ANCHOR = 10, "bezier_anchor"
    PERFECT_ANCHOR = 11, "perfect_anchor"
    CATMULL_ANCHOR = 12, "catmull_anchor"
    RED_ANCHOR = 13, "red_anchor"
    LAST_ANCHOR = 14, "last_anchor"
    SLIDER_END = 15, "slider_end"
    BEAT = 16, "beat"
    MEASURE = 17, "measure"
    TIMING_POINT = 18, "timing_point"
    GAMEMODE = 19, "gamemode"
    STYLE = 20, "style"
    DIFFICULTY = 21, "difficulty"
    MAPPER = 22, "mapper"
    CIRCLE_SIZE = 23, "cs"
    YEAR = 24, "year"
    HITSOUNDED = 25, "hitsounded"
    SONG_LENGTH = 26, "song_length"
    SONG_POSITION = 27, "song_position"
    GLOBAL_VELOCITY = 28, "global_sv"
    KEY_COUNT = 29, "keycount"
    HOLD_NOTE_RATIO = 30, "hold_note_ratio"
    SCROLL_SPEED_RATIO = 31, "scroll_speed_ratio"
    DESCRIPTOR = 32, "descriptor"
    POSITION_X = 33, "pos_x"
    POSITION_Y = 34, "pos_y"
    POSITION = 35, "pos"
    KIAI = 36, "kiai"
    COLUMN = 37, "column"
    HOLD_NOTE = 38, "hold_note"
    HOLD_NOTE_END = 39, "hold_note_end"
    SCROLL_SPEED_CHANGE = 40, "scroll_speed_change"
    SCROLL_SPEED = 41, "scroll_speed"
    DRUMROLL = 42, "drumroll"
    DRUMROLL_END = 43, "drumroll_end"
    DENDEN = 44, "denden"
    DENDEN_END = 45, "denden_end"
    CONTROL = 46, "control"
    SLIDER_SUSTAIN = 47, "slider_sustain"
    SLIDER_REPEAT_SUSTAIN = 48, "slider_repeat_sustain"
    SPINNER_SUSTAIN = 49, "spinner_sustain"
    HOLD_NOTE_SUSTAIN = 50, "hold_note_sustain"
    DRUMROLL_SUSTAIN = 51, "drumroll_sustain"
    DENDEN_SUSTAIN = 52, "denden_sustain"
    POSITION_REFINEMENT = 53, "pos_refine"

    def __str__(self) -> str:
        return self.label


EVENT_TYPES: Final = tuple(EventType)
"""By number."""
BY_LABEL: Final = {kind.label: kind for kind in EventType}


class Context(Enum):
    """What a stretch of a prompt tells about; its value is the name in a tokenizer.json."""

    NONE = "none"
    TIMING = "timing"
    NO_HITSOUNDS = "no_hs"
    GUEST_DIFFICULTY = "gd"
    MAP = "map"
    KIAI = "kiai"
    SCROLL_SPEED = "sv"


class Event(NamedTuple):
    type: EventType
    value: int
    """Of TIME_SHIFT: milliseconds of the song. Of CONTROL: the id itself."""
    time: int
    """Milliseconds of the song at which the event belongs, its own TIME_SHIFT or not."""


_new: Final = tuple.__new__
"""A named tuple's own constructor takes its fields apart only to put them together again."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Events(Sequence[Event]):
    """A list of events that is kept in columns: a map has tens of thousands, and most of what is done with
    them is done to a whole column at once.
    """

    types: NDArray[np.uint8]
    values: Ints
    times: Ints

    @classmethod
    def of(cls, events: Iterable[Event]) -> Events:
        """The same object where it has its columns already."""
        if isinstance(events, Events):
            return events
        told = list(events)
        types, values, times = zip(*told, strict=True) if told else ((), (), ())
        return cls(np.array(types, np.uint8), np.array(values, np.int64), np.array(times, np.int64))

    def __len__(self) -> int:
        return len(self.types)

    def __iter__(self) -> Iterator[Event]:
        types = map(EVENT_TYPES.__getitem__, self.types.tolist())
        rows = zip(types, self.values.tolist(), self.times.tolist(), strict=True)
        return map(_new, repeat(Event), rows)

    def __reversed__(self) -> Iterator[Event]:
        return iter(self[::-1])

    @overload
    def __getitem__(self, index: int) -> Event: ...

    @overload
    def __getitem__(self, index: slice) -> Events: ...

    def __getitem__(self, index: int | slice) -> Event | Events:
        if isinstance(index, slice):
            return Events(self.types[index], self.values[index], self.times[index])
        return Event(EVENT_TYPES[self.types[index]], int(self.values[index]), int(self.times[index]))

    def __eq__(self, other: object) -> bool:
        """To other lists of events as well."""
        if isinstance(other, Events):
            return (
                np.array_equal(self.types, other.types)
                and np.array_equal(self.values, other.values)
                and np.array_equal(self.times, other.times)
            )
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # as a list's; arrays can be written to

    def __repr__(self) -> str:
        return f"Events.of({list(self)!r})"

    def __add__(self, other: Iterable[Event]) -> Events:
        more = Events.of(other)
        return Events(
            np.concatenate([self.types, more.types]),
            np.concatenate([self.values, more.values]),
            np.concatenate([self.times, more.times]),
        )

    def at(self, indices: Ints | NDArray[np.bool_]) -> Events:
        """Those events, in that order."""
        return Events(self.types[indices], self.values[indices], self.times[indices])


NO_EVENTS: Final = Events.of(())


def in_time(events: Iterable[Event]) -> Events:
    """Sorted by time; what shares one stays in the order in which it was said."""
    told = Events.of(events)
    return told.at(np.argsort(told.times, kind="stable"))


def merged(first: Iterable[Event], second: Iterable[Event]) -> Events:
    """Two lists as one in order of time; at equal times the first speaks first.

    An event out of order comes right after the one it follows: it is as late as the latest so far.
    """
    one, other = Events.of(first), Events.of(second)
    late = np.concatenate([np.maximum.accumulate(events.times) for events in (one, other)])
    return (one + other).at(np.argsort(late, kind="stable"))


def at_speed(events: Iterable[Event], speed: float) -> Events:
    """The same map for a song played `speed` times as fast."""
    told = Events.of(events)
    values = np.where(told.types == EventType.TIME_SHIFT, _cut(told.values / speed), told.values)
    return Events(told.types, values, _cut(told.times / speed))


def without(events: Iterable[Event], types: Collection[EventType]) -> Events:
    told = Events.of(events)
    return told.at(~np.isin(told.types, np.array(list(types), np.uint8)))


def span_of(events: Sequence[Event], start_ms: float, end_ms: float) -> tuple[int, int]:
    """From which index to which the events of [start, end) lie.

    Looked for from the back: where times are out of order, as the anchors of overlapping sliders are not,
    everything up to the last event before a bound counts as before it.
    """
    times = Events.of(events).times
    return _after_last_before(times, start_ms), _after_last_before(times, end_ms)


def _after_last_before(times: Ints, bound_ms: float) -> int:
    before = np.flatnonzero(times < bound_ms)
    return int(before[-1]) + 1 if len(before) else 0


def _cut(times: NDArray[np.float64]) -> Ints:
    """To whole milliseconds, towards zero."""
    return times.astype(np.int64)
