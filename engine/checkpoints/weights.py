"""model.safetensors into a model, once, without ever holding the weights twice.

Everything is checked against the file's head before a byte of the weights is read: a checkpoint that does
not fit leaves nothing behind. The weights are then copied out of the mapped file in small batches. Using the
mapping itself would be quicker by half a second, but a file that is replaced or truncated while it is mapped
ends the process, and another dtype or device would need a second copy anyway.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import torch
from safetensors import SafetensorError, safe_open
from torch.overrides import TorchFunctionMode

from engine.checkpoints.errors import CheckpointError
from engine.checkpoints.names import Place, is_never_read, may_be_absent, place_of_weight

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from torch import Tensor, nn

_BATCH_BYTES: Final = 32 << 20
"""Of the mapped file at once: the pages read count as ours until the mapping is closed."""
_FLOATS: Final = frozenset({"F64", "F32", "F16", "BF16"})
_FETCH_AGAIN: Final = "fetch the checkpoint again"


class _Move(NamedTuple):
    source: str
    target: Place
    size_bytes: int


class NothingDrawn(TorchFunctionMode):
    """Building a model only to fill it: leaves out the random weights it would begin with.

    On the meta device they would draw no number, but make torch import its compiler first, which takes ten
    times as long as all the rest of loading.
    """

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if getattr(func, "__module__", "") == "torch.nn.init":
            return args[0] if args else None
        return func(*args, **(kwargs or {}))


def load_weights(path: Path, model: nn.Module, *, dtype: torch.dtype, device: torch.device | str) -> None:
    """Fill a model that was built on the meta device; it gets all of its weights at once, or stays empty."""
    wanted = dict(model.named_parameters())
    moves = list(_planned(path, wanted))
    try:
        weights = {name: torch.empty(like.shape, dtype=dtype, device=device) for name, like in wanted.items()}
    except (RuntimeError, MemoryError) as error:
        raise CheckpointError(
            f"{path}: {device} has no room for its weights ({error}); close what else uses that memory"
        ) from error
    for name in _with_silent_shares(moves):
        weights[name].zero_()
    try:
        for batch in _batches(moves):
            _copy(path, batch, weights)
    except (SafetensorError, RuntimeError) as error:
        raise CheckpointError(f"{path} changed while it was read ({error}); load it again") from error
    model.load_state_dict(weights, assign=True)


def _copy(path: Path, moves: Iterable[_Move], weights: Mapping[str, Tensor]) -> None:
    with opened(path) as file:
        for move in moves:
            target = weights[move.target.name]
            target[move.target.rows(len(target))].copy_(file.get_tensor(move.source))


def opened(path: Path) -> Any:
    """The file behind safetensors, whose head has been checked against the file's length."""
    try:
        return safe_open(path, framework="pt")
    except FileNotFoundError as error:
        if path.exists():  # that is what safetensors calls a file that it may not open
            raise CheckpointError(f"{path} cannot be read; check its permissions") from error
        raise CheckpointError(
            f"{path} is missing: the folder holds no weights in the safetensors format; {_FETCH_AGAIN}"
        ) from None
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path} is cut short or damaged ({error}); {_FETCH_AGAIN}") from error


def weight_names(path: Path) -> frozenset[str]:
    with opened(path) as file:
        return frozenset(file.keys())


def _planned(path: Path, parameters: Mapping[str, nn.Parameter]) -> Iterator[_Move]:
    """Which tensor goes where; raises unless every weight of ours is filled and none of theirs left over."""
    filled: dict[str, set[Place]] = defaultdict(set)
    with opened(path) as file:
        for source in file.keys():  # noqa: SIM118 — not a mapping
            if is_never_read(source):
                continue
            target = place_of_weight(source)
            if target is None or target.name not in parameters:
                raise CheckpointError(
                    f"{path} holds the weight {source}, which its config.json does not ask for: "
                    f"the two are not of one checkpoint; {_FETCH_AGAIN}"
                )
            wanted = parameters[target.name]
            _check_kind(path, source, file.get_slice(source), target, wanted)
            filled[target.name].add(target)
            yield _Move(source, target, wanted.numel() // target.shares * 4)
    missing = sorted(name for name in parameters if not _is_whole(filled[name]))
    if missing:
        raise CheckpointError(
            f"{path} lacks {len(missing)} of the weights that config.json promises, {missing[0]} for one; "
            f"{_FETCH_AGAIN}"
        )


def _check_kind(path: Path, source: str, held: Any, target: Place, wanted: nn.Parameter) -> None:
    """`held` is what the file's head says of the weight."""
    height, *rest = wanted.shape
    expected = [height // target.shares, *rest]
    if list(held.get_shape()) != expected:
        raise CheckpointError(
            f"{path}: the weight {source} has the shape {_shape(held.get_shape())}, but config.json makes it "
            f"{_shape(expected)}: the two are not of one checkpoint; {_FETCH_AGAIN}"
        )
    if held.get_dtype() not in _FLOATS:
        raise CheckpointError(
            f"{path}: the weight {source} is stored as {held.get_dtype()}, a quantised format that is not "
            "known here; choose the checkpoint in full or half precision"
        )


def _shape(sizes: Iterable[int]) -> str:
    return " x ".join(str(size) for size in sizes)


def _is_whole(places: set[Place]) -> bool:
    if not places:
        return False
    first = next(iter(places))
    shares = {Place(first.name, share, first.shares) for share in range(first.shares)}
    return all(share in places or may_be_absent(share) for share in shares)


def _with_silent_shares(moves: Iterable[_Move]) -> set[str]:
    """Weights that one part of the file leaves open."""
    return {
        move.target.name for move in moves if move.target.shares > 1 and move.target.name.endswith(".bias")
    }


def _batches(moves: Iterable[_Move]) -> Iterator[list[_Move]]:
    batch: list[_Move] = []
    for move in moves:
        batch.append(move)
        if sum(planned.size_bytes for planned in batch) >= _BATCH_BYTES:
            yield batch
            batch = []
    yield batch
