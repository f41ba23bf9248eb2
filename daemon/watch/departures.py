"""Maps and folders that have gone, for as long as they may still come back.

Some programs save by deleting the old file first, and a move is told as a departure and an arrival.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(slots=True)
class Departure:
    path: Path
    is_folder: bool
    due: float
    move: int
    moved_to: Path | None = None


class Departures:
    def __init__(self, grace_ms: int, confirm: Callable[[Departure], None]) -> None:
        self._grace_s = grace_ms / 1000
        self._confirm = confirm
        self._waiting: dict[Path, Departure] = {}
        """In the order in which they fall due."""
        self._by_move: dict[int, Path] = {}
        self._timer: asyncio.TimerHandle | None = None

    def add(self, path: Path, *, is_folder: bool, move: int) -> None:
        self.cancel(path)
        self._waiting[path] = Departure(path, is_folder, time.perf_counter() + self._grace_s, move)
        if move:
            self._by_move[move] = path
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._grace_s, self._sweep)

    def cancel(self, path: Path) -> None:
        """It is there again."""
        departure = self._waiting.pop(path, None)
        if departure is not None:
            self._by_move.pop(departure.move, None)

    def source_of(self, move: int) -> Departure | None:
        """What has left with the move that now arrives."""
        path = self._by_move.get(move)
        return self._waiting.get(path) if path is not None else None

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _sweep(self) -> None:
        self._timer = None
        now = time.perf_counter()
        due = [departure for departure in self._waiting.values() if departure.due <= now]
        for departure in due:
            self.cancel(departure.path)
            self._confirm(departure)
        if self._waiting:
            soonest = next(iter(self._waiting.values())).due
            self._timer = asyncio.get_running_loop().call_later(max(0.0, soonest - now), self._sweep)
