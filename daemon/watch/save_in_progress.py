"""Follows one file from the first sign of a save until its content can be trusted."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from daemon.watch.reading import BusyError, Reading
from daemon.watch.settling import Look, Version, Writer, first_look_ms, look, patience_ms

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from daemon.settings import WatchSettings

_FIRST_RETRY_MS = 20
_LONGEST_RETRY_MS = 500
_TIMER_SLACK_MS = 1
"""The loop's clock may wake us this much too early; one more read would cost more."""
_log = logging.getLogger(__name__)


class SaveInProgress:
    def __init__(self, path: Path, settings: WatchSettings, at: float, writer: Writer) -> None:
        self.path = path
        self.first_seen = at
        self.hollow = ""
        """What the file is instead of a map, once nobody can be expected to fill it any more."""
        self._settings = settings
        self._quiet_since = at
        self._writer = writer
        self._stamp: tuple[int, int] | None = None
        self._stirred = asyncio.Event()

    def stir(self, at: float, writer: Writer) -> None:
        """The system spoke of the file again."""
        self._quiet_since = at
        self._writer = writer
        self._stirred.set()

    async def settled(
        self, read: Callable[[Path], Awaitable[Reading | None]], last_version: Callable[[], Version | None]
    ) -> Reading | None:
        """The content to trust; None if the file went away or never became a beatmap."""
        wanted_ms: float = first_look_ms(self._writer, self._settings)
        retry_ms = _FIRST_RETRY_MS
        while True:
            if not await self._lies_still_for(wanted_ms):
                wanted_ms = first_look_ms(self._writer, self._settings)
                continue
            try:
                reading = await read(self.path)
            except BusyError as error:
                if self._still_ms >= self._settings.give_up_ms:
                    _log.warning("%s cannot be read and is passed over: %s", self.path, error.strerror)
                    return None
                wanted_ms = self._still_ms + retry_ms
                retry_ms = min(2 * retry_ms, _LONGEST_RETRY_MS)
                continue
            if reading is None:
                return None
            seen = look(reading.data, reading.version, last_version())
            wanted_ms = self._still_wanted_ms(reading, seen)
            if wanted_ms == 0:
                return self._trusted(reading, seen)

    def _still_wanted_ms(self, reading: Reading, seen: Look) -> float:
        """How long the file must have lain still; 0 if it has."""
        if self._stirred.is_set():
            return first_look_ms(self._writer, self._settings)
        if self._writer is Writer.UNKNOWN and reading.stamp != self._stamp:
            self._quiet_since = (
                time.perf_counter()
            )  # nobody tells us of writes, so size and time must stand still
        self._stamp = reading.stamp
        wanted_ms = patience_ms(seen, self._writer, self._settings)
        return 0 if self._still_ms + _TIMER_SLACK_MS >= wanted_ms else wanted_ms

    def _trusted(self, reading: Reading, seen: Look) -> Reading | None:
        if seen is Look.HOPELESS:
            self.hollow = "empty" if not reading.data.strip() else "filled with zeros"
            _log.warning(
                "%s is %s: there is nothing to check, and its writer may have crashed", self.path, self.hollow
            )
            return None
        return reading

    async def _lies_still_for(self, wanted_ms: float) -> bool:
        """False as soon as the system speaks of the file again."""
        self._stirred.clear()
        left_s = self._quiet_since + wanted_ms / 1000 - time.perf_counter()
        try:
            async with asyncio.timeout(max(left_s, 0)):
                await self._stirred.wait()
        except TimeoutError:
            return not self._stirred.is_set()
        return False

    @property
    def _still_ms(self) -> float:
        return (time.perf_counter() - self._quiet_since) * 1000
