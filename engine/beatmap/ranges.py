"""Ranges of a song that a section is written into: snapped to bars or to combos, and as editor timestamps.

A range begins with its first millisecond and ends before its last, so that one that ends on a barline leaves
the object on it alone. Both are whole milliseconds, cut off as stable cuts the grid off: an object that any
editor put on the barline lies on the same side of it as the bar.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from engine.beatmap.edits import EditRefused
from engine.beatmap.objects import Mode
from engine.beatmap.snap import SNAPPED_MS
from engine.beatmap.timestamps import format_timestamp, parse_timestamp, selected, timestamps_in

if TYPE_CHECKING:
    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.timing import Timing

_NOISE_MS: Final = 1e-6
_CLEARLY_LATER_MS: Final = 2 * SNAPPED_MS
"""No rounding puts what is so much later onto the same barline."""
_BETWEEN: Final = re.compile(r"(?<=\d)-(?=\d)|\s+[-\N{EN DASH}\N{EM DASH}]\s*|\s*[\r\n;]+\s*")
"""What stands between the two times of a range where they are not what the website takes for timestamps."""


def to_measures(beatmap: Beatmap, start_ms: float, end_ms: float) -> tuple[float, float]:
    """The bars that a rough range touches; one at least."""
    _must_have_times(start_ms, end_ms)
    start_ms, end_ms = sorted((start_ms, end_ms))
    first_ms = barline_before(beatmap.timing, start_ms)
    last_ms = barline_after(beatmap.timing, end_ms)
    if last_ms <= first_ms:
        last_ms = max(barline_after(beatmap.timing, first_ms + _CLEARLY_LATER_MS), first_ms + 1.0)
    # A song begins at 0, and no timestamp lies before it, though a bar may.
    return max(first_ms, min(0.0, float(math.floor(start_ms)))), last_ms


def to_combos(beatmap: Beatmap, start_ms: float, end_ms: float) -> tuple[float, float]:
    """The combos of which an object begins in a rough range: from the first object of the first to that of
    the next, or to the end of the bar where the last one ends, whichever is earlier.

    Bars where there are no combos: in osu!taiko and osu!mania, and where no object begins in the range.
    """
    _must_have_times(start_ms, end_ms)
    start_ms, end_ms = sorted((start_ms, end_ms))
    times_ms = [obj.time_ms for obj in beatmap.objects]
    first, after = bisect_left(times_ms, start_ms), bisect_left(times_ms, end_ms)
    if first == after and first < len(times_ms) and times_ms[first] == start_ms:
        after += 1
    if first == after or beatmap.mode in (Mode.TAIKO, Mode.MANIA):
        return to_measures(beatmap, start_ms, end_ms)
    combos = beatmap.combos
    while first and not combos[first].starts:
        first -= 1
    while after < len(times_ms) and not combos[after].starts:
        after += 1
    return float(math.floor(times_ms[first])), end_after(beatmap, after - 1)


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


# ---- barlines


def barline_before(timing: Timing, time_ms: float) -> float:
    """The last one that is not after it, in whole milliseconds; what rounding explains lies on it."""
    tempo = timing.tempo_at(time_ms + SNAPPED_MS)
    red = timing.red_at(time_ms + SNAPPED_MS)
    if tempo is None or red is None:
        raise EditRefused("The map has no timing yet, and so no bars. Time the song in the editor first.")
    bar_ms = tempo.beat_ms * max(1, red.meter)
    number = math.floor((time_ms + SNAPPED_MS - _NOISE_MS - tempo.start_ms) / bar_ms)
    if red is not timing.red[0]:
        number = max(0, number)
    return float(math.floor(tempo.start_ms + number * bar_ms + _NOISE_MS))


def barline_after(timing: Timing, time_ms: float) -> float:
    """The first one that is not before it, in whole milliseconds; what rounding explains lies on it."""
    tempo, red = timing.tempo_at(time_ms), timing.red_at(time_ms)
    if tempo is None or red is None:
        raise EditRefused("The map has no timing yet, and so no bars. Time the song in the editor first.")
    bar_ms = tempo.beat_ms * max(1, red.meter)
    number = math.ceil((time_ms - SNAPPED_MS + _NOISE_MS - tempo.start_ms) / bar_ms)
    barline_ms = min(tempo.start_ms + number * bar_ms, tempo.until_ms)
    return float(math.floor(barline_ms + _NOISE_MS))


def _must_have_times(start_ms: float, end_ms: float) -> None:
    if not (math.isfinite(start_ms) and math.isfinite(end_ms)):
        raise EditRefused("The range has no beginning or no end: both have to be times in milliseconds.")


# ---- as text


def format_range(start_ms: float, end_ms: float) -> str:
    """`00:10:000 - 00:20:000`: lazer's editor goes to its beginning, and `parse_range` reads all of it."""
    return f"{format_timestamp(start_ms)} - {format_timestamp(end_ms)}"


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
