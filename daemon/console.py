"""Words for the terminal, if there is one: a program started from a desktop may have none."""

from __future__ import annotations

import errno
import io
import sys

if sys.platform == "win32":
    import ctypes
    import msvcrt
    from ctypes import wintypes

    def _is_terminal(descriptor: int) -> bool:
        """Windows calls its empty device one as well, and of that a console knows nothing."""
        console = wintypes.HANDLE(msvcrt.get_osfhandle(descriptor))
        return bool(ctypes.WinDLL("kernel32").GetConsoleMode(console, ctypes.byref(wintypes.DWORD())))

else:
    from os import isatty as _is_terminal


def take_any_letter() -> None:
    """A console that cannot show a letter (Windows' old code pages) shows its code instead of ending us."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(sentence: str, *, to_error: bool = False) -> None:
    stream = sys.stderr if to_error else sys.stdout
    if stream is None:
        return
    try:
        stream.write(f"{sentence}\n")
        stream.flush()
    except (OSError, ValueError):
        return  # the terminal was closed meanwhile


def can_ask() -> bool:
    """Whether somebody sits at the keyboard."""
    return sys.stdin is not None and sys.stdin.isatty() and _is_terminal(sys.stdin.fileno())


def is_of_a_reader_who_left(error: OSError) -> bool:
    """Windows says that an argument is invalid where a pipe's other end was closed; it names no file then."""
    if sys.platform == "win32" and error.errno == errno.EINVAL and error.filename is None:
        return True
    return isinstance(error, BrokenPipeError)
