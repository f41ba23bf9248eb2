"""What the song setup says: difficulty settings, preview point, metadata."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from engine.beatmap.objects import Mode
from engine.beatmap.timestamps import format_timestamp
from engine.checks.check import Category, Check, Finding, Severity, Song
from engine.checks.thresholds import (
    DIFFICULTY_MAX,
    DIFFICULTY_MIN,
    METADATA_MAX_CHARACTERS,
    SINGLE_PRECISION,
    SLIDER_MULTIPLIER_MAX,
    SLIDER_MULTIPLIER_MIN,
    TICK_RATE_MAX,
    TICK_RATE_MIN,
    TICK_RATE_ROUNDING,
)
from engine.checks.wording import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.beatmap.beatmap import Beatmap

_DIFFICULTY = "difficulty-settings"
_VELOCITY = "slider-multiplier"
_TICK_RATE = "tick-rate"
_PREVIEW = "preview-point"
_METADATA = "metadata"

_HP, _CS, _OD, _AR = "HPDrainRate", "CircleSize", "OverallDifficulty", "ApproachRate"
_SPOKEN = {_HP: "HP drain", _CS: "Circle size", _OD: "Overall difficulty", _AR: "Approach rate"}
# Which settings a mode plays by; circle size in mania is the key count, which has a check of its own.
_USED = {
    Mode.OSU: (_HP, _CS, _OD, _AR),
    Mode.TAIKO: (_HP, _OD),
    Mode.CATCH: (_HP, _CS, _OD, _AR),
    Mode.MANIA: (_HP, _OD),
}
_NO_PREVIEW_MS = -1
# Whole rates divide a beat into ticks that lie on the grid; so do these three (osu! wiki, ranking criteria).
_BROKEN_TICK_RATES = (0.5, 4 / 3, 1.5)


def find_difficulty_settings(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    for key in _USED[beatmap.mode]:
        value = _raw(beatmap, key)
        if value is None:
            continue
        if not DIFFICULTY_MIN.value <= value <= DIFFICULTY_MAX.value:
            bound = DIFFICULTY_MIN.value if value < DIFFICULTY_MIN.value else DIFFICULTY_MAX.value
            message = f"{_SPOKEN[key]} is {value:g}; the game plays it as {number(bound)}."
            yield Finding(_DIFFICULTY, f"range-{key}", Severity.WARNING, message, strength=0.8)
        elif abs(value - round(value, 1)) > SINGLE_PRECISION.value:
            message = f"{_SPOKEN[key]} is {value:g}; the editor sets one decimal, {value:.1f} for example."
            yield Finding(_DIFFICULTY, f"decimals-{key}", Severity.PROBLEM, message, strength=0.5)


def find_slider_multiplier(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    value = _raw(beatmap, "SliderMultiplier")
    least, most = SLIDER_MULTIPLIER_MIN.value, SLIDER_MULTIPLIER_MAX.value
    if value is not None and not least <= value <= most:
        message = (
            f"The base slider velocity is {value:g}; the game takes {number(least)} to {number(most)} and "
            f"plays {number(min(max(value, least), most))}, so every slider ends at another time than "
            "intended."
        )
        yield Finding(_VELOCITY, "range", Severity.PROBLEM, message, strength=1.0)


def find_tick_rate(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    value = _raw(beatmap, "SliderTickRate")
    if value is None:
        return
    least, most = TICK_RATE_MIN.value, TICK_RATE_MAX.value
    if not least <= value <= most:
        message = (
            f"The slider tick rate is {value:g}; the game takes {number(least)} to {number(most)} and plays "
            f"{number(min(max(value, least), most))}."
        )
        yield Finding(_TICK_RATE, "range", Severity.PROBLEM, message, strength=1.0)
    elif not _divides_a_beat(value):
        message = (
            f"The slider tick rate is {value:g}: its ticks lie off the beat. Use a whole number, 0.5, 1.333 "
            "or 1.5."
        )
        yield Finding(_TICK_RATE, "off-beat", Severity.PROBLEM, message, strength=0.5)


def _divides_a_beat(tick_rate: float) -> bool:
    allowed = (round(tick_rate), *_BROKEN_TICK_RATES)
    return any(abs(tick_rate - rate) <= TICK_RATE_ROUNDING.value for rate in allowed)


def find_preview(beatmap: Beatmap, song: Song) -> Iterator[Finding]:
    preview_ms = beatmap.general.preview_ms
    if preview_ms == _NO_PREVIEW_MS:
        message = "No preview point is set: song select starts the song at 40 % of its length."
        yield Finding(_PREVIEW, "unset", Severity.PROBLEM, message, strength=0.5)
    elif preview_ms < 0:
        message = f"The preview point is {-preview_ms} ms before the song starts."
        yield Finding(_PREVIEW, "before-song", Severity.WARNING, message, strength=0.5)
    elif song.length_ms is not None and preview_ms >= song.length_ms:
        message = (
            f"The preview point, {format_timestamp(preview_ms)}, comes after the end of the song at "
            f"{format_timestamp(song.length_ms)}."
        )
        yield Finding(_PREVIEW, "after-song", Severity.WARNING, message, strength=0.5)


def find_metadata(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    metadata = beatmap.metadata
    needed = {
        "title": metadata.title,
        "artist": metadata.artist,
        "creator": metadata.creator,
        "difficulty name": metadata.version,
    }
    for name, text in needed.items():
        if not text.strip():
            message = f"The {name} is empty: fill it in before you upload."
            yield Finding(
                _METADATA, f"missing-{name.replace(' ', '-')}", Severity.PROBLEM, message, strength=1.0
            )
    for name, text in (("title", metadata.title), ("artist", metadata.artist)):
        foreign = "".join(dict.fromkeys(character for character in text if not character.isascii()))
        if foreign:
            message = (
                f"The romanised {name} contains {foreign[:20]}: only ASCII characters are allowed there."
            )
            yield Finding(_METADATA, f"not-romanised-{name}", Severity.PROBLEM, message, strength=0.6)
    for name, text in (
        ("romanised title", metadata.title),
        ("title", metadata.title_unicode),
        ("romanised artist", metadata.artist),
        ("artist", metadata.artist_unicode),
        ("source", metadata.source),
    ):
        if len(text) > METADATA_MAX_CHARACTERS.value:
            most = number(METADATA_MAX_CHARACTERS.value)
            message = f"The {name} has {len(text)} characters, expected at most {most}: shorten it."
            yield Finding(
                _METADATA, f"too-long-{name.replace(' ', '-')}", Severity.WARNING, message, strength=0.4
            )


def _raw(beatmap: Beatmap, key: str) -> float | None:
    """As the file writes it, before the game clamps it; what is no number at all is the file check's."""
    try:
        value = float(beatmap.difficulty.raw[key])
    except (KeyError, ValueError):
        return None
    return value if math.isfinite(value) else None


CHECKS = (
    Check(
        id=_DIFFICULTY,
        category=Category.SETTINGS,
        title="Difficulty settings",
        purpose=(
            "Finds HP drain, circle size, approach rate and overall difficulty that the editor cannot set."
        ),
        reasoning=(
            "The game caps these settings at 0 and 10, so a value beyond is not what is played. The "
            "ranking criteria allow no more precision than the editor has, which is one decimal: more "
            "cannot be felt in play. Only settings that the mode plays by are looked at."
        ),
        severities=(Severity.PROBLEM, Severity.WARNING),
        find=find_difficulty_settings,
    ),
    Check(
        id=_VELOCITY,
        category=Category.SETTINGS,
        title="Base slider velocity",
        purpose="Finds a base slider velocity that the game will not play.",
        reasoning=(
            "The game caps the base slider velocity at 0.4 and 3.6. Sliders then move at another speed "
            "than the one they were drawn for, and since the file fixes their length in pixels, every one "
            "of them ends at the wrong time. To go beyond, use green lines."
        ),
        severities=(Severity.PROBLEM,),
        find=find_slider_multiplier,
        modes=frozenset({Mode.OSU, Mode.TAIKO, Mode.CATCH}),
    ),
    Check(
        id=_TICK_RATE,
        category=Category.SETTINGS,
        title="Slider tick rate",
        purpose="Finds tick rates whose ticks fall between the beats.",
        reasoning=(
            "Slider ticks sound and score, and a rate such as 1.2 or 2.7 puts them where the song has "
            "nothing. Whole numbers divide the beat evenly. The ranking criteria discourage other values, "
            "except 0.5, 1.333 and 1.5 where the ticks stay on the beat. Such a value comes from editing "
            "the file by hand."
        ),
        severities=(Severity.PROBLEM,),
        find=find_tick_rate,
        modes=frozenset({Mode.OSU, Mode.TAIKO, Mode.CATCH}),
    ),
    Check(
        id=_PREVIEW,
        category=Category.SETTINGS,
        title="Preview point",
        purpose="Sees that a preview point is set and lies in the song.",
        reasoning=(
            "The preview is the first thing that players hear of the map, in song select and on the "
            "website. Without a point of your own it may start in the middle of a phrase. The ranking "
            "criteria want it set, and the same in all difficulties."
        ),
        severities=(Severity.PROBLEM, Severity.WARNING),
        find=find_preview,
        needs_song=True,
    ),
    Check(
        id=_METADATA,
        category=Category.SETTINGS,
        title="Metadata",
        purpose="Finds empty fields, letters that are not romanised, and fields that are too long.",
        reasoning=(
            "Song select, the website and every search use title, artist, creator and difficulty name. "
            "Letters outside of ASCII in a romanised field cannot be typed by many players. The ranking "
            "criteria ask to shorten fields of more than 81 characters."
        ),
        severities=(Severity.PROBLEM, Severity.WARNING),
        find=find_metadata,
    ),
)
