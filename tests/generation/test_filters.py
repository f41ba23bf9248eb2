from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
import torch

from engine.generation import filters
from engine.generation.stops import NO_IDS
from engine.tokens.events import Context, EventType
from engine.tokens.vocab import END_ID, START_ID
from tests.generation import tiny

if TYPE_CHECKING:
    from engine.generation.layout import Layout

LAYOUT, TYPES_FIRST = tiny.v32(), tiny.v31()
NEVER = -math.inf


def time_id(steps: int, layout: Layout = LAYOUT) -> int:
    return layout.vocab.id_of(EventType.TIME_SHIFT, steps)


def circle(layout: Layout = LAYOUT) -> int:
    return layout.vocab.id_of(EventType.CIRCLE)


def even(layout: Layout = LAYOUT) -> torch.Tensor:
    return torch.zeros(layout.vocab.output_size)


def forbidden(scores: torch.Tensor) -> list[int]:
    return torch.nonzero(scores == NEVER).flatten().tolist()


def test_guidance_goes_away_from_what_is_not_wanted() -> None:
    wanted, unwanted = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])
    assert filters.guided(wanted, unwanted, 1.0).tolist() == [1, 0]
    assert filters.guided(wanted, unwanted, 2.0).tolist() == [2, -1]
    assert filters.guided(wanted, unwanted, 0.0).tolist() == [0, 1]


def test_time_never_goes_back() -> None:
    told = filters.ForwardInTime.of(LAYOUT).apply(even(), [START_ID, time_id(7), circle()])
    assert forbidden(told) == [time_id(steps) for steps in range(7)]


def test_the_same_time_may_be_told_again() -> None:
    assert filters.ForwardInTime.of(LAYOUT).apply(even(), [START_ID, time_id(7)])[time_id(7)] == 0


@pytest.mark.parametrize("begin", [START_ID, tiny.start(LAYOUT, Context.MAP)])
def test_time_begins_anew_with_a_sequence_and_with_a_context(begin: int) -> None:
    assert forbidden(filters.ForwardInTime.of(LAYOUT).apply(even(), [time_id(7), begin])) == []


def test_times_can_be_made_likelier_than_all_else() -> None:
    scores = filters.BiasOfTimes(filters.time_ids(LAYOUT.vocab), 1.5).apply(even(), [])
    assert scores[time_id(0)] == scores[time_id(100)] == 1.5
    assert scores[time_id(0) - 1] == scores[time_id(100) + 1] == 0


def test_a_low_temperature_sharpens_and_a_high_one_levels() -> None:
    scores = torch.tensor([1.0, 2.0])
    assert filters.Temperature(0.5).apply(scores, []).tolist() == [2, 4]
    assert filters.Temperature(2.0).apply(scores, []).tolist() == [0.5, 1]


def temperatures(**asked: float) -> filters.Temperature:
    every = {"timing": None, "columns": None, "taiko_hits": None} | asked
    return filters.Temperature(1.0, filters.special_temperatures(TYPES_FIRST.vocab, **every))


def test_the_times_of_beats_have_a_temperature_of_their_own() -> None:
    beat, scores = TYPES_FIRST.vocab.id_of(EventType.BEAT), torch.tensor([1.0])
    timing = temperatures(timing=0.5)
    assert timing.apply(scores, [START_ID, beat]) == 2
    assert timing.apply(scores, [beat, time_id(3, TYPES_FIRST)]) == 1
    assert timing.apply(scores, [START_ID, circle(TYPES_FIRST)]) == 1
    assert timing.apply(scores, []) == 1


def test_what_follows_a_scroll_speed_has_a_temperature_of_its_own() -> None:
    speed = TYPES_FIRST.vocab.id_of(EventType.SCROLL_SPEED, 130)
    assert temperatures(taiko_hits=0.5).apply(torch.tensor([1.0]), [speed]) == 2


def test_columns_have_a_temperature_only_where_there_are_hold_notes() -> None:
    assert temperatures(columns=0.5).special == ()
    notes = filters.After({circle()}, filters.TO_THE_COLUMN, 0.5)
    columns = filters.Temperature(1.0, (notes,))
    assert columns.apply(torch.tensor([1.0]), [circle(), time_id(1), START_ID]) == 2
    assert columns.apply(torch.tensor([1.0]), [circle(), time_id(1)]) == 1


def test_what_is_settled_is_not_told_again() -> None:
    settled = range(time_id(0), time_id(50))
    assert forbidden(filters.NothingSettled(settled).apply(even(), [])) == list(settled)
    assert forbidden(filters.NothingSettled(NO_IDS).apply(even(), [])) == []


SETTLED = range(time_id(0, TYPES_FIRST), time_id(50, TYPES_FIRST))


def ending(end: float, settled: float) -> torch.Tensor:
    """The chances after a circle was begun, where the model would have ended with one probability and now
    gives another to what is settled.
    """
    ends = filters.EndInsteadOfSettled.of(TYPES_FIRST.vocab, SETTLED)
    before, now = even(TYPES_FIRST) + NEVER, even(TYPES_FIRST) + NEVER
    before[END_ID], before[circle(TYPES_FIRST)] = math.log(end), math.log(1 - end)
    now[SETTLED.start + 9], now[SETTLED.stop] = math.log(settled), math.log(1 - settled)
    assert ends.apply(before, [START_ID]) is before
    return ends.apply(now, [START_ID, circle(TYPES_FIRST)]).exp()


def test_a_model_that_has_begun_to_say_what_is_settled_ends_as_often_as_it_should_have() -> None:
    """It would have ended once in five times, and half of what it begins is settled: of all that is possible,
    0.2 to end and 0.8 / 2 to go on, the end is a third. A fifth have ended already; the rest end now.
    """
    chances = ending(0.2, 0.5)
    assert chances[SETTLED.start + 9] == 0
    assert chances[SETTLED.stop].item() == pytest.approx(2 / 3 / 0.8)
    assert chances[SETTLED.start].item() == pytest.approx(1 - 2 / 3 / 0.8)


def test_a_model_that_says_nothing_settled_is_left_alone() -> None:
    chances = ending(0.2, 1e-12)
    assert chances[SETTLED.stop].item() == pytest.approx(1)
    assert chances[SETTLED.start].item() == pytest.approx(0, abs=1e-6)


def test_where_all_that_is_left_is_settled_the_window_ends() -> None:
    ends = filters.EndInsteadOfSettled.of(TYPES_FIRST.vocab, SETTLED)
    only = torch.full_like(even(TYPES_FIRST), NEVER)
    only[circle(TYPES_FIRST)] = 0
    ends.apply(only, [START_ID])
    now = torch.full_like(only, NEVER)
    now[SETTLED.start + 9] = 0
    chances = ends.apply(now, [circle(TYPES_FIRST)]).softmax(dim=-1)
    assert chances[SETTLED.start] == 1


def test_what_is_no_time_of_a_group_is_left_alone() -> None:
    ends = filters.EndInsteadOfSettled.of(TYPES_FIRST.vocab, SETTLED)
    scores = even(TYPES_FIRST)
    ends.apply(scores, [START_ID])
    assert ends.apply(scores, [circle(TYPES_FIRST), time_id(60, TYPES_FIRST)]) is scores


def test_only_so_many_of_the_likeliest() -> None:
    scores = torch.tensor([[0.0, 3.0, 1.0, 2.0], [3.0, 2.0, 1.0, 0.0]])
    assert [forbidden(row) for row in filters.likeliest(scores, 2)] == [[0, 2], [2, 3]]
    assert [forbidden(row) for row in filters.likeliest(scores, 9)] == [[], []]


def test_only_the_likeliest_that_together_reach_a_probability() -> None:
    scores = torch.tensor([[0.2, 0.5, 0.3], [0.9, 0.06, 0.04]]).log()
    assert [forbidden(row) for row in filters.nucleus(scores, 0.4)] == [[0, 2], [1, 2]]
    assert [forbidden(row) for row in filters.nucleus(scores, 0.7)] == [[0], [1, 2]]
    assert [forbidden(row) for row in filters.nucleus(scores, 1.0)] == [[], []]


def test_the_likeliest_of_all_is_always_left() -> None:
    assert [forbidden(row) for row in filters.nucleus(torch.tensor([[0.0, 9.0]]), 1e-30)] == [[0]]
