"""What another process uses: its memory and its time on the processor."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def resident_bytes(process_id: int) -> int:
    told = _told_by_linux(process_id)
    return int(_ps(process_id, "rss=")) * 1024 if told is None else _bytes(told["VmRSS"])


def peak_bytes(process_id: int) -> int:
    """The most that it has held. In getrusage a child begins with what its parent held."""
    told = _told_by_linux(process_id)
    if told is None:
        raise RuntimeError("this benchmark reads the peak from Linux's /proc, which there is none of here")
    return _bytes(told["VmHWM"])


def _told_by_linux(process_id: int) -> dict[str, str] | None:
    status = Path(f"/proc/{process_id}/status")
    if not status.exists():
        return None
    return dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)


def _bytes(kilobytes: str) -> int:
    return int(kilobytes.split(maxsplit=1)[0]) * 1024


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
