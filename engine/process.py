"""The engine's child process as its parent holds it: started, spoken to, heard, and ended in any case.

Threads and plain pipes, because they are alike on every system and with every event loop. Nothing of torch
is imported on this side.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final

from engine import pipe

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.pipe import FromChild, Setup, ToChild

_log = logging.getLogger("engine.child")

_HERE: Final = str(Path(__file__).resolve().parents[1])
PATIENCE_S: Final = 3.0
"""From the request to end until it is ended; the child itself waits a second for its jobs."""
LAST_WORDS_S: Final = 1.0
"""For the log of a process that has ended: it is a file that nobody writes any more."""
LAST_LINES: Final = 20
"""Of the child's log, kept to say why it died."""
_WINDOWS_WORDS: Final = {
    0xC0000005: "it touched memory that is not its own",
    0xC0000017: "no memory was left",
    0xC000012D: "no memory was left",
    0xC00000FD: "its stack was full",
}
_NO_MEMORY_CODES: Final = frozenset({0xC0000017, 0xC000012D})


@dataclass(frozen=True, slots=True)
class Ending:
    """How a child's life ended."""

    code: int
    """Negative: the signal that ended it."""
    last_lines: tuple[str, ...]

    @property
    def looks_like_no_memory(self) -> bool:
        """Killed by nobody we know, which on Linux and macOS is what running out of memory looks like."""
        killed = sys.platform != "win32" and self.code == -signal.SIGKILL
        said = any(line.startswith("MemoryError") for line in self.last_lines)
        return killed or said or self.code & 0xFFFFFFFF in _NO_MEMORY_CODES

    @property
    def words(self) -> str:
        if self.code < 0:
            with suppress(ValueError):
                return f"ended by {signal.Signals(-self.code).name}"
        if (self.code & 0xFFFFFFFF) in _WINDOWS_WORDS:
            return _WINDOWS_WORDS[self.code & 0xFFFFFFFF]
        last = next((line for line in reversed(self.last_lines) if line.strip()), "")
        return f"exit code {self.code}" + (f", last said: {last.strip()[:200]}" if last else "")


class ChildProcess:
    def __init__(
        self,
        module: str,
        setup: Setup,
        on_message: Callable[[FromChild], None],
        on_end: Callable[[Ending], None],
    ) -> None:
        """Starts `module`. Both functions are called on the running loop, `on_end` once and last.

        Raises OSError where the system starts no process.
        """
        self._loop = asyncio.get_running_loop()
        self._on_message = on_message
        self._on_end = on_end
        self._last_lines: deque[str] = deque(maxlen=LAST_LINES)
        self._outgoing: SimpleQueue[ToChild | None] = SimpleQueue()
        self._ended = asyncio.Event()
        self._process = _start(module)
        self._logging = threading.Thread(target=self._log, name="engine-log", daemon=True)
        self._logging.start()
        threading.Thread(target=self._send, name="engine-send", daemon=True).start()
        threading.Thread(target=self._hear, name="engine-hear", daemon=True).start()
        self.send(setup)

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, message: ToChild) -> None:
        """Never waits; what is sent to a child that has ended is lost."""
        self._outgoing.put(message)

    async def end(self, patience_s: float = PATIENCE_S) -> None:
        """Lets it close its files, and kills it if it takes too long. When this returns, it is gone."""
        self._outgoing.put(None)
        try:
            async with asyncio.timeout(patience_s):
                await self._ended.wait()
        except TimeoutError:
            self._process.kill()
            await self._ended.wait()

    def kill(self) -> None:
        self._process.kill()

    def _send(self) -> None:
        stdin = self._process.stdin
        assert stdin is not None  # noqa: S101  it was asked for
        with suppress(OSError):  # it has ended: `_hear` tells
            while (message := self._outgoing.get()) is not None:
                pipe.send(stdin, message)
        with suppress(OSError):
            stdin.close()

    def _hear(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None  # noqa: S101  it was asked for
        try:
            while (message := pipe.receive(stdout)) is not None:
                self._tell(self._on_message, message)
        except pipe.PipeError:
            _log.exception("the engine said what it cannot say, and is ended")
            self._process.kill()
        finally:
            code = self._process.wait()
            self._outgoing.put(None)
            stdout.close()
            self._logging.join(LAST_WORDS_S)
            self._tell(self._ends, code)

    def _log(self) -> None:
        stderr = self._process.stderr
        assert stderr is not None  # noqa: S101  it was asked for
        with stderr:
            for line in stderr:
                text = line.decode("utf-8", "replace").rstrip()
                self._last_lines.append(text)
                _log.info("%s", text)

    def _ends(self, code: int) -> None:
        self._ended.set()
        self._on_end(Ending(code, tuple(self._last_lines)))

    def _tell(self, listener: Callable[..., None], what: object) -> None:
        with suppress(RuntimeError):  # the loop has ended meanwhile
            self._loop.call_soon_threadsafe(listener, what)


def _start(module: str) -> subprocess.Popen[bytes]:
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS
    return subprocess.Popen(  # noqa: S603  our own interpreter and one of our own modules
        # -P: a folder that somebody happens to stand in must not lend us its torch.py.
        [sys.executable, "-P", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_environment(),
        # Not in a map's folder, which Windows would then not let anybody rename.
        cwd=_HERE,
        creationflags=flags,
        # Out of the terminal's reach: Ctrl+C is for the parent, which then ends us in good order.
        start_new_session=True,
    )


def _environment() -> dict[str, str]:
    """With this very engine first on the path, be it installed or not.

    Threads of torch that wait for one another sleep, unless the person chose otherwise: as they come, they
    spin for a while, on cores that the game wants. Beside a busy machine that alone made two threads slower
    than one; sleeping, they were two to four times as fast.
    """
    path = os.pathsep.join(part for part in (_HERE, os.environ.get("PYTHONPATH")) if part)
    return {"OMP_WAIT_POLICY": "PASSIVE"} | os.environ | {"PYTHONPATH": path}
