"""Who may attend to whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Sight:
    """What one layer's queries see of its keys."""

    mask: Tensor | None = None
    """[1 or B, 1, T, S], True where a query sees a key, or what is added to its score: nothing, or minus
    infinity. None: it sees everything, or everything up to itself.
    """
    causal: bool = False
    """The queries are the last of the keys, and none sees beyond itself, whatever else a mask may hide.
    Without a mask nothing else is hidden: the kernels are faster when they need not read one.
    """

    @property
    def is_plainly_causal(self) -> bool:
        return self.causal and self.mask is None

    def added(self, dtype: torch.dtype) -> Sight:
        """The same, as what is added: made once for all layers."""
        if self.mask is None or self.mask.dtype == dtype:
            return self
        if self.mask.dtype != torch.bool:
            return Sight(self.mask.to(dtype), self.causal)
        added = torch.zeros_like(self.mask, dtype=dtype).masked_fill_(~self.mask, -torch.inf)
        return Sight(added, self.causal)

    def of(self, first: int, last: int, seen: int) -> Sight:
        """That of some of the queries, of which none sees more than so many keys."""
        if self.mask is not None:
            return Sight(self.mask[:, :, first:last, :seen])
        if not self.causal:
            return self
        return Sight(torch.ones(last - first, seen, dtype=torch.bool).tril_(seen - last + first)[None, None])


EVERYTHING = Sight()


def around(length: int, window: int | None, device: torch.device) -> Sight:
    """The encoder's: everything, or `window` states to either side."""
    if window is None:
        return EVERYTHING
    places = torch.arange(length, device=device)
    near = (places[:, None] - places[None, :]).abs() <= window  # [S, S]
    return Sight(near[None, None])


def back_from(
    columns: Tensor, keys: int, window: int | None, real: Tensor | None, *, are_last: bool = False
) -> Sight:
    """The decoder's: queries at `columns` [T] see the `keys` columns up to themselves, but no padding.

    A padded column still sees itself: a row of the softmax without any key would be NaN, and NaN spreads.
    `real` is [B, keys], True where there is a token. `are_last`: no key comes after the queries.
    """
    distance = columns[:, None] - torch.arange(keys, device=columns.device)[None, :]  # [T, S]
    seen = distance >= 0
    if window is not None:
        seen = seen & (distance <= window)
    if real is None:
        return Sight(seen[None, None], are_last)
    return Sight(((seen & real[:, None, :]) | (distance == 0))[:, None], are_last)
