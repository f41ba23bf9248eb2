"""An exception of a job as one sentence for the person."""

from __future__ import annotations

import logging
import sys
import traceback
from typing import TYPE_CHECKING, Final

from engine.jobs import JobError
from engine.pipe import Broke

if TYPE_CHECKING:
    from engine.scheduler import Failed

OUT_OF_MEMORY: Final = (
    "the engine ran out of memory: close other programs, choose a smaller model, or set the engine's "
    "precision to bfloat16 or its device to cpu"
)
NOT_LOADED: Final = (
    "Windows cannot load a library of the engine's ({what}): install Microsoft's Visual C++ Redistributable "
    "(x64), then ask again"
)
_WINDOWS_NO_MEMORY: Final = frozenset({8, 14, 1455})
"""Of them the last is what a machine with little memory says: its paging file is too small."""
_WINDOWS_NOT_LOADED: Final = frozenset({126, 127, 1114})
"""A library, or a part of it, that was not found; one that could not begin."""
_log = logging.getLogger(__name__)


def broke(failed: Failed) -> Broke:
    """And gives back what the functions held that the exception came through: it may be half a song."""
    told = _told(failed.id, failed.error)
    error: BaseException | None = failed.error
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__
    return told


def _told(id_: int, error: Exception) -> Broke:
    if is_out_of_memory(error):
        return Broke(id_, OUT_OF_MEMORY, is_out_of_memory=True)
    if isinstance(error, JobError):
        return Broke(id_, str(error))
    if _is_not_loaded(error):
        _log.error("a library cannot be loaded", exc_info=error)
        return Broke(id_, NOT_LOADED.format(what=str(error)[:200]))
    _log.error("a job broke off", exc_info=error)
    what = f"{type(error).__name__}: {error}"
    return Broke(
        id_,
        f"the engine stumbled over something that it should have foreseen ({what[:200]}): "
        "everything else goes on; please send us the log",
    )


def is_out_of_memory(error: BaseException | None) -> bool:
    """Also where it is the cause of what was raised."""
    while error is not None:
        if isinstance(error, (MemoryError, *_torch_out_of_memory())):
            return True
        if _no_room_on_cpu(error) or _no_room_on_windows(error):
            return True
        error = error.__cause__
    return False


def _torch_out_of_memory() -> tuple[type[BaseException], ...]:
    """Without importing torch: where it is not loaded, it cannot have raised anything."""
    torch = sys.modules.get("torch")
    return (torch.OutOfMemoryError,) if torch is not None else ()


def _no_room_on_cpu(error: BaseException) -> bool:
    """For the processor's memory, torch has no exception of its own."""
    return isinstance(error, RuntimeError) and "DefaultCPUAllocator" in str(error)


def _no_room_on_windows(error: BaseException) -> bool:
    """Where torch's libraries are loaded or a file is mapped; who maps in Rust tells the number in words."""
    if not isinstance(error, OSError):
        return False
    return getattr(error, "winerror", None) in _WINDOWS_NO_MEMORY or "(os error 1455)" in str(error)


def _is_not_loaded(error: Exception) -> bool:
    in_words = isinstance(error, ImportError) and "DLL load failed" in str(error)
    return in_words or getattr(error, "winerror", None) in _WINDOWS_NOT_LOADED
