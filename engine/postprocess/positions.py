"""Where a model put things, in osu! pixels: from cells of its grid, and from osu!mania's columns.

A cell gives back its lower corner: whoever places by the editor's grid stands there, so the middle and the
edges of the playfield come back as they were. Only cells too coarse for any grid give back their middle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from engine.tokens.events import Events, EventType
from engine.tokens.grammar import X_RANGE_PX, Y_RANGE_PX

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from engine.tokens.events import Event, Ints
    from engine.tokens.grammar import Grammar

WIDTH_PX: Final = 512
MIDDLE_Y_PX: Final = 192


def in_pixels(events: Iterable[Event], grammar: Grammar, *, keys: int = 4) -> Events:
    """The same events with each place as POSITION_X and POSITION_Y in osu! pixels.

    `keys`: how many columns an osu!mania map has; without columns among the events it says nothing.
    """
    told = Events.of(events)
    values = told.values.copy()
    if grammar.split_axes:
        values[_are(told, EventType.POSITION_X, EventType.POSITION_Y)] *= grammar.position_px
    joint, columns = _are(told, EventType.POSITION), _are(told, EventType.COLUMN)
    ys = np.zeros_like(values)
    values[joint], ys[joint] = _joint(told, np.flatnonzero(joint), grammar)
    values[columns] = (values[columns] * 2 + 1) * WIDTH_PX // (2 * max(1, keys))
    ys[columns] = MIDDLE_Y_PX
    return _with_both_axes(Events(told.types, values, told.times), joint | columns, ys)


def _with_both_axes(events: Events, places: NDArray[np.bool_], ys: Ints) -> Events:
    """Each place is one event of which the value is x, and becomes two; refinements have been read."""
    kept = np.flatnonzero(events.types != EventType.POSITION_REFINEMENT)
    source = np.repeat(kept, 1 + places[kept])
    second = np.zeros(len(source), np.bool_)
    second[1:] = source[1:] == source[:-1]
    first = places[source] & ~second
    types = events.types[source]
    types[first], types[second] = EventType.POSITION_X, EventType.POSITION_Y
    values = np.where(second, ys[source], events.values[source])
    return Events(types, values, events.times[source])


def _joint(events: Events, indices: Ints, grammar: Grammar) -> tuple[Ints, Ints]:
    """Places that one number tells, and a second one more finely where the grammar has it."""
    grid_px = grammar.position_px
    rows, columns = np.divmod(events.values[indices], grammar.columns)
    cells = (columns + X_RANGE_PX[0] // grid_px, rows + Y_RANGE_PX[0] // grid_px)
    following = np.minimum(indices + 1, max(0, len(events) - 1))
    refined = (events.types[following] == EventType.POSITION_REFINEMENT) & (following > indices)
    fine_px = grammar.refinement_px
    if fine_px is None:
        middle = np.full(len(indices), grid_px // 2)
        return cells[0] * grid_px + middle, cells[1] * grid_px + middle
    fine_rows, fine_columns = np.divmod(events.values[following], grid_px // fine_px)
    x, y = (
        np.where(refined, _refined(cell, fine * fine_px, grid_px), cell * grid_px + grid_px // 2)
        for cell, fine in zip(cells, (fine_columns, fine_rows), strict=True)
    )
    return x, y


def _refined(cells: Ints, fine_px: Ints, grid_px: int) -> Ints:
    """Coarse cells are cut towards zero and fine ones count from the lower bound, see
    `engine.tokens.placing`: left of and above zero a fine place lies in the cell before. The models' own
    program forgets that.
    """
    return (cells - ((cells < 0) & (fine_px > 0))) * grid_px + fine_px


def _are(events: Events, *kinds: EventType) -> NDArray[np.bool_]:
    return np.isin(events.types, np.array(kinds, np.uint8))
