"""The data that lies beside a developer's checkout: real maps, the game's own answers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def shared(*parts: str) -> Path:
    """A path in the data beside the project; without it a test skips, except in CI, where it fails."""
    path = SHARED.joinpath(*parts)
    if path.exists():
        return path
    reason = f"needs {'/'.join(parts)} in the data folder beside the checkout"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
