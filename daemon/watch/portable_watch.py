"""Watches the Songs folder with whatever watchdog has for this system: macOS, and what we do not know.

They do not say when a writer closes a file, and on some a deleted folder looks like a deleted file.
"""

from __future__ import annotations

import itertools
import os
import time
from typing import TYPE_CHECKING

from watchdog.events import (
    DirDeletedEvent,
    DirMovedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

from daemon.songs.library import number_of_sets
from daemon.watch.notices import Kind, Notice, WatchReport, is_map

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from watchdog.observers.api import BaseObserver

_EVENTS: list[type[FileSystemEvent]] = [
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileDeletedEvent,
    DirMovedEvent,
    DirDeletedEvent,
]


class PortableFolders:
    tells_closing = False

    def __init__(self, root: Path, sink: Callable[[Notice], None]) -> None:
        self._root = root
        self._observer: BaseObserver | None = None
        self._handler = _Handler(sink)
        self.report = WatchReport("nothing", 0)

    def start(self) -> WatchReport:
        observer = Observer()
        try:
            sets = number_of_sets(self._root)
            observer.schedule(self._handler, str(self._root), recursive=True, event_filter=_EVENTS)
            observer.start()
        except OSError as error:
            self.report = WatchReport("nothing", 0, f"{self._root} cannot be watched: {error.strerror}.")
            return self.report
        self._observer = observer
        self.report = WatchReport("all", sets)
        return self.report

    def stop(self) -> None:
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()

    def use(self, folder: str) -> None:
        """All folders are watched by one handle of the system."""

    def forget(self, folder: str) -> None:
        """A folder that leaves the tree leaves the handle's sight."""


class _Handler(FileSystemEventHandler):
    def __init__(self, sink: Callable[[Notice], None]) -> None:
        self._sink = sink
        self._moves = itertools.count(1)

    def on_any_event(self, event: FileSystemEvent) -> None:
        at = time.perf_counter()
        source, target = os.fsdecode(event.src_path), os.fsdecode(event.dest_path)
        if isinstance(event, DirMovedEvent):
            move = next(self._moves)
            self._sink(Notice(Kind.FOLDER_GONE, source, at, move))
            self._sink(Notice(Kind.FOLDER_ARRIVED, target, at, move))
        elif isinstance(event, FileMovedEvent):
            self._moved(source, target, at)
        elif isinstance(event, DirDeletedEvent | FileDeletedEvent):
            self._sink(Notice(Kind.GONE if is_map(source) else Kind.FOLDER_GONE, source, at))
        elif is_map(source):
            self._sink(Notice(Kind.CHANGED, source, at))

    def _moved(self, source: str, target: str, at: float) -> None:
        move = next(self._moves)
        if is_map(source):
            self._sink(Notice(Kind.GONE, source, at, move))
        if is_map(target):
            self._sink(Notice(Kind.ARRIVED, target, at, move))
