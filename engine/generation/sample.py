"""One window written: a model that has heard it reads the prompt and adds id after id until it is stopped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import torch

from engine.generation import filters
from engine.generation.prompts import PromptError
from engine.model.cache import DecoderCache
from engine.tokens.vocab import PAD_ID

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor

    from engine.generation.filters import Filter
    from engine.generation.layout import Layout
    from engine.generation.stops import Stops
    from engine.model.encdec import EncoderDecoder, Heard

MOST_SEED: Final = 2**64 - 1


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
        if not 0 <= self.seed <= MOST_SEED:
            raise ValueError(f"a seed is a whole number from 0 to 2^64 - 1, not {self.seed}")

    def filters(self, layout: Layout, stops: Stops) -> tuple[Filter, ...]:
        """For one window, in the order in which the models' own program applies them."""
        chain: list[Filter] = [filters.ForwardInTime.of(layout)]
        if self.time_bias:
            chain.append(filters.BiasOfTimes(filters.time_ids(layout.vocab), self.time_bias))
        chain.append(self._temperature(layout))
        if stops.settled and layout.types_first:
            chain.append(filters.EndInsteadOfSettled.of(layout.vocab, stops.settled))
        elif stops.settled:
            chain.append(filters.NothingSettled(stops.settled))
        if self.top_k and not self.is_greedy:
            chain.append(filters.Likeliest(self.top_k))
        if self.top_p < 1 and not self.is_greedy:
            chain.append(filters.Nucleus(self.top_p))
        return tuple(chain)

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


class Chooser:
    """Chance, if there is any: the same seed and the same scores, in the same order, choose the same ids."""

    def __init__(self, sampling: Sampling) -> None:
        self.sampling = sampling
        self._chance = torch.Generator().manual_seed(sampling.seed)

    def choose(self, scores: Tensor) -> int:
        """[V] -> an id."""
        if self.sampling.is_greedy:
            return int(scores.argmax())
        # On the processor, wherever the model is: the same seed is to mean the same there.
        chances = scores.softmax(dim=-1).cpu()
        return int(torch.multinomial(chances, 1, generator=self._chance))


class Sampler:
    """A model that writes, a window at a time. What it remembers of one is forgotten at the next.

    One for each song that is being written: two that took turns would overwrite each other's memory.
    """

    def __init__(self, model: EncoderDecoder, layout: Layout, sampling: Sampling) -> None:
        self._model, self._layout = model, layout
        self._chooser = Chooser(sampling)
        self._cache: DecoderCache | None = None

    @property
    def sampling(self) -> Sampling:
        return self._chooser.sampling

    @property
    def is_guided(self) -> bool:
        """Whether it must be told what is not wanted."""
        return self.sampling.guidance != 1

    def write(
        self, states: Tensor, prompt: Sequence[int], stops: Stops, unwanted: Sequence[int] | None = None
    ) -> Iterator[int]:
        """What follows the prompt, id by id, the one it stops at included. `states` [1, S, D] are what the
        encoder heard; `unwanted` is the prompt to go away from, where there is guidance.
        """
        prompts = [prompt]
        if self.is_guided:
            if unwanted is None:
                raise PromptError("there is guidance but nothing to go away from: say what is not wanted")
            prompts.append(unwanted)
        if max(map(len, prompts)) >= self._layout.most_ids:
            raise PromptError(
                "what is not wanted takes more ids to say than there is room for; name fewer descriptors"
            )
        chain = self.sampling.filters(self._layout, stops)
        ids = list(prompt)
        read, told = _padded(prompts, states.device)  # [R, T] each
        real: Tensor | None = told
        heard = self._hear(states, len(prompts))
        cache = self._empty_cache(len(prompts))
        while True:
            scores = self._scores(read, real, heard, cache)
            for each in chain:
                scores = each.apply(scores, ids)
            token = self._chooser.choose(scores)
            ids.append(token)
            yield token
            if token in stops or cache.filled + 1 >= self._layout.most_ids:
                return
            read, real = torch.full((len(prompts), 1), token, device=states.device), None

    @torch.inference_mode()
    def _hear(self, states: Tensor, rows: int) -> Heard:
        return self._model.hear(states.expand(rows, -1, -1))

    @torch.inference_mode()
    def _scores(self, read: Tensor, real: Tensor | None, heard: Heard, cache: DecoderCache) -> Tensor:
        """[V], of what comes next, in single precision."""
        hidden = self._model.decode(read, heard, real=real, cache=cache)
        scores = self._model.logits(hidden[:, -1]).float()  # [R, V]
        if len(scores) == 1:
            return scores[0]
        return filters.guided(scores[0], scores[1], self.sampling.guidance)

    def _empty_cache(self, rows: int) -> DecoderCache:
        """The same room for each window: a full-size model's is hundreds of megabytes."""
        if self._cache is None:
            weight = self._model.head.weight
            self._cache = DecoderCache(
                self._model.spec, rows, self._layout.most_ids, dtype=weight.dtype, device=weight.device
            )
        self._cache.rewind(0)
        return self._cache


def _padded(prompts: Sequence[Sequence[int]], device: torch.device) -> tuple[Tensor, Tensor]:
    """As long as the longest, filled up on the left, and where they are real."""
    longest = max(map(len, prompts))
    read = torch.tensor([[PAD_ID] * (longest - len(ids)) + list(ids) for ids in prompts], device=device)
    lengths = torch.tensor([[len(ids)] for ids in prompts], device=device)
    return read, torch.arange(longest, device=device) >= longest - lengths
