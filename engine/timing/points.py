"""Red lines from beats: as few as keep every beat and every measure where it was heard.

Three passes, each over all beats. Lines stand where the model said so; then where the number of beats in a
measure changes; then tempos are fitted, and a stretch that no steady tempo fits is cut in two where that
costs least. The same lines as the models' own program writes, which `tests/test_golden.py` holds it to. It
asks all beats about each beat; here a line's beats are found by bisection and tested as columns.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from engine.beatmap.objects import SampleSet
from engine.beatmap.timing import DEFAULT_BEAT_MS, Timing, TimingPoint
from engine.timing.beats import heard_beats
from engine.timing.tempo import Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.timing.beats import Beat
    from engine.tokens.events import EventType

DEFAULT_METER: Final = 4
SAME_LINE_MS: Final = 2
"""Two red lines nearer than this are one."""
PARTS_OF_A_BEAT: Final = (1, 1 / 2, 1 / 4, 1 / 8, 1 / 16)
"""How far apart two tempos may begin without a beat between them, besides whole beats."""


def timing_of(events: Iterable[tuple[EventType, int]], *, leniency_ms: float, types_first: bool) -> Timing:
    """`leniency_ms`: how far from its tempo a beat may have been heard. Without a beat there is no line."""
    beats = heard_beats(events, types_first=types_first)
    if not beats:
        return Timing(())
    lines = Lines([beat.time_ms for beat in beats if beat.starts_tempo] or [beats[0].time_ms])
    _count_measures(lines, beats)
    Fitting(lines, beats, leniency_ms).fit()
    return lines.timing()


@dataclass(slots=True)
class Line:
    time_ms: int
    beat_ms: float = DEFAULT_BEAT_MS
    meter: int = DEFAULT_METER

    def point(self, line: int) -> TimingPoint:
        """Soft samples at full volume: those of the models' own program."""
        return TimingPoint(
            line=line,
            time_ms=float(self.time_ms),
            beat_length_ms=self.beat_ms,
            meter=self.meter,
            sample_set=SampleSet.SOFT,
            sample_index=-1,
            volume_percent=100,
            uninherited=True,
            kiai=False,
            omit_barline=False,
        )


class Lines:
    """Red lines while they are being found, in order of time; never none."""

    def __init__(self, times_ms: Sequence[int]) -> None:
        self._lines: list[Line] = [Line(times_ms[0])]
        for time_ms in times_ms[1:]:
            self.put(time_ms)

    def ruling(self, time_ms: int) -> Line:
        """Before the first, the first."""
        return self._lines[max(bisect_right(self._lines, time_ms, key=_time) - 1, 0)]

    def put(self, time_ms: int, *, beat_ms: float | None = None, meter: int | None = None) -> None:
        """What is not said stays as it is: that of the lines here, or of the line before."""
        here = [line for line in self._lines if abs(line.time_ms - time_ms) <= SAME_LINE_MS]
        if not here:
            before = self.ruling(time_ms - 1)
            here = [Line(time_ms, before.beat_ms, before.meter)]
            self._lines.insert(bisect_right(self._lines, time_ms, key=_time), here[0])
        for line in here:
            line.beat_ms = line.beat_ms if beat_ms is None else beat_ms
            line.meter = line.meter if meter is None else meter

    def timing(self) -> Timing:
        return Timing(tuple(line.point(number) for number, line in enumerate(self._lines)))


def _time(line: Line) -> int:
    return line.time_ms


def _count_measures(lines: Lines, beats: Sequence[Beat]) -> None:
    """A line for each measure that has another number of beats than the one before."""
    counted, measure_ms = 0, beats[0].time_ms
    for beat in beats:
        line = lines.ruling(beat.time_ms - 1)
        if beat.starts_tempo:
            counted, measure_ms = 0, beat.time_ms
        elif line.time_ms != beat.time_ms:
            counted += 1
            if beat.starts_measure:
                _set_meter(lines, line, measure_ms, counted)
                counted, measure_ms = 0, beat.time_ms


def _set_meter(lines: Lines, line: Line, measure_ms: int, meter: int) -> None:
    if measure_ms <= line.time_ms:
        line.meter = meter
    elif line.meter != meter:
        lines.put(measure_ms, meter=meter)


class Fitting:
    def __init__(self, lines: Lines, beats: Sequence[Beat], leniency_ms: float) -> None:
        self._lines = lines
        self._beats = beats
        self._leniency_ms = leniency_ms
        self._times_ms = [beat.time_ms for beat in beats]
        self._column_ms = np.array(self._times_ms, np.float64)
        self._apart = np.array([0.0 if beat.starts_tempo else 1.0 for beat in beats])
        """How many beats each comes after the one before; 0 where a tempo begins: it counts for nothing in
        the one that ends there.
        """
        self._beat_ms = DEFAULT_BEAT_MS
        """Of the tempo fitted last."""
        self._counted = 0
        """Beats since the last measure or line."""

    def fit(self) -> None:
        for index in range(len(self._beats)):
            self._add(index)

    def _add(self, index: int) -> None:
        time_ms = self._times_ms[index]
        line = self._lines.ruling(time_ms - 1)
        first, end = bisect_right(self._times_ms, line.time_ms), bisect_left(self._times_ms, time_ms)
        of_run = [*range(first, end), index]
        if line.time_ms == time_ms or (not self._apart[index] and len(of_run) > 1):
            self._counted = 0
            return
        if not self._apart[index]:
            self._apart[index] = nearest_beats((time_ms - line.time_ms) / self._beat_ms)
        self._fit_run(line, of_run)
        self._keep_measures_counted(index)

    def _fit_run(self, line: Line, of_run: list[int]) -> None:
        """`of_run`: the beats since the line, up to the one that is added."""
        run = Run(line.time_ms, self._column_ms[of_run], self._apart[of_run])
        beat_ms = run.mean_beat_ms(0.0)
        if run.is_kept(beat_ms, self._leniency_ms):
            beat_ms = line.beat_ms = run.rounded_beat_ms(beat_ms, self._leniency_ms)
        elif len(of_run) > 1:
            beat_ms = self._split(line, run, of_run)
        self._beat_ms = beat_ms

    def _split(self, line: Line, run: Run, of_run: list[int]) -> float:
        """A new line among the beats since the last; its tempo."""
        measures = [count for count in range(1, len(of_run) - 1) if self._starts_measure(of_run[count - 1])]
        kept = min(
            [*measures, len(of_run) - 1], key=lambda count: run.until(count).loss() + run.after(count).loss()
        )
        if kept < len(of_run) - 1:
            shorter = run.until(kept)
            line.beat_ms = shorter.rounded_beat_ms(shorter.mean_beat_ms(0.0), self._leniency_ms)
        beat_ms = run.after(kept).mean_beat_ms(self._leniency_ms)
        self._lines.put(self._times_ms[of_run[kept - 1]], beat_ms=beat_ms)
        self._counted = self._beats_since_a_measure(of_run[kept:-1])
        return beat_ms

    def _starts_measure(self, index: int) -> bool:
        return self._beats[index].starts_measure

    def _beats_since_a_measure(self, indices: list[int]) -> int:
        for count, index in enumerate(reversed(indices)):
            if self._starts_measure(index):
                return count
        return len(indices)

    def _keep_measures_counted(self, index: int) -> None:
        """A measure that begins where its line's meter has none needs a line of its own."""
        time_ms = self._times_ms[index]
        line = self._lines.ruling(time_ms)
        self._counted = 0 if line.time_ms == time_ms else self._counted + 1
        if self._starts_measure(index):
            if self._counted % line.meter:
                self._lines.put(time_ms, beat_ms=line.beat_ms)
            self._counted = 0


def nearest_beats(beats: float) -> float:
    return min((round(beats), *PARTS_OF_A_BEAT), key=lambda part: abs(part - beats))
