"""Control points drawn as one polyline, as finely as the game does while that costs no more than it may."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from engine.beatmap import approximate
from engine.beatmap.control_path import ARC_POINTS, PathKind

if TYPE_CHECKING:
    from engine.beatmap.control_path import ControlPath, Segment

MOST_POINTS: Final = 20_000
"""Of one polyline. The longest path the game accepts needs about half as many."""
MOST_WORK: Final = 6_000_000
"""What drawing one path may cost, in steps of some 50 ns: twice that of the most expensive real slider."""
MOST_WORK_OF_A_MAP: Final = 12_000_000
"""Half a second. The most expensive of 640 real maps needs a quarter of it, nearly all others a hundredth."""
WORK_OF_A_POINT: Final = 16
"""For each point that is drawn, beside what its control points cost."""


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


def drawn(control: ControlPath, most_work: int) -> Drawing:
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
