"""What is written, and what is recorded of it, whatever happens in between."""

from __future__ import annotations

import sqlite3
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from daemon.archive import Archive, UnrecordedError
from daemon.store import Store
from daemon.writing import safe_write
from daemon.writing.backups import Backups
from daemon.writing.history import Kind, NewRange, NewWrite, WriteState
from daemon.writing.safe_write import ChangedError, NotWrittenError
from daemon.writing.writer import Change, Writer
from engine.beatmap.document import content_hash
from tests.links import needs_links

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from daemon.writing.history import History

OLD, NEW = b"osu file format v14\nold 1\nold 2\n", b"osu file format v14\nnew 1\nnew 2\n"


class Watched:
    """Who watches the files."""

    def __init__(self) -> None:
        self.expected: set[str] = set()

    def expect_own_write(self, _: Path, content: str) -> None:
        self.expected.add(content)

    def own_write_failed(self, _: Path, content: str) -> None:
        self.expected.discard(content)


class Desk:
    """A map, its store, and a writer."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "set" / "map.osu"
        self.folder = folder
        self.path.parent.mkdir(exist_ok=True)
        self.store = Store(folder / "store.sqlite")
        self.archive = Archive(self.store, on_failure=pytest.fail)
        self.watched = Watched()
        self.backups = Backups(folder / "backups", 1_000_000)
        self.writer = Writer(
            archive=self.archive,
            ledger=self.store.ledger,
            backups=self.backups,
            own_writes=lambda: self.watched,
        )
        self.key = self.store.ledger.map_at(self.path)

    async def accept(self, before: bytes = OLD, after: bytes = NEW) -> None:
        change = Change(self.path, before, after)
        await self.writer.write(self.key, change, accepted(change))

    @property
    def history(self) -> History:
        return self.store.ledger.history(self.key)

    @property
    def states(self) -> list[WriteState]:
        return [each.state for each in self.history.writes]

    @property
    def beside(self) -> list[str]:
        return [path.name for path in self.path.parent.iterdir()]


def a_range(**changes: Any) -> NewRange:
    known: dict[str, Any] = {
        "start_ms": 1000.0,
        "end_ms": 2000.0,
        "model": "v32",
        "seed": 2**64 - 1,
        "at": time.time(),
        "objects": 3,
        "hash_before": "",
        "hash_after": "",
        "before": "",
    }
    return NewRange(**{**known, **changes})


def accepted(change: Change) -> Callable[[str, str], NewWrite]:
    def make(before: str, after: str) -> NewWrite:
        hash_before, hash_after = change.hashes
        return NewWrite(
            kind=Kind.ACCEPTED,
            at=time.time(),
            hash_before=hash_before,
            hash_after=hash_after,
            before=before,
            after=after,
            ranges=(a_range(before=before, hash_before=hash_before, hash_after=hash_after),),
        )

    return make


@asynccontextmanager
async def a_desk(folder: Path) -> AsyncIterator[Desk]:
    desk = Desk(folder)
    try:
        yield desk
    finally:
        await desk.writer.stop()
        await desk.archive.stop()
        desk.store.close()


class TestAWrite:
    async def test_is_in_the_file_in_the_record_and_in_the_backups(self, tmp_path: Path) -> None:
        async with a_desk(tmp_path) as desk:
            desk.path.write_bytes(OLD)
            await desk.accept()
            assert desk.path.read_bytes() == NEW
            (write,) = desk.history.writes
            assert write.state is WriteState.STANDING
            assert desk.backups.read(write.before) == OLD
            assert desk.backups.read(write.after) == NEW
            assert desk.store.ledger.intentions() == ()
            (range_,) = desk.history.left
            assert range_.seed == 2**64 - 1
            assert desk.watched.expected == {content_hash(NEW)}

    async def test_that_is_refused_leaves_no_record(self, tmp_path: Path) -> None:
        async with a_desk(tmp_path) as desk:
            desk.path.write_bytes(b"saved by the editor")
            with pytest.raises(ChangedError):
                await desk.accept()
            assert desk.path.read_bytes() == b"saved by the editor"
            assert desk.states == []
            assert desk.store.ledger.intentions() == ()
            assert desk.watched.expected == set()

    async def test_without_a_backup_is_not_begun(self, tmp_path: Path) -> None:
        async with a_desk(tmp_path) as desk:
            desk.path.write_bytes(OLD)
            (tmp_path / "backups").write_bytes(b"in the way")
            with pytest.raises(NotWrittenError, match="No backup"):
                await desk.accept()
            assert desk.path.read_bytes() == OLD
            assert desk.states == []

    async def test_that_cannot_be_recorded_is_not_begun(self, tmp_path: Path) -> None:
        async with a_desk(tmp_path) as desk:
            desk.path.write_bytes(OLD)
            desk.store._database.execute("PRAGMA query_only = ON")
            with pytest.raises(UnrecordedError, match="could not be written down"):
                await desk.accept()
            assert desk.path.read_bytes() == OLD

    async def test_whose_end_could_not_be_recorded_is_written_and_found_out_by_the_next(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with a_desk(tmp_path) as desk:
            desk.path.write_bytes(OLD)
            with monkeypatch.context() as broken:
                broken.setattr(desk.store.ledger, "complete", _disk_full)
                await desk.accept()
            assert desk.path.read_bytes() == NEW
            assert desk.states == [WriteState.INTENDED]
            await desk.accept(NEW, OLD + b"more\n")
            assert desk.states == [WriteState.STANDING] * 2

    async def test_undone_and_redone_is_one_write(self, tmp_path: Path) -> None:
        async with a_desk(tmp_path) as desk:
            desk.path.write_bytes(OLD)
            await desk.accept()
            (write,) = desk.history.writes
            await desk.writer.write_again(write, WriteState.UNDONE, Change(desk.path, NEW, OLD))
            assert desk.path.read_bytes() == OLD
            assert desk.states == [WriteState.UNDONE]
            assert desk.history.left == ()
            await desk.writer.write_again(write, WriteState.STANDING, Change(desk.path, OLD, NEW))
            assert desk.path.read_bytes() == NEW
            assert desk.states == [WriteState.STANDING]

    async def test_after_an_undo_takes_the_redo_away(self, tmp_path: Path) -> None:
        async with a_desk(tmp_path) as desk:
            desk.path.write_bytes(OLD)
            await desk.accept()
            (write,) = desk.history.writes
            await desk.writer.write_again(write, WriteState.UNDONE, Change(desk.path, NEW, OLD))
            await desk.accept(OLD, NEW + b"another\n")
            assert desk.states == [WriteState.STANDING]

    async def test_goes_on_for_a_map_that_was_moved(self, tmp_path: Path) -> None:
        async with a_desk(tmp_path) as desk:
            desk.path.write_bytes(OLD)
            await desk.accept()
            moved = desk.path.with_name("renamed.osu")
            desk.path.rename(moved)
            assert desk.store.moved(desk.path, moved)
            assert desk.store.ledger.map_at(moved) == desk.key
            assert len(desk.history.left) == 1
            elsewhere = desk.store.ledger.map_at(desk.path.with_name("seen already.osu"))
            desk.store.moved(moved, desk.path.with_name("seen already.osu"))
            assert len(desk.store.ledger.history(elsewhere).left) == 1


def _disk_full(*_: object) -> None:
    raise sqlite3.OperationalError("database or disk is full")


@needs_links
async def test_a_map_is_the_same_however_its_path_is_spelt(tmp_path: Path) -> None:
    async with a_desk(tmp_path) as desk:
        desk.path.write_bytes(OLD)
        (tmp_path / "link").symlink_to(desk.path.parent)
        map_at = desk.store.ledger.map_at
        assert map_at(tmp_path / "link" / "map.osu") == desk.key
        assert map_at(tmp_path / "link" / "another.osu") != desk.key
        (desk.path.parent / "copy").mkdir()
        copy = desk.path.parent / "copy" / "map.osu"
        copy.write_bytes(OLD)
        assert map_at(copy) != desk.key


class TestACrash:
    """The store is opened again by another start, and what was cut short is looked into."""

    async def after(self, tmp_path: Path, content: bytes | None) -> tuple[list[WriteState], list[str]]:
        """A write was intended, and then the program ended with this content in the file."""
        async with a_desk(tmp_path) as desk:
            desk.path.write_bytes(OLD)
            change = Change(desk.path, OLD, NEW)
            before = desk.backups.keep(desk.path, OLD)
            after = desk.backups.keep(desk.path, NEW)
            desk.store.ledger.intend(desk.key, accepted(change)(before, after), desk.path, "cafe")
            for left in safe_write.beside(desk.path, "cafe"):
                left.write_bytes(OLD)
            desk.path.unlink()
            if content is not None:
                desk.path.write_bytes(content)
        async with a_desk(tmp_path) as desk:
            assert await desk.writer.settle() == []
            assert desk.store.ledger.intentions() == ()
            return desk.states, desk.beside

    async def test_before_the_file_was_written_leaves_no_record(self, tmp_path: Path) -> None:
        assert await self.after(tmp_path, OLD) == ([], ["map.osu"])

    async def test_after_it_was_written_completes_the_record(self, tmp_path: Path) -> None:
        assert await self.after(tmp_path, NEW) == ([WriteState.STANDING], ["map.osu"])

    async def test_after_which_the_map_was_saved_goes_by_what_that_save_came_of(self, tmp_path: Path) -> None:
        saved = NEW + b"more of the mapper's\n"
        assert await self.after(tmp_path, saved) == ([WriteState.STANDING], ["map.osu"])

    async def test_before_which_nothing_was_written_and_the_map_was_saved(self, tmp_path: Path) -> None:
        assert await self.after(tmp_path, OLD + b"more\n") == ([], ["map.osu"])

    async def test_after_which_the_map_is_gone(self, tmp_path: Path) -> None:
        assert await self.after(tmp_path, None) == ([], [])

    async def test_in_the_moment_of_a_save_keeps_that_save(self, tmp_path: Path) -> None:
        async with a_desk(tmp_path) as desk:
            desk.path.write_bytes(NEW)
            change = Change(desk.path, OLD, NEW)
            desk.store.ledger.intend(desk.key, accepted(change)("", ""), desk.path, "cafe")
            safe_write.beside(desk.path, "cafe")[1].write_bytes(b"the editor's save")
        async with a_desk(tmp_path) as desk:
            (said,) = await desk.writer.settle()
            assert "that save is kept in" in said
            kept = [file.read_bytes() for file in (tmp_path / "backups").glob("*/*.osu")]
            assert kept == [b"the editor's save"]
            assert desk.beside == ["map.osu"]

    async def test_whose_save_finds_no_room_for_a_backup_leaves_it_where_it_is(self, tmp_path: Path) -> None:
        async with a_desk(tmp_path) as desk:
            desk.path.write_bytes(NEW)
            change = Change(desk.path, OLD, NEW)
            desk.store.ledger.intend(desk.key, accepted(change)("", ""), desk.path, "cafe")
            guard = safe_write.beside(desk.path, "cafe")[1]
            guard.write_bytes(b"the editor's save")
            desk.backups._most_bytes = 3
            with pytest.raises(NotWrittenError, match="too little"):
                await desk.writer.settle()
            assert guard.read_bytes() == b"the editor's save"
            desk.backups._most_bytes = 1_000_000
            (said,) = await desk.writer.settle()
            assert "that save is kept in" in said
            assert not guard.exists()


def test_a_store_of_the_second_schema_is_brought_up_to_date(tmp_path: Path) -> None:
    from daemon import database  # noqa: PLC0415  its steps are its own affair elsewhere

    file = tmp_path / "store.sqlite"
    connection = sqlite3.connect(file)
    for step in database._STEPS[:2]:
        connection.executescript(step)
    connection.execute("PRAGMA user_version = 2")
    connection.execute("INSERT INTO maps (path, beatmap_id, metadata) VALUES (?, 1, '[]')", (b"/a.osu",))
    connection.commit()
    connection.close()
    store = Store(file)
    assert store.ledger.history("m1").writes == ()
    store.close()
