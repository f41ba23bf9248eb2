"""How ids are chosen from a model's scores, and chance, of which every row that is written has its own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import torch

from engine.generation import filters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from engine.generation.filters import Filter
    from engine.generation.layout import Layout
    from engine.generation.stops import Stops

MOST_SEED: Final = 2**64 - 1
DRAWN_AT_ONCE: Final = 256
"""Lots of one row: to draw them one by one takes longer than to choose by them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How ids are chosen. The defaults are those that V30 and V32 are published with."""

    is_greedy: bool = False
    """Always the likeliest; then neither chance nor `top_k` and `top_p` have a say."""
    seed: int = 0
    temperature: float = 0.9
    timing_temperature: float | None = None
    """Of the times of beats. This and the next two: None is as all else, and only models that tell first
    what a group is can do otherwise.
    """
    column_temperature: float | None = None
    """Of osu!mania's columns."""
    taiko_hit_temperature: float | None = None
    top_k: int = 0
    """Only so many of the likeliest; 0: any number."""
    top_p: float = 0.9
    """Only the likeliest that together reach this probability; 1: all."""
    time_bias: float = 0.0
    guidance: float = 1.0
    """How far to go away from the prompt that is not wanted; 1: it is not asked."""

    timing_beams: int = 1
    """Of the timing, so many continuations are followed side by side, and the likeliest is taken, without
    chance; 1: it is written as all else is.
    """

    def __post_init__(self) -> None:
        temperatures = (
            self.temperature,
            self.timing_temperature,
            self.column_temperature,
            self.taiko_hit_temperature,
        )
        if any(temperature is not None and not temperature > 0 for temperature in temperatures):
            raise ValueError("a temperature must be above 0; to always take the likeliest, ask for greedy")
        if not 0 < self.top_p <= 1 or self.top_k < 0:
            raise ValueError(
                f"top_p is a probability above 0 and at most 1, not {self.top_p}, and top_k a number of ids, "
                f"not {self.top_k}"
            )
        if self.timing_beams < 1:
            raise ValueError(
                f"timing_beams is a number of continuations, at least 1, not {self.timing_beams}"
            )
        if not 0 <= self.seed <= MOST_SEED:
            raise ValueError(f"a seed is a whole number from 0 to 2^64 - 1, not {self.seed}")

    @property
    def is_guided(self) -> bool:
        """Whether a model must be told what is not wanted."""
        return self.guidance != 1

    def filters(self, layout: Layout, stops: Stops) -> tuple[Filter, ...]:
        """Of one row of one window, in the order in which the models' own program applies them; before
        those of `choose`, which rows have in common.
        """
        chain: list[Filter] = [filters.ForwardInTime.of(layout)]
        if self.time_bias:
            chain.append(filters.BiasOfTimes(filters.time_ids(layout.vocab), self.time_bias))
        chain.append(self._temperature(layout))
        if stops.settled and layout.types_first:
            chain.append(filters.EndInsteadOfSettled.of(layout.vocab, stops.settled))
        elif stops.settled:
            chain.append(filters.NothingSettled(stops.settled))
        return tuple(chain)

    def choose(self, scores: Tensor, lots: Sequence[float]) -> list[int]:
        """[R, V] and a lot from 0 to 1 for each row, unless it is greedy -> an id for each row."""
        if self.is_greedy:
            likeliest: list[int] = scores.argmax(dim=-1).tolist()
            return likeliest
        if self.top_k:
            scores = filters.likeliest(scores, self.top_k)
        if self.top_p < 1:
            scores = filters.nucleus(scores, self.top_p)
        return drawn(scores, lots)

    def _temperature(self, layout: Layout) -> Filter:
        if not layout.types_first:
            return filters.Temperature(self.temperature)
        special = filters.special_temperatures(
            layout.vocab,
            timing=self.timing_temperature,
            columns=self.column_temperature,
            taiko_hits=self.taiko_hit_temperature,
        )
        return filters.Temperature(self.temperature, special)


def drawn(scores: Tensor, lots: Sequence[float]) -> list[int]:
    """By lot from [R, V]: ids lie side by side, each as wide as it is likely, and a lot falls on one of them.

    In double precision, in which a lot that is less than 1 stays so: it never falls beyond the last id that
    is possible.
    """
    reached = scores.softmax(dim=-1, dtype=torch.float64).cumsum(dim=-1)  # [R, V]
    told = torch.tensor(lots, dtype=torch.float64, device=scores.device)[:, None]
    ids: list[int] = torch.searchsorted(reached, told * reached[:, -1:], right=True)[:, 0].tolist()
    return ids


class Lots:
    """Chance: the same seed draws the same lots. On the processor, wherever the model is."""

    def __init__(self, seed: int) -> None:
        self._chance = torch.Generator().manual_seed(seed)
        self._drawn: list[float] = []

    @classmethod
    def of(cls, seed: int, *what: object) -> Self:
        """For one of many things that a seed decides: each has lots of its own, whatever came before it."""
        named = hashlib.sha256(repr((seed, *what)).encode()).digest()
        return cls(int.from_bytes(named[:8], "little"))

    def draw(self) -> float:
        if not self._drawn:
            self._drawn = torch.rand(DRAWN_AT_ONCE, generator=self._chance).tolist()
            self._drawn.reverse()
        return self._drawn.pop()
