"""The song: that it is there, that the objects lie in it, that most of it is mapped."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from engine.beatmap.timestamps import format_timestamp
from engine.checks.check import Category, Check, Finding, Severity, Song
from engine.checks.thresholds import SELECTED_OBJECTS, SONG_LENGTH_MARGIN_MS, UNUSED_AUDIO_SHARE
from engine.checks.wording import counted, strength

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.beatmap.beatmap import Beatmap

_FILE = "audio-file"
_OUTSIDE = "objects-outside-song"
_UNUSED = "unused-audio"
# What keysounded maps name whose music is their samples: the game plays silence of the map's length.
_NO_MUSIC = "virtual"
_RANKABLE_FORMATS = frozenset({".mp3", ".ogg"})


def find_bad_file(beatmap: Beatmap, song: Song) -> Iterator[Finding]:
    name = beatmap.general.audio_filename
    if not name:
        yield Finding(
            _FILE,
            "none",
            Severity.PROBLEM,
            "No audio file is set (AudioFilename in [General]).",
            strength=1.0,
        )
        return
    if name == _NO_MUSIC:
        return
    if song.problem:
        yield Finding(
            _FILE, "unusable", Severity.PROBLEM, f"The song cannot be played: {song.problem}.", strength=1.0
        )
    if PurePosixPath(name).suffix.lower() not in _RANKABLE_FORMATS:
        message = f"The song is {name}: only .mp3 and .ogg can be ranked."
        yield Finding(_FILE, "format", Severity.PROBLEM, message, strength=0.5)


def find_outside(beatmap: Beatmap, song: Song) -> Iterator[Finding]:
    before = tuple(index for index, obj in enumerate(beatmap.objects) if obj.time_ms < 0)
    if before:
        message = f"{counted(len(before), 'object lies', 'objects lie')} before the song starts."
        yield _objects(beatmap, "before", before, message)
    if song.length_ms is None:
        return
    limit_ms = song.length_ms + SONG_LENGTH_MARGIN_MS.value
    after = tuple(index for index, obj in enumerate(beatmap.objects) if beatmap.end_ms(obj) > limit_ms)
    if after:
        message = (
            f"{counted(len(after), 'object ends', 'objects end')} after the song, which ends at "
            f"{format_timestamp(song.length_ms)}."
        )
        yield _objects(beatmap, "after", after, message)


def find_unused(beatmap: Beatmap, song: Song) -> Iterator[Finding]:
    if not song.length_ms or not beatmap.objects:
        return
    last_ms = max(beatmap.end_ms(obj) for obj in beatmap.objects)
    unused = 1 - last_ms / song.length_ms
    if unused <= UNUSED_AUDIO_SHARE.value:
        return
    shown = beatmap.events.video or beatmap.events.storyboard_lines
    unless = ", unless the storyboard or video fills it" if shown else ""
    yield Finding(
        check_id=_UNUSED,
        variant="end",
        severity=Severity.WARNING,
        message=(
            f"The last {unused * 100:.0f} % of the song have no objects: consider cutting the audio{unless}."
        ),
        time_ms=last_ms,
        end_ms=song.length_ms,
        strength=strength(unused, harmless=UNUSED_AUDIO_SHARE.value, worst=1.0),
    )


def _objects(beatmap: Beatmap, variant: str, indices: tuple[int, ...], message: str) -> Finding:
    return Finding(
        check_id=_OUTSIDE,
        variant=variant,
        severity=Severity.PROBLEM,
        message=message,
        time_ms=beatmap.objects[indices[0]].time_ms,
        end_ms=beatmap.end_ms(beatmap.objects[indices[-1]]),
        objects=indices[: int(SELECTED_OBJECTS.value)],
        strength=strength(len(indices), harmless=0, worst=10),
    )


CHECKS = (
    Check(
        id=_FILE,
        category=Category.AUDIO,
        title="Audio file",
        purpose=(
            "Sees that the difficulty names a song, that it can be played, and that its format can be ranked."
        ),
        reasoning=(
            "Without its song a difficulty is played in silence. The ranking criteria allow one song for "
            "all difficulties of a set, as .mp3 or as .ogg (Ogg Vorbis). Other formats may not play for "
            "everyone."
        ),
        severities=(Severity.PROBLEM,),
        find=find_bad_file,
        needs_song=True,
    ),
    Check(
        id=_OUTSIDE,
        category=Category.AUDIO,
        title="Objects outside the song",
        purpose="Finds objects before the first or after the last moment of the audio.",
        reasoning=(
            "Before the song starts and after it ends there is no music to map, and players cannot tell "
            "when to press. It usually happens when all timing is moved, or when the audio is cut after "
            "mapping."
        ),
        severities=(Severity.PROBLEM,),
        find=find_outside,
        needs_song=True,
    ),
    Check(
        id=_UNUSED,
        category=Category.AUDIO,
        title="Unused audio at the end",
        purpose="Finds more than a fifth of the song left after the last object.",
        reasoning=(
            "The ranking criteria advise cutting the audio when its last 20 % are not mapped: everyone "
            "who downloads the set downloads that part too. They make an exception where a storyboard or "
            "video fills it, or where a fade-out cannot be mapped. If another difficulty of the set uses "
            "the end, mark this as intended. While you are still mapping, this goes away by itself."
        ),
        severities=(Severity.WARNING,),
        find=find_unused,
        needs_song=True,
    ),
)
