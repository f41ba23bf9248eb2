"""Where a new map's red lines come from: what was given, or what a model hears."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING, Final

from engine.beatmap.objects import SampleSet
from engine.beatmap.timing import Timing, TimingPoint
from engine.generation.pipeline import Pipeline, Underway
from engine.generation.sample import MOST_SEED
from engine.generation.windows import WindowShape
from engine.jobs import JobError, Progress
from engine.model.packed import packed
from engine.postprocess.whole_map import EMPTY
from engine.timing.points import timing_of
from engine.timing.super_timing import PASSES, shifted, super_timing
from engine.tokens.events import NO_EVENTS, Context
from engine.tokens.map_events import context_events

if TYPE_CHECKING:
    from collections.abc import Generator

    from engine.beatmap.objects import Mode
    from engine.generation.pipeline import Order
    from engine.generation.sample import Sampling
    from engine.modding.listening import Song
    from engine.modding.reading import Speech
    from engine.model.encdec import EncoderDecoder
    from engine.requests import SongFacts
    from engine.tokens.events import Events
    from engine.writing.sources import Sources

LENIENCY_MS: Final = 20
"""How far from its tempo a beat may have been heard: a model tells times in steps of 10 ms (its own
program's number).
"""
HEARINGS: Final = PASSES
"""Of a song whose beats are averaged."""
MOST_BPM: Final = 10_000.0
MINUTE_MS: Final = 60_000.0
WITH_THE_MAP: Final = frozenset(
    {Context.TIMING, Context.MAP, Context.SCROLL_SPEED, Context.GUEST_DIFFICULTY, Context.NO_HITSOUNDS}
)
"""What is given of a map that is of its timing: what is written beside it must be of the same."""


def given_timing(sources: Sources) -> Timing | None:
    """None: it is to be heard. Raises JobError for a tempo that is none."""
    facts, document = sources.song, sources.document
    if facts.bpm is not None:
        return _steady(facts)
    if document is None or not sources.given & WITH_THE_MAP:
        return None
    beatmap = document.beatmap
    return Timing(tuple(replace(red, time_ms=red.time_ms - beatmap.offset_ms) for red in beatmap.timing.red))


def _steady(facts: SongFacts) -> Timing:
    bpm, offset_ms = facts.bpm or 0.0, facts.offset_ms or 0.0
    if not (isfinite(offset_ms) and 0 < bpm <= MOST_BPM):
        raise JobError(f"{bpm} BPM from {offset_ms} ms on is no tempo: give beats per minute above 0")
    return Timing((_red(offset_ms, MINUTE_MS / bpm),))


def _red(time_ms: float, beat_ms: float) -> TimingPoint:
    return TimingPoint(
        line=0,
        time_ms=time_ms,
        beat_length_ms=beat_ms,
        meter=4,
        sample_set=SampleSet.SOFT,
        sample_index=0,
        volume_percent=100,
        uninherited=True,
        kiai=False,
        omit_barline=False,
    )


def beats_of(timing: Timing, speech: Speech, mode: Mode, song_ms: float) -> Events:
    """A timing in a model's words, to the song's end."""
    if not timing.red:
        return NO_EVENTS
    lines = [f"{red.time_ms!r},{red.beat_length_ms!r},{red.meter},2,0,100,1,0" for red in timing.red]
    beatmap = EMPTY[mode]().timing_line(*lines).beatmap()
    return context_events(beatmap, speech.grammar, Context.TIMING, song_ms)


def heard_timing(events: Events, speech: Speech) -> Timing:
    """Of a model that tells beats among what it wrote."""
    told = ((kind, value) for kind, value, _ in events)
    return timing_of(told, leniency_ms=LENIENCY_MS, types_first=speech.grammar.types_first)


class Passes:
    """A song's beats, heard again and again."""

    def __init__(
        self, model: EncoderDecoder, speech: Speech, song: Song, order: Order, sampling: Sampling
    ) -> None:
        # Once for all passes: a pipeline takes what is packed already as it is.
        self._model, self._speech, self._song = packed(model), speech, song.waveform
        self._order, self._sampling = order, sampling
        self._shape = WindowShape(speech.spec.window_samples, lookback=0, lookahead=0, overlapping=False)
        self.ids = 0

    def timing(self) -> Generator[Progress, None, Timing]:
        return super_timing(
            self._pass,
            window_samples=self._shape.samples,
            types_first=self._speech.grammar.types_first,
            passes=HEARINGS,
        )

    def _pass(self, offset: int) -> Generator[Progress, None, Events]:
        """The song, late by so many samples."""
        song = shifted(self._song, offset)
        pipeline = Pipeline(self._model, self._speech.layout, song, self._shape)
        events: Events = NO_EVENTS
        # Other lots each time: what chance decided once is not to count twice.
        sampling = replace(self._sampling, seed=(self._sampling.seed + offset) % (MOST_SEED + 1))
        before = self.ids
        for said in pipeline.run(self._order, sampling):
            if isinstance(said, Underway):
                self.ids = before + said.ids
                yield said
            else:
                before += len(said.ids)
                self.ids, events = max(self.ids, before), said.events
                yield Progress(said.done, said.total, "hearing the beats")
        return events
