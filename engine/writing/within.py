"""A section is written from its first moment to its last, and no further."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from engine.generation.filters import NEVER, time_ids
from engine.tokens.codec import STEP_MS
from engine.tokens.events import EventType
from engine.tokens.vocab import END_ID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from engine.generation.layout import Layout
    from engine.generation.windows import Window

BEGINS: Final = (
    EventType.CIRCLE,
    EventType.SLIDER_HEAD,
    EventType.SPINNER,
    EventType.HOLD_NOTE,
    EventType.DRUMROLL,
    EventType.DENDEN,
    EventType.SCROLL_SPEED_CHANGE,
)
"""What is something new when it is said."""
BEATS: Final = (EventType.BEAT, EventType.MEASURE)
LONGEST_OVER_STEPS: Final = 200
"""Where beats stand among objects, they go on while an object lasts over the section's end: for two seconds
they are waited for.
"""


@dataclass(frozen=True, slots=True)
class WithinSection:
    """Nothing before the section is said again. Once something has begun at its end or later, it is done:
    the models' own program writes on to the end of what it hears, which is then thrown away.
    """

    times: range
    before: range
    """Ids of times that lie before the section; none in later windows, where all that is settled is filtered
    already.
    """
    beyond: int
    """The id of the first time that lies wholly behind it."""
    begins: frozenset[int]
    beats: frozenset[int]
    types_first: bool

    @classmethod
    def of(cls, layout: Layout, window: Window, start_ms: float, end_ms: float) -> Self:
        times, vocab = time_ids(layout.vocab), layout.vocab
        first = times.start
        if window.counts_from_ms <= window.time_ms:
            first += min(max(int((start_ms - window.time_ms) // STEP_MS), 0), len(times) - 1)
        beyond = times.start + max(-int((window.time_ms - end_ms) // STEP_MS), 0)
        begins, beats = (
            frozenset(vocab.range(kind).start for kind in kinds if vocab.has(kind))
            for kinds in (BEGINS, BEATS)
        )
        return cls(times, range(times.start, first), beyond, begins, beats, layout.types_first)

    def apply(self, scores: Tensor, ids: Sequence[int]) -> Tensor:
        if self.foretold(ids):
            done = scores.new_full(scores.shape, NEVER)
            done[END_ID] = 0.0
            return done
        if not self.before:
            return scores
        filtered = scores.clone()
        filtered[self.before.start : self.before.stop] = NEVER
        return filtered

    def foretold(self, ids: Sequence[int]) -> Sequence[int]:
        """See `filters.Foretelling`: the end, which then need not be asked for."""
        return (END_ID,) if self._is_beyond(ids) else ()

    def _is_beyond(self, ids: Sequence[int]) -> bool:
        if self.types_first:
            return len(ids) > 1 and ids[-1] in self.times and self._is_late(ids[-2], ids[-1])
        if ids[-1] not in self.begins and ids[-1] not in self.beats:
            return False
        told = next((token for token in reversed(ids) if token in self.times), self.times.start)
        return self._is_late(ids[-1], told)

    def _is_late(self, kind: int, time: int) -> bool:
        if kind in self.begins:
            return time >= self.beyond
        return kind in self.beats and time >= self.beyond + LONGEST_OVER_STEPS
