"""What the child does to itself before it works: pipes nobody else writes into, manners, and an end."""

from __future__ import annotations

import ctypes
import faulthandler
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from typing import BinaryIO

NICENESS: Final = 10
"""A game at 0 then gets nine parts of a core that both want, and we one."""
FIRST_TO_GO: Final = 800
"""Of 1000: when memory runs out, the system should end us, not the game or the editor."""
_SET_PARENT_DEATH_SIGNAL: Final = 1


def take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output, for ourselves alone: what libraries print goes to the log."""
    requests, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415  exists only there

        for descriptor in (requests, answers):
            msvcrt.setmode(descriptor, os.O_BINARY)
    return os.fdopen(requests, "rb"), os.fdopen(answers, "wb")


def behave() -> None:
    """The game goes first, Ctrl+C is the parent's affair, and a crash leaves a trace in the log."""
    faulthandler.enable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":  # there, whoever starts us says so
        os.nice(NICENESS)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(FIRST_TO_GO), encoding="ascii")


def die_with_parent() -> None:
    """Linux alone can say so; everywhere, the end of the pipe says it as well."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def resident_mb() -> int | None:
    if sys.platform == "win32":
        counters = _Counters(size=ctypes.sizeof(_Counters))
        kernel32 = ctypes.windll.kernel32
        kernel32.GetCurrentProcess.restype = ctypes.c_void_p
        this_process = ctypes.c_void_p(kernel32.GetCurrentProcess())
        found = kernel32.K32GetProcessMemoryInfo(this_process, ctypes.byref(counters), counters.size)
        return int(counters.working_set) >> 20 if found else None
    else:  # noqa: RET505  what only follows a return mypy takes for unreachable on Windows
        try:
            pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        except OSError:
            return _asked_of_ps_mb()
        return pages * os.sysconf("SC_PAGE_SIZE") >> 20


def _asked_of_ps_mb() -> int | None:
    try:
        said = subprocess.run(  # noqa: S603  our own process id, nothing from outside
            ["/bin/ps", "-o", "rss=", "-p", str(os.getpid())], capture_output=True, text=True, check=True
        )
        return int(said.stdout) >> 10
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


class _Counters(ctypes.Structure):
    """PROCESS_MEMORY_COUNTERS of the Windows API."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("page_faults", ctypes.c_uint32),
        ("peak_working_set", ctypes.c_size_t),
        ("working_set", ctypes.c_size_t),
        *((f"other_{index}", ctypes.c_size_t) for index in range(6)),
    )
