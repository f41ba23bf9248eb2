"""Where objects stand, in events: on a grid, or as a distance, or in a column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from engine.beatmap.objects import Mode
from engine.tokens.events import EventType
from engine.tokens.grammar import X_RANGE_PX, Y_RANGE_PX

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from engine.tokens.events import Ints
    from engine.tokens.grammar import Grammar
    from engine.tokens.groups import Said
    from engine.tokens.slider_ends import Point
    from engine.tokens.view import MapView

    Floats: TypeAlias = NDArray[np.float64]

WIDTH_PX, HEIGHT_PX = 512, 384
CENTRE: Final[Point] = (256, 192)
"""Where the first object's distance is measured from, and the next one's after a spinner."""
LONGEST_DISTANCE_PX: Final = 640


class Placer:
    """Notes where things stand, in the order in which they are told, and tells it of all in the end."""

    def __init__(
        self, view: MapView, grammar: Grammar, *, flip_x: bool = False, flip_y: bool = False
    ) -> None:
        self._flip_x, self._flip_y, self._grammar = flip_x, flip_y, grammar
        self._columns = int(view.circle_size) if view.mode == Mode.MANIA else 0
        self.types: Said = bytes(_types(view, grammar, self._columns))
        """What is told of each place; nothing in osu!taiko."""
        self._xs: list[float] = []
        self._ys: list[float] = []
        self._after_spinner: list[int] = []

    def put(self, x: float, y: float) -> None:
        self._xs.append(x)
        self._ys.append(y)

    def put_all(self, xs: Iterable[float], ys: Iterable[float]) -> None:
        self._xs += xs
        self._ys += ys

    def recentre(self) -> None:
        """What a spinner does to the cursor."""
        self._after_spinner.append(len(self._xs))

    def numbers(self) -> dict[EventType, Ints]:
        """By type, one for each place."""
        xs, ys = np.array(self._xs, np.float64), np.array(self._ys, np.float64)
        xs = WIDTH_PX - xs if self._flip_x else xs
        ys = HEIGHT_PX - ys if self._flip_y else ys
        if EventType.COLUMN in self.types:
            return {EventType.COLUMN: _within(xs / WIDTH_PX * self._columns, 0, self._columns - 1)}
        if not self.types:
            return {}
        told = self._split(xs, ys) if self._grammar.split_axes else self._joint(xs, ys)
        if self._grammar.distances:
            told[EventType.DISTANCE] = self._distances(xs, ys)
        return told

    def _split(self, xs: Floats, ys: Floats) -> dict[EventType, Ints]:
        grid_px = self._grammar.position_px
        return {
            EventType.POSITION_X: _cells(xs, X_RANGE_PX, grid_px),
            EventType.POSITION_Y: _cells(ys, Y_RANGE_PX, grid_px),
        }

    def _joint(self, xs: Floats, ys: Floats) -> dict[EventType, Ints]:
        grid_px, fine_px = self._grammar.position_px, self._grammar.refinement_px
        # The ranges' lower bounds lie on every grid, so their cells are exact.
        columns = _cells(xs, X_RANGE_PX, grid_px) - X_RANGE_PX[0] // grid_px
        rows = _cells(ys, Y_RANGE_PX, grid_px) - Y_RANGE_PX[0] // grid_px
        told = {EventType.POSITION: columns + rows * self._grammar.columns}
        if fine_px:
            fine_xs, fine_ys = (_fine_cells(at_px, grid_px, fine_px) for at_px in (xs, ys))
            told[EventType.POSITION_REFINEMENT] = fine_xs + fine_ys * (grid_px // fine_px)
        return told

    def _distances(self, xs: Floats, ys: Floats) -> Ints:
        """Each from the place before it."""
        before = np.roll(np.array([xs, ys]), 1, axis=1)  # [2, N]
        after_spinner = [index for index in self._after_spinner if index < len(xs)]
        before[:, [0, *after_spinner][: len(xs)]] = np.array(CENTRE)[:, np.newaxis]
        dx, dy = xs - before[0], ys - before[1]
        return _within(np.sqrt(dx * dx + dy * dy), 0, LONGEST_DISTANCE_PX)


def _types(view: MapView, grammar: Grammar, columns: int) -> list[EventType]:
    if view.mode not in (Mode.OSU, Mode.CATCH):
        return [EventType.COLUMN] if columns else []
    distance = [EventType.DISTANCE] if grammar.distances else []
    if grammar.split_axes:
        return [*distance, EventType.POSITION_X, EventType.POSITION_Y]
    fine = [EventType.POSITION_REFINEMENT] if grammar.refinement_px else []
    return [*distance, EventType.POSITION, *fine]


def _cells(at_px: Floats, bounds_px: tuple[int, int], grid_px: int) -> Ints:
    """Cut towards zero, so that the cell around 0 is twice as wide as the others. The finer grid counts from
    the lower bound everywhere: left of zero they disagree, and models learnt it so.
    """
    return _within(at_px / grid_px, bounds_px[0] / grid_px, bounds_px[1] / grid_px)


def _fine_cells(at_px: Floats, grid_px: int, fine_px: int) -> Ints:
    return _within((at_px % grid_px) // fine_px, 0, grid_px // fine_px - 1)


def _within(numbers: Floats, least: float, most: float) -> Ints:
    return np.clip(numbers, least, most).astype(np.int64)
