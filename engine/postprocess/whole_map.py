"""A new map: what was built, and what it says about its song, as a .osu the way the editor writes one."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from engine.beatmap.builder import MapBuilder, catch, mania, osu, taiko
from engine.beatmap.objects import Mode
from engine.beatmap.sections import Metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.beatmap.beatmap import Beatmap
    from engine.postprocess.build import Built, MapFacts
    from engine.requests import SongFacts

EMPTY: Final = {Mode.OSU: osu, Mode.TAIKO: taiko, Mode.CATCH: catch, Mode.MANIA: mania}
DEFAULT_TITLE, DEFAULT_ARTIST, DEFAULT_CREATOR = "Untitled", "Unknown artist", "Mapside"
DEFAULT_AUDIO: Final = "audio.mp3"

PAUSE_MS: Final = 5000
"""From a pause this long on there is a break, during which health does not drain."""
BREAK_AFTER_MS, BREAK_BEFORE_MS = 200, 450
"""How long after an object a break begins and before the next one it ends (ppy/osu, BreakPeriod)."""


def whole_map(made: Built, facts: MapFacts, song: SongFacts, like: Metadata | None = None) -> bytes:
    """A whole .osu, in UTF-8 with CRLF. What `song` does not say is named as not known. `like`: what another
    map says of the same song, and no letters of ours can tell: how its title is written in Latin ones.
    """
    timing = sorted([*made.reds, *made.controls], key=_time_of_line)
    builder = _about(facts, song, like or Metadata()).timing_line(*timing).object_line(*made.objects)
    breaks = _breaks(builder.beatmap())
    return builder.event(*_events(song, breaks)).bytes()


def _about(facts: MapFacts, song: SongFacts, like: Metadata) -> MapBuilder:
    title, artist = _title(song), _artist(song)
    return (
        EMPTY[facts.mode]()
        .general(
            AudioFilename=_line(song.audio_name) or DEFAULT_AUDIO,
            PreviewTime=-1 if song.preview_ms is None else round(song.preview_ms),
        )
        .metadata(
            title=like.title if title == like.title_unicode and like.title else _plain(title),
            titleUnicode=title,
            artist=like.artist if artist == like.artist_unicode and like.artist else _plain(artist),
            artistUnicode=artist,
            creator=_creator(song),
            version=_version(song),
            source=like.source,
            tags=like.tags,
        )
        .difficulty(
            hp=facts.hp_drain,
            cs=facts.keys if facts.mode is Mode.MANIA else facts.circle_size,
            od=facts.overall_difficulty,
            ar=facts.approach_rate,
            slider_multiplier=facts.slider_multiplier,
            slider_tick_rate=facts.slider_tick_rate,
        )
    )


def _events(song: SongFacts, breaks: list[tuple[int, int]]) -> Iterator[str]:
    """With the comments that the editor puts there."""
    yield "//Background and Video events"
    background = _line(song.background).replace('"', "")
    if background:
        yield f'0,0,"{background}",0,0'
    yield "//Break Periods"
    for start_ms, end_ms in breaks:
        yield f"2,{start_ms},{end_ms}"
    for number, layer in enumerate(("Background", "Fail", "Pass", "Foreground", "Overlay")):
        yield f"//Storyboard Layer {number} ({layer})"
    yield "//Storyboard Sound Samples"


def _breaks(beatmap: Beatmap) -> list[tuple[int, int]]:
    """Where nothing is to be hit for long. osu!mania has none."""
    breaks: list[tuple[int, int]] = []
    if beatmap.mode is Mode.MANIA or not beatmap.objects:
        return breaks
    end_ms = beatmap.end_ms(beatmap.objects[0])
    for obj in beatmap.objects[1:]:
        if obj.time_ms - end_ms >= PAUSE_MS:
            breaks.append((round(end_ms) + BREAK_AFTER_MS, round(obj.time_ms) - BREAK_BEFORE_MS))
        end_ms = max(end_ms, beatmap.end_ms(obj))
    return breaks


def _time_of_line(line: str) -> tuple[float, bool]:
    """Red lines first."""
    fields = line.split(",")
    return float(fields[0]), fields[6] != "1"


def _title(song: SongFacts) -> str:
    return _line(song.title) or DEFAULT_TITLE


def _artist(song: SongFacts) -> str:
    return _line(song.artist) or DEFAULT_ARTIST


def _creator(song: SongFacts) -> str:
    return _line(song.creator) or DEFAULT_CREATOR


def _version(song: SongFacts) -> str:
    return _line(song.difficulty_name) or "Normal"


def _line(text: str | None) -> str:
    """On one line, whatever the tags of an audio file hold: a line break would begin another setting."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text or "").split())


def _plain(text: str) -> str:
    """In ASCII, as the fields without "Unicode" have to be, as far as anything is left of it then."""
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").strip()
    return folded or text
