from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from engine.generation import filters
from engine.generation.sample import Lots, Sampling, drawn
from engine.generation.stops import NO_IDS, Stops
from tests.generation import tiny

if TYPE_CHECKING:
    from engine.generation.filters import Filter

LAYOUT = tiny.v32()
NO_STOPS = Stops(frozenset(), NO_IDS, NO_IDS, NO_IDS)
GREEDY = Sampling(is_greedy=True)


def lots(seed: int, count: int = 600) -> list[float]:
    drawing = Lots(seed)
    return [drawing.draw() for _ in range(count)]


def test_the_same_seed_draws_the_same_lots() -> None:
    assert lots(7) == lots(7)
    assert lots(7) != lots(8)


def test_all_lots_are_at_least_0_and_less_than_1() -> None:
    drawn_lots = lots(3, 5000)
    assert min(drawn_lots) >= 0
    assert max(drawn_lots) < 1
    assert len(set(drawn_lots)) > 4900


def test_each_thing_that_a_seed_decides_has_lots_of_its_own() -> None:
    firsts = {Lots.of(seed, name, at).draw() for seed in (0, 1) for name in ("map", "kiai") for at in (0, 9)}
    assert len(firsts) == 8
    assert Lots.of(5, "map", 9).draw() == Lots.of(5, "map", 9).draw()


def test_nothing_else_that_draws_lots_is_disturbed() -> None:
    before = torch.random.get_rng_state()
    lots(5)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_lots_fall_on_ids_as_often_as_they_are_likely() -> None:
    scores = torch.tensor([0.25, 0.75, 0.0]).log().expand(2000, 3)
    chosen = drawn(scores, lots(7, 2000))
    assert chosen.count(2) == 0
    assert chosen.count(1) / len(chosen) == pytest.approx(0.75, abs=0.05)


def test_the_least_and_the_greatest_lot_fall_on_what_is_possible() -> None:
    never = filters.NEVER
    scores = torch.tensor([[never, 1.0, never, 2.0, never]]).expand(2, -1)
    greatest = 1 - 2**-24  # that single precision can tell from 1
    assert drawn(scores, [0.0, greatest]) == [1, 3]


def test_each_row_has_its_own_lot_and_its_own_nucleus() -> None:
    scores = torch.tensor([[0.2, 0.5, 0.3], [0.9, 0.06, 0.04], [0.2, 0.5, 0.3]]).log()
    assert Sampling(top_p=0.7).choose(scores, [0.0, 0.99, 0.99]) == [1, 0, 2]
    assert Sampling(top_p=1.0, top_k=1).choose(scores, [0.0, 0.99, 0.99]) == [1, 0, 1]
    assert GREEDY.choose(scores, []) == [1, 0, 1]


def kinds(chain: tuple[Filter, ...]) -> list[type]:
    return [type(each) for each in chain]


def test_what_is_asked_for_is_filtered_in_the_order_of_the_models_own_program() -> None:
    stops = Stops(frozenset(), range(9, 20), NO_IDS, NO_IDS)
    asked = Sampling(time_bias=1.0)
    first = [filters.ForwardInTime, filters.BiasOfTimes, filters.Temperature]
    assert kinds(asked.filters(LAYOUT, stops)) == [*first, filters.NothingSettled]
    assert kinds(asked.filters(tiny.v31(), stops)) == [*first, filters.EndInsteadOfSettled]
    assert kinds(GREEDY.filters(LAYOUT, NO_STOPS)) == [filters.ForwardInTime, filters.Temperature]


def test_only_models_that_tell_first_what_a_group_is_have_special_temperatures() -> None:
    asked = Sampling(timing_temperature=0.1)
    special = [
        each.special
        for layout in (LAYOUT, tiny.v31())
        for each in asked.filters(layout, NO_STOPS)
        if isinstance(each, filters.Temperature)
    ]
    assert [len(one) for one in special] == [0, 1]


def test_what_cannot_be_sampled_with_is_refused() -> None:
    for temperature in (0.0, -1.0, float("nan")):
        with pytest.raises(ValueError, match="greedy"):
            Sampling(temperature=temperature)
        with pytest.raises(ValueError, match="greedy"):
            Sampling(timing_temperature=temperature)
    for top_p in (0.0, 1.1):
        with pytest.raises(ValueError, match="top_p"):
            Sampling(top_p=top_p)
    with pytest.raises(ValueError, match="top_k"):
        Sampling(top_k=-1)
    with pytest.raises(ValueError, match="seed"):
        Sampling(seed=-1)
