"""How well the beats of a song were heard, and which of them were not.

A few beats on end follow each other steadily, whatever the song does: how far they are off a straight line is
how far off they were heard. One that is much farther off than its neighbours was heard wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.timing.tempo import Floats

FEW: Final = 6
"""Beats on end, of which two are taken by the line."""
FREE: Final = FEW - 2
OUTLIER: Final = 5.0
"""Times the noise of all: so far off its neighbours' line a beat was heard wrong."""
OF_A_NORMAL: Final = 1.4826
"""From the median of what is off to the deviation of normal noise."""
LEAST_MS: Final = 0.5


class Hearing(NamedTuple):
    noise_ms: float
    """How far off a beat usually was heard."""
    is_wrong: NDArray[np.bool_]
    """By beat."""


def hearing_of(times_ms: Floats, places: NDArray[np.int64]) -> Hearing:
    """`places`: which beat of the song each is, so that one that is missing leaves a gap."""
    count = len(times_ms)
    if count < FEW:
        return Hearing(LEAST_MS, np.zeros(count, np.bool_))
    windows = np.lib.stride_tricks.sliding_window_view
    x, y = windows(places.astype(np.float64), FEW), windows(times_ms, FEW)
    off_ms = np.stack([_off_the_others(x, y, at) for at in range(FEW)], axis=1)  # [N - FEW + 1, FEW]
    along_ms = _off_a_line(x, y)
    noise_ms = max(float(np.median(np.abs(along_ms)) * OF_A_NORMAL * np.sqrt(FEW / FREE)), LEAST_MS)
    # At a change of tempo a beat is off one side's line alone: wrong is what is off in every company.
    least_ms = np.full(count, np.inf)
    for at in range(FEW):
        part = slice(at, at + len(off_ms))
        least_ms[part] = np.minimum(least_ms[part], off_ms[:, at])
    return Hearing(noise_ms, least_ms > OUTLIER * noise_ms)


def _off_the_others(x: Floats, y: Floats, at: int) -> Floats:
    """[N]: how far one beat of each window is off the line through the rest."""
    others = [other for other in range(FEW) if other != at]
    slopes, starts = _line(x[:, others], y[:, others])
    off_ms: Floats = np.abs(y[:, at] - starts - slopes * x[:, at])
    return off_ms


def _off_a_line(x: Floats, y: Floats) -> Floats:
    slopes, starts = _line(x, y)
    return y - starts[:, np.newaxis] - slopes[:, np.newaxis] * x


def _line(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    mean_x, mean_y = x.mean(axis=1), y.mean(axis=1)
    dx = x - mean_x[:, np.newaxis]
    slopes = (dx * (y - mean_y[:, np.newaxis])).sum(axis=1) / np.maximum((dx * dx).sum(axis=1), 1e-9)
    return slopes, mean_y - slopes * mean_x
