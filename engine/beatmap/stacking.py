"""Stacks: objects that follow each other on one spot are drawn a little up and left of each other.

Two algorithms, as in the game (ppy/osu, `OsuBeatmapProcessor`): files before v6 stack forwards, all others
backwards. The game looks at every earlier object within the stacking time; here a grid of cells finds those
that are near, so that ten thousand objects within a second cost no more than elsewhere.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from heapq import heappop, heappush, merge
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeAlias

from engine.beatmap.float32 import float32
from engine.beatmap.objects import Slider, Spinner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from engine.beatmap.objects import HitObject
    from engine.beatmap.slider import SliderShape

STACK_DISTANCE_PX: Final = 3.0
MODERN_FROM: Final = 6
"""The first format version that stacks backwards."""
PREEMPT_MS: Final = (1800.0, 1200.0, 450.0)
"""How long before its time an object appears, at approach rate 0, 5 and 10."""
STEP_PX: Final = 6.4
"""How far one level of a stack is moved, for a circle of scale 1."""
PLAYFIELD_ALLOWANCE: Final = 1.00041
"""The game's circles are this much larger than their size says: stable once rounded the playfield down."""
MOST_STACKED: Final = 200
"""How many objects one object of an old file can lift: by then it stands far outside the playfield."""
MOST_LIFTS: Final = 100_000
"""How often objects of one map are lifted or lowered, all in all. Far more than any real map asks for; a map
that goes on beyond it keeps the heights it has by then.
"""
PLAYFIELD_CENTRE: Final = 256 + 192j
"""Where the game puts every spinner."""
CELL_PX: Final = 16
"""Large enough that most points lie in one cell alone, small enough that few others do."""


def preempt_ms(approach_rate: float) -> int:
    """Whole milliseconds, cut off: approach rate 9.3 is kept in 32 bits and gives 554, not 555."""
    slowest, middle, fastest = PREEMPT_MS
    share = (float32(min(max(approach_rate, 0.0), 10.0)) - 5) / 5
    return int(middle + (fastest - middle if share > 0 else middle - slowest) * share)


def circle_scale(circle_size: float) -> float:
    """Of a circle of 64 px radius, at this circle size."""
    return (1.0 - 0.7 * (circle_size - 5) / 5) / 2 * PLAYFIELD_ALLOWANCE


def stack_offset_px(height: int, circle_size: float) -> float:
    """Added to x and to y alike: a positive height moves up and left."""
    return -STEP_PX * height * circle_scale(circle_size)


def stack_heights(
    objects: Sequence[HitObject],
    shape_of: Callable[[Slider], SliderShape],
    approach_rate: float,
    stack_leniency: float,
    format_version: int = 14,
) -> tuple[int, ...]:
    """One for each object, which must be in order of time. For osu! only: other modes do not stack."""
    reach_ms = float32(preempt_ms(approach_rate) * float32(stack_leniency))
    if format_version >= MODERN_FROM:
        return tuple(_Backwards(objects, shape_of, reach_ms).heights)
    return tuple(_forwards(objects, shape_of, reach_ms))


Cell: TypeAlias = tuple[float, float]
"""Column and row, whole numbers."""


class _Cells:
    """Which objects have a point near a place, by index."""

    __slots__ = ("_cells", "_points")

    def __init__(self, points: Sequence[complex | None]) -> None:
        """None: an object that never stacks. A point goes into every cell that a place near it may lie in."""
        self._points = points
        cells: defaultdict[Cell, list[int]] = defaultdict(list)
        for index, point in enumerate(points):
            if point is None:
                continue
            x, y = point.real, point.imag
            left, right = (x - STACK_DISTANCE_PX) // CELL_PX, (x + STACK_DISTANCE_PX) // CELL_PX
            top, bottom = (y - STACK_DISTANCE_PX) // CELL_PX, (y + STACK_DISTANCE_PX) // CELL_PX
            cells[left, top].append(index)
            if left != right:
                cells[right, top].append(index)
            if top != bottom:
                cells[left, bottom].append(index)
                if left != right:
                    cells[right, bottom].append(index)
        self._cells = cells

    def last_before(self, place: complex, before: int, first: int) -> int:
        """The last object that is near, of those from index `first` to just before `before`; -1: none."""
        indices = self._cells.get((place.real // CELL_PX, place.imag // CELL_PX), ())
        for at in range(bisect_left(indices, before) - 1, -1, -1):
            index = indices[at]
            if index < first:
                break
            if self._near(index, place):
                return index
        return -1

    def after(self, place: complex, after: int) -> Iterator[int]:
        """All objects after this index that are near, in order."""
        indices = self._cells.get((place.real // CELL_PX, place.imag // CELL_PX), ())
        for at in range(bisect_right(indices, after), len(indices)):
            if self._near(indices[at], place):
                yield indices[at]

    def _near(self, index: int, place: complex) -> bool:
        point = self._points[index]
        return point is not None and abs(point - place) < STACK_DISTANCE_PX


class _Backwards:
    """From the last object to the first: each lifts those before it, up to a slider that it hides under."""

    def __init__(
        self, objects: Sequence[HitObject], shape_of: Callable[[Slider], SliderShape], reach_ms: float
    ) -> None:
        self._objects = objects
        self._reach_ms = reach_ms
        self._starts: list[complex | None] = []
        self._ends: list[complex | None] = []
        self._whole_ends_ms: list[float] = []
        for obj in objects:
            start = complex(obj.x, obj.y)
            if isinstance(obj, Slider):
                shape = shape_of(obj)
                self._put(start, complex(*shape.end_position), int(shape.end_ms))
            elif isinstance(obj, Spinner):
                self._put(None, None, math.inf)
            else:
                self._put(start, start, int(obj.time_ms))
        self._times_ms = [obj.time_ms for obj in objects]
        self._reached = self._reached_by_circles()
        self._near_starts = _Cells(self._starts)
        self._near_ends = _Cells(self._ends)
        self._lifts_left = MOST_LIFTS
        self.heights = [0] * len(objects)
        for index in range(len(objects) - 1, 0, -1):
            place = self._starts[index]
            if self.heights[index] or place is None:
                continue
            if isinstance(objects[index], Slider):
                self._lift_under_slider(index, place)
            else:
                self._lift_under_circle(index, place)

    def _put(self, start: complex | None, end: complex | None, whole_end_ms: float) -> None:
        self._starts.append(start)
        self._ends.append(end)
        self._whole_ends_ms.append(whole_end_ms)

    def _reached_by_circles(self) -> list[int]:
        """For each object the first before it from which on nothing ended too long ago to lie under it: an
        object in between that did ends the stack, near or not.
        """
        reached: list[int] = []
        first = 0
        running: list[tuple[float, int]] = []
        for index, (time_ms, end_ms) in enumerate(zip(self._times_ms, self._whole_ends_ms, strict=True)):
            since_ms = int(time_ms) - self._reach_ms
            while running and running[0][0] < since_ms:
                first = max(first, heappop(running)[1] + 1)
            reached.append(first)
            heappush(running, (end_ms, index))
        return reached

    def _lift_under_circle(self, top: int, place: complex) -> None:
        """A stack of circles, which a slider's end turns over: then they go down and right under it."""
        above = top
        while True:
            first = self._reached[above]
            under_end = self._near_ends.last_before(place, above, first)
            under = max(under_end, self._near_starts.last_before(place, above, first))
            if under < 0 or not self._may_lift():
                return
            if under == under_end and isinstance(self._objects[under], Slider):
                self._turn_over(under, above, top)
                return
            self.heights[under] = self.heights[above] + 1
            above, place = under, complex(self._objects[under].x, self._objects[under].y)

    def _turn_over(self, slider: int, above: int, top: int) -> None:
        end = self._ends[slider]
        if end is None:
            return
        lowered_by = self.heights[above] - self.heights[slider] + 1
        for index in self._near_starts.after(end, slider):
            if index > top or not self._may_lift():
                return
            self.heights[index] -= lowered_by

    def _may_lift(self) -> bool:
        self._lifts_left -= 1
        return self._lifts_left >= 0

    def _lift_under_slider(self, top: int, place: complex) -> None:
        above = top
        while True:
            first = bisect_left(self._times_ms, self._times_ms[above] - self._reach_ms)
            under = self._near_ends.last_before(place, above, first)
            if under < 0 or not self._may_lift():
                return
            self.heights[under] = self.heights[above] + 1
            above, place = under, complex(self._objects[under].x, self._objects[under].y)


def _forwards(
    objects: Sequence[HitObject], shape_of: Callable[[Slider], SliderShape], reach_ms: float
) -> list[int]:
    places = [PLAYFIELD_CENTRE if isinstance(obj, Spinner) else complex(obj.x, obj.y) for obj in objects]
    cells = _Cells(places)
    heights = [0] * len(objects)
    lifts_left = MOST_LIFTS
    for index, obj in enumerate(objects):
        slider = shape_of(obj) if isinstance(obj, Slider) else None
        if heights[index] and slider is None:
            continue
        place = end = places[index]
        end_ms = obj.end_ms if isinstance(obj, Spinner) else obj.time_ms
        followers = cells.after(place, index)
        if slider is not None:
            # The end of the path, wherever the last span ends.
            end, end_ms = complex(*slider.path.position_at_px(slider.length_px)), slider.end_ms
            followers = merge(followers, cells.after(end, index))
        lowered, before = 0, index
        for follower in islice(followers, min(MOST_STACKED, lifts_left)):
            if objects[follower].time_ms - reach_ms > end_ms:
                break
            lifts_left -= 1
            if follower == before:
                continue
            before = follower
            end_ms = objects[follower].time_ms
            if abs(places[follower] - place) < STACK_DISTANCE_PX:
                heights[index] += 1
            else:
                lowered += 1
                heights[follower] -= lowered
    return heights
