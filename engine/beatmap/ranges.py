"""Ranges of a song as people paste them: two timestamps, or objects by the numbers that editors give them.

A range begins with its first millisecond and ends before its last, so that one that ends on a barline leaves
the object on it alone. Both are whole milliseconds, cut off as stable cuts the grid off: an object that any
editor put on the barline lies on the same side of it as the bar.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

from engine.beatmap.edits import EditRefused
from engine.beatmap.snap import SNAPPED_MS
from engine.beatmap.timestamps import parse_timestamp, selected, timestamps_in

if TYPE_CHECKING:
    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.timing import Timing

_NOISE_MS: Final = 1e-6
_CLEARLY_LATER_MS: Final = 2 * SNAPPED_MS
"""No rounding puts what is so much later onto the same barline."""
_BETWEEN: Final = re.compile(r"(?<=\d)-(?=\d)|\s+[-\N{EN DASH}\N{EM DASH}]\s*|\s*[\r\n;]+\s*")
"""What stands between the two times of a range where they are not what the website takes for timestamps."""


def end_after(beatmap: Beatmap, index: int) -> float:
    """Where a range ends whose last object is that one: as the next begins, but no later than the bar in
    which everything up to it has ended.
    """
    objects = beatmap.objects
    last_ms = objects[index].time_ms
    ended_ms = max(last_ms + _CLEARLY_LATER_MS, beatmap.end_ms(objects[index]))
    bar_ms = barline_after(beatmap.timing, ended_ms)
    next_ms = next((obj.time_ms for obj in objects[index + 1 :] if obj.time_ms > last_ms), math.inf)
    if next_ms - last_ms >= SNAPPED_MS and math.isfinite(next_ms):
        next_ms = float(math.floor(next_ms))
    return min(bar_ms, next_ms)


def barline_after(timing: Timing, time_ms: float) -> float:
    """The first one that is not before it, in whole milliseconds; what rounding explains lies on it."""
    tempo, red = timing.tempo_at(time_ms), timing.red_at(time_ms)
    if tempo is None or red is None:
        raise EditRefused("The map has no timing yet, and so no bars. Time the song in the editor first.")
    bar_ms = tempo.beat_ms * max(1, red.meter)
    number = math.ceil((time_ms - SNAPPED_MS + _NOISE_MS - tempo.start_ms) / bar_ms)
    barline_ms = min(tempo.start_ms + number * bar_ms, tempo.until_ms)
    return float(math.floor(barline_ms + _NOISE_MS))


def parse_range(beatmap: Beatmap, text: str) -> tuple[float, float] | None:
    """A range from what a mapper pastes: two timestamps, in either order, alone or in a sentence; or one with
    a selection, which then is the range: from its first object to the end of its last.

    Two timestamps that select objects reach from the first object of the one to the end of the last of the
    other. None where it says no range; refuses a selection in a map that has no bars to end it.
    """
    stamps = timestamps_in(text) or _loose(text)
    if len(stamps) > 1 and not stamps[1][1]:
        times = sorted((stamps[0][0], stamps[1][0]))
        return (times[0], times[1]) if times[0] < times[1] else None
    indices = [index for stamp in stamps[:2] for index in selected(beatmap, *stamp)]
    times_ms = [time_ms for time_ms, _ in stamps[:2]]
    if not indices:
        times_ms.sort()
        return (times_ms[0], times_ms[1]) if len(times_ms) > 1 and times_ms[0] < times_ms[1] else None
    begin_ms = min(beatmap.objects[min(indices)].time_ms, *times_ms)
    return float(math.floor(begin_ms)), end_after(beatmap, max(indices))


def _loose(text: str) -> list[tuple[float, str]]:
    """Times in the forms that only an editor takes, or in milliseconds: `1:02 - 1:10`, `62000 - 70000`."""
    parts = [part for part in _BETWEEN.split(text.strip()) if part]
    stamps = [parse_timestamp(part) for part in parts[:2]]
    return [stamp for stamp in stamps if stamp] if all(stamps) else []
