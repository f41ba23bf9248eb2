"""A whole map of a song: what the engine's child does about a request to generate one."""

from __future__ import annotations

import time
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING, Final

from engine.beatmap.timing import Timing
from engine.generation.pipeline import Order, Pipeline, Underway
from engine.generation.plan import plan, steered_from
from engine.generation.prompts import NOTHING, Given
from engine.generation.texts import Text
from engine.generation.windows import cut
from engine.jobs import JobError
from engine.modding.listening import Listener
from engine.modding.reading import Speech
from engine.postprocess.build import WHOLE, Section
from engine.tokens.conditions import conditions_of
from engine.tokens.events import NO_EVENTS, Context
from engine.tokens.families import family_of
from engine.tokens.map_events import context_events
from engine.tokens.star_rating import star_rating
from engine.writing import refusals
from engine.writing.answers import WrittenMap
from engine.writing.assembling import Assembler
from engine.writing.beats import Passes, beats_of, given_timing, heard_timing
from engine.writing.choosing import sampling_of
from engine.writing.pacing import Meter, Seldom
from engine.writing.placers import no_placer, placing_model
from engine.writing.sources import sources_of
from engine.writing.wishes import passed_over, understood
from engine.writing.within import WithinSection

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from engine.generation.filters import Filter
    from engine.generation.pipeline import Ahead
    from engine.jobs import Job
    from engine.modding.cache import ModdingCaches
    from engine.modding.job import Loaded
    from engine.requests import Generate
    from engine.tokens.events import Events
    from engine.writing.answers import Pace
    from engine.writing.assembling import Assembled
    from engine.writing.placers import Placer
    from engine.writing.sources import Sources

SHOWN_EVERY_S: Final = 0.5
NO_TIMING: Final = (
    "writes no timing: give the song's BPM and offset, or a map whose timing is to be taken over"
)


def generate(request: Generate, loaded: Loaded, caches: ModdingCaches, placer: Placer = no_placer) -> Job:
    """Yields `Pace`, and ever more of a `WrittenMap`; the last one is complete. Raises JobError, and
    PromptError, TokenError or CheckpointError where the model cannot do what is asked.
    """
    meter = Meter()
    yield meter.pace(0, 0, "reading the song")
    yield from _SongMap(request, loaded, caches, meter, placer).job()


class _SongMap:
    def __init__(
        self, request: Generate, loaded: Loaded, caches: ModdingCaches, meter: Meter, placer: Placer
    ) -> None:
        self._began = time.monotonic()
        self._request, self._meter, self._placer = request, meter, placer
        self._speech, self._mind = Speech(loaded.checkpoint), caches.mind(loaded.checkpoint.model)
        speech, self._family = self._speech, family_of(self._speech.vocab)
        self._sources: Sources = sources_of(request, speech.vocab)
        self._song = refusals.opened(request.audio, caches)
        self._song_ms = self._song.waveform.length_ms
        self._start_ms, self._end_ms = self._limits()
        self._sampling = sampling_of(request.wishes, self._family, request.seed)
        self._listener = Listener(self._mind, speech, self._song, self._sources.conditions, caches.files)
        self._assembler = Assembler(self._sources, speech, self._span)
        self._windows = self._windows_before = 0
        self._ids = 0
        meant = understood(speech.layout, self._sources.mode, speech.spec.conditions)
        self._remarks = passed_over(request.wishes, {*meant.section, *meant.whole_map}, loaded.name)

    def job(self) -> Job:
        timing = yield from self._timing()
        written: dict[Context, Events] = {}
        shown = Seldom(SHOWN_EVERY_S)
        shown.is_time()
        order = self._order(timing)
        self._windows = self._windows_before + self._count(order)
        if order is not None:
            for said in self._pipeline().run(order, self._sampling):
                if isinstance(said, Underway):
                    yield self._pace(said.done, said.doing, self._ids + said.ids)
                    continue
                written[said.context] = said.events
                self._ids += len(said.ids)
                yield self._pace(said.done, f"writing {said.context.value}", self._ids)
                if shown.is_time():
                    yield self._map_of(written, timing)
        yield from self._finish(written, timing)

    # ---- when its beats are

    def _timing(self) -> Generator[object, None, Timing | None]:
        """None: it is told among the objects."""
        timing = given_timing(self._sources)
        if timing is not None:
            return timing
        layout, grammar = self._speech.layout, self._speech.grammar
        order = self._plain_order(frozenset({Context.TIMING}), {})
        if Context.TIMING not in layout.written:
            if self._request.super_timing or not grammar.timing_in_map:
                raise JobError(f"{self._request.model} {NO_TIMING}")
            return None
        if self._request.super_timing:
            return (yield from self._averaged(order))
        return (yield from self._heard(order))

    def _averaged(self, order: Order) -> Generator[object, None, Timing]:
        passes = Passes(
            self._mind.model,
            self._speech,
            self._song,
            replace(order, start_ms=None, end_ms=None),
            self._sampling,
        )
        steps = passes.timing()
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                self._ids = passes.ids
                timing: Timing = end.value
                return timing
            yield self._meter.writing(step.done, step.total, step.doing, passes.ids)

    def _heard(self, order: Order) -> Generator[object, None, Timing]:
        events: Events = NO_EVENTS
        self._windows = self._count(order) + self._count(self._order(Timing(())))
        for said in self._pipeline().run(order, self._sampling):
            if isinstance(said, Underway):
                yield self._pace(said.done, said.doing, self._ids + said.ids)
            else:
                events = said.events
                self._ids += len(said.ids)
                yield self._pace(said.done, "writing timing", self._ids)
        self._windows_before = self._count(order)
        return heard_timing(events, self._speech)

    # ---- what is written

    def _order(self, timing: Timing | None) -> Order | None:
        """None: nothing is left to write."""
        sources, written = self._sources, self._speech.layout.written
        wanted = sources.output - {Context.TIMING}
        if timing is None:
            wanted |= {Context.MAP}
        wanted -= {context for context in sources.given if context in written}
        if not wanted:
            return None
        given = {
            context: context_events(sources.document.beatmap, self._speech.grammar, context, self._song_ms)
            for context in (Context.KIAI, Context.MAP, Context.SCROLL_SPEED)
            if sources.document is not None and context in sources.given and context in written
        }
        if timing is not None and Context.TIMING in written:
            given[Context.TIMING] = beats_of(timing, self._speech, sources.mode, self._song_ms)
        return replace(self._plain_order(wanted, given), front=self._front(), further=self._further)

    def _plain_order(self, wanted: frozenset[Context], given: Mapping[Context, Events]) -> Order:
        conditions, wishes = self._sources.conditions, self._request.wishes
        return Order(
            conditions=conditions,
            wanted=wanted,
            given=given,
            unwanted=steered_from(conditions, wishes.unwanted_descriptors),
            start_ms=self._request.start_ms,
            end_ms=self._request.end_ms,
        )

    def _front(self) -> Given:
        sources, speech = self._sources, self._speech
        fronts = [
            context
            for context in (Context.NO_HITSOUNDS, Context.GUEST_DIFFICULTY)
            if context in sources.given
        ]
        if not fronts or sources.document is None:
            return NOTHING
        beatmap = sources.document.beatmap
        events = context_events(beatmap, speech.grammar, fronts[0], self._song_ms)
        conditions = None
        if fronts[0] is Context.GUEST_DIFFICULTY:
            conditions = conditions_of(beatmap, star_rating(sources.document), speech.vocab)
        return Given(fronts[0], Text(events, speech.vocab), conditions)

    def _further(self, ahead: Ahead) -> Sequence[Filter]:
        if self._span == WHOLE or ahead.context is not Context.MAP:
            return ()
        return (WithinSection.of(self._speech.layout, ahead.window, max(0.0, self._start_ms), self._end_ms),)

    def _limits(self) -> tuple[float, float]:
        start_ms, end_ms = self._request.start_ms, self._request.end_ms
        if start_ms is None and end_ms is None:
            return -inf, inf
        return refusals.section_within(
            0.0 if start_ms is None else start_ms, self._song_ms if end_ms is None else end_ms, self._song_ms
        )

    @property
    def _span(self) -> Section:
        return Section(self._start_ms, self._end_ms)

    def _pipeline(self) -> Pipeline:
        speech = self._speech
        return Pipeline(
            self._mind.model,
            speech.layout,
            self._song.waveform,
            speech.shape,
            states=self._listener.states,
        )

    # ---- how far it is, and what has come of it

    def _count(self, order: Order | None) -> int:
        """Windows."""
        if order is None:
            return 0
        planned = plan(
            self._speech.layout, self._sources.mode, order.wanted, {*order.given, order.front.context}
        )
        windows = cut(
            self._song.waveform.samples, self._speech.shape, start_ms=order.start_ms, end_ms=order.end_ms
        )
        return len(windows) * len(planned.to_write)

    def _pace(self, done: float, doing: str, ids: int) -> Pace:
        return self._meter.writing(self._windows_before + done, self._windows, doing, ids)

    def _map_of(self, written: Mapping[Context, Events], timing: Timing | None) -> WrittenMap:
        known = self._timing_of(written, timing)
        placed = self._assembler.placed(written, known)
        return self._told(self._assembler.assembled(placed, known, self._request.seed))

    def _timing_of(self, written: Mapping[Context, Events], timing: Timing | None) -> Timing:
        return heard_timing(written.get(Context.MAP, NO_EVENTS), self._speech) if timing is None else timing

    def _finish(self, written: Mapping[Context, Events], timing: Timing | None) -> Job:
        known, seed = self._timing_of(written, timing), self._request.seed
        placed = self._assembler.placed(written, known)
        diffusion, remarks = placing_model(self._placer, self._family, self._sources.mode)
        self._remarks += remarks
        if diffusion is not None and len(placed):
            steps = self._assembler.refined(placed, known, diffusion, seed)
            placed = yield from self._meter.until(steps, self._windows, "placing objects")
        made = self._assembler.assembled(placed, known, seed, is_refined=diffusion is not None)
        yield replace(self._told(made), complete=True)

    def _told(self, made: Assembled) -> WrittenMap:
        return WrittenMap(
            data=made.data,
            objects=made.objects,
            ids=self._ids,
            seconds=time.monotonic() - self._began,
            remarks=(*self._remarks, *made.remarks),
            complete=False,
        )
