"""Whatever a file says, reading and checking it is a matter of seconds and of some megabytes."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.checks.hostile import KINDS

MOST_CHECKS_S = 6.0
"""Of processor time. The worst of them takes half of it; without bounds most take minutes."""
MOST_DIFF_S = 3.0
MOST_BYTES = 250_000_000


@pytest.mark.parametrize("kind", KINDS)
def test_a_map_that_means_harm_costs_little(kind: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.checks.hostile", kind], capture_output=True, text=True, check=True
    )
    spent = json.loads(done.stdout)
    assert spent["failed"] == []
    assert spent["checks_s"] < MOST_CHECKS_S
    assert spent["diff_s"] < MOST_DIFF_S
    assert spent["bytes"] < MOST_BYTES
