"""Words for the terminal, if there is one: a program started from a desktop may have none."""

from __future__ import annotations

import io
import sys


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
