"""How far a time is from the beat: the nearest line of the grid that the editor would have snapped it to.

Stable cuts the grid off to whole milliseconds when it places an object, lazer keeps the fraction, and other
tools round. All of them are within a millisecond of the grid, so that much is no unsnap.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.beatmap.timing import Tempo, Timing

DIVISORS: Final = (1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16)
"""Those of both editors' beat snap, simplest first."""
SNAPPED_MS: Final = 1.0
"""What rounding explains: anything nearer to the grid than this is on it."""
_NOISE_MS: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Snap:
    divisor: int
    """The simplest that comes as near: 2 for a half beat, though 4, 6, ... have a line there too."""
    grid_ms: float
    """The exact time of the line."""
    unsnap_ms: float
    """0 for what is on the grid. Otherwise signed, from the grid as the editor rounds it: a whole time is
    compared with the whole millisecond where stable would have put it.
    """


def snap(timing: Timing, time_ms: float, divisors: Sequence[int] = DIVISORS) -> Snap | None:
    """The closest grid line; of equally close ones that of the divisor named first. None without a red line.

    The grid is that of the ruling red line and ends with the next one, whose own time is a line as well: an
    object that stable cut off to just before it belongs to it.
    """
    tempo = timing.tempo_at(time_ms)
    if tempo is None:
        return None
    line = _line_at(tempo, time_ms, divisors)
    return Snap(*line, 0.0) if line else _nearest(tempo, time_ms, divisors)


def is_snapped(timing: Timing, time_ms: float, divisors: Sequence[int] = DIVISORS) -> bool:
    """Whether `snap` finds it on the grid: the quick answer for nearly all objects of a map."""
    tempo = timing.tempo_at(time_ms)
    return tempo is not None and _line_at(tempo, time_ms, divisors) is not None


def _line_at(tempo: Tempo, time_ms: float, divisors: Sequence[int]) -> tuple[int, float] | None:
    """Divisor and time of the first line that is no farther away than rounding explains."""
    start_ms, beat_ms, until_ms = tempo.start_ms, tempo.beat_ms, tempo.until_ms
    if until_ms - time_ms < SNAPPED_MS:
        return 1, until_ms
    beats = (time_ms - start_ms) / beat_ms
    for divisor in divisors:
        grid_ms = start_ms + round(beats * divisor) / divisor * beat_ms
        if -SNAPPED_MS < time_ms - grid_ms < SNAPPED_MS and grid_ms <= until_ms:
            return divisor, grid_ms
    return None


def _nearest(tempo: Tempo, time_ms: float, divisors: Sequence[int]) -> Snap:
    """For a time that is on no grid."""
    closest = Snap(1, tempo.until_ms, _unsnap_ms(time_ms, tempo.until_ms))
    beats = (time_ms - tempo.start_ms) / tempo.beat_ms
    for divisor in divisors:
        number = round(beats * divisor)
        grid_ms = tempo.start_ms + number / divisor * tempo.beat_ms
        if grid_ms > tempo.until_ms:
            grid_ms = tempo.start_ms + (number - 1) / divisor * tempo.beat_ms
        unsnap_ms = _unsnap_ms(time_ms, grid_ms)
        if abs(unsnap_ms) < abs(closest.unsnap_ms) - _NOISE_MS:
            closest = Snap(divisor, grid_ms, unsnap_ms)
    return closest


def _unsnap_ms(time_ms: float, grid_ms: float) -> float:
    if math.isinf(grid_ms) or not float(time_ms).is_integer():
        return time_ms - grid_ms
    return time_ms - int(grid_ms + _NOISE_MS)
