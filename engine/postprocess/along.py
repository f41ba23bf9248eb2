"""How far along a path a point lies that is not quite on it."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.postprocess.drafts import Point

AS_NEAR_PX: Final = 4.0
"""A model tells positions no more finely: of places as near as this the last is meant."""


def reach_px(drawn: Sequence[Point], point: Point) -> float:
    """Along the polyline to where it comes nearest to the point, for the last time."""
    points = [complex(*at) for at in drawn]
    target = complex(*point)
    starts_px = list(accumulate((abs(after - before) for before, after in pairwise(points)), initial=0.0))
    nearest = [_nearest(before, after, target) for before, after in pairwise(points)]
    if not nearest:
        return 0.0
    least_px = min(off_px for off_px, _ in nearest) + AS_NEAR_PX
    at = max(number for number, (off_px, _) in enumerate(nearest) if off_px <= least_px)
    while at and nearest[at - 1][0] < nearest[at][0]:
        at -= 1
    return starts_px[at] + nearest[at][1]


def _nearest(before: complex, after: complex, target: complex) -> tuple[float, float]:
    """How far from a line the target is, and how far along it is nearest."""
    step = after - before
    size = abs(step)
    if not size:
        return abs(target - before), 0.0
    along = ((target - before) * step.conjugate()).real / size
    along = min(max(0.0, along), size)
    return abs(target - before - step / size * along), along
