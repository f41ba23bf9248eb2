from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.beatmap.cache import TwoGenerations


def test_what_was_put_is_found() -> None:
    kept: TwoGenerations[str] = TwoGenerations(10)
    kept.put("a", "A", 1)
    assert kept.get("a") == "A"
    assert kept.get("b") is None


def test_what_is_used_outlives_what_is_not() -> None:
    kept: TwoGenerations[str] = TwoGenerations(8)
    kept.put("used", "U", 1)
    kept.put("unused", "X", 1)
    for number in range(20):
        kept.put(number, "", 1)
        assert kept.get("used") == "U"
    assert kept.get("unused") is None


def test_what_is_too_heavy_for_a_generation_pushes_nothing_out() -> None:
    kept: TwoGenerations[str] = TwoGenerations(8)
    kept.put("light", "L", 4)
    kept.put("heavy", "H", 5)
    assert kept.get("light") == "L"
    assert kept.get("heavy") is None


def test_clearing_forgets_everything() -> None:
    kept: TwoGenerations[str] = TwoGenerations(8)
    kept.put("a", "A", 3)
    kept.clear()
    assert kept.get("a") is None
    assert kept.weight == 0


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 10)), max_size=200))
def test_the_weight_never_exceeds_the_capacity(puts: list[tuple[int, int]]) -> None:
    kept: TwoGenerations[int] = TwoGenerations(40)
    for key, weight in puts:
        kept.put(key, key, weight)
        assert kept.get(key) == key
        assert kept.weight <= 40
