"""Which job takes the next step. The most urgent one; among equals, the one whose last step is longest ago.

All of it on one thread, and none of it knows what the jobs are about.
"""

from __future__ import annotations

import itertools
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Hashable

    from engine.jobs import Job, Urgency


@dataclass(frozen=True, slots=True)
class Yielded:
    id: int
    value: object


@dataclass(frozen=True, slots=True)
class Finished:
    id: int


@dataclass(frozen=True, slots=True)
class Dropped:
    """Cancelled, or its place was taken by a newer job of the same key."""

    id: int


@dataclass(frozen=True, slots=True)
class Failed:
    id: int
    error: Exception


Event: TypeAlias = Yielded | Finished | Dropped | Failed


@dataclass(frozen=True, slots=True)
class _Entry:
    id: int
    key: Hashable
    urgency: Urgency
    job: Job
    turn: int
    """When it took its last step, or came: a count of all steps and arrivals so far."""


class Scheduler:
    def __init__(self) -> None:
        self._entries: dict[int, _Entry] = {}
        self._untold: deque[Event] = deque()
        self._turns = itertools.count()

    @property
    def is_busy(self) -> bool:
        """Whether `step` has anything to say."""
        return bool(self._entries or self._untold)

    def submit(self, id_: int, key: Hashable, urgency: Urgency, job: Job) -> None:
        turn = next(self._turns)
        for older in [entry for entry in self._entries.values() if entry.key == key]:
            # It keeps the older one's place: whoever asks ever anew waits no longer for it.
            turn = older.turn
            self.cancel(older.id)
        self._entries[id_] = _Entry(id_, key, urgency, job, turn)

    def cancel(self, id_: int) -> None:
        """Closes the job. One that has ended already, or never was, is passed over."""
        entry = self._entries.pop(id_, None)
        if entry is None:
            return
        try:
            entry.job.close()
        except Exception as error:  # noqa: BLE001  a job that cannot even end must not take others down
            self._untold.append(Failed(id_, error))
        else:
            self._untold.append(Dropped(id_))

    def cancel_all(self) -> None:
        for id_ in list(self._entries):
            self.cancel(id_)

    def step(self) -> Event | None:
        """Lets one job take one step and says what came of it; None where there is nothing to do."""
        if self._untold:
            return self._untold.popleft()
        if not self._entries:
            return None
        entry = min(self._entries.values(), key=lambda waiting: (waiting.urgency, waiting.turn))
        self._entries[entry.id] = replace(entry, turn=next(self._turns))
        return self._advance(entry)

    def _advance(self, entry: _Entry) -> Event:
        try:
            return Yielded(entry.id, next(entry.job))
        except StopIteration:
            event: Event = Finished(entry.id)
        except Exception as error:  # noqa: BLE001  what went wrong is an event like any other
            event = Failed(entry.id, error)
        del self._entries[entry.id]
        return event
