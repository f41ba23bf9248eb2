"""What a re-mod is measured on: maps, one edit of a mapper's after the other, and a song for all of them."""

from __future__ import annotations

import random
import wave
from pathlib import Path
from typing import Final

import numpy as np

from engine.audio.waveform import SAMPLE_RATE
from engine.beatmap.builder import osu
from engine.beatmap.document import Document

CORPUS: Final = Path(__file__).resolve().parents[2] / "shared" / "corpus"
SEED: Final = 7


def maps(count: int, seconds: float) -> list[tuple[str, Document]]:
    """Of the corpus, by real mappers and about as long as the song; else some of our own."""
    found = _of_the_corpus(count, seconds) if CORPUS.is_dir() else []
    made = [(f"made {number}", _made(number, seconds)) for number in range(count - len(found))]
    return found + made


def _of_the_corpus(count: int, seconds: float) -> list[tuple[str, Document]]:
    rows = [line.split(",") for line in (CORPUS / "index.csv").read_text().splitlines()[1:]]
    fitting = [
        (row[0], int(row[4]))
        for row in rows
        if row[2] == "0" and row[11] == "human" and 0.85 * seconds <= float(row[5]) <= 0.99 * seconds
    ]
    fitting.sort(key=lambda one: one[1])
    chosen = [fitting[len(fitting) * (2 * at + 1) // (2 * count)] for at in range(count)] if fitting else []
    names = list(dict(chosen))
    return [(Path(name).stem, Document.parse((CORPUS / name).read_bytes())) for name in names]


def _made(number: int, seconds: float) -> Document:
    beat_ms, rng = 60_000 / (150 + 10 * number), random.Random(number)
    built = osu().timing(150 + 10 * number, at=500)
    for index in range(int((seconds * 1000 - 1500) / beat_ms * 1.5)):
        at = round(500 + index * beat_ms / 1.5)
        x, y = rng.randrange(60, 400), rng.randrange(60, 300)
        if index % 3 == 2:
            built = built.slider(at=at, x=x, y=y, path=f"L|{x + 50}:{y}", length=50, new_combo=index % 4 == 0)
        else:
            built = built.circle(at=at, x=x, y=y, new_combo=index % 4 == 0, sound=rng.choice([0, 0, 2, 8]))
    return built.document()


def edited(document: Document, at_ms: float, rng: random.Random) -> tuple[Document, float]:
    """One object near there, changed as a mapper would; and where it stands."""
    objects = [obj for obj in document.beatmap.objects[1:-1] if not hasattr(obj, "end_ms")]
    chosen = sorted(objects, key=lambda obj: abs(obj.time_ms - at_ms))[rng.randrange(4)]
    fields = document.lines[chosen.line].decode().rstrip("\r\n").split(",")
    match rng.randrange(5):
        case 0:
            return document.delete_lines([chosen.line]), chosen.time_ms
        case 1:
            fields[2] = str(int(fields[2]) + rng.choice([-43, 37]))
        case 2:
            fields[4] = str(int(fields[4]) ^ 8)
        case 3:
            fields[3] = str(int(fields[3]) ^ 4)
        case _:
            fields[0], fields[1] = str(rng.randrange(512)), str(rng.randrange(384))
    return document.replace_line(chosen.line, ",".join(fields)), chosen.time_ms


def write_song(path: Path, seconds: float) -> None:
    noise = np.random.default_rng(SEED).integers(-8000, 8000, int(seconds * SAMPLE_RATE), dtype=np.int16)
    with wave.open(str(path), "wb") as song:
        song.setnchannels(1)
        song.setsampwidth(2)
        song.setframerate(SAMPLE_RATE)
        song.writeframes(noise.tobytes())
