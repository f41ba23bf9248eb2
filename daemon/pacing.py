"""News that comes faster than anyone reads: only so often, the latest each time, and the last for certain."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

Event = TypeVar("Event")
Known = TypeVar("Known")

TOLD_EVERY_S: Final = 0.2
"""How often a page is told how far something has come."""
_OVER: Final = object()


async def known_so_far(
    events: AsyncGenerator[Event, None], known: Known, after: Callable[[Known, Event], Known]
) -> AsyncGenerator[Known, None]:
    """Each event put to what was known before it, so that the latest may stand for all."""
    async with aclosing(events):
        async for event in events:
            known = after(known, event)
            yield known


async def paced(events: AsyncGenerator[Event, None], every_s: float) -> AsyncGenerator[Event, None]:
    """The first at once. What the source raises is raised after the last of them; closing this closes the
    source.
    """
    loop = asyncio.get_running_loop()
    coming = _next(events)
    held: list[Event] = []
    due = loop.time()
    try:
        while True:
            await asyncio.wait({coming}, timeout=max(0.0, due - loop.time()) if held else None)
            if coming.done():
                if coming.exception() is not None:
                    break
                event = coming.result()
                if event is _OVER:
                    break
                held = [event]  # type: ignore[list-item]  # what is not _OVER came from the source
                coming = _next(events)
            if held and loop.time() >= due:
                yield held.pop()
                due = loop.time() + every_s
        if held:
            yield held.pop()
        coming.result()  # raises what the source raised
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        await events.aclose()


def _next(events: AsyncGenerator[Event, None]) -> asyncio.Task[object]:
    async def advance() -> object:
        return await anext(events, _OVER)

    return asyncio.create_task(advance(), name="wait for news of the engine")
