"""What a request for a section comes down to: what a model is told, what is settled, what it is to write."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING

from engine.beatmap.document import content_hash
from engine.beatmap.objects import Mode
from engine.beatmap.timing import Timing
from engine.generation.pipeline import Order
from engine.generation.plan import steered_from
from engine.generation.prompts import NOTHING, Given
from engine.generation.rhythm import FREE, Rhythm
from engine.generation.texts import Text
from engine.modding.reading import Speech
from engine.model.spec import Condition
from engine.requests import Keep
from engine.tokens.conditions import conditions_of
from engine.tokens.events import Context, EventType
from engine.tokens.families import family_of
from engine.tokens.map_events import context_events
from engine.tokens.star_rating import star_rating
from engine.writing import refusals
from engine.writing.choosing import sampling_of
from engine.writing.settling import Settled, settled_before
from engine.writing.wishes import passed_over, understood, wished
from engine.writing.within import WithinSection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.document import Document
    from engine.generation.filters import Filter
    from engine.generation.pipeline import Ahead
    from engine.generation.sample import Sampling
    from engine.modding.cache import ModdingCaches
    from engine.modding.job import Loaded
    from engine.modding.listening import Mind, Song
    from engine.requests import Regenerate
    from engine.tokens.conditions import Conditions
    from engine.tokens.events import Events


# Without slots: what follows from it is computed once.
@dataclass(frozen=True, eq=False)
class Commission:
    request: Regenerate
    content_hash: str
    document: Document
    speech: Speech
    family: str
    mind: Mind
    song: Song
    start_ms: float
    """In the song as the editor shows it, as with all times of a `Beatmap`."""
    end_ms: float
    conditions: Conditions
    """Those the model is told."""
    judged_as: Conditions
    """Those it is told when it judges: as when the map is modded."""
    events: Mapping[Context, Events]
    """Of the map as it is, in the file's times."""
    kiai: Events
    samplings: tuple[Sampling, ...]
    remarks: tuple[str, ...]

    @property
    def beatmap(self) -> Beatmap:
        return self.document.beatmap

    @property
    def name(self) -> str:
        return refusals.name_of(self.request.path)

    @property
    def keep(self) -> Keep:
        return self.request.keep

    @property
    def offset_ms(self) -> float:
        """What is added to times of events to get those of the song: old formats are heard later."""
        return self.beatmap.offset_ms

    @cached_property
    def timing(self) -> Timing:
        """In the file's times, as the events are."""
        points = self.beatmap.timing.points
        return Timing(tuple(replace(point, time_ms=point.time_ms - self.offset_ms) for point in points))

    @property
    def writes_speeds(self) -> bool:
        """Whether osu!mania's scroll speeds are written anew as well."""
        return (
            self.beatmap.mode is Mode.MANIA
            and self.keep is Keep.NOTHING
            and Context.SCROLL_SPEED in self.speech.layout.written
        )

    @property
    def wanted(self) -> frozenset[Context]:
        return frozenset({Context.MAP} | ({Context.SCROLL_SPEED} if self.writes_speeds else set()))

    def order(self) -> Order:
        written = self.speech.layout.written
        before = [context for context in written if context not in (Context.MAP, Context.SCROLL_SPEED)]
        return Order(
            conditions=self.conditions,
            wanted=self.wanted,
            given={context: self.events[context] for context in before},
            front=self._front(),
            unwanted=steered_from(self.conditions, self.request.wishes.unwanted_descriptors),
            start_ms=self.settled.until_ms,
            end_ms=self.end_ms - self.offset_ms,
            settled={context: self.events[context] for context in self.wanted}
            | {Context.MAP: self.settled.events},
            further=self._further,
        )

    @cached_property
    def settled(self) -> Settled:
        """Of the map's objects. Of one that is kept in part all are told, to be said again."""
        events, start_ms = self.events[Context.MAP], self.start_ms - self.offset_ms
        if self.keep is not Keep.NOTHING:
            return Settled(events, ceil(start_ms), ceil(start_ms))
        return settled_before(events, self.beatmap, start_ms, types_first=self.speech.grammar.types_first)

    @cached_property
    def rhythm(self) -> Rhythm | None:
        """What of the section is not the model's to choose. Raises PromptError where that is all of it."""
        if self.keep is Keep.NOTHING:
            return None
        return Rhythm(
            self.speech.layout,
            self.speech.grammar,
            self.events[Context.MAP],
            FREE[self.keep],
            start_ms=self.start_ms - self.offset_ms,
            end_ms=self.end_ms - self.offset_ms,
            keys=self.conditions.keys if self.beatmap.mode is Mode.MANIA else 0,
        )

    def _further(self, ahead: Ahead) -> Sequence[Filter]:
        if self.rhythm is not None:
            return self.rhythm.further(ahead)
        end_ms = self.end_ms - self.offset_ms
        return (WithinSection.of(self.speech.layout, ahead.window, self.settled.from_ms, end_ms),)

    def _front(self) -> Given:
        """A map of which only the sounds are missing is what some models are given to begin with."""
        layout = self.speech.layout
        if self.keep is not Keep.ALL_BUT_HITSOUNDS or Context.NO_HITSOUNDS not in layout.fronts:
            return NOTHING
        song_ms = self.song.waveform.length_ms
        silent = context_events(self.beatmap, self.speech.grammar, Context.NO_HITSOUNDS, song_ms)
        return Given(Context.NO_HITSOUNDS, Text(silent, layout.vocab))


def commission_of(request: Regenerate, loaded: Loaded, caches: ModdingCaches) -> Commission:
    """Raises JobError for what cannot be written, TokenError for what the model has no words for."""
    refusals.check_seeds(request.seeds)
    document = refusals.readable(request.path, request.data)
    beatmap = document.beatmap
    speech, mind = Speech(loaded.checkpoint), caches.mind(loaded.checkpoint.model)
    refusals.check_understood(beatmap.mode, speech.vocab, loaded.name)
    refusals.check_timed(request.path, beatmap)
    song = refusals.opened(refusals.song_of_map(request.path, beatmap, request.audio), caches)
    start_ms, end_ms = refusals.section_within(request.start_ms, request.end_ms, song.waveform.length_ms)
    family = family_of(speech.vocab)
    rating = _rating(request, document, speech, mind, caches)
    told = conditions_of(beatmap, rating, speech.vocab)
    if request.keep is Keep.ALL_BUT_HITSOUNDS:
        told = replace(told, hitsounded=True)
    meant = understood(speech.layout, beatmap.mode, speech.spec.conditions)
    grammar, song_ms = speech.grammar, song.waveform.length_ms
    return Commission(
        request=request,
        content_hash=content_hash(request.data),
        document=document,
        speech=speech,
        family=family,
        mind=mind,
        song=song,
        start_ms=start_ms,
        end_ms=end_ms,
        conditions=wished(told, request.wishes, speech.vocab),
        judged_as=conditions_of(beatmap, rating),
        events={
            context: context_events(beatmap, grammar, context, song_ms) for context in speech.layout.written
        },
        kiai=context_events(beatmap, grammar, Context.KIAI, song_ms),
        samplings=tuple(sampling_of(request.wishes, family, seed) for seed in request.seeds),
        remarks=passed_over(request.wishes, meant.section, "a section"),
    )


def _rating(
    request: Regenerate, document: Document, speech: Speech, mind: Mind, caches: ModdingCaches
) -> float | None:
    """The map's own; where it is heard, the one that opinions are pinned to: what was heard still holds."""
    if Condition.DIFFICULTY in speech.spec.conditions:
        pinned = caches.pinned.get((str(request.path), mind.weights))
        return star_rating(document) if pinned is None else pinned
    return star_rating(document) if speech.vocab.has(EventType.DIFFICULTY) else None
