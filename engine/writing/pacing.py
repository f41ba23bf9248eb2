"""How fast it goes, and how long it will take: told in windows and ids, smoothed."""

from __future__ import annotations

import time
from math import exp
from typing import TYPE_CHECKING, Final, TypeVar

from engine.writing.answers import Pace

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

Answer = TypeVar("Answer")
SMOOTHED_S: Final = 4.0
"""What was longer ago than this says little about how fast it is now."""
AT_LEAST_S: Final = 0.5
"""Of writing, before a speed means anything: the first step reads a prompt and may warm up a device."""


class Meter:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begun_at: float | None = None
        self._looked_at, self._looked_ids = 0.0, 0
        self._ids_per_s = 0.0
        self._done = self._total = 0.0
        self.ids = 0

    def pace(self, done: float, total: float, doing: str) -> Pace:
        """What does not count windows, nor writes."""
        return Pace(done, total, doing, self.ids, self._ids_per_s, None)

    def writing(self, done: float, total: float, doing: str, ids: int) -> Pace:
        """`ids`: written so far. Of one total it never goes back: what is begun is counted by a guess."""
        now = self._clock()
        self._done = done = max(done, self._done) if total == self._total else done
        self._total = total
        if self._begun_at is None:
            self._begun_at = self._looked_at = now
            self._looked_ids = ids
        self.ids = ids
        spent_s = now - self._begun_at
        self._measure(now)
        left_s = spent_s / done * (total - done) if done > 0 and spent_s >= AT_LEAST_S else None
        return Pace(done, total, doing, ids, round(self._ids_per_s, 1), left_s)

    def until(
        self, steps: Generator[object, None, Answer], total: float, doing: str
    ) -> Generator[Pace, None, Answer]:
        """What comes of something that writes no more; a pace for each of its steps."""
        while True:
            try:
                next(steps)
            except StopIteration as end:
                answer: Answer = end.value
                return answer
            yield self.pace(total, total, doing)

    def _measure(self, now: float) -> None:
        passed_s = now - self._looked_at
        if passed_s < AT_LEAST_S:
            return
        lately = (self.ids - self._looked_ids) / passed_s
        weight = 1 - exp(-passed_s / SMOOTHED_S) if self._ids_per_s else 1.0
        self._ids_per_s += (lately - self._ids_per_s) * weight
        self._looked_at, self._looked_ids = now, self.ids


class Seldom:
    """Whether it is time again: what is shown more often than anybody looks only costs."""

    def __init__(self, every_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._every_s, self._clock = every_s, clock
        self._last_at: dict[int, float] = {}

    def is_time(self, number: int = 0) -> bool:
        """Of each number by itself; the first time always."""
        now = self._clock()
        if number in self._last_at and now - self._last_at[number] < self._every_s:
            return False
        self._last_at[number] = now
        return True
