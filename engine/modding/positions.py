"""From the cells that positions are told in back to osu! pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from engine.tokens.events import EventType
from engine.tokens.grammar import X_RANGE_PX, Y_RANGE_PX

if TYPE_CHECKING:
    from engine.tokens.grammar import Grammar


class Cell(NamedTuple):
    """What a model can tell of a place: the middle of a square, and how wide that is."""

    x: float
    y: float
    size_px: int

    def holds(self, x: float, y: float) -> bool:
        """Whether a place is no farther away than the model's words are wide."""
        return abs(x - self.x) < self.size_px and abs(y - self.y) < self.size_px


def on_axis(cell: int, size_px: int) -> float:
    """The middle of a cell. They are cut towards zero, so the one around zero is twice as wide."""
    if cell == 0:
        return 0.0
    return (cell + (0.5 if cell > 0 else -0.5)) * size_px


def joint(value: int, grammar: Grammar) -> tuple[int, int]:
    """The column and the row that one number tells."""
    row, column = divmod(value, grammar.columns)
    return column + X_RANGE_PX[0] // grammar.position_px, row + Y_RANGE_PX[0] // grammar.position_px


def refined(cell: int, fine: int, grammar: Grammar) -> float:
    """The middle of a fine cell. Those count from the lower bound, the coarse ones from zero: in the cell
    around zero the right half is meant, where objects are.
    """
    fine_px = grammar.refinement_px or grammar.position_px
    start_px = cell * grammar.position_px
    if cell < 0 and fine:
        start_px -= grammar.position_px
    return start_px + fine * fine_px + fine_px / 2


def cell_of(kind: EventType, value: int, grammar: Grammar, *, x: float, y: float, coarse: int | None) -> Cell:
    """Where a statement puts an object, given where it stands and, for a refinement, the coarse cell told
    before. An axis that the statement says nothing of stays as it is.
    """
    size_px = grammar.position_px
    if kind is EventType.POSITION_X:
        return Cell(on_axis(value, size_px), y, size_px)
    if kind is EventType.POSITION_Y:
        return Cell(x, on_axis(value, size_px), size_px)
    if kind is EventType.POSITION:
        column, row = joint(value, grammar)
        return Cell(on_axis(column, size_px), on_axis(row, size_px), size_px)
    column, row = joint(coarse or 0, grammar)
    fine_px = grammar.refinement_px or size_px
    fine_row, fine_column = divmod(value, size_px // fine_px)
    return Cell(refined(column, fine_column, grammar), refined(row, fine_row, grammar), fine_px)
