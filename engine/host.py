"""The engine from the companion's side: ask it, follow what it says, stop asking, unload it.

The child process starts with the first question and ends when nothing has been asked for a while, so that
its memory goes back to the game. Whatever happens to it becomes one sentence here, and the next question
starts another.
"""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from engine.pipe import Ask, Broke, Cancel, Setup, State
from engine.process import ChildProcess
from engine.scheduler import Yielded

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from pathlib import Path

    from engine.jobs import Progress, Urgency
    from engine.pipe import FromChild, ToChild
    from engine.process import Ending
    from engine.service import Answer, Request

Status: TypeAlias = Literal["off", "starting", "idle", "loading", "working", "failed"]

IDLE_UNLOAD_S: Final = 300.0


class EngineError(Exception):
    """One sentence for the person: what is wrong and what to do."""


class EngineStoppedError(EngineError):
    """Nothing went wrong: somebody ended the engine while it was working on this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOptions:
    models_folder: Path
    cache_folder: Path
    """For what was heard of songs."""
    cache_bytes: int
    device: str = "auto"
    precision: str = "auto"
    threads: int = 0
    """0: room is left for the game."""
    idle_unload_s: float = IDLE_UNLOAD_S


@dataclass(frozen=True, slots=True)
class EngineState:
    status: Status = "off"
    model: str | None = None
    """The one in memory."""
    device: str | None = None
    memory_mb: int | None = None
    speed: str | None = None
    note: str = ""


class _Life:
    """Of one child process: from its start to its end, and who waits for its answers."""

    def __init__(self) -> None:
        self.process: ChildProcess | None = None
        self.waiting: dict[int, asyncio.Queue[FromChild | EngineError]] = {}
        self.is_worn = False
        """It ran out of memory: it goes as soon as nobody needs it."""

    def send(self, message: ToChild) -> None:
        if self.process is not None:
            self.process.send(message)

    def give_up(self, error: EngineError) -> None:
        for said in self.waiting.values():
            said.put_nowait(error)


class Engine:
    def __init__(
        self,
        options: EngineOptions,
        on_state: Callable[[EngineState], None],
        *,
        module: str = "engine.child",
    ) -> None:
        """Starts nothing. `on_state` is called on the loop, once for each change. `module` is the child's."""
        self._options = options
        self._module = module
        self._on_state = on_state
        self._ids = itertools.count(1)
        self._life: _Life | None = None
        self._rest: asyncio.TimerHandle | None = None
        self._endings: set[asyncio.Task[None]] = set()
        self._is_stopped = False
        self.state = EngineState()

    @property
    def process_id(self) -> int | None:
        """Of the child, while there is one."""
        return self._life.process.pid if self._life and self._life.process else None

    async def ask(
        self, request: Request, *, urgency: Urgency, key: str = ""
    ) -> AsyncGenerator[Progress | Answer, None]:
        """What the engine says about it, as it says it. To stop asking, close it or cancel who awaits it.

        A newer request of the same kind and key takes this one's place: then this ends, without an error and
        before its last answer. Raises EngineError.
        """
        life, id_ = self._begin(request, urgency, key)
        has_ended = False
        try:
            while True:
                said = await life.waiting[id_].get()
                if isinstance(said, Yielded):
                    yield said.value  # type: ignore[misc]  # what our own child yields for a request
                    continue
                has_ended = True
                if isinstance(said, EngineError):
                    raise said
                if isinstance(said, Broke):
                    raise EngineError(said.sentence)
                return
        finally:
            self._finish(life, id_, has_ended=has_ended)

    async def unload(self) -> None:
        """Ends the child and whatever it works on; the next question starts another."""
        self._let_go(EngineStoppedError("the engine was unloaded while it worked on this: ask again"))
        await asyncio.gather(*self._endings)

    async def stop(self) -> None:
        """For good. When this returns, no process of ours is left."""
        self._is_stopped = True
        self._let_go(EngineStoppedError("Mapside is ending, and its engine with it"))
        await asyncio.gather(*self._endings)

    def _begin(self, request: Request, urgency: Urgency, key: str) -> tuple[_Life, int]:
        if self._is_stopped:
            raise EngineStoppedError("the engine has ended: start Mapside again")
        self._wake()
        life, id_ = self._life or self._start(), next(self._ids)
        life.waiting[id_] = asyncio.Queue()
        life.send(Ask(id_, request, urgency, key))
        return life, id_

    def _finish(self, life: _Life, id_: int, *, has_ended: bool) -> None:
        del life.waiting[id_]
        if not has_ended:
            life.send(Cancel(id_))
        if life is not self._life or life.waiting:
            return
        if life.is_worn:
            self._let_go()
        else:
            self._wake()
            loop = asyncio.get_running_loop()
            self._rest = loop.call_later(self._options.idle_unload_s, self._let_go)

    def _wake(self) -> None:
        if self._rest is not None:
            self._rest.cancel()

    def _start(self) -> _Life:
        options = self._options
        setup = Setup(
            device=options.device,
            precision=options.precision,
            threads=options.threads,
            models_folder=str(options.models_folder.absolute()),
            cache_folder=str(options.cache_folder.absolute()),
            cache_bytes=options.cache_bytes,
        )
        life = _Life()
        try:
            life.process = ChildProcess(
                self._module, setup, partial(self._hear, life), partial(self._ended, life)
            )
        except OSError as error:
            reason = error.strerror or str(error)
            raise EngineError(
                f"the engine's process cannot be started ({reason}): close other programs and try again"
            ) from error
        self._life = life
        self._show(EngineState("starting"))
        return life

    def _let_go(self, error: EngineError | None = None) -> None:
        """The child ends in its own time, and is killed if that is too long; nobody waits for it here."""
        life, self._life = self._life, None
        self._wake()
        if life is None or life.process is None:
            return
        life.give_up(error or EngineStoppedError("the engine was unloaded"))
        ending = asyncio.get_running_loop().create_task(life.process.end(), name="end the engine's process")
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)
        self._show(EngineState())

    def _hear(self, life: _Life, message: FromChild) -> None:
        if isinstance(message, State):
            if life is self._life:
                self._show(_shown(message))
            return
        life.is_worn |= isinstance(message, Broke) and message.is_out_of_memory
        if (said := life.waiting.get(message.id)) is not None:
            said.put_nowait(message)

    def _ended(self, life: _Life, ending: Ending) -> None:
        if life is not self._life:  # it was told to
            return
        self._life = None
        self._wake()
        sentence = _why(ending)
        life.give_up(EngineError(sentence))
        self._show(EngineState("failed", note=sentence))

    def _show(self, state: EngineState) -> None:
        if state != self.state:
            self.state = state
            self._on_state(state)


def _shown(state: State) -> EngineState:
    return EngineState(state.status, state.model, state.device, state.memory_mb, state.speed, state.note)


def _why(ending: Ending) -> str:
    if ending.looks_like_no_memory:
        return (
            "the engine was ended by the system, which most likely ran out of memory: close other programs, "
            "choose a smaller model, or set the engine's precision to bfloat16"
        )
    return (
        f"the engine broke off ({ending.words}): ask again and it starts anew; "
        "if it keeps happening, set its device to cpu and send us the log"
    )
