"""A write from its backup to its record, so that a crash at any point leaves the map and the record at one.

    backups of what is there and of what is to be -> intention, on the disk -> the file, in one step
      -> the record says that it is so

After a crash the intention is still there, and what the file holds says how far it came.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from filelock import FileLock, Timeout

from daemon.archive import UnrecordedError
from daemon.paths import ensure_folder
from daemon.writing import safe_write
from daemon.writing.safe_write import NotWrittenError
from engine.beatmap.document import content_hash

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from daemon.archive import Archive
    from daemon.writing.backups import Backups
    from daemon.writing.history import Intention, NewWrite, Write, WriteState
    from daemon.writing.ledger import Ledger

_log = logging.getLogger(__name__)
Result = TypeVar("Result")

LOCK_NAME: Final = "in-use.lock"
OTHERS_TAKE_S: Final = 10.0
"""At most, for a write: the command line and the companion may both be at it."""


class OwnWrites(Protocol):
    """Who watches the files, and must not take ours for somebody's save."""

    def expect_own_write(self, path: Path, content_hash: str) -> None: ...
    def own_write_failed(self, path: Path, content_hash: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Change:
    """What a map is to hold instead of what it holds."""

    path: Path
    before: bytes
    after: bytes

    @property
    def hashes(self) -> tuple[str, str]:
        return content_hash(self.before), content_hash(self.after)


class Writer:
    """A write that raises NotWrittenError or UnrecordedError, each with a sentence, has written nothing."""

    def __init__(
        self, *, archive: Archive, ledger: Ledger, backups: Backups, own_writes: Callable[[], OwnWrites]
    ) -> None:
        self._archive = archive
        self._ledger = ledger
        self._backups = backups
        self._own_writes = own_writes
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="mapside-write")
        self._one_at_a_time = asyncio.Lock()
        self._others = FileLock(backups.folder / LOCK_NAME)
        self._under_way: set[asyncio.Task[None]] = set()

    async def write(self, map_key: str, change: Change, make: Callable[[str, str], NewWrite]) -> None:
        """A new write. `make` is given the names of both backups."""

        async def work() -> None:
            before, after = await self._keep(change)
            token = secrets.token_hex(6)
            intention = await self._archive.strictly(
                self._ledger.intend, map_key, make(before, after), change.path, token
            )
            await self._carry_out(intention, change.after)

        await self._undisturbed(work)

    async def write_again(self, write: Write, state: WriteState, change: Change) -> None:
        """An undo or a redo: `write` is of that state then."""

        async def work() -> None:
            before, after = await self._keep(change)
            token = secrets.token_hex(6)
            becomes = (*change.hashes, before, after)
            intention = await self._archive.strictly(
                self._ledger.intend_again, write, state, change.path, token, becomes
            )
            await self._carry_out(intention, change.after)

        await self._undisturbed(work)

    async def create(
        self, path: Path, data: bytes, origin: bytes | None, make: Callable[[str, str], NewWrite]
    ) -> str:
        """A new file; its map's key. `origin`: what to go back to where a part of it is reverted."""
        keys: list[str] = []

        async def work() -> None:
            before = after = ""
            if origin is not None:
                before, after = await self._keep(Change(path, origin, data))
            token = secrets.token_hex(6)
            keys.append(await self._archive.strictly(self._ledger.map_at, path))
            intention = await self._archive.strictly(
                self._ledger.intend, keys[0], make(before, after), path, token
            )
            await self._carry_out(intention, data)

        await self._undisturbed(work)
        return keys[0]

    async def settle(self) -> list[str]:
        """Looks into what was cut short. Sentences for the person, of what they have to know."""
        async with self._alone():
            return await self._settle()

    @asynccontextmanager
    async def at_rest(self) -> AsyncIterator[None]:
        """Nothing is written meanwhile."""
        async with self._one_at_a_time:
            yield

    async def read_backup(self, ref: str) -> bytes | None:
        return await self._in_thread(self._backups.read, ref)

    async def has_backups(self, refs: frozenset[str]) -> frozenset[str]:
        """Which of them are still there."""
        return await self._in_thread(lambda: frozenset(ref for ref in refs if self._backups.holds(ref)))

    async def tidy(self) -> None:
        await self._in_thread(self._backups.tidy)

    async def stop(self) -> None:
        """What is being written is written to the end."""
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await asyncio.to_thread(self._thread.shutdown, wait=True)

    # The steps.

    async def _keep(self, change: Change) -> tuple[str, str]:
        keep, soon_bytes = self._backups.keep, len(change.after)
        before = await self._in_thread(lambda: keep(change.path, change.before, soon_bytes=soon_bytes))
        after = await self._in_thread(lambda: keep(change.path, change.after, spare=(before,)))
        return before, after

    async def _carry_out(self, intention: Intention, data: bytes) -> None:
        path, after = intention.path, intention.hash_after
        self._own_writes().expect_own_write(path, after)
        try:
            await self._in_thread(_put, intention, data)
        except Exception:
            self._own_writes().own_write_failed(path, after)
            with suppress(UnrecordedError):  # the next write, or the next start, looks into it
                await self._give_up(intention)
            raise
        with suppress(UnrecordedError):  # the map holds it, as the intention on the disk will tell the next
            await self._archive.strictly(self._ledger.complete, intention)
        _log.info("%s: written, %s", path.name, intention.state.value)

    async def _give_up(self, intention: Intention) -> None:
        """It failed, and unless giving back a save failed as well the file does not hold it."""
        now = await self._in_thread(safe_write.hash_of, intention.path)
        if now != intention.hash_after:
            await self._archive.strictly(self._ledger.abandon, intention)

    async def _settle(self) -> list[str]:
        said: list[str] = []
        for intention in await self._archive.strictly(self._ledger.intentions):
            try:
                rescued = await self._in_thread(safe_write.rescued, intention.path, intention.token)
            except OSError:
                continue  # the next write, or the next start, looks into it
            if rescued is not None and await self._in_thread(_is_lost, intention, rescued):
                kept = await self._in_thread(self._backups.keep, intention.path, rescued)
                said.append(
                    f"{intention.path.name} was saved in the moment in which Mapside broke off while "
                    f"writing it: that save is kept in {self._backups.folder / kept}."
                )
                _log.warning("%s", said[-1])
            await self._in_thread(safe_write.sweep, intention.path, intention.token)
            came_true = await self._in_thread(_came_true, intention, self._backups)
            if came_true is not None:
                settle = self._ledger.complete if came_true else self._ledger.abandon
                await self._archive.strictly(settle, intention)
                done = "done all the same" if came_true else "not done"
                _log.warning("%s: a write was cut short and is %s", intention.path.name, done)
        return said

    async def _undisturbed(self, work: Callable[[], Awaitable[None]]) -> None:
        """To the end, whoever loses interest meanwhile; one write after another."""

        async def in_turn() -> None:
            async with self._alone():
                await self._settle()  # where the record failed after the last write
                await work()

        task = asyncio.create_task(in_turn(), name="write a map")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        await asyncio.shield(task)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Not while another Mapside writes: what it is about to do looks like what a crash has left."""
        async with self._one_at_a_time:
            await self._in_thread(self._acquire)
            try:
                yield
            finally:
                await self._in_thread(self._others.release)

    def _acquire(self) -> None:
        try:
            ensure_folder(self._backups.folder)
            self._others.acquire(timeout=OTHERS_TAKE_S)
        except Timeout as error:
            raise NotWrittenError(
                "Another Mapside is writing a map at this moment: nothing was written. Try again."
            ) from error
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise NotWrittenError(
                f"No backup could be kept in {self._backups.folder} ({reason}): nothing was written."
            ) from error

    async def _in_thread(self, function: Callable[..., Result], *arguments: object) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *arguments)


def _put(intention: Intention, data: bytes) -> None:
    if intention.hash_before:
        safe_write.replace_map(intention.path, intention.hash_before, data, intention.token)
    else:
        safe_write.create_map(intention.path, data, intention.token)


def _is_lost(intention: Intention, rescued: bytes) -> bool:
    """Nobody holds that save but we."""
    known = (intention.hash_before, intention.hash_after, safe_write.hash_of(intention.path))
    return content_hash(rescued) not in known


def _came_true(intention: Intention, backups: Backups) -> bool | None:
    """Whether the file holds it, or did before somebody saved on. None: the file cannot be read now."""
    now = safe_write.hash_of(intention.path)
    if now is None:
        return None
    if now in (intention.hash_before, intention.hash_after, ""):
        return now == intention.hash_after
    return _came_of_ours(intention, backups)


def _came_of_ours(intention: Intention, backups: Backups) -> bool:
    """By which it has more lines of: those that only we wrote, or those that only stood there before."""
    before, after = backups.read(intention.before), backups.read(intention.after)
    try:
        now = frozenset(intention.path.read_bytes().splitlines())
    except OSError:
        return True
    if before is None or after is None:
        return True  # what may be generated is recorded as such
    old, new = frozenset(before.splitlines()), frozenset(after.splitlines())
    ours, theirs = len(now & (new - old)), len(now & (old - new))
    return ours > 0 and ours >= theirs
