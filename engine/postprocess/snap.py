"""Times that a model heard to 10 ms, put on the beat it says they are on.

After a time a model says in how many parts it takes the beat: 4 is a line of 1/4 that is none of 1/2, since
it would have said 2. So the nearest line of just that kind is meant. Near the end of a tempo the one before
or the one after may be meant as well.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from engine.tokens.events import Events, EventType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from engine.beatmap.timing import Tempo, Timing
    from engine.tokens.events import Event

NEAR_A_CHANGE_MS: Final = 20
"""How far past its end a tempo may still be meant: what a model may mishear (its own program's number)."""
SIMPLER: Final = {
    1: (),
    4: (2,),
    6: (2, 3),
    8: (4,),
    9: (3,),
    10: (2, 5),
    12: (4, 6),
    14: (2, 7),
    15: (3, 5),
    16: (8,),
}
"""What a model says of a line instead, where it can; 1 for a divisor that is not here."""


def resnapped(events: Iterable[Event], timing: Timing) -> Events:
    """The same events with their TIME_SHIFTs on the grid, where a divisor was said.

    An event's own `time` stays when it was heard. Without a red line nothing moves.
    """
    told = Events.of(events)
    grid = Grid(timing.tempos)
    snaps = (told.types[:-1] == EventType.TIME_SHIFT) & (told.types[1:] == EventType.SNAPPING)
    values = told.values.copy()
    for index in np.flatnonzero(snaps).tolist():
        values[index] = grid.nearest_ms(int(values[index]), int(values[index + 1]))
    return Events(told.types, values, told.times)


@dataclass(frozen=True, slots=True)
class Grid:
    tempos: tuple[Tempo, ...]
    """In order of time."""

    def nearest_ms(self, time_ms: int, divisor: int) -> int:
        """Whole milliseconds, cut off as stable does; the time itself where there is no such line near.

        Of two lines as near the earlier. A divisor of 0 stands for none.
        """
        lines_ms = [] if divisor < 1 else self._lines_near_ms(time_ms, divisor)
        return min(lines_ms, key=lambda line_ms: (abs(line_ms - time_ms), line_ms), default=time_ms)

    def _lines_near_ms(self, time_ms: int, divisor: int) -> list[int]:
        return [
            line_ms
            for tempo, from_ms, to_ms in self._tempos_near(time_ms)
            for line_ms in lines_ms(tempo, time_ms, divisor)
            if from_ms <= line_ms <= to_ms
        ]

    def _tempos_near(self, time_ms: int) -> Iterator[tuple[Tempo, float, float]]:
        """The one that rules and its neighbours, each with where its lines count. The first has no beginning:
        it rules what is before it as well.
        """
        ruling = max(bisect_right(self.tempos, float(time_ms), key=_start_ms) - 1, 0)
        for number in range(max(ruling - 1, 0), min(ruling + 2, len(self.tempos))):
            tempo = self.tempos[number]
            start_ms = tempo.start_ms if number else -math.inf
            yield tempo, start_ms - NEAR_A_CHANGE_MS, tempo.until_ms + NEAR_A_CHANGE_MS


def _start_ms(tempo: Tempo) -> float:
    return tempo.start_ms


def lines_ms(tempo: Tempo, time_ms: float, divisor: int) -> Iterator[int]:
    """Two before a time and two after it, less those that have a simpler name."""
    part_ms = tempo.beat_ms / divisor
    number = math.floor((time_ms - tempo.start_ms) / part_ms)
    for line in range(number - 1, number + 3):
        if all(line * simpler % divisor for simpler in SIMPLER.get(divisor, (1,))):
            yield int(tempo.start_ms + line * tempo.beat_ms / divisor)
