"""What a model reads of a window before it writes, or while it is asked what it would have written.

A prompt is: what is given (a guest's difficulty, say), what is true of the map as a whole, the start of the
sequence, then the contexts that the model writes, each with this window's events. Judging a map, all of them
are there; writing one, the last is as far as it has come.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import torch

from engine.generation.errors import PromptError
from engine.generation.layout import Layout, layout_of
from engine.generation.texts import Text
from engine.model import conditioning
from engine.model.spec import Condition
from engine.tokens.condition_ids import condition_ids, mapper_class, song_position_id
from engine.tokens.events import Context, EventType
from engine.tokens.vocab import START_ID

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.generation.windows import Window, WindowShape
    from engine.model.spec import ModelSpec
    from engine.tokens.conditions import Conditions
    from engine.tokens.vocab import Vocabulary

__all__ = [
    "NOTHING",
    "Given",
    "Layout",
    "Prompt",
    "PromptError",
    "Span",
    "Text",
    "layout_of",
    "model_conditions",
    "prompt_for",
    "teacher_forced",
    "with_conditions",
]

UNCHANGED: Final = {EventType.KIAI: 0, EventType.SCROLL_SPEED: 100}
"""The state before anything has been said of it: no kiai, full speed."""
SPEAKS_OF: Final = {
    Context.KIAI: EventType.KIAI,
    Context.MAP: EventType.SCROLL_SPEED,
    Context.SCROLL_SPEED: EventType.SCROLL_SPEED,
    Context.GUEST_DIFFICULTY: EventType.SCROLL_SPEED,
}
UNKNOWN_DIFFICULTY: Final = 5.0
"""What the encoder is told where the star rating is not known."""
MOST_HALVINGS: Final = 10


@dataclass(frozen=True, slots=True)
class Span:
    """`ids[start:end]` of the prompt are the events `[first_event:end_event]` of that context, one to one."""

    context: Context
    start: int
    end: int
    first_event: int
    end_event: int


@dataclass(frozen=True, slots=True)
class Prompt:
    ids: tuple[int, ...]
    spans: tuple[Span, ...]
    """Of the contexts that the model writes, in their order."""
    told_from: int
    told_to: int
    """`ids[told_from:told_to]` say what is true of the map as a whole."""


class Given(NamedTuple):
    """What a prompt opens with, where the model allows for it."""

    context: Context
    text: Text | None = None
    conditions: Conditions | None = None
    """Of a guest's difficulty: what is true of that one."""


NOTHING: Final = Given(Context.NONE)


def teacher_forced(
    layout: Layout,
    conditions: Conditions,
    texts: Mapping[Context, Text],
    window: Window,
    shape: WindowShape,
    song_ms: float,
) -> Prompt:
    """With all there is in the window, to the end. `texts`: one for each of `layout.written`."""
    asked = _Question(layout, conditions, window, shape, song_ms)
    return asked.prompt(NOTHING, tuple((context, texts[context]) for context in layout.written))


def prompt_for(
    layout: Layout,
    conditions: Conditions,
    texts: Mapping[Context, Text],
    writing: Context,
    window: Window,
    shape: WindowShape,
    song_ms: float,
    *,
    given: Given = NOTHING,
) -> Prompt:
    """What precedes the first id that the model is to write of `writing` in this window.

    `texts`: what is settled so far, of `writing` and of all that comes before it in `layout.written`.
    """
    if writing not in layout.written:
        raise PromptError(
            f"{layout.vocab.source} knows no '{writing.value}' to write; choose a checkpoint that does"
        )
    contexts = layout.written[: layout.written.index(writing) + 1]
    asked = _Question(layout, conditions, window, shape, song_ms)
    return asked.prompt(given, tuple((context, texts[context]) for context in contexts))


def with_conditions(
    prompt: Prompt, layout: Layout, conditions: Conditions, song_ms: float
) -> tuple[int, ...]:
    """The same prompt of another map, so to speak: what guidance steers away from."""
    told = condition_ids(layout.vocab, conditions, song_ms)
    return (*prompt.ids[: prompt.told_from], *told, *prompt.ids[prompt.told_to :])


@dataclass(frozen=True, slots=True)
class _Question:
    layout: Layout
    conditions: Conditions
    window: Window
    shape: WindowShape
    song_ms: float

    def prompt(self, given: Given, contexts: Sequence[tuple[Context, Text]]) -> Prompt:
        """Of a prompt that is too long, each context keeps half as many of its last ids as could be, then
        a quarter, and so on.
        """
        most_each = longest = self.layout.most_ids
        for _ in range(MOST_HALVINGS + 1):
            prompt = self._prompt(given, contexts, most_each)
            if len(prompt.ids) < longest:
                return prompt
            most_each //= 2
        raise PromptError(
            f"at {self.window.time_ms} ms not even the ends of what is settled fit into the "
            f"{longest} ids that {self.layout.vocab.source}'s model reads; choose one that reads more"
        )

    def _prompt(self, given: Given, contexts: Sequence[tuple[Context, Text]], most_each: int) -> Prompt:
        layout, ids = self.layout, self._front(given, most_each)
        told_from = len(ids)
        ids += condition_ids(layout.vocab, self.conditions, self.song_ms)
        told_to = len(ids)
        ids += self._reminders(contexts)
        ids.append(START_ID)
        spans: list[Span] = []
        for context, text in contexts:
            if spans and layout.is_marked:
                ids.append(layout.vocab.context_end[spans[-1].context])
            if layout.is_marked:
                ids.append(layout.vocab.context_start[context])
            first, end = self._events(text, most_each)
            spans.append(Span(context, len(ids), len(ids) + end - first, first, end))
            ids += text.ids(first, end, self.window.time_ms)
        return Prompt(tuple(ids), tuple(spans), told_from, told_to)

    def _front(self, given: Given, most_each: int) -> list[int]:
        layout, context = self.layout, given.context
        if not layout.fronts and context is Context.NONE:
            return []
        if context not in layout.fronts:
            raise PromptError(
                f"{layout.vocab.source} cannot be given a '{context.value}' to begin with; "
                "choose a checkpoint that can"
            )
        ids = [layout.vocab.context_start[context]]
        if given.conditions is not None:
            ids += condition_ids(layout.vocab, given.conditions, self.song_ms)
        if given.text is not None:
            ids += self._reminders_of_given(given.text, context)
            ids += given.text.ids(*self._events(given.text, most_each), self.window.time_ms)
        ids.append(layout.vocab.context_end[context])
        return ids

    def _events(self, text: Text, most: int) -> tuple[int, int]:
        start_ms = self.window.time_ms
        first, end = text.span(start_ms, start_ms + self.shape.length_ms)
        return max(first, end - most), end

    def _reminders(self, contexts: Sequence[tuple[Context, Text]]) -> list[int]:
        states = dict(UNCHANGED)
        for context, text in contexts:
            # Whoever speaks last of a state decides, even by never having said anything of it.
            states |= self._states(context, text)
        return [self._reminder(kind, states) for kind in self.layout.reminders]

    def _reminders_of_given(self, text: Text, context: Context) -> list[int]:
        states = self._states(context, text)
        has_class = context is Context.GUEST_DIFFICULTY
        return [
            self._reminder(kind, states)
            for kind in self.layout.reminders
            if kind in states or (kind is EventType.SONG_POSITION and has_class)
        ]

    def _states(self, context: Context, text: Text) -> dict[EventType, int]:
        kind = SPEAKS_OF.get(context)
        if kind is None:
            return {}
        said = text.last(kind, self.window.time_ms)
        return {kind: UNCHANGED[kind] if said is None else said}

    def _reminder(self, kind: EventType, states: Mapping[EventType, int]) -> int:
        vocab = self.layout.vocab
        if kind is EventType.SONG_POSITION:
            return song_position_id(vocab, self.window.time_ms, self.song_ms)
        return vocab.id_of(kind, states[kind])


def model_conditions(
    spec: ModelSpec,
    vocab: Vocabulary,
    conditions: Conditions,
    windows: Sequence[Window],
    shape: WindowShape,
    song_ms: float,
) -> conditioning.Conditions:
    """What the encoder is told, a row for each window. What the model does not ask for is left out."""
    asked, rows = spec.conditions, len(windows)
    rating = UNKNOWN_DIFFICULTY if conditions.star_rating is None else float(conditions.star_rating)
    mapper = (
        conditioning.UNKNOWN_MAPPER
        if conditions.mapper_id is None
        else mapper_class(vocab, conditions.mapper_id)
    )
    starts_ms = torch.tensor([window.time_ms for window in windows], dtype=torch.float64)
    bounds_ms = torch.stack((starts_ms, starts_ms + shape.length_ms), dim=1)  # [B, 2]
    return conditioning.Conditions(
        difficulty=torch.full((rows,), rating) if Condition.DIFFICULTY in asked else None,
        mapper=torch.full((rows,), mapper) if Condition.MAPPER in asked else None,
        song_position=(bounds_ms / song_ms).float() if Condition.SONG_POSITION in asked else None,
    )
