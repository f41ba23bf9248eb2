"""A page that remembers the latest of each kind of message, as the real one does."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from websockets.exceptions import ConnectionClosed

from tests.daemon.pages import open_page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from websockets.asyncio.client import ClientConnection

PATIENCE_S = 30.0


class GoneError(Exception):
    """The companion has ended."""


class Eyes:
    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._replies: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._next_id = 0
        self._stirred = asyncio.Event()
        self.seen: dict[str, dict[str, Any]] = {}
        """By type, and by type and map."""
        self.is_open = True

    async def look(self) -> None:
        try:
            async for text in self._connection:
                message = json.loads(text)
                if message["type"] == "reply":
                    waiting = self._replies.pop(message["id"], None)
                    if waiting is not None and not waiting.done():
                        waiting.set_result(message)
                else:
                    self.seen[message["type"]] = message
                    self.seen[f"{message['type']} {message.get('key')}"] = message
                self._stirred.set()
        except ConnectionClosed:
            pass
        finally:
            self.is_open = False
            self._stirred.set()
            for waiting in self._replies.values():
                if not waiting.done():
                    waiting.set_exception(GoneError())

    def send(self, kind: str, **values: object) -> asyncio.Future[dict[str, Any]]:
        self._next_id += 1
        reply: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        reply.add_done_callback(lambda each: each.cancelled() or each.exception())  # seen, whoever waits
        self._replies[self._next_id] = reply
        asyncio.ensure_future(self._send({"type": kind, "id": self._next_id, **values}, reply))  # noqa: RUF006  the reply holds it
        return reply

    async def _send(self, message: dict[str, Any], reply: asyncio.Future[dict[str, Any]]) -> None:
        try:
            await self._connection.send(json.dumps(message))
        except ConnectionClosed:
            if not reply.done():
                reply.set_exception(GoneError())

    async def ask(self, kind: str, **values: object) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            return await self.send(kind, **values)

    async def until(self, kind: str, holds: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                if kind in self.seen and holds(self.seen[kind]):
                    return self.seen[kind]
                if not self.is_open:
                    raise GoneError
                self._stirred.clear()
                await self._stirred.wait()


@asynccontextmanager
async def opened(link: str, port: int) -> AsyncIterator[Eyes]:
    async with open_page(port, link.rpartition("token=")[2]) as page:
        eyes = Eyes(page.connection)
        looking = asyncio.create_task(eyes.look(), name="look at the page")
        try:
            yield eyes
        finally:
            with suppress(ConnectionClosed):
                await page.connection.close()
            await looking
