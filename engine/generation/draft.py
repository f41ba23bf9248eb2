"""A context while it is being written: what each window adds to it, and at which times that is.

A window's end is only there to be heard. What was written there is written again, and better, by the window
after it, so it is cut off; so is a time that the model stopped at because earlier windows have settled it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.generation.stops import Stops
from engine.generation.texts import Text
from engine.tokens.codec import decode
from engine.tokens.events import NO_EVENTS, Events
from engine.tokens.retiming import timed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.generation.layout import Layout
    from engine.generation.windows import Window, WindowShape
    from engine.tokens.events import Context, Event


class Draft:
    def __init__(self, layout: Layout, context: Context, settled: Iterable[Event] = NO_EVENTS) -> None:
        """`settled`: what stands before the first window that is written."""
        self._layout = layout
        self.context = context
        self.events = Events.of(settled)

    @classmethod
    def before(cls, layout: Layout, context: Context, events: Iterable[Event], start_ms: float) -> Draft:
        """To go on from where a map is left as it is; what it has from `start_ms` on is written anew."""
        return cls(layout, context, _up_to(Events.of(events), start_ms - 1))

    def text(self) -> Text:
        return Text(self.events, self._layout.vocab)

    def add(self, ids: Sequence[int], window: Window, shape: WindowShape) -> None:
        """What the model wrote after its prompt."""
        stops = Stops.of(self._layout, self.context, window, shape)
        said = decode(self._without_end(ids, stops), self._layout.vocab, window.time_ms)
        until_ms = window.time_ms + shape.length_ms
        events = self.events + timed(said, self.events, until_ms, types_first=self._layout.types_first)
        self.events = _up_to(events, window.counts_to_ms) if stops.left else events

    def _without_end(self, ids: Sequence[int], stops: Stops) -> Sequence[int]:
        end = len(ids)
        while end and ids[end - 1] in stops.ends:
            end -= 1
        if end and (ids[end - 1] in stops.settled or ids[end - 1] in stops.left):
            # A group that only says what it is and when: both ids go.
            end = max(end - 2, 0) if self._layout.types_first else end - 1
        return ids[:end]


def _up_to(events: Events, time_ms: float) -> Events:
    """Without those at the end that lie after a time; what is late in between stays where it is."""
    in_time = np.flatnonzero(events.times <= time_ms)
    return events[: int(in_time[-1]) + 1] if len(in_time) else NO_EVENTS
