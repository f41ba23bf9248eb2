"""A slider's anchors and end as the models read them: what a path in a file is told as."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from engine.beatmap.cache import TwoGenerations
from engine.tokens.events import EventType
from engine.tokens.slider_ends import Point, SliderPath, centre_of, ends_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

POINTS_OF_AN_ARC: Final = 3
WHOLE_PIXELS: Final = {str(at_px): at_px for at_px in range(-256, 769)}
REMEMBERED_POINTS: Final = 200_000
FARTHEST_PX: Final = 131_072
"""As far as the game lets anything stand."""


class PathKey(NamedTuple):
    text: str
    """As the file writes it, `B|100:200|300:200`."""
    x: int
    y: int
    length_px: float


class SliderShape(NamedTuple):
    point_count: int
    """The head included."""
    kinds: bytes
    """Of the anchors between head and last point, by number."""
    indices: Sequence[int]
    """Which of the path's points they are."""
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    """Of those anchors, of the last point, and of where the path ends."""

    @property
    def end(self) -> Point:
        return self.xs[-1], self.ys[-1]


_known: TwoGenerations[SliderShape] = TwoGenerations(REMEMBERED_POINTS)


def slider_shapes(keys: Iterable[PathKey]) -> list[SliderShape]:
    """Of all these paths at once: measuring them together costs little more than measuring one."""
    wanted = list(keys)
    shapes = {key: shape for key in wanted if (shape := _known.get(key)) is not None}
    new = [key for key in dict.fromkeys(wanted) if key not in shapes]
    paths = [_read(key) for key in new]
    for key, path, end in zip(new, paths, ends_of(paths), strict=True):
        shapes[key] = shape = _shape(path, end)
        _known.put(key, shape, shape.point_count + 4)
    return [shapes[key] for key in wanted]


def forget_shapes() -> None:
    """Empties the memo, for what measures without it."""
    _known.clear()


def _read(key: PathKey) -> SliderPath:
    kind, *rest = key.text.split("|")
    points: list[Point] = [(key.x, key.y)]
    for text in rest:
        x, colon, y = text.partition(":")
        if not colon:  # a letter alone starts another segment in lazer's maps, which no model knows
            continue
        known_x, known_y = WHOLE_PIXELS.get(x), WHOLE_PIXELS.get(y)
        x_px = _pixel(x) if known_x is None else known_x
        y_px = _pixel(y) if known_y is None else known_y
        if x_px is not None and y_px is not None:  # what is no point is left out, as the game does
            points.append((x_px, y_px))
    centre = centre_of(points) if kind == "P" and len(points) == POINTS_OF_AN_ARC else None
    return SliderPath(_anchor_of(kind, centre), points, key.length_px, centre)


def _pixel(text: str) -> int | None:
    try:
        at_px = float(text.partition(":")[0])
        return int(min(max(at_px, -FARTHEST_PX), FARTHEST_PX))
    except ValueError:
        return None


def _anchor_of(kind: str, centre: Point | None) -> EventType:
    """The kind of curve by the name of its anchors; an arc that is none is a Bezier curve."""
    if kind == "L":
        return EventType.RED_ANCHOR
    if kind == "C":
        return EventType.CATMULL_ANCHOR
    return EventType.BEZIER_ANCHOR if centre is None else EventType.PERFECT_ANCHOR


def _shape(path: SliderPath, end: Point) -> SliderShape:
    points = path.points
    if path.anchor is EventType.BEZIER_ANCHOR:
        told = _bezier_anchors(points)
        kinds, indices = bytes(told.values()), tuple(told)
        xs, ys = zip(*[points[index] for index in indices], points[-1], end, strict=True)
        return SliderShape(len(points), kinds, indices, xs, ys)
    between = range(1, len(points) - 1)
    xs, ys = zip(*(points[1:] or points), end, strict=True)
    return SliderShape(len(points), bytes([path.anchor]) * len(between), between, xs, ys)


def _bezier_anchors(points: Sequence[Point]) -> dict[int, EventType]:
    """By index. A red anchor is written as a point that stands twice; it is told once."""
    told: dict[int, EventType] = {}
    for index in range(1, len(points) - 1):
        if points[index] == points[index + 1]:
            told[index] = EventType.RED_ANCHOR
        elif points[index] != points[index - 1]:
            told[index] = EventType.BEZIER_ANCHOR
    return told
