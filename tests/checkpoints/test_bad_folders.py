"""What can be wrong with a folder that somebody chose: each gets its sentence, soon, and in little memory.

A folder goes the way that the engine sends it: through `Store.resolve`, then through `load`.
"""

from __future__ import annotations

import json
import os
import re
import struct
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from engine.beatmap.objects import Mode
from engine.checkpoints.catalogue import Catalogue
from engine.checkpoints.errors import CheckpointError
from engine.checkpoints.store import Store
from engine.checkpoints.upstream import load
from tests.checkpoints.folders import Size, v30, v32
from tests.checkpoints.somebody_else import as_nobody

if sys.platform != "win32":
    import resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from engine.checkpoints.upstream import Checkpoint

SOON_S = 2.0
"""Of the processor: what others do with the machine meanwhile is not the folder's fault."""
ROOM_BYTES = 64 << 20
"""Less than any of the sizes that the files below claim."""


def opened(folder: Path, mode: Mode = Mode.OSU) -> Checkpoint:
    return load(Store(folder.parent / "models", Catalogue.read()).resolve(str(folder), mode))


def complaint_about(folder: Path, mode: Mode = Mode.OSU) -> str:
    began = time.process_time()
    with little_memory(), pytest.raises(CheckpointError) as refused:
        opened(folder, mode)
    assert time.process_time() - began < SOON_S
    said = str(refused.value)
    assert "\n" not in said
    return said


@contextmanager
def little_memory() -> Iterator[None]:
    """Whoever believes a size of gigabytes and asks for that much does not get it, where Linux sees to it."""
    if sys.platform != "linux":
        yield
        return
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + ROOM_BYTES, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return v32().write(tmp_path / "chosen")


def head_of(path: Path) -> tuple[dict[str, dict[str, object]], bytes]:
    """A safetensors file: the length of its head, the head, the numbers."""
    content = path.read_bytes()
    end = 8 + struct.unpack("<Q", content[:8])[0]
    return json.loads(content[8:end]), content[end:]


def with_head(path: Path, head: object, numbers: bytes) -> None:
    text = head if isinstance(head, bytes) else json.dumps(head).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + numbers)


def some_weight(head: dict[str, dict[str, object]]) -> dict[str, object]:
    return next(held for name, held in head.items() if name != "__metadata__")


def cut_at(place: Callable[[int], int]) -> Callable[[Path], None]:
    def bend(weights: Path) -> None:
        head_bytes = struct.unpack("<Q", weights.read_bytes()[:8])[0]
        weights.write_bytes(weights.read_bytes()[: place(head_bytes)])

    return bend


def bent_head(bend: Callable[[dict[str, object]], object]) -> Callable[[Path], None]:
    """Changes what the head says of one weight."""

    def write(weights: Path) -> None:
        head, numbers = head_of(weights)
        bend(some_weight(head))
        with_head(weights, head, numbers)

    return write


def claimed(head_bytes: int) -> Callable[[Path], None]:
    def write(weights: Path) -> None:
        weights.write_bytes(struct.pack("<Q", head_bytes) + b"{}" * 50)

    return write


def head_text(text: bytes) -> Callable[[Path], None]:
    return lambda weights: with_head(weights, text, b"")


def longer(weights: Path) -> None:
    weights.write_bytes(weights.read_bytes() + b"and more")


WRONG_WEIGHTS: dict[str, Callable[[Path], None]] = {
    "empty": cut_at(lambda _: 0),
    "cut in the length of its head": cut_at(lambda _: 5),
    "cut before its head": cut_at(lambda _: 8),
    "cut in its head": cut_at(lambda head: 8 + head // 2),
    "cut after its head": cut_at(lambda head: 8 + head),
    "cut in its numbers": cut_at(lambda head: 8 + head + 1000),
    "longer than its head says": longer,
    "a head of 10 GB": claimed(10 << 30),
    "a head of 99 MB": claimed(99 << 20),
    "a head of 2^64 bytes": claimed((1 << 64) - 1),
    "a head that is no JSON": head_text(b"\x80\x04pickle" * 9),
    "a head with NaN in it": head_text(
        b'{"a":{"dtype":"F32","shape":[NaN],"data_offsets":[0,4]}}',
    ),
    "a head of brackets": head_text(b"[" * 200_000),
    "a head that is a list": head_text(b"[]"),
    "a weight beyond the end": bent_head(lambda weight: weight.update(data_offsets=[0, 10 << 30])),
    "a weight that ends before it begins": bent_head(lambda weight: weight.update(data_offsets=[64, 0])),
    "a negative shape": bent_head(lambda weight: weight.update(shape=[-4])),
    "a shape beyond counting": bent_head(lambda weight: weight.update(shape=[1 << 40, 1 << 40])),
    "a kind of number nobody knows": bent_head(lambda weight: weight.update(dtype="F1024")),
}


@pytest.mark.parametrize("bend", WRONG_WEIGHTS.values(), ids=WRONG_WEIGHTS)
def test_weights_that_are_none_are_refused(bend: Callable[[Path], None], folder: Path) -> None:
    bend(folder / "model.safetensors")
    said = complaint_about(folder)
    assert said.startswith(f"{folder / 'model.safetensors'} is cut short or damaged")
    assert said.endswith("fetch the checkpoint again")


ENDLESS = "[" * 200_000


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json"])
@pytest.mark.parametrize(
    "text",
    ["", "{", "null", "NaN", '{"offset": NaN}', ENDLESS, '{"a":' * 200_000, "\0" * 99, "\ufeff{}", "1e999"],
    ids=lambda text: repr(text[:9]),
)
def test_text_files_that_are_none_are_refused(name: str, text: str, folder: Path) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    said = complaint_about(folder)
    assert said.startswith(str(folder / name))
    assert len(said) < 500


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json"])
def test_text_files_of_gigabytes_are_not_read(name: str, folder: Path) -> None:
    with (folder / name).open("wb") as file:
        file.truncate(8 << 30)
    assert complaint_about(folder).startswith(f"{folder / name} ")


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_folder_or_a_pipe_under_a_files_name_is_refused(name: str, folder: Path) -> None:
    (folder / name).unlink()
    (folder / name).mkdir()
    assert name in complaint_about(folder)
    (folder / name).rmdir()
    if sys.platform != "win32":  # whose pipes lie in no folder
        os.mkfifo(folder / name)
        assert name in complaint_about(folder)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_files_of_two_checkpoints_do_not_pass_for_one(name: str, tmp_path: Path) -> None:
    other = v30(Size(tokens_in=46)).write(tmp_path / "other")
    mixed = v32().write(tmp_path / "mixed")
    (mixed / name).write_bytes((other / name).read_bytes())
    assert re.search("the two are not of one checkpoint|does not belong to", complaint_about(mixed))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows files have no mode bits")
@pytest.mark.parametrize("name", ["", "config.json", "tokenizer.json", "model.safetensors"])
def test_what_may_not_be_read_is_named(name: str, folder: Path) -> None:
    (folder / name).chmod(0)
    try:
        with as_nobody(folder.parent):
            said = complaint_about(folder)
    finally:
        (folder / name).chmod(0o700)
    assert str(folder / name) in said
    assert "ermission" in said
