from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from engine.generation import filters
from engine.generation.errors import PromptError
from engine.generation.sample import Chooser, Sampler, Sampling
from engine.generation.stops import NO_IDS, Stops
from engine.tokens.vocab import START_ID
from tests.generation import tiny

if TYPE_CHECKING:
    from engine.generation.filters import Filter

LAYOUT = tiny.layout("v32", ("timing", "map", "sv"), most_ids=60)
MODEL = tiny.model(LAYOUT)
NO_STOPS = Stops(frozenset(), NO_IDS, NO_IDS, NO_IDS)
PROMPT = (START_ID, 3, 9)
HEARD = torch.randn(1, 24, 16, generator=torch.Generator().manual_seed(1))
BY_CHANCE = Sampling(seed=7, temperature=1.0, top_p=1.0)
GREEDY = Sampling(is_greedy=True)


def written(
    sampling: Sampling,
    prompt: tuple[int, ...] = PROMPT,
    unwanted: tuple[int, ...] | None = None,
    *,
    stops: Stops = NO_STOPS,
) -> list[int]:
    return list(Sampler(MODEL, LAYOUT, sampling).write(HEARD, prompt, stops, unwanted))


@torch.inference_mode()
def read_at_once(ids: list[int]) -> torch.Tensor:
    """The scores after each id, without any memory."""
    heard = MODEL.hear(HEARD)
    scores: torch.Tensor = MODEL.logits(MODEL.decode(torch.tensor([ids]), heard))[0]
    return scores


def test_greedy_takes_the_likeliest_that_is_allowed_each_time() -> None:
    ids = [*PROMPT, *written(GREEDY)]
    scores = read_at_once(ids)
    forward = filters.ForwardInTime.of(LAYOUT)
    for at in range(len(PROMPT), len(ids)):
        assert ids[at] == forward.apply(scores[at - 1], ids[:at]).argmax()


def test_the_same_seed_writes_the_same() -> None:
    assert written(BY_CHANCE) == written(BY_CHANCE)


def test_another_seed_writes_something_else() -> None:
    assert written(BY_CHANCE) != written(Sampling(seed=8, temperature=1.0, top_p=1.0))


def test_a_seed_goes_on_from_window_to_window() -> None:
    sampler = Sampler(MODEL, LAYOUT, BY_CHANCE)
    first, second = (list(sampler.write(HEARD, PROMPT, NO_STOPS)) for _ in range(2))
    assert first == written(BY_CHANCE)
    assert first != second


def test_nothing_else_that_draws_lots_is_disturbed() -> None:
    before = torch.random.get_rng_state()
    written(BY_CHANCE)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_a_window_forgets_the_one_before() -> None:
    sampler = Sampler(MODEL, LAYOUT, GREEDY)
    list(sampler.write(HEARD, (START_ID, 20, 21, 22, 23, 24), NO_STOPS))
    assert list(sampler.write(HEARD, PROMPT, NO_STOPS)) == written(GREEDY)


def test_a_window_left_early_leaves_nothing_behind() -> None:
    sampler = Sampler(MODEL, LAYOUT, GREEDY)
    left = sampler.write(HEARD, PROMPT, NO_STOPS)
    next(left)
    del left
    assert list(sampler.write(HEARD, PROMPT, NO_STOPS)) == written(GREEDY)


def test_writing_stops_at_a_stop_and_tells_it() -> None:
    ids = written(GREEDY)
    at = next(at for at in range(1, len(ids)) if ids[at] not in ids[:at])
    stops = Stops(frozenset({ids[at]}), NO_IDS, NO_IDS, NO_IDS)
    assert written(GREEDY, stops=stops) == ids[: at + 1]


def test_writing_stops_where_the_model_can_read_no_more() -> None:
    assert len(written(GREEDY)) == LAYOUT.most_ids - len(PROMPT)


def test_chance_follows_the_scores() -> None:
    chooser = Chooser(BY_CHANCE)
    chosen = [chooser.choose(torch.tensor([0.25, 0.75, 0.0]).log()) for _ in range(2000)]
    assert chosen.count(2) == 0
    assert chosen.count(1) / len(chosen) == pytest.approx(0.75, abs=0.05)


def test_guidance_by_two_prompts_that_are_the_same_changes_nothing() -> None:
    assert written(Sampling(is_greedy=True, guidance=2.0), PROMPT, PROMPT) == written(GREEDY)


def test_guidance_reads_prompts_of_different_lengths_as_if_each_were_alone() -> None:
    """At 0 the other prompt alone decides what comes first."""
    other = (START_ID, 30, 31, 32, 33, 34)
    turned_round = Sampling(is_greedy=True, guidance=0.0)
    for prompt, unwanted in ((PROMPT, other), (other, PROMPT)):
        assert written(turned_round, prompt, unwanted)[0] == written(GREEDY, unwanted)[0]


def test_guidance_without_anything_to_go_away_from_is_refused() -> None:
    with pytest.raises(PromptError, match="say what is not wanted"):
        written(Sampling(guidance=1.5))


def test_a_prompt_to_go_away_from_that_leaves_no_room_is_refused() -> None:
    with pytest.raises(PromptError, match="fewer descriptors"):
        written(Sampling(guidance=1.5), PROMPT, (START_ID,) * LAYOUT.most_ids)


def kinds(chain: tuple[Filter, ...]) -> list[type]:
    return [type(each) for each in chain]


def test_what_is_asked_for_is_filtered_in_the_order_of_the_models_own_program() -> None:
    stops = Stops(frozenset(), range(9, 20), NO_IDS, NO_IDS)
    asked = Sampling(top_k=5, top_p=0.5, time_bias=1.0)
    first = [filters.ForwardInTime, filters.BiasOfTimes, filters.Temperature]
    last = [filters.Likeliest, filters.Nucleus]
    assert kinds(asked.filters(LAYOUT, stops)) == [*first, filters.NothingSettled, *last]
    assert kinds(asked.filters(tiny.v31(), stops)) == [*first, filters.EndInsteadOfSettled, *last]
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
