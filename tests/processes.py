"""Other processes, as each system tells of them: who runs, who started whom, and how they are stopped."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple


class Process(NamedTuple):
    """A number is given again to another process once this one has ended."""

    pid: int
    since: int
    """In whatever the system counts in."""


if sys.platform == "win32":
    import ctypes
    from contextlib import contextmanager
    from ctypes import wintypes
    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from collections.abc import Iterator

    _ALL_PROCESSES = 0x2
    _STILL_WORKING = 0x102
    _SYNCHRONIZE, _QUERY_LIMITED, _SUSPEND = 0x00100000, 0x1000, 0x0800
    _kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    for _name in ("OpenProcess", "CreateToolhelp32Snapshot"):
        getattr(_kernel32, _name).restype = wintypes.HANDLE

    class _Entry(ctypes.Structure):
        """PROCESSENTRY32."""

        _fields_ = (
            ("size", wintypes.DWORD),
            ("usage", wintypes.DWORD),
            ("pid", wintypes.DWORD),
            ("heap", ctypes.c_size_t),
            ("module", wintypes.DWORD),
            ("threads", wintypes.DWORD),
            ("parent", wintypes.DWORD),
            ("priority", wintypes.LONG),
            ("flags", wintypes.DWORD),
            ("name", ctypes.c_char * 260),
        )

    @contextmanager
    def _opened(pid: int, rights: int) -> Iterator[wintypes.HANDLE | None]:
        handle = _kernel32.OpenProcess(rights, False, pid)
        try:
            yield wintypes.HANDLE(handle) if handle else None
        finally:
            if handle:
                _kernel32.CloseHandle(wintypes.HANDLE(handle))

    def is_alive(pid: int) -> bool:
        with _opened(pid, _SYNCHRONIZE) as process:
            return process is not None and _kernel32.WaitForSingleObject(process, 0) == _STILL_WORKING

    def kill(pid: int) -> None:
        """At once, with nothing left to say: there is no other way to be told there."""
        os.kill(pid, signal.SIGTERM)

    def hang(pid: int) -> None:
        with _opened(pid, _SUSPEND) as process:
            ctypes.WinDLL("ntdll").NtSuspendProcess(process)

    def _since(pid: int) -> int:
        times = [wintypes.FILETIME() for _ in range(4)]
        with _opened(pid, _QUERY_LIMITED) as process:
            _kernel32.GetProcessTimes(process, *map(ctypes.byref, times))
        return int(times[0].dwHighDateTime) << 32 | int(times[0].dwLowDateTime)

    def priority_class(pid: int) -> int:
        with _opened(pid, _QUERY_LIMITED) as process:
            return int(_kernel32.GetPriorityClass(process))

    def _parents() -> dict[int, int]:
        found: dict[int, int] = {}
        snapshot = wintypes.HANDLE(_kernel32.CreateToolhelp32Snapshot(_ALL_PROCESSES, 0))
        entry = _Entry(size=ctypes.sizeof(_Entry))
        more = _kernel32.Process32First(snapshot, ctypes.byref(entry))
        while more:
            found[entry.pid] = entry.parent
            more = _kernel32.Process32Next(snapshot, ctypes.byref(entry))
        _kernel32.CloseHandle(snapshot)
        return found

else:

    def is_alive(pid: int) -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        with suppress(FileNotFoundError):
            # A process that has ended and that nobody has asked about yet still has a number.
            return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        return False

    def kill(pid: int) -> None:
        os.kill(pid, signal.SIGKILL)

    def hang(pid: int) -> None:
        os.kill(pid, signal.SIGSTOP)

    def _since(pid: int) -> int:
        with suppress(FileNotFoundError, ProcessLookupError):
            return int(Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(") ")[2].split()[19])
        return 0

    def _parents() -> dict[int, int]:
        found: dict[int, int] = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                name, _, rest = stat.read_text(encoding="utf-8", errors="replace").rpartition(") ")
                found[int(name.split(" ", 1)[0])] = int(rest.split()[1])
        return found


def is_running(process: Process) -> bool:
    return is_alive(process.pid) and _since(process.pid) == process.since


def descendants_of(pid: int) -> set[Process]:
    """Not its children alone: on Windows, a virtual environment's Python is a process that starts Python."""
    parents, found = _parents(), set[Process]()
    nearest = {Process(pid, _since(pid))}
    while nearest:
        nearest = {child for each in nearest for child in _children(each, parents)} - found
        found |= nearest
    return found


def _children(parent: Process, parents: dict[int, int]) -> list[Process]:
    """Windows goes on naming a parent that has ended, by a number that may be another's by now."""
    children = [Process(pid, _since(pid)) for pid, its in parents.items() if its == parent.pid]
    return [child for child in children if child.since >= parent.since]
