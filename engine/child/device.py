"""Where a model runs, how its numbers are kept, how many threads it takes: chosen once, and said aloud."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from platform import system as _system
from typing import TYPE_CHECKING, Final

import torch
from torch.nn.functional import linear

from engine.jobs import JobError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

WORTH_IT: Final = 1.2
"""How many times faster bfloat16 must be on a processor before it is worth its coarser numbers."""
_ROWS, _WIDTH = 128, 768
"""As many as a decoder's layer has in an edited window; a fraction of a second even where it is emulated."""
_MEASURED_TIMES: Final = 12
_SIBLINGS: Final = Path("/sys/devices/system/cpu/cpu0/topology/thread_siblings_list")
_DTYPES: Final = {"float32": torch.float32, "bfloat16": torch.bfloat16}


@dataclass(frozen=True, slots=True)
class Where:
    device: torch.device
    dtype: torch.dtype
    words: str
    """For people: "CPU, 1 of 2 threads, float32"."""


def choose(device: str, precision: str, threads: int) -> Where:
    """Sets the number of threads for the calling thread. Raises JobError for what this machine cannot do."""
    chosen = _device(device)
    if chosen.type == "cpu":
        torch.set_num_threads(_threads(threads))
    dtype = _dtype(chosen, precision)
    precision_words = next(name for name, known in _DTYPES.items() if known == dtype)
    return Where(chosen, dtype, f"{_words(chosen)}, {precision_words}")


def _device(wanted: str) -> torch.device:
    if wanted == "auto":
        wanted = (
            "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
        )
    try:
        device = torch.device(wanted)
    except RuntimeError:
        raise JobError(f"the device '{wanted}' is not known: choose auto, cuda, cuda:1, mps or cpu") from None
    if device.type == "cuda":
        _check_cuda(device)
    elif device.type == "mps" and not torch.backends.mps.is_available():
        raise JobError("this machine has no Apple GPU that torch can use: set device to auto or cpu")
    elif device.type not in {"cpu", "mps"}:
        raise JobError(f"the device '{wanted}' is not one we run on: choose auto, cuda, cuda:1, mps or cpu")
    return device


def _check_cuda(device: torch.device) -> None:
    if not torch.cuda.is_available():
        built = (
            "its driver is missing or too old" if torch.version.cuda else "this torch is built without CUDA"
        )
        raise JobError(f"no NVIDIA GPU can be used here ({built}): set device to auto or cpu")
    if (device.index or 0) >= torch.cuda.device_count():
        raise JobError(
            f"there is no GPU number {device.index}, the last one is {torch.cuda.device_count() - 1}: "
            "set device to cuda or to one of them"
        )


def _dtype(device: torch.device, wanted: str) -> torch.dtype:
    if wanted == "auto":
        return torch.bfloat16 if _likes_bfloat16(device) else torch.float32
    if wanted not in _DTYPES:
        raise JobError(f"the precision '{wanted}' is not known: choose auto, float32 or bfloat16")
    if wanted == "bfloat16" and device.type == "cuda" and not _cuda_has_bfloat16(device):
        raise JobError(
            f"{torch.cuda.get_device_name(device)} has no bfloat16: set precision to auto or float32"
        )
    return _DTYPES[wanted]


def _likes_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return _cuda_has_bfloat16(device)
    return device.type == "cpu" and _cpu_gains_by_bfloat16()


def _cuda_has_bfloat16(device: torch.device) -> bool:
    """In silicon, from Ampere on; older ones say yes as well and then emulate it."""
    ampere = 8
    return bool(torch.version.hip) or torch.cuda.get_device_capability(device)[0] >= ampere


def _cpu_gains_by_bfloat16() -> bool:
    """Measured, not looked up: names of instruction sets say little about what a library makes of them."""
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]  # torch left it untyped
        return False
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # several wait for the slowest of them, and on a busy machine that decides
    try:
        # In turns: whatever else the machine does for a moment, it does to both.
        times_s = [(_layer_s(torch.float32), _layer_s(torch.bfloat16)) for _ in range(_MEASURED_TIMES)]
    finally:
        torch.set_num_threads(threads)
    return min(exact for exact, _ in times_s) > WORTH_IT * min(coarse for _, coarse in times_s)


def _layer_s(dtype: torch.dtype) -> float:
    layer, states = torch.ones(_WIDTH, _WIDTH, dtype=dtype), torch.ones(_ROWS, _WIDTH, dtype=dtype)
    linear(states, layer)  # what a library prepares once is not counted
    began = time.perf_counter()
    linear(states, layer)
    return time.perf_counter() - began


def _threads(wanted: int) -> int:
    """0: as many as there are cores, less one for the game where there are more than two.

    With two, the second core halves the wait for an answer; the game gets it whenever it wants it all the
    same, for our process stands behind it in line.
    """
    cores = physical_cores()
    if wanted:
        return min(wanted, usable_threads())
    return cores if cores <= 2 else cores - 1  # noqa: PLR2004  two is the case told about above


def usable_threads() -> int:
    """Those that the system lets this process run on, where it says so."""
    allowed: Callable[[int], Collection[int]] | None = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def physical_cores() -> int:
    """Two threads of one core share what multiplies: the second one only takes it from the first."""
    return max(1, usable_threads() // _threads_per_core())


def _threads_per_core() -> int:
    try:
        # "0" is a core with one thread; "0-1" and "0,8" have two.
        siblings = _SIBLINGS.read_text(encoding="ascii").strip()
    except OSError:
        # Elsewhere nobody says so in a word. Apple's cores have one thread, others usually two.
        return 1 if _system() == "Darwin" else 2
    return 1 if siblings == "0" else 2


def _words(device: torch.device) -> str:
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "mps":
        return "Apple GPU"
    return f"CPU, {torch.get_num_threads()} of {usable_threads()} threads"
