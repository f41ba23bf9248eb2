"""The path of a slider: from the text in the file to a polyline that has the length the file asks for.

Everything here is relative to the slider's head, as in the game, so that a slider that was moved still finds
its polyline in the memo. A point is a complex number x + iy. What the game does where a path is odd (three
points in a line, equal points at the end, a length beyond the path) is that of ppy/osu.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from enum import Enum
from itertools import accumulate
from math import inf, isnan
from operator import sub
from typing import TYPE_CHECKING, Final

from engine.beatmap import approximate
from engine.beatmap.cache import TwoGenerations
from engine.beatmap.layout import FIRST_LAZER_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

FARTHEST_PX: Final = 131_072.0
"""The game refuses coordinates beyond this; here they are pulled back to it."""
MOST_POINTS: Final = 20_000
"""Of one polyline. The longest path the game accepts needs about half as many."""
MOST_WORK: Final = 6_000_000
"""What drawing one path may cost, in steps of some 50 ns: twice that of the most expensive real slider."""
MOST_WORK_OF_A_MAP: Final = 12_000_000
"""Half a second. The most expensive of 640 real maps needs a quarter of it, nearly all others a hundredth."""
WORK_OF_A_POINT: Final = 16
"""For each point that is drawn, beside what its control points cost."""
CACHED_POINTS: Final = 160_000
"""About 12 MB: the sliders of ten maps."""
SAME_DISTANCE: Final = 1e-7
ARC_POINTS: Final = 3


class PathKind(Enum):
    LINEAR = "L"
    PERFECT = "P"
    BEZIER = "B"
    CATMULL = "C"


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of control points that make one curve; it begins where the one before it ended."""

    kind: PathKind
    points: tuple[complex, ...]
    """Relative to the slider's head, both ends included."""
    degree: int | None = None
    """Of lazer's B-splines, `B3|...`; None: one bezier through all."""


@dataclass(frozen=True, slots=True)
class ControlPath:
    segments: tuple[Segment, ...]


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


def parse_path(path_text: str, x: float, y: float, format_version: int = 14) -> ControlPath:
    """The control points of `B|100:200|300:200` for a slider whose head is at (x, y).

    What is no point is left out: the parser has reported it.
    """
    head = complex(x, y)
    fractions = format_version >= FIRST_LAZER_VERSION
    runs: list[tuple[str, list[complex]]] = []
    for part in path_text.split("|"):
        if part[:1].isalpha():
            # The first run begins at the head, any further one at its own first point.
            runs.append((part, [] if runs else [0j]))
        elif runs:
            point = _point(part, fractions)
            if point is not None:
                runs[-1][1].append(point - head)
    runs = [run for run in runs if run[1]]
    segments: list[Segment] = []
    for index, (letter, points) in enumerate(runs):
        following = runs[index + 1][1][0] if index + 1 < len(runs) else None
        segments += _segments(letter, points, following, fractions)
    return ControlPath(tuple(segments) or (Segment(PathKind.LINEAR, (0j,)),))


def _point(text: str, fractions: bool) -> complex | None:
    x_text, _, y_text = text.partition(":")
    try:
        if not fractions:
            try:
                x, y = float(int(x_text)), float(int(y_text))
            except ValueError:
                x, y = float(int(float(x_text))), float(int(float(y_text)))
        else:
            x, y = float(x_text), float(y_text)
    except (ValueError, OverflowError):
        return None
    if abs(x) <= FARTHEST_PX and abs(y) <= FARTHEST_PX:
        return complex(x, y)
    return None if isnan(x) or isnan(y) else complex(_pulled_back(x), _pulled_back(y))


def _pulled_back(coordinate_px: float) -> float:
    return min(max(coordinate_px, -FARTHEST_PX), FARTHEST_PX)


def _segments(
    letter: str, points: list[complex], following: complex | None, fractions: bool
) -> Iterator[Segment]:
    """One run of points under one letter, split where a point is repeated: the red anchors."""
    kind, degree = _kind(letter)
    ends = points if following is None else [*points, following]
    if kind is PathKind.PERFECT:
        kind = _perfect_or(ends, fractions)
    # Before lazer's own format, catmull paths go through a repeated point instead of breaking there; the
    # head itself is the exception.
    breaks = [
        index
        for index in range(1, len(points) - 1)
        if points[index] == points[index - 1]
        and not (kind is PathKind.CATMULL and index > 1 and not fractions)
    ]
    start = 0
    for index in breaks:
        if index - start > 1:
            yield Segment(kind, tuple(points[start:index]), degree)
        start = index
    if len(ends) - start > 1 or len(points) == 1:
        yield Segment(kind, tuple(ends[start:]), degree)


def _kind(letter: str) -> tuple[PathKind, int | None]:
    initial = letter[0]
    if initial == "B":
        degree = letter[1:]
        return PathKind.BEZIER, int(degree) if degree.isdecimal() and int(degree) > 0 else None
    return (PathKind(initial) if initial in "LP" else PathKind.CATMULL), None


def _perfect_or(points: list[complex], fractions: bool) -> PathKind:
    """What becomes of a circle that has not three points, or has them in a line."""
    if fractions:
        return PathKind.PERFECT if len(points) <= ARC_POINTS else PathKind.BEZIER
    if len(points) != ARC_POINTS:
        return PathKind.BEZIER
    first, second = points[1] - points[0], points[2] - points[0]
    area = first.imag * second.real - first.real * second.imag
    return PathKind.LINEAR if abs(area) <= approximate.DEGENERATE else PathKind.PERFECT


_curves: TwoGenerations[Curve] = TwoGenerations(CACHED_POINTS)


def curve_of(control: ControlPath, length_px: float | None, most_work: int = MOST_WORK) -> Curve:
    """The polyline of these control points with this length; remembered.

    What would cost more than `most_work` is drawn coarser. With less than nothing it runs straight from
    control point to control point: times, which follow from the file's length, are still right then.
    """
    key = (control, length_px)
    curve = _curves.get(key)
    if curve is None or curve.work > most_work:
        curve = _fitted(_drawn(control, most_work), length_px)
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


@dataclass(slots=True)
class Drawing:
    """A polyline in the making, segment by segment."""

    most_work: int
    points: list[complex] = field(default_factory=list)
    unseen_px: float = 0.0
    """What the game counts of the length without drawing it."""
    work: int = 0

    @property
    def coarse(self) -> bool:
        return self.work > self.most_work

    @property
    def work_left(self) -> int:
        return max(0, self.most_work - self.work)

    def most_points(self, work_of_a_point: int) -> int:
        """How many the next piece may have."""
        return max(0, min(MOST_POINTS - len(self.points), self.work_left // work_of_a_point))

    def add(self, part: list[complex], work: int) -> None:
        self.work += work
        self.points += part[1:] if self.points and part[0] == self.points[-1] else part


def _drawn(control: ControlPath, most_work: int) -> Drawing:
    """All segments as one polyline."""
    drawing = Drawing(most_work)
    for segment in control.segments:
        if segment.kind is PathKind.LINEAR or len(segment.points) == 1:
            drawing.add(list(segment.points), 0)
        elif drawing.work >= most_work:
            drawing.add(list(segment.points), 1)
        elif segment.kind is PathKind.CATMULL:
            _draw_catmull(drawing, segment.points)
        elif segment.kind is not PathKind.PERFECT or not _draw_arc(drawing, segment.points):
            _draw_beziers(drawing, segment)
    return drawing


def _draw_catmull(drawing: Drawing, points: tuple[complex, ...]) -> None:
    work = len(points) * approximate.CATMULL_DETAIL * WORK_OF_A_POINT
    part, unseen_px = approximate.catmull(points, drawing.most_points(WORK_OF_A_POINT))
    drawing.unseen_px += unseen_px
    drawing.add(part, work)


def _draw_arc(drawing: Drawing, points: tuple[complex, ...]) -> bool:
    part = approximate.arc(points) if len(points) == ARC_POINTS else None
    if part is None:
        return False
    drawing.add(part, len(part) * WORK_OF_A_POINT)
    return True


def _draw_beziers(drawing: Drawing, segment: Segment) -> None:
    pieces: list[tuple[complex, ...]] = [segment.points]
    if segment.degree is not None:
        pieces = approximate.spline_pieces(segment.points, segment.degree, drawing.work_left)
        drawing.work += len(segment.points) * len(pieces[0]) ** 3
    for number, piece in enumerate(pieces):
        if number:
            # Two pieces share a point, but for rounding.
            drawing.points.pop()
        each = WORK_OF_A_POINT + approximate.work_of_a_point(len(piece))
        part = approximate.bezier(piece, drawing.most_points(each))
        drawing.add(part, len(part) * each)
