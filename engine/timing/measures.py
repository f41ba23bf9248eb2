"""Where measures begin among a song's beats: of one length for as long as the votes allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.timing.tempo import Floats

METERS: Final = (4, 3, 2, 5, 6, 7, 8)
"""The usual first: where nothing was heard of measures it is taken."""
NEW_METER_COST: Final = 4.0
"""In the votes of beats, about: one that everybody hears as a measure's first is worth three."""
CUT_SHORT_COST: Final = 7.0
"""Of a measure that is not played to its end."""
SUREST: Final = 0.95


def measures_of(heard: Floats, measures: Floats, begins_tempo: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which beats begin a measure. `heard`, `measures`: the shares of passes that heard a beat there, and one
    that begins a measure. A tempo begins with a measure.
    """
    if not len(heard):
        return np.zeros(0, np.bool_)
    share = (measures / np.maximum(heard, 1e-9)).clip(1 - SUREST, SUREST)
    votes = np.log(share / (1 - share)) * heard
    meter, place = (np.array(each) for each in zip(*_states(), strict=True))
    gains = np.where(place == 0, votes[:, np.newaxis], -votes[:, np.newaxis]) / 2  # [N, S]
    leads = _leads(meter, place)  # [S, S]
    return _likeliest(gains, leads, place == 0, begins_tempo)


def _states() -> list[tuple[int, int]]:
    return [(meter, place) for meter in METERS for place in range(meter)]


def _leads(meter: NDArray[np.int64], place: NDArray[np.int64]) -> Floats:
    """What it costs to come from one state (row) to another (column)."""
    same = meter[:, np.newaxis] == meter[np.newaxis, :]
    goes_on = same & (place[np.newaxis, :] == place[:, np.newaxis] + 1)
    begins = place[np.newaxis, :] == 0
    is_full = (place == meter - 1)[:, np.newaxis]
    costs = np.full(same.shape, np.inf)
    costs[begins & ~is_full] = CUT_SHORT_COST
    costs[begins & is_full] = NEW_METER_COST
    costs[begins & is_full & same] = 0
    costs[goes_on] = 0
    return costs


def _likeliest(
    gains: Floats, leads: Floats, begins: NDArray[np.bool_], begins_tempo: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """The best way through the states: Viterbi's. Among equals the first, which is of the usual meter."""
    count, states = gains.shape
    before = np.zeros((count, states), np.int64)
    reached = gains[0].copy()
    for at in range(1, count):
        ways = reached[:, np.newaxis] - (np.where(begins, 0.0, np.inf) if begins_tempo[at] else leads)
        before[at] = ways.argmax(axis=0)
        reached = ways.max(axis=0) + gains[at]
    found = np.zeros(count, np.bool_)
    state = int(reached.argmax())
    for at in range(count - 1, -1, -1):
        found[at] = begins[state]
        state = int(before[at, state])
    return found
