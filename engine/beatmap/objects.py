"""What a map is made of: hit objects and their sounds, frozen, in the units of the file.

Times are milliseconds of the song, positions osu! pixels (512 x 384). Every object knows the line of the
document it was read from, so that an edit can find its way back.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import TypeAlias


class Mode(IntEnum):
    OSU = 0
    TAIKO = 1
    CATCH = 2
    MANIA = 3


class HitSound(IntFlag):
    NONE = 0
    NORMAL = 1
    WHISTLE = 2
    FINISH = 4
    CLAP = 8


class SampleSet(IntEnum):
    AUTO = 0
    NORMAL = 1
    SOFT = 2
    DRUM = 3


@dataclass(frozen=True, slots=True)
class HitSample:
    """The colon-separated tail of an object. Zero means "as the timing line says"."""

    normal_set: SampleSet = SampleSet.AUTO
    addition_set: SampleSet = SampleSet.AUTO
    index: int = 0
    volume_percent: int = 0
    filename: str = ""


@dataclass(frozen=True, slots=True)
class Circle:
    line: int
    x: float
    y: float
    time_ms: float
    new_combo: bool
    colours_skipped: int
    hitsound: HitSound
    sample: HitSample


@dataclass(frozen=True, slots=True)
class Slider:
    line: int
    x: float
    y: float
    time_ms: float
    new_combo: bool
    colours_skipped: int
    hitsound: HitSound
    sample: HitSample
    path_text: str
    """The path as the file writes it, `B|100:200|300:200`; see `control_path.parse_path`."""
    span_count: int
    """How often the ball crosses the path: 1 = no repeat."""
    length_px: float | None
    """None: the length of the path itself."""
    edge_sounds: tuple[HitSound, ...]
    """Of the head, the repeats and the end, as far as the file names them; see `edge`."""
    edge_sets: tuple[tuple[SampleSet, SampleSet], ...]

    def edge(self, number: int) -> tuple[HitSound, tuple[SampleSet, SampleSet]]:
        """How the head (0), a repeat or the end sounds; what the file does not name sounds as the slider."""
        sounds, sets = self.edge_sounds, self.edge_sets
        return (
            sounds[number] if number < len(sounds) else self.hitsound,
            sets[number] if number < len(sets) else (self.sample.normal_set, self.sample.addition_set),
        )


@dataclass(frozen=True, slots=True)
class Spinner:
    line: int
    x: float
    y: float
    time_ms: float
    new_combo: bool
    colours_skipped: int
    hitsound: HitSound
    sample: HitSample
    end_ms: float


@dataclass(frozen=True, slots=True)
class Hold:
    """A long note of osu!mania."""

    line: int
    x: float
    y: float
    time_ms: float
    new_combo: bool
    colours_skipped: int
    hitsound: HitSound
    sample: HitSample
    end_ms: float


HitObject: TypeAlias = Circle | Slider | Spinner | Hold


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that could not be understood, and why. Parsing goes on without it."""

    line: int
    """Zero-based index into the document's lines."""
    message: str
