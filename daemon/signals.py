"""Ctrl+C, a closed terminal and the system's goodbye, as one call in the event loop."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def on_signals(end: Callable[[], None]) -> None:
    """All of them end it the same way."""
    loop = asyncio.get_running_loop()
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is None:
            continue
        try:
            loop.add_signal_handler(number, end)
        except NotImplementedError:  # Windows: Python runs the handler between two steps of the loop
            signal.signal(number, _handler(loop, end))


def _handler(loop: asyncio.AbstractEventLoop, end: Callable[[], None]) -> Callable[..., None]:
    def handle(*_: object) -> None:
        if not loop.is_closed():  # the person presses Ctrl+C once more while it ends
            loop.call_soon_threadsafe(end)

    return handle
