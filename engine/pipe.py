"""Messages between the engine's child and its parent: each one pickled, its length before it.

The child reads files that strangers made, so nothing that comes out of the pipe may name a class that is
not ours: of what a pickle can ask for, only our own plain values are ever looked up.
"""

from __future__ import annotations

import io
import pickle
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from engine.jobs import Urgency
from engine.scheduler import Dropped, Finished, Yielded
from engine.service import CROSSING

if TYPE_CHECKING:
    from typing import IO

    from engine.service import Request

_LENGTH: Final = struct.Struct("<Q")
LONGEST_MESSAGE_BYTES: Final = 1 << 30
"""Far more than the words of the longest map; a length beyond it is no length."""

ChildStatus: TypeAlias = Literal["idle", "loading", "working"]


@dataclass(frozen=True, slots=True)
class Setup:
    """The first message: all that the child is told about its house."""

    device: str
    precision: str
    threads: int
    models_folder: str
    cache_folder: str
    cache_bytes: int


@dataclass(frozen=True, slots=True)
class Ask:
    id: int
    request: Request
    urgency: Urgency
    key: str


@dataclass(frozen=True, slots=True)
class Cancel:
    id: int


@dataclass(frozen=True, slots=True)
class Broke:
    """A job failed."""

    id: int
    sentence: str
    is_out_of_memory: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """How the child is doing; sent first of all, and whenever it changes."""

    status: ChildStatus
    model: str | None
    device: str | None
    memory_mb: int | None
    speed: str | None
    note: str


ToChild: TypeAlias = Setup | Ask | Cancel
FromChild: TypeAlias = Yielded | Finished | Dropped | Broke | State

_OURS: Final = {
    (kind.__module__, kind.__qualname__): kind
    for kind in (*CROSSING, Urgency, Setup, Ask, Cancel, Broke, State, Yielded, Finished, Dropped)
}


class PipeError(Exception):
    """What came out of the pipe is no message of ours."""


class _OurValues(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str, /) -> type:
        try:
            return _OURS[module_name, global_name]
        except KeyError:
            raise PipeError(
                f"the engine's pipe held a {module_name}.{global_name}, which is no answer"
            ) from None


def send(pipe: IO[bytes], message: object) -> None:
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    pipe.write(_LENGTH.pack(len(data)) + data)
    pipe.flush()


def receive(pipe: IO[bytes]) -> Any | None:
    """The next message; None where the other side has ended, be it in the middle of one."""
    header = pipe.read(_LENGTH.size)
    if len(header) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(header)
    if length > LONGEST_MESSAGE_BYTES:
        raise PipeError(f"the engine's pipe announced a message of {length} bytes")
    data = pipe.read(length)
    return loads(data) if len(data) == length else None


def loads(data: bytes) -> Any:
    try:
        return _OurValues(io.BytesIO(data)).load()
    except PipeError:
        raise
    except Exception as error:  # whatever a damaged pickle runs into
        raise PipeError(f"the engine's pipe held a damaged message ({error})") from error
