"""How the child is doing, told to the parent whenever it changes."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from engine.child.own_process import resident_mb
from engine.pipe import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.pipe import ChildStatus

PULSE_S: Final = 2.0
"""How often the memory is looked at, beside every change."""
WORTH_TELLING_MB: Final = 16


class Teller:
    def __init__(self, tell: Callable[[State], None]) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._state = State("idle", None, None, resident_mb(), None, "")

    def say(
        self,
        status: ChildStatus | None = None,
        *,
        speed: str | None = None,
        note: str | None = None,
    ) -> None:
        """Only what is given changes."""
        with self._lock:
            before = self._state
            self._say(
                replace(
                    before,
                    status=status or before.status,
                    speed=before.speed if speed is None else speed,
                    note=before.note if note is None else note,
                )
            )

    def say_model(self, model: str | None, device: str | None) -> None:
        with self._lock:
            self._say(replace(self._state, model=model, device=device, speed=None))

    def say_hello(self) -> None:
        with self._lock:
            self._tell(self._state)

    def pulse(self) -> None:
        with self._lock:
            memory_mb = resident_mb()
            if abs((memory_mb or 0) - (self._state.memory_mb or 0)) >= WORTH_TELLING_MB:
                self._say(self._state)

    def _say(self, state: State) -> None:
        state = replace(state, memory_mb=resident_mb())
        changed = replace(state, memory_mb=self._state.memory_mb) != self._state
        moved_mb = abs((state.memory_mb or 0) - (self._state.memory_mb or 0))
        if changed or moved_mb >= WORTH_TELLING_MB:
            self._state = state
            self._tell(state)
