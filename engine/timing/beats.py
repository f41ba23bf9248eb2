"""Beats as a model hears them: bare times, each saying whether a measure or a tempo begins there."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from engine.tokens.events import EventType

if TYPE_CHECKING:
    from collections.abc import Iterable

BEATS: Final = frozenset((EventType.BEAT, EventType.MEASURE, EventType.TIMING_POINT))


@dataclass(frozen=True, slots=True)
class Beat:
    time_ms: int
    starts_measure: bool
    starts_tempo: bool


def heard_beats(events: Iterable[tuple[EventType, int]], *, types_first: bool) -> tuple[Beat, ...]:
    """In order of time. `events` are types and values; a beat whose time was not said beside it is none.

    Of several at one time, the one that says most: the models' own program counts a beat that was said twice
    as two, and has a measure of five there.

    `types_first`: whether this family of models says what happens before it says when.
    """
    told = [(kind, value) for kind, value in events]
    pairs = pairwise(told if types_first else reversed(told))
    found = {
        Beat(time_ms, kind is EventType.MEASURE, kind is EventType.TIMING_POINT)
        for (kind, _), (neighbour, time_ms) in pairs
        if kind in BEATS and neighbour is EventType.TIME_SHIFT
    }
    at = {
        beat.time_ms: beat
        for beat in sorted(found, key=lambda beat: (beat.starts_tempo, beat.starts_measure))
    }
    return tuple(at[time_ms] for time_ms in sorted(at))
