"""From what a model wrote of a song, and what was given of another map, to a whole .osu."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.beatmap.objects import Mode
from engine.diffusion.classes import Style
from engine.diffusion.refine import exactly, refined
from engine.postprocess.build import Section, built
from engine.postprocess.positions import in_pixels
from engine.postprocess.snap import resnapped
from engine.postprocess.whole_map import whole_map
from engine.tokens.events import NO_EVENTS, Context, Events, merged
from engine.tokens.map_events import context_events, map_events
from engine.tokens.told import told_objects

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from engine.beatmap.timing import Timing
    from engine.diffusion.load import Diffusion
    from engine.jobs import Progress
    from engine.modding.reading import Speech
    from engine.writing.sources import Sources


@dataclass(frozen=True, slots=True)
class Assembled:
    data: bytes
    objects: int
    remarks: tuple[str, ...]


class Assembler:
    def __init__(self, sources: Sources, speech: Speech, span: Section) -> None:
        """`span`: of what is written, only what lies in it becomes part of the map."""
        self._sources, self._speech, self._span = sources, speech, span

    def placed(self, written: Mapping[Context, Events], timing: Timing) -> Events:
        """All that the map is to have, its places in osu! pixels and its times on the grid."""
        events = self._objects(written)
        for context in (Context.KIAI, Context.SCROLL_SPEED):
            events = merged(events, self._beside(context, written))
        return resnapped(events, timing)

    def refined(
        self, placed: Events, timing: Timing, diffusion: Diffusion, seed: int
    ) -> Generator[Progress, None, Events]:
        told, facts = self._sources.conditions, self._sources.facts
        style = Style(
            told.star_rating, told.mapper_id, facts.circle_size, told.descriptors or (), told.beatmap_id
        )
        return refined(
            placed,
            timing,
            diffusion,
            types_first=self._speech.grammar.types_first,
            slider_multiplier=facts.slider_multiplier,
            style=style,
            seed=seed,
            unwanted=self._sources.request.wishes.unwanted_descriptors or (),
        )

    def assembled(self, placed: Events, timing: Timing, seed: int, *, is_refined: bool = False) -> Assembled:
        sources = self._sources
        made = built(
            placed,
            timing,
            sources.facts,
            types_first=self._speech.grammar.types_first,
            snap_overlaps=is_refined,
            seed=seed,
        )
        like = sources.document.beatmap.metadata if sources.document is not None else None
        data = whole_map(made, sources.facts, sources.song, like)
        return Assembled(data, len(made.objects), made.remarks)

    def _objects(self, written: Mapping[Context, Events]) -> Events:
        sources, grammar = self._sources, self._speech.grammar
        if Context.MAP in sources.output:
            events = self._within(written.get(Context.MAP, NO_EVENTS))
            return in_pixels(events, grammar, keys=sources.facts.keys)
        if Context.MAP in sources.given and sources.document is not None:
            return in_pixels(
                map_events(sources.document.beatmap, exactly(grammar)),
                exactly(grammar),
                keys=sources.facts.keys,
            )
        return NO_EVENTS

    def _within(self, events: Events) -> Events:
        """Whole objects, those that begin in the span."""
        told = told_objects(events, types_first=self._speech.grammar.types_first)
        inside = [number for number, obj in enumerate(told.objects) if self._span.holds(obj.start_ms)]
        return events.at(np.isin(told.owners, inside))

    def _beside(self, context: Context, written: Mapping[Context, Events]) -> Events:
        """What is told apart from the objects, if it is wanted or was given."""
        sources = self._sources
        if context is Context.SCROLL_SPEED and sources.mode is not Mode.MANIA:
            return NO_EVENTS
        if context in sources.given and sources.document is not None:
            return context_events(sources.document.beatmap, self._speech.grammar, context)
        if context not in sources.output:
            return NO_EVENTS
        events = written.get(context, NO_EVENTS)
        return events.at((events.times >= self._span.start_ms) & (events.times < self._span.end_ms))
