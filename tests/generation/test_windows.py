from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch

from engine.audio.waveform import Waveform
from engine.generation.windows import Window, WindowShape, cut, sound_of
from tests.generation.tiny import ramp

V30 = WindowShape(4_095 * 128)
V32 = WindowShape(2_047 * 128)


@pytest.mark.parametrize("shape", [V30, V32], ids=["v30", "v32"])
@pytest.mark.parametrize("song_s", [0.1, 30, 33, 200, 1_000])
def test_give_or_take_a_millisecond_every_moment_counts_in_one_window(
    shape: WindowShape, song_s: float
) -> None:
    windows = cut(int(song_s * 16_000), shape)
    assert windows[0].counts_from_ms == 0
    assert windows[-1].counts_to_ms >= song_s * 1_000
    for before, after in pairwise(windows):
        # Times are cut to whole milliseconds, so neighbours meet within one.
        assert before.counts_to_ms == pytest.approx(after.counts_from_ms, abs=1.0)


@pytest.mark.parametrize(("start_ms", "end_ms"), [(0, 5_000), (60_000, 70_000), (190_000, 400_000)])
def test_the_windows_for_a_section_count_all_of_it(start_ms: int, end_ms: int) -> None:
    windows = cut(200 * 16_000, V32, start_ms=start_ms, end_ms=end_ms)
    assert len(windows) < len(cut(200 * 16_000, V32))
    assert windows[0].counts_from_ms <= start_ms
    assert windows[-1].counts_to_ms >= min(end_ms, 200_000)


def test_the_part_that_counts_is_the_tenth_in_the_middle() -> None:
    window = cut(200 * 16_000, V30)[3]
    assert window == Window(157_245, 9_827, 9_827 + 16_380, 9_827 + 19_656)


def test_a_section_past_the_song_still_has_its_last_window() -> None:
    windows = cut(60 * 16_000, V32, start_ms=10_000_000)
    assert windows[0].start_sample == cut(60 * 16_000, V32)[-1].start_sample
    assert len(windows) == 1


def test_times_are_those_of_the_reference_up_to_the_seventeenth_minute() -> None:
    """Its arithmetic: single precision, cut to whole numbers."""
    for shape in (V30, V32):
        windows = cut(17 * 60 * 16_000, shape)
        stride_ms = shape.stride_samples * 1000 / 16_000
        theirs = torch.arange(0, len(windows) * stride_ms, stride_ms).to(torch.int32)
        assert [window.time_ms for window in windows] == theirs.tolist()


def test_a_batch_of_windows_is_one_tensor_of_sound_between_minus_one_and_one() -> None:
    song = Waveform(np.array([-4, 2] * 400_000, dtype=np.int16), peak=4)
    windows = cut(song.samples, V32)
    sound = sound_of(song, windows[:3], V32)
    assert sound.shape == (3, V32.samples)
    assert sound.dtype == torch.float32
    assert sound[0, :4].tolist() == [-1, 0.5, -1, 0.5]


def test_what_reaches_past_the_song_is_silence() -> None:
    windows = [Window(4, 0, 0, 0), Window(-3, 0, 0, 0), Window(50, 0, 0, 0)]
    sound = sound_of(ramp(10), windows, WindowShape(8, lookback=0, lookahead=0))
    assert sound.tolist() == [[5, 6, 7, 8, 9, 10, 0, 0], [0, 0, 0, 1, 2, 3, 4, 5], [0] * 8]


@pytest.mark.parametrize(("lookback", "lookahead"), [(0.5, 0.5), (0.9, 0.4), (-0.1, 0.2)])
def test_a_shape_in_which_nothing_counts_is_refused(lookback: float, lookahead: float) -> None:
    with pytest.raises(ValueError, match="together they must be below 1"):
        WindowShape(1_000, lookback, lookahead)
