from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from engine.audio.waveform import Waveform
from engine.beatmap.objects import Mode
from engine.generation.errors import PromptError
from engine.generation.pipeline import IDS_PER_TURN, Order, Pipeline, Written
from engine.generation.sample import Sampler, Sampling
from engine.generation.windows import cut
from engine.jobs import Progress
from engine.tokens.conditions import Conditions
from engine.tokens.events import Context
from tests.generation import tiny

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor

    from engine.generation.stops import Stops

LAYOUT = tiny.layout("v32", ("timing", "map", "sv"), most_ids=120)
MODEL = tiny.model(LAYOUT)
NOISE = np.random.default_rng(3).integers(-1000, 1000, 16_000).astype(np.int16)
SONG = Waveform(NOISE, 1000)
"""A second."""
PIPELINE = Pipeline(MODEL, LAYOUT, SONG)
ORDER = Order(conditions=Conditions(mode=Mode.OSU), wanted=frozenset({Context.MAP}))
GREEDY = Sampling(is_greedy=True)
WINDOWS = cut(SONG.samples, PIPELINE.shape)


def run(order: Order = ORDER, sampling: Sampling = GREEDY) -> list[Progress | Written]:
    return list(PIPELINE.run(order, Sampler(MODEL, LAYOUT, sampling)))


def by_chance(seed: int) -> Sampling:
    return Sampling(seed=seed, temperature=1.0, top_p=1.0)


def windows_of(steps: list[Progress | Written]) -> list[Written]:
    return [step for step in steps if isinstance(step, Written)]


def test_each_context_is_written_window_after_window() -> None:
    steps = windows_of(run())
    assert [step.context for step in steps] == [Context.TIMING] * len(WINDOWS) + [Context.MAP] * len(WINDOWS)
    assert [step.window for step in steps] == [*WINDOWS, *WINDOWS]
    assert [step.done for step in steps] == list(range(1, len(steps) + 1))
    assert {step.total for step in steps} == {len(steps)}


def test_what_is_given_is_not_written() -> None:
    steps = windows_of(run(replace(ORDER, given={Context.TIMING: ()})))
    assert {step.context for step in steps} == {Context.MAP}


def test_the_same_seed_writes_the_same_song() -> None:
    first, second = (windows_of(run(sampling=by_chance(5))) for _ in range(2))
    assert [step.ids for step in first] == [step.ids for step in second]
    assert first[-1].events == second[-1].events
    other = windows_of(run(sampling=by_chance(6)))
    assert [step.ids for step in other] != [step.ids for step in first]


def test_a_long_window_lets_others_have_a_turn() -> None:
    steps = run()
    for window in windows_of(steps):
        at = steps.index(window)
        turns = len(window.ids) // IDS_PER_TURN
        assert all(isinstance(step, Progress) for step in steps[at - turns : at])
    assert any(isinstance(step, Progress) for step in steps)


def test_a_closed_job_writes_no_more() -> None:
    asked: list[int] = []

    class Counting(Sampler):
        def write(
            self, states: Tensor, prompt: Sequence[int], stops: Stops, unwanted: Sequence[int] | None = None
        ) -> Iterator[int]:
            asked.append(len(prompt))
            return super().write(states, prompt, stops, unwanted)

    job = PIPELINE.run(ORDER, Counting(MODEL, LAYOUT, GREEDY))
    next(step for step in job if isinstance(step, Written))
    job.close()
    assert len(asked) == 1
    assert list(job) == []


def test_a_job_closed_in_the_middle_of_a_window_leaves_the_model_as_it_was() -> None:
    sampler = Sampler(MODEL, LAYOUT, GREEDY)
    job = PIPELINE.run(ORDER, sampler)
    assert isinstance(next(job), Progress)
    job.close()
    again = windows_of(list(PIPELINE.run(ORDER, sampler)))
    assert [step.ids for step in again] == [step.ids for step in windows_of(run())]


def test_a_section_goes_on_from_what_stands_before_it() -> None:
    stands = tiny.circles([100, 300, 700])
    order = replace(
        ORDER, given={Context.TIMING: ()}, settled={Context.MAP: stands}, start_ms=500, end_ms=600
    )
    steps = windows_of(run(order))
    assert len(steps) < len(WINDOWS)
    assert all(step.events[:4] == stands[:4] for step in steps)
    assert all(event not in step.events for step in steps for event in stands[4:])


def test_what_the_model_cannot_do_is_refused_before_anything_is_written() -> None:
    with pytest.raises(PromptError, match="kiai"):
        run(replace(ORDER, wanted=frozenset({Context.KIAI})))
    with pytest.raises(PromptError, match="say what is not wanted"):
        run(sampling=Sampling(guidance=1.5))
