"""Red lines from steady stretches and from where measures begin."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from engine.timing.points import DEFAULT_METER, Lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from engine.beatmap.timing import Timing
    from engine.timing.stretches import Stretch


def lined(stretches: Sequence[Stretch], measures: NDArray[np.bool_]) -> Timing:
    """A line for each stretch, and for each measure that begins where the lines before it have none, or has
    another number of beats than they say. `measures`: by beat, the first of which begins one.
    """
    lines: Lines | None = None
    for time_ms, beat_ms, meter in _lines(stretches, np.flatnonzero(measures).tolist()):
        if lines is None:
            lines = Lines([time_ms])
        lines.put(time_ms, beat_ms=beat_ms, meter=meter)
    if lines is None:
        raise ValueError("no stretch, no line")
    return lines.timing()


def _lines(stretches: Sequence[Stretch], measures: list[int]) -> Iterator[tuple[int, float, int]]:
    lengths = {first: after - first for first, after in pairwise(measures)}
    since, meter = 0, lengths.get(0, DEFAULT_METER)
    for stretch in stretches:
        beats = {stretch.first, *(at for at in measures if stretch.first < at < stretch.end)}
        for beat in sorted(beats):
            length = lengths.get(beat, meter)
            if beat == stretch.first or (beat - since) % meter or length != meter:
                since, meter = beat, length
                yield round(stretch.time_ms(beat)), stretch.beat_ms, meter
