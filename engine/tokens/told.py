"""Which object each event of a map tells of, found in the events alone: written maps have no file yet."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from engine.tokens.events import EVENT_TYPES, EventType
from engine.tokens.parts import CLOSING, GROUP_TYPES, HEADS, OPENED_BY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from engine.tokens.events import Events, Ints

NOBODY: Final = -1
_OPENS_OR_CLOSES: Final = np.array(sorted(GROUP_TYPES), np.uint8)


@dataclass(slots=True)
class ToldObject:
    kind: EventType
    """Of its first group."""
    start_ms: int
    end_ms: int
    end: int
    """One past the last event that tells of it."""
    column: int | None = None
    """Which event tells its column first."""


@dataclass(frozen=True, slots=True, eq=False)
class ToldObjects:
    objects: tuple[ToldObject, ...]
    owners: Ints
    """By event, the number of its object, or NOBODY."""
    kinds: NDArray[np.uint8]
    """By event, what its group is."""
    starts: Ints
    """By event, where its group begins."""


def told_objects(events: Events, *, types_first: bool) -> ToldObjects:
    """A part of a long object belongs to the one of its column, or else to the last that was begun."""
    objects: list[ToldObject] = []
    owners = np.full(len(events), NOBODY)
    kinds, starts = np.zeros(len(events), np.uint8), np.arange(len(events))
    under_way: dict[EventType, list[int]] = defaultdict(list)
    for start, end, kind in _groups(events, types_first=types_first):
        kinds[start:end], starts[start:end] = kind, start
        column = _column(events, start, end)
        if kind in HEADS:
            under_way[kind].append(len(objects))
            objects.append(ToldObject(kind, *_when(events, start, end), end, column))
            owners[start:end] = len(objects) - 1
        elif kind in OPENED_BY and under_way[OPENED_BY[kind]]:
            owner = _owner(objects, under_way[OPENED_BY[kind]], events, column)
            owners[start:end] = owner
            objects[owner].end, objects[owner].end_ms = end, _when(events, start, end)[1]
            if kind in CLOSING:
                under_way[OPENED_BY[kind]].remove(owner)
    return ToldObjects(tuple(objects), owners, kinds, starts)


def _groups(events: Events, *, types_first: bool) -> Iterator[tuple[int, int, EventType]]:
    marks = np.flatnonzero(np.isin(events.types, _OPENS_OR_CLOSES)).tolist()
    ends = [*marks[1:], len(events)] if types_first else [mark + 1 for mark in marks]
    starts = marks if types_first else [0, *ends]
    for mark, start, end in zip(marks, starts, ends, strict=False):
        yield start, end, EVENT_TYPES[events.types[mark]]


def _when(events: Events, start: int, end: int) -> tuple[int, int]:
    return int(events.times[start]), int(events.times[end - 1])


def _column(events: Events, start: int, end: int) -> int | None:
    found = np.flatnonzero(events.types[start:end] == EventType.COLUMN)
    return start + int(found[0]) if len(found) else None


def _owner(objects: list[ToldObject], under_way: list[int], events: Events, column: int | None) -> int:
    for owner in reversed(under_way):
        head = objects[owner].column
        if column is not None and head is not None and events.values[head] == events.values[column]:
            return owner
    return under_way[-1]
