"""Songs that are nothing but beats, and what a model hears of them in many passes: each beat a little off, to
a step of 10 ms; some not at all, and some that are none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.timing.beats import Beat
from engine.timing.pooled import Pass
from engine.timing.super_timing import offsets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from engine.beatmap.timing import Timing

WINDOW_MS = 8190
STEP_MS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Song:
    times_ms: NDArray[np.float64]
    measures: NDArray[np.bool_]

    def then(self, bpms: Sequence[float], meter: int = 4) -> Song:
        """Going on in other tempos, with a measure."""
        after = song(bpms, start_ms=float(self.times_ms[-1]), meter=meter)
        return Song(
            np.concatenate((self.times_ms[:-1], after.times_ms)),
            np.concatenate((self.measures[:-1], after.measures)),
        )


def song(bpms: Sequence[float] | NDArray[np.float64], *, start_ms: float = 500.0, meter: int = 4) -> Song:
    """One for each beat to the next."""
    times_ms = start_ms + np.concatenate(([0.0], np.cumsum(60_000 / np.array(bpms, np.float64))))
    return Song(times_ms, np.arange(len(times_ms)) % meter == 0)


def steady(bpm: float, beats: int = 400, *, meter: int = 4) -> Song:
    return song([bpm] * beats, meter=meter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ear:
    jitter_ms: float = 6.0
    missed: float = 0.05
    """Share of the beats."""
    made_up: float = 0.02
    halves: float = 0.0
    """Share of the passes that hear a beat between any two."""
    wrong_measures: float = 0.05
    passes: int = 20
    seed: int = 1

    def hear(self, truth: Song) -> list[Pass]:
        chance = np.random.default_rng(self.seed)
        return [self._pass(truth, offset / 16, chance) for offset in offsets(self.passes, WINDOW_MS * 16)]

    def _pass(self, truth: Song, offset_ms: float, chance: np.random.Generator) -> Pass:
        count = len(truth.times_ms)
        heard_ms = truth.times_ms + chance.normal(0, self.jitter_ms, count)
        heard = chance.random(count) >= self.missed
        measures = truth.measures ^ (chance.random(count) < self.wrong_measures)
        told = {
            _step(time_ms, offset_ms): measure
            for time_ms, measure in zip(heard_ms[heard], measures[heard], strict=True)
        }
        more_ms = chance.uniform(truth.times_ms[0], truth.times_ms[-1], chance.poisson(self.made_up * count))
        if chance.random() < self.halves:
            between_ms = (truth.times_ms[1:] + truth.times_ms[:-1]) / 2
            more_ms = np.concatenate((more_ms, between_ms + chance.normal(0, self.jitter_ms, count - 1)))
        for time_ms in more_ms:
            told.setdefault(_step(time_ms, offset_ms), np.False_)
        beats = tuple(Beat(time_ms, bool(told[time_ms]), starts_tempo=False) for time_ms in sorted(told))
        return Pass(beats, offset_ms)


def _step(time_ms: float, offset_ms: float) -> int:
    """As a window tells it: cut to steps from its beginning, the middle of a step meant."""
    late_ms = time_ms + offset_ms
    frame_ms = int(late_ms // WINDOW_MS * WINDOW_MS)
    return frame_ms + int((late_ms - frame_ms) / STEP_MS) * STEP_MS + STEP_MS // 2


def off_ms(timing: Timing, truth: Song) -> NDArray[np.float64]:
    """How far each of the song's beats is from the next one of the timing's."""
    grid_ms = np.array(sorted(_grid(timing, truth, 1)))
    after = np.searchsorted(grid_ms, truth.times_ms).clip(1, len(grid_ms) - 1)
    off: NDArray[np.float64] = np.minimum(
        np.abs(grid_ms[after] - truth.times_ms), np.abs(grid_ms[after - 1] - truth.times_ms)
    )
    return off


def measures_found(timing: Timing, truth: Song) -> tuple[float, float]:
    """Which share of the song's measures the timing has, and which share of the timing's the song has."""
    grid_ms, true_ms = np.array(sorted(_grid(timing, truth, None))), truth.times_ms[truth.measures]
    true_ms = true_ms[true_ms > grid_ms[0] - STEP_MS]
    apart = np.abs(grid_ms[:, np.newaxis] - true_ms) < 4 * STEP_MS
    return float(apart.any(axis=0).mean()), float(apart.any(axis=1).mean())


def _grid(timing: Timing, truth: Song, beats: int | None) -> list[float]:
    """The timing's beats, or measures, as long as the song lasts; the first line rules before it."""
    found: list[float] = []
    last_ms = float(truth.times_ms[-1]) + 100
    for number, (tempo, red) in enumerate(zip(timing.tempos, timing.red, strict=True)):
        step_ms = tempo.beat_ms * (red.meter if beats is None else beats)
        start_ms = tempo.start_ms
        if number == 0 and beats is not None:
            start_ms -= np.ceil(max(start_ms - truth.times_ms[0], 0) / step_ms) * step_ms
        until_ms = min(tempo.until_ms - 1, last_ms)
        found += np.arange(start_ms, until_ms, step_ms).tolist()
    return found
