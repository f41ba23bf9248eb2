"""The two ways in which a model knows where in a sequence it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from engine.model.spec import Positions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.model.spec import LayerSpec, ModelSpec, TowerSpec

Turn = tuple[Tensor, Tensor]
"""Cosines and sines of each position's angles, [B, 1, T, Dh] both."""


class PositionTable(nn.Module):
    """A vector for each position, learned or sinusoidal: the checkpoint holds it either way."""

    def __init__(self, length: int, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(length, width))
        nn.init.normal_(self.weight, std=0.02)

    def place(self, x: Tensor, positions: Tensor) -> Tensor:
        """What enters the first layer, from [B, T, D] and positions [B, T] or [1, T]."""
        return x + self.weight[positions]

    def turns(self, positions: Tensor, dtype: torch.dtype) -> Mapping[float, Turn]:  # noqa: ARG002 — nothing turns
        return {}


class RotaryPositions(nn.Module):
    """Nothing is added; each layer turns its queries and keys."""

    def __init__(self, head_width: int, layers: tuple[LayerSpec, ...]) -> None:
        super().__init__()
        self.head_width = head_width
        self.thetas = frozenset(layer.rope_theta for layer in layers)

    def place(self, x: Tensor, positions: Tensor) -> Tensor:  # noqa: ARG002 — one signature for both schemes
        return x

    @torch.no_grad()
    def turns(self, positions: Tensor, dtype: torch.dtype) -> Mapping[float, Turn]:
        """By a layer's theta: the turn of its queries and keys.

        Angles in float32 whatever the weights are: in bfloat16 position 257 would be position 256.
        """
        return {theta: self._turn(theta, positions, dtype) for theta in self.thetas}

    def _turn(self, theta: float, positions: Tensor, dtype: torch.dtype) -> Turn:
        exponents = torch.arange(0, self.head_width, 2, dtype=torch.float32, device=positions.device)
        frequencies = 1.0 / theta ** (exponents / self.head_width)  # [Dh/2]
        angles = positions[:, None, :, None].float() * frequencies  # [B, 1, T, Dh/2]
        angles = torch.cat((angles, angles), dim=-1)
        return angles.cos().to(dtype), angles.sin().to(dtype)


def turned(x: Tensor, turn: Turn | None) -> Tensor:
    """Each pair (i, i + Dh/2) of [B, H, T, Dh] turned by its angle."""
    if turn is None:
        return x
    cos, sin = turn
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat((-second, first), dim=-1) * sin


def position_scheme(spec: ModelSpec, tower: TowerSpec) -> PositionTable | RotaryPositions:
    if spec.positions is Positions.TABLE:
        return PositionTable(tower.positions, spec.width)
    return RotaryPositions(spec.width // tower.heads, tower.layers)
