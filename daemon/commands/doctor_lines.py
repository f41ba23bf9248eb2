"""What the doctor says of one thing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class State(Enum):
    FINE = "ok"
    NOTE = "note"
    """Works, with something missing."""
    TO_DO = "to do"
    """Mapside cannot do its job until somebody acts."""


@dataclass(frozen=True, slots=True)
class Line:
    about: str
    state: State
    found: str
    do: str = ""
    """What to do; empty where there is nothing to be done."""
