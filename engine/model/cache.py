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

    def store(self, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Write [B, H, T, Dh]; answer with all that is visible, [B, H, visible, Dh]."""
        self.keys.index_copy_(2, self.columns, keys)
        self.values.index_copy_(2, self.columns, values)
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
        self.real = torch.zeros(rows, columns, dtype=torch.bool, device=device)
        """True where a column holds a token, not padding."""
        self.next_column = torch.zeros((), dtype=torch.long, device=device)
        self.filled = 0
        self.fixed_shapes = fixed_shapes

    @property
    def columns(self) -> int:
        return self.real.shape[1]

    @property
    def visible(self) -> int:
        return self.columns if self.fixed_shapes else self.filled

    def reserve(self, real: Tensor) -> Tensor:
        """The columns [T] of the next tokens; `real` [B, T] is True where they are not padding."""
        count = real.shape[1]
        if self.filled + count > self.columns:
            raise ValueError(
                f"the cache holds {self.filled} of {self.columns} tokens: {count} more do not fit"
            )
        columns = self.next_column + torch.arange(count, device=self.real.device)
        self.real.index_copy_(1, columns, real)
        self.next_column += count
        self.filled += count
        return columns

    def positions(self, columns: Tensor) -> Tensor:
        """The place of each row's tokens among its own, padding not counted, [B, T]."""
        return (self.real.cumsum(dim=1) - 1).clamp(min=0)[:, columns]

    def layer(self, index: int, columns: Tensor) -> LayerMemory:
        return LayerMemory(self.keys[index], self.values[index], columns, self.visible)

    def rewind(self, filled: int) -> None:
        """Forget all columns from `filled` on: what came before an edit is still true after it."""
        if not 0 <= filled <= self.filled:
            raise ValueError(f"the cache holds {self.filled} columns and cannot go back to {filled}")
        self.real[:, filled:] = False
        self.next_column.fill_(filled)
        self.filled = filled
