"""The game keeps some numbers in 32 bits. Where that decides, as for a tick at the very edge, so do we."""

from __future__ import annotations

from struct import Struct
from typing import Final

_FLOAT32: Final = Struct("f")
LARGEST: Final = 3.4028234663852886e38


def float32(value: float) -> float:
    """The nearest number that a 32-bit float can hold; the largest one where it would overflow."""
    rounded: float = _FLOAT32.unpack(_FLOAT32.pack(min(max(value, -LARGEST), LARGEST)))[0]
    return rounded
