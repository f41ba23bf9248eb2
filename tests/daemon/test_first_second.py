"""Ctrl+C while Python still imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INTERRUPTED = """
import sys

class CtrlC:
    def find_spec(self, name, path=None, target=None):
        if name == "daemon.settings":
            raise KeyboardInterrupt

sys.meta_path.insert(0, CtrlC())
import {module}
"""


@pytest.mark.parametrize("module", ["daemon.cli", "run_daemon"])
def test_ctrl_c_in_the_first_second_is_a_quiet_end(module: str) -> None:
    command = [sys.executable, "-c", INTERRUPTED.format(module=module)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stderr) == (130, "")
