"""One question to the engine from the command line: its child process starts, answers, and is gone."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

from daemon.engine_link import engine_options
from daemon.engine_state import as_sentence
from daemon.settings import load_settings
from engine.host import Engine, EngineError
from engine.jobs import Progress, Urgency

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import AsyncIterator, Callable, Coroutine

    from engine.service import Answer, Request


Result = TypeVar("Result")


class EngineRefusedError(Exception):
    """One sentence for the person."""


def add_arguments(parser: ArgumentParser) -> None:
    """Of every command that asks a model about a map."""
    parser.add_argument(
        "--model",
        metavar="NAME|DIR",
        help="a model of the list, or a checkpoint's folder; else the chosen one",
    )
    parser.add_argument(
        "--audio", type=Path, metavar="FILE", help="the song, where the map's is not beside it"
    )


def model_of(arguments: Namespace) -> str:
    """A folder with its whole path, since the engine's process stands elsewhere; all else is a name."""
    model: str = arguments.model or load_settings().engine.model
    folder = Path(model).expanduser()
    return str(folder.absolute()) if folder.is_dir() else model


@asynccontextmanager
async def own_engine() -> AsyncIterator[Engine]:
    """As the settings have it; no process of it is left afterwards."""
    engine = Engine(engine_options(load_settings().engine), lambda _: None)
    try:
        yield engine
    finally:
        await engine.stop()


async def ask(
    engine: Engine, request: Request, listen: Callable[[Progress | Answer], None] = lambda _: None
) -> Answer | None:
    """The last answer; everything that is said on the way goes to `listen`."""
    answer: Answer | None = None
    try:
        async with aclosing(engine.ask(request, urgency=Urgency.PERSON)) as said:
            async for each in said:
                listen(each)
                if not isinstance(each, Progress):
                    answer = each
    except EngineError as error:
        raise EngineRefusedError(as_sentence(error)) from error
    return answer


class Conversation:
    """Several questions to one engine, with the person's answers in between: it starts with the first."""

    def __enter__(self) -> Self:
        self._runner = asyncio.Runner()
        self.engine = Engine(engine_options(load_settings().engine), lambda _: None)
        return self

    def __exit__(self, *_: object) -> None:
        with self._runner:
            self._runner.run(self.engine.stop())

    def ask(self, request: Request) -> Answer | None:
        return self.run(ask(self.engine, request))

    def run(self, work: Coroutine[None, None, Result]) -> Result:
        return self._runner.run(work)


def ask_once(request: Request, listen: Callable[[Progress | Answer], None] = lambda _: None) -> Answer | None:
    async def run() -> Answer | None:
        async with own_engine() as engine:
            return await ask(engine, request, listen)

    return asyncio.run(run())
