"""Every number a check compares with, its unit, and where it comes from.

A check says `SHORT_SLIDER_MS.value`. Sources: "osu! wiki" is its ranking criteria, "lazer's Verify" the
checks of ppy/osu's editor, "Mapset Verifier" the tool of that name; "ours" says why we chose the number.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Threshold:
    value: float
    unit: str
    source: str


# Compose

CONCURRENT_WITHIN_MS = Threshold(10, "ms", "lazer's Verify: objects up to 10 ms apart are almost concurrent")
