from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import torch
from safetensors.torch import save_file

from engine.checkpoints.errors import CheckpointError
from engine.checkpoints.peft import read_adapter
from engine.checkpoints.upstream import load
from engine.model.lora import attach, merge
from tests.checkpoints.folders import Folder, v30, v32
from tests.checkpoints.test_upstream import scores

if TYPE_CHECKING:
    from pathlib import Path

DECODER = "transformer.model.decoder.layers.1"
Make = Callable[[], Folder]
LAYERS: dict[Make, tuple[str, ...]] = {
    v30: (f"{DECODER}.self_attn.q_proj", f"{DECODER}.self_attn.v_proj", f"{DECODER}.encoder_attn.k_proj"),
    v32: (f"{DECODER}.self_attn.Wqkv", f"{DECODER}.cross_attn.Wkv", "transformer.model.encoder.layers.0.fc1"),
}
RANK = 3

every_family = pytest.mark.parametrize("make", LAYERS, ids=lambda make: make.__name__)


def adapter_weights(folder: Folder, layers: tuple[str, ...]) -> dict[str, torch.Tensor]:
    random = torch.Generator().manual_seed(6)
    weights = {}
    for layer in layers:
        height, width = folder.weights[f"{layer}.weight"].shape
        weights[f"base_model.model.{layer}.lora_A.weight"] = torch.randn(RANK, width, generator=random)
        weights[f"base_model.model.{layer}.lora_B.weight"] = torch.randn(height, RANK, generator=random)
    return weights


def write_adapter(folder: Path, weights: dict[str, torch.Tensor], **settings: Any) -> Path:
    folder.mkdir()
    config = {"peft_type": "LORA", "r": RANK, "lora_alpha": 6, "bias": "none", "rank_pattern": {}} | settings
    (folder / "adapter_config.json").write_text(json.dumps(config))
    save_file(weights, folder / "adapter_model.safetensors")
    return folder


def adapted_by_hand(
    folder: Folder, weights: dict[str, torch.Tensor], scale: float, *, pissa: bool = False
) -> Folder:
    """The checkpoint that the reference would have after merging."""
    for name in [name for name in weights if name.endswith("lora_A.weight")]:
        layer = name.removeprefix("base_model.model.").removesuffix(".lora_A.weight")
        base = folder.weights[f"{layer}.weight"]
        if pissa:
            left, values, right = torch.linalg.svd(base, full_matrices=False)
            base = base - left[:, :RANK] @ values[:RANK].diag() @ right[:RANK]
        difference = weights[name.replace("lora_A", "lora_B")] @ weights[name]
        folder.weights[f"{layer}.weight"] = base + scale * difference
    return folder


@every_family
@pytest.mark.parametrize(
    ("settings", "scale"),
    [({}, 2.0), ({"use_rslora": True}, 6 / 3**0.5), ({"init_lora_weights": "gaussian"}, 2.0)],
    ids=str,
)
@pytest.mark.parametrize("lay", [attach, merge], ids=["live", "merged"])
def test_an_adapter_says_what_the_merged_checkpoint_says(
    make: Make,
    settings: dict[str, Any],
    scale: float,
    lay: Callable[..., None],
    tmp_path: Path,
) -> None:
    weights = adapter_weights(make(), LAYERS[make])
    model = load(make().write(tmp_path / "model")).model
    lay(
        model,
        read_adapter(write_adapter(tmp_path / "adapter", weights, **settings), tmp_path / "model", model),
    )
    expected = load(adapted_by_hand(make(), weights, scale).write(tmp_path / "merged")).model
    torch.testing.assert_close(scores(model), scores(expected), atol=1e-4, rtol=0)


@every_family
@pytest.mark.parametrize("lay", [attach, merge], ids=["live", "merged"])
def test_an_adapter_trained_in_place_of_the_principal_part_replaces_it(
    make: Make, lay: Callable[..., None], tmp_path: Path
) -> None:
    weights = adapter_weights(make(), LAYERS[make])
    model = load(make().write(tmp_path / "model")).model
    folder = write_adapter(tmp_path / "adapter", weights, init_lora_weights="pissa")
    lay(model, read_adapter(folder, tmp_path / "model", model))
    expected = load(adapted_by_hand(make(), weights, 2.0, pissa=True).write(tmp_path / "merged")).model
    torch.testing.assert_close(scores(model), scores(expected), atol=1e-4, rtol=0)


@pytest.mark.parametrize(
    "settings",
    [
        {"peft_type": "IA3"},
        {"use_dora": True},
        {"bias": "all"},
        {"init_lora_weights": "olora"},
        {"rank_pattern": {"Wqkv": 8}},
        {"modules_to_save": ["proj_out"]},
    ],
    ids=str,
)
def test_a_kind_of_adapter_that_would_be_applied_wrongly_is_refused(
    settings: dict[str, Any], tmp_path: Path
) -> None:
    model = load(v32().write(tmp_path / "model")).model
    folder = write_adapter(tmp_path / "adapter", adapter_weights(v32(), LAYERS[v32]), **settings)
    with pytest.raises(CheckpointError, match=r"adapter_config\.json says .* choose a plain LoRA adapter"):
        read_adapter(folder, tmp_path / "model", model)


def test_an_adapter_of_another_model_is_refused(tmp_path: Path) -> None:
    model = load(v32().write(tmp_path / "model")).model
    folder = write_adapter(tmp_path / "adapter", adapter_weights(v30(), LAYERS[v30]))
    with pytest.raises(CheckpointError, match="choose the checkpoint that the adapter was made for"):
        read_adapter(folder, tmp_path / "model", model)


def test_half_an_adapter_is_refused(tmp_path: Path) -> None:
    weights = adapter_weights(v32(), LAYERS[v32])
    weights.pop(f"base_model.model.{DECODER}.self_attn.Wqkv.lora_B.weight")
    model = load(v32().write(tmp_path / "model")).model
    with pytest.raises(CheckpointError, match="no pair of matching matrices"):
        read_adapter(write_adapter(tmp_path / "adapter", weights), tmp_path / "model", model)


@pytest.mark.parametrize("file", ["adapter_config.json", "adapter_model.safetensors"])
def test_an_adapter_that_is_not_whole_names_the_file(file: str, tmp_path: Path) -> None:
    model = load(v32().write(tmp_path / "model")).model
    path = write_adapter(tmp_path / "adapter", adapter_weights(v32(), LAYERS[v32])) / file
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(CheckpointError, match=f"{file} is cut short or damaged"):
        read_adapter(tmp_path / "adapter", tmp_path / "model", model)
    path.unlink()
    with pytest.raises(CheckpointError, match=f"{file} is missing"):
        read_adapter(tmp_path / "adapter", tmp_path / "model", model)
