"""What the timeline draws of a map: how dense it is, where it rests, where kiai and tempo change."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from engine.beatmap.objects import Hold, Spinner

if TYPE_CHECKING:
    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.timing import TimingPoint

MOST_BINS = 480
"""About one for every other pixel of a wide window."""
LEAST_BIN_MS = 250
MOST_MARKS = 2000
"""Red lines and bookmarks drawn at most: a timeline of more would be one block of colour."""

Spans = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Tempo:
    """Beats per minute; `main` is the one played longest."""

    lowest: float
    highest: float
    main: float


@dataclass(frozen=True, slots=True)
class Overview:
    start_ms: float
    end_ms: float
    song_ms: float | None
    bin_ms: int
    object_counts: tuple[int, ...]
    """Objects that start in each bin, the first bin from `start_ms` on."""
    breaks: Spans
    kiai: Spans
    bookmarks_ms: tuple[float, ...]
    preview_ms: float | None
    red_lines_ms: tuple[float, ...]
    tempo: Tempo | None


def overview(beatmap: Beatmap, song_ms: float | None) -> Overview:
    start_ms, end_ms = _extent(beatmap, song_ms)
    bin_ms = max(LEAST_BIN_MS, math.ceil((end_ms - start_ms) / MOST_BINS))
    return Overview(
        start_ms=start_ms,
        end_ms=end_ms,
        song_ms=song_ms,
        bin_ms=bin_ms,
        object_counts=_density(beatmap, start_ms, end_ms, bin_ms),
        breaks=tuple((each.start_ms, each.end_ms) for each in beatmap.events.breaks),
        kiai=beatmap.timing.kiai_spans(end_ms),
        bookmarks_ms=beatmap.editor.bookmarks_ms[:MOST_MARKS],
        preview_ms=beatmap.general.preview_ms if beatmap.general.preview_ms >= 0 else None,
        red_lines_ms=tuple(point.time_ms for point in beatmap.timing.red[:MOST_MARKS]),
        tempo=_tempo(beatmap.timing.red, end_ms),
    )


def _extent(beatmap: Beatmap, song_ms: float | None) -> tuple[float, float]:
    """From the song's start, or an object before it, to the last thing there is."""
    objects = beatmap.objects
    start_ms = min(0.0, objects[0].time_ms) if objects else 0.0
    ends = [obj.end_ms if isinstance(obj, Spinner | Hold) else obj.time_ms for obj in objects]
    if objects:
        ends.append(beatmap.end_ms(objects[-1]))
    ends += [each.end_ms for each in beatmap.events.breaks]
    return start_ms, max(1.0, song_ms or 0.0, *ends)


def _density(beatmap: Beatmap, start_ms: float, end_ms: float, bin_ms: int) -> tuple[int, ...]:
    starts = Counter(int((obj.time_ms - start_ms) // bin_ms) for obj in beatmap.objects)
    bins = int((end_ms - start_ms) // bin_ms) + 1
    return tuple(starts[index] for index in range(bins))


def _tempo(red: tuple[TimingPoint, ...], end_ms: float) -> Tempo | None:
    if not red:
        return None
    played_ms: Counter[float] = Counter()
    for point, following in pairwise(red):
        played_ms[point.bpm] += max(0.0, following.time_ms - point.time_ms)  # type: ignore[assignment]  # milliseconds, not whole
    played_ms[red[-1].bpm] += max(0.0, end_ms - red[-1].time_ms)  # type: ignore[assignment]  # the same
    return Tempo(min(played_ms), max(played_ms), max(played_ms, key=lambda bpm: played_ms[bpm]))
