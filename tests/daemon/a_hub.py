"""A hub with one model of the catalogue on it, as slow as a test needs."""

from __future__ import annotations

import random
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.checkpoints import hub_server
from tests.checkpoints.hub_server import Hub

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

REPOSITORY = "OliBomby/Mapperatorinator-v32"
WEIGHTS_BYTES = 1_500_000


@contextmanager
def a_hub(monkeypatch: pytest.MonkeyPatch, cache: Path, *, pause_s: float = 0.0) -> Iterator[Hub]:
    """What it serves is brought, not loaded."""
    weights = random.Random(3).randbytes(WEIGHTS_BYTES)
    files = {"config.json": b"{}", "tokenizer.json": b"{}", "model.safetensors": weights}
    with hub_server.running(Hub({REPOSITORY: files}, pause_s=pause_s)) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        monkeypatch.setenv("HF_HUB_CACHE", str(cache))
        monkeypatch.setenv("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")
        for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_OFFLINE"):
            monkeypatch.delenv(name, raising=False)
        yield hub
