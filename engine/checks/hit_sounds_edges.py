"""Every moment at which an object plays its hit sound, and with which sample and volume."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from engine.beatmap.objects import HitSound, SampleSet, Slider, Spinner
from engine.beatmap.timing import TimingPoint
from engine.checks.thresholds import LEAST_DURATION_MS, REPEATS_LISTENED_TO, SAMPLE_LOOKAHEAD_MS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.timing import Timing


LOOKAHEAD_MS = SAMPLE_LOOKAHEAD_MS.value
NO_LINE = TimingPoint(
    line=-1,
    time_ms=0,
    beat_length_ms=1000,
    meter=4,
    sample_set=SampleSet.NORMAL,
    sample_index=0,
    volume_percent=100,
    uninherited=True,
    kiai=False,
    omit_barline=False,
)


class Part(Enum):
    HEAD = "head"
    REPEAT = "repeat"
    END = "end"
    SPINNER_END = "spinner end"


class Edge(NamedTuple):
    """A tuple, not a dataclass: there are three for each object, made anew on every save."""

    object_index: int
    """Into `Beatmap.objects`."""
    part: Part
    time_ms: float
    sound: HitSound
    sample_set: SampleSet
    sample_index: int
    volume_percent: int
    filename: str


def edges(beatmap: Beatmap) -> Iterator[Edge]:
    """In the order of the objects, so that a long slider's end may come after the next object's head.

    What an object itself says goes before the timing line. A slider's own volume is the exception: the line
    at each edge decides (Mapset Verifier).
    """
    line_at = _SoundLines(beatmap.timing).at
    repeats_left = int(REPEATS_LISTENED_TO.value)
    for index, obj in enumerate(beatmap.objects):
        if isinstance(obj, Slider):
            span_ms = (beatmap.end_ms(obj) - obj.time_ms) / obj.span_count
            numbers = _edge_numbers(obj, span_ms, repeats_left)
            repeats_left -= len(numbers) - 2
            for number in numbers:
                time_ms = obj.time_ms + number * span_ms
                line = line_at(time_ms)
                sound, sets = obj.edge(number)
                yield Edge(
                    index,
                    Part.HEAD if number == 0 else Part.END if number == obj.span_count else Part.REPEAT,
                    time_ms,
                    sound,
                    sets[0] or line.sample_set,
                    obj.sample.index or line.sample_index,
                    line.volume_percent,
                    "",
                )
            continue
        part, time_ms = (
            (Part.SPINNER_END, obj.end_ms) if isinstance(obj, Spinner) else (Part.HEAD, obj.time_ms)
        )
        line, sample = line_at(time_ms), obj.sample
        yield Edge(
            index,
            part,
            time_ms,
            obj.hitsound,
            sample.normal_set or line.sample_set,
            sample.index or line.sample_index,
            sample.volume_percent or line.volume_percent,
            sample.filename,
        )


def _edge_numbers(slider: Slider, span_ms: float, repeats_left: int) -> Sequence[int]:
    """Head, repeats and end; of a slider that crosses itself a thousand times a second only the ends, and
    likewise once a map has repeated more often than anybody listens to.
    """
    spans = slider.span_count
    heard = span_ms >= LEAST_DURATION_MS.value and spans - 1 <= repeats_left
    return range(spans + 1) if heard else (0, spans)


class _SoundLines:
    """Which line rules the sound at a time: before the first the first, without any the game's own."""

    def __init__(self, timing: Timing) -> None:
        self._point_at = timing.point_at
        self._first = timing.points[0] if timing.points else NO_LINE

    def at(self, time_ms: float) -> TimingPoint:
        return self._point_at(time_ms + LOOKAHEAD_MS) or self._first
