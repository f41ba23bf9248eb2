"""What a new map goes by: the song, another map where there is one, and what is wished."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.audio.tags import Tags, tags_of
from engine.beatmap.objects import Mode
from engine.jobs import JobError
from engine.postprocess.build import MapFacts
from engine.requests import SongFacts
from engine.tokens.condition_ids import ON_FIELD
from engine.tokens.conditions import DEFAULT_KEYS, Conditions, conditions_of
from engine.tokens.events import Context
from engine.tokens.star_rating import star_rating
from engine.writing import refusals
from engine.writing.wishes import wished_of_map

if TYPE_CHECKING:
    from engine.beatmap.document import Document
    from engine.requests import Generate
    from engine.tokens.vocab import Vocabulary

USUAL: Final = Conditions(
    hp_drain=5.0,
    circle_size=4.0,
    overall_difficulty=8.0,
    approach_rate=9.0,
    slider_tick_rate=1.0,
)
"""Of a map that goes by no other and is wished nothing of: those of the models' own program."""
OF_OBJECTS: Final = frozenset({Context.MAP, Context.SCROLL_SPEED, Context.NO_HITSOUNDS})
"""What means nothing in another mode."""
MADE: Final = "generated"


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """What is asked for, checked and completed."""

    request: Generate
    mode: Mode
    document: Document | None
    """Of the map to go by."""
    given: frozenset[Context]
    output: frozenset[Context]
    conditions: Conditions
    facts: MapFacts
    song: SongFacts


def sources_of(request: Generate, vocab: Vocabulary) -> Sources:
    """Raises JobError."""
    mode = _mode(request.mode)
    refusals.check_understood(mode, vocab, request.model)
    document = None if request.data is None else refusals.readable(request.path or "", request.data)
    given, output = _contexts(request.given, "given"), _contexts(request.output, "written")
    _check_given(request, given, document, mode)
    conditions = _conditions(request, document, mode, vocab)
    return Sources(
        request, mode, document, given, output, conditions, _facts(conditions), _song(request, document)
    )


def _mode(number: int) -> Mode:
    try:
        return Mode(number)
    except ValueError:
        raise JobError(f"there is no mode {number}: choose 0 to 3, as a .osu file numbers them") from None


def _contexts(names: tuple[str, ...], what: str) -> frozenset[Context]:
    known = {context.value: context for context in Context if context is not Context.NONE}
    for name in names:
        if name not in known:
            raise JobError(f"there is no {name[:80]!r} that could be {what}: there are {', '.join(known)}")
    return frozenset(known[name] for name in names)


def _check_given(request: Generate, given: frozenset[Context], document: Document | None, mode: Mode) -> None:
    if not given:
        return
    names = ", ".join(sorted(context.value for context in given))
    if document is None:
        raise JobError(f"{names} can be given of a map alone: name a .osu to go by as well")
    name, beatmap = refusals.name_of(request.path or ""), document.beatmap
    refusals.check_timed(request.path or "", beatmap)
    if beatmap.mode is not mode and given & OF_OBJECTS:
        raise JobError(
            f"{name} is of another mode, and objects of one mean nothing in another: give its timing, "
            'its kiai, or it as another difficulty ("gd")'
        )
    if given & (OF_OBJECTS | {Context.GUEST_DIFFICULTY}) and not beatmap.objects:
        raise JobError(f"{name} has no objects that could be given: give its timing alone")


def _conditions(request: Generate, document: Document | None, mode: Mode, vocab: Vocabulary) -> Conditions:
    told = replace(USUAL, mode=mode)
    if document is not None:
        of_map = conditions_of(document.beatmap, star_rating(document), vocab)
        told = replace(of_map, mode=mode) if document.beatmap.mode is mode else _of_other(of_map, told)
    if Context.NO_HITSOUNDS.value in request.given:
        told = replace(told, hitsounded=True)
    return wished_of_map(told, request.wishes, vocab)


def _of_other(of_map: Conditions, told: Conditions) -> Conditions:
    """Of a map of another mode: what both modes have."""
    both_on_field = {of_map.mode, told.mode} <= ON_FIELD
    return replace(
        told,
        hp_drain=of_map.hp_drain,
        overall_difficulty=of_map.overall_difficulty,
        circle_size=of_map.circle_size if both_on_field else told.circle_size,
        approach_rate=of_map.approach_rate if both_on_field else told.approach_rate,
        star_rating=of_map.star_rating,
        mapper_id=of_map.mapper_id,
    )


def _facts(told: Conditions) -> MapFacts:
    usual = MapFacts()
    keys = float(told.keys or DEFAULT_KEYS)
    return MapFacts(
        mode=told.mode,
        circle_size=keys if told.mode is Mode.MANIA else _or(told.circle_size, usual.circle_size),
        slider_multiplier=told.slider_multiplier,
        slider_tick_rate=_or(told.slider_tick_rate, usual.slider_tick_rate),
        hp_drain=_or(told.hp_drain, usual.hp_drain),
        overall_difficulty=_or(told.overall_difficulty, usual.overall_difficulty),
        approach_rate=_or(told.approach_rate, usual.approach_rate),
    )


def _or(told: float | None, usual: float) -> float:
    return usual if told is None else told


def _song(request: Generate, document: Document | None) -> SongFacts:
    asked = request.song or SongFacts()
    if document is None:
        tags = tags_of(Path(request.audio))
        return _completed(asked, request.audio, tags, "", None, MADE.capitalize())
    beatmap = document.beatmap
    metadata, preview_ms = beatmap.metadata, float(beatmap.general.preview_ms)
    tags = Tags(metadata.title_unicode or metadata.title, metadata.artist_unicode or metadata.artist)
    name = f"{metadata.version} ({MADE})".strip()
    background = beatmap.events.background
    completed = _completed(asked, request.audio, tags, metadata.creator, preview_ms, name)
    return replace(completed, background=asked.background or background)


def _completed(
    asked: SongFacts, audio: str, tags: Tags, creator: str, preview_ms: float | None, difficulty_name: str
) -> SongFacts:
    return replace(
        asked,
        title=asked.title or tags.title or Path(audio).stem,
        artist=asked.artist or tags.artist,
        creator=asked.creator or creator or None,
        difficulty_name=asked.difficulty_name or difficulty_name,
        audio_name=asked.audio_name or Path(audio).name,
        preview_ms=preview_ms if asked.preview_ms is None else asked.preview_ms,
    )
