"""Which folder each inotify watch stands for, and what happens when the system grants no more of them."""

from __future__ import annotations

import errno
import os
import threading
from typing import TYPE_CHECKING

from watchdog.observers.inotify_c import CallbackId, InotifyConstants, InotifyFD, Mask

if TYPE_CHECKING:
    from watchdog.observers.inotify_c import WatchCallback, WatchDescriptor

# Not asked for: reads, opens and attributes. Games, players and indexers make those; nobody saves with them.
_MASK = Mask(
    InotifyConstants.IN_MODIFY
    | InotifyConstants.IN_CLOSE_WRITE
    | InotifyConstants.IN_MOVED_FROM
    | InotifyConstants.IN_MOVED_TO
    | InotifyConstants.IN_CREATE
    | InotifyConstants.IN_DELETE
    | InotifyConstants.IN_DELETE_SELF
    | InotifyConstants.IN_MOVE_SELF
    | InotifyConstants.IN_ONLYDIR
    | InotifyConstants.IN_EXCL_UNLINK
)


class OutOfWatchesError(Exception):
    """The system, or the settings, grant no further folder."""


class InotifyTable:
    """Used from two threads: the one that walks the folders and the one that hears of changes."""

    def __init__(self, inotify: InotifyFD, callback: WatchCallback, most: int) -> None:
        self._inotify = inotify
        self._callback = callback
        self._most = most
        self._lock = threading.Lock()
        self._watch_of: dict[str, WatchDescriptor] = {}
        self._folder_of: dict[WatchDescriptor, tuple[str, CallbackId]] = {}
        self._last_id = 0

    def __len__(self) -> int:
        return len(self._watch_of)

    def __contains__(self, folder: str) -> bool:
        return folder in self._watch_of

    def folder_of(self, watch: WatchDescriptor) -> str | None:
        with self._lock:
            entry = self._folder_of.get(watch)
        return entry[0] if entry else None

    def add(self, folder: str) -> bool:
        """Whether the folder is watched under this name now."""
        with self._lock:
            if folder in self._watch_of:
                return True
            if self._most and len(self._watch_of) >= self._most:
                raise OutOfWatchesError
            self._last_id += 1
            return self._add(folder, CallbackId(self._last_id))

    def _add(self, folder: str, id_: CallbackId) -> bool:
        try:
            watch = self._inotify.add_callback(os.fsencode(folder), _MASK, self._callback, id_)
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.ENOMEM}:
                raise OutOfWatchesError from error
            return False  # it went away meanwhile
        if watch < 0:
            return False  # watchdog passes over a folder that may not be read
        if watch in self._folder_of:
            # The same folder by another name: a link, perhaps a circle of them.
            self._inotify.remove_callbacks([(watch, id_)])
            return False
        self._watch_of[folder] = watch
        self._folder_of[watch] = (folder, id_)
        return True

    def move(self, old: str, new: str) -> None:
        """A watch follows its folder when that is renamed; only the name here has to."""
        with self._lock:
            for folder in self._below(old):
                watch = self._watch_of.pop(folder)
                name = new + folder[len(old) :]
                self._watch_of[name] = watch
                self._folder_of[watch] = (name, self._folder_of[watch][1])

    def remove(self, folder: str) -> None:
        """No longer watch the folder and what lies below it."""
        with self._lock:
            for name in self._below(folder):
                watch = self._watch_of.pop(name)
                _, id_ = self._folder_of.pop(watch)
                self._inotify.remove_callbacks([(watch, id_)])

    def dropped(self, watch: WatchDescriptor) -> None:
        """The system itself took the watch away: its folder was deleted or unmounted."""
        with self._lock:
            entry = self._folder_of.pop(watch, None)
            if entry and self._watch_of.get(entry[0]) == watch:
                del self._watch_of[entry[0]]

    def _below(self, folder: str) -> list[str]:
        inside = folder + os.sep
        return [name for name in self._watch_of if name == folder or name.startswith(inside)]
