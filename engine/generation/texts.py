"""One context of a map, cut into windows: which events a window holds, and their ids in it."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING, Final

import numpy as np

from engine.tokens.codec import STEP_MS
from engine.tokens.events import EVENT_TYPES, EventType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.tokens.events import Event
    from engine.tokens.vocab import Vocabulary

RECALLED: Final = (EventType.KIAI, EventType.SCROLL_SPEED)
"""What a window may be reminded of: the state it begins in."""


class _Times:
    """Bounds are looked for from the back, as everywhere in a model's words: see `events.span_of`.

    Times need not be in order. The smallest of a time and all that follow it are, and the last time before
    a bound stands where the last of those is.
    """

    def __init__(self, times_ms: Sequence[float]) -> None:
        self._least_from_here = list(accumulate(reversed(times_ms), min))
        self._least_from_here.reverse()

    def after_last_before(self, bound_ms: float) -> int:
        return bisect_left(self._least_from_here, bound_ms)


class Text:
    """Made once per map and context; then a window costs what it holds.

    Raises TokenError for an event that the checkpoint does not know.
    """

    def __init__(self, events: Sequence[Event], vocab: Vocabulary) -> None:
        kinds, values, times = zip(*events, strict=True) if events else ((), (), ())
        self._times = _Times(times)
        self._length = len(events)
        self._values = np.array(values, np.float64)
        """Of a time milliseconds of the song."""
        kind_of = np.array(kinds, np.int64)
        self._is_time = kind_of == EventType.TIME_SHIFT
        self._ids = _ids(kind_of, self._values, vocab, self._is_time)
        _, self._least_step, self._most_steps, start = vocab.range(EventType.TIME_SHIFT)
        self._id_of_now = start - self._least_step
        self._recalled = {
            kind: (_Times([times[at] for at in found]), [values[at] for at in found])
            for kind in RECALLED
            for found in [np.flatnonzero(kind_of == kind).tolist()]
        }

    def __len__(self) -> int:
        return self._length

    def span(self, start_ms: float, end_ms: float) -> tuple[int, int]:
        """From which event to which [start, end) reaches; the second is never before the first."""
        first = self._times.after_last_before(start_ms)
        return first, max(first, self._times.after_last_before(end_ms))

    def ids(self, first: int, end: int, frame_ms: float) -> list[int]:
        """The same as `codec.encode` of those events, for a window that begins at `frame_ms`."""
        steps = np.trunc((self._values[first:end] - frame_ms) / STEP_MS)
        steps = steps.clip(self._least_step, self._most_steps).astype(np.int64)
        ids: list[int] = np.where(
            self._is_time[first:end], self._id_of_now + steps, self._ids[first:end]
        ).tolist()
        return ids

    def last(self, kind: EventType, before_ms: float) -> int | None:
        """What the last event of a RECALLED kind before a time says."""
        times, values = self._recalled[kind]
        count = times.after_last_before(before_ms)
        return values[count - 1] if count else None


def _ids(
    kind_of: np.ndarray[tuple[int], np.dtype[np.int64]],
    values: np.ndarray[tuple[int], np.dtype[np.float64]],
    vocab: Vocabulary,
    is_time: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Of all but the times, which have no id before there is a window."""
    least, most, start = np.zeros((3, len(EVENT_TYPES)), np.int64)
    most -= 1  # an event of no kind that the checkpoint knows is out of its range
    for known in vocab.ranges:
        least[known.type], most[known.type], start[known.type] = known.least, known.most, known.start
    unknown = ((values < least[kind_of]) | (values > most[kind_of])) & ~is_time
    for at in np.flatnonzero(unknown)[:1].tolist():
        vocab.id_of(EVENT_TYPES[kind_of[at]], int(values[at]))
    ids: np.ndarray[tuple[int], np.dtype[np.int64]] = (
        start[kind_of] + np.where(is_time, 0, values).astype(np.int64) - least[kind_of]
    )
    return ids
