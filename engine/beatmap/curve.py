"""The path of a slider: from its control points to a polyline that has the length the file asks for.

Everything here is relative to the slider's head, as in the game, so that a slider that was moved still finds
its polyline in the memo. A point is a complex number x + iy. What the game does where a length is odd (equal
points at the end, a length beyond the path) is that of ppy/osu.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate
from math import inf
from operator import sub
from typing import TYPE_CHECKING, Final

from engine.beatmap.cache import TwoGenerations
from engine.beatmap.control_path import parse_path
from engine.beatmap.drawing import MOST_WORK, drawn

if TYPE_CHECKING:
    from engine.beatmap.control_path import ControlPath
    from engine.beatmap.drawing import Drawing

CACHED_POINTS: Final = 160_000
"""About 12 MB: the sliders of ten maps."""
SAME_DISTANCE: Final = 1e-7


@dataclass(frozen=True, slots=True)
class Curve:
    """A polyline with its lengths, relative to the head; shared between all sliders of one shape."""

    points: tuple[complex, ...]
    distances_px: tuple[float, ...]
    """From the head to each point along the curve; the game's sum, not that of the thinned polyline."""
    natural_px: float
    """The length of the drawn path before it was cut or lengthened to what the file asks."""
    reach_px: float
    """How far from the head its farthest point lies."""
    work: int = 0
    """What it cost to draw."""
    coarse: bool = False
    """Whether it would have cost more than it might, so that the game draws it finer."""

    @property
    def length_px(self) -> float:
        return self.distances_px[-1]

    def at(self, distance_px: float) -> complex:
        """The point that far from the head; the head before it, the end beyond."""
        index = bisect_left(self.distances_px, distance_px)
        if index == 0:
            return self.points[0]
        if index >= len(self.points):
            return self.points[-1]
        before_px, after_px = self.distances_px[index - 1], self.distances_px[index]
        if after_px - before_px <= SAME_DISTANCE:
            return self.points[index - 1]
        share = (distance_px - before_px) / (after_px - before_px)
        return self.points[index - 1] + share * (self.points[index] - self.points[index - 1])


@dataclass(frozen=True, slots=True)
class Path:
    """A curve at its place on the playfield."""

    curve: Curve
    x: float
    y: float

    @property
    def length_px(self) -> float:
        return self.curve.length_px

    @property
    def natural_px(self) -> float:
        return self.curve.natural_px

    @property
    def points(self) -> tuple[tuple[float, float], ...]:
        return tuple((self.x + point.real, self.y + point.imag) for point in self.curve.points)

    def position_at_px(self, distance_px: float) -> tuple[float, float]:
        """Where the path is that far from the head, along it."""
        point = self.curve.at(distance_px)
        return self.x + point.real, self.y + point.imag


_curves: TwoGenerations[Curve] = TwoGenerations(CACHED_POINTS)


def curve_of(control: ControlPath, length_px: float | None, most_work: int = MOST_WORK) -> Curve:
    """The polyline of these control points with this length; remembered.

    What would cost more than `most_work` is drawn coarser. With less than nothing it runs straight from
    control point to control point: times, which follow from the file's length, are still right then.
    """
    key = (control, length_px)
    curve = _curves.get(key)
    if curve is None or curve.work > most_work:
        curve = _fitted(drawn(control, most_work), length_px)
        if most_work == MOST_WORK:
            controls = sum(len(segment.points) for segment in control.segments)
            _curves.put(key, curve, len(curve.points) + controls + 16)
    return curve


def forget_curves() -> None:
    """Empties the memo, for what measures without it."""
    _curves.clear()


def path_of(
    path_text: str,
    x: float,
    y: float,
    length_px: float | None = None,
    format_version: int = 14,
    most_work: int = MOST_WORK,
) -> Path:
    """From a slider's fields to its path on the playfield."""
    return Path(curve_of(parse_path(path_text, x, y, format_version), length_px, most_work), x, y)


def _fitted(drawing: Drawing, length_px: float | None) -> Curve:
    points = drawing.points
    steps_px = map(abs, map(sub, points[1:], points))
    distances = list(accumulate(steps_px, initial=drawing.unseen_px))
    natural_px = distances[-1] if len(points) > 1 else 0.0
    distances[0] = 0.0
    if length_px is not None and 0 < length_px < inf and len(points) > 1:
        # Stable does not lengthen a path whose last two points are equal.
        longest_px = inf if points[-1] != points[-2] else natural_px
        if length_px != natural_px and length_px <= longest_px:
            _fit(points, distances, length_px)
    reach_px = max(map(abs, points))
    return Curve(tuple(points), tuple(distances), natural_px, reach_px, drawing.work, drawing.coarse)


def _fit(points: list[complex], distances: list[float], length_px: float) -> None:
    """Cut off, or lengthened in the direction of its last step."""
    # The point that gives way: the first one at or beyond the length, or the last.
    moved = min(bisect_left(distances, length_px), len(points) - 1)
    before = points[moved - 1]
    step = points[moved] - before
    size_px = abs(step)
    direction = step / size_px if size_px else 0j
    points[moved:] = [before + direction * (length_px - distances[moved - 1])]
    distances[moved:] = [length_px]
