from __future__ import annotations

import asyncio
import json
import socket
import sys
import time
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from daemon.protocol import Message
from daemon.server import ACCEPT_FAILED, MOST_REQUEST_BYTES, Client, Server
from tests.daemon.pages import open_page, until
from tests.links import needs_links

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

TOKEN = "right-token-right-token-right-token"  # noqa: S105  of these tests alone


def message(text: str, replaces: str | None = None) -> Message:
    return Message(json.dumps({"type": "text", "text": text}), replaces)


@pytest.fixture
def page_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "overlay"
    folder.mkdir()
    (tmp_path / "secret.js").write_text("secret", encoding="utf-8")
    (folder / "index.html").write_text("<!doctype html><title>page</title>", encoding="utf-8")
    (folder / "main.js").write_text("export const one = 1;", encoding="utf-8")
    (folder / "notes.txt").write_text("not part of the page", encoding="utf-8")
    return folder


@asynccontextmanager
async def serving(page_folder: Path, *, port: int = 0) -> AsyncIterator[Server]:
    async def echo(client: Client, text: str | bytes) -> None:
        client.send(message(str(text)))

    server = Server(
        token=TOKEN,
        page=page_folder,
        on_connect=lambda client: client.send(message("hello", "hello")),
        on_message=echo,
    )
    await server.start(port)
    try:
        yield server
    finally:
        await server.stop()


async def get(
    server: Server, path: str, *, method: str = "GET", host: str | None = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """A request as bytes: no client library tidies the path."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host or f'127.0.0.1:{server.port}'}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
    async with asyncio.timeout(5):
        answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *rest = head.decode().split("\r\n")
    fields = dict(line.split(": ", 1) for line in rest)
    return int(first.split(" ")[1]), fields, body


def can_connect(port: int) -> bool:
    with suppress(ConnectionError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


class TestThePage:
    async def test_is_served_with_headers_that_keep_it_to_itself(self, page_folder: Path) -> None:
        async with serving(page_folder) as server:
            status, fields, body = await get(server, "/")
        assert (status, body) == (200, b"<!doctype html><title>page</title>")
        assert fields["Content-Type"] == "text/html; charset=utf-8"
        assert fields["X-Content-Type-Options"] == "nosniff"
        assert fields["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "default-src 'none'" in fields["Content-Security-Policy"]
        assert "script-src 'self'" in fields["Content-Security-Policy"]
        assert "Server" not in fields

    async def test_scripts_have_the_type_browsers_insist_on(self, page_folder: Path) -> None:
        async with serving(page_folder) as server:
            _, fields, _ = await get(server, "/main.js?v=2")
        assert fields["Content-Type"] == "text/javascript; charset=utf-8"

    async def test_is_not_sent_again_while_it_is_the_same(self, page_folder: Path) -> None:
        async with serving(page_folder) as server:
            _, fields, _ = await get(server, "/main.js")
            assert fields["Cache-Control"] == "no-cache"
            unchanged, _, nothing = await get(server, "/main.js", If_None_Match=fields["ETag"])
            (page_folder / "main.js").write_text("export const two = 2;", encoding="utf-8")
            changed, _, body = await get(server, "/main.js", If_None_Match=fields["ETag"])
        assert (unchanged, nothing) == (304, b"")
        assert (changed, body) == (200, b"export const two = 2;")

    @pytest.mark.parametrize(
        "path",
        [
            "/../secret.js",
            "/%2e%2e/secret.js",
            "/..%2fsecret.js",
            "//secret.js",
            "/./main.js",
            "/C:/Windows/win.ini",
            "/..\\secret.js",
            "/etc/passwd",
            "/main.js/",
            "/notes.txt",
            "/main.js%00.html",
            "http://evil.example/main.js",
        ],
    )
    async def test_leads_nowhere_else(self, page_folder: Path, path: str) -> None:
        async with serving(page_folder) as server:
            status, _, body = await get(server, path)
        assert (status, body) == (404, b"")

    @needs_links
    async def test_follows_no_link_out_of_its_folder(self, page_folder: Path, tmp_path: Path) -> None:
        (page_folder / "link.js").symlink_to(tmp_path / "secret.js")
        async with serving(page_folder) as server:
            status, _, body = await get(server, "/link.js")
        assert (status, body) == (404, b"")

    async def test_is_only_read(self, page_folder: Path) -> None:
        async with serving(page_folder) as server:
            status, fields, _ = await get(server, "/", method="POST")
        assert (status, fields["Allow"]) == (405, "GET")


class TestStrangers:
    @pytest.mark.skipif(sys.platform != "win32", reason="the loop of other systems goes on listening")
    async def test_that_leave_before_they_are_let_in_do_not_end_the_listening(
        self, page_folder: Path
    ) -> None:
        """What Windows' loop does at such a client: it closes the socket, and says so to a handler."""
        async with serving(page_folder) as server, open_page(server.port, TOKEN) as before:
            assert (await before.receive())["text"] == "hello"
            loop: Any = asyncio.get_running_loop()
            for _ in range(2):
                assert server._server is not None
                listening: Any = next(iter(server._server.sockets))
                loop._stop_serving(listening._sock)
                loop.call_exception_handler({"message": ACCEPT_FAILED, "socket": listening})
                await until(lambda: can_connect(server.port))
            assert (await get(server, "/"))[0] == 200
            await before.connection.send("still here")
            assert (await before.receive())["text"] == "still here"

    async def test_other_trouble_in_the_loop_is_logged_as_ever(
        self, page_folder: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with serving(page_folder):
            asyncio.get_running_loop().call_exception_handler({"message": "something else"})
        assert "something else" in caplog.text

    @pytest.mark.parametrize(
        "host",
        ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "127.0.0.1:{port}.evil.example"],
    )
    async def test_a_foreign_host_gets_nothing(self, page_folder: Path, host: str) -> None:
        """A name of theirs that resolves to this machine: DNS rebinding."""
        async with serving(page_folder) as server:
            status, fields, body = await get(server, "/", host=host.format(port=server.port))
        assert (status, body) == (403, b"")
        assert "Content-Type" not in fields

    async def test_a_page_elsewhere_cannot_load_our_scripts(self, page_folder: Path) -> None:
        async with serving(page_folder) as server:
            script, _, body = await get(
                server, "/main.js", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors"
            )
            fetched, _, _ = await get(server, "/main.js", Origin="https://evil.example")
            followed, _, _ = await get(server, "/", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate")
        assert (script, body, fetched) == (403, b"", 403)
        assert followed == 200, "a link in a chat may lead here"

    @pytest.mark.parametrize(
        "origin",
        [
            "https://evil.example",
            "http://127.0.0.1",
            "http://127.0.0.1:1",
            "https://127.0.0.1:{port}",
            "http://localhost:{port}",
            "null",
            "http://127.0.0.1:{port}.evil.example",
        ],
    )
    async def test_a_foreign_origin_is_refused_even_with_the_token(
        self, page_folder: Path, origin: str
    ) -> None:
        async with serving(page_folder) as server:
            with pytest.raises(InvalidStatus) as refused:
                async with open_page(server.port, TOKEN, origin=origin.format(port=server.port)):
                    pass
        assert refused.value.response.status_code == 403
        assert refused.value.response.body == b""

    @pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "x", TOKEN.upper()])
    async def test_a_wrong_token_is_refused(self, page_folder: Path, token: str) -> None:
        async with serving(page_folder) as server:
            with pytest.raises(InvalidStatus) as refused:
                async with open_page(server.port, token or "-"):
                    pass
        assert refused.value.response.status_code == 403

    async def test_a_foreign_host_is_refused_even_with_the_token(self, page_folder: Path) -> None:
        async with serving(page_folder) as server:
            with pytest.raises(InvalidStatus) as refused:
                async with open_page(server.port, TOKEN, host="evil.example", origin="http://evil.example"):
                    pass
        assert refused.value.response.status_code == 403

    async def test_nothing_listens_beyond_this_machine(self, page_folder: Path) -> None:
        async with serving(page_folder) as server:
            assert server._server is not None
            assert {each.getsockname()[0] for each in server._server.sockets} == {"127.0.0.1"}


class TestOurOwn:
    async def test_page_is_let_in_and_the_token_is_not_repeated(self, page_folder: Path) -> None:
        async with serving(page_folder) as server, open_page(server.port, TOKEN) as page:
            assert (await page.receive())["text"] == "hello"
            assert page.connection.subprotocol == "mapside.1"
            assert page.connection.response is not None
            assert TOKEN not in str(page.connection.response.headers)
            assert server.pages == 1

    async def test_page_by_the_name_of_localhost_is_let_in(self, page_folder: Path) -> None:
        async with serving(page_folder) as server:
            host = f"localhost:{server.port}"
            async with open_page(server.port, TOKEN, host=host, origin=f"http://{host}") as page:
                assert (await page.receive())["text"] == "hello"

    async def test_program_without_an_origin_is_let_in_and_is_no_page(self, page_folder: Path) -> None:
        async with serving(page_folder) as server, open_page(server.port, TOKEN, origin=None) as page:
            assert (await page.receive())["text"] == "hello"
            assert server.pages == 0

    async def test_message_that_is_too_large_ends_its_connection_only(self, page_folder: Path) -> None:
        async with serving(page_folder) as server, open_page(server.port, TOKEN) as other:
            async with open_page(server.port, TOKEN) as page:
                await page.connection.send("x" * (MOST_REQUEST_BYTES + 1))
                with pytest.raises(ConnectionClosed) as closed:
                    await page.next("never")
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1009
            await other.connection.send("still here")
            assert (await other.next("text", lambda each: each["text"] == "still here"))[
                "text"
            ] == "still here"


class TestAPageThatDoesNotRead:
    async def test_stalls_nobody_and_the_others_see_the_latest(self, page_folder: Path) -> None:
        """A socket that never reads, and a hundred saves of half a megabyte each to the page beside it."""
        bulk = "x" * 500_000
        async with serving(page_folder) as server, deaf_client(server), open_page(server.port, TOKEN) as page:
            await until(lambda: len(server.clients) == 2)
            for number in range(100):
                server.broadcast(message(f"{number} {bulk}", "map"))
                seen = await page.next("text", lambda each: each["text"] != "hello")
                assert seen["text"].startswith(f"{number} ")
            deaf = next(each for each in server.clients if each._waiting)
            assert len(deaf._waiting) == 1, "only the latest state waits for it"

    async def test_gets_only_the_latest_state_when_it_reads_again(self, page_folder: Path) -> None:
        bulk = "x" * 3_000_000
        async with serving(page_folder) as server, open_page(server.port, TOKEN, max_queue=1) as page:
            await page.receive()
            page.connection.transport.pause_reading()
            for number in range(50):
                server.broadcast(message(f"{number} {bulk}", "map"))
                await asyncio.sleep(0)
            await asyncio.sleep(0.1)
            page.connection.transport.resume_reading()
            seen: list[int] = []
            while not seen or seen[-1] != 49:
                seen.append(int((await page.receive())["text"].split(" ")[0]))
        assert len(seen) < 5
        assert seen == sorted(seen)

    async def test_is_let_go_when_too_much_waits_for_it(self, page_folder: Path) -> None:
        async with serving(page_folder) as server, deaf_client(server):
            await until(lambda: server.clients)
            for number in range(2000):
                server.broadcast(message(f"{number} {'x' * 100_000}"))
                await asyncio.sleep(0)
            await until(lambda: not server.clients)


@asynccontextmanager
async def deaf_client(server: Server) -> AsyncIterator[None]:
    """Shakes hands, and never reads again."""
    deaf = socket.create_connection(("127.0.0.1", server.port))
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    host = f"127.0.0.1:{server.port}"
    request = (
        f"GET /ws HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nConnection: Upgrade\r\n"
        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        f"Sec-WebSocket-Protocol: mapside.1, token.{TOKEN}\r\n\r\n"
    )
    deaf.sendall(request.encode())
    try:
        yield
    finally:
        deaf.close()


class TestThePort:
    async def test_is_the_next_one_if_the_wished_one_is_taken(self, page_folder: Path) -> None:
        async with serving(page_folder) as first, serving(page_folder, port=first.port) as second:
            assert first.port < second.port <= first.port + 20

    async def test_stands_in_the_link(self, page_folder: Path) -> None:
        async with serving(page_folder) as server:
            assert server.link == f"http://127.0.0.1:{server.port}/#token={TOKEN}"


async def test_it_ends_at_once_though_a_page_does_not_answer(page_folder: Path) -> None:
    async with serving(page_folder) as server, deaf_client(server):
        await until(lambda: server.clients)
        started = time.monotonic()
        await server.stop()
        assert time.monotonic() - started < 5, "a goodbye would be waited for twice as long"
