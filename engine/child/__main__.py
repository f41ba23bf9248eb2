"""The engine's process: reads requests, gives each to the lane it belongs on, and sends what comes of it.

Started by `engine/process.py` alone. Standard input and output are its pipes; its log is standard error.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from typing import TYPE_CHECKING, Final

from engine.child import own_process, trouble
from engine.child.handlers import HANDLERS, House
from engine.child.lane import Lane
from engine.child.state import PULSE_S, Teller
from engine.pipe import Ask, Cancel, Setup, receive, send
from engine.scheduler import Failed, Yielded

if TYPE_CHECKING:
    from typing import BinaryIO

    from engine.child.handlers import LaneName
    from engine.scheduler import Event

PATIENCE_S: Final = 1.0
"""What is being worked on may close its files when the end comes; nobody waits longer."""


class Child:
    def __init__(self, answers: BinaryIO, setup: Setup) -> None:
        self._answers = answers
        self._sending = threading.Lock()
        self._teller = Teller(self._send)
        self._house = House(setup, self._teller)
        self._lanes: dict[LaneName, Lane] = {
            "thinking": Lane("thinking", self._tell, self._thinks),
            "files": Lane("files", self._tell),
            "network": Lane("network", self._tell),
        }
        self._lane_of: dict[int, Lane] = {}

    def work(self, requests: BinaryIO) -> None:
        """Until the parent has nothing more to ask, or is no more."""
        for lane in self._lanes.values():
            lane.thread.start()
        threading.Thread(target=self._pulse, name="engine-pulse", daemon=True).start()
        self._teller.say_hello()
        while (message := receive(requests)) is not None:
            self._take(message)
        self._end()

    def _take(self, message: object) -> None:
        match message:
            case Ask(id=id_, request=request, urgency=urgency, key=key):
                handler = HANDLERS[type(request)]
                lane = self._lane_of[id_] = self._lanes[handler.lane]
                # Without a key, a request takes nobody's place.
                lane.submit(id_, (type(request), key or id_), urgency, handler.handle(request, self._house))
            case Cancel(id=id_) if id_ in self._lane_of:
                self._lane_of[id_].cancel(id_)

    def _thinks(self, is_busy: bool) -> None:
        self._teller.say("working" if is_busy else "idle")

    def _tell(self, event: Event) -> None:
        if not isinstance(event, Yielded):
            self._lane_of.pop(event.id, None)
        if isinstance(event, Failed):
            broke = trouble.broke(event)
            if broke.is_out_of_memory and threading.current_thread() is self._lanes["thinking"].thread:
                self._house.drop_models()
            self._send(broke)
        else:
            self._send(event)

    def _send(self, message: object) -> None:
        with self._sending:
            try:
                send(self._answers, message)
            except OSError:  # nobody is there to hear it any more
                os._exit(0)

    def _pulse(self) -> None:
        while True:
            time.sleep(PULSE_S)
            self._teller.pulse()

    def _end(self) -> None:
        for lane in self._lanes.values():
            lane.end()
        deadline = time.monotonic() + PATIENCE_S
        for lane in self._lanes.values():
            lane.thread.join(max(0.0, deadline - time.monotonic()))


def _no_thread_dies_unseen(what: threading.ExceptHookArgs) -> None:
    """Whoever waits for a lane that is gone would wait for ever; a parent whose child is gone is told."""
    logging.getLogger(__name__).critical(
        "the engine ends: its thread %s did", what.thread and what.thread.name, exc_info=what.exc_value
    )
    os._exit(1)


def main() -> None:
    requests, answers = own_process.take_pipes()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    own_process.behave()
    own_process.die_with_parent()
    threading.excepthook = _no_thread_dies_unseen
    setup = receive(requests)
    if isinstance(setup, Setup):
        Child(answers, setup).work(requests)
    # Lanes may be in the middle of a long step, and nothing of theirs is worth waiting for.
    os._exit(0)


if __name__ == "__main__":
    main()
