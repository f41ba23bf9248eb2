"""The websocket and the static page, on this machine only.

A request gets an answer if its Host is ours (a foreign name that resolves to 127.0.0.1 is not) and, for the
websocket, if it carries the token and comes from our own page or from no page at all. Everyone else gets 403
and nothing. Each client has a queue of its own, in which the newer of two messages of a kind takes the place
of the older: a page that does not keep up skips states, and stalls nobody.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import secrets
from collections import OrderedDict
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from websockets.asyncio.server import serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Response

from daemon.protocol import SUBPROTOCOL, TOKEN_PREFIX, Message
from daemon.static import StaticPage
from daemon.writing.served_songs import FOLDER, ServedSongs

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from pathlib import Path

    from websockets.asyncio.server import Server as WebsocketServer
    from websockets.asyncio.server import ServerConnection
    from websockets.http11 import Request
    from websockets.typing import Subprotocol

_log = logging.getLogger(__name__)

HOST: Final = "127.0.0.1"
PORTS_TRIED: Final = 20
MOST_REQUEST_BYTES: Final = 64 * 1024
MOST_WAITING: Final = 200
"""Messages in one client's queue; more means that it has not read for long, and it is let go."""
SEND_TIMEOUT_S: Final = 20.0
CLOSE_TIMEOUT_S: Final = 0.5
"""A page that does not answer the goodbye does not hold up the end."""
MOST_CLIENTS: Final = 32
WEBSOCKET_PATH: Final = "/ws"
ACCEPT_FAILED: Final = "Accept failed on a socket"
"""As asyncio's loop for Windows words it."""


class Client:
    """One open page, or a second start of the program."""

    def __init__(self, connection: ServerConnection) -> None:
        self.is_page = "Origin" in (connection.request.headers if connection.request else ())
        self.selected: str | None = None
        """Key of the map this page asked for last."""
        self._connection = connection
        self._waiting: OrderedDict[object, Message] = OrderedDict()
        self._stirred = asyncio.Event()

    def send(self, message: Message) -> None:
        """Never waits. The latest of a kind goes to the end of the queue."""
        kind: object = message.replaces or object()
        self._waiting.pop(kind, None)
        self._waiting[kind] = message
        if len(self._waiting) > MOST_WAITING:
            _log.warning("a client that does not read was let go")
            self.drop()
        self._stirred.set()

    def drop(self) -> None:
        self._waiting.clear()
        self._connection.transport.abort()

    async def send_waiting(self) -> None:
        """Runs for as long as the client is connected."""
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            while self._waiting:
                _, message = self._waiting.popitem(last=False)
                async with asyncio.timeout(SEND_TIMEOUT_S):
                    await self._connection.send(message.text)


class Server:
    def __init__(
        self,
        *,
        token: str,
        page: Path,
        on_connect: Callable[[Client], None],
        on_message: Callable[[Client, str | bytes], Awaitable[None]],
        on_disconnect: Callable[[Client], None] = lambda _: None,
    ) -> None:
        self.clients: set[Client] = set()
        self.port = 0
        self.token = token
        self._page = StaticPage(page)
        self._on_connect = on_connect
        self._on_message = on_message
        self._on_disconnect = on_disconnect
        self.songs = ServedSongs()
        self._server: WebsocketServer | None = None
        self._listening_anew: asyncio.Task[None] | None = None
        self._former: list[WebsocketServer] = []
        """Those that have lost their socket; pages that they let in are still there."""

    @property
    def link(self) -> str:
        """The page's address. The token stands in the fragment, which a browser never sends."""
        return page_link(self.port, self.token)

    @property
    def pages(self) -> int:
        return sum(client.is_page for client in self.clients)

    async def start(self, port: int) -> int:
        """The port it listens on: the wished one, or the next that is free; 0 takes any."""
        asyncio.get_running_loop().set_exception_handler(self._hear_of_trouble)
        for candidate in _candidates(port):
            try:
                self._server = await self._listen(candidate)
            except OSError as error:
                if error.errno not in (errno.EADDRINUSE, errno.EACCES) or candidate == 0:
                    raise
                _log.info("port %d is taken (%s)", candidate, error.strerror)
            else:
                self.port = next(iter(self._server.sockets)).getsockname()[1]
                return self.port
        raise AssertionError("the last candidate is any free port")

    async def stop(self) -> None:
        if self._listening_anew is not None:
            self._listening_anew.cancel()
        for server in filter(None, (*self._former, self._server)):
            server.close()
            await server.wait_closed()

    def broadcast(self, message: Message) -> None:
        for client in tuple(self.clients):
            client.send(message)

    async def _listen(self, port: int) -> WebsocketServer:
        return await serve(
            self._serve_client,
            HOST,
            port,
            process_request=self._answer_or_admit,
            select_subprotocol=_our_subprotocol,
            server_header=None,
            compression=None,  # it never leaves the machine
            max_size=MOST_REQUEST_BYTES,
            close_timeout=CLOSE_TIMEOUT_S,
            logger=logging.getLogger("daemon.server.websockets"),
        )

    def _hear_of_trouble(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Windows' loop closes the socket that it listens on when a client has left before it was let in."""
        if context.get("message") != ACCEPT_FAILED or self._server is None:
            loop.default_exception_handler(context)
            return
        _log.info("a client left before it was let in: listening anew (%s)", context.get("exception"))
        self._listening_anew = loop.create_task(self._listen_anew(self._server), name="listen anew")

    async def _listen_anew(self, former: WebsocketServer) -> None:
        try:
            self._server = await self._listen(self.port)
        except OSError:
            _log.exception("no page can be opened any more")
        else:
            self._former.append(former)

    async def _serve_client(self, connection: ServerConnection) -> None:
        client = Client(connection)
        self.clients.add(client)
        sending = asyncio.create_task(self._send_to(client), name="send to a client")
        try:
            self._on_connect(client)
            async for message in connection:
                await self._on_message(client, message)
        except ConnectionClosed as error:
            _log.debug("a client left without a goodbye: %s", error)
        finally:
            self.clients.discard(client)
            sending.cancel()
            self._on_disconnect(client)

    async def _send_to(self, client: Client) -> None:
        try:
            await client.send_waiting()
        except ConnectionClosed:
            return  # the reading side notices as well, and cleans up
        except TimeoutError:
            _log.warning("a client has not read for %.0f s and was let go", SEND_TIMEOUT_S)
            client.drop()
        except Exception:  # noqa: BLE001  a client is let go, the others are served; it is logged with its traceback
            _log.exception("sending to a client failed")
            client.drop()

    # Who may come in.

    def _answer_or_admit(
        self, connection: ServerConnection, request: Request
    ) -> Response | Awaitable[Response | None] | None:
        """None admits to the websocket."""
        host = _only(request.headers, "Host")
        if host not in (f"{HOST}:{self.port}", f"localhost:{self.port}"):
            return _refused("a foreign Host")
        if _only(request.headers, "Origin") not in (None, f"http://{host}"):
            return _refused("a foreign Origin")
        if request.path.startswith(FOLDER):
            return self.songs.answer(request, host)
        if request.path != WEBSOCKET_PATH:
            return self._page.answer(request, host)
        if not self._has_token(request.headers):
            return _refused("no token, or a wrong one")
        if len(self.clients) >= MOST_CLIENTS:
            return _empty(HTTPStatus.SERVICE_UNAVAILABLE)
        del connection
        return None

    def _has_token(self, headers: Headers) -> bool:
        return any(
            secrets.compare_digest(offer.removeprefix(TOKEN_PREFIX).encode(), self.token.encode())
            for offer in _offers(headers)
            if offer.startswith(TOKEN_PREFIX)
        )


def page_link(port: int, token: str) -> str:
    return f"http://{HOST}:{port}/#token={token}"


def _candidates(port: int) -> Iterable[int]:
    """The wished port, its neighbours, and whatever is free."""
    if port:
        yield from range(port, min(port + PORTS_TRIED, 65536))
    yield 0


def _only(headers: Headers, name: str) -> str | None:
    """The header's one value; None if it is absent, "" if it was sent twice, which no browser does."""
    values = headers.get_all(name)
    return None if not values else values[0] if len(values) == 1 else ""


def _offers(headers: Headers) -> list[str]:
    joined = ",".join(headers.get_all("Sec-WebSocket-Protocol"))
    return [offer.strip() for offer in joined.split(",")]


def _our_subprotocol(_: ServerConnection, offers: Iterable[Subprotocol]) -> Subprotocol | None:
    """Never the token's: a server repeats the protocol it chose."""
    return next((offer for offer in offers if offer == SUBPROTOCOL), None)


def _refused(reason: str) -> Response:
    _log.warning("refused a request with %s", reason)
    return _empty(HTTPStatus.FORBIDDEN)


def _empty(status: HTTPStatus) -> Response:
    headers = Headers({"Content-Length": "0", "Connection": "close", "Cache-Control": "no-store"})
    return Response(status.value, status.phrase, headers)
