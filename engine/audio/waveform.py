"""A song as the models hear it: one channel of 16,000 samples a second."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

SAMPLE_RATE = 16_000


@dataclass(frozen=True, slots=True, eq=False)
class Waveform:
    """Kept in the whole numbers it was decoded to: half the size, or less, of what a model is fed."""

    pcm: npt.NDArray[np.signedinteger]
    peak: int
    """The furthest any sample is from zero; the loudest one becomes 1 or -1."""

    @property
    def samples(self) -> int:
        return len(self.pcm)

    @property
    def length_ms(self) -> float:
        # In this order: dividing by 16 rounds differently, and prompts carry the result.
        return self.samples / SAMPLE_RATE * 1000

    def fill(self, row: npt.NDArray[np.float32], start: int) -> None:
        """The samples from `start` on, between -1 and 1; silence before the song and behind it."""
        first, last = max(start, 0), min(start + len(row), self.samples)
        row[:] = 0
        if first < last:
            within = row[first - start : last - start]
            within[:] = self.pcm[first:last]
            within /= np.float32(max(self.peak, 1))
