"""How the builder writes [TimingPoints]: the lines that were asked for, and those that kiai needs beside."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from engine.beatmap.objects import SampleSet

if TYPE_CHECKING:
    from collections.abc import Sequence

KIAI_EFFECT: Final = 1
OMIT_BARLINE_EFFECT: Final = 8
UNCHANGED_VELOCITY: Final = -100.0


def number(value: float) -> str:
    """As the editor writes numbers: whole ones without a point, others to fifteen digits."""
    return f"{value:.15g}" if value != int(value) else str(int(value))


@dataclass(frozen=True, slots=True)
class ControlLine:
    """A red or green line, before it is known whether kiai rules there."""

    at: float
    beat_length: float
    meter: int
    sample_set: SampleSet
    sample_index: int
    volume: int
    red: bool
    omit_barline: bool = False

    def text(self, *, kiai: bool) -> str:
        effects = KIAI_EFFECT * kiai + OMIT_BARLINE_EFFECT * self.omit_barline
        fields = (
            number(self.at),
            number(self.beat_length),
            self.meter,
            self.sample_set.value,
            self.sample_index,
            self.volume,
            int(self.red),
            effects,
        )
        return ",".join(map(str, fields))


def timing_texts(controls: Sequence[ControlLine], kiai_spans: Sequence[tuple[float, float]]) -> list[str]:
    """In order of time, red before green; a span of kiai gets a green line at each end that has none."""
    lines = sorted(controls, key=lambda line: (line.at, not line.red))
    for edge in sorted({time for span in kiai_spans for time in span}):
        if not any(line.at == edge for line in lines):
            lines = _with_edge(lines, edge)
    return [line.text(kiai=any(start <= line.at < end for start, end in kiai_spans)) for line in lines]


def _with_edge(controls: list[ControlLine], at: float) -> list[ControlLine]:
    """A green line that changes nothing but kiai."""
    before = [line for line in controls if line.at < at]
    last = before[-1] if before else ControlLine(at, UNCHANGED_VELOCITY, 4, SampleSet.SOFT, 0, 70, red=False)
    beat_length = UNCHANGED_VELOCITY if last.red else last.beat_length
    edge = replace(last, at=at, beat_length=beat_length, red=False, omit_barline=False)
    return [*before, edge, *controls[len(before) :]]
