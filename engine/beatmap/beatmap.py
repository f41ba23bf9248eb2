"""A map as the game understands it: typed views over a document, each read when first asked for.

Nothing here can be set; what follows from what (ends, combos, stacks) is computed once and kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from engine.beatmap.combos import number_combos
from engine.beatmap.drawing import MOST_WORK, MOST_WORK_OF_A_MAP
from engine.beatmap.layout import EARLY_VERSION_OFFSET_MS
from engine.beatmap.objects import Hold, Mode, Problem, SampleSet, Slider, Spinner
from engine.beatmap.parse_events import EventReader
from engine.beatmap.parse_objects import ObjectReader, read_objects
from engine.beatmap.parse_sections import (
    SAMPLE_SET_NAMES,
    Values,
    read_colours,
    read_difficulty,
    read_editor,
    read_general,
    read_metadata,
)
from engine.beatmap.parse_timing import TimingReader, read_timing_points
from engine.beatmap.slider import shape
from engine.beatmap.stacking import stack_heights
from engine.beatmap.timing import Timing

if TYPE_CHECKING:
    from engine.beatmap.combos import Combo
    from engine.beatmap.document import Document
    from engine.beatmap.objects import HitObject
    from engine.beatmap.sections import Colours, Difficulty, Editor, Events, General, Metadata
    from engine.beatmap.slider import SliderShape

PLAYFIELD_WIDTH_PX: Final = 512
FIRST_FORMAT_WITHOUT_OFFSET: Final = 5
VIEWS: Final = (
    "general",
    "editor",
    "metadata",
    "difficulty",
    "events",
    "timing",
    "colours",
    "objects",
)
"""Everything that is read from lines, and so can find problems."""


# Without slots: cached_property keeps its results in the instance's dictionary.
@dataclass(frozen=True, eq=False)
class Beatmap:
    document: Document
    _found: list[Problem] = field(default_factory=list, repr=False)
    """What the views could not understand, added as each is read."""

    @property
    def format_version(self) -> int:
        return self.document.format_version

    @property
    def offset_ms(self) -> float:
        """What the game adds to every time of the file: all times here are the song's, as its editor shows
        them. A line written back carries the file's time.
        """
        return EARLY_VERSION_OFFSET_MS if self.format_version < FIRST_FORMAT_WITHOUT_OFFSET else 0.0

    @cached_property
    def general(self) -> General:
        return read_general(self._values("General"), self.offset_ms)

    @cached_property
    def editor(self) -> Editor:
        return read_editor(self._values("Editor"))

    @cached_property
    def metadata(self) -> Metadata:
        return read_metadata(self._values("Metadata"))

    @cached_property
    def difficulty(self) -> Difficulty:
        return read_difficulty(self._values("Difficulty"), self.mode)

    @cached_property
    def events(self) -> Events:
        return EventReader(self.offset_ms, self._found).read(self.document.text_lines, self.document.layout)

    @cached_property
    def colours(self) -> Colours:
        return read_colours(self.document.text_lines, self.document.layout, self._found)

    @property
    def mode(self) -> Mode:
        return self.general.mode

    @cached_property
    def timing(self) -> Timing:
        lines, layout = self.document.text_lines, self.document.layout
        points = [
            point
            for section in layout.named("TimingPoints")
            for point in read_timing_points(self.timing_reader, lines, section.lines, self._found)
        ]
        return Timing(tuple(points))

    @cached_property
    def objects(self) -> tuple[HitObject, ...]:
        """In order of time; objects that share one stay in the order of the file."""
        lines, layout = self.document.text_lines, self.document.layout
        objects = [
            obj
            for section in layout.named("HitObjects")
            for obj in read_objects(self.object_reader, lines, section.lines, self._found)
        ]
        objects.sort(key=attrgetter("time_ms"))
        return tuple(objects)

    @cached_property
    def object_reader(self) -> ObjectReader:
        return ObjectReader(self.format_version, self.offset_ms)

    @cached_property
    def timing_reader(self) -> TimingReader:
        default_set = SampleSet(SAMPLE_SET_NAMES.index(self.general.sample_set))
        return TimingReader(self.offset_ms, default_set, self.general.sample_volume_percent)

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that could not be understood in any view, by line."""
        for view in VIEWS:
            getattr(self, view)
        return tuple(sorted(self._found, key=attrgetter("line")))

    @cached_property
    def combos(self) -> tuple[Combo, ...]:
        """One for each object, in the same order."""
        break_ends_ms = [span.end_ms for span in self.events.breaks]
        return number_combos(self.objects, len(self.colours.combo), self.mode, break_ends_ms)

    @cached_property
    def stack_heights(self) -> tuple[int, ...]:
        """One for each object, in the same order; only osu! stacks."""
        if self.mode is not Mode.OSU:
            return (0,) * len(self.objects)
        approach_rate, leniency = self.difficulty.approach_rate, self.general.stack_leniency
        return stack_heights(self.objects, self.slider, approach_rate, leniency, self.format_version)

    @cached_property
    def drain_ms(self) -> float:
        """From the start of the first object to the end of the last, less the breaks."""
        if not self.objects:
            return 0.0
        breaks_ms = sum(span.end_ms - span.start_ms for span in self.events.breaks)
        return max(0.0, self.last_end_ms - self.objects[0].time_ms - breaks_ms)

    @cached_property
    def last_end_ms(self) -> float:
        """When the last sound of an object is heard; 0 where there is none."""
        return max(map(self.end_ms, self.objects), default=0.0)

    def column(self, obj: HitObject) -> int:
        """The osu!mania column, from 0."""
        keys = max(1, round(self.difficulty.circle_size))
        return min(keys - 1, max(0, int(obj.x * keys / PLAYFIELD_WIDTH_PX)))

    def end_ms(self, obj: HitObject) -> float:
        """When it ends in the song: a slider's end follows from its path, its velocity and its spans."""
        if isinstance(obj, Slider):
            return self._shapes[obj.line].end_ms
        return obj.end_ms if isinstance(obj, Spinner | Hold) else obj.time_ms

    def slider(self, obj: Slider) -> SliderShape:
        """Of a slider of this map."""
        return self._shapes[obj.line]

    @cached_property
    def sliders_drawn_coarsely(self) -> int:
        """How many paths were too much work to draw as the game does; their times are still right."""
        return sum(shape.path.curve.coarse for shape in self._shapes.values())

    @cached_property
    def _shapes(self) -> dict[int, SliderShape]:
        """By the line of the slider. All at once, in order of time, as they share what drawing may cost."""
        timing, version = self.timing, self.format_version
        multiplier, tick_rate = self.difficulty.slider_multiplier, self.difficulty.slider_tick_rate
        work_left = MOST_WORK_OF_A_MAP
        shapes: dict[int, SliderShape] = {}
        for obj in self.objects:
            if isinstance(obj, Slider):
                most_work = max(0, min(MOST_WORK, work_left))
                made = shape(obj, timing, multiplier, tick_rate, version, most_work)
                work_left -= made.path.curve.work
                shapes[obj.line] = made
        return shapes

    def _values(self, section: str) -> Values:
        return Values(self.document.text_lines, self.document.layout, section, self._found)
