"""A thread that works on jobs of one sort, so that what waits for a network never holds up what computes."""

from __future__ import annotations

import threading
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from engine.scheduler import Scheduler

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from engine.jobs import Job, Urgency
    from engine.scheduler import Event


class Lane:
    def __init__(
        self, name: str, tell: Callable[[Event], None], on_busy: Callable[[bool], None] = lambda _: None
    ) -> None:
        """Both are called on the lane's own thread; `on_busy` when there is something to do, and when not."""
        self._tell = tell
        self._on_busy = on_busy
        self._scheduler = Scheduler()
        self._orders: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._has_ended = False
        self.thread = threading.Thread(target=self._run, name=f"engine-{name}", daemon=True)

    def submit(self, id_: int, key: Hashable, urgency: Urgency, job: Job) -> None:
        self._orders.put(partial(self._scheduler.submit, id_, key, urgency, job))

    def cancel(self, id_: int) -> None:
        self._orders.put(partial(self._scheduler.cancel, id_))

    def end(self) -> None:
        """Closes every job after the step that it is in, and then the thread ends."""
        self._orders.put(self._end)

    def _end(self) -> None:
        self._scheduler.cancel_all()
        self._has_ended = True

    def _run(self) -> None:
        while not self._has_ended:
            self._take_orders()
            event = self._scheduler.step()
            if event is not None:
                self._tell(event)
            # An exception holds all that its functions held, and the next event may be long in coming.
            del event

    def _take_orders(self) -> None:
        """All there are; where nothing is being worked on, waits for one."""
        if not self._scheduler.is_busy:
            self._on_busy(False)
            self._orders.get()()
            self._on_busy(self._scheduler.is_busy)
        while True:
            try:
                order = self._orders.get_nowait()
            except Empty:
                return
            order()
