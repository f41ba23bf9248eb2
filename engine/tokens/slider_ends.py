"""Where the checkpoints' training took a slider's path to end.

That is not where the ball stops: a Bezier curve was cut at a share of its parameter instead of its arc,
measured over 50 samples, an arc is never prolonged, a Catmull curve always runs to its last point. A model
learnt those ends, so it is fed those ends; for everything a mapper sees, `engine.beatmap.curve` answers.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import numpy as np

from engine.tokens.events import EventType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

Point: TypeAlias = tuple[float, float]
Segment: TypeAlias = "Sequence[Point]"
Floats: TypeAlias = "NDArray[np.float64]"

MOST_POINTS: Final = 99
"""A slider with more control points, its head included, is left out of the events."""
LENGTH_SAMPLES: Final = 50
SUMMED_APART: Final = 8
SEGMENTS_AT_ONCE: Final = 2048
"""Measured together: bounds the memory for the samples at a few megabytes per control point."""
NOTHING: Final = 1e-8
"""Squared pixels, and their products: an arc through points closer to a line than this has no centre."""
PIECED: Final = frozenset({EventType.RED_ANCHOR, EventType.BEZIER_ANCHOR})
"""Lines and Bezier curves: joined at red anchors."""


class SliderPath(NamedTuple):
    """What has to be known of a path to find its end."""

    anchor: EventType
    points: list[Point]
    length_px: float
    centre: Point | None
    """Of the circle that an arc is part of."""


def ends_of(paths: Sequence[SliderPath]) -> list[Point]:
    """A Catmull curve ends at its last point, and so does a path of one point, or one that nobody asks for
    as it has too many.
    """
    ends: list[Point] = [path.points[-1] for path in paths]
    arcs = [index for index, path in enumerate(paths) if path.anchor is EventType.PERFECT_ANCHOR]
    pieced = [
        index
        for index, path in enumerate(paths)
        if path.anchor in PIECED and 1 < len(path.points) <= MOST_POINTS
    ]
    for measure, indices in ((_arc_ends, arcs), (_pieced_ends, pieced)):
        for index, end in zip(indices, measure([paths[index] for index in indices]), strict=True):
            if math.isfinite(sum(end)):
                ends[index] = end
    return ends


def _pieced_ends(paths: Sequence[SliderPath]) -> list[Point]:
    """Of paths made of Bezier curves; a straight line is one of two points."""
    pieces = [_segments(path) for path in paths]
    lengths = iter(_lengths_px([segment for segments in pieces for segment in segments]))
    cut: list[tuple[Segment, float]] = []
    for path, segments in zip(paths, pieces, strict=True):
        lengths_px = [next(lengths) for _ in segments]
        cut.append(_cut(segments, lengths_px, path.length_px))
    return _positions(cut)


def _segments(path: SliderPath) -> list[Segment]:
    points = path.points
    if path.anchor is EventType.RED_ANCHOR:
        return list(pairwise(points))
    breaks = [index for index in range(1, len(points)) if points[index] == points[index - 1]]
    bounds = [0, *breaks, len(points)]
    return [points[start:end] for start, end in pairwise(bounds)]


def _cut(segments: Sequence[Segment], lengths_px: Sequence[float], wanted_px: float) -> tuple[Segment, float]:
    """The segment that the path ends in, and at which parameter of it."""
    sums_px = list(accumulate(lengths_px))
    total_px = sums_px[-1]
    if total_px == 0:
        return segments[-1], 1.0
    shares = [*(sum_px / total_px for sum_px in sums_px[:-1]), 1.0]
    index = bisect_left(shares, 1.0) if len(shares) > 1 else 0
    length_px = lengths_px[index]
    if index < len(segments) - 1 or length_px == 0:
        return segments[index], 1.0
    # In this order of operations: whole pixels are told by the last bit of the result.
    return segments[index], max(0, length_px - (total_px - wanted_px)) / length_px


def _lengths_px(segments: Sequence[Segment]) -> list[float]:
    lengths_px = [0.0] * len(segments)
    for points, indices in _by_size(segments):
        if points == 1:
            continue
        for start in range(0, len(indices), SEGMENTS_AT_ONCE):
            chunk = indices[start : start + SEGMENTS_AT_ONCE]
            corners = np.array([segments[index] for index in chunk], dtype=np.float64)  # [S, P, 2]
            xs, ys = _at(corners, _sampled_weights(points))  # [S, 50] each
            steps_px = np.sqrt(np.square(np.diff(xs)) + np.square(np.diff(ys)))  # [S, 49]
            for index, length_px in zip(chunk, np.sum(steps_px, axis=1).tolist(), strict=True):
                lengths_px[index] = length_px
    return lengths_px


def _positions(cut: Sequence[tuple[Segment, float]]) -> list[Point]:
    positions: list[Point] = [(0.0, 0.0)] * len(cut)
    for points, indices in _by_size([segment for segment, _ in cut]):
        corners = np.array([cut[index][0] for index in indices], dtype=np.float64)  # [S, P, 2]
        weights = _weights(points, np.array([[cut[index][1]] for index in indices]))  # [S, 1, P]
        xs, ys = _at(corners, weights)  # [S, 1] each
        for index, x, y in zip(indices, xs[:, 0].tolist(), ys[:, 0].tolist(), strict=True):
            positions[index] = (x, y)
    return positions


def _by_size(segments: Sequence[Segment]) -> Iterable[tuple[int, list[int]]]:
    """The indices of the segments with equally many points."""
    sizes: dict[int, list[int]] = {}
    for index, segment in enumerate(segments):
        sizes.setdefault(len(segment), []).append(index)
    return sizes.items()


def _at(corners: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """The x and y of [S, P, 2] corners, weighted by [T, P] or [S, T, P]: [S, T] each."""
    xs, ys = (_sum_of_points(weights, corners[..., axis]) for axis in (0, 1))
    return xs, ys


def _sum_of_points(weights: Floats, at_px: Floats) -> Floats:
    """[S, P] coordinates, weighted. Few points are added one after the other as numpy would, only faster; of
    many it adds eight sums at once, and the last bit of the result is known by that order.
    """
    points = at_px.shape[-1]
    if points >= SUMMED_APART:
        total: Floats = np.sum(weights * at_px[:, np.newaxis], axis=-1)
        return total
    total = weights[..., 0] * at_px[:, :1]
    for point in range(1, points):
        total += weights[..., point] * at_px[:, point : point + 1]
    return total


@lru_cache(maxsize=MOST_POINTS + 1)
def _sampled_weights(points: int) -> Floats:
    """[50, P]"""
    return _weights(points, np.linspace(0, 1, LENGTH_SAMPLES))


def _weights(points: int, parameters: Floats) -> Floats:
    """Bernstein's polynomials, [..., P]."""
    t = parameters[..., np.newaxis]
    degree = points - 1
    powers = np.arange(points)
    binomials = np.array([math.comb(degree, power) for power in range(points)], dtype=np.float64)
    weights: Floats = binomials * (1 - t) ** (degree - powers) * t**powers
    return weights


def centre_of(points: Sequence[Point]) -> Point | None:
    """Of the circle through three points; None where they lie on a line."""
    (ax, ay), (bx, by), (cx, cy) = points
    a = (bx - cx) ** 2 + (by - cy) ** 2
    b = (ax - cx) ** 2 + (ay - cy) ** 2
    c = (ax - bx) ** 2 + (ay - by) ** 2
    if min(a, b, c) <= NOTHING:
        return None
    s, t, u = a * (b + c - a), b * (a + c - b), c * (a + b - c)
    total = s + t + u
    if abs(total) <= NOTHING:
        return None
    return (s * ax + t * bx + u * cx) / total, (s * ay + t * by + u * cy) / total


def _arc_ends(paths: Sequence[SliderPath]) -> list[Point]:
    """Along each arc as far as the slider is long, but no further than its last point.

    The angles come from numpy, whose arctangent differs from the C library's in the last bit: many arcs end
    on a whole pixel, and there that bit decides which pixel is told.
    """
    if not paths:
        return []
    points = np.array([path.points for path in paths], dtype=np.float64)  # [A, 3, 2]
    centres = np.array([path.centre for path in paths])  # [A, 2]
    around = points - centres[:, np.newaxis]
    angles = np.arctan2(around[..., 1], around[..., 0])  # [A, 3]
    return [
        _arc_end(path, centre, corners, (start, end))
        for path, centre, corners, (start, _, end) in zip(
            paths, centres.tolist(), around.tolist(), angles.tolist(), strict=True
        )
    ]


def _arc_end(
    path: SliderPath, centre: Sequence[float], around: Sequence[Sequence[float]], angles: tuple[float, float]
) -> Point:
    (x0, y0), (x1, y1), (x2, y2) = around
    start, end = angles
    angle = end - start if end >= start else end + 2 * math.pi - start
    if (y2 - y0) * (x1 - x0) - (x2 - x0) * (y1 - y0) < 0:
        angle -= 2 * math.pi
    length_px = abs(angle * math.sqrt(x0**2 + y0**2))
    if length_px > path.length_px:
        angle *= path.length_px / length_px
    sine, cosine = math.sin(angle), math.cos(angle)
    return x0 * cosine - y0 * sine + centre[0], x0 * sine + y0 * cosine + centre[1]
