"""Beats of many passes over one song as the moments they speak of: heard to 10 ms, and not always, in each
pass, and to a millisecond by all of them together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from engine.timing.beats import Beat
    from engine.timing.tempo import Floats

BLUR_MS: Final = 10.0
"""How far from where it is a beat is heard, about: models count in steps of 10 ms."""
APART_MS: Final = 60
"""Moments are at least so far from each other: 1,000 beats per minute."""
NEAR_MS: Final = 45.0
"""So far from a moment a beat may still be one of its own."""
TRUSTED_MS: Final = 15.0
"""From where most are: what was heard farther off is left out of the mean."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What was heard in one of them."""

    beats: tuple[Beat, ...]
    offset_ms: float
    """By how much the song was late."""


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """In order of time. Of votes: the share of all passes."""

    times_ms: Floats
    heard: Floats
    """A beat of any kind."""
    measures: Floats
    """One that begins a measure; what begins a tempo does."""

    def __len__(self) -> int:
        return len(self.times_ms)


def pooled(passes: Sequence[Pass]) -> Moments:
    """Without a beat there is no moment."""
    told = [
        (beat.time_ms - one.offset_ms, number, beat.starts_measure or beat.starts_tempo)
        for number, one in enumerate(passes)
        for beat in one.beats
    ]
    if not told:
        return Moments(np.zeros(0), np.zeros(0), np.zeros(0))
    table = np.array(sorted(told), np.float64)
    times_ms, numbers, measures = table[:, 0], table[:, 1].astype(np.int64), table[:, 2]
    centres_ms, owners = _centres(times_ms, numbers)
    count, of = len(centres_ms), owners >= 0
    return Moments(
        centres_ms,
        np.bincount(owners[of], minlength=count) / len(passes),
        np.bincount(owners[of], weights=measures[of], minlength=count) / len(passes),
    )


def _centres(times_ms: Floats, numbers: NDArray[np.int64]) -> tuple[Floats, NDArray[np.int64]]:
    """Where the moments are, and which is each beat's own: -1 for none, as for a second one of a pass."""
    peaks_ms = _peaks(times_ms)
    owners = _nearest(peaks_ms, times_ms)
    off_ms = np.abs(times_ms - peaks_ms[owners])
    owners[off_ms > NEAR_MS] = -1
    by_distance = np.lexsort((off_ms, numbers, owners))
    again = np.zeros(len(owners), np.bool_)
    again[by_distance[1:]] = (owners[by_distance[1:]] == owners[by_distance[:-1]]) & (
        numbers[by_distance[1:]] == numbers[by_distance[:-1]]
    )
    owners[again] = -1
    centres_ms = np.array(
        [_trusted_mean(times_ms[owners == number], peak) for number, peak in enumerate(peaks_ms)]
    )
    return centres_ms, owners


def _trusted_mean(times_ms: Floats, peak_ms: float) -> float:
    near = times_ms[np.abs(times_ms - peak_ms) <= TRUSTED_MS]
    if not len(near):
        return peak_ms
    again = times_ms[np.abs(times_ms - near.mean()) <= TRUSTED_MS]
    return float(again.mean() if len(again) else near.mean())


def _peaks(times_ms: Floats) -> Floats:
    """Where the most beats are near, the highest first to be taken, none too near to a higher one."""
    start_ms = np.floor(times_ms[0]) - 4 * BLUR_MS
    count = int(times_ms[-1] - start_ms + 5 * BLUR_MS)
    share = times_ms - start_ms
    whole = share.astype(np.int64)
    signal = np.zeros(count)
    np.add.at(signal, whole, 1 - (share - whole))
    np.add.at(signal, whole + 1, share - whole)
    reach = np.arange(-4 * BLUR_MS, 4 * BLUR_MS + 1)
    signal = np.convolve(signal, np.exp(-((reach / BLUR_MS) ** 2) / 2), mode="same")
    found = (
        np.flatnonzero((signal[1:-1] > 0) & (signal[1:-1] >= signal[:-2]) & (signal[1:-1] > signal[2:])) + 1
    )
    taken = np.zeros(count, np.bool_)
    peaks: list[int] = []
    for peak in found[np.argsort(-signal[found], kind="stable")].tolist():
        if not taken[peak]:
            peaks.append(peak)
            taken[max(peak - APART_MS, 0) : peak + APART_MS + 1] = True
    centres_ms: Floats = np.sort(np.array(peaks, np.float64)) + start_ms
    return centres_ms


def _nearest(centres_ms: Floats, times_ms: Floats) -> NDArray[np.int64]:
    after = np.searchsorted(centres_ms, times_ms).clip(1, max(len(centres_ms) - 1, 1))
    before = after - 1
    after = np.minimum(after, len(centres_ms) - 1)
    nearer = np.abs(times_ms - centres_ms[before]) <= np.abs(times_ms - centres_ms[after])
    owners: NDArray[np.int64] = np.where(nearer, before, after)
    return owners
