"""What is done to a model's scores before the next id is chosen from them: one small class for each thing.

Every filter has one verb, `apply`: the scores of all ids that can be written, [V], and the ids so far, the
prompt's too, to new scores. A filter is made for one window, and asked once for each id of it, in order, but
for those that were foretold.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol, Self, runtime_checkable

import torch

from engine.tokens.events import EventType
from engine.tokens.retiming import TIMED
from engine.tokens.vocab import END_ID, START_ID

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from torch import Tensor

    from engine.generation.layout import Layout
    from engine.tokens.vocab import Vocabulary

NEVER: Final = -torch.inf
BEATS: Final = (EventType.BEAT, EventType.MEASURE, EventType.TIMING_POINT)
NOTES: Final = (EventType.CIRCLE, EventType.HOLD_NOTE, EventType.HOLD_NOTE_END)
TO_THE_TIME: Final = 1
"""Ids from what a beat is to when it is."""
TO_THE_COLUMN: Final = 3
"""Ids from what a note is to its column: the time and the snapping stand between."""
TO_THE_HIT: Final = 1
"""Ids from a scroll speed to what is hit there."""


class Filter(Protocol):
    def apply(self, scores: Tensor, ids: Sequence[int]) -> Tensor: ...


@runtime_checkable
class Foretelling(Filter, Protocol):
    """One that at times leaves a single id, whatever the scores are."""

    def foretold(self, ids: Sequence[int]) -> Sequence[int]:
        """What follows the ids so far, for as long as it would leave one id each time; at most to the end of
        the window.
        """
        ...


def guided(wanted: Tensor, unwanted: Tensor, scale: float) -> Tensor:
    """Away from what another prompt would have written: 1 is no guidance, more goes further.

    The models' own program has its two prompts the wrong way round, and goes towards what it is told to
    avoid: its scale of 1.4 is -0.4 here.
    """
    return unwanted + (wanted - unwanted) * scale


@dataclass(frozen=True, slots=True)
class ForwardInTime:
    """No time before the last one that was told since the sequence, or the context, began."""

    times: range
    starts: frozenset[int]

    @classmethod
    def of(cls, layout: Layout) -> Self:
        starts = frozenset((START_ID, *layout.vocab.context_start.values()))
        return cls(time_ids(layout.vocab), starts)

    def apply(self, scores: Tensor, ids: Sequence[int]) -> Tensor:
        for token in reversed(ids):
            if token in self.starts:
                break
            if token in self.times:
                return _without(scores, range(self.times.start, token))
        return scores


@dataclass(frozen=True, slots=True)
class BiasOfTimes:
    """Times made likelier than all else, or, below 0, less likely: a busier or a sparser map."""

    times: range
    bias: float

    def apply(self, scores: Tensor, _ids: Sequence[int]) -> Tensor:
        biased = scores.clone()
        biased[self.times.start : self.times.stop] += self.bias
        return biased


@dataclass(frozen=True, slots=True)
class After:
    """Another temperature for what follows certain ids at a certain distance."""

    tokens: Collection[int]
    distance: int
    temperature: float


@dataclass(frozen=True, slots=True)
class Temperature:
    usual: float
    special: tuple[After, ...] = ()
    """The first that holds decides."""

    def apply(self, scores: Tensor, ids: Sequence[int]) -> Tensor:
        for after in self.special:
            if len(ids) >= after.distance and ids[-after.distance] in after.tokens:
                return scores / after.temperature
        return scores / self.usual


def special_temperatures(
    vocab: Vocabulary, *, timing: float | None, columns: float | None, taiko_hits: float | None
) -> tuple[After, ...]:
    """For models that tell first what a group is. None: as all else."""
    beats = frozenset(vocab.range(kind).start for kind in BEATS if vocab.has(kind))
    notes = frozenset(vocab.range(kind).start for kind in NOTES if vocab.has(kind))
    speeds = _ids_of(vocab, EventType.SCROLL_SPEED)
    asked = (
        (beats, TO_THE_TIME, timing),
        (notes if vocab.has(EventType.HOLD_NOTE_END) else frozenset(), TO_THE_COLUMN, columns),
        (speeds, TO_THE_HIT, taiko_hits),
    )
    return tuple(
        After(tokens, distance, temperature)
        for tokens, distance, temperature in asked
        if temperature is not None and tokens
    )


@dataclass(frozen=True, slots=True)
class NothingSettled:
    """No time that earlier windows have written: for models that tell when before they tell what."""

    settled: range

    def apply(self, scores: Tensor, _ids: Sequence[int]) -> Tensor:
        return _without(scores, self.settled)


@dataclass(slots=True)
class EndInsteadOfSettled:
    """The same for models that tell what before they tell when.

    By then it is said that something comes, though earlier windows may have written it all: what the model
    gives to settled times goes to the others and, as far as it would have ended a moment ago, to the end.
    The end is the first settled time: a window stops there, and what was begun is cut off again.
    """

    settled: range
    timed: frozenset[int]
    ends: tuple[int, ...]
    _before: Tensor | None = field(default=None, init=False)
    """The scores that the last id was chosen from."""

    @classmethod
    def of(cls, vocab: Vocabulary, settled: range) -> Self:
        timed = frozenset[int]().union(*(_ids_of(vocab, kind) for kind in TIMED))
        return cls(settled, timed, (END_ID, *vocab.context_end.values()))

    def apply(self, scores: Tensor, ids: Sequence[int]) -> Tensor:
        before, self._before = self._before, scores
        if before is None or ids[-1] not in self.timed:
            return scores
        ended = before.softmax(dim=-1)[list(self.ends)].sum()
        chances = scores.softmax(dim=-1)
        chances[self.settled.start : self.settled.stop] = 0
        possible = chances.sum() * (1 - ended) + ended
        chances /= possible.clamp(min=torch.finfo(chances.dtype).tiny)
        chances[self.settled.start] = (1 - chances.sum()).clip(0, 1)
        return chances.log()


def likeliest(scores: Tensor, count: int) -> Tensor:
    """[R, V]: of each row only the so many likeliest."""
    least = scores.topk(min(count, scores.shape[-1])).values[..., -1:]
    return scores.masked_fill(scores < least, NEVER)


def nucleus(scores: Tensor, probability: float) -> Tensor:
    """[R, V]: of each row only the likeliest that together reach a probability, but at least one."""
    chances, order = scores.softmax(dim=-1).sort(descending=True, stable=True)
    reached = chances.cumsum(dim=-1) - chances  # by those before it
    return scores.masked_fill((reached >= probability).scatter(-1, order, reached >= probability), NEVER)


def time_ids(vocab: Vocabulary) -> range:
    times = vocab.range(EventType.TIME_SHIFT)
    return range(times.start, times.end)


def _ids_of(vocab: Vocabulary, kind: EventType) -> frozenset[int]:
    if not vocab.has(kind):
        return frozenset()
    known = vocab.range(kind)
    return frozenset(range(known.start, known.end))


def _without(scores: Tensor, tokens: range) -> Tensor:
    filtered = scores.clone()
    filtered[tokens.start : tokens.stop] = NEVER
    return filtered
