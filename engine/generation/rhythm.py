"""A map written anew in part: each object stays what it is and when, and only where it stands is the model's
choice; or all of it stays but how it sounds.

For the model that is a sequence it has no say in but at some of its ids. What is kept is put in front of it
as if it had written that itself, so it chooses the rest as it always does: from what stands before.

`Order.further` is `Rhythm.further`: the pipeline asks it for a filter of each window of each candidate. That
stands after the filters for times and temperatures, since what is forced is forced against them, and before
the choice by `top_p`, which then is among what is allowed. At any moment `Rhythm.kept` says what has become
of the map.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import torch

from engine.generation.columns import Columns
from engine.generation.errors import PromptError
from engine.generation.filters import NEVER
from engine.generation.texts import Text
from engine.requests import Keep
from engine.tokens.codec import STEP_MS
from engine.tokens.events import EVENT_TYPES, Context, Events, EventType
from engine.tokens.grammar import X_RANGE_PX, Y_RANGE_PX
from engine.tokens.placing import HEIGHT_PX, WIDTH_PX
from engine.tokens.told import told_objects
from engine.tokens.vocab import END_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from engine.generation.filters import Filter
    from engine.generation.layout import Layout
    from engine.generation.pipeline import Ahead
    from engine.generation.stops import Stops
    from engine.generation.windows import Window
    from engine.tokens.events import Event
    from engine.tokens.grammar import Grammar
    from engine.tokens.told import ToldObjects
    from engine.tokens.vocab import Vocabulary

FREE: Final[Mapping[Keep, frozenset[EventType]]] = {
    Keep.RHYTHM: frozenset(
        {
            EventType.DISTANCE,
            EventType.POSITION,
            EventType.POSITION_X,
            EventType.POSITION_Y,
            EventType.POSITION_REFINEMENT,
            EventType.COLUMN,
        }
    ),
    Keep.ALL_BUT_HITSOUNDS: frozenset({EventType.HITSOUND, EventType.VOLUME}),
}
"""What is the model's choice."""
ON_THE_PLAYFIELD: Final = np.array(
    [EventType.CIRCLE, EventType.SLIDER_HEAD, EventType.LAST_ANCHOR, EventType.SLIDER_END], np.uint8
)
"""Where the cursor goes. Anchors may stand outside: a curve does not reach them."""


class Rhythm:
    context: Final = Context.MAP

    def __init__(
        self,
        layout: Layout,
        grammar: Grammar,
        events: Iterable[Event],
        free: Collection[EventType],
        *,
        start_ms: float = -np.inf,
        end_ms: float = np.inf,
        keys: int = 0,
    ) -> None:
        """`events`: the map's, from its beginning; the same as `Order.settled`. Free is what objects tell
        that begin in [start, end). `keys` is asked of osu!mania alone.

        Raises PromptError where nothing is free.
        """
        self.events = Events.of(events)
        self._vocab, self._grammar = layout.vocab, grammar
        self._text = Text(self.events, layout.vocab)
        self._told = told_objects(self.events, types_first=layout.types_first)
        self.free = _free(self.events, self._told, free, start_ms, end_ms)
        if not self.free.any():
            raise PromptError(
                "no object begins there of which anything would be written anew: widen the section, or keep "
                "something else (in osu!taiko nothing has a place that could change)"
            )
        self._last_free = np.full(len(self._told.objects) + 1, -1)
        """By object."""
        np.maximum.at(self._last_free, self._told.owners[self.free], np.flatnonzero(self.free))
        self._columns = Columns.of(self.events, self._told, self.free, keys)
        self._on_the_playfield = np.isin(self._told.kinds, ON_THE_PLAYFIELD)
        self._possible: dict[tuple[EventType, bool, torch.device], Tensor] = {}

    def further(self, ahead: Ahead) -> Sequence[Filter]:
        """For `Order.further`: what keeps the rhythm in a window that is about to be written.

        Raises PromptError where what stands before it is not this map's beginning.
        """
        if ahead.context is not self.context:
            return ()
        first = len(ahead.written)
        if not np.array_equal(ahead.written.types, self.events.types[:first]):
            raise PromptError(
                "what is settled is not the map whose rhythm is kept: give the same events for both"
            )
        expected = self._expected(first, ahead.stops, ahead.window)
        end_id = self._vocab.context_end.get(self.context, END_ID)
        return (Following(self, ahead.written, ahead.prompt_ids, expected, end_id),)

    def kept(self, written: Events) -> Events:
        """The map's own events, at times as exact as they were, with what was written of what is free.

        An object of which not all that is free was written stays as it was.
        """
        count = min(len(written), len(self.events))
        new = self.free[:count] & (self._last_free[self._told.owners[:count]] < count)
        values = self.events.values.copy()
        values[:count][new] = written.values[:count][new]
        for again, head in self._columns.head_of.items():
            values[again] = values[head]
        return Events(self.events.types, values, self.events.times)

    def columns_left(self, index: int, value_at: Callable[[int], int]) -> list[int]:
        """The ids that may tell the column of an event. `value_at`: what another event tells, by index."""
        known, usual = self._vocab.range(EventType.COLUMN), int(self.events.values[index])
        columns = self._columns.left(index, value_at, usual)
        return [known.start + column - known.least for column in columns]

    def head_of(self, index: int) -> int | None:
        """The event that tells first what this one tells again."""
        return self._columns.head_of.get(index)

    def possible(self, index: int, device: torch.device) -> Tensor:
        """The ids that may tell what is free of an event, [N]."""
        key = EVENT_TYPES[self.events.types[index]], bool(self._on_the_playfield[index]), device
        if key not in self._possible:
            kind, stays_inside, _ = key
            ids = _possible_ids(self._vocab, self._grammar, kind, stays_inside=stays_inside)
            self._possible[key] = torch.tensor(ids, device=device)
        return self._possible[key]

    def _expected(self, first: int, stops: Stops, window: Window) -> list[int]:
        """The ids of the map from an event on, to where later windows write, or to where nothing is free."""
        last = max(first, int(np.flatnonzero(self.free)[-1]) + 1)
        times = self._vocab.range(EventType.TIME_SHIFT)
        until = stops.left.start if stops.left else times.end
        until_ms = window.time_ms + (until - times.start + times.least) * STEP_MS
        timed = self.events.types[first:last] == EventType.TIME_SHIFT
        late = np.flatnonzero(timed & (self.events.values[first:last] >= until_ms))
        if len(late):
            last = max(first, int(self._told.starts[first + late[0]]))
        ids = self._text.ids(first, last, window.time_ms)
        # A step is 10 ms: what begins just here may be heard just before, where nothing may be written.
        return [
            max(token, stops.settled.stop) if at else token for token, at in zip(ids, timed, strict=False)
        ]


@dataclass(frozen=True, slots=True, eq=False)
class Following:
    """Makes a model say, of one window, what a map says, but for what is free."""

    rhythm: Rhythm
    written: Events
    prompt_ids: int
    expected: Sequence[int]
    """Of each event from the first that is not written yet. Of what is free: as it was."""
    end_id: int
    """What is said after them."""

    def apply(self, scores: Tensor, ids: Sequence[int]) -> Tensor:
        only = self._only(ids)
        if only is not None:
            return _among(torch.zeros_like(scores), [only])
        index = len(self.written) + len(ids) - self.prompt_ids
        if self.rhythm.events.types[index] == EventType.COLUMN:
            return _among(scores, self.rhythm.columns_left(index, lambda other: self._value_at(other, ids)))
        return _among(scores, self.rhythm.possible(index, scores.device))

    def foretold(self, ids: Sequence[int]) -> Sequence[int]:
        """Nothing is chosen from where something is kept: see `filters.Foretelling`."""
        told = list(ids)
        longest = self.prompt_ids + len(self.expected) + 1
        while len(told) < longest and (only := self._only(told)) is not None:
            told.append(only)
        return told[len(ids) :]

    def _only(self, ids: Sequence[int]) -> int | None:
        """The id that follows in any case; None where there is a choice."""
        at = len(ids) - self.prompt_ids
        if at >= len(self.expected):
            return self.end_id
        index = len(self.written) + at
        head = self.rhythm.head_of(index)
        if head is not None:
            return self._id_of(index, head, ids)
        return None if self.rhythm.free[index] else self.expected[at]

    def _id_of(self, index: int, head: int, ids: Sequence[int]) -> int:
        """What tells at `index` what `head` told."""
        told = self._value_at(head, ids) - int(self.rhythm.events.values[index])
        return self.expected[index - len(self.written)] + told

    def _value_at(self, index: int, ids: Sequence[int]) -> int:
        """What an event tells: as it was written, or as the map has it where it is not written yet."""
        at = index - len(self.written)
        if at < 0:
            return int(self.written.values[index])
        usual = int(self.rhythm.events.values[index])
        if self.prompt_ids + at >= len(ids):
            return usual
        return usual + ids[self.prompt_ids + at] - self.expected[at]


def _free(
    events: Events, told: ToldObjects, kinds: Collection[EventType], start_ms: float, end_ms: float
) -> NDArray[np.bool_]:
    """By event."""
    # One more for what is nobody's, which the owner -1 finds.
    begins = np.array([start_ms <= obj.start_ms < end_ms for obj in told.objects] + [False])
    heads = np.array([-1 if obj.column is None else obj.column for obj in told.objects] + [-1])
    of_kind = np.isin(events.types, np.array(sorted(kinds), np.uint8))
    is_column = events.types == EventType.COLUMN
    is_first = heads[told.owners] == np.arange(len(events))
    free: NDArray[np.bool_] = of_kind & begins[told.owners] & (is_first | ~is_column)
    return free


def _possible_ids(
    vocab: Vocabulary, grammar: Grammar, kind: EventType, *, stays_inside: bool
) -> Sequence[int]:
    known = vocab.range(kind)
    cells = range(known.least, known.most + 1)
    if stays_inside and kind is EventType.POSITION_X:
        cells = range(WIDTH_PX // grammar.position_px + 1)
    elif stays_inside and kind is EventType.POSITION_Y:
        cells = range(HEIGHT_PX // grammar.position_px + 1)
    elif stays_inside and kind is EventType.POSITION:
        # Without the cells that begin at the border: the middle of those is outside.
        px, first_column, first_row = grammar.position_px, X_RANGE_PX[0], Y_RANGE_PX[0]
        columns = range(-first_column // px, (WIDTH_PX - first_column) // px)
        rows = range(-first_row // px, (HEIGHT_PX - first_row) // px)
        return [
            known.start - known.least + column + row * grammar.columns for row in rows for column in columns
        ]
    return [known.start - known.least + cell for cell in cells]


def _among(scores: Tensor, ids: Tensor | Sequence[int]) -> Tensor:
    filtered = torch.full_like(scores, NEVER)
    filtered[ids] = scores[ids]
    return filtered
