from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from engine.beatmap.float32 import LARGEST, float32


def test_nine_point_three_is_a_little_more_in_32_bits() -> None:
    assert float32(9.3) == 9.300000190734863


def test_what_does_not_fit_becomes_the_largest() -> None:
    assert float32(math.inf) == float32(1e300) == -float32(-1e300)
    assert float32(1e300) == LARGEST


@given(st.floats(allow_nan=False, width=32, min_value=-1e9, max_value=1e9))
def test_a_number_of_32_bits_stays_itself(value: float) -> None:
    assert float32(value) == value
