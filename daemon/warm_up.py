"""What Python and the checks do once only, done before somebody waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.analysis import analyse, parse
from engine.checks.check import Song

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.checks.check import Check

_SMALL_MAP = (
    b"osu file format v14\n\n[Difficulty]\nSliderMultiplier:1.4\n\n[TimingPoints]\n0,333,4,2,0,60,1,0\n\n"
    b"[HitObjects]\n256,192,1000,5,0,0:0:0:0:\n64,64,2000,2,0,B|90:90|128:64,1,70\n256,192,3000,12,0,5000\n"
)


def warm_up(checks: Sequence[Check]) -> None:
    document, parse_ms = parse(_SMALL_MAP)
    analyse(document, Song(), checks, parse_ms=parse_ms)
