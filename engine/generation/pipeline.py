"""A song written: one context after another, and of each one window after another, each with all that was
settled before it in view. As often as there are seeds, all at the same time.

    pipeline = Pipeline(model, layout, song, states=listener.states)
    for said in pipeline.run_many(order, [replace(sampling, seed=seed) for seed in seeds]):
        match said:
            case Written(): ...     # a window more of the candidate `said.number`
            case Underway(): ...    # how far all of them are; also a `jobs.Progress`

Ids for each second: `said.ids` of the last `Underway`, by the time since the first step. To write all windows
of a context at once, as suits timing, give a shape that does not overlap:
`WindowShape(model.spec.window_samples, lookback=0, lookahead=0, overlapping=False)`.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeAlias

import torch

from engine.audio.mel import MelSpectrogram
from engine.generation.beams import BeamWriter
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
from engine.generation.sample import Lots
from engine.generation.stops import Stops
from engine.generation.windows import WindowShape, cut, sound_of
from engine.generation.writer import Row, Writer
from engine.jobs import Progress
from engine.model.packed import packed
from engine.tokens.codec import STEP_MS
from engine.tokens.events import Context, EventType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from torch import Tensor

    from engine.audio.waveform import Waveform
    from engine.generation.filters import Filter
    from engine.generation.layout import Layout
    from engine.generation.prompts import Given
    from engine.generation.sample import Sampling
    from engine.generation.windows import Window
    from engine.model.encdec import EncoderDecoder
    from engine.tokens.conditions import Conditions
    from engine.tokens.events import Event, Events

STEPS_PER_TURN: Final = 16
"""After so many a job lets others have a turn: at 16 steps a second, which is slow, a second's worth."""
MOST_ROWS: Final = 8
"""Of windows that do not overlap: more at once take more memory, and each id more time."""


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
    further: Callable[[Ahead], Sequence[Filter]] | None = None
    """Filters beside those that sampling asks for, made anew for every window of every candidate."""


@dataclass(frozen=True, slots=True, eq=False)
class Ahead:
    """A window that a candidate is about to write."""

    context: Context
    window: Window
    stops: Stops
    written: Events
    """Of the context, all that stands before it, from the song's beginning."""
    prompt_ids: int
    """How many of the ids that filters are shown are the prompt's."""


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """A window more of a context, of one candidate."""

    number: int
    """Which candidate: from 0, as the seeds were given."""
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
    """Windows, of all contexts that are written and of all candidates."""


@dataclass(frozen=True, slots=True)
class Underway(Progress):
    """How far all candidates are; `done` and `total` are as in `Written`, with parts of windows."""

    ids: int
    """Written so far by all candidates, of all windows."""


Steps: TypeAlias = Generator[Written | Underway, None, None]


class Pipeline:
    """One model, ready to write of one song what it is ordered to."""

    def __init__(
        self,
        model: EncoderDecoder,
        layout: Layout,
        song: Waveform,
        shape: WindowShape | None = None,
        *,
        states: Callable[[Sequence[Window]], Tensor] | None = None,
    ) -> None:
        """`states`: what the encoder makes of windows of this shape, [B, S, D], where somebody knows it
        already. Where a model's encoder is told of the map (`spec.conditions`), it must be of this map.

        Takes half a second with a full-size model, and its decoder's memory a second time: see `packed`, to
        which a model can be given before, once for several songs.
        """
        self._model, self._layout, self._song = model, layout, song
        self._ready = packed(model)
        self.shape = shape or WindowShape(model.spec.window_samples)
        self._states = states
        self._mel = MelSpectrogram(model.spec.mel)

    def run(self, order: Order, sampling: Sampling) -> Steps:
        """`run_many` of a single candidate."""
        return self.run_many(order, [sampling])

    def run_many(self, order: Order, samplings: Sequence[Sampling]) -> Steps:
        """Each candidate's windows, as they are written, and how far all are, between. Closed, it stops where
        it is.

        Raises PromptError, before anything is written, where the model cannot do what is ordered, and
        ValueError for candidates that differ in more than their seeds: those are not written together.
        """
        run = self._run(order, samplings)
        for context in run.contexts:
            for candidate in run.candidates:
                candidate.begin(self._draft(order, context))
            for windows in run.batches:
                yield from self._write(run, context, windows)
            for candidate in run.candidates:
                candidate.settle()

    def _run(self, order: Order, samplings: Sequence[Sampling]) -> _Run:
        if len({replace(sampling, seed=0) for sampling in samplings}) != 1:
            raise ValueError("candidates that are written together differ in their seeds and in nothing else")
        if samplings[0].is_guided and order.unwanted is None:
            raise PromptError("there is guidance but nothing to go away from: say what is not wanted")
        given = {*order.given, order.front.context}
        contexts = plan(self._layout, order.conditions.mode, order.wanted, given).to_write
        windows = cut(self._song.samples, self.shape, start_ms=order.start_ms, end_ms=order.end_ms)
        texts = {context: Text(events, self._layout.vocab) for context, events in order.given.items()}
        beams = samplings[0].timing_beams
        at_once = 1 if self.shape.overlapping else max(1, MOST_ROWS // (len(samplings) * beams))
        return _Run(
            order=order,
            writer=self._writer(samplings[0]),
            beams=BeamWriter(self._ready, self._layout, samplings[0]) if beams > 1 else None,
            candidates=[_Candidate(at, each.seed, dict(texts)) for at, each in enumerate(samplings)],
            contexts=contexts,
            batches=[windows[first : first + at_once] for first in range(0, len(windows), at_once)],
            total=len(windows) * len(contexts) * len(samplings),
        )

    def _writer(self, sampling: Sampling) -> Writer:
        return Writer(self._ready, self._layout, sampling)

    def _write(self, run: _Run, context: Context, windows: Sequence[Window]) -> Steps:
        """Of each candidate these windows: one, or several that do not overlap."""
        tries = [self._try(run, each, context, window) for window in windows for each in run.candidates]
        states = self._hear(run.order.conditions, windows)
        if len(windows) > 1:
            states = states.repeat_interleave(len(run.candidates), dim=0)
        writer = run.beams if run.beams is not None and context is Context.TIMING else run.writer
        steps = writer.write(states, [each.row for each in tries])
        for count, done in enumerate(steps, 1):
            # A window is added to what stands before it: of one candidate in their order.
            while done and (ready := next((each for each in tries if each.is_next(tries)), None)):
                tries.remove(ready)
                yield self._written(run, ready, context)
            if count % STEPS_PER_TURN == 0 and tries:
                yield self._underway(run, tries, context)

    def _written(self, run: _Run, done: _Try, context: Context) -> Written:
        run.done, run.ids = run.done + 1, run.ids + len(done.row.written)
        draft, ids = done.candidate.draft, done.row.written
        draft.add(ids, done.window, self.shape)
        number = done.candidate.number
        return Written(number, context, done.window, draft.events, tuple(ids), run.done, run.total)

    def _underway(self, run: _Run, tries: Sequence[_Try], context: Context) -> Underway:
        shares = sum(self._share(each) for each in tries)
        ids = run.ids + sum(len(each.row.written) for each in tries)
        return Underway(run.done + shares, run.total, f"writing {context.value}", ids)

    def _share(self, of: _Try) -> float:
        """How much of what counts of a window is written, of 1."""
        _, least, _, start = times = self._layout.vocab.range(EventType.TIME_SHIFT)
        told = next((token for token in reversed(of.row.written) if start <= token < times.end), start)
        window, at_ms = of.window, of.window.time_ms + (told - start + least) * STEP_MS
        share = (at_ms - window.counts_from_ms) / (window.counts_to_ms - window.counts_from_ms)
        return min(max(share, 0.0), 1.0)

    def _try(self, run: _Run, candidate: _Candidate, context: Context, window: Window) -> _Try:
        order, layout, shape, song_ms = run.order, self._layout, self.shape, self._song.length_ms
        texts = candidate.texts | {context: candidate.draft.text()}
        prompt = prompt_for(
            layout, order.conditions, texts, context, window, shape, song_ms, given=order.front
        )
        unwanted = None
        if run.writer.sampling.is_guided and order.unwanted is not None:
            unwanted = with_conditions(prompt, layout, order.unwanted, song_ms)
        stops = Stops.of(layout, context, window, shape)
        ahead = Ahead(context, window, stops, candidate.draft.events, len(prompt.ids))
        row = Row(
            prompt.ids,
            stops,
            Lots.of(candidate.seed, context.value, window.start_sample),
            unwanted,
            () if order.further is None else order.further(ahead),
        )
        return _Try(candidate, window, row)

    @torch.inference_mode()
    def _hear(self, conditions: Conditions, windows: Sequence[Window]) -> Tensor:
        """The encoder's states, [B, S, D]."""
        if self._states is not None:
            return self._states(windows)
        told = model_conditions(
            self._model.spec, self._layout.vocab, conditions, windows, self.shape, self._song.length_ms
        )
        sound = sound_of(self._song, windows, self.shape).to(self._model.decoder.embedding.weight.device)
        return self._model.encode(self._mel(sound), told)

    def _draft(self, order: Order, context: Context) -> Draft:
        settled = order.settled.get(context, ())
        if order.start_ms is None:
            return Draft(self._layout, context)
        return Draft.before(self._layout, context, settled, order.start_ms)


@dataclass(slots=True, eq=False)
class _Candidate:
    number: int
    seed: int
    texts: dict[Context, Text]
    """Contexts that are settled."""
    _draft: Draft | None = None
    """Of the context that is being written."""

    @property
    def draft(self) -> Draft:
        if self._draft is None:
            raise RuntimeError("no context has been begun")
        return self._draft

    def begin(self, draft: Draft) -> None:
        self._draft = draft

    def settle(self) -> None:
        self.texts[self.draft.context] = self.draft.text()


@dataclass(frozen=True, slots=True, eq=False)
class _Try:
    """One candidate's go at one window."""

    candidate: _Candidate
    window: Window
    row: Row

    def is_next(self, tries: Sequence[_Try]) -> bool:
        """Whether it is done, and nothing of its candidate stands before it."""
        first = next(each for each in tries if each.candidate is self.candidate)
        return self.row.is_done and first is self


@dataclass(slots=True, kw_only=True, eq=False)
class _Run:
    order: Order
    writer: Writer
    beams: BeamWriter | None
    """Of timing, where it is searched."""
    candidates: Sequence[_Candidate]
    contexts: Sequence[Context]
    batches: Sequence[Sequence[Window]]
    """Windows that are written at the same time."""
    total: int
    done: int = 0
    ids: int = 0
