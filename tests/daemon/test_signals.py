"""Ctrl+C and its kin, against the loop that this system has."""

from __future__ import annotations

import asyncio
import signal
import threading
from typing import TYPE_CHECKING

import pytest

from daemon.signals import on_signals

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDINGS = [name for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = {name: signal.getsignal(getattr(signal, name)) for name in ENDINGS}
    yield
    for name, handler in before.items():
        signal.signal(getattr(signal, name), handler)


@pytest.mark.parametrize("name", ENDINGS)
async def test_a_loop_in_which_nothing_happens_hears_of_it_at_once(name: str) -> None:
    ending = asyncio.Event()
    on_signals(ending.set)
    threading.Timer(0.1, signal.raise_signal, [getattr(signal, name)]).start()
    async with asyncio.timeout(5):
        await ending.wait()
