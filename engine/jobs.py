"""What the engine works on: jobs, which are generators, and what they say between their steps.

Nothing here knows of processes, models or maps.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias


class Urgency(IntEnum):
    """The lowest goes first, at the next step of whatever is running."""

    PERSON = 0
    """Somebody waits and looks."""
    REGENERATE = 1
    MOD = 2
    FILL = 3
    """Work ahead of need: only while nothing else is asked."""


@dataclass(frozen=True, slots=True)
class Progress:
    done: float
    total: float
    """0: not known."""
    doing: str
    """What is being done, for the person, and with it the unit of `done`."""


class JobError(Exception):
    """One sentence for the person: which file, what is wrong, what to do."""


Job: TypeAlias = Generator[object, None, None]
"""Yields a `Progress` or a partial result (a plain frozen dataclass, which can cross to another process)
after every step of at most about a second. Closing it is how it is cancelled.
"""
