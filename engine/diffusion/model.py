"""The transformer that guesses where objects lie: a DiT over the points of a map, osu-diffusion version 2.

One row per point of the map (circle, slider head, anchor, slider end, spinner) instead of one per patch of an
image. Coordinates enter as sines and cosines, together with the point's context; the step of the noise
schedule and the wanted style shift and scale every layer ("adaptive layer norm", Peebles and Xie, 2023).

Shapes: B batch, N points, D width, K style classes, C context features.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

AXES: Final = 2
COORDINATE_WAVES: Final = 128
STEP_WAVES: Final = 256
PIXELS: Final = 512.0
"""Coordinates in [-1, 1] are spread so far before their waves are taken."""
LONGEST_PERIOD: Final = 10_000.0
NORM_EPSILON: Final = 1e-6


@dataclass(frozen=True, slots=True)
class DiffusionSpec:
    """The sizes of one checkpoint."""

    width: int
    layers: int
    heads: int
    feed_forward: int
    context: int
    classes: int


def waves(values: Tensor, count: int) -> Tensor:
    """[...] -> [..., count]: cosines, then sines, from one radian per unit to one per 10,000."""
    half = count // 2
    # The exponents are rounded as in training, the exponential is not: in float32 processors differ in its
    # last bit, which minutes into a song is a visible angle.
    exponents = -math.log(LONGEST_PERIOD) * torch.arange(half, dtype=torch.float32) / half
    frequencies = torch.exp(exponents.double()).float()
    angles = values[..., None].float() * frequencies.to(values.device)
    return torch.cat([angles.cos(), angles.sin()], dim=-1)


class CoordinateDiT(nn.Module):
    def __init__(self, spec: DiffusionSpec) -> None:
        super().__init__()
        self.spec = spec
        self.points = nn.Linear(AXES * COORDINATE_WAVES + spec.context, spec.width)
        self.step = _two_layers(STEP_WAVES, spec.width)
        self.style = _two_layers(spec.classes, spec.width)
        self.blocks = nn.ModuleList(Block(spec) for _ in range(spec.layers))
        self.final_modulation = nn.Linear(spec.width, 2 * spec.width)
        self.out = nn.Linear(spec.width, 2 * AXES)

    def forward(
        self, x: Tensor, step: Tensor, context: Tensor, classes: Tensor, attends: Tensor | None = None
    ) -> Tensor:
        """[B, 2, N] positions, [B] steps, [B, C, N], [B, K], [N, N] which row looks at which column
        -> [B, 4, N]: the noise in x and y, then how wide the step back may be, for x and y.
        """
        pixels = x.transpose(1, 2) * PIXELS  # [B, N, 2]
        coordinates = waves(pixels, COORDINATE_WAVES).flatten(2)  # [B, N, 2 * 128]
        hidden = self.points(torch.cat([coordinates, context.transpose(1, 2)], dim=-1))  # [B, N, D]
        condition = functional.silu(self.step(waves(step, STEP_WAVES)) + self.style(classes))  # [B, D]
        for block in self.blocks:
            hidden = block(hidden, condition, attends)
        shift, scale = self.final_modulation(condition)[:, None].chunk(2, dim=-1)  # [B, 1, D] each
        out: Tensor = self.out(_normed(hidden, shift, scale))  # [B, N, 4]
        return out.transpose(1, 2)


class Block(nn.Module):
    """Attention and a feed-forward layer, each shifted, scaled and weighed by the condition."""

    def __init__(self, spec: DiffusionSpec) -> None:
        super().__init__()
        self.heads = spec.heads
        self.modulation = nn.Linear(spec.width, 6 * spec.width)
        self.qkv = nn.Linear(spec.width, 3 * spec.width)
        self.joined = nn.Linear(spec.width, spec.width)
        self.widen = nn.Linear(spec.width, spec.feed_forward)
        self.narrow = nn.Linear(spec.feed_forward, spec.width)

    def forward(self, hidden: Tensor, condition: Tensor, attends: Tensor | None) -> Tensor:
        """[B, N, D], [B, D], [N, N] -> [B, N, D]"""
        modulation = self.modulation(condition)[:, None].chunk(6, dim=-1)  # 6 of [B, 1, D]
        shift, scale, gate = modulation[:3]
        hidden = hidden + gate * self._attend(_normed(hidden, shift, scale), attends)
        shift, scale, gate = modulation[3:]
        widened = functional.gelu(self.widen(_normed(hidden, shift, scale)), approximate="tanh")
        out: Tensor = hidden + gate * self.narrow(widened)
        return out

    def _attend(self, rows: Tensor, attends: Tensor | None) -> Tensor:
        batch, points, width = rows.shape
        parts = self.qkv(rows).view(batch, points, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        query, key, value = parts  # [B, heads, N, D / heads] each
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=attends)
        out: Tensor = self.joined(mixed.transpose(1, 2).reshape(batch, points, width))
        return out


def _two_layers(inputs: int, width: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, width), nn.SiLU(), nn.Linear(width, width))


def _normed(hidden: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """Layer norm whose own shift and scale come from outside."""
    return functional.layer_norm(hidden, hidden.shape[-1:], eps=NORM_EPSILON) * (1 + scale) + shift
