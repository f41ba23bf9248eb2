"""Curves to polylines, as the game draws them, in bounded time.

A point is a complex number x + iy: one operation then moves both coordinates, which in plain Python is what
makes a map's sliders affordable. Tolerances and counts are those of ppy/osu-framework's path approximation,
since a slider's end lies where the *polyline* has its length. Each function is given the most points it may
return; where that is too few it answers coarser instead of later.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

BEND_PX: Final = 0.5
"""A piece of a bezier is flat when no control point is bent further than this (twice the game's 0.25)."""
ARC_TOLERANCE_PX: Final = 0.1
MOST_ARC_POINTS: Final = 1000
"""From here on the game draws a bezier instead of an arc: three nearly collinear points."""
DEGENERATE: Final = 1e-3
"""Twice the area of a triangle, in px², below which the game sees a line (its float epsilon)."""
CATMULL_DETAIL: Final = 50
CATMULL_STEP_PX: Final = 6.0
MOST_SUBDIVIDED: Final = 200
"""Control points up to which a bezier is halved as the game does. Halving costs their square, so beyond this
the curve itself is sampled; that is a few thousandths shorter, as the game's points lie a little off it.
"""
SAMPLED_BEND_PX: Final = 0.2
MOST_SAMPLES: Final = 4096
MOST_SPLINE_WORK: Final = 1_000_000
"""Spans times the cube of the degree. lazer's editor writes B4; a joke with more is drawn with less."""
LEAST_WEIGHT: Final = 1e-10
CUBIC: Final = 4
QUADRATIC: Final = 3


def bezier(points: Sequence[complex], most_points: int) -> list[complex]:
    """The curve that one control polygon draws, both ends included."""
    count = len(points)
    if count < QUADRATIC:
        return list(points)
    if count == QUADRATIC:
        return _quadratic(points[0], points[1], points[2], most_points)
    if count == CUBIC:
        return _cubic((points[0], points[1], points[2], points[3]), most_points)
    if count <= MOST_SUBDIVIDED:
        return _subdivided(list(points), most_points)
    return _sampled(points, most_points)


def work_of_a_point(control_points: int) -> int:
    """What `bezier` does for each point that it gives: halving costs all control points, sampling those whose
    weight counts, and doubles its points as long as it may.
    """
    return control_points if control_points <= MOST_SUBDIVIDED else 14 * math.isqrt(control_points)


def _quadratic(start: complex, middle: complex, end: complex, most_points: int) -> list[complex]:
    """All pieces of a parabola flatten at the same depth, so its points lie at even steps of t."""
    bend = start - 2 * middle + end
    depth = 1
    while abs(bend) / 4 ** (depth - 1) > BEND_PX and 2**depth < most_points:
        depth += 1
    steps = 2**depth
    slope = 2 * (middle - start) / steps
    curvature = bend / steps**2
    drawn = [start + step * (slope + step * curvature) for step in range(steps)]
    drawn.append(end)
    return drawn


def _cubic(curve: tuple[complex, complex, complex, complex], most_points: int) -> list[complex]:
    drawn: list[complex] = []
    pending = [curve]
    while pending:
        a, b, c, d = pending.pop()
        ab, bc, cd = (a + b) * 0.5, (b + c) * 0.5, (c + d) * 0.5
        abc, bcd = (ab + bc) * 0.5, (bc + cd) * 0.5
        middle = (abc + bcd) * 0.5
        bent = abs(a - b - b + c) > BEND_PX or abs(b - c - c + d) > BEND_PX
        if bent and len(drawn) < most_points:
            pending.append((middle, bcd, cd, d))
            pending.append((a, ab, abc, middle))
        else:
            drawn += (a, (ab + abc + abc + middle) * 0.25, (middle + bcd + bcd + cd) * 0.25)
    drawn.append(curve[3])
    return drawn


def _subdivided(points: list[complex], most_points: int) -> list[complex]:
    """Halve until flat; a flat piece gives as many points as it has control points, last one excepted."""
    drawn: list[complex] = []
    pending = [points]
    while pending:
        piece = pending.pop()
        left, right = _halves(piece)
        if len(drawn) < most_points and _bend_px(piece) > BEND_PX:
            pending.append(right)
            pending.append(left)
        else:
            hull = left + right[1:]
            drawn.append(hull[0])
            drawn += [
                (before + at + at + after) * 0.25
                for before, at, after in zip(hull[1:-3:2], hull[2:-2:2], hull[3:-1:2], strict=True)
            ]
    drawn.append(points[-1])
    return drawn


def _halves(points: list[complex]) -> tuple[list[complex], list[complex]]:
    left = [points[0]]
    right = [points[-1]]
    row = points
    for _ in range(len(points) - 1):
        # Times a half, not divided by two: complex division costs twice as much.
        row = [(a + b) * 0.5 for a, b in pairwise(row)]
        left.append(row[0])
        right.append(row[-1])
    right.reverse()
    return left, right


def _bend_px(points: list[complex]) -> float:
    bends = zip(points, points[1:], points[2:], strict=False)
    return max([abs(a - b - b + c) for a, b, c in bends])


def _sampled(points: Sequence[complex], most_points: int) -> list[complex]:
    """Points of the curve itself at even steps of t, doubled until flat."""
    steps = 64
    drawn = [_at(points, step / steps) for step in range(steps + 1)]
    most_steps = min(MOST_SAMPLES, most_points)
    while 2 * steps <= most_steps and _bend_px(drawn) > SAMPLED_BEND_PX:
        between = [_at(points, (2 * step + 1) / (2 * steps)) for step in range(steps)]
        drawn = [point for pair in zip(drawn, between, strict=False) for point in pair] + drawn[-1:]
        steps *= 2
    return drawn


def _at(points: Sequence[complex], t: float) -> complex:
    """One point of a bezier of high degree: the binomial weights around their peak, ratio by ratio."""
    degree = len(points) - 1
    if t <= 0 or t >= 1:
        return points[0] if t <= 0 else points[-1]
    peak = min(degree, int((degree + 1) * t))
    odds = t / (1 - t)
    total, at = 1.0, points[peak]
    weight = 1.0
    for index in range(peak, degree):
        weight *= (degree - index) / (index + 1) * odds
        if weight < LEAST_WEIGHT:
            break
        total += weight
        at += weight * points[index + 1]
    weight = 1.0
    for index in range(peak, 0, -1):
        weight *= index / ((degree - index + 1) * odds)
        if weight < LEAST_WEIGHT:
            break
        total += weight
        at += weight * points[index - 1]
    return at / total


def arc(points: Sequence[complex]) -> list[complex] | None:
    """The circle through three points; None where the game draws a bezier instead."""
    a, b, c = points
    ab, ac = b - a, c - a
    twice_area = ab.imag * ac.real - ab.real * ac.imag
    if abs(twice_area) <= DEGENERATE:
        return None
    # Seen from a, the centre of the circle through 0, ab and ac.
    out = 1j * (abs(ab) ** 2 * ac - abs(ac) ** 2 * ab) / (2 * twice_area)
    radius, first = abs(out), -out
    last = ac - out
    if not math.isfinite(radius) or radius == 0:
        return None
    clockwise = twice_area > 0
    sweep = (last / first) if not clockwise else (first / last)
    angle = math.atan2(sweep.imag, sweep.real) % math.tau
    count = _arc_points(radius, angle)
    if count >= MOST_ARC_POINTS:
        return None
    turn = (-angle if clockwise else angle) / (count - 1)
    start = math.atan2(first.imag, first.real)
    centre = a + out
    return [
        centre + complex(radius * math.cos(start + step * turn), radius * math.sin(start + step * turn))
        for step in range(count)
    ]


def _arc_points(radius: float, angle: float) -> int:
    if 2 * radius <= ARC_TOLERANCE_PX:
        return 2
    cosine = 1 - ARC_TOLERANCE_PX / radius
    step = 2 * math.acos(cosine)
    return max(2, math.ceil(angle / step)) if step > 0 else MOST_ARC_POINTS


def catmull(points: Sequence[complex], most_points: int) -> tuple[list[complex], float]:
    """The spline through all points, thinned to steps of 6 px as the game draws it, and the length that the
    thinning took away, which the game still counts.
    """
    detail = max(1, min(CATMULL_DETAIL, most_points // len(points)))
    drawn = [points[0]]
    kept, before, walked, removed = points[0], points[0], 0.0, 0.0
    for index in range(len(points) - 1):
        for step in range(1, detail + 1):
            at = _catmull_at(points, index, step / detail)
            walked += abs(at - before)
            before = at
            if step == detail or abs(at - kept) > CATMULL_STEP_PX:
                removed += walked - abs(at - kept)
                drawn.append(at)
                kept, walked = at, 0.0
    return drawn, removed


def _catmull_at(points: Sequence[complex], index: int, t: float) -> complex:
    """Between two points; beyond the first lies the first, beyond the last the path goes straight on."""
    b, c = points[index], points[index + 1]
    a = points[index - 1] if index > 0 else b
    d = points[index + 2] if index + 2 < len(points) else 2 * c - b
    return b + t / 2 * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))


def spline_pieces(
    points: Sequence[complex], degree: int, most_work: int = MOST_SPLINE_WORK
) -> list[tuple[complex, ...]]:
    """A clamped uniform B-spline as beziers, one between each two knots."""
    highest = len(points) - 1
    degree = min(degree, highest)
    if degree == highest:
        return [tuple(points)]
    most_work = min(most_work, MOST_SPLINE_WORK)
    degree = min(degree, max(2, int((most_work / len(points)) ** (1 / 3))))
    spans = len(points) - degree
    knots = [0] * degree + list(range(spans + 1)) + [spans] * degree
    return [
        tuple(
            _polar(points[span : span + degree + 1], knots[span : span + 2 * degree + 1], span, ends)
            for ends in range(degree + 1)
        )
        for span in range(spans)
    ]


def _polar(points: Sequence[complex], knots: Sequence[int], span: int, ends: int) -> complex:
    """Control point number `ends` of the bezier on [span, span + 1]: the polar form of the spline, taken that
    often at the piece's end and else at its start.
    """
    degree = len(points) - 1
    row = list(points)
    for level in range(1, degree + 1):
        at = span + 1 if level <= ends else span
        for index in range(degree - level + 1):
            low, high = knots[index + level], knots[index + degree + 1]
            share = (at - low) / (high - low)
            row[index] = (1 - share) * row[index] + share * row[index + 1]
    return row[0]
