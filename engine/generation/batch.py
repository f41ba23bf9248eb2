"""The model's side of several windows that are written at once: prompts read, ids for each row read, scores
told. Rows of unequal length are padded on the left, and what all prompts begin with is read once.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Final

import torch

from engine.model.cache import DecoderCache, keep_rows
from engine.tokens.vocab import PAD_ID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from engine.model.encdec import EncoderDecoder, Heard

SPARE_COLUMNS: Final = 512
"""A cache is made with room for so many ids more than there are."""
LEAST_IN_COMMON: Final = 32
"""Ids: to read fewer for all prompts at once is not worth a pass of its own."""


class Batch:
    """For one window, or several, after another: what is remembered of some is forgotten at the next."""

    def __init__(self, model: EncoderDecoder) -> None:
        self._model = model
        self._cache: DecoderCache | None = None
        self._heard: Heard = ()
        self._windows: list[int] = []
        """Which of the states given are heard by each row; one of them by all."""
        tower = model.spec.decoder
        self._sees_all = all(layer.window is None for layer in tower.layers)

    @property
    def _dtype(self) -> torch.dtype:
        """Of all that is remembered and heard. On a processor bfloat16 saves nothing there but memory: for a
        query or two at a time it is read no faster, and its library lays out anew, at each step, what is
        not one piece, as a cache with room to spare never is.
        """
        weight = self._model.decoder.embedding.weight
        return torch.float32 if weight.device.type == "cpu" else weight.dtype

    @property
    def device(self) -> torch.device:
        return self._model.decoder.embedding.weight.device

    @torch.inference_mode()
    def begin(self, states: Tensor, prompts: Sequence[Sequence[int]], room: int = 0) -> Tensor:
        """[R, V], of what follows each prompt. `states`: [1, S, D], heard by all of them, or [R, S, D].

        `room`: for how many rows, where there will be more of them.
        """
        heard = self._model.hear(states)
        self._windows = list(range(len(states)))
        longest, room = max(map(len, prompts)), max(room, len(prompts))
        if self._cache is None or self._cache.room < room or self._cache.columns < longest:
            self._cache = self._made(room, longest)
        common = self._common(prompts) if len(states) == 1 else 0
        if common:
            self._cache.begin(1)
            self._read([prompts[0][:common]], heard)
            self._cache.spread(len(prompts))
        else:
            self._cache.begin(len(prompts))
        scores = self._read([ids[common:] for ids in prompts], heard)
        # Prompts are read in the model's own precision.
        self._heard = tuple((keys.to(self._dtype), values.to(self._dtype)) for keys, values in heard)
        return scores

    @torch.inference_mode()
    def step(self, ids: Sequence[Sequence[int]]) -> Tensor:
        """[R, V], of what follows some ids more of each row: of all as many, [R, T]."""
        cache, read = self._room(), torch.tensor(ids, device=self.device)
        needed = cache.filled + read.shape[1]
        if needed > cache.columns:
            cache.grow(needed + SPARE_COLUMNS)
        return self._scores(self._model.decode(read, self._heard, cache=cache)[:, -1:])

    @torch.inference_mode()
    def keep(self, rows: Sequence[int]) -> None:
        """From now on with those rows alone, in that order: see `cache.keep_rows`."""
        self._room().keep(rows)
        if len(self._windows) > 1:
            self._windows = [self._windows[row] for row in rows]
            self._heard = tuple(
                (keep_rows(keys, rows), keep_rows(values, rows)) for keys, values in self._heard
            )

    @torch.inference_mode()
    def take(self, rows: Sequence[int]) -> None:
        """From now on those rows, in any order, and some more than once."""
        if list(rows) == list(range(self._room().rows)):
            return
        self._room().take(rows)
        windows = [self._windows[row] for row in rows] if len(self._windows) > 1 else self._windows
        if windows != self._windows:
            self._heard = tuple((keys[list(rows)], values[list(rows)]) for keys, values in self._heard)
            self._windows = windows

    def _read(self, prompts: Sequence[Sequence[int]], heard: Heard) -> Tensor:
        longest = max(map(len, prompts))
        read = torch.tensor([[PAD_ID] * (longest - len(ids)) + list(ids) for ids in prompts])
        lengths = torch.tensor([[len(ids)] for ids in prompts])
        real = torch.arange(longest) >= longest - lengths  # [R, T]
        hidden = self._model.decode(
            read.to(self.device),
            heard,
            real=None if min(map(len, prompts)) == longest else real.to(self.device),
            cache=self._cache,
        )
        return self._scores(hidden[:, -1:])

    def _scores(self, hidden: Tensor) -> Tensor:
        """[R, V] in single precision, from [R, 1, D]."""
        return self._model.logits(hidden[:, 0]).float()

    def _common(self, prompts: Sequence[Sequence[int]]) -> int:
        """How many ids all prompts begin with, if it is worth it: of each at least one is left."""
        shortest, longest = min(map(len, prompts)), max(map(len, prompts))
        if len(prompts) == 1 or not (self._sees_all or shortest == longest):
            # What is then padded lies between: to a layer that sees only so far it would be distance.
            return 0
        alike = takewhile(lambda ids: len(set(ids)) == 1, zip(*prompts, strict=False))
        common = min(sum(1 for _ in alike), shortest - 1)
        return common if common >= LEAST_IN_COMMON else 0

    def _made(self, rows: int, columns: int) -> DecoderCache:
        self._cache = None  # given back first: a full-size model's is hundreds of megabytes
        columns += SPARE_COLUMNS
        return DecoderCache(self._model.spec, rows, columns, dtype=self._dtype, device=self.device)

    def _room(self) -> DecoderCache:
        if self._cache is None:
            raise RuntimeError("a step before anything has begun")
        return self._cache
