"""The best way this system has to watch the Songs folder."""

from __future__ import annotations

import errno
import sys
from typing import TYPE_CHECKING

from watchdog.utils import UnsupportedLibcError, platform

from daemon.watch.inotify_limits import no_instance_note
from daemon.watch.notices import WatchReport
from daemon.watch.portable_watch import PortableFolders
from daemon.watch.windows_watch import WindowsFolders

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from daemon.settings import WatchSettings
    from daemon.watch.notices import FolderWatch, Notice


def folder_watch(root: Path, settings: WatchSettings, sink: Callable[[Notice], None]) -> FolderWatch:
    if sys.platform == "win32":
        from daemon.watch.windows_changes import DirectoryChanges  # noqa: PLC0415  Windows alone has it

        return WindowsFolders(root, sink, DirectoryChanges(str(root)))
    else:  # noqa: RET505  mypy, asked about Windows, takes what follows without it for unreachable
        return _elsewhere(root, settings, sink)


def _elsewhere(root: Path, settings: WatchSettings, sink: Callable[[Notice], None]) -> FolderWatch:
    if not platform.is_linux():
        return PortableFolders(root, sink)
    try:
        from daemon.watch.inotify_watch import InotifyFolders  # noqa: PLC0415  watchdog has it on Linux only

        return InotifyFolders(root, settings, sink)
    except UnsupportedLibcError:
        return PortableFolders(root, sink)
    except OSError as error:
        note = no_instance_note() if error.errno == errno.EMFILE else f"{root} cannot be watched: {error}."
        return Unwatched(note)


class Unwatched:
    """Where the system refuses altogether: the rest of the program works, and says why no save is seen."""

    tells_closing = sys.platform == "linux"

    def __init__(self, note: str) -> None:
        self.report = WatchReport("nothing", 0, note)

    def start(self) -> WatchReport:
        return self.report

    def stop(self) -> None: ...
    def use(self, folder: str) -> None: ...
    def forget(self, folder: str) -> None: ...
