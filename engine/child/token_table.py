"""A map as a model would read it: its events context by context, cut into windows that do not overlap."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from engine.beatmap.document import Document
from engine.checkpoints.sizes import read_sizes
from engine.jobs import JobError, Progress
from engine.service import ContextTable, TokenTable, TokenWindow
from engine.tokens.codec import encode
from engine.tokens.events import EVENT_TYPES, Context, EventType
from engine.tokens.families import family_of
from engine.tokens.grammar import grammar_of
from engine.tokens.map_events import context_events
from engine.tokens.vocab import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.beatmap.beatmap import Beatmap
    from engine.jobs import Job
    from engine.tokens.events import Events
    from engine.tokens.grammar import Grammar


class Language(NamedTuple):
    """How one checkpoint puts a map into words."""

    family: str
    vocab: Vocabulary
    grammar: Grammar
    window_ms: float


def read_language(folder: Path) -> Language:
    """Raises TokenError or CheckpointError, which name the file."""
    vocab = Vocabulary.load(folder / "tokenizer.json")
    family = family_of(vocab)
    sizes = read_sizes(folder, family)
    if sizes.tokens is not None:
        vocab.check_sizes(*sizes.tokens, str(folder / "config.json"))
    return Language(family, vocab, grammar_of(family), sizes.window_ms)


def read_map(path: Path) -> Beatmap:
    try:
        return Document.parse(path.read_bytes()).beatmap
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise JobError(f"{path} cannot be read ({reason}): give the path of a .osu file") from error


def table(beatmap: Beatmap, language: Language, song_ms: float | None) -> Job:
    """Ends with a `TokenTable`."""
    contexts = contexts_of(language.vocab)
    tables: list[ContextTable] = []
    for context in contexts:
        yield Progress(len(tables), len(contexts), f"reading the map's {context.value}")
        events = context_events(beatmap, language.grammar, context, song_ms)
        tables.append(_table(context, events, language))
    yield TokenTable(tuple(tables), language.family)


def contexts_of(vocab: Vocabulary) -> tuple[Context, ...]:
    """Every checkpoint can say a map and its beats; the rest only where it has words for it."""
    contexts = [Context.MAP, Context.TIMING]
    if vocab.has(EventType.KIAI):
        contexts.append(Context.KIAI)
    if Context.SCROLL_SPEED in vocab.context_start:
        contexts.append(Context.SCROLL_SPEED)
    return tuple(contexts)


def _table(context: Context, events: Events, language: Language) -> ContextTable:
    windows: list[TokenWindow] = []
    tokens: list[int] = []
    for frame_ms, first, end in _windows(events, language.window_ms):
        ids = encode(events[first:end], language.vocab, frame_ms)
        windows.append(TokenWindow(frame_ms, first, end, len(tokens), len(tokens) + len(ids)))
        tokens += ids
    return ContextTable(
        name=context.value,
        types=tuple(EVENT_TYPES[kind].label for kind in events.types.tolist()),
        values=tuple(events.values.tolist()),
        times_ms=tuple(events.times.tolist()),
        windows=tuple(windows),
        tokens=tuple(tokens),
    )


def _windows(events: Events, window_ms: float) -> Iterator[tuple[int, int, int]]:
    """Frame time, first event and one past the last, up to the window of the latest event; at least one."""
    # Where times are out of order, all up to the last event before a bound counts as before it, as in
    # `span_of`; with the least time from each event on, every bound is found at once.
    least_from = np.minimum.accumulate(events.times[::-1])[::-1]
    count = max(1, math.ceil((int(events.times.max(initial=0)) + 1) / window_ms))
    frames_ms = [int(index * window_ms) for index in range(count)]
    bounds: list[int] = np.searchsorted(least_from, frames_ms).tolist()
    for frame_ms, (first, end) in zip(frames_ms, pairwise([*bounds, len(events)]), strict=True):
        yield frame_ms, first, end


def song_ms_of(path: Path, beatmap: Beatmap, audio: str | None) -> float | None:
    """How long the song is, where that matters: beats go on to its end in a map without objects."""
    song = Path(audio) if audio is not None else _beside(path, beatmap.general.audio_filename)
    if song is None or (audio is None and beatmap.objects):
        return None
    from engine.audio.decode import AudioError, load_audio  # noqa: PLC0415  FFmpeg, seldom needed here

    try:
        return load_audio(song).length_ms
    except AudioError as error:
        raise JobError(str(error)) from error


def _beside(path: Path, name: str) -> Path | None:
    """A song in the map's own folder; a map may name anything, and nothing else is opened for it."""
    inside = not (PureWindowsPath(name).anchor or PurePosixPath(name).anchor or ".." in Path(name).parts)
    song = path.parent / name
    return song if name and inside and song.is_file() else None
