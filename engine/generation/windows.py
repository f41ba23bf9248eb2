"""How a song is cut into the windows a model reads, one after another, each overlapping the next.

A window's beginning repeats what earlier windows have settled, its end is only there to be heard; the part
between is what it is asked about. The cuts must fall on the very samples they fell on for the reference:
prompts carry the windows' times.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from engine.audio.waveform import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.audio.waveform import Waveform


@dataclass(frozen=True, slots=True)
class WindowShape:
    samples: int
    """One hop less than the frames of the model's encoder: the spectrogram adds a frame at the end."""
    lookback: float = 0.5
    """The part of a window that earlier ones have settled, of 1."""
    lookahead: float = 0.4
    """The part that is left to later ones, of 1."""
    overlapping: bool = True
    """Otherwise each window begins where the one before ends, and all can be asked at the same time."""

    def __post_init__(self) -> None:
        if min(self.lookback, self.lookahead) < 0 or self.samples < 1 or self.stride_samples < 1:
            raise ValueError(
                f"a window of {self.samples} samples has nothing left to ask about between a lookback of "
                f"{self.lookback} and a lookahead of {self.lookahead}: together they must be below 1"
            )

    @property
    def stride_samples(self) -> int:
        # In this order and cut to a whole number: 0.5 and 0.4 leave a hair less than a tenth, so V30's
        # windows lie 52,415 samples apart and not 52,416.
        return int(self.samples * (1 - self.lookback - self.lookahead)) if self.overlapping else self.samples

    @property
    def length_ms(self) -> float:
        return self.samples * 1000 / SAMPLE_RATE

    @property
    def lookback_ms(self) -> float:
        """From the window's start to where it begins to count."""
        return self.lookback * self.length_ms

    @property
    def lookahead_ms(self) -> float:
        """From the window's start to where it no longer counts."""
        return (1 - self.lookahead) * self.length_ms


@dataclass(frozen=True, slots=True)
class Window:
    start_sample: int
    time_ms: int
    """Cut to whole milliseconds; time tokens are counted from here."""
    counts_from_ms: float
    counts_to_ms: float
    """Events from the one up to, but not at, the other are this window's to judge or to write."""


def cut(
    song_samples: int, shape: WindowShape, *, start_ms: float | None = None, end_ms: float | None = None
) -> tuple[Window, ...]:
    """The windows that cover a song, or only those with something to say between two times; never none.

    Past the seventeenth minute the reference counts in single precision, on which processors disagree by
    a millisecond; ours are exact.
    """
    overhang = max(0, song_samples - shape.samples)
    count = 1 - (-overhang // shape.stride_samples)
    times_ms = [index * shape.stride_samples * 1000 // SAMPLE_RATE for index in range(count)]
    first, end = 0, count
    if start_ms is not None:
        first = min(bisect_right(times_ms, _single(start_ms - shape.lookahead_ms)), count - 1)
    if end_ms is not None:
        end = max(bisect_left(times_ms, _single(end_ms - shape.lookback_ms)), first + 1)
    windows = [_window(index * shape.stride_samples, times_ms[index], shape) for index in range(first, end)]
    # Nothing comes before the first window or after the last: there they count to their very ends.
    windows[0] = replace(windows[0], counts_from_ms=windows[0].time_ms)
    windows[-1] = replace(windows[-1], counts_to_ms=windows[-1].time_ms + shape.length_ms)
    return tuple(windows)


def _single(time_ms: float) -> float:
    """In single precision, as the reference compares: it wipes out the hair that 1 - 0.4 is below 0.6."""
    return float(np.float32(time_ms))


def _window(start_sample: int, time_ms: int, shape: WindowShape) -> Window:
    return Window(start_sample, time_ms, time_ms + shape.lookback_ms, time_ms + shape.lookahead_ms)


def sound_of(waveform: Waveform, windows: Sequence[Window], shape: WindowShape) -> torch.Tensor:
    """[B, N] between -1 and 1; silence where a window reaches past the song. A song's worth of windows at
    once would be ten songs: ask for those of one batch.
    """
    sound = torch.empty(len(windows), shape.samples)
    for row, window in zip(sound.numpy(), windows, strict=True):
        waveform.fill(row, window.start_sample)
    return sound
