"""The text of a slider's path and the control points it stands for, in runs that each make one curve.

A point is a complex number x + iy, relative to the slider's head. What the game does where a path is odd
(three points in a line, points repeated) is that of ppy/osu.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import isnan
from typing import TYPE_CHECKING, Final

from engine.beatmap import approximate
from engine.beatmap.layout import FIRST_LAZER_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

FARTHEST_PX: Final = 131_072.0
"""The game refuses coordinates beyond this; here they are pulled back to it."""
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
