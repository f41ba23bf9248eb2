"""Where objects stand, in events: on a grid, or as a distance, or in a column."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from engine.beatmap.objects import Mode
from engine.tokens.events import EventType
from engine.tokens.grammar import X_RANGE_PX, Y_RANGE_PX

if TYPE_CHECKING:
    from engine.tokens.grammar import Grammar
    from engine.tokens.groups import Statement
    from engine.tokens.slider_shapes import Point
    from engine.tokens.view import MapView

# A member of an enumeration is looked up five times as slowly as a name of the module.
DISTANCE: Final = EventType.DISTANCE
POSITION: Final = EventType.POSITION
POSITION_X: Final = EventType.POSITION_X
POSITION_Y: Final = EventType.POSITION_Y
POSITION_REFINEMENT: Final = EventType.POSITION_REFINEMENT

WIDTH_PX, HEIGHT_PX = 512, 384
CENTRE: Final[Point] = (256, 192)
"""Where the first object's distance is measured from, and the next one's after a spinner."""
LONGEST_DISTANCE_PX: Final = 640


class Placer:
    """Tells positions of one map, and remembers the last one: a distance is told from there."""

    def __init__(
        self, view: MapView, grammar: Grammar, *, flip_x: bool = False, flip_y: bool = False
    ) -> None:
        self._flip_x, self._flip_y = flip_x, flip_y
        self._columns = int(view.circle_size) if view.mode == Mode.MANIA else 0
        self._on_field = view.mode in (Mode.OSU, Mode.CATCH)
        self._last = CENTRE
        self._x = _axis(X_RANGE_PX, grammar.position_px, grammar.refinement_px)
        self._y = _axis(Y_RANGE_PX, grammar.position_px, grammar.refinement_px)
        self._split = grammar.split_axes
        self._distances = grammar.distances
        self._cells = grammar.columns
        self._fine = grammar.position_px // grammar.refinement_px if grammar.refinement_px else 0

    def recentre(self) -> None:
        """What a spinner does to the cursor."""
        self._last = CENTRE

    def tell(self, x: float, y: float) -> tuple[Statement, ...]:
        """Nothing in osu!taiko."""
        if not self._on_field:
            return self._column(x) if self._columns else ()
        x = WIDTH_PX - x if self._flip_x else x
        y = HEIGHT_PX - y if self._flip_y else y
        place = self._place(x, y)
        if not self._distances:
            return place
        dx, dy = x - self._last[0], y - self._last[1]
        self._last = (x, y)
        distance_px = math.sqrt(dx * dx + dy * dy)
        return ((DISTANCE, int(min(distance_px, LONGEST_DISTANCE_PX))), *place)

    def _place(self, x: float, y: float) -> tuple[Statement, ...]:
        column, fine_x = self._x[x]
        row, fine_y = self._y[y]
        if self._split:
            return (POSITION_X, column), (POSITION_Y, row)
        # The ranges' lower bounds lie on every grid, so their cells are exact.
        joint = (POSITION, column - self._x.first + (row - self._y.first) * self._cells)
        if not self._fine:
            return (joint,)
        return joint, (POSITION_REFINEMENT, fine_x + fine_y * self._fine)

    def _column(self, x: float) -> tuple[Statement, ...]:
        x = WIDTH_PX - x if self._flip_x else x
        column = int(min(max(x / WIDTH_PX * self._columns, 0), self._columns - 1))
        return ((EventType.COLUMN, column),)


class Axis(dict[float, tuple[int, int]]):
    """A coordinate's cell, and where within it on the finer grid. Whole pixels are known beforehand."""

    __slots__ = ("_bounds_px", "_fine_px", "_grid_px", "first")

    def __init__(self, bounds_px: tuple[int, int], grid_px: int, fine_px: int | None) -> None:
        super().__init__()
        self._bounds_px, self._grid_px, self._fine_px = bounds_px, grid_px, fine_px or grid_px
        self.first = bounds_px[0] // grid_px
        self.update({at_px: self[at_px] for at_px in range(bounds_px[0], bounds_px[1] + 1)})

    def __missing__(self, at_px: float) -> tuple[int, int]:
        """Cells are cut towards zero, so that the one around 0 is twice as wide as the others; the finer grid
        counts from the lower bound everywhere. Left of zero they disagree, and models learnt it so.
        """
        least, most = self._bounds_px
        grid_px, fine_px = self._grid_px, self._fine_px
        cell = int(min(max(at_px / grid_px, least / grid_px), most / grid_px))
        return cell, int(min(max((at_px % grid_px) // fine_px, 0), grid_px // fine_px - 1))


@lru_cache(maxsize=16)
def _axis(bounds_px: tuple[int, int], grid_px: int, fine_px: int | None) -> Axis:
    return Axis(bounds_px, grid_px, fine_px)
