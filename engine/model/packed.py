"""A model's linear layers in the order in which the processor's library likes to read them.

The library can do that on the way, at every product, and then it is most of what a product of a few rows
costs; or once. For one row of a full-size layer a product takes 0.6 of the time in float32 and 0.45 in
bfloat16, and where torch hands plain products to a library that was made for another maker's processors,
those of many rows take half. The price is a second copy of the weights that are packed.
"""

from __future__ import annotations

from copy import deepcopy
from itertools import chain
from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from engine.model.encdec import EncoderDecoder

ROWS: Final = 8
"""What the order is chosen for. For another number of rows it is still a good one."""


_PRODUCTS: Final = ("_reorder_linear_weight", "_linear_pointwise")


class PackedLinear(nn.Module):
    """Computes what the layer that it was made from computes, but learns nothing."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        with torch.no_grad():
            self._weight: Tensor = torch.ops.mkldnn._reorder_linear_weight(linear.weight.detach(), ROWS)  # noqa: SLF001 — torch names it so
        bias: Tensor | None = linear.bias
        self._bias = None if bias is None else bias.detach()

    def forward(self, x: Tensor) -> Tensor:
        product: Tensor = torch.ops.mkldnn._linear_pointwise(x, self._weight, self._bias, "none", [], "")  # noqa: SLF001 — torch names it so
        return product


def can_be_packed(weight: Tensor) -> bool:
    """Whether this machine's torch has what it takes."""
    library = torch.ops.mkldnn
    if weight.device.type != "cpu" or not all(hasattr(library, name) for name in _PRODUCTS):
        return False
    if weight.dtype == torch.bfloat16:
        return bool(library._is_mkldnn_bf16_supported())  # noqa: SLF001 — torch names it so
    return weight.dtype == torch.float32 and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]  # torch left it untyped


def packed(model: EncoderDecoder) -> EncoderDecoder:
    """The same model, whose decoder and head are packed; all else it shares with the one it was made from.
    Where nothing can be packed, or all is already, that one itself.
    """
    head: nn.Module = model.head
    if isinstance(head, PackedLinear) or not can_be_packed(model.decoder.embedding.weight):
        return model
    shared = {id(held): held for held in chain(model.parameters(), model.buffers())}
    twin = deepcopy(model, shared)
    for name, module in list(twin.named_modules()):
        # By their very kind: an adapter that lies over one looks after it itself.
        if type(module) is nn.Linear and name.startswith(("decoder.", "head")):
            twin.set_submodule(name, PackedLinear(module))
    return twin
