"""Where objects stand, in events: on a grid, or as a distance, or in a column."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.beatmap.objects import Mode
from engine.tokens.events import EventType
from engine.tokens.grammar import X_RANGE_PX, Y_RANGE_PX

if TYPE_CHECKING:
    from engine.tokens.grammar import Grammar
    from engine.tokens.groups import Statement
    from engine.tokens.slider_shapes import Point
    from engine.tokens.view import MapView

WIDTH_PX, HEIGHT_PX = 512, 384
CENTRE: Final[Point] = (256, 192)
"""Where the first object's distance is measured from, and the next one's after a spinner."""
LONGEST_DISTANCE_PX: Final = 640


class Placer:
    """Tells positions of one map, and remembers the last one: a distance is told from there."""

    def __init__(
        self, view: MapView, grammar: Grammar, *, flip_x: bool = False, flip_y: bool = False
    ) -> None:
        self._grammar = grammar
        self._flip_x, self._flip_y = flip_x, flip_y
        self._columns = int(view.circle_size) if view.mode == Mode.MANIA else 0
        self._on_field = view.mode in (Mode.OSU, Mode.CATCH)
        self._last = CENTRE
        self._told: dict[Point, tuple[Statement, ...]] = {}

    def recentre(self) -> None:
        """What a spinner does to the cursor."""
        self._last = CENTRE

    def tell(self, x: float, y: float) -> tuple[Statement, ...]:
        """Nothing in osu!taiko."""
        if not self._on_field:
            return self._column(x) if self._columns else ()
        point = (WIDTH_PX - x if self._flip_x else x, HEIGHT_PX - y if self._flip_y else y)
        told = self._told.get(point)
        if told is None:
            told = self._told[point] = self._position(*point)
        if not self._grammar.distances:
            return told
        dx, dy = point[0] - self._last[0], point[1] - self._last[1]
        self._last = point
        distance_px = math.sqrt(dx * dx + dy * dy)
        return ((EventType.DISTANCE, int(min(distance_px, LONGEST_DISTANCE_PX))), *told)

    def _column(self, x: float) -> tuple[Statement, ...]:
        x = WIDTH_PX - x if self._flip_x else x
        column = int(min(max(x / WIDTH_PX * self._columns, 0), self._columns - 1))
        return ((EventType.COLUMN, column),)

    def _position(self, x: float, y: float) -> tuple[Statement, ...]:
        grammar, grid_px = self._grammar, self._grammar.position_px
        column, row = _cell(x, X_RANGE_PX, grid_px), _cell(y, Y_RANGE_PX, grid_px)
        if grammar.split_axes:
            return (EventType.POSITION_X, column), (EventType.POSITION_Y, row)
        left, top = X_RANGE_PX[0] // grid_px, Y_RANGE_PX[0] // grid_px
        joint = (EventType.POSITION, column - left + (row - top) * grammar.columns)
        if not grammar.refinement_px:
            return (joint,)
        fine = grid_px // grammar.refinement_px
        within = _within(x, grid_px, grammar.refinement_px), _within(y, grid_px, grammar.refinement_px)
        return joint, (EventType.POSITION_REFINEMENT, within[0] + within[1] * fine)


def _cell(at_px: float, bounds_px: tuple[int, int], grid_px: int) -> int:
    """Cut towards zero, so that the cell of 0 is twice as wide as the others."""
    least, most = bounds_px
    return int(min(max(at_px / grid_px, least / grid_px), most / grid_px))


def _within(at_px: float, grid_px: int, fine_px: int) -> int:
    """From the lower bound, left of zero too: there it disagrees with the cell, and models learnt it so."""
    return int(min(max((at_px % grid_px) // fine_px, 0), grid_px // fine_px - 1))
