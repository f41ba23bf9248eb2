"""A page as far as the companion can tell: a websocket with the token, the right Host, the right Origin."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

PATIENCE_S = 30.0


async def until(holds: Callable[[], object], *, within_s: float = PATIENCE_S) -> None:
    async with asyncio.timeout(within_s):
        while not holds():  # noqa: ASYNC110  what is waited for is looked at from outside
            await asyncio.sleep(0.005)


class Page:
    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._next_id = 1
        self._kept: deque[dict[str, Any]] = deque()

    async def receive(self, *, within_s: float = PATIENCE_S) -> dict[str, Any]:
        if self._kept:
            return self._kept.popleft()
        async with asyncio.timeout(within_s):
            message: dict[str, Any] = json.loads(await self.connection.recv())
        return message

    async def next(
        self,
        kind: str,
        where: Callable[[dict[str, Any]], bool] = lambda _: True,
        *,
        within_s: float = PATIENCE_S,
    ) -> dict[str, Any]:
        """The next message of a kind; what comes before it is passed over."""
        async with asyncio.timeout(within_s):
            while True:
                message = await self.receive(within_s=within_s)
                if message["type"] == kind and where(message):
                    return message

    async def ask(self, kind: str, **values: object) -> dict[str, Any]:
        """Sends a request; its reply. What comes before it is kept for `next`."""
        request_id = self._next_id
        self._next_id += 1
        await self.connection.send(json.dumps({"type": kind, "id": request_id, **values}))
        passed: list[dict[str, Any]] = []
        while True:
            message = await self.receive()
            if message["type"] == "reply" and message["id"] == request_id:
                self._kept.extend(passed)
                return message
            passed.append(message)


@asynccontextmanager
async def open_page(
    port: int,
    token: str,
    *,
    origin: str | None = "",
    host: str = "",
    max_queue: int | None = 16,
) -> AsyncIterator[Page]:
    """`origin`: "" is the page's own, None is a program that is no browser."""
    offers = [Subprotocol("mapside.1"), Subprotocol(f"token.{token}")]
    own = f"http://127.0.0.1:{port}"
    async with connect(
        f"ws://{host}/ws" if host else f"ws://127.0.0.1:{port}/ws",
        host="127.0.0.1",
        port=port,
        subprotocols=offers,
        origin=None if origin is None else Origin(origin or own),
        compression=None,
        max_size=None,
        max_queue=max_queue,
        proxy=None,
    ) as connection:
        yield Page(connection)
