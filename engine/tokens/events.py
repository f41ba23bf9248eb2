"""The event language: a map as a flat sequence of small statements, each at a time of the song.

Every checkpoint speaks a part of it; which part, and under which ids, is its `Vocabulary`.
"""

from __future__ import annotations

from enum import Enum, IntEnum
from heapq import merge
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence


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


Events = list[Event]

_time = itemgetter(2)


def in_time(events: Iterable[Event]) -> Events:
    """Sorted by time; what shares one stays in the order in which it was said."""
    return sorted(events, key=_time)


def merged(first: Sequence[Event], second: Sequence[Event]) -> Events:
    """Two lists as one in order of time; at equal times the first speaks first."""
    return list(merge(first, second, key=_time))


def at_speed(events: Iterable[Event], speed: float) -> Events:
    """The same map for a song played `speed` times as fast."""
    return [
        Event(kind, int(value / speed) if kind is EventType.TIME_SHIFT else value, int(time / speed))
        for kind, value, time in events
    ]


def without(events: Iterable[Event], types: Collection[EventType]) -> Events:
    return [event for event in events if event.type not in types]


def span_of(events: Sequence[Event], start_ms: float, end_ms: float) -> tuple[int, int]:
    """From which index to which the events of [start, end) lie.

    Looked for from the back: where times are out of order, as the anchors of overlapping sliders are not,
    everything up to the last event before a bound counts as before it.
    """
    return _after_last_before(events, start_ms), _after_last_before(events, end_ms)


def _after_last_before(events: Sequence[Event], bound_ms: float) -> int:
    for index in range(len(events) - 1, -1, -1):
        if events[index].time < bound_ms:
            return index + 1
    return 0
