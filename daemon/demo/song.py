"""The demo's song: a small tune of our own, rendered by arithmetic and nothing else.

150 beats a minute at 44.1 kHz make a beat of exactly 17 640 samples and 400 ms, so every note lies on a
whole sample and on a whole millisecond: the grid of the demo's map is the grid of its song.
"""

from __future__ import annotations

import logging
import math
import operator
import random
import wave
from array import array
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import av
from av.audio.frame import AudioFrame

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

log = logging.getLogger(__name__)

BPM = 150
BEAT_MS = 400
BEATS_PER_BAR = 4
BAR_MS = BEAT_MS * BEATS_PER_BAR
OFFSET_MS = 800
"""Where the first beat falls: two beats of silence come first."""
SAMPLE_RATE_HZ = 44_100
BEAT_SAMPLES = SAMPLE_RATE_HZ * BEAT_MS // 1000
BAR_SAMPLES = BEAT_SAMPLES * BEATS_PER_BAR
MP3_BITS_PER_SECOND = 160_000
PEAK = 0.8
"""Of full scale: an encoder's overshoot must not clip."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the song: which loops sound in it."""

    name: str
    bars: int
    loops: tuple[str, ...]


PARTS = (
    Part("intro", 4, ("pad", "hats")),
    Part("verse", 16, ("pad", "bass", "beat", "verse lead")),
    Part("chorus", 16, ("pad", "bass", "full beat", "chorus lead")),
    Part("outro", 4, ("pad",)),
)
LENGTH_MS = OFFSET_MS + BAR_MS * sum(part.bars for part in PARTS) + BAR_MS


@dataclass(frozen=True, slots=True)
class Note:
    """Position and length in beats within its loop; pitch in MIDI note numbers (69 = A4 = 440 Hz)."""

    beat: float
    beats: float
    pitch: int


def _notes(text: str) -> tuple[Note, ...]:
    """`A4:1 -:0.5 C5:1.5` is a note of one beat, a rest of half a beat, a note of one and a half."""
    steps = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
    notes, beat = [], 0.0
    for word in text.split():
        name, length = word.split(":")
        if name != "-":
            notes.append(Note(beat, float(length), 12 * (int(name[1]) + 1) + steps[name[0]]))
        beat += float(length)
    return tuple(notes)


# Eight bars each, over the chords A minor, F, C, G, twice.
LEADS = {
    "verse lead": _notes(
        "A4:1 C5:1 E5:1 C5:1  A4:1 F4:1 A4:1 C5:1  G4:1 C5:1 E5:1 G5:1  D5:2 B4:1 D5:1 "
        "E5:1 C5:1 A4:1 C5:1  F5:1 E5:1 C5:1 A4:1  G4:1 C5:1 D5:1 E5:1  D5:2 B4:2"
    ),
    "chorus lead": _notes(
        "A5:1 E5:0.5 G5:0.5 A5:1 E5:1  F5:0.5 G5:0.5 A5:1 F5:1 C5:1  "
        "E5:1 G5:0.5 E5:0.5 C5:1 E5:1  D5:1 G5:1 D5:0.5 C5:0.5 B4:1 "
        "A4:0.5 C5:0.5 E5:1 A5:1 G5:1  F5:1 A5:0.5 F5:0.5 C5:1 F5:1  "
        "E5:0.5 D5:0.5 C5:1 E5:1 G5:1  B5:1 G5:0.5 D5:0.5 B4:2"
    ),
}
LEAD_BARS = 8
CHORDS = ((57, 60, 64), (53, 57, 60), (60, 64, 67), (55, 59, 62))
"""One a bar: A minor, F, C, G."""


def lead_notes() -> Iterator[tuple[float, float]]:
    """Start and length of each note of the melody, in milliseconds of the song: what a mapper would map."""
    at_ms = float(OFFSET_MS)
    for part in PARTS:
        for name in LEADS.keys() & set(part.loops):
            for repeat in range(part.bars // LEAD_BARS):
                start_ms = at_ms + repeat * LEAD_BARS * BAR_MS
                for note in LEADS[name]:
                    yield start_ms + note.beat * BEAT_MS, note.beats * BEAT_MS
        at_ms += part.bars * BAR_MS


def part_span_ms(name: str) -> tuple[int, int]:
    at_ms = OFFSET_MS
    for part in PARTS:
        if part.name == name:
            return at_ms, at_ms + part.bars * BAR_MS
        at_ms += part.bars * BAR_MS
    raise KeyError(name)


# Instruments. Each gives the samples of one note, between -1 and 1, ending in silence.

HARMONICS = {
    "lead": (1.0, 0.0, 0.34, 0.0, 0.14, 0.0, 0.05),
    "bass": (1.0, 0.5, 0.28, 0.12),
    "pad": (1.0, 0.32, 0.18, 0.09),
}
TABLE_SIZE = 2048


@cache
def _wavetable(instrument: str) -> tuple[float, ...]:
    parts = HARMONICS[instrument]
    loudest = sum(parts)
    return tuple(
        sum(a * math.sin(2 * math.pi * (n + 1) * i / TABLE_SIZE) for n, a in enumerate(parts)) / loudest
        for i in range(TABLE_SIZE)
    )


def _fade(count: int, attack_s: float, release_s: float, decay_s: float) -> list[float]:
    """An envelope: up in `attack_s`, halved every `decay_s`, down to zero over the last `release_s`."""
    attack, release = attack_s * SAMPLE_RATE_HZ, release_s * SAMPLE_RATE_HZ
    falling = 0.5 ** (1 / (decay_s * SAMPLE_RATE_HZ))
    return [min(1.0, i / attack, (count - 1 - i) / release) * falling**i for i in range(count)]


def _voice(instrument: str, pitch: int, beats: float, fade: Sequence[float]) -> array[float]:
    table = _wavetable(instrument)
    step = TABLE_SIZE * 440 * 2 ** ((pitch - 69) / 12) / SAMPLE_RATE_HZ
    count = min(round(beats * BEAT_SAMPLES), len(fade))
    return array("d", (table[int(step * i) % TABLE_SIZE] * fade[i] for i in range(count)))


def _kick() -> array[float]:
    """A sine that falls from 150 Hz to 45 Hz."""
    fade = _fade(SAMPLE_RATE_HZ // 5, 0.001, 0.02, 0.045)
    phase, samples = 0.0, array("d")
    for i, loudness in enumerate(fade):
        phase += 2 * math.pi * (45 + 105 * math.exp(-i / (0.03 * SAMPLE_RATE_HZ))) / SAMPLE_RATE_HZ
        samples.append(loudness * math.cos(phase))
    return samples


def _noise(seconds: float, decay_s: float, seed: int, *, bright: bool) -> array[float]:
    """White noise; bright = its difference from sample to sample, which leaves the treble."""
    source = random.Random(seed)
    white = [source.uniform(-1, 1) for _ in range(int(seconds * SAMPLE_RATE_HZ) + 1)]
    fade = _fade(len(white) - 1, 0.0005, 0.01, decay_s)
    if bright:
        return array("d", ((white[i + 1] - white[i]) / 2 * f for i, f in enumerate(fade)))
    return array("d", (white[i] * f for i, f in enumerate(fade)))


# Loops: an instrument's samples laid on a strip of whole bars.


def _lay(strip: array[float], at: int, note: Sequence[float], gain: float) -> None:
    """Adds a note to the strip; what runs over its end sounds at its beginning, as in a loop."""
    at %= len(strip)
    fits = min(len(note), len(strip) - at)
    strip[at : at + fits] = array(
        "d", map(operator.add, strip[at : at + fits], (gain * x for x in note[:fits]))
    )
    if fits < len(note):
        _lay(strip, 0, note[fits:], gain)


def _strip(bars: int) -> array[float]:
    return array("d", bytes(8 * bars * BAR_SAMPLES))


def _lead(notes: Iterable[Note]) -> array[float]:
    strip = _strip(LEAD_BARS)
    fade = _fade(2 * BEAT_SAMPLES, 0.004, 0.02, 0.22)
    voices: dict[tuple[int, float], array[float]] = {}
    for note in notes:
        key = (note.pitch, note.beats)
        if key not in voices:
            # Cut short so that one note has ended where the next begins.
            voices[key] = _voice("lead", note.pitch, note.beats * 0.95, fade)
        at = round(note.beat * BEAT_SAMPLES)
        _lay(strip, at, voices[key], 0.42)
        _lay(strip, at + 3 * BEAT_SAMPLES // 4, voices[key], 0.1)
    return strip


def _bass() -> array[float]:
    strip = _strip(len(CHORDS))
    fade = _fade(BEAT_SAMPLES // 2, 0.004, 0.02, 0.12)
    for bar, chord in enumerate(CHORDS):
        voice = _voice("bass", min(chord[0] - 12, 45), 0.5, fade)
        for eighth in range(2 * BEATS_PER_BAR):
            _lay(strip, bar * BAR_SAMPLES + eighth * BEAT_SAMPLES // 2, voice, 0.3 if eighth % 2 else 0.38)
    return strip


def _pad() -> array[float]:
    strip = _strip(len(CHORDS))
    fade = _fade(BAR_SAMPLES, 0.12, 0.25, 4.0)
    for bar, chord in enumerate(CHORDS):
        for pitch in chord:
            _lay(strip, bar * BAR_SAMPLES, _voice("pad", pitch, BEATS_PER_BAR, fade), 0.12)
    return strip


def _drums(pattern: str) -> array[float]:
    """One bar, a word for each eighth: K kick, S snare, h hat, a dot for nothing."""
    sounds = {
        "K": (_kick(), 0.62),
        "S": (_noise(0.16, 0.035, seed=1, bright=False), 0.3),
        "h": (_noise(0.05, 0.012, seed=2, bright=True), 0.2),
    }
    strip = _strip(1)
    for eighth, hits in enumerate(pattern.split()):
        for hit in hits.strip("."):
            samples, gain = sounds[hit]
            _lay(strip, eighth * BEAT_SAMPLES // 2, samples, gain)
    return strip


def _loops() -> dict[str, array[float]]:
    return {
        "pad": _pad(),
        "bass": _bass(),
        "hats": _drums("h . h . h . h ."),
        "beat": _drums("Kh . Sh . Kh . Sh ."),
        "full beat": _drums("Kh h Sh h Kh Kh Sh h"),
        **{name: _lead(notes) for name, notes in LEADS.items()},
    }


def _mix(loops: Sequence[array[float]]) -> array[float]:
    """One round of the longest loop, the shorter ones repeated under it."""
    length = max(map(len, loops))
    repeated = [loop * (length // len(loop)) for loop in loops]
    return array("d", map(sum, zip(*repeated, strict=True)))


def render() -> array[int]:
    """The whole song, mono, 16 bits. The same samples every time."""
    loops = _loops()
    mixes = {part.name: _mix([loops[name] for name in part.loops]) for part in PARTS}
    scale = PEAK * 32767 / max(max(map(abs, mix)) for mix in mixes.values())
    song = array("h", bytes(2 * SAMPLE_RATE_HZ * OFFSET_MS // 1000))
    for part in PARTS:
        mix = array("h", [int(scale * x) for x in mixes[part.name]])
        song.extend(mix * (part.bars * BAR_SAMPLES // len(mix)))
    # The last note: the home chord rings out over one more bar.
    song.extend(int(scale * x) for x in loops["pad"][:BAR_SAMPLES])
    return song


def write_song(folder: Path, stem: str = "audio") -> Path:
    """Renders the song into `folder`: mp3, or wav where this FFmpeg has no mp3 encoder."""
    samples = render()
    try:
        return _write_mp3(folder / f"{stem}.mp3", samples)
    except av.FFmpegError as error:
        log.info("This FFmpeg cannot write mp3 (%s): the demo's song is a wav file.", error)
        (folder / f"{stem}.mp3").unlink(missing_ok=True)
        return _write_wav(folder / f"{stem}.wav", samples)


def _write_mp3(path: Path, samples: array[int]) -> Path:
    with av.open(str(path), "w", format="mp3") as container:
        stream = container.add_stream("mp3", rate=SAMPLE_RATE_HZ, layout="mono", format="s16p")
        stream.bit_rate = MP3_BITS_PER_SECOND
        stream.codec_context.options = {"compression_level": "8"}  # a third of the time; no ear is that good
        frame_samples = stream.codec_context.frame_size or 1152
        for at in range(0, len(samples), frame_samples):
            container.mux(stream.encode(_frame(samples[at : at + frame_samples], at)))
        container.mux(stream.encode(None))
    return path


def _frame(samples: array[int], at: int) -> AudioFrame:
    frame = AudioFrame(format="s16p", layout="mono", samples=len(samples))
    frame.sample_rate = SAMPLE_RATE_HZ
    frame.pts = at
    # A plane may be padded beyond the samples it holds.
    data = samples.tobytes()
    frame.planes[0].update(data + bytes(frame.planes[0].buffer_size - len(data)))
    return frame


def _write_wav(path: Path, samples: array[int]) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes(samples.tobytes())
    return path
