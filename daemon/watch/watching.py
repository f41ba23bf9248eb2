"""Which folder is watched, and whether saves count at the moment."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from daemon.watch.watcher import Removed, SaveEvent, Watcher, WatchReport

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from daemon.settings import WatchSettings

_log = logging.getLogger(__name__)
NOTHING = WatchReport("nothing", 0, "")


class Watching:
    """One watcher at a time; a folder that cannot be watched leaves a note instead of an error."""

    def __init__(
        self,
        settings: WatchSettings,
        *,
        on_save: Callable[[SaveEvent], None],
        on_removed: Callable[[Removed], None],
        on_change: Callable[[], None],
    ) -> None:
        self.folder: Path | None = None
        self.report = NOTHING
        self.paused = False
        self._settings = settings
        self._on_save = on_save
        self._on_removed = on_removed
        self._on_change = on_change
        self._watcher: Watcher | None = None

    async def watch(self, folder: Path) -> None:
        await self.stop()
        self.folder = folder
        watcher = Watcher(folder, self._settings, self._hear, on_report=self._reported)
        try:
            self.report = await watcher.start()
        except OSError as error:
            _log.exception("the Songs folder cannot be watched")
            self.report = WatchReport(
                "nothing", 0, f"{folder} cannot be watched ({error.strerror or error})."
            )
            await watcher.stop()
        else:
            self._watcher = watcher
            _log.info("watching %d sets (%s)", self.report.sets, self.report.mode)
        self._on_change()

    def note(self, sentence: str) -> None:
        """Nothing is watched, and why."""
        self.report = WatchReport("nothing", 0, sentence)
        self._on_change()

    def pause(self, on: bool) -> None:
        """The watcher goes on learning what the files hold, so that an end of the pause is no save."""
        self.paused = on
        self._on_change()

    async def stop(self) -> None:
        if self._watcher is not None:
            await self._watcher.stop()
        self._watcher = None
        self.report = NOTHING

    def _hear(self, event: SaveEvent | Removed) -> None:
        if isinstance(event, Removed):
            self._on_removed(event)
        elif not self.paused:
            self._on_save(event)

    def _reported(self, report: WatchReport) -> None:
        self.report = report
        self._on_change()
