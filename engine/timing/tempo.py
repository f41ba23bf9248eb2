"""The tempo of a run of beats: the roundest number of beats per minute that keeps each where it was heard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from engine.beatmap.timing import DEFAULT_BEAT_MS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MINUTE_MS: Final = 60_000.0
FRACTIONS_OF_A_BPM: Final = (1, 2, 10, 100, 1000)
"""People write whole tempos, then halves, then decimals."""


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive beats, and how many beats each comes after the one before."""

    start_ms: float
    """Where counting starts: before the first of the times."""
    times_ms: Floats
    beats: Floats

    def until(self, count: int) -> Run:
        return Run(self.start_ms, self.times_ms[:count], self.beats[:count])

    def after(self, count: int) -> Run:
        return Run(float(self.times_ms[count - 1]), self.times_ms[count:], self.beats[count:])

    @property
    def length_ms(self) -> float:
        return float(self.times_ms[-1]) - self.start_ms

    @property
    def length_beats(self) -> float:
        return float(self.beats.sum())

    def misses_ms(self, beat_ms: float) -> Floats:
        """How far each beat was heard from where a steady tempo puts it."""
        return self.times_ms - (self.start_ms + self.beats.cumsum() * beat_ms)

    def is_kept(self, beat_ms: float, leniency_ms: float) -> bool:
        return bool((np.abs(self.misses_ms(beat_ms)) <= leniency_ms).all())

    def loss(self) -> float:
        """The mean square of the misses at the tempo that leads to the last beat."""
        return float(np.square(self.misses_ms(self.mean_beat_ms(0.0))).mean())

    def mean_beat_ms(self, leniency_ms: float) -> float:
        """What leads to the last beat, whatever becomes of those before it."""
        if self.length_ms == 0 or self.length_beats == 0:
            return DEFAULT_BEAT_MS
        beat_ms = self.length_ms / self.length_beats
        if beat_ms < 0 or beat_ms > MINUTE_MS:
            return DEFAULT_BEAT_MS
        for rounder_ms in rounder_beats_ms(beat_ms):
            if abs(self.length_ms - rounder_ms * self.length_beats) <= leniency_ms:
                return rounder_ms
        return beat_ms

    def rounded_beat_ms(self, beat_ms: float, leniency_ms: float) -> float:
        """A rounder tempo that keeps every beat as well, where there is one."""
        if beat_ms <= MINUTE_MS:
            for rounder_ms in rounder_beats_ms(beat_ms):
                if self.is_kept(rounder_ms, leniency_ms):
                    return rounder_ms
        return beat_ms


def rounder_beats_ms(beat_ms: float) -> Iterator[float]:
    """The roundest first. Of at least one beat per minute, so that none rounds to nothing."""
    bpm = MINUTE_MS / beat_ms
    return (MINUTE_MS / (round(bpm * parts) / parts) for parts in FRACTIONS_OF_A_BPM)
