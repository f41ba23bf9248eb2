"""Low-rank adapters: a small difference to some linear layers, laid over a model or merged into it.

Live, an adapter can be taken off again and costs two thin products per layer. Merged, it costs nothing and
stays. What an adapter's file looks like is known in `engine/checkpoints/peft.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, eq=False)
class LowRank:
    """The difference `up @ down` to a weight [out, in]; the adapter's scale is already in `up`."""

    down: Tensor  # [R, in]
    up: Tensor  # [out, R]

    @property
    def difference(self) -> Tensor:
        return self.up @ self.down


class AdaptedLinear(nn.Module):
    """A linear layer with an adapter over it. The layer itself stays as it was, and frozen."""

    def __init__(self, base: nn.Linear, adapter: LowRank) -> None:
        super().__init__()
        self.base = base.requires_grad_(requires_grad=False)
        self.down = nn.Parameter(adapter.down.to(base.weight))
        self.up = nn.Parameter(adapter.up.to(base.weight))

    def forward(self, x: Tensor) -> Tensor:
        base: Tensor = self.base(x)
        return base + functional.linear(functional.linear(x, self.down), self.up)


def attach(model: nn.Module, adapters: Mapping[str, LowRank]) -> None:
    """Lay adapters over the linear layers of these names."""
    for name, adapter in adapters.items():
        model.set_submodule(name, AdaptedLinear(_linear(model, name), adapter))


def detach(model: nn.Module) -> None:
    """Take all adapters off: the model is to the bit what it was before."""
    adapted = [(name, module) for name, module in model.named_modules() if isinstance(module, AdaptedLinear)]
    for name, module in adapted:
        model.set_submodule(name, module.base)


@torch.no_grad()
def merge(model: nn.Module, adapters: Mapping[str, LowRank]) -> None:
    """Add the differences to the weights, in float32: bfloat16 would lose the fine ones on the way."""
    for name, adapter in adapters.items():
        weight = _linear(model, name).weight
        difference = adapter.difference.to(weight.device)
        weight.copy_(weight.float() + difference)


def _linear(model: nn.Module, name: str) -> nn.Linear:
    module = model.get_submodule(name)
    if not isinstance(module, nn.Linear):
        raise TypeError(f"{name} is no plain linear layer: detach or merge the adapter it carries first")
    return module
