"""The map as the checkpoints' training read it, where that differs from how the game reads it.

`engine.beatmap` reads a map as the game does. The models learnt from another reader, and their tokens are
only the same for the same map if its view is kept:

- lines count in the order of the file, sorted or not: the last line at or before a time rules it;
- a green line before the first red one counts as red, with its negative beat;
- any effect bit is kiai; fields that a short line leaves out are sample set 0, full volume, a red line;
- the early formats' 24 ms are not added;
- circle size and slider multiplier are what the file says, not what the game clamps them to;
- a node of a slider that the file does not name is silent, and the last one named sounds at the end.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import numpy as np

from engine.beatmap.objects import Circle, Slider
from engine.beatmap.reading import without_comment
from engine.tokens.errors import TokenError
from engine.tokens.slider_shapes import PathKey, SliderShape, slider_shapes
from engine.tokens.sounds import FULL_VOLUME, Sound, edge_sets, edge_sounds, node_sound, sound_of, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.objects import HitObject
    from engine.beatmap.timing import TimingPoint
    from engine.tokens.events import Ints

US_PER_MS: Final = 1000
ALL_FIELDS: Final = 8
"""Of a timing line; older formats end earlier."""
SAMPLE_SET_FIELD, VOLUME_FIELD, RED_FIELD, EFFECTS_FIELD = 3, 5, 6, 7
SOFT: Final = 2
LENGTH_FIELD, EDGE_SOUNDS_FIELD, EDGE_SETS_FIELD = 7, 8, 9
LONGEST_MS: Final = 3_600_000
"""Of an object. Longer ones are jokes, which would say millions of times that they go on."""
ALMOST_MS: Final = 1e-5
"""Added before a time is cut to whole milliseconds, so that 99.999999 is 100."""
MOST_OBJECTS, MOST_LINES = 100_000, 100_000
"""Of one map: ten times what the longest marathons have. Every object costs a model's user time."""
MOST_SPANS: Final = 1_000_000
HALF_A_BPM: Final = 0.5
"""Slower is no tempo."""


@dataclass(frozen=True, slots=True)
class Line:
    """A timing line."""

    time_us: int
    beat_ms: float
    """As the file says: a beat, or -100 / velocity, or NaN."""
    inherits: bool
    """Whether the tempo is another line's."""
    tempo_us: int
    """Where the line that sets the tempo stands: this one or the last red one before."""
    tempo_beat_ms: float
    meter: int
    sample_set: int
    """1 to 3; what says nothing is soft."""
    volume_percent: int
    kiai: bool

    @property
    def has_tempo(self) -> bool:
        """Whether beats are counted from here: whatever the kind of line, its beat is one."""
        return self.beat_ms > 0 and 60_000 / self.beat_ms > HALF_A_BPM

    def velocity(self, least: float) -> float:
        """The multiplier, at least `least` and at most 10."""
        if not self.inherits or not self.beat_ms < 0:
            return 1.0
        return min(max(-100 / self.beat_ms, least), 10.0)

    @property
    def scroll_speed(self) -> float:
        """The multiplier as it is written, without bounds."""
        return -100 / self.beat_ms if self.inherits and self.beat_ms else 1.0


Tail: TypeAlias = tuple[float, tuple[int, ...], tuple[Sound, ...]]
"""Of a slider's line: length, and what its nodes sound like, as far as the file says."""


class SliderView(NamedTuple):
    shape: SliderShape
    span_us: int
    end_us: int
    spans: int
    sounds: tuple[Sound, ...]
    """Of the head, the body, the repeats and the tail."""


class MapView:
    def __init__(self, beatmap: Beatmap) -> None:
        self.beatmap = beatmap
        self.mode = int(beatmap.mode)
        self._offset_ms = beatmap.offset_ms
        raw = beatmap.difficulty.raw
        self.circle_size = number(raw.get("CircleSize"), beatmap.difficulty.circle_size)
        multiplier = number(raw.get("SliderMultiplier"), beatmap.difficulty.slider_multiplier)
        self.slider_multiplier = multiplier or beatmap.difficulty.slider_multiplier
        _refuse_masses(len(beatmap.objects), MOST_OBJECTS, "objects")
        self.objects: tuple[HitObject, ...] = tuple(sorted(beatmap.objects, key=attrgetter("line")))

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """In the order of the file; at least one."""
        points = sorted(self.beatmap.timing.points, key=attrgetter("line"))
        if not points:
            raise TokenError(
                "the map has no timing line that can be read, and a model cannot hear a map without one; "
                "add a red line in the editor's timing panel"
            )
        _refuse_masses(len(points), MOST_LINES, "timing lines")
        lines: list[Line] = []
        tempo: Line | None = None
        for point in points:
            lines.append(self._line(point, tempo))
            if not lines[-1].inherits:
                tempo = lines[-1]
        return tuple(lines)

    def line_at(self, time_us: int) -> Line:
        """The last line of the file that stands at or before; before all of them, the first."""
        starts_us, ruling = self._ruling
        return ruling[int(starts_us.searchsorted(time_us, side="right"))]

    def said_at(self, times_us: Ints, say: Callable[[Line], float]) -> NDArray[Any]:
        """What the line that rules at each time says."""
        starts_us, ruling = self._ruling
        return np.array([say(line) for line in ruling])[starts_us.searchsorted(times_us, side="right")]

    def time_us(self, time_ms: float) -> int:
        """Of a time that `engine.beatmap` gives: what the file says."""
        return round((time_ms - self._offset_ms) * US_PER_MS)

    @cached_property
    def times_us(self) -> list[int]:
        """Of the objects."""
        times_us: list[int] = self._all_us([obj.time_ms for obj in self.objects]).tolist()
        return times_us

    @cached_property
    def last_object_end_us(self) -> int | None:
        """Of the object that stands last in the file."""
        if not self.objects:
            return None
        last = self.objects[-1]
        if isinstance(last, Slider):
            times_us = self._all_us([last.time_ms])
            return int((times_us + self._durations_us(times_us, [last], self._tail_of(last)[:1]))[0])
        return self.time_us(last.time_ms if isinstance(last, Circle) else last.end_ms)

    def sliders(self) -> dict[int, SliderView]:
        """By line."""
        found = [obj for obj in self.objects if isinstance(obj, Slider)]
        _refuse_masses(sum(obj.span_count for obj in found), MOST_SPANS, "crossings of sliders")
        tails = [self._tail_of(obj) for obj in found]
        shapes = slider_shapes(
            PathKey(obj.path_text, int(obj.x), int(obj.y), tail[0])
            for obj, tail in zip(found, tails, strict=True)
        )
        times_us = self._all_us([obj.time_ms for obj in found])
        durations_us = self._durations_us(times_us, found, [tail[0] for tail in tails])
        rows = zip(found, shapes, tails, times_us.tolist(), durations_us.tolist(), strict=True)
        return {obj.line: _slider(obj, *row) for obj, *row in rows}

    def _all_us(self, times_ms: Sequence[float]) -> Ints:
        times_us: Ints = np.rint((np.array(times_ms) - self._offset_ms) * US_PER_MS).astype(np.int64)
        return times_us

    def _line(self, point: TimingPoint, tempo: Line | None) -> Line:
        time_us = self.time_us(point.time_ms)
        sample_set, volume, red = int(point.sample_set), point.volume_percent, point.uninherited
        fields = without_comment(self.beatmap.document.text_lines[point.line]).split(b",")
        if len(fields) < ALL_FIELDS:
            sample_set = sample_set if len(fields) > SAMPLE_SET_FIELD else 0
            volume = volume if len(fields) > VOLUME_FIELD else FULL_VOLUME
            red = red if len(fields) > RED_FIELD else True
        inherits = not red and tempo is not None
        return Line(
            time_us,
            point.beat_length_ms,
            inherits,
            tempo.time_us if inherits and tempo else time_us,
            tempo.beat_ms if inherits and tempo else point.beat_length_ms,
            point.meter,
            sample_set or SOFT,
            min(max(volume, 0), FULL_VOLUME),
            len(fields) >= ALL_FIELDS and whole(fields[EFFECTS_FIELD]) != 0,
        )

    @cached_property
    def _ruling(self) -> tuple[Ints, list[Line]]:
        """From when the lines rule that some time finds, those no later line of the file stands before; and
        those lines, after the one that rules before all of them.
        """
        ruling: list[Line] = []
        for line in reversed(self.lines):
            if not ruling or line.time_us < ruling[-1].time_us:
                ruling.append(line)
        ruling.reverse()
        return np.array([line.time_us for line in ruling]), [self.lines[0], *ruling]

    def _tail_of(self, slider: Slider) -> Tail:
        fields = without_comment(self.beatmap.document.text_lines[slider.line]).split(b",")
        fields += [b""] * (EDGE_SETS_FIELD + 1 - len(fields))
        length_px = slider.length_px or number(fields[LENGTH_FIELD].decode("latin-1"), 0.0)
        return length_px, edge_sounds(fields[EDGE_SOUNDS_FIELD]), edge_sets(fields[EDGE_SETS_FIELD])

    def _durations_us(self, times_us: Ints, sliders: Sequence[Slider], lengths_px: Sequence[float]) -> Ints:
        """From head to end, all spans."""
        spans = np.array([obj.span_count for obj in sliders], np.int64)
        velocities = self.said_at(times_us, lambda line: line.velocity(0.1))
        beats_ms = self.said_at(times_us, lambda line: line.tempo_beat_ms)
        with np.errstate(all="ignore"):  # a beat may be NaN: then it ends as it begins
            px_per_beat = self.slider_multiplier * 100 * velocities
            durations_ms = np.array(lengths_px, np.float64) * spans / px_per_beat * beats_ms
            durations_ms[np.isnan(durations_ms)] = 0
            bounded_ms = np.clip(durations_ms + ALMOST_MS, -LONGEST_MS, LONGEST_MS)
        durations_us: Ints = bounded_ms.astype(np.int64) * US_PER_MS
        return durations_us


def _slider(obj: Slider, shape: SliderShape, tail: Tail, time_us: int, duration_us: int) -> SliderView:
    _, sounds, sets = tail
    spans = obj.span_count
    return SliderView(
        shape,
        duration_us if spans == 1 else divided(duration_us, spans),
        time_us + duration_us,
        spans,
        (
            node_sound(sounds, sets, 0),
            sound_of(obj.hitsound, obj.sample),
            *[node_sound(sounds, sets, node) for node in range(1, spans)],
            node_sound(sounds[-1:], sets[-1:], 0),
        ),
    )


def _refuse_masses(count: int, most: int, what: str) -> None:
    if count > most:
        raise TokenError(
            f"the map has {count:,} {what}, more than the {most:,} that a model is given; "
            "choose a map that somebody can play"
        )


@lru_cache(maxsize=1)
def view_of(beatmap: Beatmap) -> MapView:
    """A map is read for one context after the other."""
    return MapView(beatmap)


def whole_ms(time_us: int) -> int:
    """Cut, not rounded; towards zero before the song begins."""
    return time_us // US_PER_MS if time_us >= 0 else int(time_us / US_PER_MS + ALMOST_MS)


def all_whole_ms(times_us: Ints) -> Ints:
    early = (times_us / US_PER_MS + ALMOST_MS).astype(np.int64)
    return np.where(times_us >= 0, times_us // US_PER_MS, early)


def divided(time_us: int, by: float) -> int:
    """Halves to the even microsecond."""
    numerator, denominator = by.as_integer_ratio()
    return scaled(time_us, denominator, numerator)


def scaled(time_us: int, numerator: int, denominator: int) -> int:
    """The exact product, halves to the even microsecond."""
    whole, rest = divmod(time_us * numerator, denominator)
    if 2 * rest > denominator or (2 * rest == denominator and whole % 2):
        return whole + 1
    return whole


def number(text: str | None, otherwise: float) -> float:
    try:
        value = float(text) if text is not None else otherwise
    except ValueError:
        return otherwise
    return value if math.isfinite(value) else otherwise
