"""Maps without known mistakes, to plant some in: our own difficulties of the demo's song, and real ones.

Our own have a song of our own making, which a model can hear. Real maps lie beside the project without their
songs, so they are for the rules alone.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

from daemon.demo import maps as demo
from daemon.demo import song
from daemon.demo.song import BEAT_MS, BEATS_PER_BAR, OFFSET_MS
from engine.beatmap.builder import CENTRE_X, catch, taiko
from engine.beatmap.document import Document
from engine.beatmap.objects import HitSound, Mode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SHARED: Final = Path(__file__).resolve().parents[2] / "shared"
WITH_SONG: Final = SHARED / "audio"
FEWEST_OBJECTS: Final = 100
LEAST_FORMAT: Final = 11
"""Older maps were made with other habits, and are not what anybody saves today."""
TOO_LONG_S: Final = 400


@dataclass(frozen=True, slots=True)
class CleanMap:
    name: str
    document: Document
    audio: Path | None
    """None: there is no song, so no model can be asked."""

    @property
    def mode(self) -> Mode:
        return self.document.beatmap.mode


def our_own(audio: Path | None) -> list[CleanMap]:
    """Every mode, on one tune."""
    name = audio.name if audio else "audio.mp3"
    made: dict[str, Callable[[], bytes]] = {
        "ours, Normal": lambda: demo.normal(name, frozenset()),
        "ours, Hard": lambda: demo.hard(name, frozenset()),
        "ours, 4K": lambda: demo.four_keys(name, frozenset()),
        "ours, Muzukashii": lambda: _drums(name),
        "ours, Platter": lambda: _fruits(name),
    }
    return [CleanMap(title, Document.parse(make()), audio) for title, make in made.items()]


def with_their_songs() -> Iterator[CleanMap]:
    """What lies beside the project complete."""
    for path in sorted(WITH_SONG.glob("*/*.osu")):
        document = Document.parse(path.read_bytes())
        audio = path.parent / document.beatmap.general.audio_filename
        yield CleanMap(path.stem, document, audio if audio.is_file() else None)


def real(most_per_mode: int) -> Iterator[CleanMap]:
    """People's maps of the corpus, the same ones every time."""
    index = SHARED / "corpus" / "index.csv"
    if not index.is_file():
        return
    with index.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if _is_usual(row)]
    for mode in Mode:
        of_mode = sorted(row["file"] for row in rows if int(row["mode"]) == mode)
        Random(0).shuffle(of_mode)
        for file in of_mode[:most_per_mode]:
            yield CleanMap(file, Document.parse((SHARED / "corpus" / file).read_bytes()), None)


def named(path: Path) -> CleanMap:
    """A map of the person's, with the song it names. Raises OSError where there is none."""
    document = Document.parse(path.read_bytes())
    audio = path.parent / document.beatmap.general.audio_filename
    return CleanMap(path.stem, document, audio if audio.is_file() else None)


def _is_usual(row: dict[str, str]) -> bool:
    return (
        row["origin"] == "human"
        and int(row["format_version"]) >= LEAST_FORMAT
        and int(row["n_objects"]) >= FEWEST_OBJECTS
        and float(row["length_s"]) <= TOO_LONG_S
    )


def _drums(audio: str) -> bytes:
    """Kats on the snare, big notes where a part begins, dons in between."""
    builder = taiko().difficulty(hp=5, od=5).audio(audio).timing(song.BPM, at=OFFSET_MS)
    builder = builder.metadata(
        title=demo.TITLE, artist=demo.ARTIST, creator=demo.CREATOR, version="Muzukashii"
    )
    builder = builder.kiai(*song.part_span_ms("chorus"))
    for at_ms, length_ms in song.lead_notes():
        beat = (at_ms - OFFSET_MS) / BEAT_MS
        big = beat % (8 * BEATS_PER_BAR) == 0
        hit = builder.kat if beat % 2 == 1 else builder.don
        builder = hit(at_ms, big=big)
        if length_ms >= BEAT_MS and not big:
            builder = builder.don(at_ms + BEAT_MS / 2)
    return builder.bytes()


def _fruits(audio: str) -> bytes:
    """To and fro over two bars; long notes are streams."""
    builder = catch().difficulty(hp=5, cs=4, ar=8, od=8).audio(audio).timing(song.BPM, at=OFFSET_MS)
    builder = builder.metadata(title=demo.TITLE, artist=demo.ARTIST, creator=demo.CREATOR, version="Platter")
    builder = builder.kiai(*song.part_span_ms("chorus"))
    bar_before = -1.0
    for at_ms, length_ms in song.lead_notes():
        beat = (at_ms - OFFSET_MS) / BEAT_MS
        bar = beat // BEATS_PER_BAR
        x = 56 + 50 * abs(beat % (2 * BEATS_PER_BAR) - BEATS_PER_BAR) * 2
        sound = HitSound.CLAP if beat % 2 == 1 else HitSound.NONE
        if length_ms >= 2 * BEAT_MS:
            inward = x + (140 if x < CENTRE_X else -140)
            path = f"L|{round(inward)}:192"
            builder = builder.slider(at_ms, path, 140, x=round(x), new_combo=bar != bar_before)
        else:
            builder = builder.circle(at_ms, round(x), new_combo=bar != bar_before, sound=sound)
        bar_before = bar
    return builder.bytes()
