"""The store, on the one thread that uses it. Where it fails, nothing is remembered, and checking goes on."""

from __future__ import annotations

import asyncio
import itertools
import logging
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from daemon.store import Recalled, Remembered

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from daemon.matching import Anchor
    from daemon.session import Baseline, MapSummary
    from daemon.store import Identity, Store

_log = logging.getLogger(__name__)

Result = TypeVar("Result")
FOREIGN_ROWS = (ValueError, TypeError, KeyError)
"""What reading a row raises that was not written by us."""


class UnrecordedError(Exception):
    """A sentence for the person."""


class Archive:
    def __init__(self, store: Store, on_failure: Callable[[str], None]) -> None:
        """`on_failure` is given a sentence for the person, once."""
        self._store = store
        self._on_failure = on_failure
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="mapside-store")
        self._writing: set[asyncio.Future[None]] = set()
        self._strangers = itertools.count(1)
        self._failing = False

    async def recognise(self, identity: Identity) -> Remembered:
        found = await self._ask(None, self._store.recognise, identity)
        return found or Remembered(f"stranger-{next(self._strangers)}", None, ())

    async def recent(self, limit: int) -> list[MapSummary]:
        return await self._ask([], self._store.recent, limit)

    async def path_of(self, key: str) -> Path | None:
        return await self._ask(None, self._store.path_of, key)

    async def keys_at(self, path: Path) -> list[str]:
        return await self._ask([], self._store.keys_at, path)

    async def moved(self, before: Path, after: Path) -> bool:
        return await self._ask(False, self._store.moved, before, after)

    def save_check(self, summary: MapSummary, last: Baseline, marks: Sequence[Anchor]) -> None:
        self._write(self._store.save_check, summary, last, marks)

    async def recall_opinion(self, key: str) -> Recalled:
        return await self._ask(Recalled(), self._store.recall_opinion, key)

    def save_opinion(self, key: str, model: str, last: Baseline, marks: Sequence[Anchor]) -> None:
        self._write(self._store.save_opinion, key, model, last, marks)

    async def asked(self, otherwise: Result, function: Callable[..., Result], *arguments: object) -> Result:
        """For what is not known where the store fails."""
        return await self._ask(otherwise, function, *arguments)

    async def strictly(self, function: Callable[..., Result], *arguments: object) -> Result:
        """For what must be remembered or not be done at all. Raises UnrecordedError."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, function, *arguments)
        except (sqlite3.Error, OSError, *FOREIGN_ROWS) as error:
            _log.exception("the store failed where it must not")
            raise UnrecordedError(
                f"That could not be written down ({error}). If the disk is full, make room; "
                "else start Mapside again."
            ) from error

    async def stop(self) -> None:
        """What has to be remembered is written first."""
        await asyncio.gather(*self._writing)
        await asyncio.to_thread(self._thread.shutdown, wait=True)

    def _write(self, function: Callable[..., None], *arguments: object) -> None:
        """Nobody waits for it."""
        writing = asyncio.ensure_future(self._ask(None, function, *arguments))
        self._writing.add(writing)
        writing.add_done_callback(self._writing.discard)

    async def _ask(self, otherwise: Result, function: Callable[..., Result], *arguments: object) -> Result:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, function, *arguments)
        except (sqlite3.Error, OSError, *FOREIGN_ROWS) as error:
            self._failed(error)
            return otherwise

    def _failed(self, error: Exception) -> None:
        if self._failing:
            _log.warning("the store failed again: %s", error)
            return
        self._failing = True
        _log.error("the store failed", exc_info=error)
        self._on_failure(
            f"What you save and mark cannot be remembered at the moment ({error}). Checking goes on; "
            "if the disk is full, make room, else start Mapside again."
        )
