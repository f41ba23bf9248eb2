"""Where the objects are: what cannot be played, seen or reached as it is placed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.checks.check import Check

CHECKS: tuple[Check, ...] = ()
