"""What a person does to a map's file: accept a candidate, undo, redo, revert a range. Each ends as one write.

What is to stand in the file is worked out here from what it holds at this moment and from backups; the file
is `Writer`'s affair, and a save in between makes it refuse.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from daemon.archive import UnrecordedError
from daemon.requests import RefusedError
from daemon.songs.library import siblings_of
from daemon.watch.reading import BusyError, read_at_rest
from daemon.writing.history import Kind, NewRange, NewWrite, WriteState
from daemon.writing.new_difficulty import file_name, free_name, with_name
from daemon.writing.safe_write import NotWrittenError
from daemon.writing.writer import Change
from engine.beatmap.document import Document, content_hash
from engine.beatmap.splice import EditRefused, put_back
from engine.beatmap.timestamps import format_timestamp

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from pathlib import Path

    from daemon.archive import Archive
    from daemon.watch.reading import Reading
    from daemon.writing.history import History, Range, Write
    from daemon.writing.ledger import Ledger
    from daemon.writing.writer import Writer
    from engine.service import Candidate

_log = logging.getLogger(__name__)
Result = TypeVar("Result")

GONE: Final = "That map's file is no longer there, or cannot be read now. Save it once in the editor."
STALE: Final = (
    "The map was saved meanwhile: nothing was written. These candidates were written for what it was; "
    "begin again."
)
NO_UNDO: Final = (
    "Nothing of ours can be undone here: the map was saved since, or the backup is gone. "
    "Revert a range to put back what was there before."
)
NO_REDO: Final = "There is nothing to redo: the map was saved since, or the backup is gone."
WRITTEN_OVER: Final = (
    "From {start} on something else was generated there since. Revert that first: what it took the place of "
    "is part of this."
)
NO_BACKUP: Final = "The backup with what was there before is gone: it had to make room for newer ones."


@dataclass(frozen=True, slots=True)
class Written:
    """Which file holds something else now."""

    key: str
    path: Path


class Origin(Protocol):
    """What candidates were written for."""

    @property
    def key(self) -> str: ...
    @property
    def path(self) -> Path: ...
    @property
    def content_hash(self) -> str: ...
    @property
    def data(self) -> bytes: ...
    @property
    def model(self) -> str: ...


class Accepting:
    def __init__(self, *, archive: Archive, ledger: Ledger, writer: Writer) -> None:
        self._archive = archive
        self._ledger = ledger
        self._writer = writer

    async def over_file(self, origin: Origin, candidate: Candidate) -> Written:
        reading = await _read(origin.path)
        if reading.version.content_hash != origin.content_hash:
            raise RefusedError(STALE)
        if candidate.data == reading.data:
            raise RefusedError("That candidate is what the map holds already: nothing was written.")

        def make(before: str, after: str) -> NewWrite:
            range_ = _range_of(origin, candidate, before, content_hash(candidate.data))
            return _new_write(Kind.ACCEPTED, change, before, after, ranges=(range_,))

        change = Change(origin.path, reading.data, candidate.data)
        await _done(self._writer.write(origin.key, change, make))
        return Written(origin.key, origin.path)

    async def as_new(self, origin: Origin, candidate: Candidate, name: str) -> Written:
        """What of the map it comes of was generated already is generated in the new one as well."""
        path, data = await asyncio.to_thread(_new_difficulty, origin.path, candidate.data, name)
        inherited = (await self.history(origin.key)).left

        def make(before: str, after: str) -> NewWrite:
            range_ = _range_of(origin, candidate, before, content_hash(data))
            change = Change(path, origin.data, data)
            ranges = (*map(_copied, inherited), range_)
            return _new_write(Kind.NEW, change, before, after, ranges=ranges)

        return Written(await _done(self._writer.create(path, data, origin.data, make)), path)

    async def undo(self, key: str) -> Written:
        path, reading, history = await self._now(key)
        refs = await self._refs(history)
        write = history.undoable(reading.version.content_hash, refs.__contains__)
        if write is None:
            raise RefusedError(NO_UNDO)
        change = Change(path, reading.data, await self._backup(write.before))
        await _done(self._writer.write_again(write, WriteState.UNDONE, change))
        return Written(key, path)

    async def redo(self, key: str) -> Written:
        path, reading, history = await self._now(key)
        refs = await self._refs(history)
        write = history.redoable(reading.version.content_hash, refs.__contains__)
        if write is None:
            raise RefusedError(NO_REDO)
        after = await self._backup(write.after)
        if write.hash_before != reading.version.content_hash:
            after = await self._again(reading.data, after, history, write)
        await _done(self._writer.write_again(write, WriteState.STANDING, Change(path, reading.data, after)))
        return Written(key, path)

    async def revert(self, key: str, range_id: int) -> Written:
        path, reading, history = await self._now(key)
        range_ = history.range(range_id)
        if range_ is None or range_ not in history.left:
            raise RefusedError("That range is no longer there: it was reverted or undone already.")
        if over := history.written_over(range_):
            raise RefusedError(WRITTEN_OVER.format(start=format_timestamp(over.start_ms)))
        data = await self._without(reading, history, range_)

        def make(before: str, after: str) -> NewWrite:
            return _new_write(Kind.REVERTED, change, before, after, reverts=range_id)

        change = Change(path, reading.data, data)
        await _done(self._writer.write(key, change, make))
        return Written(key, path)

    async def revert_last(self) -> Written:
        """Of all maps."""
        last = await _done(self._archive.strictly(self._ledger.last_left))
        if last is None:
            raise RefusedError("Nothing stands that was generated.")
        return await self.revert(*last)

    async def history(self, key: str) -> History:
        return await _done(self._archive.strictly(self._ledger.history, key))

    # What is to stand there.

    async def _without(self, reading: Reading, history: History, range_: Range) -> bytes:
        """To the byte what was there, if nobody has written since; else the lines of that range."""
        original = await self._backup(range_.before)
        write = history.write(range_.write)
        is_untouched = write is not None and write.kind is Kind.ACCEPTED
        if is_untouched and range_.hash_after == reading.version.content_hash:
            return original
        return await asyncio.to_thread(_with_section_of, reading.data, original, (range_,))

    async def _again(self, current: bytes, ours: bytes, history: History, write: Write) -> bytes:
        """The editor has saved other things as well: the section goes in where it was."""
        reverted = history.range(write.reverts) if write.reverts is not None else None
        sections = (reverted,) if reverted is not None else history.ranges_of(write)
        return await asyncio.to_thread(_with_section_of, current, ours, sections)

    async def _now(self, key: str) -> tuple[Path, Reading, History]:
        path = await self._archive.path_of(key)
        if path is None:
            raise RefusedError(GONE)
        return path, await _read(path), await self.history(key)

    async def _refs(self, history: History) -> frozenset[str]:
        named = frozenset(ref for each in history.writes for ref in (each.before, each.after))
        return await self._writer.has_backups(named)

    async def _backup(self, ref: str) -> bytes:
        data = await self._writer.read_backup(ref)
        if data is None:
            raise RefusedError(NO_BACKUP)
        return data


async def _done(work: Awaitable[Result]) -> Result:
    """What stands in the way, as the page is told it."""
    try:
        return await work
    except (NotWrittenError, UnrecordedError) as error:
        _log.warning("%s", error)
        raise RefusedError(str(error)) from error


async def _read(path: Path) -> Reading:
    try:
        reading = await asyncio.to_thread(read_at_rest, path)
    except BusyError as error:
        raise RefusedError(f"{path.name} cannot be read now ({error.strerror}). Try again.") from error
    if reading is None:
        raise RefusedError(GONE)
    return reading


def _with_section_of(current: bytes, source: bytes, sections: tuple[Range, ...]) -> bytes:
    """For a thread."""
    document, other = Document.parse(current), Document.parse(source)
    try:
        for each in sections:
            document = put_back(document, each.start_ms, each.end_ms, other).document
    except EditRefused as error:
        raise RefusedError(f"The section cannot be put back: {error}") from error
    return document.to_bytes()


def _new_difficulty(source: Path, data: bytes, name: str) -> tuple[Path, bytes]:
    """For a thread: it looks at the set's other difficulties."""
    name = " ".join(name.split())
    beatmap = Document.parse(data).beatmap
    if not name:
        name = free_name(beatmap.metadata, [source.name, *(path.name for path in siblings_of(source))])
    if name == beatmap.metadata.version:
        raise RefusedError(f"The map itself is called {name}: give the new difficulty another name.")
    try:
        data = with_name(data, name)
    except EditRefused as error:
        raise RefusedError(f"That name cannot be given: {error}") from error
    return source.with_name(file_name(Document.parse(data).beatmap.metadata)), data


def _new_write(
    kind: Kind,
    change: Change,
    before: str,
    after: str,
    *,
    ranges: tuple[NewRange, ...] = (),
    reverts: int | None = None,
) -> NewWrite:
    hash_before, hash_after = change.hashes
    return NewWrite(
        kind=kind,
        at=time.time(),
        hash_before="" if kind is Kind.NEW else hash_before,
        hash_after=hash_after,
        before=before,
        after=after,
        reverts=reverts,
        ranges=ranges,
    )


def _range_of(origin: Origin, candidate: Candidate, before: str, hash_after: str) -> NewRange:
    return NewRange(
        start_ms=candidate.start_ms,
        end_ms=candidate.end_ms,
        model=origin.model,
        seed=candidate.seed,
        at=time.time(),
        objects=candidate.objects,
        hash_before=origin.content_hash,
        hash_after=hash_after,
        before=before,
    )


def _copied(range_: Range) -> NewRange:
    return NewRange(
        start_ms=range_.start_ms,
        end_ms=range_.end_ms,
        model=range_.model,
        seed=range_.seed,
        at=range_.at,
        objects=range_.objects,
        hash_before=range_.hash_before,
        hash_after=range_.hash_after,
        before=range_.before,
    )
