"""Straight lines between samples: what the models' training songs went through on their way to 16 kHz.

No filter stands before it, so it aliases, and a better resampler would be a worse one here: the weights
have only ever heard songs with exactly this colour. Python's audioop did it; that module is gone since 3.13.
"""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Int32 = npt.NDArray[np.int32]


class LinearResampler:
    """Block by block, as if it were all one: what comes out does not depend on where the blocks end.

    Output k lies at position k * rate_in / rate_out among the samples read; there is one for every
    position up to that of the last sample.
    """

    def __init__(self, rate_in: int, rate_out: int) -> None:
        common = gcd(rate_in, rate_out)
        self._step_in = rate_in // common
        self._step_out = rate_out // common
        self._read = 0
        self._written = 0
        self._last: Int32 | None = None

    def feed(self, block: Int32) -> Int32:
        """[C, n] of 32-bit samples -> [C, m]; narrower ones come shifted up, and go shifted down."""
        if self._step_in == self._step_out or block.shape[1] == 0:
            return block
        before = np.zeros_like(block[:, :1]) if self._last is None else self._last
        known = np.concatenate([before, block], axis=1)  # known[:, 1 + i] is sample self._read + i
        self._last = block[:, -1:].copy()
        right, weight_left = self._positions(block.shape[1])
        left_part = known[:, right - 1] * weight_left
        right_part = known[:, right] * (self._step_out - weight_left)
        # A product of 32 by 14 bits is exact in a double; what is left of the sum is cut towards zero.
        return ((left_part + right_part) / self._step_out).astype(np.int32)

    def _positions(self, samples: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """For every output due in this block: its right neighbour, and how much the left one weighs."""
        end = (self._read + samples - 1) * self._step_out // self._step_in + 1
        positions = np.arange(self._written, end, dtype=np.int64) * self._step_in
        right = -(-positions // self._step_out)
        weight_left = (right * self._step_out - positions).astype(np.float64)
        neighbour = right - self._read + 1
        self._read += samples
        self._written = end
        return neighbour, weight_left


def mixed_to_mono(block: Int32) -> Int32:
    """[C, n] -> [n]. Two channels are added, then halved; of more, each gives its whole part of the mean."""
    channels = block.shape[0]
    mono: Int32
    if channels == 1:
        mono = block[0]
    elif channels == 2:  # noqa: PLR2004  # left and right
        mono = ((block[0].astype(np.int64) + block[1]) >> 1).astype(np.int32)
    else:
        mono = (block // channels).sum(axis=0, dtype=np.int32)
    return mono
