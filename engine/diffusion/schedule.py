"""How fast positions drown in noise while the model learns, and which of those steps are walked back.

The cosine schedule of "Improved Denoising Diffusion Probabilistic Models" (Nichol and Dhariwal, 2021), and
the posterior of its chain. Everything is float64: the products run over a thousand steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, repeat
from typing import TYPE_CHECKING, Final, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

TRAINED_STEPS: Final = 1000
"""Of osu-diffusion v2. It was trained on the hundred least noisy ones alone."""
MOST_NOISE: Final = 0.999
"""Of one step; the very last would otherwise leave nothing."""
COSINE_OFFSET: Final = 0.008
DEFAULT_COUNTS: Final = (100, 0, 0, 0, 0, 0, 0, 0, 0, 0)
"""Steps walked in each tenth of the trained ones, quietest first."""


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """One entry per walked step, quietest first. x_0: without noise; x_t: as noisy as step t leaves it."""

    timesteps: tuple[int, ...]
    """The step of training that the model is told."""
    betas: NDArray[np.float64]
    """Share of the variance that a step replaces by noise."""
    kept: NDArray[np.float64]
    """What is left of x_0's variance after the step: the product of all 1 - beta."""

    @classmethod
    def cosine(cls, steps: int = TRAINED_STEPS) -> Self:
        at = (np.arange(steps + 1) / steps + COSINE_OFFSET) / (1 + COSINE_OFFSET)
        kept = np.cos(at * np.pi / 2) ** 2
        betas: NDArray[np.float64] = np.minimum(1 - kept[1:] / kept[:-1], MOST_NOISE)
        return cls(tuple(range(steps)), betas, np.cumprod(1 - betas, dtype=np.float64))

    def respaced(self, counts: Sequence[int]) -> Self:
        """The same noise in fewer steps: the schedule in equal sections, so many steps out of each."""
        chosen = _spread(len(self.timesteps), counts)
        if not chosen:
            raise ValueError(f"{list(counts)} walks no step at all: give at least one section a count")
        reached = self.kept[chosen]
        betas: NDArray[np.float64] = 1 - reached / np.concatenate(([1.0], reached[:-1]))
        return type(self)(
            tuple(self.timesteps[step] for step in chosen), betas, np.cumprod(1 - betas, dtype=np.float64)
        )

    @property
    def kept_before(self) -> NDArray[np.float64]:
        return np.concatenate(([1.0], self.kept[:-1]))

    @property
    def variance(self) -> NDArray[np.float64]:
        """Of x_(t-1) when x_t and x_0 are known; none at the quietest step, which is x_0 itself."""
        return self.betas * (1 - self.kept_before) / (1 - self.kept)

    @property
    def clean_weight(self) -> NDArray[np.float64]:
        """Of x_0 in the mean of x_(t-1)."""
        return self.betas * np.sqrt(self.kept_before) / (1 - self.kept)

    @property
    def noisy_weight(self) -> NDArray[np.float64]:
        """Of x_t in the mean of x_(t-1)."""
        return (1 - self.kept_before) * np.sqrt(1 - self.betas) / (1 - self.kept)

    @property
    def least_log_variance(self) -> NDArray[np.float64]:
        """Of `variance`; the quietest step's is 0 and has none: its neighbour's stands in, as in training."""
        variance = self.variance
        stand_in = variance[min(1, len(variance) - 1)] or self.betas[0]
        return np.log(np.concatenate(([stand_in], variance[1:])))


def _spread(steps: int, counts: Sequence[int]) -> list[int]:
    """Even strides in each section, from its first step to its last; a remainder lengthens the first ones."""
    size, longer = divmod(steps, len(counts)) if counts else (0, 0)
    chosen: list[int] = []
    start = 0
    for section, count in enumerate(counts):
        length = size + (section < longer)
        if not 0 <= count <= length:
            raise ValueError(f"cannot take {count} steps out of a section of {length}")
        stride = (length - 1) / (count - 1) if count > 1 else 1.0
        # Summed, not multiplied: which step a half rounds to must not differ from what others walk.
        chosen += [start + round(at) for at in accumulate(repeat(stride, count - 1), initial=0.0)][:count]
        start += length
    return chosen
