"""From what a page asks for to what the engine is asked, or a sentence why not. For a thread: it reads."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Final

from daemon.requests import RefusedError
from daemon.songs.library import audio_of
from daemon.watch.notices import is_map
from daemon.watch.reading import BusyError, read_at_rest
from daemon.writing.attempt import Order
from daemon.writing.whole_map import MapOrder
from engine.beatmap.document import Document
from engine.beatmap.objects import Mode
from engine.service import Generate, Keep, SongFacts, Wishes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from daemon.wire_writing_requests import GenerateMap, Regenerate, WishesAsked
    from daemon.writing.at_hand import MapAtHand
    from engine.beatmap.beatmap import Beatmap

SEED_BITS: Final = 64
DRAWN_BITS: Final = 32
"""Of a seed: enough that no two are alike, and short enough to be read out."""
LONGEST_MS: Final = 30 * 60_000.0


def section_order(asked: Regenerate, at_hand: MapAtHand, model: str) -> Order:
    beatmap = at_hand.document.beatmap
    _must_be_a_section(asked.start_ms, asked.end_ms, beatmap)
    if audio_of(at_hand.path, beatmap.general.audio_filename) is None:
        name = beatmap.general.audio_filename or "an audio file"
        raise RefusedError(f"{name} is not beside the map: a model writes to what it hears. Put it there.")
    song_ms = at_hand.news.shown.analysis.song.length_ms
    if song_ms is not None and asked.start_ms >= song_ms:
        raise RefusedError("The section begins after the end of the song: there is nothing to hear there.")
    return Order(
        shown=at_hand.news.shown,
        path=at_hand.path,
        content_hash=at_hand.content_hash,
        start_ms=asked.start_ms,
        end_ms=asked.end_ms,
        seeds=_seeds(asked.seeds, asked.candidates),
        keep=Keep(asked.keep),
        wishes=wishes(asked.wishes),
        model=model,
    )


def map_order(asked: GenerateMap, own_folder: Path) -> MapOrder:
    source = _existing(asked.source)
    reference = source if is_map(source.name) else None
    data = _read(reference) if reference is not None else None
    beatmap = Document.parse(data).beatmap if data is not None else None
    audio = _audio(source, beatmap)
    background = _background(asked, source, beatmap)
    mode = Mode[asked.mode.upper()] if asked.mode else beatmap.mode if beatmap else Mode.OSU
    question = Generate(
        audio=str(audio),
        model="",
        mode=int(mode),
        path=str(reference) if reference is not None else None,
        data=data,
        given=asked.given,
        output=asked.output,
        seed=_seeds((asked.seed,) if asked.seed else (), 1)[0],
        wishes=wishes(asked.wishes),
        super_timing=asked.super_timing,
        song=SongFacts(
            title=asked.title or None,
            artist=asked.artist or None,
            creator=asked.creator or None,
            difficulty_name=asked.difficulty_name or None,
            background=background.name if background is not None else None,
            audio_name=audio.name,
        ),
    )
    is_beside = reference is not None and not asked.folder and asked.form == "osu"
    return MapOrder(
        question=question,
        is_packed=asked.form == "osz",
        folder=_folder(asked.folder) if asked.folder else source.parent if is_beside else own_folder,
        has_own_folder=not (asked.folder or is_beside),
        beside=(audio, *((background,) if background is not None else ())),
    )


def wishes(asked: WishesAsked) -> Wishes:
    return Wishes(**asked.model_dump())


def _must_be_a_section(start_ms: float, end_ms: float, beatmap: Beatmap) -> None:
    if not start_ms < end_ms:
        raise RefusedError("The section ends before it begins: choose an end that lies after its beginning.")
    if end_ms - start_ms > LONGEST_MS:
        raise RefusedError(
            f"The section is longer than {LONGEST_MS / 60_000:.0f} minutes: choose a shorter one."
        )
    if not beatmap.timing.red:
        raise RefusedError("The map has no timing yet. Time the song in the editor first.")


def drawn_seed() -> int:
    return secrets.randbits(DRAWN_BITS)


def _seeds(given: Sequence[str], count: int) -> tuple[int, ...]:
    seeds = [int(seed) for seed in given[:count]]
    if any(seed >= 2**SEED_BITS for seed in seeds):
        raise RefusedError(f"A seed is a whole number below 2^{SEED_BITS}.")
    while len(seeds) < count:
        drawn = drawn_seed()
        if drawn not in seeds:
            seeds.append(drawn)
    return tuple(seeds)


def _existing(name: str) -> Path:
    """A path as people paste it."""
    try:
        path = Path(name.strip().strip('"')).expanduser()
        if path.is_absolute() and path.is_file():
            return path
    except (OSError, ValueError, RuntimeError):  # a zero byte, a home that is not known
        pass
    raise RefusedError(f"There is no file {name}. Give the whole path of a song, or of a .osu to go by.")


def _folder(name: str) -> Path:
    try:
        path = Path(name.strip().strip('"')).expanduser()
        if path.is_absolute() and (path.is_dir() or not path.exists()):
            return path
    except (OSError, ValueError, RuntimeError):  # the same
        pass
    raise RefusedError(f"{name} is no folder. Give the whole path of one.")


def _read(path: Path) -> bytes:
    try:
        reading = read_at_rest(path)
    except BusyError as error:
        raise RefusedError(f"{path} cannot be read ({error.strerror}).") from error
    if reading is None:
        raise RefusedError(f"There is no file {path}.")
    return reading.data


def _audio(source: Path, beatmap: Beatmap | None) -> Path:
    if beatmap is None:
        return source
    audio = audio_of(source, beatmap.general.audio_filename)
    if audio is None:
        name = beatmap.general.audio_filename or "the song of that map"
        raise RefusedError(f"{name} is not beside {source.name}: a model writes to what it hears.")
    return audio


def _background(asked: GenerateMap, source: Path, beatmap: Beatmap | None) -> Path | None:
    if asked.background:
        return _existing(asked.background)
    if beatmap is None or not beatmap.events.background:
        return None
    return audio_of(source, beatmap.events.background)
