"""Where in osu!mania a note can go when it may go anywhere: never where another one is at that time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.tokens.events import EventType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from engine.tokens.events import Events
    from engine.tokens.told import ToldObject, ToldObjects


@dataclass(frozen=True, slots=True)
class Columns:
    keys: int
    head_of: Mapping[int, int]
    """Of an event that tells a free column again: the one that told it first."""
    beside: Mapping[int, tuple[int, ...]]
    """Of an event that tells a free column: those that must not tell the same, in the order of time."""
    with_it: Mapping[int, tuple[int, ...]]
    """Of these the ones whose objects begin at the very same time."""

    @classmethod
    def of(cls, events: Events, told: ToldObjects, free: NDArray[np.bool_], keys: int) -> Self:
        head_of: dict[int, int] = {}
        for index in np.flatnonzero(events.types == EventType.COLUMN).tolist():
            head = told.objects[told.owners[index]].column if told.owners[index] >= 0 else None
            if head is not None and head != index and free[head]:
                head_of[index] = head
        pairs = list(_pairs(told.objects, free))
        return cls(
            keys,
            head_of,
            _by_first((one, other) for one, other, _ in pairs),
            _by_first((one, other) for one, other, together in pairs if together),
        )

    def left(self, index: int, column_at: Callable[[int], int], usual: int) -> list[int]:
        """The columns that an event may tell. Where more notes sound than there are keys, only those of the
        same moment are kept apart, and at last it stays where it was.
        """
        for told in (self.beside, self.with_it):
            taken = {column_at(other) for other in told.get(index, ())}
            free = [column for column in range(self.keys) if column not in taken]
            if free:
                return free
        return [usual]


def _pairs(objects: Sequence[ToldObject], free: NDArray[np.bool_]) -> Iterator[tuple[int, int, bool]]:
    """The event that tells a free column, one whose column it must not share, and whether both begin at once.

    What is free looks back at what was told before it, and ahead only at what stays: that is known already.
    """
    sounding: list[tuple[int, ToldObject]] = []
    told = [(obj.column, obj) for obj in objects if obj.column is not None]
    for column, obj in sorted(told, key=itemgetter(0)):
        sounding = [(other, each) for other, each in sounding if each.end_ms >= obj.start_ms]
        for other, each in sounding:
            one, against = (column, other) if free[column] else (other, column)
            if free[one]:
                yield one, against, each.start_ms == obj.start_ms
        sounding.append((column, obj))


def _by_first(pairs: Iterable[tuple[int, int]]) -> dict[int, tuple[int, ...]]:
    found: dict[int, list[int]] = defaultdict(list)
    for one, other in pairs:
        found[one].append(other)
    return {one: tuple(others) for one, others in found.items()}
