"""What an object sounds like: whether a press is heard at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.checks.check import Check

CHECKS: tuple[Check, ...] = ()
