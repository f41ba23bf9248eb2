"""Most mappers use Windows, and no machine of ours runs it: at least the types hold there."""

from __future__ import annotations

from pathlib import Path

import pytest
from mypy import api

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_the_types_hold_elsewhere(system: str) -> None:
    settings = str(ROOT / "pyproject.toml")
    said, errors, code = api.run(["--config-file", settings, "--platform", system, "-p", "daemon"])
    assert code == 0, said + errors
