"""What the decoder remembers of the windows around the place that is being worked on.

The next edit is most often near the last one. There, all tokens before it are still true: their keys and
values, and what every token attends to of the sound, need not be computed again. For V32 that is 60 MB a
window in bfloat16, so only the windows nearest to the last edit are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import torch

from engine.model.cache import DecoderCache

if TYPE_CHECKING:
    from array import array

    from torch import Tensor

    from engine.generation.windows import Window
    from engine.model.encdec import Heard
    from engine.model.spec import ModelSpec

SPARE_COLUMNS = 64
"""So that a few more objects do not need a new room at once."""


class WindowKey(NamedTuple):
    map: str
    sound: str
    start_sample: int


@dataclass(slots=True, eq=False)
class Remembered:
    window: Window
    heard: Heard
    cache: DecoderCache
    ids: array[int]
    """The question that was answered last; the cache holds all of them but the last."""
    rows: dict[int, Tensor]
    """By row of the prompt: what `surprisal.measured` said of it, on the host."""

    @property
    def size_bytes(self) -> int:
        tensors = [self.cache.keys, self.cache.values, *(part for layer in self.heard for part in layer)]
        return sum(tensor.untyped_storage().nbytes() for tensor in _apart(tensors))

    def common(self, ids: array[int]) -> int:
        """How many ids the last question and this one begin with alike."""
        both = min(len(self.ids), len(ids))
        if self.ids[:both] == ids[:both]:
            return both
        return next(at for at in range(both) if self.ids[at] != ids[at])


def _apart(tensors: list[Tensor]) -> list[Tensor]:
    """One tensor for each piece of memory: a layer's keys and values share theirs."""
    return list({tensor.untyped_storage().data_ptr(): tensor for tensor in tensors}.values())


class Nearby:
    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._kept: dict[WindowKey, Remembered] = {}
        self._map, self._near_ms = "", 0.0

    def look_at(self, map_: str, near_ms: float) -> None:
        """From now on what lies far from there goes first, other maps before anything."""
        self._map, self._near_ms = map_, near_ms

    def take(self, key: WindowKey) -> Remembered | None:
        """Out of the keeping: whoever breaks off half-way through leaves nothing half-written behind."""
        return self._kept.pop(key, None)

    def would_keep(self, key: WindowKey, window: Window, size_bytes: int) -> bool:
        distance = self._distance(key, window)
        better = sum(
            kept.size_bytes
            for other, kept in self._kept.items()
            if other != key and self._distance(other, kept.window) <= distance
        )
        return better + size_bytes <= self._max_bytes

    def keep(self, key: WindowKey, remembered: Remembered) -> None:
        self._kept[key] = remembered
        while self.total_bytes > self._max_bytes:
            farthest = max(self._kept, key=lambda kept: self._distance(kept, self._kept[kept].window))
            del self._kept[farthest]

    def forget(self) -> None:
        self._kept.clear()

    @property
    def total_bytes(self) -> int:
        return sum(kept.size_bytes for kept in self._kept.values())

    def _distance(self, key: WindowKey, window: Window) -> tuple[bool, float]:
        middle_ms = (window.counts_from_ms + window.counts_to_ms) / 2
        return key.map != self._map, abs(middle_ms - self._near_ms)


def room_for(
    tokens: int, before: DecoderCache | None, spec: ModelSpec, *, dtype: torch.dtype, device: torch.device
) -> DecoderCache:
    """A cache with room for `tokens` columns, holding what `before` held."""
    if before is not None and tokens <= before.columns:
        return before
    columns = min(tokens + SPARE_COLUMNS, spec.decoder.positions)
    cache = DecoderCache(spec, 1, columns, dtype=dtype, device=device)
    if before is not None and before.filled:
        cache.reserve(torch.ones(1, before.filled, dtype=torch.bool, device=device))
        cache.keys[..., : before.filled, :] = before.keys[..., : before.filled, :]
        cache.values[..., : before.filled, :] = before.values[..., : before.filled, :]
    return cache


def expected_bytes(tokens: int, spec: ModelSpec, dtype: torch.dtype) -> int:
    """Of one window to remember."""
    per_position = 2 * len(spec.decoder.layers) * spec.width * dtype.itemsize
    return per_position * (min(tokens + SPARE_COLUMNS, spec.decoder.positions) + spec.encoder.positions)
