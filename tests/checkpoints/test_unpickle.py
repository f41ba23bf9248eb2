"""Pickled files of weights and tables: the same values as their safe twins, in all of torch's layouts."""

from __future__ import annotations

import contextlib
import json
import pickle
import random
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import pytest
import torch
from safetensors.torch import load_file

from engine.checkpoints.errors import CheckpointError
from engine.checkpoints.unpickle import read_pickled, read_state_dict
from tests.shared_data import shared

if TYPE_CHECKING:
    from pathlib import Path


def folder() -> Path:
    return shared("golden", "checkpoints", "osu_diffusion_tiny")


def same(ours: dict[str, torch.Tensor], theirs: dict[str, torch.Tensor]) -> bool:
    return list(ours) == list(theirs) and all(
        ours[name].dtype == theirs[name].dtype and torch.equal(ours[name], theirs[name]) for name in theirs
    )


def test_weights_equal_their_safetensors_twin() -> None:
    ours = read_state_dict(folder() / "model_ema.pkl")
    theirs = load_file(folder() / "model_ema.safetensors")
    assert same(dict(sorted(ours.items())), dict(sorted(theirs.items())))


def test_the_tokenizer_equals_its_json_twin() -> None:
    def as_json(value: Any) -> Any:
        return {str(key): as_json(each) for key, each in value.items()} if isinstance(value, dict) else value

    theirs = json.loads((folder() / "tokenizer_state.json").read_text())
    assert as_json(read_pickled(folder() / "tokenizer.pkl")) == theirs


@pytest.fixture
def weights() -> dict[str, torch.Tensor]:
    torch.manual_seed(1)
    matrix = torch.randn(6, 4)
    return {
        "matrix": matrix,
        "turned": matrix.T,
        "row": matrix[2],
        "corner": matrix[1:, 2:],
        "one": torch.tensor(3.5),
        "none": torch.zeros(0, 3),
        "half": torch.randn(5).half(),
        "brain": torch.randn(5).bfloat16(),
        "double": torch.randn(5, dtype=torch.float64),
        "long": torch.arange(5),
        "yes": torch.tensor([True, False]),
    }


@pytest.mark.parametrize("zipped", [True, False], ids=["since 1.6", "before 1.6"])
def test_both_layouts_and_every_kind_of_number_are_read(
    tmp_path: Path, weights: dict[str, torch.Tensor], zipped: bool
) -> None:
    path = tmp_path / "weights.pt"
    torch.save(weights, path, _use_new_zipfile_serialization=zipped)
    assert same(read_state_dict(path), weights)


def test_views_of_one_storage_stay_one_storage(tmp_path: Path, weights: dict[str, torch.Tensor]) -> None:
    torch.save(weights, tmp_path / "weights.pt")
    ours = read_state_dict(tmp_path / "weights.pt")
    ours["matrix"][2, 0] = 7
    assert ours["row"][0] == ours["turned"][0, 2] == 7


@pytest.mark.parametrize("zipped", [True, False], ids=["since 1.6", "before 1.6"])
def test_a_modules_own_state_dict_is_read(tmp_path: Path, zipped: bool) -> None:
    """An ordered dict that carries torch's notes about versions."""
    state = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2)).state_dict()
    assert isinstance(state, OrderedDict)
    torch.save(state, tmp_path / "module.pt", _use_new_zipfile_serialization=zipped)
    assert same(read_state_dict(tmp_path / "module.pt"), state)


def test_parameters_are_read_as_their_weights(tmp_path: Path) -> None:
    parameter = torch.nn.Parameter(torch.ones(3))
    torch.save({"bias": parameter}, tmp_path / "parameter.pt")
    assert torch.equal(read_state_dict(tmp_path / "parameter.pt")["bias"], parameter.detach())


PLAIN = {
    "table": {1: 2, -70_000: 2**40},
    "names": ["jump aim", "möbius", "", "x" * 300],
    "pair": (1.5, None, True, False),
    "nested": {"a": {"b": [[], (), {}]}},
}


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_plain_data_is_read_in_every_protocol_of_today(tmp_path: Path, protocol: int) -> None:
    path = tmp_path / "plain.pkl"
    path.write_bytes(pickle.dumps(PLAIN, protocol))
    assert read_pickled(path) == PLAIN


def test_a_large_table_is_read(tmp_path: Path) -> None:
    """As large as that of who mapped every ranked map."""
    table = {beatmap: beatmap // 7 for beatmap in range(200_000)}
    torch.save({"beatmap_mapper": table}, tmp_path / "tokenizer.pkl")
    assert read_pickled(tmp_path / "tokenizer.pkl") == {"beatmap_mapper": table}


# What is no table of weights is said in one sentence that names the file.


def complaint(path: Path) -> str:
    with pytest.raises(CheckpointError) as refused:
        read_state_dict(path)
    sentence = str(refused.value)
    assert str(path) in sentence
    assert "\n" not in sentence
    return sentence


@pytest.mark.parametrize("zipped", [True, False], ids=["since 1.6", "before 1.6"])
def test_a_file_cut_short_anywhere_is_refused(
    tmp_path: Path, weights: dict[str, torch.Tensor], zipped: bool
) -> None:
    path = tmp_path / "cut.pt"
    torch.save(weights, path, _use_new_zipfile_serialization=zipped)
    whole = path.read_bytes()
    for length in range(0, len(whole) - 1, 37):
        path.write_bytes(whole[:length])
        complaint(path)


def test_a_flipped_byte_is_refused_or_harmless(tmp_path: Path, weights: dict[str, torch.Tensor]) -> None:
    """Of an archive: its checksums see all that matters."""
    path = tmp_path / "flipped.pt"
    torch.save(weights, path)
    whole = path.read_bytes()
    for at in range(0, len(whole), 53):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x21]) + whole[at + 1 :])
        try:
            assert same(read_state_dict(path), weights)
        except CheckpointError as refused:
            assert str(path) in str(refused)  # noqa: PT017  # either outcome is right


@pytest.mark.parametrize("zipped", [True, False], ids=["since 1.6", "before 1.6"])
def test_a_mangled_file_is_refused_in_a_sentence_or_read(
    tmp_path: Path, weights: dict[str, torch.Tensor], zipped: bool
) -> None:
    path = tmp_path / "mangled.pt"
    torch.save(weights, path, _use_new_zipfile_serialization=zipped)
    whole = path.read_bytes()
    chance = random.Random(5)
    for _ in range(1500):
        mangled = bytearray(whole)
        for _ in range(chance.choice((1, 2, 20))):
            at = chance.randrange(len(mangled))
            mangled[at : at + chance.randrange(3)] = chance.randbytes(chance.randrange(1, 4))
        path.write_bytes(mangled)
        with contextlib.suppress(CheckpointError):
            read_pickled(path)


@pytest.mark.parametrize(
    ("saved", "said"),
    [
        ([1, 2], "holds no weights by name"),
        ({}, "holds no weights by name"),
        ({"step": 3, "model": {}}, "step is a int"),
    ],
)
def test_other_values_are_no_weights(tmp_path: Path, saved: object, said: str) -> None:
    torch.save(saved, tmp_path / "other.pt")
    assert said in complaint(tmp_path / "other.pt")


def test_other_files_are_no_weights(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Weights are on the hub.")
    assert "neither weights nor a pickle" in complaint(path)
    path.write_bytes(b"")
    assert "cut short" in complaint(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "cannot be read (No such file or directory)" in complaint(tmp_path / "absent.pt")
