"""A hub with one model of the catalogue on it, as slow as a test needs."""

from __future__ import annotations

import random
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.checkpoints import hub_server
from tests.checkpoints.hub_server import Hub

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

    import pytest

REPOSITORY = "OliBomby/Mapperatorinator-v32"
WEIGHTS_BYTES = 1_500_000
CHUNK_BYTES = 50_000


@contextmanager
def a_hub(monkeypatch: pytest.MonkeyPatch, cache: Path, *, pause_s: float = 0.0) -> Iterator[Hub]:
    """`pause_s`: after every 50 kB of the weights. What it serves is brought, not loaded."""
    weights = random.Random(3).randbytes(WEIGHTS_BYTES)
    files = {"config.json": b"{}", "tokenizer.json": b"{}", "model.safetensors": weights}
    monkeypatch.setattr(hub_server, "serve", _slowly(pause_s))
    with hub_server.running(Hub({REPOSITORY: files})) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        monkeypatch.setenv("HF_HUB_CACHE", str(cache))
        monkeypatch.setenv("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")
        for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_OFFLINE"):
            monkeypatch.delenv(name, raising=False)
        yield hub


def _slowly(pause_s: float):  # type: ignore[no-untyped-def]  # noqa: ANN202  what it stands in for has the types
    def serve(request: BaseHTTPRequestHandler, hub: Hub, content: bytes) -> None:
        del hub
        asked = request.headers.get("Range")
        begins = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        rest = content[begins:]
        request.send_response(206 if asked else 200)
        request.send_header("Content-Length", str(len(rest)))
        request.end_headers()
        for start in range(0, len(rest), CHUNK_BYTES):
            try:
                request.wfile.write(rest[start : start + CHUNK_BYTES])
            except OSError:  # whoever asked has gone
                return
            time.sleep(pause_s)

    return serve
