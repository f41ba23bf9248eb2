"""Which models there are, and bringing and removing them, in a child process that loads none.

It has an engine of its own, which loads nothing heavy and ends a moment after it was asked: to unload the one
that thinks, or to lose it in a crash, leaves a download alone.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from daemon.engine_state import ModelLine, as_sentence
from daemon.pacing import paced
from daemon.requests import RefusedError
from engine.host import EngineError
from engine.jobs import Progress, Urgency
from engine.service import ListModels, ModelInfo, Models, PullModel, RemoveModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from daemon.tasks import Tasks
    from daemon.wire import Level
    from engine.host import Engine

_log = logging.getLogger(__name__)

TOLD_EVERY_S: Final = 0.25
"""How often a download's progress is told."""
RATE_OVER_S: Final = 5.0
"""The rate of a download is that of its last seconds."""


@dataclass(slots=True)
class Pull:
    """A download under way."""

    task: asyncio.Task[None] | None = None
    done_bytes: int = 0
    total_bytes: int | None = None
    given_up: bool = False
    """A person has cancelled it; else it is the end of the program that does."""
    _marks: deque[tuple[float, int]] = field(default_factory=deque)
    """Seconds and bytes done, over the last seconds."""

    def advance(self, done: float, total: float, now_s: float) -> None:
        self.done_bytes, self.total_bytes = int(done), int(total) or None
        self._marks.append((now_s, self.done_bytes))
        while now_s - self._marks[0][0] > RATE_OVER_S:
            self._marks.popleft()

    @property
    def bytes_per_s(self) -> int | None:
        if not self._marks:
            return None
        (began_s, began), (now_s, now) = self._marks[0], self._marks[-1]
        return int((now - began) / (now_s - began_s)) if now_s > began_s else None


class ModelShelf:
    def __init__(
        self,
        engine: Engine,
        tasks: Tasks,
        *,
        on_change: Callable[[], None],
        on_told: Callable[[Level, str], None],
    ) -> None:
        """`on_told` gets a sentence for the person when a download has ended, well or not."""
        self._engine = engine
        self._tasks = tasks
        self._on_change = on_change
        self._on_told = on_told
        self._listed: tuple[ModelInfo, ...] = ()
        self._pulls: dict[str, Pull] = {}
        self._failed: dict[str, str] = {}
        """Why a model's last download failed: a notice passes, its line says so until the next one."""
        self._asking = asyncio.Lock()
        self._has_asked = False
        self.has_listed = False

    @property
    def is_missing(self) -> bool:
        """Nobody has the list, and nobody has asked for it at this moment."""
        return not self.has_listed and not self._asking.locked()

    @property
    def lines(self) -> tuple[ModelLine, ...]:
        return tuple(self._line(info) for info in self._listed)

    @property
    def pulling(self) -> str | None:
        """A word on the download under way, for the tray."""
        for name, pull in self._pulls.items():
            share = f" {pull.done_bytes / pull.total_bytes:.0%}" if pull.total_bytes else ""
            return f"{name}{share}"
        return None

    def line(self, name: str) -> ModelLine | None:
        return next((line for line in self.lines if line.name == name), None)

    async def list_once(self) -> None:
        """For whoever needs the list; the first asks for it, the others wait for that. What fails once is not
        tried again at every save: whoever wants to see the list does that.
        """
        if self._has_asked:
            return
        async with self._asking:
            if not self._has_asked:
                await self._list()

    async def refresh(self) -> None:
        async with self._asking:
            await self._list()

    async def pull(self, name: str) -> None:
        """Begins; how it goes on is told through the lines."""
        if not self.has_listed:
            await self.refresh()
        if name in self._pulls:
            raise RefusedError(f"{name} is being downloaded already.")
        line = self.line(name)
        if line is None and "/" not in name:  # else it may be a repository ("owner/name")
            raise RefusedError(f"There is no model {name}. `mapside models` lists those there are.")
        if line is not None and line.is_ready:
            raise RefusedError(f"{name} is on this machine already.")
        self._failed.pop(name, None)
        pull = self._pulls[name] = Pull()
        if line is not None:
            pull.done_bytes, pull.total_bytes = line.done_bytes, line.size_bytes
        pull.task = self._tasks.start(f"download {name}", self._pull(name, pull))
        self._on_change()

    def cancel(self, name: str) -> None:
        pull = self._pulls.get(name)
        if pull is None or pull.task is None:
            raise RefusedError(f"{name} is not being downloaded.")
        pull.given_up = True
        pull.task.cancel()

    async def remove(self, name: str) -> None:
        if name in self._pulls:
            raise RefusedError(f"{name} is being downloaded. Cancel that first.")
        try:
            self._put(await last_answer(self._engine, RemoveModel(name)))
        except EngineError as error:
            raise RefusedError(as_sentence(error)) from error

    async def stop(self) -> None:
        await self._engine.stop()

    async def _list(self) -> None:
        self._has_asked = True
        try:
            self._put(await last_answer(self._engine, ListModels()))
        except EngineError as error:
            self._on_told("error", as_sentence(error))

    def _put(self, answer: object) -> None:
        if isinstance(answer, Models):
            self._listed = answer.models
            self.has_listed = True
            self._on_change()

    async def _pull(self, name: str, pull: Pull) -> None:
        try:
            await self._receive(name, pull)
        except EngineError as error:
            self._failed[name] = as_sentence(error)
            self._on_told("error", f"{name} was not downloaded. {self._failed[name]}")
        except asyncio.CancelledError:
            if not pull.given_up:
                raise
            self._on_told("info", f"The download of {name} is stopped; what has come is kept for next time.")
        else:
            self._on_told("info", f"{name} is here and ready.")
        finally:
            del self._pulls[name]
        await self.refresh()

    async def _receive(self, name: str, pull: Pull) -> None:
        request = PullModel(name)
        events = self._engine.ask(request, urgency=Urgency.PERSON, key=name)
        async with aclosing(paced(events, TOLD_EVERY_S)) as seldom:
            async for event in seldom:
                if isinstance(event, Progress):
                    pull.advance(event.done, event.total, time.monotonic())
                    self._on_change()

    def _note(self, info: ModelInfo) -> str:
        is_here = info.state in {"complete", "local"}  # brought by other means since
        failed = "" if is_here else self._failed.get(info.name, "")
        return " ".join(filter(None, (info.note, failed)))

    def _line(self, info: ModelInfo) -> ModelLine:
        line = ModelLine(
            name=info.name,
            title=info.title,
            family=info.family,
            modes=info.modes,
            licence=info.licence,
            size_bytes=info.size_bytes,
            state=info.state,
            done_bytes=info.done_bytes,
            total_bytes=info.size_bytes,
            note=self._note(info),
            purposes=info.purposes,
        )
        pull = self._pulls.get(info.name)
        if pull is None:
            return line
        return replace(
            line,
            state="pulling",
            done_bytes=pull.done_bytes,
            total_bytes=pull.total_bytes or line.total_bytes,
            bytes_per_s=pull.bytes_per_s,
        )


async def last_answer(engine: Engine, request: ListModels | RemoveModel) -> object:
    """What a short request comes to."""
    answer: object = None
    async with aclosing(engine.ask(request, urgency=Urgency.PERSON)) as events:
        async for event in events:
            if not isinstance(event, Progress):
                answer = event
    return answer
