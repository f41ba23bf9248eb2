from __future__ import annotations

import hashlib
import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from daemon.watch.reading import BusyError, read_at_rest, read_shared
from tests.daemon.watch.watching import kept_from_being_read, osu


def test_a_file_is_read_whole_with_its_hash_and_stamp(tmp_path: Path) -> None:
    path = tmp_path / "a.osu"
    path.write_bytes(osu())
    reading = read_shared(path)
    assert reading is not None
    assert reading.data == osu()
    assert reading.version.content_hash == hashlib.sha256(osu()).hexdigest()
    assert reading.stamp == (len(osu()), path.stat().st_mtime_ns)


def test_there_may_be_no_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert read_shared(tmp_path / "absent.osu") is None
    assert read_shared(tmp_path / "file" / "a.osu") is None


def test_a_folder_or_a_pipe_called_a_map_is_none(tmp_path: Path) -> None:
    (tmp_path / "folder.osu").mkdir()
    assert read_shared(tmp_path / "folder.osu") is None
    if sys.platform != "win32":
        os.mkfifo(tmp_path / "pipe.osu")
        assert read_shared(tmp_path / "pipe.osu") is None


def test_what_cannot_be_opened_now_is_busy(tmp_path: Path) -> None:
    path = tmp_path / "a.osu"
    with kept_from_being_read(path), pytest.raises(BusyError):
        read_shared(path)


def test_no_reading_mixes_two_versions(tmp_path: Path) -> None:
    """A writer that truncates and rewrites at full speed: every reading is a version, or none is given."""
    path = tmp_path / "a.osu"
    versions = [osu(note, notes=3000) for note in range(2)]
    path.write_bytes(versions[0])
    done = threading.Event()

    def write() -> None:
        for turn in range(150):
            path.write_bytes(versions[turn % 2])
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    whole = 0
    while not done.is_set():
        try:
            reading = read_shared(path)
        except BusyError:
            continue
        assert reading is not None
        assert any(version.startswith(reading.data) for version in versions)
        whole += reading.data in versions
    writer.join()
    assert read_shared(path) is not None


def test_a_reader_leaves_no_file_open(tmp_path: Path) -> None:
    path = tmp_path / "a.osu"
    path.write_bytes(osu())
    descriptors = Path("/proc/self/fd")
    if not descriptors.is_dir():
        pytest.skip("needs a system that lists open files")
    read_shared(path)
    opened = []
    for descriptor in descriptors.iterdir():
        with suppress(OSError):  # the listing's own is gone by now
            opened.append(descriptor.readlink())
    assert path not in opened


def test_half_a_save_is_not_taken_for_the_map_at_rest(tmp_path: Path) -> None:
    """A look that no event announced may fall between the editor's truncating and its writing."""
    path = tmp_path / "a.osu"
    path.write_bytes(b"")

    def finish_the_save() -> None:
        time.sleep(0.2)
        path.write_bytes(osu())

    writer = threading.Thread(target=finish_the_save)
    writer.start()
    reading = read_at_rest(path)
    writer.join()
    assert reading is not None
    assert reading.data == osu()


def test_a_map_that_was_saved_long_ago_is_read_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("daemon.watch.reading.REST_S", 60.0)
    path = tmp_path / "a.osu"
    path.write_bytes(osu())
    os.utime(path, (1_000_000_000, 1_000_000_000))
    started = time.perf_counter()
    assert read_at_rest(path) is not None
    assert time.perf_counter() - started < 30


def test_an_empty_file_that_stays_empty_is_read_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("daemon.watch.reading.PATIENCE_S", 0.2)
    path = tmp_path / "a.osu"
    path.write_bytes(b"")
    reading = read_at_rest(path)
    assert reading is not None
    assert reading.data == b""
