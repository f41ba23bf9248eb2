"""The real companion process, started for a benchmark and ended by its own process id."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

ROOT = Path(__file__).resolve().parents[1]
LINK = re.compile(r"http://127\.0\.0\.1:\d+/#token=\S+")


class Companion:
    """`async with Companion(songs, home=...) as companion: companion.link`"""

    def __init__(self, songs: Path, *, home: Path, start_timeout_s: float = 30) -> None:
        self.link = ""
        self._songs = songs
        self._home = home
        self._start_timeout_s = start_timeout_s
        self._process: asyncio.subprocess.Process | None = None

    @property
    def process_id(self) -> int:
        assert self._process is not None, "the companion has not been started"
        return self._process.pid

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(ROOT / "run_daemon.py"),
            *("--songs", str(self._songs), "--port", "0", "--no-tray", "--no-browser"),
            env={**os.environ, "MAPSIDE_HOME": str(self._home), "PYTHONUNBUFFERED": "1"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            self.link = await asyncio.wait_for(self._read_link(), self._start_timeout_s)
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._end()

    async def _read_link(self) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        said = ""
        async for line in self._process.stdout:
            said += line.decode("utf-8", "replace")
            if found := LINK.search(said):
                return found.group()
        raise RuntimeError(f"the companion ended before it gave a link; it said:\n{said}")

    async def _end(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await asyncio.wait_for(self._process.wait(), 10)
