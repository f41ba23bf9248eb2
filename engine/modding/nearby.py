"""What the decoder remembers of the windows around the place that is being worked on.

The next edit is most often near the last one. There, all tokens before it are still true: their keys and
values, and what every token attends to of the sound, need not be computed again. In bfloat16 that is 23 and
38 MB for each of V32's windows, 55 and 75 MB for V30's, so only the windows nearest to the last edit are
kept; and where room is short the tokens of more of them, since the sound costs less to compute again.
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
BEFORE_COUNTS = 3
"""Times as far away are windows that judge what comes before an edit."""


class WindowKey(NamedTuple):
    map: str
    sound: str
    start_sample: int


@dataclass(slots=True, eq=False)
class Remembered:
    window: Window
    cache: DecoderCache
    ids: array[int]
    """The question that was answered last; the cache holds all of them but the last."""
    rows: dict[int, Tensor]
    """By row of the prompt: what `surprisal.measured` said of it, on the host."""
    heard: Heard | None = None
    """None: given up for the tokens of another window."""

    @property
    def token_bytes(self) -> int:
        return self.cache.keys.nbytes + self.cache.values.nbytes

    @property
    def sound_bytes(self) -> int:
        return sum(part.nbytes for layer in self.heard or () for part in layer)

    @property
    def size_bytes(self) -> int:
        return self.token_bytes + self.sound_bytes

    def common(self, ids: array[int]) -> int:
        """How many ids the last question and this one begin with alike."""
        both = min(len(self.ids), len(ids))
        if self.ids[:both] == ids[:both]:
            return both
        return next(at for at in range(both) if self.ids[at] != ids[at])


class Nearby:
    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._kept: dict[WindowKey, Remembered] = {}
        self._map, self._near_ms, self._reach_ms = "", 0.0, 0.0

    def look_at(self, map_: str, near_ms: float, reach_ms: float) -> None:
        """From now on what lies far from there goes first, other maps before anything. What is edited there
        concerns windows up to `reach_ms` away.
        """
        self._map, self._near_ms, self._reach_ms = map_, near_ms, reach_ms

    def sound_of(self, key: WindowKey) -> Heard | None:
        kept = self._kept.get(key)
        return None if kept is None else kept.heard

    def take(self, key: WindowKey) -> Remembered | None:
        """Out of the keeping: whoever breaks off half-way through leaves nothing half-written behind."""
        return self._kept.pop(key, None)

    def would_keep(self, key: WindowKey, window: Window, token_bytes: int) -> bool:
        distance = self._distance(key, window)
        better = sum(
            kept.token_bytes
            for other, kept in self._kept.items()
            if other != key and self._distance(other, kept.window) <= distance
        )
        return better + token_bytes <= self._max_bytes

    def keep(self, key: WindowKey, remembered: Remembered) -> None:
        self._kept[key] = remembered
        while self.total_bytes > self._max_bytes:
            self._give_up()

    def _give_up(self) -> None:
        """Windows out of reach, the sound of others, and then windows: always the farthest first."""
        farthest = max(self._kept, key=self._distance_of)
        with_sound = [key for key, kept in self._kept.items() if kept.heard is not None]
        if with_sound and self._distance_of(farthest) <= (False, self._reach_ms):
            self._kept[max(with_sound, key=self._distance_of)].heard = None
        else:
            del self._kept[farthest]

    def forget(self) -> None:
        self._kept.clear()

    @property
    def kept(self) -> tuple[Remembered, ...]:
        return tuple(self._kept.values())

    @property
    def total_bytes(self) -> int:
        return sum(kept.size_bytes for kept in self._kept.values())

    def _distance_of(self, key: WindowKey) -> tuple[bool, float]:
        return self._distance(key, self._kept[key].window)

    def _distance(self, key: WindowKey, window: Window) -> tuple[bool, float]:
        """An edit concerns the windows that judge what comes after it more than those before."""
        middle_ms = (window.counts_from_ms + window.counts_to_ms) / 2
        after_ms = middle_ms - self._near_ms
        return key.map != self._map, after_ms if after_ms >= 0 else -BEFORE_COUNTS * after_ms


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
    """Of a window's tokens."""
    columns = min(tokens + SPARE_COLUMNS, spec.decoder.positions)
    return 2 * len(spec.decoder.layers) * spec.width * dtype.itemsize * columns
