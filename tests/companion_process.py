"""The real companion in a process of its own, for tests and benchmarks: their Songs folder, their home."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parents[1]
LINK = re.compile(r"http://127\.0\.0\.1:(\d+)/#token=\S+")
START_TIMEOUT_S = 30
END_TIMEOUT_S = 10


class RunningCompanion:
    def __init__(self, home: Path, *arguments: str, start_timeout_s: float = START_TIMEOUT_S) -> None:
        self.link = ""
        self.port = 0
        """Kept from one start to the next, as a person's is."""
        self._home = home
        self._arguments = arguments
        self._start_timeout_s = start_timeout_s
        self._process: asyncio.subprocess.Process | None = None

    @property
    def process_id(self) -> int:
        assert self._process is not None, "the companion is not running"
        return self._process.pid

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(ROOT / "run_daemon.py"),
            *("--no-tray", "--no-browser", "--port", str(self.port), *self._arguments),
            env={**os.environ, "MAPSIDE_HOME": str(self._home), "PYTHONUNBUFFERED": "1"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            await asyncio.wait_for(self._read_link(self._process), self._start_timeout_s)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        if self._process is None:
            return
        if self._process.returncode is None:
            self._process.terminate()
        # Reads what is left of its words, so that the pipe is closed with the process.
        await asyncio.wait_for(self._process.communicate(), END_TIMEOUT_S)
        self._process = None

    async def ended(self) -> int:
        """The exit code, once it has gone of its own accord."""
        assert self._process is not None
        await asyncio.wait_for(self._process.communicate(), END_TIMEOUT_S)
        return self._process.returncode or 0

    async def _read_link(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        said = ""
        async for line in process.stdout:
            said += line.decode("utf-8", "replace")
            if found := LINK.search(said):
                self.link, self.port = found.group(), int(found.group(1))
                return
        raise RuntimeError(f"the companion ended before it gave its link; it said:\n{said}")
