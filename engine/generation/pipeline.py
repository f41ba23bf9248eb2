"""A song written: one context after another, and of each one window after another, each with all that was
settled before it in view.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import torch

from engine.audio.mel import MelSpectrogram
from engine.generation.draft import Draft
from engine.generation.plan import plan
from engine.generation.prompts import (
    NOTHING,
    PromptError,
    Text,
    model_conditions,
    prompt_for,
    with_conditions,
)
from engine.generation.stops import Stops
from engine.generation.windows import WindowShape, cut, sound_of
from engine.jobs import Progress

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

    from torch import Tensor

    from engine.audio.waveform import Waveform
    from engine.generation.layout import Layout
    from engine.generation.prompts import Given
    from engine.generation.sample import Sampler
    from engine.generation.windows import Window
    from engine.model.encdec import EncoderDecoder
    from engine.tokens.conditions import Conditions
    from engine.tokens.events import Context, Event, Events

IDS_PER_TURN: Final = 32
"""After so many a job lets others have a turn: at 30 ids a second, which is slow, a second's worth."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Order:
    """What is to be written."""

    conditions: Conditions
    wanted: frozenset[Context]
    given: Mapping[Context, Sequence[Event]] = field(default_factory=dict)
    """Contexts that are there already, and are read and not written."""
    front: Given = NOTHING
    unwanted: Conditions | None = None
    """What guidance goes away from: see `plan.steered_from`."""
    start_ms: float | None = None
    end_ms: float | None = None
    settled: Mapping[Context, Sequence[Event]] = field(default_factory=dict)
    """Of contexts that are written from `start_ms` on: what the map has. What is after that is not read."""


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """A window more of a context."""

    context: Context
    window: Window
    events: Events
    """All of the context so far, from the song's beginning; the end of the last window to count may be
    written again by the next.
    """
    ids: tuple[int, ...]
    """What the model wrote of this window."""
    done: int
    total: int
    """Windows, of all contexts that are written."""


class Pipeline:
    """One model, ready to write of one song what it is ordered to."""

    def __init__(
        self, model: EncoderDecoder, layout: Layout, song: Waveform, shape: WindowShape | None = None
    ) -> None:
        self._model, self._layout, self._song = model, layout, song
        self.shape = shape or WindowShape(model.spec.window_samples)
        self._mel = MelSpectrogram(model.spec.mel)

    def run(self, order: Order, sampler: Sampler) -> Generator[Progress | Written, None, None]:
        """What was written, after each window, and how far it is, between. Closed, it stops where it is.

        Raises PromptError, before anything is written, where the model cannot do what is ordered.
        """
        layout = self._layout
        if sampler.is_guided and order.unwanted is None:
            raise PromptError("there is guidance but nothing to go away from: say what is not wanted")
        planned = plan(layout, order.conditions.mode, order.wanted, {*order.given, order.front.context})
        windows = cut(self._song.samples, self.shape, start_ms=order.start_ms, end_ms=order.end_ms)
        texts = {context: Text(events, layout.vocab) for context, events in order.given.items()}
        total, done = len(windows) * len(planned.to_write), 0
        for context in planned.to_write:
            draft = self._draft(order, context)
            for window in windows:
                texts[context] = draft.text()
                ids: list[int] = []
                for token in self._write(order, sampler, texts, context, window):
                    ids.append(token)
                    if len(ids) % IDS_PER_TURN == 0:
                        yield Progress(done, total, f"writing {context.value}")
                draft.add(ids, window, self.shape)
                done += 1
                yield Written(context, window, draft.events, tuple(ids), done, total)
            texts[context] = draft.text()

    def _write(
        self, order: Order, sampler: Sampler, texts: Mapping[Context, Text], writing: Context, window: Window
    ) -> Iterator[int]:
        layout, shape, song_ms = self._layout, self.shape, self._song.length_ms
        prompt = prompt_for(
            layout, order.conditions, texts, writing, window, shape, song_ms, given=order.front
        )
        unwanted = None
        if sampler.is_guided and order.unwanted is not None:
            unwanted = with_conditions(prompt, layout, order.unwanted, song_ms)
        stops = Stops.of(layout, writing, window, shape)
        return sampler.write(self._hear(order.conditions, window), prompt.ids, stops, unwanted)

    @torch.inference_mode()
    def _hear(self, conditions: Conditions, window: Window) -> Tensor:
        """The encoder's states, [1, S, D]."""
        told = model_conditions(
            self._model.spec, self._layout.vocab, conditions, [window], self.shape, self._song.length_ms
        )
        sound = sound_of(self._song, [window], self.shape).to(self._model.head.weight.device)
        return self._model.encode(self._mel(sound), told)

    def _draft(self, order: Order, context: Context) -> Draft:
        settled = order.settled.get(context, ())
        if order.start_ms is None:
            return Draft(self._layout, context)
        return Draft.before(self._layout, context, settled, order.start_ms)
