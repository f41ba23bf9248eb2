"""LoRA adapters in peft's file format: adapter_config.json and adapter_model.safetensors."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Annotated, Final, Literal

import torch
from pydantic import BaseModel, Field
from torch import nn

from engine.checkpoints.errors import CheckpointError
from engine.checkpoints.names import Place, place_of_module
from engine.checkpoints.reading import read_json
from engine.checkpoints.weights import opened, weight_names
from engine.model.lora import LowRank

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from torch import Tensor

_PREFIX: Final = "base_model.model."
_DOWN: Final = ".lora_A.weight"
_UP: Final = ".lora_B.weight"
Nothing = Annotated[dict[str, float] | list[str] | None, Field(max_length=0)]


class _AdapterConfig(BaseModel):
    """A `Literal` is all that we can apply, and all that Mapperatorinator's recipes ask for."""

    peft_type: Literal["LORA"]
    r: int = Field(ge=1)
    lora_alpha: float = 8
    use_rslora: bool = False
    use_dora: Literal[False] = False
    bias: Literal["none"] = "none"
    fan_in_fan_out: Literal[False] = False
    init_lora_weights: Literal[True, False, "gaussian", "pissa"] | None = True
    modules_to_save: Nothing = None
    rank_pattern: Nothing = None
    alpha_pattern: Nothing = None

    @property
    def scale(self) -> float:
        return self.lora_alpha / (math.sqrt(self.r) if self.use_rslora else self.r)

    @property
    def replaces_principal_part(self) -> bool:
        """PiSSA: the adapter was trained in the place of the weight's largest singular parts.

        peft takes those out of the weight whenever it loads an adapter whose file still says so.
        """
        return self.init_lora_weights == "pissa"


def read_adapter(folder: Path, checkpoint: Path, model: nn.Module) -> dict[str, LowRank]:
    """The adapter in `folder` by the names of the layers of `model`, for `lora.attach` or `lora.merge`.

    `checkpoint` is the folder that the model came from: an adapter of another family may fit it by its
    shapes, but not by what the layers are called there.
    """
    config = read_json(folder / "adapter_config.json", _AdapterConfig, "choose a plain LoRA adapter")
    path = folder / "adapter_model.safetensors"
    known = weight_names(checkpoint / "model.safetensors")
    parts: dict[str, list[tuple[Place, LowRank]]] = defaultdict(list)
    for module, (down, up) in _pairs(path).items():
        place = place_of_module(module)
        weight = _weight(model, place) if place and f"{module}.weight" in known else None
        if place is None or weight is None or (*up.shape[:1], *down.shape[1:]) != weight.shape:
            raise CheckpointError(
                f"{path} adapts {module} with {_shape(up)} and {_shape(down)}, for which this model has no "
                "layer: choose the checkpoint that the adapter was made for"
            )
        adapter = LowRank(down.float(), up.float() * config.scale)
        if config.replaces_principal_part:
            adapter = _stacked([adapter, _without_principal_part(weight, config.r)])
        parts[place.name].append((place, adapter))
    return {name: _joined(shares, _height(model, name)) for name, shares in parts.items()}


def _pairs(path: Path) -> Mapping[str, tuple[Tensor, Tensor]]:
    """By the reference's name of the layer: down and up."""
    with opened(path) as file:
        tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118 — not a mapping
    modules = sorted({name.removesuffix(_DOWN).removesuffix(_UP) for name in tensors})
    if not modules:
        raise CheckpointError(f"{path} holds nothing: fetch the adapter again")
    pairs = {}
    for module in modules:
        down, up = tensors.get(module + _DOWN), tensors.get(module + _UP)
        if down is None or up is None or down.dim() != 2 or up.dim() != 2 or len(down) != up.shape[1]:  # noqa: PLR2004 — matrices
            raise CheckpointError(
                f"{path} has no pair of matching matrices for {module}: only LoRA on linear layers is known; "
                "choose another adapter"
            )
        pairs[module.removeprefix(_PREFIX)] = (down, up)
    return pairs


def _weight(model: nn.Module, place: Place) -> Tensor | None:
    """The rows of ours that are the reference's layer; None where ours is no linear layer, or not there."""
    module = dict(model.named_modules()).get(place.name)
    return module.weight[place.rows(module.out_features)] if isinstance(module, nn.Linear) else None


def _height(model: nn.Module, name: str) -> int:
    return len(model.get_parameter(f"{name}.weight"))


@torch.no_grad()
def _without_principal_part(weight: Tensor, rank: int) -> LowRank:
    left, values, right = torch.linalg.svd(weight.float().cpu(), full_matrices=False)
    return LowRank(right[:rank], -left[:, :rank] * values[:rank])


def _stacked(adapters: Iterable[LowRank]) -> LowRank:
    """The sum of adapters as one."""
    adapters = list(adapters)
    return LowRank(
        torch.cat([adapter.down for adapter in adapters]),
        torch.cat([adapter.up for adapter in adapters], dim=1),
    )


def _joined(shares: Iterable[tuple[Place, LowRank]], height: int) -> LowRank:
    """Adapters of shares of the rows, as one adapter of the whole layer: each is zero outside its rows."""
    whole = []
    for place, adapter in shares:
        up = torch.zeros(height, adapter.up.shape[1])
        up[place.rows(height)] = adapter.up
        whole.append(LowRank(adapter.down, up))
    return _stacked(whole)


def _shape(matrix: Tensor) -> str:
    return " x ".join(str(size) for size in matrix.shape)
