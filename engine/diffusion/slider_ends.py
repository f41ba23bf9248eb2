"""Where a slider ends is no choice: anchors and length decide, so each guess of the model is put right."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Final

from engine.beatmap.control_path import ControlPath, PathKind, Segment
from engine.beatmap.curve import Curve, curve_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from torch import Tensor

ARC_POINTS: Final = 3
CATMULL_STEPS: Final = 50
"""From one point of a catmull spline to the next."""


@dataclass(frozen=True, slots=True)
class SliderEnd:
    anchors: tuple[int, ...]
    """Points of the sequence from head to last anchor; a red anchor stands twice."""
    end: int
    """The point that says where the slider ends."""
    kind: PathKind
    length_px: float

    def within(self, start: int, stop: int) -> bool:
        return start <= min(self.anchors[0], self.end) and max(self.anchors[-1], self.end) < stop

    def moved(self, start: int) -> SliderEnd:
        """The same slider in a window of the sequence that begins at `start`."""
        return SliderEnd(
            tuple(at - start for at in self.anchors), self.end - start, self.kind, self.length_px
        )


def put_right(pixels: Tensor, sliders: Iterable[SliderEnd]) -> None:
    """[2, N] pixels, changed in place. A slider whose anchors share one place ends where the guess said."""
    places = [complex(x, y) for x, y in pixels.T.tolist()]
    for slider in sliders:
        head = places[slider.anchors[0]]
        curve = _curve(slider.kind, [places[at] - head for at in slider.anchors])
        if curve.natural_px > 0:
            # Never longer than its path: while anchors still wander, lengthening it would throw it far away.
            end = head + curve.at(min(max(slider.length_px, 0.0), curve.natural_px))
            places[slider.end] = end
            pixels[0, slider.end], pixels[1, slider.end] = end.real, end.imag


def _curve(kind: PathKind, points: list[complex]) -> Curve:
    if kind is PathKind.CATMULL:
        return _whole_catmull(points)
    return curve_of(ControlPath(tuple(_segments(kind, points))), None)


def _whole_catmull(points: list[complex]) -> Curve:
    """The spline in all its points. The game leaves some out and counts their length to the first piece,
    which moves the end by a few pixels; the model was shown the ends of whole curves.
    """
    drawn: list[complex] = []
    for segment in _segments(PathKind.CATMULL, points):
        own = segment.points
        # Beyond the first point lies the first, beyond the last the path goes straight on.
        beyond = 2 * own[-1] - own[-2] if len(own) > 1 else own[-1]
        padded = [own[0], *own, beyond]
        drawn.append(own[0])
        for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
            shares = (step / CATMULL_STEPS for step in range(1, CATMULL_STEPS + 1))
            drawn += [
                b + t / 2 * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
                for t in shares
            ]
    lengths = accumulate((abs(after - before) for before, after in pairwise(drawn)), initial=0.0)
    distances_px = tuple(lengths)
    return Curve(tuple(drawn), distances_px, distances_px[-1], reach_px=max(map(abs, drawn)))


def _segments(kind: PathKind, points: Sequence[complex]) -> Iterator[Segment]:
    """Split where a point is repeated; an arc has three points or is a bezier."""
    kind = PathKind.BEZIER if kind is PathKind.PERFECT and len(points) != ARC_POINTS else kind
    start = 0
    for index in range(1, len(points) + 1):
        if index == len(points) or points[index] == points[index - 1]:
            yield Segment(kind, tuple(points[start:index]))
            start = index
