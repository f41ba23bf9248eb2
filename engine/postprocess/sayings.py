"""What a model said, moment by moment: the events of one group gathered into one value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from engine.tokens.events import EVENT_TYPES, Events, EventType
from engine.tokens.retiming import ANCHORS, TIMED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from engine.tokens.events import Event

MAKES_A_GROUP: Final = ANCHORS | TIMED
"""What a group is about. That something goes on is about nothing: only a model needs to be told."""
SOUNDS_OF_A_SET: Final = 8
SETS: Final = 3
MOST_PERCENT: Final = 100
FARTHEST_PX: Final = 4096
LATEST_MS: Final = 1_000_000_000
"""Beyond what any model can tell, and within what a file may say."""


class Sound(NamedTuple):
    """As a .osu writes it: whistle 2, finish 4, clap 8; a set of 0 is that of the timing line."""

    additions: int = 0
    normal_set: int = 0
    addition_set: int = 0


SILENT: Final = Sound()


@dataclass(slots=True)
class Saying:
    """About one moment. What was not said is None, or empty."""

    kind: EventType
    time_ms: int
    """As it was told, or else when the event itself belongs."""
    is_timed: bool = False
    """Whether it was told."""
    value: int = 0
    x: float | None = None
    y: float | None = None
    distance_px: int | None = None
    new_combo: bool = False
    sounds: list[Sound] = field(default_factory=list)
    volumes: list[int] = field(default_factory=list)
    velocity: float | None = None

    @property
    def sound(self) -> Sound:
        return self.sounds[0] if self.sounds else SILENT

    @property
    def volume(self) -> int | None:
        return self.volumes[0] if self.volumes else None


def sayings(events: Iterable[Event], *, types_first: bool) -> list[Saying]:
    """In the order in which they were said. What is said of nothing, at one end of the list, is left out."""
    return list(_gathered(Events.of(events), types_first=types_first))


def _gathered(events: Events, *, types_first: bool) -> Iterator[Saying]:
    group = _empty()
    columns = (events.types.tolist(), events.values.tolist(), events.times.tolist())
    for number, value, time_ms in zip(*columns, strict=True):
        kind = EVENT_TYPES[number]
        if kind not in MAKES_A_GROUP:
            _say(group, kind, value)
            continue
        if types_first and group.kind is not EventType.CONTROL:
            yield group
            group = _empty()
        group.kind, group.value = kind, value
        if not group.is_timed:
            group.time_ms = time_ms
        if not types_first:
            yield group
            group = _empty()
    if group.kind is not EventType.CONTROL:
        yield group


def _empty() -> Saying:
    return Saying(EventType.CONTROL, 0)


def _say(group: Saying, kind: EventType, value: int) -> None:
    match kind:
        case EventType.TIME_SHIFT:
            group.time_ms, group.is_timed = _within(value, LATEST_MS), True
        case EventType.POSITION_X:
            group.x = float(_within(value, FARTHEST_PX))
        case EventType.POSITION_Y:
            group.y = float(_within(value, FARTHEST_PX))
        case EventType.DISTANCE:
            group.distance_px = value
        case EventType.NEW_COMBO:
            group.new_combo = True
        case EventType.HITSOUND:
            group.sounds.append(sound_told(value))
        case EventType.VOLUME:
            group.volumes.append(min(max(0, value), MOST_PERCENT))
        case EventType.SCROLL_SPEED:
            group.velocity = value / 100
        case _:
            pass  # nothing that a map can write down


def _within(value: int, most: int) -> int:
    return min(max(-most, value), most)


def sound_told(value: int) -> Sound:
    """Out of the number that `engine.tokens.write_objects` makes of it."""
    sets, additions = divmod(value, SOUNDS_OF_A_SET)
    return Sound(additions << 1, sets % SETS + 1, sets // SETS % SETS + 1)
