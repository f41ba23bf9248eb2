from __future__ import annotations

import warnings
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audio.resample import LinearResampler, mixed_to_mono

if TYPE_CHECKING:
    import numpy.typing as npt

    Int32 = npt.NDArray[np.int32]

RATES = (8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000, 44_056)


def song(samples: int, *, channels: int = 2, seed: int = 1) -> Int32:
    noise = np.random.default_rng(seed)
    return noise.integers(-(2**31), 2**31, (channels, samples), dtype=np.int64).astype(np.int32)


def resampled(samples: Int32, rate: int) -> Int32:
    return LinearResampler(rate, 16_000).feed(samples)


@pytest.fixture
def audioop() -> Any:
    """What the reference resamples with. Python had it until 3.12."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return pytest.importorskip("audioop", exc_type=ModuleNotFoundError)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32])
def test_every_sample_is_audioops(audioop: Any, rate: int, dtype: type[np.signedinteger]) -> None:
    bytes_each = np.dtype(dtype).itemsize
    shift = 32 - 8 * bytes_each
    narrow = (song(5_000) >> shift).astype(dtype)
    theirs, _ = audioop.ratecv(narrow.T.tobytes(), bytes_each, 2, rate, 16_000, None)
    mono = audioop.tomono(theirs, bytes_each, 0.5, 0.5)
    ours = resampled(narrow.astype(np.int32) << shift, rate) >> shift
    assert ours.astype(dtype).T.tobytes() == theirs
    assert mixed_to_mono(ours).astype(dtype).tobytes() == mono


@given(rate=st.sampled_from(RATES), ends=st.lists(st.integers(0, 3_000), max_size=6), seed=st.integers(0, 99))
def test_where_the_blocks_end_changes_nothing(rate: int, ends: list[int], seed: int) -> None:
    whole = song(3_000, seed=seed)
    resampler = LinearResampler(rate, 16_000)
    bounds = [0, *sorted(ends), 3_000]
    parts = [resampler.feed(whole[:, a:b]) for a, b in pairwise(bounds)]
    assert np.array_equal(np.concatenate(parts, axis=1), resampled(whole, rate))


def test_a_straight_line_stays_one() -> None:
    line = (np.arange(441, dtype=np.int32) * 100_000)[None]
    ours = resampled(line, 44_100)[0]
    assert np.array_equal(ours, np.arange(160) * 275_625)


def test_a_song_that_has_the_rate_already_is_left_alone() -> None:
    whole = song(100)
    assert np.array_equal(resampled(whole, 16_000), whole)


def test_there_is_a_sample_for_every_moment_up_to_the_last() -> None:
    assert resampled(song(44_100), 44_100).shape == (2, 16_000)
    assert resampled(song(8_000), 8_000).shape == (2, 15_999)


def test_two_channels_meet_halfway_rounded_down() -> None:
    stereo = np.array([[1, -1, 2**31 - 1, -(2**31)], [2, -2, 2**31 - 1, -(2**31)]], dtype=np.int32)
    assert mixed_to_mono(stereo).tolist() == [1, -2, 2**31 - 1, -(2**31)]


def test_of_many_channels_each_gives_its_share_rounded_down() -> None:
    surround = np.array([[7, -7]] * 6, dtype=np.int32)
    assert mixed_to_mono(surround).tolist() == [6, -12]
