"""What the engine's child does about a request to mod a map, or to listen to a song ahead of need."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from engine.audio.decode import AudioError
from engine.beatmap.document import Document, content_hash
from engine.beatmap.objects import Mode
from engine.generation.prompts import PromptError
from engine.generation.windows import cut
from engine.jobs import JobError, Progress
from engine.modding.listening import Listener
from engine.modding.modder import Answer, Modder
from engine.modding.opinion import Opinion
from engine.modding.reading import Speech, first_difference_ms
from engine.modding.suggestions import THRESHOLD, Judge
from engine.modding.tally import HEAT_BIN_MS, Tally
from engine.model.spec import Condition
from engine.tokens.conditions import Conditions
from engine.tokens.errors import TokenError
from engine.tokens.events import EventType
from engine.tokens.star_rating import star_rating

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.beatmap.beatmap import Beatmap
    from engine.checkpoints.upstream import Checkpoint
    from engine.jobs import Job
    from engine.modding.cache import ModdingCaches
    from engine.modding.listening import Song
    from engine.modding.reading import Reading
    from engine.requests import FillSong, Mod

AT_MOST_EVERY_S: Final = 0.2
"""Opinions: more often nobody reads, and each is drawn anew."""
_NO_NAME: Final = "the map names none", "choose one"


class Loaded(Protocol):
    """What is in memory of a model."""

    @property
    def checkpoint(self) -> Checkpoint: ...
    @property
    def name(self) -> str: ...
    @property
    def device_words(self) -> str: ...


def mod(request: Mod, loaded: Loaded, caches: ModdingCaches) -> Job:
    """Yields `Progress` and ever more of an `Opinion`; the last one is complete. Raises JobError."""
    work = _Mod(request, loaded, caches)
    known = work.known()
    if known is not None:
        yield known
        return
    document = Document.parse(request.data)
    trouble = _unreadable(document.beatmap, loaded.checkpoint)
    if trouble:
        yield work.empty(trouble)
        return
    yield Progress(0, 0, "reading the map")
    try:
        yield from work.opinions(document)
    except (TokenError, PromptError) as error:
        yield work.empty(str(error))


def _unreadable(beatmap: Beatmap, checkpoint: Checkpoint) -> str:
    """Why there is nothing to say; nothing where there is."""
    if not beatmap.objects:
        return "there are no objects in this map yet: a model has nothing to say before there are"
    if not beatmap.timing.red:
        return "this map has no timing yet: a model reads objects by their beats; add a red line first"
    if beatmap.mode != Mode.OSU and not checkpoint.vocabulary.has(EventType.GAMEMODE):
        return "this model knows osu! maps alone: choose another one for taiko, catch and mania"
    return ""


class _Mod:
    def __init__(self, request: Mod, loaded: Loaded, caches: ModdingCaches) -> None:
        self._began = time.monotonic()
        self._request, self._loaded, self._caches = request, loaded, caches
        self._mind = caches.mind(loaded.checkpoint.model)
        self._content_hash = content_hash(request.data)
        self._song = _opened(_song_of(request), caches)
        self._map = str(request.path), self._mind.weights

    @property
    def _version(self) -> tuple[str, ...]:
        """All that an opinion depends on. A pinned rating goes by the map's path."""
        told = self._request.rating if self._request.rating is not None else self._request.path
        return self._content_hash, self._song.content_hash, str(told), self._loaded.name

    def known(self) -> Opinion | None:
        """What was said of these very bytes: no model is asked."""
        opinion = self._caches.opinions.get(self._version)
        return None if opinion is None else replace(opinion, seconds=self._seconds)

    @property
    def _seconds(self) -> float:
        return time.monotonic() - self._began

    def empty(self, note: str) -> Opinion:
        return Opinion(
            content_hash=self._content_hash,
            suggestions=(),
            heat=(),
            heat_bin_ms=HEAT_BIN_MS,
            done=0,
            total=0,
            model=self._loaded.name,
            device=self._loaded.device_words,
            rating=None,
            seconds=self._seconds,
            complete=True,
            note=note,
        )

    def opinions(self, document: Document) -> Iterator[object]:
        speech = Speech(self._loaded.checkpoint)
        rating = self._rating(document, speech)
        reading = speech.read(document.beatmap, self._song.waveform, rating)
        modder, near_ms = self._modder(reading), self._near_ms(reading)
        self._caches.last_events.keep(self._map, reading.events)
        tally = Tally(reading, least=THRESHOLD)
        judge = Judge(document.beatmap, reading.events, speech.grammar)
        said_at = 0.0
        for step in modder.mod(near_ms):
            if not isinstance(step, Answer):
                yield Progress(tally.done, len(reading.windows), "listening and scoring, window by window")
                continue
            self._check(step)
            tally.add(step)
            if step.is_new and time.monotonic() - said_at >= AT_MOST_EVERY_S:
                yield self._opinion(reading, tally, judge)
                said_at = time.monotonic()
            elif step.is_new:
                yield Progress(tally.done, len(reading.windows), "scoring, window by window")
        note = _song_too_short(reading)
        complete = replace(self._opinion(reading, tally, judge), complete=True, note=note)
        self._caches.opinions.keep(self._version, complete)
        yield complete

    def _check(self, answer: Answer) -> None:
        """Damaged weights load like others, and are never surprised: the map would pass for a perfect one."""
        if not np.isfinite(answer.scores.surprisal).all():
            raise JobError(
                f"the model {self._loaded.name} answers with what is no number: its weights are damaged, or "
                "too large for the precision; fetch it again, or set the engine's precision to float32"
            )

    def _modder(self, reading: Reading) -> Modder:
        listener = Listener(self._mind, reading.speech, self._song, reading.conditions, self._caches.files)
        return Modder(
            self._mind,
            reading,
            listener,
            answers=self._caches.answers,
            nearby=self._caches.nearby,
            map_=self._map[0],
        )

    def _rating(self, document: Document, speech: Speech) -> float | None:
        """As asked for; else the map's own, which stays as it was first where the model hears it: with each
        edit it moves a little, and every window would sound different.
        """
        if self._request.rating is not None:
            rating: float | None = self._request.rating
        elif _is_pinned(speech):
            rating = self._caches.pinned.get(self._map)
            if rating is None:
                rating = star_rating(document)
                self._caches.pinned.keep(self._map, rating)
        else:
            rating = star_rating(document) if speech.vocab.has(EventType.DIFFICULTY) else None
        self._caches.told.keep((self._song.content_hash, self._mind.weights), rating)
        return rating

    def _near_ms(self, reading: Reading) -> float:
        """Where the mapper works: as asked for, or where this version parts from the last; else the start."""
        if self._request.near_ms is not None:
            return self._request.near_ms
        before = self._caches.last_events.get(self._map)
        edited_ms = first_difference_ms(before, reading.events) if before else None
        return edited_ms if edited_ms is not None else reading.beatmap.objects[0].time_ms

    def _opinion(self, reading: Reading, tally: Tally, judge: Judge) -> Opinion:
        is_pinned = self._request.rating is not None or _is_pinned(reading.speech)
        return Opinion(
            content_hash=self._content_hash,
            suggestions=judge.suggest(tally.found),
            heat=tally.heat,
            heat_bin_ms=HEAT_BIN_MS,
            done=tally.done,
            total=len(reading.windows),
            model=self._loaded.name,
            device=self._loaded.device_words,
            rating=reading.conditions.star_rating if is_pinned else None,
            seconds=self._seconds,
            complete=False,
        )


def _song_too_short(reading: Reading) -> str:
    """Windows are cut from the song: of a map that lies behind its end a model reads nothing."""
    if reading.beatmap.objects[0].time_ms < reading.song.length_ms:
        return ""
    return "every object of this map lies after the end of its song: is this the right audio file, and whole?"


def _is_pinned(speech: Speech) -> bool:
    return Condition.DIFFICULTY in speech.spec.conditions


def _song_of(request: Mod) -> str:
    if request.audio is not None:
        return request.audio
    name = Document.parse(request.data).beatmap.general.audio_filename
    why, what = (
        (f"no {name[:80]!r} lies in its folder", "put it there, or choose it again") if name else _NO_NAME
    )
    raise JobError(
        f"the song of {Path(request.path).name} was not found ({why}): {what} in the editor's song setup"
    )


def _opened(audio: str, caches: ModdingCaches) -> Song:
    try:
        return caches.songs.open(Path(audio))
    except AudioError as error:
        raise JobError(str(error)) from error


def fill_song(request: FillSong, loaded: Loaded, caches: ModdingCaches) -> Job:
    """Listens to what has not been listened to. Yields `Progress` after each window. Raises JobError.

    A model that hears the star rating as well is told the one it was told last; before there is one,
    nothing is worth hearing.
    """
    mind, speech = caches.mind(loaded.checkpoint.model), Speech(loaded.checkpoint)
    song = _opened(request.audio, caches)
    windows = cut(song.waveform.samples, speech.shape)
    rating = caches.told.get((song.content_hash, mind.weights))
    if _is_pinned(speech) and rating is None:
        yield Progress(0, len(windows), "waiting for the first opinion of a map of this song")
        return
    listener = Listener(mind, speech, song, Conditions(star_rating=rating), caches.files)
    for done, window in enumerate(windows, 1):
        if not listener.knows(window):
            listener.states([window])
            if not listener.knows(window):
                yield Progress(done, len(windows), "what was heard does not fit into the cache folder")
                return
        yield Progress(done, len(windows), "listening to the song")
