"""Opening a folder with a diffusion model; what is wrong with one is said in a sentence."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
import torch
from safetensors.torch import load, save_file

from engine.checkpoints.errors import CheckpointError
from engine.diffusion.classes import Style
from engine.diffusion.load import load_diffusion
from tests.diffusion.golden import checkpoint, diffusion

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def safe(tmp_path: Path) -> Path:
    for name in ("config.json", "model_ema.safetensors", "tokenizer_state.json"):
        shutil.copyfile(checkpoint() / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def pickled(tmp_path: Path) -> Path:
    for name in ("config.json", "model_ema.pkl", "tokenizer.pkl"):
        shutil.copyfile(checkpoint() / name, tmp_path / name)
    return tmp_path


def refusal(folder: Path) -> str:
    with pytest.raises(CheckpointError) as refused:
        load_diffusion(folder)
    assert str(folder) in str(refused.value)
    return str(refused.value)


def change_weights(folder: Path, **changes: torch.Tensor | None) -> None:
    file = folder / "model_ema.safetensors"
    weights: dict[str, Any] = load(file.read_bytes()) | changes  # Windows writes over no mapped file
    save_file({name: each for name, each in weights.items() if each is not None}, file)


def test_the_published_pickles_and_their_twins_are_one_model(pickled: Path) -> None:
    ours, theirs = load_diffusion(pickled), diffusion()
    state = theirs.model.state_dict()
    assert all(torch.equal(each, state[name]) for name, each in ours.model.state_dict().items())
    style = Style(difficulty=5.3, mapper_id=2003724, circle_size=4.2, descriptors=("tech",))
    assert torch.equal(ours.classes.vector(style), theirs.classes.vector(style))


def test_half_precision_is_read_as_single(safe: Path) -> None:
    weights = load((safe / "model_ema.safetensors").read_bytes())
    change_weights(safe, **{name: each.half() for name, each in weights.items()})
    assert {each.dtype for each in load_diffusion(safe).model.parameters()} == {torch.float32}


def test_sizes_that_were_never_published_need_their_heads(safe: Path) -> None:
    (safe / "config.json").unlink()
    assert "64 wide, a size that was never published: write its num_heads into" in refusal(safe)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("model_ema.safetensors", "model_ema.pkl is missing"),
        ("tokenizer_state.json", "tokenizer.pkl is missing"),
    ],
)
def test_a_missing_file_is_named(safe: Path, name: str, said: str) -> None:
    (safe / name).unlink()
    assert said in refusal(safe)


def test_weights_cut_short_are_refused(safe: Path) -> None:
    file = safe / "model_ema.safetensors"
    file.write_bytes(file.read_bytes()[:-1000])
    assert "model_ema.safetensors is damaged" in refusal(safe)


def test_a_missing_weight_is_named(safe: Path) -> None:
    change_weights(safe, **{"blocks.1.attn.out_proj.bias": None})
    assert "blocks.1.joined.bias" in refusal(safe)


def test_a_weight_of_another_shape_is_named(safe: Path) -> None:
    change_weights(safe, **{"final_layer.linear.weight": torch.zeros(4, 63)})
    assert "out.weight" in refusal(safe)


def test_weights_of_another_kind_are_refused(safe: Path) -> None:
    save_file({"proj_out.weight": torch.zeros(3, 3)}, safe / "model_ema.safetensors")
    assert "does not hold a coordinate model" in refusal(safe)


def test_a_tokenizer_of_another_model_is_refused(safe: Path) -> None:
    file = safe / "tokenizer_state.json"
    state = json.loads(file.read_text())
    file.write_text(json.dumps(state | {"num_mapper_classes": 40}))
    assert "98 style classes, the tokenizer beside it has 100" in refusal(safe)


def test_a_pickled_tokenizer_of_something_else_is_refused(pickled: Path) -> None:
    torch.save({"num_classes": "many"}, pickled / "tokenizer.pkl")
    assert "tokenizer.pkl does not list style classes" in refusal(pickled)


def test_heads_that_do_not_share_the_width_are_refused(safe: Path) -> None:
    (safe / "config.json").write_text('{"num_heads": 5}')
    assert "which 5 heads cannot share" in refusal(safe)
