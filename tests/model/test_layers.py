from __future__ import annotations

import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention

from engine.model.layers import BLOCK, FEW_QUERIES, attend
from engine.model.sight import EVERYTHING, Sight, around, back_from

COUNT = 2 * BLOCK + 5
PLACES = torch.arange(COUNT)
REAL = torch.arange(COUNT) >= torch.tensor([[0], [BLOCK + 7]])
SIGHTS = {
    "everything": EVERYTHING,
    "up to itself": Sight(causal=True),
    "to both sides": around(COUNT, 20, torch.device("cpu")),
    "near and before": back_from(PLACES, COUNT, 20, None),
    "no padding": back_from(PLACES, COUNT, None, REAL),
    "nothing behind it": back_from(PLACES, COUNT, 20, REAL, are_last=True),
}
every_sight = pytest.mark.parametrize("sight", SIGHTS.values(), ids=list(SIGHTS))


def heads(queries: int, *, seed: int) -> torch.Tensor:
    """[2, 3, T, 16], which bfloat16 holds without loss."""
    random = torch.Generator().manual_seed(seed)
    return torch.randn(2, queries, 3, 16, generator=random).transpose(1, 2).bfloat16().float()


@every_sight
@pytest.mark.parametrize("remembered", [torch.float32, torch.bfloat16], ids=str)
def test_many_queries_in_bfloat16_see_what_they_see_in_float32(sight: Sight, remembered: torch.dtype) -> None:
    query, keys, values = (heads(COUNT, seed=seed) for seed in range(3))
    exact = attend(query, (keys, values), sight)
    rough = attend(query.bfloat16(), (keys.to(remembered), values.to(remembered)), sight)
    assert rough.dtype is torch.bfloat16
    assert exact.shape == rough.shape == (2, COUNT, 48)
    torch.testing.assert_close(rough.float(), exact, atol=0.03, rtol=0.02)


@pytest.mark.parametrize("queries", [1, FEW_QUERIES, FEW_QUERIES + 1, COUNT])
def test_queries_of_any_number_see_all_that_there_is(queries: int) -> None:
    query, keys, values = heads(queries, seed=0), heads(COUNT, seed=1), heads(COUNT, seed=2)
    expected = scaled_dot_product_attention(query, keys, values).transpose(1, 2).flatten(-2)
    torch.testing.assert_close(attend(query, (keys, values), EVERYTHING), expected, atol=1e-5, rtol=0)
    rough = attend(query.bfloat16(), (keys, values), EVERYTHING).float()
    torch.testing.assert_close(rough, expected, atol=0.03, rtol=0.02)


@pytest.mark.parametrize("real", [None, REAL], ids=["no padding", "padding"])
@pytest.mark.parametrize("window", [None, 20])
@pytest.mark.parametrize("queries", [1, FEW_QUERIES, FEW_QUERIES + 1, COUNT - 40, COUNT])
def test_what_lies_behind_the_last_query_need_not_be_looked_at(
    queries: int, window: int | None, real: torch.Tensor | None
) -> None:
    query, keys, values = heads(queries, seed=0), heads(COUNT, seed=1), heads(COUNT, seed=2)
    columns = PLACES[COUNT - queries :]
    told = back_from(columns, COUNT, window, real, are_last=True)
    untold = back_from(columns, COUNT, window, real)
    for dtype in (torch.float32, torch.bfloat16):
        asked = query.to(dtype), (keys.to(dtype), values.to(dtype))
        torch.testing.assert_close(
            attend(*asked, told).float(), attend(*asked, untold).float(), atol=0.02, rtol=0.02
        )
        assert attend(*asked, told.added(dtype)).equal(attend(*asked, told))


@pytest.mark.parametrize("queries", [1, 4])
def test_what_rows_share_they_attend_to_as_if_each_had_its_own(queries: int) -> None:
    shared, query = 40, heads(queries, seed=0)
    keys, values = heads(COUNT, seed=1), heads(COUNT, seed=2)
    for held in (keys, values):
        held[1:, :, :shared] = held[:1, :, :shared]
    columns = torch.arange(COUNT - queries, COUNT)
    for sight in (EVERYTHING, back_from(columns, COUNT, 100, REAL)):
        apart = attend(query, (keys, values), sight)
        torch.testing.assert_close(attend(query, (keys, values), sight, shared), apart, atol=1e-5, rtol=0)


def test_in_bfloat16_a_slope_is_still_found() -> None:
    query = heads(COUNT, seed=0).bfloat16().requires_grad_()
    keys, values = heads(COUNT, seed=1).bfloat16(), heads(COUNT, seed=2).bfloat16()
    attend(query, (keys, values), Sight(causal=True)).sum().backward()  # type: ignore[no-untyped-call]  # torch left it untyped
    assert query.grad is not None
    assert query.grad.any()


@pytest.mark.parametrize("shared", [0, 40])
def test_what_may_be_seen_is_told_in_any_precision(shared: int) -> None:
    """A model's own is what masks are made in; what is remembered may be in another."""
    query, keys, values = heads(1, seed=0), heads(COUNT, seed=1), heads(COUNT, seed=2)
    for held in (keys, values):
        held[1:, :, :shared] = held[:1, :, :shared]
    sight = back_from(torch.tensor([COUNT - 1]), COUNT, None, REAL)
    rough = attend(query.bfloat16(), (keys, values), sight.added(torch.bfloat16), shared)
    torch.testing.assert_close(rough, attend(query, (keys, values), sight, shared))
