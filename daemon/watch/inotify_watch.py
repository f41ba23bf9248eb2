"""Watches the Songs folder on Linux, through watchdog's inotify descriptor.

Watchdog's own recursive observer says nothing when the system grants no more watches (it skips the folder),
cannot give some of them back, and holds everything up for half a second after a folder is moved away. So the
walk and the meaning of the events are ours here; descriptor, thread and parsing are watchdog's.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import OrderedDict, deque
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from watchdog.observers.inotify_c import InotifyConstants, InotifyEvent, InotifyFD

from daemon.watch.inotify_limits import too_many_folders_note
from daemon.watch.inotify_table import InotifyTable, OutOfWatchesError
from daemon.watch.notices import Kind, Notice, WatchReport, is_map

if TYPE_CHECKING:
    from collections.abc import Callable

    from watchdog.observers.inotify_c import WatchDescriptor

    from daemon.settings import WatchSettings

_JUST_NOW_S = 2.0
_log = logging.getLogger(__name__)


class InotifyFolders:
    tells_closing = True

    def __init__(self, root: Path, settings: WatchSettings, sink: Callable[[Notice], None]) -> None:
        self._root = str(root)
        self._settings = settings
        self._sink = sink
        self._inotify = InotifyFD()
        self._table = InotifyTable(self._inotify, self, settings.max_folders)
        self._recent: OrderedDict[str, None] | None = None
        """The sets watched where not all can be, the one used last at the end. None: all are."""
        self._most_recent = settings.recent_sets
        self._recent_lock = threading.RLock()
        self._moving: dict[int, str] = {}
        self.report = WatchReport("nothing", 0)

    def start(self) -> WatchReport:
        self._inotify.start()
        try:
            self._watch_below(self._root)
            self._report_all()
        except OutOfWatchesError:
            self._fall_back()
        return self.report

    def stop(self) -> None:
        self._inotify.stop()
        self._inotify.join()

    def use(self, folder: str) -> None:
        with self._recent_lock:
            if self._recent is None:
                return
            self._recent[folder] = None
            self._recent.move_to_end(folder)
            while len(self._recent) > self._most_recent:
                oldest, _ = self._recent.popitem(last=False)
                self._table.remove(oldest)
            with suppress(OutOfWatchesError):
                self._table.add(folder)

    def forget(self, folder: str) -> None:
        self._table.remove(folder)

    # What watchdog's thread calls.

    def on_event(self, event: InotifyEvent) -> None:
        at = time.perf_counter()
        folder = self._table.folder_of(event.wd)
        if folder is None:
            return
        if not event.name:
            if folder == self._root and (event.is_delete_self or event.is_move_self):
                self._ended(at)
            return
        name = os.fsdecode(event.name)
        if event.mask & InotifyConstants.IN_ISDIR:
            self._on_folder(event, folder + os.sep + name, at)
        elif is_map(name):
            self._on_map(event, folder + os.sep + name, at)

    def on_watch_deleted(self, wd: WatchDescriptor) -> None:
        unmounted = self._table.folder_of(wd) == self._root
        self._table.dropped(wd)
        if unmounted:
            self._ended(time.perf_counter())

    def on_queue_overflow(self) -> None:
        self._enter(self._root)
        self._sink(Notice(Kind.LOST, self._root, time.perf_counter()))

    def _ended(self, at: float) -> None:
        self.report = WatchReport("nothing", 0, f"{self._root} is gone: no save can be seen there.")
        self._sink(Notice(Kind.ENDED, self._root, at))

    # Files and folders.

    def _on_map(self, event: InotifyEvent, path: str, at: float) -> None:
        if event.is_close_write:
            self._sink(Notice(Kind.CLOSED, path, at))
        elif event.is_modify or event.is_create:
            self._sink(Notice(Kind.CHANGED, path, at))
        elif event.is_moved_to:
            self._sink(Notice(Kind.ARRIVED, path, at, event.cookie))
        elif event.is_moved_from or event.is_delete:
            self._sink(Notice(Kind.GONE, path, at, event.cookie))

    def _on_folder(self, event: InotifyEvent, path: str, at: float) -> None:
        if event.is_create:
            self._enter(path, found_since=0.0)
        elif event.is_moved_from:
            self._moving = {event.cookie: path} if len(self._moving) > 1000 else self._moving  # noqa: PLR2004  # a bound
            self._moving[event.cookie] = path
            self._sink(Notice(Kind.FOLDER_GONE, path, at, event.cookie))
        elif event.is_moved_to:
            self._on_folder_arrived(path, at, event.cookie)
        elif event.is_delete:
            self._sink(Notice(Kind.FOLDER_GONE, path, at))

    def _on_folder_arrived(self, path: str, at: float, cookie: int) -> None:
        old = self._moving.pop(cookie, None)
        self._sink(Notice(Kind.FOLDER_ARRIVED, path, at, cookie if old else 0))
        if old and old in self._table:
            self._table.move(old, path)
            if self._recent is not None:
                self._recent.pop(old, None)
                self.use(path)
        else:
            # What lay in it was saved long ago; what has been written since it came, we have not been told.
            self._enter(path, found_since=time.time() - _JUST_NOW_S)

    def _enter(self, folder: str, found_since: float | None = None) -> None:
        """Watch a folder that has come, or come into view, and say which fresh maps lie in it already."""
        try:
            if self._recent is not None and folder != self._root:
                self.use(folder)
            self._watch_below(folder, found_since)
        except OutOfWatchesError:
            self._fall_back(folder)
            self._sink(Notice(Kind.LIMITED, self._root, time.perf_counter()))

    def _watch_below(self, folder: str, found_since: float | None = None) -> None:
        """The nearest folders first: the sets are watched while a slow disk is still being walked."""
        waiting = deque([folder])
        while waiting:
            current = waiting.popleft()
            # First the watch, then the look: what is created in between is seen twice, never missed.
            if not self._table.add(current):
                continue
            folders, maps = _inside(current)
            if self._recent is None:
                waiting.extend(folders)
            if found_since is not None:
                self._say_found(maps, found_since)

    def _say_found(self, maps: list[str], since: float) -> None:
        for path in maps:
            with suppress(OSError):
                if Path(path).stat().st_mtime >= since:
                    self._sink(Notice(Kind.FOUND, path, time.perf_counter()))

    # Where not all can be watched.

    def _report_all(self) -> None:
        sets, _ = _inside(self._root)
        if self._recent is not None:
            return  # a set that came meanwhile was one too many
        if self._root in self._table:
            self.report = WatchReport("all", len(sets))
        else:
            self.report = WatchReport("nothing", 0, f"{self._root} is not there or cannot be read.")

    def _fall_back(self, in_use: str | None = None) -> None:
        """Give most of the watches back, other programs need some too, and keep root and recent sets."""
        with self._recent_lock:
            if self._recent is None:
                self._keep_recent()
            if in_use is not None and self._root in self._table:
                self.use(in_use)

    def _keep_recent(self) -> None:
        granted = len(self._table)
        self._table.remove(self._root)
        sets, _ = _inside(self._root)
        self._most_recent = max(1, min(self._settings.recent_sets, granted // 2))
        self._recent = OrderedDict()
        with suppress(OutOfWatchesError):
            self._table.add(self._root)
        if self._root not in self._table:
            self.report = WatchReport("nothing", 0, too_many_folders_note(granted, len(sets), 0))
            return
        for folder in sorted(sets, key=_last_used)[-self._most_recent :]:
            self.use(folder)
        watched = len(self._table) - 1
        self.report = WatchReport("recent", watched, too_many_folders_note(granted, len(sets), watched))
        _log.warning("%s", self.report.note)


def _inside(folder: str) -> tuple[list[str], list[str]]:
    """The folders and the maps directly in a folder."""
    folders, maps = [], []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if is_map(entry.name):
                maps.append(entry.path)
            elif entry.is_dir():
                folders.append(entry.path)
    return folders, maps


def _last_used(folder: str) -> float:
    """When something in a set was last written: a map written in place does not touch its folder's time."""
    newest = 0.0
    for path in (folder, *_inside(folder)[1]):
        with suppress(OSError):
            newest = max(newest, Path(path).stat().st_mtime)
    return newest
