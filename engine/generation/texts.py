"""One context of a map, cut into windows: which events a window holds, and their ids in it."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

import numpy as np

from engine.tokens.codec import STEP_MS
from engine.tokens.events import EVENT_TYPES, Events, EventType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.tokens.events import Event, Ints
    from engine.tokens.vocab import Vocabulary

RECALLED: Final = (EventType.KIAI, EventType.SCROLL_SPEED)
"""What a window may be reminded of: the state it begins in."""


class _Times:
    """Bounds are looked for from the back, as everywhere in a model's words: see `events.span_of`.

    Times need not be in order. The smallest of a time and all that follow it are, and the last time before
    a bound stands where the last of those is.
    """

    def __init__(self, times_ms: Ints) -> None:
        # Turned round for good: a mere view would be copied at each search.
        self._least_from_here = np.ascontiguousarray(np.minimum.accumulate(times_ms[::-1])[::-1])

    def after_last_before(self, bound_ms: float) -> int:
        # A bound that is no integer would turn the whole column into floats first.
        return int(np.searchsorted(self._least_from_here, ceil(bound_ms)))


class Text:
    """Made once per map and context; then a window costs what it holds.

    Raises TokenError for an event that the checkpoint does not know.
    """

    def __init__(self, events: Sequence[Event], vocab: Vocabulary) -> None:
        told = Events.of(events)
        self._times = _Times(told.times)
        self._is_time = told.types == EventType.TIME_SHIFT
        self._times_told = told.values
        """Where `_is_time`, milliseconds of the song."""
        self._ids = _ids(told, vocab, self._is_time)
        _, self._least_step, self._most_steps, start = vocab.range(EventType.TIME_SHIFT)
        self._id_of_now = start - self._least_step
        self._recalled = {kind: _recalled(told, kind) for kind in RECALLED}

    def __len__(self) -> int:
        return len(self._ids)

    def span(self, start_ms: float, end_ms: float) -> tuple[int, int]:
        """From which event to which [start, end) reaches; the second is never before the first."""
        first = self._times.after_last_before(start_ms)
        return first, max(first, self._times.after_last_before(end_ms))

    def ids(self, first: int, end: int, frame_ms: float) -> list[int]:
        """The same as `codec.encode` of those events, for a window that begins at `frame_ms`."""
        steps = np.trunc((self._times_told[first:end] - frame_ms) / STEP_MS).astype(np.int64)
        steps = steps.clip(self._least_step, self._most_steps)
        ids: list[int] = np.where(
            self._is_time[first:end], self._id_of_now + steps, self._ids[first:end]
        ).tolist()
        return ids

    def last(self, kind: EventType, before_ms: float) -> int | None:
        """What the last event of a RECALLED kind before a time says."""
        times, values = self._recalled[kind]
        count = times.after_last_before(before_ms)
        return int(values[count - 1]) if count else None


def _recalled(told: Events, kind: EventType) -> tuple[_Times, Ints]:
    of_kind = told.at(told.types == kind)
    return _Times(of_kind.times), of_kind.values


def _ids(told: Events, vocab: Vocabulary, is_time: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Ints:
    """Of all but the times, which have no id before there is a window."""
    least, most, start = np.zeros((3, len(EVENT_TYPES)), np.int64)
    most -= 1  # what the checkpoint has no range for is out of it
    for known in vocab.ranges:
        least[known.type], most[known.type], start[known.type] = known.least, known.most, known.start
    types, values = told.types, np.where(is_time, 0, told.values)
    unknown = ~is_time & ((values < least[types]) | (values > most[types]))
    for at in np.flatnonzero(unknown)[:1].tolist():
        vocab.encode(told[at])  # says which event it is
    return start[types] - least[types] + values
