"""A slider's shape, velocity and length: all three so that it ends when it was said to end.

The time is what counts: length = velocity x time. A velocity that was said is kept as long as the path has
about that length, and the path then gives way; where none was said it follows from how far along the path
the slider was said to end, rounded as a mapper would choose it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engine.beatmap.curve import path_of
from engine.beatmap.slider import LEAST_MULTIPLIER, MOST_MULTIPLIER, PX_PER_BEAT
from engine.beatmap.timing import LEAST_VELOCITY, MOST_VELOCITY
from engine.postprocess.along import reach_px
from engine.postprocess.drafts import MOST_SPANS
from engine.postprocess.places import CENTRE_PX

if TYPE_CHECKING:
    from engine.postprocess.drafts import Point, Slider
    from engine.postprocess.places import Box

KEPT_VELOCITY: Final = 0.15
"""A velocity this much off is still the one before."""
KEPT_VELOCITY_OF_A_COMBO: Final = 0.05
FINE_STEPS, STEPS = 100, 20
"""Velocities of mappers are multiples of 1/20, small ones of 1/100."""
LONGEST_SHARE: Final = 1.5
"""Of a path, that a velocity may ask for before it is taken for a mistake."""
NO_LENGTH_PX: Final = 1.0
"""A path shorter than this is a point."""
STRETCHED_PX: Final = 100.0
SAME_PX: Final = 1e-4
MOST_SCALED_PX: Final = 3000.0
"""No path is made longer than this: it will have to be brought onto the screen anyway."""
SHRINKINGS: Final = 24
SHRINK: Final = 0.97
"""What whole pixels may cost, at each try."""


@dataclass(slots=True)
class Pace:
    """What rules where a slider begins."""

    beat_ms: float
    multiplier: float
    velocity: float
    """Of the line that rules there already."""

    def length_px(self, velocity: float, span_ms: float) -> float:
        return velocity * span_ms * PX_PER_BEAT / self.beat_ms * self._multiplier

    def velocity_of(self, length_px: float, span_ms: float) -> float:
        return length_px / PX_PER_BEAT / span_ms * self.beat_ms / self._multiplier

    @property
    def _multiplier(self) -> float:
        return min(max(self.multiplier, LEAST_MULTIPLIER), MOST_MULTIPLIER)


@dataclass(slots=True)
class Shape:
    head: Point
    letter: str
    points: list[Point]
    velocity: float
    length_px: float
    spans: int
    is_moved: bool = False
    """Whether it would have left the screen as it was said."""
    is_stretched: bool = False
    """Whether it had to be given an extent."""

    @property
    def path_text(self) -> str:
        return "|".join([self.letter, *(f"{round(x)}:{round(y)}" for x, y in self.points)])

    def drawn(self, length_px: float | None = None) -> list[tuple[float, float]]:
        """The polyline that the game draws of it, with that length."""
        x, y = self.head
        return list(path_of(self.path_text, round(x), round(y), length_px).points)


def shaped(slider: Slider, pace: Pace, screen: Box) -> Shape:
    """As it can be written: on the screen, with a length that its path has and its time asks for."""
    span_ms = (slider.end_ms - slider.time_ms) / slider.spans
    shape = Shape(slider.head, slider.letter, slider.points, 1.0, 0.0, slider.spans)
    natural_px = _natural_px(shape)
    if natural_px < NO_LENGTH_PX:
        _stretch(shape)
        natural_px = _natural_px(shape)
    shape.velocity = _velocity(slider, shape, natural_px, pace, span_ms)
    shape.length_px = pace.length_px(shape.velocity, span_ms)
    if shape.is_stretched:
        shape.length_px = min(shape.length_px, natural_px)
    elif shape.length_px > natural_px + SAME_PX:
        _lengthen(shape, natural_px)
    if not _fits(shape, screen, natural_px):
        _bring_in(shape, screen)
    return _in_time(shape, pace, slider)


def _natural_px(shape: Shape) -> float:
    x, y = shape.head
    return path_of(shape.path_text, round(x), round(y)).natural_px


def _velocity(slider: Slider, shape: Shape, natural_px: float, pace: Pace, span_ms: float) -> float:
    if slider.velocity is None and shape.is_stretched:
        velocity = pace.velocity
    elif slider.velocity is None:
        said_px = reach_px(shape.drawn(), slider.end)
        velocity = _human(pace.velocity_of(said_px, span_ms), pace.velocity, new_combo=slider.new_combo)
    else:
        velocity = slider.velocity
    velocity = _bounded(velocity)
    if not shape.is_stretched and pace.length_px(velocity, span_ms) > natural_px * LONGEST_SHARE:
        velocity = _bounded(_rounded(pace.velocity_of(natural_px, span_ms)))
    return velocity


def _bounded(velocity: float) -> float:
    """The game plays nothing slower or faster."""
    return min(max(LEAST_VELOCITY, velocity), MOST_VELOCITY)


def _no_faster(velocity: float) -> float:
    return math.floor(velocity * FINE_STEPS + SAME_PX) / FINE_STEPS


def _human(velocity: float, before: float, *, new_combo: bool) -> float:
    kept = KEPT_VELOCITY_OF_A_COMBO if new_combo else KEPT_VELOCITY
    return before if abs(velocity - before) / before <= kept else _rounded(velocity)


def _rounded(velocity: float) -> float:
    coarse = round(velocity * STEPS) / STEPS
    return coarse if coarse >= LEAST_VELOCITY else round(velocity * FINE_STEPS) / FINE_STEPS


def _lengthen(shape: Shape, natural_px: float) -> None:
    length_px = min(shape.length_px, max(natural_px, MOST_SCALED_PX))
    _scale(shape, length_px / natural_px)
    shape.length_px = length_px


def _is_same(one: Point, other: Point) -> bool:
    """When written."""
    return (round(one[0]), round(one[1])) == (round(other[0]), round(other[1]))


def _scale(shape: Shape, factor: float) -> None:
    """About its head. What whole pixels leave over the game adds at the end, but not where a path's last two
    points are one: such a slider would end early.
    """
    x, y = shape.head
    shape.points = [((px - x) * factor + x, (py - y) * factor + y) for px, py in shape.points]
    while shape.letter != "C" and len(shape.points) > 1 and _is_same(*shape.points[-2:]):
        shape.letter = "B"  # which the game takes an arc for that does not go through three points
        shape.points.pop()


def _stretch(shape: Shape) -> None:
    """A slider of which all points are one: a line towards the middle of the playfield, of which it may use
    as much as it needs. Of no length at all the game would end it when it begins.
    """
    x, y = shape.head
    towards = (CENTRE_PX[0] - x, CENTRE_PX[1] - y)
    size = math.hypot(*towards)
    unit = (towards[0] / size, towards[1] / size) if size >= NO_LENGTH_PX else (1.0, 0.0)
    shape.letter, shape.points = "B", [(x + unit[0] * STRETCHED_PX, y + unit[1] * STRETCHED_PX)]
    shape.is_stretched = True


def _fits(shape: Shape, screen: Box, natural_px: float = 0.0) -> bool:
    """`natural_px`: its path's length, where that is known."""
    if not screen.on_playfield().holds(round(shape.head[0]), round(shape.head[1])):
        return False
    if (
        shape.letter == "B"
        and shape.length_px <= natural_px
        and all(screen.holds(*at) for at in shape.points)
    ):
        return True  # a Bezier curve never leaves the hull of its points
    return all(screen.holds(x, y) for x, y in shape.drawn(shape.length_px))


def _bring_in(shape: Shape, screen: Box) -> None:
    """Moved as a whole, and where that is not enough made smaller."""
    shape.is_moved = True
    shape.head = (float(round(shape.head[0])), float(round(shape.head[1])))
    factor = min(1.0, *(axis.most_scale() for axis in _axes(shape, screen)))
    for _ in range(SHRINKINGS):
        if factor < 1:
            _scale(shape, factor)
            shape.length_px *= factor
        x_axis, y_axis = _axes(shape, screen)
        _move(shape, x_axis.shift(), y_axis.shift())
        if _fits(shape, screen):
            return
        factor = SHRINK
    shape.head = screen.on_playfield().nearest(*shape.head)
    _stretch(shape)
    shape.length_px = min(shape.length_px, STRETCHED_PX)


def _move(shape: Shape, dx: float, dy: float) -> None:
    shape.head = (shape.head[0] + dx, shape.head[1] + dy)
    shape.points = [(x + dx, y + dy) for x, y in shape.points]


def _axes(shape: Shape, screen: Box) -> tuple[_Axis, _Axis]:
    drawn, field = shape.drawn(shape.length_px), screen.on_playfield()
    xs, ys = [x for x, _ in drawn], [y for _, y in drawn]
    (x, y) = shape.head
    return (
        _Axis(x, min(xs), max(xs), (field.left, field.right), (screen.left, screen.right)),
        _Axis(y, min(ys), max(ys), (field.top, field.bottom), (screen.top, screen.bottom)),
    )


@dataclass(frozen=True, slots=True)
class _Axis:
    """Of a slider's extent, in x or in y."""

    head: float
    least: float
    most: float
    field: tuple[float, float]
    """Where the head may be."""
    screen: tuple[float, float]
    """Where the rest may be."""

    def most_scale(self) -> float:
        """How large the slider may be, of what it is, for a place to exist that holds it."""
        before, after = self.head - self.least, self.most - self.head
        room = (
            (before + after, self.screen[1] - self.screen[0]),
            (before, self.field[1] - self.screen[0]),
            (after, self.screen[1] - self.field[0]),
        )
        return min((space / needed for needed, space in room if needed > space), default=1.0)

    def shift(self) -> int:
        """The least whole number of pixels that brings it in, or as near to that as can be."""
        least = math.ceil(max(self.field[0] - self.head, self.screen[0] - self.least))
        most = math.floor(min(self.field[1] - self.head, self.screen[1] - self.most))
        return min(max(0, least), most) if least <= most else round((least + most) / 2)


def _in_time(shape: Shape, pace: Pace, slider: Slider) -> Shape:
    """A path that was made smaller asks for another velocity; where the game has none so slow, the ball goes
    to and fro instead, and ends where it did.
    """
    duration_ms = slider.end_ms - slider.time_ms
    span_ms = duration_ms / shape.spans
    if math.isclose(shape.length_px, pace.length_px(shape.velocity, span_ms), rel_tol=1e-9):
        return shape
    velocity = _no_faster(pace.velocity_of(shape.length_px, span_ms))
    if velocity < LEAST_VELOCITY:
        times = math.ceil(pace.length_px(LEAST_VELOCITY, span_ms) / shape.length_px)
        shape.spans = min(shape.spans * (times + (times + 1) % 2), MOST_SPANS)
        span_ms = duration_ms / shape.spans
        velocity = _bounded(_no_faster(pace.velocity_of(shape.length_px, span_ms)))
    shape.velocity = velocity
    shape.length_px = pace.length_px(velocity, span_ms)
    return shape
