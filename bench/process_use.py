"""What another process uses: its memory and its time on the processor."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def resident_bytes(process_id: int) -> int:
    status = Path(f"/proc/{process_id}/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) * 1024
    return int(_ps(process_id, "rss=")) * 1024


def processor_seconds(process_id: int) -> float:
    stat = Path(f"/proc/{process_id}/stat")
    if stat.exists():
        # The name, in parentheses, may hold anything: what follows it is what counts.
        fields = stat.read_text().rpartition(")")[2].split()
        user_ticks, system_ticks = int(fields[11]), int(fields[12])
        return (user_ticks + system_ticks) / os.sysconf("SC_CLK_TCK")
    minutes, _, seconds = _ps(process_id, "time=").rpartition(":")
    return int(minutes or 0) * 60 + float(seconds)


def _ps(process_id: int, column: str) -> str:
    return subprocess.run(
        ["ps", "-o", column, "-p", str(process_id)], capture_output=True, text=True, check=True
    ).stdout.strip()
