"""How hard it is for whom: lengths and pauses that a level of play asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.checks.check import Check

CHECKS: tuple[Check, ...] = ()
