"""Background tasks that do not die unseen: each has a name, and its failure is logged and told."""

from __future__ import annotations

import asyncio
import logging
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

_log = logging.getLogger(__name__)


Result = TypeVar("Result")


async def apart(function: Callable[..., Result], *arguments: object) -> Result:
    """On a thread that the end of the program does not wait for: foreign code may hang in a broken file."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Result] = loop.create_future()

    def tell(settle: Callable[[Any], None], outcome: object) -> None:
        if not done.done():
            settle(outcome)

    def work() -> None:
        try:
            outcome, settle = function(*arguments), done.set_result
        except Exception as error:  # noqa: BLE001  whoever awaits it gets it
            outcome, settle = error, done.set_exception  # type: ignore[assignment]  # each with its own
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(tell, settle, outcome)

    threading.Thread(target=work, name="mapside-apart", daemon=True).start()
    return await done


class Tasks:
    def __init__(self, on_failure: Callable[[str], None]) -> None:
        """`on_failure` is told the name of a task that broke off."""
        self._on_failure = on_failure
        self._running: set[asyncio.Task[None]] = set()

    def start(self, name: str, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def stop(self) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if task.cancelled() or (error := task.exception()) is None:
            return
        _log.error("the task %r failed", task.get_name(), exc_info=error)
        self._on_failure(task.get_name())
