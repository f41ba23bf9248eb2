"""What it takes to write for real: a small model in a folder, and a mapper's set with a song in it."""

from __future__ import annotations

import random
import struct
import wave
from typing import TYPE_CHECKING

from engine.beatmap.builder import osu
from engine.tokens.vocab import Vocabulary
from tests.checkpoints.folders import Size, v32
from tests.modding.worlds import FRAMES, v32_tokenizer

if TYPE_CHECKING:
    from pathlib import Path

BEAT_MS = 400
SECONDS = 12
RATE = 16_000
SONG = "audio.wav"


def write_model(folder: Path) -> Path:
    """V32's files around random weights: whatever it writes, it writes with all that a model does."""
    tokenizer = v32_tokenizer(FRAMES * 128 * 100 // RATE)
    vocab = Vocabulary.of(tokenizer)
    size = Size(source=FRAMES // 2, target=900, tokens_in=len(vocab), tokens_out=vocab.output_size)
    made = v32(size)
    made.tokenizer = tokenizer
    return made.write(folder)


def write_song(file: Path) -> None:
    """Noise: something to hear at every moment."""
    heard = random.Random(4)
    samples = [heard.randrange(-9000, 9000) for _ in range(SECONDS * RATE)]
    with wave.open(str(file), "wb") as song:
        song.setnchannels(1)
        song.setsampwidth(2)
        song.setframerate(RATE)
        song.writeframes(struct.pack(f"<{len(samples)}h", *samples))


class WritersSet:
    """A difficulty with a song beside it, and a storyboard that nobody may touch."""

    def __init__(self, songs: Path) -> None:
        self.folder = songs / "1 Somebody - Song"
        self.folder.mkdir(parents=True)
        write_song(self.folder / SONG)

    @property
    def file(self) -> Path:
        return self.folder / "Somebody - Song (Mapper) [Hard].osu"

    def save(self, *, shift_px: int = 0) -> bytes:
        mapped = (
            osu()
            .metadata(artist="Somebody", title="Song", creator="Mapper", version="Hard")
            .general(AudioFilename=SONG)
            .timing(150, at=0)
        )
        for beat in range(26):
            x, y = 60 + 37 * beat % 380 + shift_px, 60 + 53 * beat % 260
            mapped = mapped.circle(at=800 + beat * BEAT_MS, x=x, y=y, new_combo=beat % 4 == 0)
        data = mapped.bytes()
        self.file.write_bytes(data)
        return data
