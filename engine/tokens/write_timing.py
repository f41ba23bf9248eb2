"""What timing lines say, in events: beats and measures, kiai, and how fast things scroll."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from engine.beatmap.objects import Hold
from engine.beatmap.timing import LEAST_BEAT_MS
from engine.tokens.events import Events, EventType
from engine.tokens.groups import SNAPPED, SPEED, TIMED, Groups, scroll_speed
from engine.tokens.view import US_PER_MS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.tokens.grammar import Grammar
    from engine.tokens.view import Line, MapView

US_PER_SECOND: Final = 1_000_000
BEFORE_NEXT_MS: Final = 10
"""A beat this close before the next line is that line's first."""
AFTER_LAST_MS: Final = 0.999
AFTER_LAST_LINE_MS: Final = 10
MOST_BEATS: Final = 100_000
"""Of one line: four hours at 400 BPM."""
SAME_SPEED: Final = 1e-3
UNSAID: Final = -1.0
DAY_S: Final = 86_400


def timing_events(view: MapView, grammar: Grammar, song_ms: float | None = None) -> Events:
    """A group for each beat, up to the end of the object that stands last in the file; in a map without
    objects up to the song's end.
    """
    with_tempo = [line for line in view.lines if line.has_tempo]
    last_ms = _last_ms(view, song_ms)
    groups = Groups(view, grammar)
    for index, line in enumerate(with_tempo):
        is_last = index + 1 == len(with_tempo)
        until_ms = last_ms if is_last else _ms(with_tempo[index + 1]) - BEFORE_NEXT_MS
        times_us = _beats_us(line, until_ms)
        for number, time_us in enumerate(times_us):
            groups.add(_beat_kind(number, line.meter, grammar), time_us, TIMED)
    return groups.events({})


def kiai_events(view: MapView, grammar: Grammar) -> Events:
    """A group for each line that switches kiai on or off."""
    groups = Groups(view, grammar)
    kiai = [False]
    for line in view.lines:
        if line.kiai != kiai[-1]:
            kiai.append(line.kiai)
            groups.add(EventType.KIAI, line.time_us, SNAPPED)
    return groups.events({EventType.KIAI: kiai[1:]})


def scroll_speed_events(view: MapView, grammar: Grammar) -> Events:
    """A group for each time at which the scroll speed changes, relative to the map's usual tempo.

    Only the last of several lines at one time counts.
    """
    groups = Groups(view, grammar)
    told: list[int] = []
    last = UNSAID
    for line, speed in scroll_speeds(view, relative=True):
        if last == UNSAID or abs(speed - last) > SAME_SPEED:
            groups.add(EventType.SCROLL_SPEED_CHANGE, line.time_us, SNAPPED + SPEED)
            told.append(scroll_speed(speed))
        last = speed
    return groups.events({EventType.SCROLL_SPEED: told})


def scroll_speeds(view: MapView, *, relative: bool) -> Iterator[tuple[Line, float]]:
    """After each time with a timing line; `relative` to the tempo that rules longest."""
    usual_ms = usual_beat_ms(view)
    beat_ms = usual_ms
    for index, line in enumerate(view.lines):
        if not line.inherits:
            beat_ms = line.beat_ms
        if index + 1 < len(view.lines) and view.lines[index + 1].time_us <= line.time_us:
            continue
        speed = line.scroll_speed
        yield line, speed * usual_ms / beat_ms if relative and beat_ms else speed


def usual_beat_ms(view: MapView) -> float:
    """The beat that rules longest, counted from the end in whole seconds that wrap at a day.

    That is how the models' training counted; in a song of a day's length nobody would notice.
    """
    last_ms = _seconds(_latest_us(view)) * 1000
    ruled_ms: dict[float, int] = {}
    beat_ms = 0.0
    for index in range(len(view.lines) - 1, -1, -1):
        line = view.lines[index]
        at_ms = _seconds(line.time_us) * 1000
        if not line.inherits:
            beat_ms = line.beat_ms
        if beat_ms == 0 or at_ms > last_ms or (line.inherits and index > 0):
            continue
        ruled_ms[beat_ms] = ruled_ms.get(beat_ms, 0) + last_ms - (at_ms if index else 0)
        last_ms = at_ms
    usual, longest_ms = 0.0, 0
    for beat, duration_ms in ruled_ms.items():
        if duration_ms > longest_ms:
            usual, longest_ms = beat, duration_ms
    return usual


def _latest_us(view: MapView) -> int:
    """When the last object of all begins, or a hold note ends."""
    ends_us = [
        view.time_us(obj.end_ms) if isinstance(obj, Hold) else time_us
        for obj, time_us in zip(view.objects, view.times_us, strict=True)
    ]
    return max(ends_us, default=0)


def _seconds(time_us: int) -> int:
    return time_us // US_PER_SECOND % DAY_S


def _last_ms(view: MapView, song_ms: float | None) -> float:
    end_us = view.last_object_end_us
    if end_us is not None:
        return end_us / 10**6 * 1000 + AFTER_LAST_MS
    return song_ms if song_ms is not None else _ms(view.lines[-1]) + AFTER_LAST_LINE_MS


def _ms(line: Line) -> float:
    return line.time_us / 10**6 * 1000


def _beats_us(line: Line, until_ms: float) -> list[int]:
    """All but the first are cut to whole milliseconds. A joke's beat is taken for the shortest the game
    plays, and even of those there are no more than anybody maps.
    """
    start_ms = _ms(line)
    beat_ms = max(line.beat_ms, LEAST_BEAT_MS)
    most = int(min(max((until_ms - start_ms) / beat_ms + 2, 0), MOST_BEATS))
    times_ms = np.trunc(start_ms + np.arange(most) * beat_ms)
    times_ms[:1] = start_ms
    times_us: list[int] = np.rint(times_ms[times_ms <= until_ms] * US_PER_MS).astype(np.int64).tolist()
    return times_us


def _beat_kind(number: int, meter: int, grammar: Grammar) -> EventType:
    if number == 0 and grammar.timing_points:
        return EventType.TIMING_POINT
    return EventType.BEAT if number % meter else EventType.MEASURE
