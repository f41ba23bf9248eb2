"""The songs of maps at hand, over HTTP for the preview: each under a name that nobody can guess.

Whoever asks has passed the same doors as for the page; the name takes the place of the token, which what a
browser asks for by itself cannot carry.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections import OrderedDict
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from daemon.static import embedded_elsewhere, respond, safe_headers

if TYPE_CHECKING:
    from pathlib import Path

    from websockets.http11 import Request, Response

FOLDER: Final = "/song/"
MOST_SONGS: Final = 16
MOST_BYTES: Final = 256 * 1024 * 1024
"""Longer is no song."""
MOST_OF_A_RANGE_BYTES: Final = 4 * 1024 * 1024
"""A player that asks for "the rest" gets as much, and asks on."""
_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)")
_TYPES: Final = {
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
}


class ServedSongs:
    def __init__(self) -> None:
        self._names: OrderedDict[str, tuple[str, Path]] = OrderedDict()
        """By the map's key: a name, and the file."""

    def offer(self, key: str, audio: Path | None) -> str:
        """Where the page hears that map's song; "" where there is none."""
        if audio is None:
            self._names.pop(key, None)
            return ""
        name, file = self._names.get(key, ("", audio))
        if not name or file != audio:
            name = secrets.token_urlsafe(18)
        self._names[key] = name, audio
        self._names.move_to_end(key)
        if len(self._names) > MOST_SONGS:
            self._names.popitem(last=False)
        return FOLDER + name

    def forget(self, key: str) -> None:
        self._names.pop(key, None)

    async def answer(self, request: Request, host: str) -> Response:
        asked = request.path.split("?", 1)[0].removeprefix(FOLDER).encode(errors="replace")
        offered = [each for each in self._names.values() if secrets.compare_digest(each[0].encode(), asked)]
        file = offered[0][1] if offered else None
        if file is None or embedded_elsewhere(request.headers):
            return respond(HTTPStatus.NOT_FOUND, safe_headers(host))
        wanted = request.headers.get_all("Range")
        return await asyncio.to_thread(_answer, file, wanted[0] if len(wanted) == 1 else "", host)


def _answer(file: Path, wanted: str, host: str) -> Response:
    headers = safe_headers(host)
    headers["Accept-Ranges"] = "bytes"
    try:
        with file.open("rb") as stream:
            size = file.stat().st_size
            if size > MOST_BYTES:
                return respond(HTTPStatus.NOT_FOUND, headers)
            span = _span(wanted, size)
            if span is None:
                headers["Content-Range"] = f"bytes */{size}"
                return respond(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers)
            stream.seek(span.start)
            body = stream.read(len(span))
    except OSError:
        return respond(HTTPStatus.NOT_FOUND, headers)
    headers["Content-Type"] = _TYPES.get(file.suffix.lower(), "application/octet-stream")
    if not _RANGE.fullmatch(wanted):
        return respond(HTTPStatus.OK, headers, body)
    headers["Content-Range"] = f"bytes {span.start}-{span.start + len(body) - 1}/{size}"
    return respond(HTTPStatus.PARTIAL_CONTENT, headers, body)


def _span(wanted: str, size: int) -> range | None:
    """All of it where nobody asks for less, or asks in a way we do not know; None: it is not there."""
    found = _RANGE.fullmatch(wanted)
    if found is None:
        return range(size)
    first, last = found[1], found[2]
    if not first:  # the last so many bytes
        start, end = max(0, size - int(last or 0)), size
    else:
        start, end = int(first), min(size, int(last) + 1 if last else size)
    if not start < end:
        return None
    return range(start, min(end, start + MOST_OF_A_RANGE_BYTES))
