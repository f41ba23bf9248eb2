"""What a request for a section comes down to: what a model is told, what is settled, what it is to write."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING, Final

from engine.beatmap.objects import Mode
from engine.beatmap.timing import Timing
from engine.generation.draft import Draft
from engine.generation.pipeline import Order
from engine.generation.plan import steered_from
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
from engine.writing.wishes import passed_over, understood, wished
from engine.writing.within import WithinSection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.document import Document
    from engine.generation.filters import Filter
    from engine.generation.sample import Sampling
    from engine.generation.windows import Window
    from engine.modding.cache import ModdingCaches
    from engine.modding.job import Loaded
    from engine.modding.listening import Mind, Song
    from engine.requests import Regenerate
    from engine.tokens.conditions import Conditions
    from engine.tokens.events import Events

BEFORE_MS: Final = 1
"""What ends this much before the section is before it, in the whole milliseconds that events have."""


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
            unwanted=steered_from(self.conditions, self.request.wishes.unwanted_descriptors),
            start_ms=self.written_from_ms,
            end_ms=self.end_ms - self.offset_ms,
            settled={context: self.events[context] for context in self.wanted},
            further=self._further,
        )

    @cached_property
    def begins_ms(self) -> float:
        """Where there is room for something new: what began before the section may last into it. Where the
        map has objects at the same time anyway, as osu!mania has, there is room everywhere.
        """
        start_ms, beatmap = self.start_ms, self.beatmap
        before = [beatmap.end_ms(obj) for obj in beatmap.objects if obj.time_ms < start_ms]
        over_ms = min(max(before, default=start_ms) + BEFORE_MS, self.end_ms)
        overlaps = any(start_ms <= obj.time_ms < over_ms - BEFORE_MS for obj in beatmap.objects)
        return start_ms if beatmap.mode is Mode.MANIA or overlaps or over_ms < start_ms else over_ms

    @property
    def written_from_ms(self) -> float:
        """In the file's times, and whole milliseconds as events are."""
        return float(ceil(self.begins_ms - self.offset_ms))

    @property
    def settled(self) -> Events:
        """Of the map's objects: what is before."""
        events = self.events[Context.MAP]
        return Draft.before(self.speech.layout, Context.MAP, events, self.written_from_ms).events

    def _further(self, _context: Context, window: Window) -> Sequence[Filter]:
        end_ms = self.end_ms - self.offset_ms
        return (WithinSection.of(self.speech.layout, window, self.written_from_ms, end_ms),)


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
    meant = understood(speech.layout, beatmap.mode, speech.spec.conditions)
    grammar, song_ms = speech.grammar, song.waveform.length_ms
    return Commission(
        request=request,
        content_hash=hashlib.sha256(request.data).hexdigest(),
        document=document,
        speech=speech,
        family=family,
        mind=mind,
        song=song,
        start_ms=start_ms,
        end_ms=end_ms,
        conditions=wished(conditions_of(beatmap, rating, speech.vocab), request.wishes, speech.vocab),
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
