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
    SLIDER_MULTIPLIER_MAX,
    SLIDER_MULTIPLIER_MIN,
    TICK_RATE_MAX,
    TICK_RATE_MIN,
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
# What the game stores in single precision comes back as 7.30000019.
_SINGLE_PRECISION = 1e-5
_NO_PREVIEW_MS = -1
# Whole rates divide a beat into ticks that lie on the grid; so do these three (osu! wiki, ranking criteria).
_BROKEN_TICK_RATES = (0.5, 4 / 3, 1.5)
_TICK_RATE_ROUNDING = 1e-3


def find_difficulty_settings(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    for key in _USED[beatmap.mode]:
        value = _raw(beatmap, key)
        if value is None:
            continue
        if not DIFFICULTY_MIN.value <= value <= DIFFICULTY_MAX.value:
            bound = DIFFICULTY_MIN.value if value < DIFFICULTY_MIN.value else DIFFICULTY_MAX.value
            message = f"{_SPOKEN[key]} is {value:g}; the game plays it as {number(bound)}."
            yield _setting(_DIFFICULTY, f"range-{key}", Severity.WARNING, message, 0.8)
        elif abs(value - round(value, 1)) > _SINGLE_PRECISION:
            message = f"{_SPOKEN[key]} is {value:g}; the editor sets one decimal, {value:.1f} for example."
            yield _setting(_DIFFICULTY, f"decimals-{key}", Severity.PROBLEM, message, 0.5)


def find_slider_multiplier(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    value = _raw(beatmap, "SliderMultiplier")
    least, most = SLIDER_MULTIPLIER_MIN.value, SLIDER_MULTIPLIER_MAX.value
    if value is not None and not least <= value <= most:
        message = (
            f"The base slider velocity is {value:g}; the game takes {number(least)} to {number(most)} and "
            f"plays {number(min(max(value, least), most))}, so every slider ends at another time than "
            "intended."
        )
        yield _setting(_VELOCITY, "range", Severity.PROBLEM, message, 1.0)


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
        yield _setting(_TICK_RATE, "range", Severity.PROBLEM, message, 1.0)
    elif not _divides_a_beat(value):
        message = (
            f"The slider tick rate is {value:g}: its ticks lie off the beat. Use a whole number, 0.5, 1.333 "
            "or 1.5."
        )
        yield _setting(_TICK_RATE, "off-beat", Severity.PROBLEM, message, 0.5)


def _divides_a_beat(tick_rate: float) -> bool:
    allowed = (round(tick_rate), *_BROKEN_TICK_RATES)
    return any(abs(tick_rate - rate) <= _TICK_RATE_ROUNDING for rate in allowed)


def find_preview(beatmap: Beatmap, song: Song) -> Iterator[Finding]:
    preview_ms = beatmap.general.preview_ms
    if preview_ms == _NO_PREVIEW_MS:
        message = (
            "No preview point is set: song select and the website will play whatever is at 40 % of the song."
        )
        yield _setting(_PREVIEW, "unset", Severity.PROBLEM, message, 0.5)
    elif preview_ms < 0:
        message = f"The preview point is {-preview_ms} ms before the song starts."
        yield _setting(_PREVIEW, "before-song", Severity.WARNING, message, 0.5)
    elif song.length_ms is not None and preview_ms >= song.length_ms:
        message = (
            f"The preview point, {format_timestamp(preview_ms)}, comes after the end of the song at "
            f"{format_timestamp(song.length_ms)}."
        )
        yield _setting(_PREVIEW, "after-song", Severity.WARNING, message, 0.5)


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
            message = f"The {name} is empty: the website does not take the map so."
            yield _setting(_METADATA, f"missing-{name.replace(' ', '-')}", Severity.PROBLEM, message, 1.0)
    for name, text in (("title", metadata.title), ("artist", metadata.artist)):
        foreign = "".join(dict.fromkeys(character for character in text if not character.isascii()))
        if foreign:
            message = (
                f"The romanised {name} contains {foreign[:20]}: it takes Latin letters and ASCII signs only."
            )
            yield _setting(_METADATA, f"not-romanised-{name}", Severity.PROBLEM, message, 0.6)
    for name, text in (
        ("romanised title", metadata.title),
        ("title", metadata.title_unicode),
        ("romanised artist", metadata.artist),
        ("artist", metadata.artist_unicode),
        ("source", metadata.source),
    ):
        if len(text) > METADATA_MAX_CHARACTERS.value:
            most = number(METADATA_MAX_CHARACTERS.value)
            message = f"The {name} has {len(text)} characters; shorten it to {most} at most."
            yield _setting(_METADATA, f"too-long-{name.replace(' ', '-')}", Severity.WARNING, message, 0.4)


def _raw(beatmap: Beatmap, key: str) -> float | None:
    """As the file writes it, before the game clamps it; what is no number at all is the file check's."""
    try:
        value = float(beatmap.difficulty.raw[key])
    except (KeyError, ValueError):
        return None
    return value if math.isfinite(value) else None


def _setting(check_id: str, variant: str, severity: Severity, message: str, strength: float) -> Finding:
    return Finding(check_id=check_id, variant=variant, severity=severity, message=message, strength=strength)


CHECKS = (
    Check(
        id=_DIFFICULTY,
        category=Category.SETTINGS,
        title="Difficulty settings",
        purpose=(
            "Finds HP, circle size, approach rate and overall difficulty that no slider of the editor can "
            "set."
        ),
        reasoning=(
            "The game caps these settings at 0 and 10, so a value beyond plays differently from what song "
            "select and the website show. More than one decimal cannot be seen or felt, makes two "
            "difficulties look alike that are not, and the ranking criteria allow no more precision than the "
            "editor has. Only settings that the mode plays by are looked at."
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
            "The game clamps the slider multiplier to 0.4 to 3.6 without a word. Sliders then move at "
            "another speed than the one they were drawn for, and as a slider's length in the file is fixed, "
            "every single one of them ends at the wrong time. Reach beyond with green lines instead."
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
            "Ticks sound and score. A rate such as 1.2 or 2.7 puts them where the song has nothing, and only "
            "the ticks close to the head seem right. Whole numbers divide the beat evenly; of broken ones "
            "0.5, 1.333 and 1.5 have a musical use. The editor offers no others, so another value comes from "
            "editing the file by hand."
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
            "The preview is the first thing anybody hears of the map, in song select and on the website. "
            "Without a point of your own the game starts somewhere in the middle of a phrase, and the "
            "ranking criteria want it set, the same in every difficulty."
        ),
        severities=(Severity.PROBLEM, Severity.WARNING),
        find=find_preview,
    ),
    Check(
        id=_METADATA,
        category=Category.SETTINGS,
        title="Metadata",
        purpose="Finds empty fields, letters that are not romanised, and fields too long for the website.",
        reasoning=(
            "Song select, the website and every search go by title, artist, creator and difficulty name. An "
            "empty field makes an upload fail or a map that cannot be found; a foreign letter in a romanised "
            "field cannot be typed by most players and breaks folder names on some systems; and past 81 "
            "characters the website cuts the text off where it likes."
        ),
        severities=(Severity.PROBLEM, Severity.WARNING),
        find=find_metadata,
    ),
)
