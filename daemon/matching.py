"""The same finding across two saves, or against what the person marked as intended. Pure; no map needed.

The rule. Two findings are the same if one check says the same of both (check and variant) and, in this order:

1. they stand at the same time and concern objects of the same content (kind, place, shape);
2. they stand within `NEAR_MS` of each other, the nearest pairs first, same content before other content:
   an object nudged in time, or moved on the playfield, is still the same finding;
3. they concern the same object, one unlike any other in the map, wherever it went;
4. they concern the whole difficulty and say the same, digits aside.

Where a part of the map moved as one (a measure inserted, the offset changed), what stood in it is looked for
where it moved to: see `Shift`. Each finding is matched at most once.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

NEAR_MS = 20.0
"""Below 1/16 of a beat at 180 BPM (20.8 ms): two findings this close are not two notes of a rhythm."""
SHIFT_TOLERANCE_MS = 2.0
"""Objects moved together land on whole milliseconds each by itself."""
CANDIDATES_EACH_SIDE = 3
"""Neighbours in time worth comparing; keeps a thousand findings at one moment from costing a million."""
_DIGITS = re.compile(r"\d+(?:[.,:]\d+)*")


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a finding holds on to: enough to know it again, and to say what it was when it is gone."""

    check_id: str
    variant: str
    time_ms: float | None
    content: str
    """A digest of the objects it concerns, times left out; "" if it concerns none."""
    unique: bool
    """No other object of the map has this content."""
    message: str
    timestamp: str

    def moved(self, by_ms: float) -> Anchor:
        return self if self.time_ms is None else replace(self, time_ms=self.time_ms + by_ms)


@dataclass(frozen=True, slots=True)
class Placed:
    """A hit object as far as a shift is concerned."""

    time_ms: float
    content: Hashable


@dataclass(frozen=True, slots=True)
class Shift:
    """Everything from `from_ms` on moved by `by_ms`."""

    from_ms: float
    by_ms: float

    def apply(self, anchor: Anchor) -> Anchor:
        moves = anchor.time_ms is not None and anchor.time_ms >= self.from_ms - SHIFT_TOLERANCE_MS
        return anchor.moved(self.by_ms) if moves else anchor


def find_shift(before: Sequence[Placed], after: Sequence[Placed]) -> Shift | None:
    """The tail of the map that moved as one, if one did: what is left of both once their equal heads and
    their equally moved tails are taken off.
    """
    shortest = min(len(before), len(after))
    head = 0
    while head < shortest and before[head] == after[head]:
        head += 1
    if head == shortest or not before or not after:
        return None
    by_ms = after[-1].time_ms - before[-1].time_ms
    tail = 0
    while tail < shortest - head and _moved(before[-1 - tail], after[-1 - tail], by_ms):
        tail += 1
    if not tail or abs(by_ms) <= SHIFT_TOLERANCE_MS:
        return None
    return Shift(before[-tail].time_ms, by_ms)


def _moved(before: Placed, after: Placed, by_ms: float) -> bool:
    return (
        before.content == after.content and abs(after.time_ms - before.time_ms - by_ms) <= SHIFT_TOLERANCE_MS
    )


def match(before: Sequence[Anchor], after: Sequence[Anchor]) -> dict[int, int]:
    """Index in `after` -> index in `before`, one to one."""
    return _Matching(before, after).run()


class _Matching:
    def __init__(self, before: Sequence[Anchor], after: Sequence[Anchor]) -> None:
        self.before = before
        self.after = after
        self.found: dict[int, int] = {}
        self._left_before = dict.fromkeys(range(len(before)))
        self._left_after = dict.fromkeys(range(len(after)))

    def run(self) -> dict[int, int]:
        self._pair_equal(_same_place)
        self._pair_near()
        self._pair_equal(_same_object)
        self._pair_equal(_same_claim)
        return self.found

    def _take(self, before: int, after: int) -> None:
        self.found[after] = before
        del self._left_before[before]
        del self._left_after[after]

    def _pair_equal(self, key: Callable[[Anchor], Hashable | None]) -> None:
        """Pairs what has equal keys, in order; an anchor whose key is None takes no part."""
        waiting: dict[Hashable, list[int]] = defaultdict(list)
        for index in reversed(self._left_before):
            waiting[key(self.before[index])].append(index)
        waiting.pop(None, None)
        for index in list(self._left_after):
            candidates = waiting.get(key(self.after[index]))
            if candidates:
                self._take(candidates.pop(), index)

    def _pair_near(self) -> None:
        pairs = sorted(self._near_pairs())
        for _, _, before, after in pairs:
            if before in self._left_before and after in self._left_after:
                self._take(before, after)

    def _near_pairs(self) -> Iterable[tuple[bool, float, int, int]]:
        """Other content last, then by distance: what `sorted` makes of it is the order of preference."""
        lanes: dict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
        for index in self._left_before:
            anchor = self.before[index]
            if anchor.time_ms is not None:
                lanes[anchor.check_id, anchor.variant].append((anchor.time_ms, index))
        for lane in lanes.values():
            lane.sort()
        for index in self._left_after:
            anchor = self.after[index]
            if anchor.time_ms is None:
                continue
            lane = lanes.get((anchor.check_id, anchor.variant), [])
            at = bisect_left(lane, (anchor.time_ms, -1))
            for time_ms, candidate in lane[max(0, at - CANDIDATES_EACH_SIDE) : at + CANDIDATES_EACH_SIDE]:
                apart_ms = abs(time_ms - anchor.time_ms)
                if apart_ms <= NEAR_MS:
                    yield self.before[candidate].content != anchor.content, apart_ms, candidate, index


def _same_place(anchor: Anchor) -> Hashable | None:
    if anchor.time_ms is None:
        return None
    return anchor.check_id, anchor.variant, round(anchor.time_ms), anchor.content


def _same_object(anchor: Anchor) -> Hashable | None:
    return (anchor.check_id, anchor.variant, anchor.content) if anchor.unique else None


def _same_claim(anchor: Anchor) -> Hashable | None:
    if anchor.time_ms is not None:
        return None
    return anchor.check_id, anchor.variant, _DIGITS.sub("#", anchor.message)
