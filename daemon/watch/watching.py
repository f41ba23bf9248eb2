"""Which folder is watched, and whether saves count at the moment."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from daemon.watch.watcher import Removed, SaveEvent, Watcher, WatchReport

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from daemon.settings import WatchSettings

_log = logging.getLogger(__name__)
NOTHING = WatchReport("nothing", 0, "")
LOOK_AGAIN_S = 2.0
LONGEST_LOOK_AGAIN_S = 60.0
"""A folder that is there and cannot be watched, for whatever reason, is tried ever more seldom."""


class Watching:
    """One watcher at a time; a folder that cannot be watched leaves a note instead of an error."""

    def __init__(
        self,
        settings: WatchSettings,
        *,
        on_save: Callable[[SaveEvent], None],
        on_removed: Callable[[Removed], None],
        on_change: Callable[[], None],
        on_hollow: Callable[[Path, str], None],
    ) -> None:
        self.folder: Path | None = None
        self.report = NOTHING
        self.paused = False
        self._settings = settings
        self._on_save = on_save
        self._on_removed = on_removed
        self._on_change = on_change
        self._on_hollow = on_hollow
        self._watcher: Watcher | None = None
        self._awaited: Path | None = None
        """Is not there yet, or no longer."""
        self._identity: object = None
        """Of the folder that is watched: another may stand under its name meanwhile."""
        self._switching = asyncio.Lock()

    async def watch(self, folder: Path) -> None:
        async with self._switching:
            self.report = NOTHING
            await self._watch(folder)

    async def _watch(self, folder: Path) -> None:
        await self._end()
        self.folder = folder
        self._awaited = None
        self._identity = await asyncio.to_thread(_identity_of, folder)
        watcher = Watcher(
            folder, self._settings, self._hear, on_report=self._reported, on_hollow=self._on_hollow
        )
        try:
            report = await watcher.start()
        except OSError as error:
            _log.warning("the Songs folder cannot be watched", exc_info=error)
            report = WatchReport("nothing", 0, f"{folder} cannot be watched ({error.strerror or error}).")
            await watcher.stop()
        else:
            self._watcher = watcher
            _log.info("watching %d sets (%s)", report.sets, report.mode)
        self._reported(report)

    def wait_for(self, folder: Path | None, note: str) -> None:
        """Nothing is watched, and why; the folder is watched as soon as it is there."""
        self._awaited = folder
        self._reported(WatchReport("nothing", 0, note))

    async def keep(self) -> None:
        """A disk is unplugged, a folder renamed and made anew: what comes back is watched again.

        The systems tell of it in different words or not at all, so it is looked at now and then.
        """
        pause_s = LOOK_AGAIN_S
        while True:
            await asyncio.sleep(pause_s)
            async with self._switching:
                tried = await self._look_again()
            vain = tried and self.report.mode == "nothing"
            pause_s = min(2 * pause_s, LONGEST_LOOK_AGAIN_S) if vain else LOOK_AGAIN_S

    async def _look_again(self) -> bool:
        """Whether the folder was watched anew."""
        folder = self._awaited or self.folder
        if folder is None:
            return False
        identity = await asyncio.to_thread(_identity_of, folder)
        if identity is None:
            if self._watcher is not None:
                await self._end()
                self._reported(WatchReport("nothing", 0, f"{folder} is gone: no save can be seen there."))
            return False
        if self._watcher is not None and identity == self._identity and self.report.mode != "nothing":
            return False
        await self._watch(folder)
        return True

    def use(self, path: Path) -> None:
        """Somebody works on this map: where not all sets can be watched, its set is from now on."""
        if self._watcher is not None:
            self._watcher.use(path)

    def expect_own_write(self, path: Path, content_hash: str) -> None:
        """We are about to write that: no save of anybody's."""
        if self._watcher is not None:
            self._watcher.expect_own_write(path, content_hash)

    def own_write_failed(self, path: Path, content_hash: str) -> None:
        if self._watcher is not None:
            self._watcher.own_write_failed(path, content_hash)

    def pause(self, on: bool) -> None:
        """The watcher goes on learning what the files hold, so that an end of the pause is no save."""
        self.paused = on
        self._on_change()

    async def stop(self) -> None:
        async with self._switching:
            await self._end()
        self.report = NOTHING

    async def _end(self) -> None:
        watcher, self._watcher = self._watcher, None
        if watcher is not None:
            await watcher.stop()

    def _hear(self, event: SaveEvent | Removed) -> None:
        if isinstance(event, Removed):
            self._on_removed(event)
        elif not self.paused:
            self._on_save(event)

    def _reported(self, report: WatchReport) -> None:
        if report != self.report:
            self.report = report
            self._on_change()


def _identity_of(folder: Path) -> object:
    """What stays while it is the same folder; None if there is none."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if folder.is_dir() else None
