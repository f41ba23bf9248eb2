"""Which of the moments that were heard are the song's beats: those that many passes heard and that follow
each other in a tempo, through stretches where some were missed.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log2
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.timing.pooled import Moments
    from engine.timing.tempo import Floats

SHORTEST_MS, LONGEST_MS = 150.0, 2000.0
"""Of a beat: 400 to 30 a minute."""
AROUND_MS: Final = 2500.0
"""How far around, before or after a moment it is asked which tempo rules."""
PARTS_OF_AN_OCTAVE: Final = 48
CELLS: Final = int(log2(LONGEST_MS / SHORTEST_MS) * PARTS_OF_AN_OCTAVE) + 1
SHORTER_COUNTS: Final = 0.4
"""The power of an interval's length by which it counts less: beats one apart are two apart as well."""
SONG_COUNTS: Final = 0.2
"""How much all of the song has to say about each moment, against 1 of what is around it."""
SMEARED: Final = (2, 3, 3, 3, 3, 3, 2)
"""Over how many parts of an octave, since a short interval is told less exactly than a long one."""
SAME_TEMPO: Final = 0.06
"""Intervals that differ less, as a share, are of one tempo."""
CREDIBLE: Final = 0.25
"""Share of the passes that must hear a beat for it to count more than it costs."""
OFF_TEMPO_COST: Final = 8.0
"""Of a beat off its place, by the square."""
MISSED_COST: Final = 0.12
"""Of a beat in between that was not heard."""
MOST_MISSED: Final = 64
MOST_MISSED_COST: Final = 1.2
"""Of a silence, however long."""
MOST_COST: Final = 2.5
"""Of a way that no tempo explains."""
LOOKED_BACK: Final = 24
"""Moments: among so many is the beat before."""


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    moments: NDArray[np.int64]
    """Which of them are beats, in order."""
    beats: NDArray[np.int64]
    """How many beats each comes after the one before; 0 where that cannot be said, and for the first."""


def chained(moments: Moments) -> Chain:
    """The dearest chain: what was heard, less what is odd about it."""
    count = len(moments)
    tempos = _tempos(moments)  # [N, 3]
    worth = moments.heard - CREDIBLE
    best, before, beats = worth.copy(), np.full(count, -1), np.zeros(count, np.int64)
    for at in range(1, count):
        first = max(at - LOOKED_BACK, 0)
        apart_ms = moments.times_ms[at] - moments.times_ms[first:at]
        costs, missed = _costs(apart_ms, tempos[first:at], tempos[at])
        reached = best[first:at] - costs
        nearest = int(np.argmax(reached))
        if reached[nearest] > 0:
            best[at] += reached[nearest]
            before[at], beats[at] = first + nearest, missed[nearest]
    return _walked_back(best, before, beats)


def _walked_back(best: Floats, before: NDArray[np.int64], beats: NDArray[np.int64]) -> Chain:
    chain: list[int] = []
    at = int(np.argmax(best)) if len(best) else -1
    while at >= 0:
        chain.append(at)
        at = int(before[at])
    chain.reverse()
    of_chain = np.array(chain, np.int64)
    return Chain(of_chain, np.where(before[of_chain] < 0, 0, beats[of_chain]) if chain else of_chain)


def _costs(apart_ms: Floats, tempos: Floats, here: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """From each of the moments before to this one: what the way costs, and how many beats it is."""
    possible = np.concatenate((tempos, np.broadcast_to(here, tempos.shape)), axis=1)  # [N, 6]
    ratio = apart_ms[:, np.newaxis] / possible
    beats = np.rint(ratio).clip(1, MOST_MISSED)
    missed = np.minimum(MISSED_COST * (beats - 1), MOST_MISSED_COST)
    costs = OFF_TEMPO_COST * (ratio - beats) ** 2 / beats + missed
    cheapest = costs.argmin(axis=1)
    rows = np.arange(len(apart_ms))
    least, chosen = costs[rows, cheapest], beats[rows, cheapest].astype(np.int64)
    return np.minimum(least, MOST_COST), np.where(least > MOST_COST, 0, chosen)


def _tempos(moments: Moments) -> Floats:
    """[N, 3]: the beat that the moments around each one keep, those before it and those after it.

    What lies a beat apart is asked of all pairs of moments, by how many passes heard both: where each pass
    misses half of the beats the pairs are there all the same, and halves that some passes hear are outvoted.
    """
    middles_ms, lengths_ms, weights = _intervals(moments)
    if not len(lengths_ms):
        return np.full((len(moments), 3), (SHORTEST_MS * LONGEST_MS) ** 0.5)
    cells = (np.log2(lengths_ms / SHORTEST_MS) * PARTS_OF_AN_OCTAVE).astype(np.int64)
    times_ms = moments.times_ms
    bounds = np.searchsorted(middles_ms, (times_ms - AROUND_MS, times_ms, times_ms + AROUND_MS))  # [3, N]
    usual = SONG_COUNTS * _shares(cells, weights)
    found = np.zeros((len(moments), 3))
    for at, (before, here, after) in enumerate(bounds.T.tolist()):
        for column, part in enumerate((slice(before, after), slice(before, here), slice(here, after))):
            found[at, column] = _commonest_ms(lengths_ms[part], cells[part], weights[part], usual)
    return found


def _intervals(moments: Moments) -> tuple[Floats, Floats, Floats]:
    """Between any two that a beat may lie between, in order of their middles: those, lengths and weights."""
    times_ms, found = moments.times_ms, []
    for apart in range(1, min(LOOKED_BACK, len(moments) - 1) + 1):
        lengths_ms = times_ms[apart:] - times_ms[:-apart]
        weights = moments.heard[apart:] * moments.heard[:-apart] / lengths_ms**SHORTER_COUNTS
        sane = (lengths_ms >= SHORTEST_MS) & (lengths_ms <= LONGEST_MS)
        middles_ms = (times_ms[apart:] + times_ms[:-apart]) / 2
        found.append(np.stack((middles_ms, lengths_ms, weights))[:, sane])
    table = np.concatenate(found, axis=1) if found else np.zeros((3, 0))
    order = np.argsort(table[0], kind="stable")
    return table[0, order], table[1, order], table[2, order]


def _commonest_ms(lengths_ms: Floats, cells: NDArray[np.int64], weights: Floats, usual: Floats) -> float:
    """Where most lie close together, in shares of their length. `usual`: what the song adds to that."""
    smooth = np.convolve(_shares(cells, weights) + usual, SMEARED, mode="same")
    mode_ms = SHORTEST_MS * 2 ** ((int(np.argmax(smooth)) + 0.5) / PARTS_OF_AN_OCTAVE)
    near = np.abs(lengths_ms / mode_ms - 1) <= SAME_TEMPO
    if not near.any():
        return float(mode_ms)
    return float(np.average(lengths_ms[near], weights=weights[near]))


def _shares(cells: NDArray[np.int64], weights: Floats) -> Floats:
    """[CELLS], from the shortest up."""
    counted: Floats = np.bincount(cells, weights, CELLS).astype(np.float64)
    counted /= max(counted.sum(), 1e-9)
    return counted
