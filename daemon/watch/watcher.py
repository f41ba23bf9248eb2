"""Turns what the system says about the Songs folder into saves: one settled save is one SaveEvent.

- A map renamed to another name is a SaveEvent of the new path and, after the grace in which a deleted file
  may come back, a Removed of the old one that says where it went. A difficulty renamed in the editor is the
  same, except that it is a new file and a deleted one: nobody can say where the old one went.
- A renamed or moved folder is no save: a Removed with `moved_to` for each map in it that had been seen.
- A map that already lay there is not read at the start: its first save is reported even if nothing changed.
- While the app is paused it drops the events; the content is learned all the same.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from daemon.songs.library import maps_changed_since, set_of
from daemon.watch.departures import Departure, Departures
from daemon.watch.folder_watch import folder_watch
from daemon.watch.notices import FolderWatch, Kind, Notice, WatchReport
from daemon.watch.reading import Reading, read_shared
from daemon.watch.remembered import Remembered
from daemon.watch.save_in_progress import SaveInProgress
from daemon.watch.settling import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from daemon.settings import WatchSettings

    MakeFolderWatch = Callable[[Path, WatchSettings, Callable[[Notice], None]], FolderWatch]

__all__ = ["Removed", "SaveEvent", "WatchReport", "Watcher"]

_READERS = 2
_FRESH_S = 2.0
_LOST_SLACK_S = 5.0
"""File systems keep time in steps of up to two seconds, and notices wait a moment in our queue."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SaveEvent:
    path: Path
    data: bytes
    content_hash: str
    """SHA-256, in hex."""
    first_seen: float
    """Seconds of time.perf_counter at which the system first spoke of this save."""
    settled: float


@dataclass(frozen=True, slots=True)
class Removed:
    path: Path
    moved_to: Path | None = None
    """Where the same map is now, if it was moved within the folder."""


class Watcher:
    def __init__(
        self,
        folder: Path,
        settings: WatchSettings,
        on_event: Callable[[SaveEvent | Removed], None],
        *,
        on_report: Callable[[WatchReport], None] | None = None,
        on_hollow: Callable[[Path, str], None] = lambda *_: None,
        make_folder_watch: MakeFolderWatch = folder_watch,
    ) -> None:
        """All of them are called in the loop that `start` runs in. `on_hollow` hears of a map that was left
        without content, as a crash leaves it, and what it is now: "empty", "filled with zeros".
        """
        self._folder = folder
        self._settings = settings
        self._on_event = on_event
        self._on_report = on_report
        self._on_hollow = on_hollow
        self._watch = make_folder_watch(folder, settings, self._hear)
        self._remembered = Remembered()
        self._departures = Departures(settings.removal_grace_ms, self._departed)
        self._saves: dict[Path, SaveInProgress] = {}
        self._unproven: set[Path] = set()
        """A writer closed them, but nobody saw it write: only the file's time can tell whether it did."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._inbox: deque[Notice] = deque()
        self._inbox_lock = Lock()
        self._last_heard = time.time()
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="read-map")
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def report(self) -> WatchReport:
        """What is watched now; `on_report` is called when it changes."""
        return self._watch.report

    async def start(self) -> WatchReport:
        """A save is seen from the moment its own folder is armed, which may be before this returns."""
        self._loop = asyncio.get_running_loop()
        return await asyncio.to_thread(self._watch.start)

    async def stop(self) -> None:
        await asyncio.to_thread(self._watch.stop)
        self._loop = None
        self._departures.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._readers.shutdown(wait=False, cancel_futures=True)

    def expect_own_write(self, path: Path, content_hash: str) -> None:
        """The next time this file holds this content it was we who wrote it: learned, not reported."""
        self._remembered.expect_own_write(path, content_hash)

    def own_write_failed(self, path: Path, content_hash: str) -> None:
        """What was expected did not come to be."""
        self._remembered.expect_no_own_write(path, content_hash)

    def use(self, path: Path) -> None:
        """Somebody works on this map: where not all sets can be watched, its set is."""
        folder = set_of(self._folder, path)
        if folder is not None:
            self._watch.use(str(folder))

    # From the watching thread into the loop.

    def _hear(self, notice: Notice) -> None:
        with self._inbox_lock:
            last = self._inbox[-1] if self._inbox else None
            if last and (last.kind, last.path, last.move) == (notice.kind, notice.path, notice.move):
                self._inbox[-1] = notice
                return
            self._inbox.append(notice)
            loop = self._loop
            if len(self._inbox) == 1 and loop is not None and not loop.is_closed():
                loop.call_soon_threadsafe(self._drain)

    def _drain(self) -> None:
        with self._inbox_lock:
            notices = list(self._inbox)
            self._inbox.clear()
        for notice in notices:
            self._take(notice)
        self._last_heard = time.time()

    def _take(self, notice: Notice) -> None:
        path = Path(notice.path)
        match notice.kind:
            case Kind.CHANGED:
                self._stir(path, notice.at, Writer.OPEN if self._watch.tells_closing else Writer.UNKNOWN)
            case Kind.CLOSED:
                self._closed(path, notice.at)
            case Kind.FOUND:
                self._found(path, notice.at)
            case Kind.ARRIVED:
                self._arrived(path, notice)
            case Kind.FOLDER_ARRIVED:
                self._folder_arrived(path, notice)
            case Kind.GONE | Kind.FOLDER_GONE:
                self._departures.add(path, is_folder=notice.kind is Kind.FOLDER_GONE, move=notice.move)
            case Kind.LOST:
                self._run(self._look_everywhere(self._last_heard - _LOST_SLACK_S), "look everywhere")
            case Kind.ENDED | Kind.LIMITED:
                if self._on_report is not None:
                    self._on_report(self.report)

    # Saves.

    def _stir(self, path: Path, at: float, writer: Writer) -> None:
        self._departures.cancel(path)
        self._unproven.discard(path)
        save = self._saves.get(path)
        if save is not None:
            save.stir(at, writer)
            return
        save = self._saves[path] = SaveInProgress(path, self._settings, at, writer)
        self._run(self._follow(save), f"settle {path.name}")

    def _closed(self, path: Path, at: float) -> None:
        unproven = path in self._unproven or (path not in self._saves and path not in self._remembered)
        self._stir(path, at, Writer.CLOSED)
        if unproven:
            self._unproven.add(path)

    def _found(self, path: Path, at: float) -> None:
        if path not in self._saves:
            self._stir(path, at, Writer.UNKNOWN)

    async def _follow(self, save: SaveInProgress) -> None:
        try:
            reading = await save.settled(self._read, lambda: self._remembered.last(save.path))
            if save.hollow:
                self._on_hollow(save.path, save.hollow)
            if reading is None:
                return
            unproven = save.path in self._unproven
            news = self._remembered.learn(save.path, reading.version)
            if news and not (unproven and _is_stale(reading)):
                self.use(save.path)
                self._emit(_save_event(save, reading))
        finally:
            self._unproven.discard(save.path)
            del self._saves[save.path]

    async def _read(self, path: Path) -> Reading | None:
        return await asyncio.get_running_loop().run_in_executor(self._readers, read_shared, path)

    async def _look_everywhere(self, since: float) -> None:
        """The system lost count: whatever was written since may be a save."""
        _log.warning("The system reported more changes at once than it can hold; looking for them one by one")
        for path in await asyncio.to_thread(maps_changed_since, self._folder, since):
            self._found(path, time.perf_counter())

    # Moves and removals.

    def _arrived(self, path: Path, notice: Notice) -> None:
        source = self._departures.source_of(notice.move)
        if source is None or self._arrived_from(source, path):
            self._stir(path, notice.at, Writer.CLOSED)

    def _arrived_from(self, source: Departure, path: Path) -> bool:
        """Whether a move within the folder may have changed what lies at `path`."""
        source.moved_to = path
        seen = source.path in self._remembered
        if not seen and (source.path in self._saves or source.path.name == path.name):
            # A temporary file on its way to its real name, or one of many in a folder that moved.
            self._departures.cancel(source.path)
            return source.path in self._saves or path in self._remembered
        if source.path.name != path.name or path in self._remembered:
            return True
        self._departures.cancel(path)
        self._remember_moved(source.path, path)
        return False

    def _folder_arrived(self, folder: Path, notice: Notice) -> None:
        self._departures.cancel(folder)
        source = self._departures.source_of(notice.move)
        if source is None:
            return
        self._departures.cancel(source.path)
        for old in [path for path in self._saves if source.path in path.parents]:
            self._stir(folder / old.relative_to(source.path), notice.at, Writer.UNKNOWN)
        for old in self._remembered.below(source.path):
            self._remember_moved(old, folder / old.relative_to(source.path))

    def _remember_moved(self, old: Path, new: Path) -> None:
        """The same content under another path is no save."""
        self._departures.cancel(old)
        if old in self._remembered:
            self._remembered.move(old, new)
            self._emit(Removed(old, new))

    def _departed(self, departure: Departure) -> None:
        """What has gone did not come back in time."""
        if departure.is_folder:
            self._watch.forget(str(departure.path))
        gone = self._remembered.below(departure.path) if departure.is_folder else [departure.path]
        for path in gone:
            self._remembered.forget(path)
            self._emit(Removed(path, departure.moved_to))

    # Small things.

    def _run(self, work: Coroutine[None, None, None], name: str) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("%s failed", task.get_name(), exc_info=task.exception())

    def _emit(self, event: SaveEvent | Removed) -> None:
        """A call of its own in the loop: a listener that fails does not take the next notice with it."""
        if self._loop is not None:
            self._loop.call_soon(self._on_event, event)


def _is_stale(reading: Reading) -> bool:
    _, changed_ns = reading.stamp
    return time.time() - changed_ns / 1e9 > _FRESH_S


def _save_event(save: SaveInProgress, reading: Reading) -> SaveEvent:
    return SaveEvent(
        path=save.path,
        data=reading.data,
        content_hash=reading.version.content_hash,
        first_seen=save.first_seen,
        settled=time.perf_counter(),
    )
