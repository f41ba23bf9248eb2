"""What Windows says of a folder, in our words; and, on Windows itself, that it is said."""

from __future__ import annotations

import queue
import struct
import sys
import time
from typing import TYPE_CHECKING

import pytest

from daemon.watch.notices import Kind, Notice
from daemon.watch.windows_watch import Change, WindowsFolders, changes_in

if TYPE_CHECKING:
    from pathlib import Path

MAP = r"1 Artist - Title\a.osu"


def records(*changes: tuple[Change, str]) -> bytes:
    """FILE_NOTIFY_INFORMATION, one after the other, each on a boundary of four bytes."""
    told = []
    for number, (change, name) in enumerate(changes, start=1):
        letters = name.encode("utf-16-le", errors="surrogatepass")
        padding = -len(letters) % 4
        step = 0 if number == len(changes) else 12 + len(letters) + padding
        told.append(struct.pack("<III", step, change, len(letters)) + letters + bytes(padding))
    return b"".join(told)


class Answers:
    """What the system's handle would give, in its order."""

    def __init__(self, refused: OSError | None = None) -> None:
        self.waiting: queue.Queue[bytes | OSError | None] = queue.Queue()
        self.refused = refused
        self.closed = False

    def open(self) -> None:
        if self.refused:
            raise self.refused

    def read(self) -> bytes | None:
        answer = self.waiting.get(timeout=10)
        if isinstance(answer, OSError):
            raise answer
        return answer

    def end(self) -> None:
        self.waiting.put(None)

    def close(self) -> None:
        self.closed = True


def told(root: Path, *answers: bytes | OSError) -> tuple[list[tuple[Kind, str, int]], WindowsFolders]:
    """What is made of these answers, names below the root and moves by number."""
    heard: list[Notice] = []
    system = Answers()
    folders = WindowsFolders(root, heard.append, system)
    folders.start()
    for answer in answers:
        system.waiting.put(answer)
    folders.stop()
    assert system.closed
    return [(each.kind, each.path.removeprefix(str(root))[1:], each.move) for each in heard], folders


def test_each_record_is_read_with_its_name() -> None:
    names = [MAP, "夏 ☆\\'1' (♥).osu", "half a pair \ud83d.osu", "x"]
    changes = [(Change.MODIFIED, name) for name in names]
    assert list(changes_in(records(*changes))) == changes
    assert list(changes_in(b"")) == []


def test_a_map_written_or_new_has_changed(tmp_path: Path) -> None:
    heard, _ = told(tmp_path, records((Change.ADDED, "b.OSU"), (Change.MODIFIED, "b.OSU")))
    assert heard == [(Kind.CHANGED, "b.OSU", 0)] * 2


def test_other_files_and_folders_that_come_are_not_spoken_of(tmp_path: Path) -> None:
    heard, _ = told(tmp_path, records((Change.ADDED, "1 Artist - Title"), (Change.MODIFIED, "audio.mp3")))
    assert heard == []


def test_what_was_deleted_may_have_been_a_folder(tmp_path: Path) -> None:
    heard, _ = told(tmp_path, records((Change.REMOVED, "a.osu"), (Change.REMOVED, "2 Set")))
    assert heard == [(Kind.GONE, "a.osu", 0), (Kind.FOLDER_GONE, "2 Set", 0)]


def test_both_halves_of_a_rename_are_one_move(tmp_path: Path) -> None:
    (tmp_path / "new set").mkdir()
    heard, _ = told(
        tmp_path,
        records(
            (Change.RENAMED_OLD, "a.osu"), (Change.RENAMED_NEW, "b.osu"), (Change.RENAMED_OLD, "old set")
        ),
        records((Change.RENAMED_NEW, "new set")),
    )
    assert heard == [
        (Kind.GONE, "a.osu", 1),
        (Kind.ARRIVED, "b.osu", 1),
        (Kind.FOLDER_GONE, "old set", 2),
        (Kind.FOLDER_ARRIVED, "new set", 2),
    ]


def test_a_temporary_file_renamed_to_a_map_arrives(tmp_path: Path) -> None:
    heard, _ = told(tmp_path, records((Change.RENAMED_OLD, "a.tmp"), (Change.RENAMED_NEW, "a.osu")))
    assert heard == [(Kind.ARRIVED, "a.osu", 1)]


def test_more_than_the_system_could_keep_is_said_to_be_lost(tmp_path: Path) -> None:
    half, other_half = records((Change.RENAMED_OLD, "a.osu")), records((Change.RENAMED_NEW, "b.osu"))
    heard, _ = told(tmp_path, half, b"", other_half)
    assert heard == [(Kind.LOST, "", 0), (Kind.ARRIVED, "b.osu", 0)], "the half before it belongs to nothing"


def test_a_folder_that_is_gone_ends_the_watch_and_says_so(tmp_path: Path) -> None:
    heard, folders = told(tmp_path, PermissionError(13, "Access is denied"))
    assert heard == [(Kind.ENDED, "", 0)]
    assert folders.report.mode == "nothing"
    assert str(tmp_path) in folders.report.note


def test_a_folder_that_cannot_be_opened_is_said(tmp_path: Path) -> None:
    refused = Answers(PermissionError(13, "Access is denied"))
    folders = WindowsFolders(tmp_path, lambda _: None, refused)
    assert folders.start().note == f"{tmp_path} cannot be watched: Access is denied."
    folders.stop()


if sys.platform == "win32":
    from daemon.watch.windows_changes import DirectoryChanges

    @pytest.fixture
    def changes(tmp_path: Path) -> DirectoryChanges:
        opened = DirectoryChanges(str(tmp_path))
        opened.open()
        return opened

    def test_what_happens_before_somebody_asks_is_kept(tmp_path: Path, changes: DirectoryChanges) -> None:
        (tmp_path / "a.osu").write_bytes(b"x")
        assert (Change.ADDED, "a.osu") in changes_in(changes.read() or b"")
        changes.close()

    def test_reading_a_map_is_no_change(tmp_path: Path) -> None:
        (tmp_path / "a.osu").write_bytes(b"x")
        changes = DirectoryChanges(str(tmp_path))
        changes.open()
        (tmp_path / "a.osu").read_bytes()
        (tmp_path / "b.osu").write_bytes(b"x")
        assert "a.osu" not in [name for _, name in changes_in(changes.read() or b"")]
        changes.close()

    def test_thousands_of_files_at_once_are_all_told_or_said_to_be_lost(
        tmp_path: Path, changes: DirectoryChanges
    ) -> None:
        for number in range(2000):
            (tmp_path / f"{number:05} {'x' * 100}.osu").write_bytes(b"")
        seen = set()
        while (records := changes.read()) and len(seen) < 2000:
            seen.update(name for _, name in changes_in(records))
            if len(seen) == 2000:
                break
        assert len(seen) == 2000 or records == b""
        changes.close()

    def test_it_ends_while_nothing_happens(tmp_path: Path, changes: DirectoryChanges) -> None:
        started = time.perf_counter()
        changes.end()
        assert changes.read() is None
        changes.close()
        assert time.perf_counter() - started < 1
        tmp_path.rmdir()  # nothing holds it any more

    def test_a_folder_that_is_not_there_is_said_as_it_is() -> None:
        with pytest.raises(FileNotFoundError):
            DirectoryChanges(r"C:\no such folder").open()
