from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from engine.model.cache import DecoderCache, keep_rows, without
from tests.model import tiny
from tests.model.test_encdec import every_spec

if TYPE_CHECKING:
    from engine.model.encdec import EncoderDecoder, Heard
    from engine.model.spec import ModelSpec

LENGTH = 12


@pytest.fixture
def padded() -> torch.Tensor:
    """Two rows, the second of which starts with three pads."""
    tokens = tiny.tokens(length=LENGTH)
    tokens[1, :3] = 0
    return tokens


@torch.no_grad()
def heard_by(spec: ModelSpec) -> tuple[EncoderDecoder, Heard]:
    model = tiny.model(spec)
    return model, model.hear(model.encode(tiny.mel(spec), tiny.conditions()))


@every_spec
@pytest.mark.parametrize("fixed_shapes", [False, True], ids=["growing", "fixed shapes"])
@pytest.mark.parametrize("steps", [[1] * LENGTH, [7, 1, 1, 1, 1, 1], [5, 7]], ids=str)
@torch.no_grad()
def test_token_by_token_equals_all_at_once(
    spec: ModelSpec, fixed_shapes: bool, steps: list[int], padded: torch.Tensor
) -> None:
    model, heard = heard_by(spec)
    cache = DecoderCache(spec, rows=2, columns=16, fixed_shapes=fixed_shapes)
    parts = [
        model.decode(part, heard, real=part != 0, cache=cache) for part in torch.split(padded, steps, dim=1)
    ]
    at_once = model.decode(padded, heard, real=padded != 0)
    real = padded != 0
    torch.testing.assert_close(torch.cat(parts, dim=1)[real], at_once[real], atol=1e-5, rtol=0)


@torch.no_grad()
def test_after_going_back_only_what_is_left_is_remembered(padded: torch.Tensor) -> None:
    model, heard = heard_by(tiny.SOUND_ONLY)
    cache = DecoderCache(tiny.SOUND_ONLY, rows=2, columns=16)
    model.decode(padded, heard, real=padded != 0, cache=cache)
    edited = padded.clone()
    edited[:, 8:] = tiny.tokens(length=4, seed=77)
    cache.rewind(8)
    resumed = model.decode(edited[:, 8:], heard, cache=cache)
    afresh = model.decode(edited, heard, real=edited != 0)[:, 8:]
    torch.testing.assert_close(resumed, afresh, atol=1e-5, rtol=0)


@torch.no_grad()
def test_a_step_of_fixed_shapes_needs_no_number_from_python() -> None:
    """What a CUDA graph replays: the same tensors, wherever the next column happens to be."""
    model, heard = heard_by(tiny.SOUND_ONLY)
    cache = DecoderCache(tiny.SOUND_ONLY, rows=2, columns=16, fixed_shapes=True)
    tokens = tiny.tokens(length=3)
    for step in range(3):
        cache.filled = 0
        hidden = model.decode(tokens[:, step : step + 1], heard, cache=cache)
    torch.testing.assert_close(hidden, model.decode(tokens, heard)[:, -1:], atol=1e-5, rtol=0)


def test_a_full_cache_takes_no_more() -> None:
    cache = DecoderCache(tiny.SOUND_ONLY, rows=1, columns=4)
    cache.reserve(torch.ones(1, 3, dtype=torch.bool))
    with pytest.raises(ValueError, match="holds 3 of 4 tokens: 2 more do not fit"):
        cache.reserve(torch.ones(1, 2, dtype=torch.bool))


def test_a_cache_cannot_go_forward() -> None:
    cache = DecoderCache(tiny.SOUND_ONLY, rows=1, columns=4)
    with pytest.raises(ValueError, match="holds 0 columns and cannot go back to 2"):
        cache.rewind(2)


@torch.no_grad()
def test_tokens_that_are_too_many_leave_the_cache_as_it_was() -> None:
    model, heard = heard_by(tiny.SOUND_ONLY)
    cache = DecoderCache(tiny.SOUND_ONLY, rows=2, columns=64)
    model.decode(tiny.tokens(length=20), heard, cache=cache)
    with pytest.raises(ValueError, match="reads 24 tokens at once, not 25"):
        model.decode(tiny.tokens(length=5), heard, cache=cache)
    assert cache.filled == 20


# Rows that come and go.


@torch.no_grad()
def test_rows_that_are_left_remember_what_they_did(padded: torch.Tensor) -> None:
    model, heard = heard_by(tiny.SOUND_ONLY)
    cache = DecoderCache(tiny.SOUND_ONLY, rows=3, columns=16)
    three = torch.cat((padded, padded[1:]))  # the last one says what the second says
    heard_by_three = tuple((keys[[0, 1, 1]], values[[0, 1, 1]]) for keys, values in heard)
    cache.begin(3)
    model.decode(three[:, :8], heard_by_three, real=three[:, :8] != 0, cache=cache)
    assert cache.longest == 8
    cache.keep([2, 1])
    assert (cache.rows, cache.longest) == (2, 5)
    heard_by_two = tuple((keys[[1, 1]], values[[1, 1]]) for keys, values in heard)
    resumed = model.decode(three[[2, 1], 8:], heard_by_two, cache=cache)
    afresh = model.decode(padded, heard, real=padded != 0)[1, 8:]
    torch.testing.assert_close(resumed, afresh.expand(2, -1, -1), atol=1e-5, rtol=0)


@torch.no_grad()
def test_what_one_row_has_read_all_can_go_on_from() -> None:
    model, heard = heard_by(tiny.SOUND_ONLY)
    heard = tuple((keys[:1], values[:1]) for keys, values in heard)
    tokens = tiny.tokens(length=LENGTH)
    tokens[1, :8] = tokens[0, :8]
    cache = DecoderCache(tiny.SOUND_ONLY, rows=2, columns=16)
    cache.begin(1)
    model.decode(tokens[:1, :8], heard, cache=cache)
    cache.spread(2)
    resumed = model.decode(tokens[:, 8:], heard, cache=cache)
    assert cache.shared == 8
    both = tuple((keys.expand(2, -1, -1, -1), values.expand(2, -1, -1, -1)) for keys, values in heard)
    torch.testing.assert_close(resumed, model.decode(tokens, both)[:, 8:], atol=1e-5, rtol=0)


@torch.no_grad()
def test_what_rows_share_they_share_until_it_is_forgotten() -> None:
    model, heard = heard_by(tiny.SOUND_ONLY)
    heard = tuple((keys[:1], values[:1]) for keys, values in heard)
    cache = DecoderCache(tiny.SOUND_ONLY, rows=3, columns=16)
    cache.begin(1)
    model.decode(tiny.tokens(rows=1, length=8), heard, cache=cache)
    cache.spread(3)
    cache.grow(20)
    model.decode(tiny.tokens(rows=3, length=2), heard, cache=cache)
    cache.take([2, 1, 0])
    cache.keep([0, 1])
    assert cache.shared == 8
    cache.rewind(5)
    assert cache.shared == 5
    cache.begin(2)
    assert cache.shared == 0


@torch.no_grad()
def test_a_cache_that_has_grown_holds_what_it_held(padded: torch.Tensor) -> None:
    model, heard = heard_by(tiny.SOUND_ONLY)
    cache = DecoderCache(tiny.SOUND_ONLY, rows=2, columns=8)
    model.decode(padded[:, :8], heard, real=padded[:, :8] != 0, cache=cache)
    cache.grow(LENGTH)
    resumed = model.decode(padded[:, 8:], heard, cache=cache)
    afresh = model.decode(padded, heard, real=padded != 0)[:, 8:]
    torch.testing.assert_close(resumed, afresh, atol=1e-5, rtol=0)


@torch.no_grad()
def test_rows_can_be_taken_in_any_order_and_more_than_once(padded: torch.Tensor) -> None:
    model, heard = heard_by(tiny.SOUND_ONLY)
    cache = DecoderCache(tiny.SOUND_ONLY, rows=3, columns=16)
    cache.begin(2)
    model.decode(padded[:, :8], heard, real=padded[:, :8] != 0, cache=cache)
    order = [1, 0, 1]
    cache.take(order)
    heard_by_three = tuple((keys[order], values[order]) for keys, values in heard)
    resumed = model.decode(padded[order, 8:], heard_by_three, cache=cache)
    afresh = model.decode(padded, heard, real=padded != 0)[order, 8:]
    torch.testing.assert_close(resumed, afresh, atol=1e-5, rtol=0)
    cache.take([2, 0])
    assert (cache.rows, cache.longest) == (2, LENGTH - 3)


def test_a_cache_holds_no_more_rows_than_it_has_room_for() -> None:
    cache = DecoderCache(tiny.SOUND_ONLY, rows=2, columns=4)
    for rows in (0, 3):
        with pytest.raises(ValueError, match=f"has room for 2 rows, not for {rows}"):
            cache.begin(rows)
        with pytest.raises(ValueError, match=f"has room for 2 rows, not for {rows}"):
            cache.spread(rows)
        with pytest.raises(ValueError, match=f"has room for 2 rows, not for {rows}"):
            cache.take([0] * rows)


def test_the_last_rows_fill_the_gaps_that_others_leave() -> None:
    assert without(6, {1, 2}) == [0, 5, 4, 3]
    assert without(6, {5}) == [0, 1, 2, 3, 4]
    assert without(3, {0, 1, 2}) == []
    held = torch.arange(6)
    assert keep_rows(held, [0, 5, 4, 3]).tolist() == [0, 5, 4, 3]


def test_no_row_moves_back_over_one_that_is_needed() -> None:
    with pytest.raises(ValueError, match="row 0 cannot move back to 1"):
        keep_rows(torch.arange(3), [1, 0])
