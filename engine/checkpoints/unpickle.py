"""Reads what other people saved with `torch.save` without trusting them: weights and plain tables.

Three layouts are known: the zip archive that torch writes since 1.6, the stream it wrote before, and a bare
pickle without tensors. The descriptions in them are run by `pickle_program`, which imports nothing and calls
nothing but the stand-ins of `pickled_tensors`; the numbers are read as bytes.
"""

from __future__ import annotations

import struct
import zipfile
from typing import TYPE_CHECKING, Any, Final, cast

import torch

from engine.checkpoints.errors import CheckpointError
from engine.checkpoints.pickle_program import (
    MOST_PROGRAM_BYTES,
    PLAIN,
    Allowed,
    UnsafePickleError,
    run_program,
)
from engine.checkpoints.pickled_tensors import Storages, fill

if TYPE_CHECKING:
    from io import BufferedReader
    from pathlib import Path

    from engine.checkpoints.pickled_tensors import Source

STREAM_MAGIC: Final = 0x1950A86A20F9469CFC6C
"""First value in a file of torch before 1.6."""
STREAM_VERSION: Final = 1001
COUNT_BYTES: Final = 8
"""Before each storage of a stream stands how many values it has."""
BYTE_ORDER_BYTES: Final = 16
ADVICE: Final = "get the file again from where it was published, or use a safetensors copy of it"


def read_pickled(path: Path) -> Any:
    """The value of a file from torch.save or pickle.dump: dicts, lists, text, numbers, tensors on the CPU."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            if zipfile.is_zipfile(file):
                with zipfile.ZipFile(file) as archive:
                    return _Archive(archive, size).value()
            file.seek(0)
            return _read_stream(file, size)
    except UnsafePickleError as refused:
        raise CheckpointError(f"{path} {refused}; {ADVICE}") from refused
    except (zipfile.BadZipFile, RuntimeError, EOFError, ValueError, struct.error) as broken:
        # zipfile trips in many ways over what is no archive, or locked with a password.
        raise CheckpointError(f"{path} is a damaged archive ({broken}); {ADVICE}") from broken
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read ({error.strerror or error}); {ADVICE}") from error


def read_state_dict(path: Path) -> dict[str, torch.Tensor]:
    """A file that holds weights by name and nothing else."""
    value = read_pickled(path)
    if not isinstance(value, dict) or not value:
        raise CheckpointError(f"{path} holds no weights by name; choose the file with the model's state dict")
    for name, weights in value.items():
        if not isinstance(name, str) or not isinstance(weights, torch.Tensor):
            raise CheckpointError(
                f"{path} is not a table of weights alone: {str(name)[:80]} is a {type(weights).__name__}; "
                f"choose the file with the model's state dict, as model_ema.pkl"
            )
    return value


class _Archive:
    """One folder in a zip: data.pkl describes, data/0, data/1 ... hold the numbers."""

    def __init__(self, archive: zipfile.ZipFile, size_bytes: int) -> None:
        self._archive = archive
        self._members = {info.filename: info for info in archive.infolist()}
        found = [name for name in self._members if name.split("/")[1:] == ["data.pkl"]]
        if len(found) != 1:
            raise UnsafePickleError("is an archive, but not one that torch.save wrote")
        self._folder = found[0].removesuffix("data.pkl")
        self._size_bytes = size_bytes

    def value(self) -> object:
        if self._folder + "byteorder" in self._members:
            order = self._archive.read(self._member("byteorder", BYTE_ORDER_BYTES))
            if order != b"little":
                raise UnsafePickleError("was saved on a machine with the other byte order")
        program = self._archive.read(self._member("data.pkl", MOST_PROGRAM_BYTES))
        return run_program(program, Storages(self._size_bytes, self._fill).allowed())[0]

    def _fill(self, key: str, numbers: torch.Tensor) -> None:
        info = self._member(f"data/{key}", numbers.nbytes)
        with self._archive.open(info) as member:
            fill(numbers, cast("Source", member))

    def _member(self, name: str, most_bytes: int) -> zipfile.ZipInfo:
        info = self._members.get(self._folder + name)
        # torch never compresses, so what is compressed can only be meant to burst.
        if info is None or info.compress_type != zipfile.ZIP_STORED or info.file_size > most_bytes:
            raise UnsafePickleError(f"has no usable {name[:80]} in it")
        return info


def _read_stream(file: BufferedReader, size_bytes: int) -> object:
    """A bare pickle, or torch before 1.6: five pickles, then the storages in the order of the last."""
    first = _next_value(file)
    if first != STREAM_MAGIC:
        return first
    if _next_value(file) != STREAM_VERSION:
        raise UnsafePickleError("was written by a torch whose layout is not known here")
    machine = _next_value(file)
    if not isinstance(machine, dict) or machine.get("little_endian") is not True:
        raise UnsafePickleError("was saved on a machine with the other byte order")
    storages = Storages(size_bytes)
    value = _next_value(file, storages.allowed())
    order = _next_value(file)
    if not isinstance(order, list) or not all(isinstance(key, str) for key in order):
        raise UnsafePickleError("does not list its storages")
    if sorted(order) != sorted(storages.made):
        raise UnsafePickleError("lists other storages than it uses")
    for key in order:
        numbers = storages.made[key]
        if int.from_bytes(file.read(COUNT_BYTES), "little") != numbers.numel():
            raise UnsafePickleError("is cut short or damaged between its weights")
        fill(numbers, file)
    return value


def _next_value(file: BufferedReader, allowed: Allowed = PLAIN) -> Any:
    start = file.tell()
    value, length = run_program(file.read(MOST_PROGRAM_BYTES + 1), allowed)
    file.seek(start + length)
    return value
