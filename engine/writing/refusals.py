"""What cannot be written, each in a sentence that says what to do instead."""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.audio.decode import AudioError
from engine.beatmap.document import Document
from engine.beatmap.objects import Mode
from engine.beatmap.timestamps import format_timestamp
from engine.jobs import JobError
from engine.writing.describe import modes_of

if TYPE_CHECKING:
    from engine.beatmap.beatmap import Beatmap
    from engine.modding.cache import ModdingCaches
    from engine.modding.listening import Song
    from engine.tokens.vocab import Vocabulary

SHORTEST_MS: Final = 1.0
_MODES: Final = {Mode.OSU: "osu!", Mode.TAIKO: "osu!taiko", Mode.CATCH: "osu!catch", Mode.MANIA: "osu!mania"}
MOST_CANDIDATES: Final = 64
"""At once: each has a memory of its own, which of a full-size model is a hundred megabytes."""


def readable(path: str, data: bytes) -> Document:
    """Anything at all can be read line by line; a map has at least a mode, or timing, or objects."""
    document = Document.parse(data)
    named = {section.name for section in document.layout.sections if section.header_line is not None}
    if not named & {"General", "Difficulty", "TimingPoints", "HitObjects"}:
        raise JobError(f"{name_of(path)} is not a map: save it in the editor once more, or give another .osu")
    return document


def check_timed(path: str, beatmap: Beatmap) -> None:
    if not beatmap.timing.red:
        raise JobError(
            f"{name_of(path)} has no timing: a section is written by its beats; add a red line first"
        )


def check_understood(beatmap_mode: Mode, vocab: Vocabulary, model: str) -> None:
    if beatmap_mode not in modes_of(vocab):
        raise JobError(
            f"{model} knows osu! maps alone, and this one is of {_MODES[beatmap_mode]}: choose another model"
        )


def section_within(start_ms: float, end_ms: float, song_ms: float) -> tuple[float, float]:
    """The part of a range in which there is a song to listen to."""
    if not (isfinite(start_ms) and isfinite(end_ms)):
        raise JobError("the section has no beginning or no end: give both, in milliseconds of the song")
    if end_ms - start_ms < SHORTEST_MS:
        raise JobError(
            f"the section ends at {format_timestamp(end_ms)} and begins at {format_timestamp(start_ms)}: "
            "choose an end after the beginning"
        )
    if start_ms >= song_ms or end_ms <= 0:
        raise JobError(
            f"the section from {format_timestamp(start_ms)} to {format_timestamp(end_ms)} lies outside of "
            f"the song, which lasts {format_timestamp(song_ms)}: choose a part that can be heard"
        )
    return max(start_ms, 0.0), min(end_ms, song_ms)


def opened(audio: str, caches: ModdingCaches) -> Song:
    try:
        song = caches.songs.open(Path(audio))
    except AudioError as error:
        raise JobError(str(error)) from error
    if not song.waveform.samples:
        raise JobError(f"{audio} holds no sound: choose another audio file")
    return song


def song_of_map(path: str, beatmap: Beatmap, audio: str | None) -> str:
    if audio is not None:
        return audio
    name = beatmap.general.audio_filename
    why = f"no {name[:80]!r} lies in its folder" if name else "the map names none"
    raise JobError(
        f"the song of {name_of(path)} was not found ({why}): without one nothing can be written; put it "
        "there, or choose it again in the editor's song setup"
    )


def check_seeds(seeds: tuple[int, ...]) -> None:
    if not 1 <= len(seeds) <= MOST_CANDIDATES:
        raise JobError(
            f"{len(seeds)} candidates cannot be written: give from 1 to {MOST_CANDIDATES} seeds, one for each"
        )


def name_of(path: str) -> str:
    return Path(path).name or "this map"
