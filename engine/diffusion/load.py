"""A folder with a published diffusion model, into ours: sizes from the weights, names from one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import torch
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file

from engine.checkpoints.errors import CheckpointError
from engine.checkpoints.reading import read_json
from engine.checkpoints.unpickle import read_pickled, read_state_dict
from engine.diffusion.classes import ClassTables, StyleClasses
from engine.diffusion.model import AXES, COORDINATE_WAVES, CoordinateDiT, DiffusionSpec

if TYPE_CHECKING:
    from pathlib import Path

RENAMED: Final = (
    ("context_embedder.mlp.0.", "points."),
    ("t_embedder.mlp.", "step."),
    ("y_embedder.class_embedding.", "style."),
    ("final_layer.adaLN_modulation.1.", "final_modulation."),
    ("final_layer.linear.", "out."),
    (".adaLN_modulation.1.", ".modulation."),
    (".attn.in_proj_", ".qkv."),
    (".attn.out_proj.", ".joined."),
    (".mlp.fc1.", ".widen."),
    (".mlp.fc2.", ".narrow."),
)
HEADS_BY_WIDTH: Final = {384: 6, 768: 12, 1024: 16, 1152: 16}
"""The only size that weights do not show, of the published sizes S, B, L and XL."""
ADVICE: Final = "get the folder again from where it was published"


class SizesFile(BaseModel):
    """config.json beside the weights, where somebody trained other sizes than the published ones."""

    model_config = ConfigDict(frozen=True)

    num_heads: int


@dataclass(frozen=True, slots=True)
class Diffusion:
    """A model ready to run, and the classes it was trained with."""

    model: CoordinateDiT
    classes: StyleClasses


def load_diffusion(folder: Path, device: torch.device | str = "cpu") -> Diffusion:
    """From model_ema and tokenizer as safetensors and JSON, or else as the reference's pickles."""
    file, weights = _weights(folder)
    classes = StyleClasses(_tables(folder))
    spec = spec_of(file, weights, _heads(folder, file, weights))
    if spec.classes != classes.count:
        raise CheckpointError(
            f"{file} was trained with {spec.classes} style classes, the tokenizer beside it has "
            f"{classes.count}: they are not of one model; {ADVICE}"
        )
    with torch.device("meta"):
        model = CoordinateDiT(spec)
    try:
        # Assigned, not copied: the weights stand in memory once.
        model.load_state_dict(weights, assign=True)
    except RuntimeError as misfit:
        raise CheckpointError(f"{file} does not hold a coordinate model: {misfit}; {ADVICE}") from misfit
    return Diffusion(model.to(device).eval().requires_grad_(requires_grad=False), classes)


def _weights(folder: Path) -> tuple[Path, dict[str, torch.Tensor]]:
    file = folder / "model_ema.safetensors"
    if file.is_file():
        try:
            found = load_file(file)
        except SafetensorError as broken:
            raise CheckpointError(f"{file} is damaged ({broken}); {ADVICE}") from broken
    else:
        file = folder / "model_ema.pkl"
        found = read_state_dict(_existing(file))
    return file, {renamed(name): weights.float() for name, weights in found.items()}


def renamed(name: str) -> str:
    for theirs, ours in RENAMED:
        name = name.replace(theirs, ours)
    return name


def _tables(folder: Path) -> ClassTables:
    file = folder / "tokenizer_state.json"
    if file.is_file():
        return read_json(file, ClassTables, ADVICE)
    file = _existing(folder / "tokenizer.pkl")
    try:
        return ClassTables.model_validate(read_pickled(file))
    except ValidationError as misfit:
        where = ".".join(str(part) for part in misfit.errors()[0]["loc"])
        raise CheckpointError(f"{file} does not list style classes (see {where}); {ADVICE}") from misfit


def _existing(file: Path) -> Path:
    if not file.is_file():
        raise CheckpointError(f"{file} is missing, without which the model cannot run; {ADVICE}")
    return file


def _heads(folder: Path, file: Path, weights: dict[str, torch.Tensor]) -> int:
    sizes = folder / "config.json"
    if sizes.is_file():
        return read_json(sizes, SizesFile, ADVICE).num_heads
    width = _size(file, weights, "points.weight", 0)
    if width not in HEADS_BY_WIDTH:
        raise CheckpointError(
            f"{file} is {width} wide, a size that was never published: write its num_heads into {sizes}"
        )
    return HEADS_BY_WIDTH[width]


def spec_of(file: Path, weights: dict[str, torch.Tensor], heads: int) -> DiffusionSpec:
    """What the shapes of the weights say."""
    numbers = {name.split(".")[1] for name in weights if name.startswith("blocks.")}
    width = _size(file, weights, "points.weight", 0)
    if heads < 1 or width % heads:
        raise CheckpointError(f"{file} is {width} wide, which {heads} heads cannot share; {ADVICE}")
    return DiffusionSpec(
        width=width,
        layers=len(numbers),
        heads=heads,
        feed_forward=_size(file, weights, "blocks.0.widen.weight", 0),
        context=_size(file, weights, "points.weight", 1) - AXES * COORDINATE_WAVES,
        classes=_size(file, weights, "style.0.weight", 1),
    )


def _size(file: Path, weights: dict[str, torch.Tensor], name: str, axis: int) -> int:
    found = weights.get(name)
    if found is None or found.dim() != 2:  # noqa: PLR2004  # a matrix
        raise CheckpointError(f"{file} does not hold a coordinate model: it has no matrix {name}; {ADVICE}")
    return found.shape[axis]
