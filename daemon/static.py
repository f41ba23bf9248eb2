"""The overlay's files over HTTP: those that lay in its folder at the start, by name, and no others.

A request chooses among known names and never becomes a path, so there is nothing to escape from.
"""

from __future__ import annotations

from hashlib import sha256
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from websockets.datastructures import Headers
from websockets.http11 import Response

if TYPE_CHECKING:
    from pathlib import Path

    from websockets.http11 import Request

CONTENT_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
}
INDEX: Final = "/index.html"
_CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "media-src 'self'; "
    "connect-src 'self' ws://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class StaticPage:
    def __init__(self, folder: Path) -> None:
        self._files = {
            "/" + path.relative_to(folder).as_posix(): path
            for path in sorted(folder.rglob("*"))
            if path.suffix in CONTENT_TYPES and path.is_file() and not path.is_symlink()
        }

    def answer(self, request: Request, host: str) -> Response:
        """`host` is one of ours: it goes into the policy of the page."""
        headers = safe_headers(host)
        if request.method != "GET":
            headers["Allow"] = "GET"
            return respond(HTTPStatus.METHOD_NOT_ALLOWED, headers)
        if embedded_elsewhere(request.headers):
            return respond(HTTPStatus.FORBIDDEN, headers)
        name = request.path.split("?", 1)[0]
        path = self._files.get(INDEX if name == "/" else name)
        if path is None:
            return respond(HTTPStatus.NOT_FOUND, headers)
        return _file(path, request.headers, headers)


def _file(path: Path, asked: Headers, headers: Headers) -> Response:
    """Read at each request: the tag tells a page whether what it has is still what there is."""
    try:
        body = path.read_bytes()
    except OSError:
        return respond(HTTPStatus.NOT_FOUND, headers)
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    headers["ETag"] = tag
    if tag in asked.get_all("If-None-Match"):
        return respond(HTTPStatus.NOT_MODIFIED, headers)
    headers["Content-Type"] = CONTENT_TYPES[path.suffix]
    return respond(HTTPStatus.OK, headers, body)


def embedded_elsewhere(asked: Headers) -> bool:
    """Browsers say when another site's page loads something of ours; following a link is no such thing."""
    return asked.get_all("Sec-Fetch-Site") in (["cross-site"], ["same-site"]) and asked.get_all(
        "Sec-Fetch-Mode"
    ) != ["navigate"]


def safe_headers(host: str) -> Headers:
    return Headers(
        {
            "Cache-Control": "no-cache",
            "Content-Security-Policy": _CONTENT_SECURITY_POLICY.format(host=host),
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Connection": "close",
        }
    )


def respond(status: HTTPStatus, headers: Headers, body: bytes = b"") -> Response:
    if status is not HTTPStatus.NOT_MODIFIED:
        headers["Content-Length"] = str(len(body))
    return Response(status.value, status.phrase, headers, body)
