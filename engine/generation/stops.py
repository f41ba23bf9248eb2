"""Where a model is stopped: ids after which a window is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from engine.tokens.codec import STEP_MS
from engine.tokens.events import EventType
from engine.tokens.vocab import END_ID

if TYPE_CHECKING:
    from engine.generation.layout import Layout
    from engine.generation.windows import Window, WindowShape
    from engine.tokens.events import Context

NO_IDS: Final = range(0)


@dataclass(frozen=True, slots=True)
class Stops:
    ends: frozenset[int]
    """The end of the sequence, and of the context that is being written."""
    settled: range
    """Times that earlier windows have written: said again they are a mistake, never to be chosen."""
    left: range
    """Times that later windows will write."""
    last: range
    """Of those, the ones that stop the writing. The models' own program counts them from the end of what
    can be said, which is a step or two later than `left` begins; what is written between is cut off again.
    """

    @classmethod
    def of(cls, layout: Layout, writing: Context, window: Window, shape: WindowShape) -> Self:
        times = layout.vocab.range(EventType.TIME_SHIFT)
        ends = {END_ID}
        if layout.is_marked:
            ends.add(layout.vocab.context_end[writing])
        settled = left = last = NO_IDS
        if window.counts_from_ms > window.time_ms:
            settled = range(times.start, times.start - times.least + int(shape.lookback_ms / STEP_MS))
        if window.counts_to_ms < window.time_ms + shape.length_ms:
            left = range(times.start - times.least + int(shape.lookahead_ms / STEP_MS), times.end)
            last = range(times.end - int(shape.lookahead * shape.length_ms / STEP_MS), times.end)
        return cls(frozenset(ends), settled, left, last)

    def __contains__(self, token: int) -> bool:
        """Whether writing ends here."""
        return token in self.ends or token in self.settled or token in self.last
