"""Every moment at which an object plays its hit sound, and with which sample and volume."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from engine.beatmap.objects import HitObject, HitSound, SampleSet, Slider, Spinner
from engine.checks.thresholds import LEAST_DURATION_MS, SAMPLE_LOOKAHEAD_MS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.timing import Timing, TimingPoint


class Part(Enum):
    HEAD = "head"
    REPEAT = "repeat"
    END = "end"
    SPINNER_END = "spinner end"


class Edge(NamedTuple):
    """A tuple, not a dataclass: there are three for each object, made anew on every save."""

    index: int
    """Into `Beatmap.objects`."""
    part: Part
    time_ms: float
    sound: HitSound
    sample_set: SampleSet
    sample_index: int
    volume_percent: int
    filename: str


def edges(beatmap: Beatmap) -> Iterator[Edge]:
    """In the order of the objects, so that a long slider's end may come after the next object's head."""
    for index, obj in enumerate(beatmap.objects):
        if isinstance(obj, Slider):
            yield from _slider_edges(beatmap, index, obj)
        elif isinstance(obj, Spinner):
            yield _edge(beatmap, index, obj, Part.SPINNER_END, obj.end_ms)
        else:
            yield _edge(beatmap, index, obj, Part.HEAD, obj.time_ms)


def _edge(beatmap: Beatmap, index: int, obj: HitObject, part: Part, time_ms: float) -> Edge:
    """What the object itself says goes before the timing line."""
    point = _sound_line(beatmap.timing, time_ms)
    sample = obj.sample
    return Edge(
        index,
        part,
        time_ms,
        obj.hitsound,
        sample.normal_set or (point.sample_set if point else SampleSet.AUTO),
        sample.index or (point.sample_index if point else 0),
        sample.volume_percent or (point.volume_percent if point else 100),
        sample.filename,
    )


def _slider_edges(beatmap: Beatmap, index: int, slider: Slider) -> Iterator[Edge]:
    """A slider's own volume is not heard: the timing line at each edge decides (Mapset Verifier)."""
    spans = slider.span_count
    span_ms = (beatmap.end_ms(slider) - slider.time_ms) / spans
    numbers = range(spans + 1) if span_ms >= LEAST_DURATION_MS.value else (0, spans)
    for number in numbers:
        time_ms = slider.time_ms + number * span_ms
        point = _sound_line(beatmap.timing, time_ms)
        yield Edge(
            index,
            Part.HEAD if number == 0 else Part.END if number == spans else Part.REPEAT,
            time_ms,
            slider.edge_sounds[number],
            slider.edge_sets[number][0] or (point.sample_set if point else SampleSet.AUTO),
            slider.sample.index or (point.sample_index if point else 0),
            point.volume_percent if point else 100,
            "",
        )


def _sound_line(timing: Timing, time_ms: float) -> TimingPoint | None:
    """The line that rules the sound; before the first, the first."""
    return timing.point_at(time_ms + SAMPLE_LOOKAHEAD_MS.value) or (
        timing.points[0] if timing.points else None
    )
