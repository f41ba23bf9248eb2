"""A hub on this machine: a real HTTP server with the answers the hub's own library expects."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlparse

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE_BYTES = 50_000
LARGE_BYTES = 1000
"""Files from this size on are named by their SHA-256, as the hub does with LFS."""


@dataclass
class Hub:
    """Its repositories, and how it misbehaves."""

    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    commit: str = "c0ffee" + "0" * 34
    licence: str = "cc-by-nc-4.0"
    knows_ranges: bool = True
    cuts_after: int | None = None
    """Ends each answer after so many bytes of a file's content."""
    cuts_left: int = 1
    pause_s: float = 0.0
    """After each piece of a file's content."""
    spoils: bool = False
    status: int | None = None
    """Of every answer, with `says` for its content."""
    says: bytes = b"{}"
    error_code: str = ""
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    """Path and Range of every one."""
    endpoint: str = ""


@contextmanager
def running(hub: Hub) -> Iterator[Hub]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            hub.requests.append((self.path, self.headers.get("Range")))
            answer(self, hub)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    hub.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def answer(request: BaseHTTPRequestHandler, hub: Hub) -> None:
    path = unquote(urlparse(request.path).path).strip("/")
    if hub.status is not None:
        send(request, hub.status, hub.says, {"X-Error-Code": hub.error_code} if hub.error_code else None)
    elif path.startswith("api/models/"):
        describe(request, hub, path.removeprefix("api/models/"))
    elif f"/resolve/{hub.commit}/" in path:
        repository, _, name = path.partition(f"/resolve/{hub.commit}/")
        serve(request, hub, hub.files[repository][name])
    else:
        send(request, 404, b"{}", {"X-Error-Code": "EntryNotFound"})


def describe(request: BaseHTTPRequestHandler, hub: Hub, path: str) -> None:
    repository = path.partition("/revision/")[0]
    if repository not in hub.files:
        send(request, 404, b"{}", {"X-Error-Code": "RepoNotFound"})
        return
    siblings = [sibling(name, content) for name, content in hub.files[repository].items()]
    told = {
        "id": repository,
        "modelId": repository,
        "sha": hub.commit,
        "siblings": siblings,
        "cardData": {"license": hub.licence},
        "tags": [],
    }
    send(request, 200, json.dumps(told).encode(), {"Content-Type": "application/json"})


def sibling(name: str, content: bytes) -> dict[str, object]:
    header = b"blob %d\0" % len(content)
    told: dict[str, object] = {
        "rfilename": name,
        "size": len(content),
        "blobId": hashlib.sha1(header + content).hexdigest(),  # noqa: S324  as git names content
    }
    if len(content) >= LARGE_BYTES:
        told["lfs"] = {
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "pointerSize": 134,
        }
    return told


def serve(request: BaseHTTPRequestHandler, hub: Hub, content: bytes) -> None:
    asked = request.headers.get("Range") if hub.knows_ranges else None
    begins = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
    if begins and begins >= len(content):
        send(request, 416, b"")
        return
    rest = content[begins:]
    if hub.spoils:
        rest = rest[:-1] + bytes([rest[-1] ^ 1])
    headers = {"Content-Length": str(len(rest))}
    request.send_response(206 if asked else 200)
    for name, value in headers.items():
        request.send_header(name, value)
    request.end_headers()
    if hub.cuts_after is not None and hub.cuts_left and len(rest) > hub.cuts_after:
        hub.cuts_left -= 1
        request.wfile.write(rest[: hub.cuts_after])
        request.close_connection = True
        return
    for start in range(0, len(rest), PIECE_BYTES):
        try:
            request.wfile.write(rest[start : start + PIECE_BYTES])
        except OSError:  # whoever asked has gone
            return
        time.sleep(hub.pause_s)


def send(
    request: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str] | None = None
) -> None:
    request.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(body)
