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
        if isinstance(error, (MemoryError, *_torch_out_of_memory())) or _no_room_on_cpu(error):
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
