"""Which timing line rules at a time, and what it says about tempo, velocity, volume and kiai.

A red line (uninherited) sets the tempo; a green one (inherited) the slider velocity; both set sound and kiai.
Where several lines share a time, the last red of them rules the tempo and the last green everything else;
only where no green one stands there does the red speak for everything.

The clients agree on that but for two red lines at one time. lazer's decoder holds lines of one time back and
puts each red one first, so that of neighbours in the file the first rules (ppy/osu, LegacyBeatmapDecoder);
stable goes by the last. Most maps are timed in stable's editor, so here the last rules, and a check calls
such lines a conflict.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, field

from engine.beatmap.objects import SampleSet

DEFAULT_BEAT_MS = 1000.0
"""The beat of a map without a red line (lazer's default)."""
LEAST_BEAT_MS, MOST_BEAT_MS = 6.0, 60_000.0
"""Where lazer clamps the beat of a red line."""
LEAST_VELOCITY, MOST_VELOCITY = 0.1, 10.0
MOST_BARLINES = 100_000
"""An hour of 1/4 at 400 BPM has 6,000: past this the file is a joke, and drawing it helps nobody."""


@dataclass(frozen=True, slots=True)
class TimingPoint:
    line: int
    time_ms: float
    beat_length_ms: float
    """As the file says: a beat for a red line, -100 / velocity for a green one, possibly NaN."""
    meter: int
    sample_set: SampleSet
    sample_index: int
    volume_percent: int
    uninherited: bool
    kiai: bool
    omit_barline: bool

    @property
    def velocity(self) -> float:
        """The slider velocity multiplier; 1 on red lines and where the file says NaN or a positive number."""
        if self.uninherited or not self.beat_length_ms < 0:
            return 1.0
        return min(max(-100.0 / self.beat_length_ms, LEAST_VELOCITY), MOST_VELOCITY)

    @property
    def ticks(self) -> bool:
        """A green line of NaN switches slider ticks off, in stable by accident and in lazer on purpose.

        In osu!catch lazer forgets to: its converter does not hand this on, and droplets stay (ppy/osu,
        CatchBeatmapConverter). Here it is as in stable, in every mode.
        """
        return not math.isnan(self.beat_length_ms)

    @property
    def beat_ms(self) -> float:
        """The beat the game plays by: that of a red line, within lazer's bounds."""
        if math.isnan(self.beat_length_ms):
            return DEFAULT_BEAT_MS
        return min(max(self.beat_length_ms, LEAST_BEAT_MS), MOST_BEAT_MS)

    @property
    def bpm(self) -> float:
        """Beats per minute of a red line; 0 for a green one, which has no tempo."""
        return 60_000.0 / self.beat_ms if self.uninherited else 0.0


@dataclass(frozen=True, slots=True)
class Tempo:
    """A red line's reign, as the snapping grid needs it."""

    start_ms: float
    beat_ms: float
    until_ms: float
    """Where the next red line takes over; infinite for the last."""


@dataclass(frozen=True, slots=True)
class Timing:
    points: tuple[TimingPoint, ...]
    """Given in any order, kept in that of time; lines that share a time stay in the order of the file."""
    red: tuple[TimingPoint, ...] = field(init=False, compare=False)
    green: tuple[TimingPoint, ...] = field(init=False, compare=False)
    tempos: tuple[Tempo, ...] = field(init=False, compare=False, repr=False)
    """Parallel to `red`."""
    _red_times: list[float] = field(init=False, compare=False, repr=False)
    _ruling: list[TimingPoint] = field(init=False, compare=False, repr=False)
    """One line for each distinct time: what rules velocity, sound and kiai from there on."""
    _ruling_times: list[float] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        points = tuple(sorted(self.points, key=lambda point: point.time_ms))
        red = tuple(point for point in points if point.uninherited)
        by_time: dict[float, TimingPoint] = {}
        for point in points:
            before = by_time.get(point.time_ms)
            if before is None or before.uninherited or not point.uninherited:
                by_time[point.time_ms] = point
        starts_ms = [point.time_ms for point in red]
        ends_ms = [*starts_ms[1:], math.inf]
        for name, value in (
            ("points", points),
            ("red", red),
            ("green", tuple(point for point in points if not point.uninherited)),
            ("tempos", tuple(map(Tempo, starts_ms, (point.beat_ms for point in red), ends_ms))),
            ("_red_times", starts_ms),
            ("_ruling", list(by_time.values())),
            ("_ruling_times", list(by_time)),
        ):
            object.__setattr__(self, name, value)

    def red_at(self, time_ms: float) -> TimingPoint | None:
        """The red line that rules; before the first, the first; None if there is none."""
        if not self.red:
            return None
        return self.red[max(0, bisect_right(self._red_times, time_ms) - 1)]

    def tempo_at(self, time_ms: float) -> Tempo | None:
        """The same as `red_at`, with its end and the beat the game plays."""
        if not self.tempos:
            return None
        return self.tempos[max(0, bisect_right(self._red_times, time_ms) - 1)]

    def point_at(self, time_ms: float) -> TimingPoint | None:
        """The line that rules velocity, sound and kiai; None before the first line of all."""
        index = bisect_right(self._ruling_times, time_ms) - 1
        return self._ruling[index] if index >= 0 else None

    def beat_length_at(self, time_ms: float) -> float:
        """Milliseconds per beat, as the game plays it."""
        red = self.red_at(time_ms)
        return red.beat_ms if red else DEFAULT_BEAT_MS

    def velocity_at(self, time_ms: float) -> float:
        point = self.point_at(time_ms)
        return point.velocity if point else 1.0

    def ticks_at(self, time_ms: float) -> bool:
        """Whether sliders that start here have ticks."""
        point = self.point_at(time_ms)
        return point.ticks if point else True

    def volume_at(self, time_ms: float) -> int:
        """Percent; before the first line, what that line says."""
        point = self._sound_at(time_ms)
        return point.volume_percent if point else 100

    def sample_set_at(self, time_ms: float) -> SampleSet:
        point = self._sound_at(time_ms)
        return point.sample_set if point else SampleSet.NORMAL

    def sample_index_at(self, time_ms: float) -> int:
        point = self._sound_at(time_ms)
        return point.sample_index if point else 0

    def kiai_at(self, time_ms: float) -> bool:
        point = self.point_at(time_ms)
        return point.kiai if point else False

    def kiai_spans(self, end_ms: float) -> tuple[tuple[float, float], ...]:
        """From each line that switches kiai on to the one that switches it off, or to `end_ms`."""
        spans: list[tuple[float, float]] = []
        start_ms: float | None = None
        for point in self._ruling:
            if point.kiai and start_ms is None:
                start_ms = point.time_ms
            elif not point.kiai and start_ms is not None:
                spans.append((start_ms, point.time_ms))
                start_ms = None
        if start_ms is not None and start_ms < end_ms:
            spans.append((start_ms, end_ms))
        return tuple(spans)

    def barlines(self, start_ms: float, end_ms: float) -> tuple[float, ...]:
        """The first beats of all bars in [start, end], those before the first red line too."""
        lines: list[float] = []
        for index, (red, tempo) in enumerate(zip(self.red, self.tempos, strict=True)):
            bar_ms = tempo.beat_ms * max(1, red.meter)
            first = math.ceil((start_ms - tempo.start_ms) / bar_ms)
            number = first if index == 0 else max(0, first)
            while len(lines) < MOST_BARLINES:
                at_ms = tempo.start_ms + number * bar_ms
                if at_ms > end_ms or at_ms >= tempo.until_ms:
                    break
                if number or not red.omit_barline:
                    lines.append(at_ms)
                number += 1
        return tuple(lines)

    def _sound_at(self, time_ms: float) -> TimingPoint | None:
        return self.point_at(time_ms) or (self._ruling[0] if self._ruling else None)
