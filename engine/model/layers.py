"""The blocks of which both halves are built, pre-norm throughout.

Shapes: B rows, T queries, S keys, D width, H heads of Dh.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.model.positions import turned
from engine.model.sight import EVERYTHING, Sight
from engine.model.spec import Norm

if TYPE_CHECKING:
    from engine.model.cache import LayerMemory
    from engine.model.positions import Turn
    from engine.model.spec import ModelSpec, TowerSpec

KeysValues = tuple[Tensor, Tensor]
"""[B, H, S, Dh] both."""
FEW_QUERIES: Final = 16
"""On a processor, torch's one kernel for attention prepares what only many queries make up for: in bfloat16
it takes four times as long for a single one as plain products do.
"""
BLOCK: Final = 64
"""Of queries, where there are many in bfloat16. The kernel then takes twice as long as products do."""


def norm(spec: ModelSpec) -> nn.Module:
    return nn.LayerNorm(spec.width) if spec.norm is Norm.LAYER else nn.RMSNorm(spec.width)


def heads_apart(x: Tensor, heads: int) -> Tensor:
    """[B, T, H * Dh] -> [B, H, T, Dh]."""
    rows, length, width = x.shape
    return x.view(rows, length, heads, width // heads).transpose(1, 2)


def attend(query: Tensor, keys_values: KeysValues, sight: Sight, shared: int = 0) -> Tensor:
    """[B, H, T, Dh] -> [B, T, D], in the precision of the keys and values or in that of the query.

    `shared`: so many keys and values, the first ones, are the same in all rows.
    """
    keys, values = keys_values
    if query.device.type == "cpu":
        if query.shape[2] <= FEW_QUERIES and not sight.is_plainly_causal:
            if shared and len(query) > 1:
                return _attend_to_shared(query.to(keys.dtype), keys, values, sight, shared)
            return _attend_by_products(query.to(keys.dtype), keys, values, sight)
        if query.dtype == torch.bfloat16 and not query.requires_grad:
            return _attend_in_blocks(query, keys, values, sight)
    mixed = functional.scaled_dot_product_attention(
        query.to(keys.dtype), keys, values, attn_mask=sight.mask, is_causal=sight.is_plainly_causal
    )
    return mixed.transpose(1, 2).flatten(-2)


def _attend_by_products(query: Tensor, keys: Tensor, values: Tensor, sight: Sight) -> Tensor:
    scores = (query * query.shape[-1] ** -0.5) @ keys.mT  # [B, H, T, S]
    mask = sight.added(scores.dtype).mask
    if mask is not None:
        scores = scores + mask
    mixed: Tensor = (scores.softmax(dim=-1) @ values).transpose(1, 2).flatten(-2)
    return mixed


def _attend_to_shared(query: Tensor, keys: Tensor, values: Tensor, sight: Sight, shared: int) -> Tensor:
    """By products, of which those with what is shared are of all rows at once: it is read only once."""
    rows, heads, queries, _ = query.shape
    query = query * query.shape[-1] ** -0.5
    together = query.transpose(0, 1).flatten(1, 2)  # [H, B * T, Dh]
    with_shared = (together @ keys[0, :, :shared].mT).view(heads, rows, queries, shared).transpose(0, 1)
    scores = torch.cat((with_shared, query @ keys[:, :, shared:].mT), dim=-1)  # [B, H, T, S]
    mask = sight.added(scores.dtype).mask
    if mask is not None:
        scores = scores + mask
    weights = scores.softmax(dim=-1)
    together = weights[..., :shared].transpose(0, 1).flatten(1, 2) @ values[0, :, :shared]  # [H, B * T, Dh]
    mixed = (
        together.view(heads, rows, queries, -1).transpose(0, 1)
        + weights[..., shared:] @ values[:, :, shared:]
    )
    return mixed.transpose(1, 2).flatten(-2)


def _attend_in_blocks(query: Tensor, keys: Tensor, values: Tensor, sight: Sight) -> Tensor:
    """By products as well, of so few queries at a time that their scores stay near the processor."""
    dtype, queries, before = query.dtype, query.shape[2], keys.shape[2] - query.shape[2]
    # As one piece: a library that is given another lays it out anew, at every product.
    query, keys, values = (each.to(dtype).contiguous() for each in (query, keys, values))
    blocks = []
    for first in range(0, queries, BLOCK):
        last = min(first + BLOCK, queries)
        seen = before + last if sight.causal else keys.shape[2]
        part = query[:, :, first:last], keys[:, :, :seen], values[:, :, :seen]
        blocks.append(_attend_by_products(*part, sight.of(first, last, seen)))
    return torch.cat(blocks, dim=1)


class SelfAttention(nn.Module):
    def __init__(self, spec: ModelSpec, tower: TowerSpec) -> None:
        super().__init__()
        self.heads = tower.heads
        self.qkv = nn.Linear(spec.width, 3 * spec.width, bias=spec.attention_bias)
        self.out = nn.Linear(spec.width, spec.width, bias=spec.attention_bias)

    def forward(
        self, x: Tensor, turn: Turn | None, sight: Sight, memory: LayerMemory | None = None
    ) -> Tensor:
        query, keys, values = (heads_apart(part, self.heads) for part in self.qkv(x).chunk(3, dim=-1))
        keys_values, shared = (turned(keys, turn), values), 0
        if memory is not None:
            keys_values, shared = memory.store(*keys_values), memory.shared
        mixed: Tensor = self.out(attend(turned(query, turn), keys_values, sight, shared).to(x.dtype))
        return mixed


class CrossAttention(nn.Module):
    def __init__(self, spec: ModelSpec) -> None:
        super().__init__()
        self.heads = spec.decoder.heads
        self.query = nn.Linear(spec.width, spec.width, bias=spec.attention_bias)
        self.key_value = nn.Linear(spec.width, 2 * spec.width, bias=spec.attention_bias)
        self.out = nn.Linear(spec.width, spec.width, bias=spec.attention_bias)

    def hear(self, states: Tensor) -> KeysValues:
        """What all tokens of a window attend to, from the encoder's states [B, S, D]: computed once, and each
        in one piece, since it is read at every step.
        """
        keys, values = (heads_apart(part, self.heads) for part in self.key_value(states).chunk(2, dim=-1))
        return keys.contiguous(), values.contiguous()

    def forward(self, x: Tensor, heard: KeysValues) -> Tensor:
        """`heard` is of as many rows as [B, T, D] has, or of one, which all have heard."""
        rows, length, width = x.shape
        if len(heard[0]) != rows:
            # Everything is seen from everywhere: as one row they read what they have heard only once.
            x = x.reshape(1, rows * length, width)
        attended = attend(heads_apart(self.query(x), self.heads), heard, EVERYTHING)
        mixed: Tensor = self.out(attended.to(x.dtype))
        return mixed.view(rows, length, width)


class FeedForward(nn.Module):
    def __init__(self, spec: ModelSpec, tower: TowerSpec) -> None:
        super().__init__()
        self.up = nn.Linear(spec.width, tower.feed_forward_width)
        self.down = nn.Linear(tower.feed_forward_width, spec.width)

    def forward(self, x: Tensor) -> Tensor:
        passed: Tensor = self.down(functional.gelu(self.up(x)))
        return passed


class EncoderLayer(nn.Module):
    def __init__(self, spec: ModelSpec) -> None:
        super().__init__()
        self.attention_norm = norm(spec)
        self.attention = SelfAttention(spec, spec.encoder)
        self.feed_forward_norm = norm(spec)
        self.feed_forward = FeedForward(spec, spec.encoder)

    def forward(self, x: Tensor, turn: Turn | None, sight: Sight) -> Tensor:
        x = x + self.attention(self.attention_norm(x), turn, sight)
        passed: Tensor = x + self.feed_forward(self.feed_forward_norm(x))
        return passed


class DecoderLayer(nn.Module):
    def __init__(self, spec: ModelSpec) -> None:
        super().__init__()
        self.attention_norm = norm(spec)
        self.attention = SelfAttention(spec, spec.decoder)
        self.cross_norm = norm(spec)
        self.cross = CrossAttention(spec)
        self.feed_forward_norm = norm(spec)
        self.feed_forward = FeedForward(spec, spec.decoder)

    def forward(
        self, x: Tensor, heard: KeysValues, turn: Turn | None, sight: Sight, memory: LayerMemory | None
    ) -> Tensor:
        x = x + self.attention(self.attention_norm(x), turn, sight, memory)
        x = x + self.cross(self.cross_norm(x), heard)
        passed: Tensor = x + self.feed_forward(self.feed_forward_norm(x))
        return passed
