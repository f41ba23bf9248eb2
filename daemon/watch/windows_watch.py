"""Watches the Songs folder on Windows: one handle of the system tells of all of it.

Watchdog's own observer hands a change on only after a second in which nothing else has changed, and passes
over it in silence when more has happened than the system's buffer holds. So the reading is ours here.

Nobody tells when a writer closes a file, and a move between two folders is a deletion and a creation.
"""

from __future__ import annotations

import itertools
import logging
import os
import struct
import threading
import time
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol

from daemon.songs.library import number_of_sets
from daemon.watch.notices import Kind, Notice, WatchReport, is_map

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_log = logging.getLogger(__name__)

_HEADER = struct.Struct("<III")
"""FILE_NOTIFY_INFORMATION: bytes to the next one (0: the last), what happened, bytes of the name after it."""
START_TIMEOUT_S = 10.0
STOP_TIMEOUT_S = 2.0


class Change(IntEnum):
    """FILE_ACTION_*, as Windows numbers them."""

    ADDED = 1
    REMOVED = 2
    MODIFIED = 3
    RENAMED_OLD = 4
    RENAMED_NEW = 5


class FolderChanges(Protocol):
    """What has happened below a folder since it was asked last. One thread uses it, any may `end` it."""

    def open(self) -> None: ...  # from here on nothing is missed; raises OSError
    def read(self) -> bytes | None: ...  # waits; None: it has ended. b"": more happened than could be kept
    def end(self) -> None: ...
    def close(self) -> None: ...


class WindowsFolders:
    tells_closing = False

    def __init__(self, root: Path, sink: Callable[[Notice], None], changes: FolderChanges) -> None:
        self._root = root
        self._sink = sink
        self._changes = changes
        self._moves = itertools.count(1)
        self._renamed_from = ""
        """The first half of a rename: its other half may come with the next answer."""
        self._refused: OSError | None = None
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._work, name="mapside-watch", daemon=True)
        self.report = WatchReport("nothing", 0)

    def start(self) -> WatchReport:
        self._thread.start()
        if not self._begun.wait(START_TIMEOUT_S):  # a network drive that does not answer
            self._refused = TimeoutError(0, "it does not answer")
        if self._refused is None:
            self.report = WatchReport("all", number_of_sets(self._root))
        else:
            said = self._refused.strerror or str(self._refused)
            self.report = WatchReport("nothing", 0, f"{self._root} cannot be watched: {said}.")
        return self.report

    def stop(self) -> None:
        self._changes.end()
        if self._thread.is_alive():
            self._thread.join(STOP_TIMEOUT_S)

    def use(self, folder: str) -> None:
        """All folders are watched by one handle of the system."""

    def forget(self, folder: str) -> None:
        """A folder that leaves the tree leaves the handle's sight."""

    # On the thread.

    def _work(self) -> None:
        try:
            self._changes.open()
        except OSError as error:
            self._refused = error
            self._begun.set()
            return
        self._begun.set()
        try:
            while (records := self._changes.read()) is not None:
                self._take(records)
        except OSError as error:  # the folder was deleted, its drive unplugged
            _log.info("the Songs folder cannot be watched any more: %s", error)
            self.report = WatchReport("nothing", 0, f"{self._root} is gone: no save can be seen there.")
            self._sink(Notice(Kind.ENDED, str(self._root), time.perf_counter()))
        finally:
            self._changes.close()

    def _take(self, records: bytes) -> None:
        at = time.perf_counter()
        if not records:
            self._renamed_from = ""
            self._sink(Notice(Kind.LOST, str(self._root), at))
        for change, name in changes_in(records):
            self._tell(change, os.path.join(self._root, name), at)  # noqa: PTH118  thousands at once when a pack is imported

    def _tell(self, change: int, path: str, at: float) -> None:
        match change:
            case Change.ADDED | Change.MODIFIED:
                if is_map(path):
                    self._sink(Notice(Kind.CHANGED, path, at))
            case Change.REMOVED:  # of a file or of a folder: nobody can look any more
                self._sink(Notice(Kind.GONE if is_map(path) else Kind.FOLDER_GONE, path, at))
            case Change.RENAMED_OLD:
                self._renamed_from = path
            case Change.RENAMED_NEW:
                source, self._renamed_from = self._renamed_from, ""
                self._moved(source, path, at)

    def _moved(self, source: str, target: str, at: float) -> None:
        """`source` is empty where its half of the rename was lost."""
        move = next(self._moves) if source else 0
        is_folder = os.path.isdir(target)  # noqa: PTH112  the same
        if source and (is_folder or is_map(source)):
            self._sink(Notice(Kind.FOLDER_GONE if is_folder else Kind.GONE, source, at, move))
        if is_folder:
            self._sink(Notice(Kind.FOLDER_ARRIVED, target, at, move))
        elif is_map(target):
            self._sink(Notice(Kind.ARRIVED, target, at, move))


def changes_in(records: bytes) -> Iterator[tuple[int, str]]:
    """What happened, and the path below the watched folder it happened to."""
    at_byte = 0
    while at_byte + _HEADER.size <= len(records):
        step, change, name_bytes = _HEADER.unpack_from(records, at_byte)
        begin = at_byte + _HEADER.size
        # Windows allows names that are no valid text; Python spells them this way.
        yield change, records[begin : begin + name_bytes].decode("utf-16-le", errors="surrogatepass")
        if not step:
            return
        at_byte += step
