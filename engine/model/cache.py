"""What the decoder remembers of the tokens it has read: each layer's keys and values.

The room is made once, for a known number of columns. What costs time is then writing in place, and where
shapes must never change (a CUDA graph) the layers may attend to the whole room under a mask.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from engine.model.spec import ModelSpec


@dataclass(frozen=True, slots=True)
class LayerMemory:
    """One layer's part of the cache, during one forward pass."""

    keys: Tensor  # [B, H, C, Dh]
    values: Tensor
    columns: Tensor
    """Where the new tokens go, [T]."""
    visible: int
    """How many columns, from the first, the layer may look at."""
    shared: int
    """In how many of them, from the first, all rows hold the same."""

    def store(self, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Write [B, H, T, Dh]; answer with all that is visible, [B, H, visible, Dh]."""
        self.keys.index_copy_(2, self.columns, keys.to(self.keys.dtype))
        self.values.index_copy_(2, self.columns, values.to(self.values.dtype))
        if self.visible == keys.shape[2]:
            # Nothing stands before them: then they need not be turned into another precision and back.
            return keys, values
        return self.keys[:, :, : self.visible], self.values[:, :, : self.visible]


class DecoderCache:
    """Room for `columns` tokens of each of `rows` windows; rows of unequal length are padded on the left."""

    def __init__(
        self,
        spec: ModelSpec,
        rows: int,
        columns: int,
        *,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
        fixed_shapes: bool = False,
    ) -> None:
        """With `fixed_shapes` every step has the same shapes and no number of Python's steers it."""
        heads = spec.decoder.heads
        shape = (len(spec.decoder.layers), rows, heads, columns, spec.width // heads)
        self.keys = torch.zeros(shape, dtype=dtype, device=device)
        self.values = torch.zeros(shape, dtype=dtype, device=device)
        self._real = torch.zeros(rows, columns, dtype=torch.bool, device=device)
        self.rows = rows
        """How many there are now, of those that there is room for: the first ones."""
        self.next_column = torch.zeros((), dtype=torch.long, device=device)
        self.filled = 0
        self._has_padding = False
        self._padded = 0
        """So many columns, at least, are padding in every row."""
        self.shared = 0
        """So many columns, from the first, hold the same in all rows."""
        self.fixed_shapes = fixed_shapes

    @property
    def real(self) -> Tensor:
        """True where a column holds a token, not padding, [rows, columns]."""
        return self._real[: self.rows]

    @property
    def room(self) -> int:
        """For so many rows."""
        return self._real.shape[0]

    @property
    def columns(self) -> int:
        return self._real.shape[1]

    @property
    def longest(self) -> int:
        """Tokens of the longest row."""
        return self.filled - self._padded

    @property
    def visible(self) -> int:
        return self.columns if self.fixed_shapes else self.filled

    @property
    def known(self) -> Tensor | None:
        """Of what is visible, what is real, [rows, visible]; None: all of it."""
        return self.real[:, : self.visible] if self._has_padding or self.fixed_shapes else None

    def reserve(self, real: Tensor, *, has_padding: bool = True) -> Tensor:
        """The columns [T] of the next tokens; `real` [B, T] is True where they are not padding. Who knows
        that all of them are makes every later step cheaper by saying so.
        """
        count = real.shape[1]
        if self.filled + count > self.columns:
            raise ValueError(
                f"the cache holds {self.filled} of {self.columns} tokens: {count} more do not fit"
            )
        columns = self.next_column + torch.arange(count, device=self._real.device)
        self.real.index_copy_(1, columns, real)
        self._has_padding = self._has_padding or has_padding
        self.next_column += count
        self.filled += count
        return columns

    def positions(self, columns: Tensor) -> Tensor:
        """The place of each row's tokens among its own, padding not counted, [1 or B, T]."""
        if not self._has_padding:
            return columns[None]
        return (self.real.cumsum(dim=1) - 1).clamp(min=0)[:, columns]

    def layer(self, index: int, columns: Tensor) -> LayerMemory:
        keys, values = self.keys[index, : self.rows], self.values[index, : self.rows]
        return LayerMemory(keys, values, columns, self.visible, self.shared)

    def begin(self, rows: int) -> None:
        """Forget everything; from now on there are so many rows."""
        if not 0 < rows <= self.room:
            raise ValueError(f"the cache has room for {self.room} rows, not for {rows}")
        self.rows = self.room
        self.rewind(0)
        self.rows = rows

    def spread(self, rows: int) -> None:
        """So many rows, each of which holds what the first one holds."""
        if not 0 < rows <= self.room:
            raise ValueError(f"the cache has room for {self.room} rows, not for {rows}")
        self.rows, self.shared = rows, self.filled
        for held in self._held():
            held[1:] = held[:1]

    def grow(self, columns: int) -> None:
        """More room, and what was held is still there."""
        layers, room, heads, _, width = self.keys.shape
        before = self._held()
        self.keys, self.values = (
            memory.new_zeros(layers, room, heads, columns, width) for memory in (self.keys, self.values)
        )
        self._real = self._real.new_zeros(room, columns)
        for new, old in zip(self._held(), before, strict=True):
            new.copy_(old)

    def keep(self, rows: Sequence[int]) -> None:
        """Only those rows, in that order: see `keep_rows`."""
        for held in self._held():
            keep_rows(held, rows)
        self.rows = len(rows)
        self._padded = self.filled - int(self.real.sum(dim=1).max())

    def take(self, rows: Sequence[int]) -> None:
        """As many rows as are named, each of which holds what the named one held: in any order, and some of
        them more than once. All of it is moved: where rows only go, `keep` moves less.
        """
        if not 0 < len(rows) <= self.room:
            raise ValueError(f"the cache has room for {self.room} rows, not for {len(rows)}")
        before = self._held()
        self.rows = len(rows)
        for held, was in zip(self._held(), before, strict=True):
            held.copy_(was[list(rows)])
        self._padded = self.filled - int(self.real.sum(dim=1).max())

    def _held(self) -> list[Tensor]:
        """What is filled, row by row: [R, C], and [R, H, C, Dh] of each layer."""
        layers = (layer for memory in (self.keys, self.values) for layer in memory)
        return [
            self.real[:, : self.filled],
            *(layer[: self.rows, :, : self.filled] for layer in layers),
        ]

    def rewind(self, filled: int) -> None:
        """Forget all columns from `filled` on: what came before an edit is still true after it."""
        if not 0 <= filled <= self.filled:
            raise ValueError(f"the cache holds {self.filled} columns and cannot go back to {filled}")
        self.real[:, filled:] = False
        self.next_column.fill_(filled)
        self.filled, self._padded, self.shared = filled, 0, min(self.shared, filled)
        self._has_padding = self._has_padding and filled > 0


def keep_rows(held: Tensor, rows: Sequence[int]) -> Tensor:
    """[R, ...] to the rows that are named, in the memory of the first ones: what else was there is lost.

    No row may move towards the end, where it would be overwritten before it is moved.
    """
    for place, row in enumerate(rows):
        if row < place:
            raise ValueError(f"row {row} cannot move back to {place}")
        if row != place:
            held[place] = held[row]
    return held[: len(rows)]


def without(rows: int, gone: Collection[int]) -> list[int]:
    """The rows that are left, for `keep_rows`: the last ones fill the gaps, so that few are moved."""
    left = [row for row in range(rows) if row not in gone]
    return [row if row not in gone else left.pop() for row in range(len(left))]
