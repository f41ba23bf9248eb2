"""Engines for tests: real child processes that do odd things on request."""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.host import Engine, EngineOptions
from engine.jobs import Progress, Urgency
from engine.service import Tokens
from tests.processes import is_alive

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable

    from engine.host import EngineState, Status

ODD = "tests.engine.odd_child"
PATIENCE_S = 60.0
"""A process starts in a tenth of a second; a machine that is busy with much else may take its time."""


def options(folder: Path, **changes: Any) -> EngineOptions:
    return EngineOptions(
        models_folder=folder / "models", cache_folder=folder / "cache", cache_bytes=1 << 20, **changes
    )


class Watched:
    """An engine and every state it has shown."""

    def __init__(self, options_: EngineOptions, module: str = ODD) -> None:
        self.states: list[EngineState] = []
        self.engine = Engine(options_, self.states.append, module=module)

    def ask(
        self, what: str, *, urgency: Urgency = Urgency.PERSON, key: str = ""
    ) -> AsyncGenerator[Any, None]:
        return self.engine.ask(Tokens(what, ""), urgency=urgency, key=key)

    async def answers(self, what: str, **how: Any) -> list[Progress]:
        return [answer async for answer in self.ask(what, **how)]

    async def until(self, status: Status) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while self.engine.state.status != status:  # noqa: ASYNC110  the state is the event
                await asyncio.sleep(0.01)

    @property
    def pid(self) -> int:
        assert self.engine.process_id is not None
        return self.engine.process_id


@asynccontextmanager
async def running(folder: Path, module: str = ODD, **changes: Any) -> AsyncIterator[Watched]:
    watched = Watched(options(folder, **changes), module)
    try:
        yield watched
    finally:
        await watched.engine.stop()


def resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def told_by_system(pid: int, what: str) -> str:
    return Path(f"/proc/{pid}/{what}").read_text(encoding="utf-8")


def peak_bytes(pid: int) -> int:
    """The most memory it ever had."""
    line = next(line for line in told_by_system(pid, "status").splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) << 10


async def until_gone(pid: int) -> None:
    """While the loop goes on, which ends it."""
    async with asyncio.timeout(PATIENCE_S):
        while is_alive(pid):  # noqa: ASYNC110  the system has no event for it
            await asyncio.sleep(0.01)


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.01)
