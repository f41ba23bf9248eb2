"""The `mapside` command, run as a person runs it: another process, its output, its exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def mapside(
    *arguments: str | Path, home: Path | None = None, columns: int | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """`columns`: as on a terminal that wide."""
    if columns:
        environment |= {"FORCE_COLOR": "1", "COLUMNS": str(columns), "TERM": "xterm"}
    return subprocess.run(
        [sys.executable, "-X", "utf8", "-m", "daemon.cli", *map(str, arguments)],
        cwd=ROOT,
        env=own_environment(home, **environment),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=100,
    )


def own_environment(home: Path | None, **more: str) -> dict[str, str]:
    """Without what the person who runs the tests has set for Mapside."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MAPSIDE_")}
    return {**kept, **({"MAPSIDE_HOME": str(home)} if home else {}), **more}
