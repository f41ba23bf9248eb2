"""What a pickled file of weights may consist of: runs of numbers, and tensors that are views of them.

These are the only things that a program of `pickle_program` can make beside plain data. Memory is promised
before it is taken: all runs together have at most as many bytes as the file they come from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

import torch

from engine.checkpoints.pickle_program import Allowed, UnsafePickleError

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_DIMENSIONS: Final = 8
LARGEST_SIZE: Final = 2**48

STORAGES: Final = {
    "torch.DoubleStorage": torch.float64,
    "torch.FloatStorage": torch.float32,
    "torch.HalfStorage": torch.float16,
    "torch.BFloat16Storage": torch.bfloat16,
    "torch.LongStorage": torch.int64,
    "torch.IntStorage": torch.int32,
    "torch.ShortStorage": torch.int16,
    "torch.CharStorage": torch.int8,
    "torch.ByteStorage": torch.uint8,
    "torch.BoolStorage": torch.bool,
}


class Source(Protocol):
    """An open file, or an open member of an archive."""

    def readinto(self, buffer: memoryview, /) -> int | None: ...


@dataclass(slots=True)
class Storages:
    """A file's runs of numbers by key, made when first referred to."""

    left_bytes: int
    """How many more may be promised."""
    on_new: Callable[[str, torch.Tensor], object] = lambda _key, _numbers: None
    """Called with each new one, to fill it."""
    made: dict[str, torch.Tensor] = field(default_factory=dict)

    def referred(self, reference: object) -> torch.Tensor:
        key, dtype, count = _read(reference)
        if key not in self.made:
            self.left_bytes -= count * dtype.itemsize
            if self.left_bytes < 0:
                raise UnsafePickleError("announces more numbers than the file can hold")
            self.made[key] = torch.empty(count, dtype=dtype)
            self.on_new(key, self.made[key])
        numbers = self.made[key]
        if numbers.dtype != dtype or numbers.numel() != count:
            raise UnsafePickleError("announces one storage in two ways")
        return numbers

    def allowed(self) -> Allowed:
        return Allowed(
            constructors={
                "torch._utils._rebuild_tensor_v2": _tensor,
                "torch._utils._rebuild_parameter": _parameter,
                "collections.OrderedDict": _table,
            },
            labels=frozenset(STORAGES),
            persistent=self.referred,
        )


def fill(numbers: torch.Tensor, source: Source) -> None:
    """Straight from the file into the tensor's memory: no second copy of the weights."""
    if not numbers.numel():
        return
    into: memoryview = memoryview(numbers.view(torch.uint8).numpy().data)
    filled = 0
    while filled < len(into):
        got = source.readinto(into[filled:])
        if not got:
            raise UnsafePickleError("is cut short in the middle of its weights")
        filled += got


def _read(reference: object) -> tuple[str, torch.dtype, int]:
    """('storage', kind, key, device, count), before torch 1.6 with a sixth, always None.

    The device is where the numbers were when they were saved; here they are on the CPU.
    """
    match reference:
        case ("storage", kind, str(key), str(), int(count)) | (
            "storage",
            kind,
            str(key),
            str(),
            int(count),
            None,
        ):
            dtype = STORAGES.get(str(kind))
            if dtype is not None and 0 <= count < LARGEST_SIZE:
                return key, dtype, count
    raise UnsafePickleError("refers to something outside its description that is no run of numbers")


def _tensor(storage: object, offset: object, shape: object, strides: object, *_hooks: object) -> torch.Tensor:
    """A view of a storage: never outside of it, and never more values than it has."""
    if not isinstance(storage, torch.Tensor) or not isinstance(offset, int):
        raise TypeError
    sizes, steps = _naturals(shape), _naturals(strides)
    count = 1
    for size in sizes:
        count *= size
    last = offset + sum((size - 1) * step for size, step in zip(sizes, steps, strict=True))
    if offset < 0 or count > storage.numel() or (count and last >= storage.numel()):
        raise UnsafePickleError("lays a tensor beyond its numbers")
    return storage.as_strided(sizes, steps, offset if count else 0)


def _naturals(value: object) -> tuple[int, ...]:
    if not isinstance(value, tuple) or len(value) > MOST_DIMENSIONS:
        raise TypeError
    numbers = tuple(each for each in value if type(each) is int and 0 <= each < LARGEST_SIZE)
    if len(numbers) != len(value):
        raise TypeError
    return numbers


def _parameter(data: object, *_hooks: object) -> torch.Tensor:
    if not isinstance(data, torch.Tensor):
        raise TypeError
    return data


def _table(*arguments: object) -> dict[str, object]:
    """An ordered dict: today's pickler makes it empty and fills it afterwards."""
    if arguments:
        raise TypeError
    return {}
