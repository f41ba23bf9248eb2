"""A companion that says what it is told to: for the states that a real one reaches too seldom or too slowly.

It serves the page itself, under the same content policy as the real server, over a real websocket.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import mimetypes
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from tests.overlay import messages as say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from websockets.typing import Subprotocol

    from tests.overlay.messages import Message

OVERLAY = Path(__file__).resolve().parents[2] / "overlay"
TOKEN = "a-secret-of-the-test"  # noqa: S105  it opens nothing but this test's own server
POLICY = "default-src 'self'; connect-src 'self' ws:; base-uri 'none'; frame-ancestors 'none'"


class ScriptedCompanion:
    def __init__(self, *greeting: Message) -> None:
        self.greeting = list(greeting)
        self.received: list[Message] = []
        self.refuses: dict[str, str] = {}
        """Request type -> the sentence it is refused with."""
        self.answers: dict[str, Any | Callable[[Message], Any]] = {}
        """Request type -> the data of its reply, or what makes it of the request."""
        self._port = 0
        self._server: Server | None = None
        self._pages: set[ServerConnection] = set()
        self._greeted = asyncio.Event()
        self._arrived = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def port(self) -> int:
        return self._port

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}/"

    @property
    def link(self) -> str:
        return f"{self.address}#token={TOKEN}"

    async def start(self) -> None:
        self._server = await serve(
            self._talk, "127.0.0.1", self._port, process_request=self._answer_http, select_subprotocol=_ours
        )
        self._port = next(iter(self._server.sockets)).getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        server, self._server = self._server, None
        server.close()
        await server.wait_closed()

    async def send(self, *messages: Message) -> None:
        """To every page. A page has loaded before it has connected, so the first is waited for."""
        await asyncio.wait_for(self._greeted.wait(), 10)
        for page in list(self._pages):
            for message in messages:
                await page.send(json.dumps(message))

    async def request(self, kind: str) -> Message:
        """The first request of a kind, waited for."""
        while True:
            for message in self.received:
                if message["type"] == kind:
                    return message
            self._arrived.clear()
            await asyncio.wait_for(self._arrived.wait(), 10)

    async def _talk(self, page: ServerConnection) -> None:
        with contextlib.suppress(ConnectionError):
            for message in self.greeting:
                await page.send(json.dumps(message))
            self._pages.add(page)
            self._greeted.set()
            async for text in page:
                await self._take(page, json.loads(text))
        self._pages.discard(page)
        if not self._pages:
            self._greeted.clear()

    async def _take(self, page: ServerConnection, message: Message) -> None:
        self.received.append(message)
        self._arrived.set()
        refusal = self.refuses.get(message["type"])
        data = None if refusal else self.answers.get(message["type"])
        await page.send(
            json.dumps(say.reply(message["id"], refusal, data(message) if callable(data) else data))
        )

    def _answer_http(self, _: ServerConnection, request: Request) -> Response | None:
        # A browser keeps spare connections, which outlive the listening socket; a process leaves none.
        if self._server is None:
            return _respond(HTTPStatus.SERVICE_UNAVAILABLE)
        if request.path == "/ws":
            offered = request.headers.get("Sec-WebSocket-Protocol", "")
            return None if f"token.{TOKEN}" in offered else _respond(HTTPStatus.FORBIDDEN)
        name = request.path.partition("?")[0].lstrip("/") or "index.html"
        file = OVERLAY / name
        if not file.is_file():
            return _respond(HTTPStatus.NOT_FOUND)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return _respond(HTTPStatus.OK, file.read_bytes(), kind)


def _ours(_: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    return next((each for each in offered if each.startswith("mapside.")), None)


def _respond(status: HTTPStatus, body: bytes = b"", kind: str = "text/plain") -> Response:
    headers = Headers()
    headers["Content-Type"] = kind
    headers["Content-Length"] = str(len(body))
    headers["Content-Security-Policy"] = POLICY
    headers["Cache-Control"] = "no-cache"
    return Response(status.value, status.phrase, headers, body)
