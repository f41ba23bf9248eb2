from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from engine.audio.waveform import Waveform
from engine.beatmap.objects import Mode
from engine.generation.errors import PromptError
from engine.generation.pipeline import STEPS_PER_TURN, Order, Pipeline, Underway, Written
from engine.generation.sample import Sampling
from engine.generation.windows import WindowShape, cut
from engine.generation.writer import Writer
from engine.tokens.conditions import Conditions
from engine.tokens.events import Context
from engine.tokens.vocab import END_ID
from tests.generation import tiny

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor

    from engine.generation.pipeline import Ahead
    from engine.generation.windows import Window
    from engine.generation.writer import Row

LAYOUT = tiny.layout("v32", ("timing", "map", "sv"), most_ids=70)
MODEL = tiny.model(LAYOUT)
NOISE = np.random.default_rng(3).integers(-1000, 1000, 16_000).astype(np.int16)
SONG = Waveform(NOISE, 1000)
"""A second."""
PIPELINE = Pipeline(MODEL, LAYOUT, SONG)
ORDER = Order(conditions=Conditions(mode=Mode.OSU), wanted=frozenset({Context.MAP}))
GREEDY = Sampling(is_greedy=True)
WINDOWS = cut(SONG.samples, PIPELINE.shape)


def run(order: Order = ORDER, sampling: Sampling = GREEDY) -> list[Underway | Written]:
    return list(PIPELINE.run(order, sampling))


FEW = replace(ORDER, given={Context.TIMING: ()}, end_ms=320.0)
FEW_WINDOWS = cut(SONG.samples, PIPELINE.shape, end_ms=320.0)


def run_many(*seeds: int, order: Order = FEW, pipeline: Pipeline = PIPELINE) -> list[Underway | Written]:
    return list(pipeline.run_many(order, [by_chance(seed) for seed in seeds]))


def by_chance(seed: int) -> Sampling:
    return Sampling(seed=seed, temperature=1.0, top_p=1.0)


def windows_of(steps: Sequence[Underway | Written]) -> list[Written]:
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
    first, second = (windows_of(run(FEW, by_chance(5))) for _ in range(2))
    assert [step.ids for step in first] == [step.ids for step in second]
    assert first[-1].events == second[-1].events
    other = windows_of(run(FEW, by_chance(6)))
    assert [step.ids for step in other] != [step.ids for step in first]


def of(number: int, steps: Sequence[Underway | Written]) -> list[Written]:
    return [step for step in windows_of(steps) if step.number == number]


def test_a_long_window_lets_others_have_a_turn() -> None:
    steps = run()
    for window in windows_of(steps):
        at = steps.index(window)
        turns = (len(window.ids) - 1) // STEPS_PER_TURN
        assert all(isinstance(step, Underway) for step in steps[at - turns : at])
    assert any(isinstance(step, Underway) for step in steps)


def test_it_is_told_how_much_has_been_written() -> None:
    steps = run_many(1, 2, 3)
    ids = 0
    for at, step in enumerate(steps):
        if isinstance(step, Underway):
            written = [before for before in steps[:at] if isinstance(before, Written)]
            assert step.ids > max(ids, sum(len(before.ids) for before in written))
            assert len(written) <= step.done <= len(written) + 3
            assert step.total == 3 * len(FEW_WINDOWS)
            ids = step.ids
    assert ids <= sum(len(step.ids) for step in windows_of(steps))
    assert any(step.done % 1 for step in steps if isinstance(step, Underway))


def test_a_closed_job_writes_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    write = Writer.write

    def counting(self: Writer, states: Tensor, rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
        asked.append(len(rows))
        return write(self, states, rows)

    monkeypatch.setattr(Writer, "write", counting)
    job = PIPELINE.run(ORDER, GREEDY)
    next(step for step in job if isinstance(step, Written))
    job.close()
    assert asked == [1]
    assert list(job) == []


def test_a_job_closed_in_the_middle_of_a_window_leaves_the_model_as_it_was() -> None:
    job = PIPELINE.run(ORDER, GREEDY)
    assert isinstance(next(job), Underway)
    before = [step.ids for step in windows_of(run())]
    job.close()
    assert [step.ids for step in windows_of(run())] == before


# Several candidates.


def test_candidates_are_written_as_if_each_were_alone() -> None:
    """All contexts, each with what that candidate has written of the ones before it."""
    order = replace(ORDER, end_ms=320.0)
    together = run_many(5, 6, 7, order=order)
    for number, seed in enumerate((5, 6, 7)):
        alone = windows_of(run_many(seed, order=order))
        assert [(step.context, step.window, step.ids) for step in of(number, together)] == [
            (step.context, step.window, step.ids) for step in alone
        ]
        assert of(number, together)[-1].events == alone[-1].events
    assert len({of(number, together)[-1].ids for number in range(3)}) == 3


def test_the_same_candidates_are_written_the_same_every_time() -> None:
    first, second = (windows_of(run_many(1, 2, 3, 4)) for _ in range(2))
    assert [(step.number, step.ids) for step in first] == [(step.number, step.ids) for step in second]


def test_windows_of_all_candidates_are_counted() -> None:
    steps = windows_of(run_many(1, 2))
    assert [step.done for step in steps] == list(range(1, 2 * len(FEW_WINDOWS) + 1))
    assert {step.total for step in steps} == {2 * len(FEW_WINDOWS)}


def test_candidates_differ_in_their_seeds_and_in_nothing_else() -> None:
    for other in (Sampling(temperature=0.5), Sampling(guidance=2.0), GREEDY):
        with pytest.raises(ValueError, match="in their seeds"):
            list(PIPELINE.run_many(ORDER, [Sampling(), other]))
    with pytest.raises(ValueError, match="in their seeds"):
        list(PIPELINE.run_many(ORDER, []))


def test_a_window_is_listened_to_once_for_all_candidates() -> None:
    heard: list[int] = []
    hook = MODEL.encoder.register_forward_hook(lambda _module, _told, states: heard.append(len(states)))
    with hook:
        run_many(1, 2, 3)
    assert heard == [1] * len(FEW_WINDOWS)


def test_what_was_heard_before_is_not_listened_to_again() -> None:
    asked: list[Sequence[Window]] = []

    def states(windows: Sequence[Window]) -> Tensor:
        asked.append(windows)
        return torch.cat([known[window] for window in windows])

    known: dict[Window, Tensor] = {}
    with MODEL.encoder.register_forward_hook(
        lambda _module, _told, states: known.__setitem__(FEW_WINDOWS[len(known)], states)
    ):
        list(PIPELINE.run(FEW, GREEDY))
    informed = Pipeline(MODEL, LAYOUT, SONG, states=states)
    with MODEL.encoder.register_forward_hook(lambda *_: pytest.fail("it listened")):
        steps = windows_of(run_many(1, 2, pipeline=informed))
    assert [step.ids for step in steps] == [step.ids for step in windows_of(run_many(1, 2))]
    assert asked == [(window,) for window in FEW_WINDOWS]


def test_guided_candidates_go_away_from_what_is_not_wanted() -> None:
    order = replace(FEW, unwanted=Conditions(mode=Mode.MANIA))
    guided = [replace(by_chance(seed), guidance=3.0) for seed in (1, 2)]
    steps = windows_of(list(PIPELINE.run_many(order, guided)))
    assert [step.ids for step in steps] != [step.ids for step in windows_of(run_many(1, 2))]
    alone = windows_of(list(PIPELINE.run(order, guided[1])))
    assert [step.ids for step in steps if step.number == 1] == [step.ids for step in alone]


def test_filters_of_ones_own_are_made_for_every_window_of_every_candidate() -> None:
    asked: list[Ahead] = []

    class End:
        def apply(self, scores: Tensor, _ids: Sequence[int]) -> Tensor:
            return torch.full_like(scores, -torch.inf).index_fill(0, torch.tensor([END_ID]), 0.0)

    def further(ahead: Ahead) -> list[End]:
        asked.append(ahead)
        return [End()]

    steps = windows_of(run_many(1, 2, order=replace(FEW, further=further)))
    assert {step.ids for step in steps} == {(END_ID,)}
    assert [ahead.context for ahead in asked] == [step.context for step in steps]
    assert [ahead.window for ahead in asked] == [step.window for step in steps]
    assert [list(ahead.written) for ahead in asked[:2]] == [[], []]
    assert min(ahead.prompt_ids for ahead in asked) > 0


# Windows that do not overlap.

APART = WindowShape(MODEL.spec.window_samples, lookback=0.0, lookahead=0.0, overlapping=False)


def test_windows_that_do_not_overlap_are_written_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.generation.pipeline.MOST_ROWS", 4)
    asked: list[int] = []
    write = Writer.write

    def counting(self: Writer, states: Tensor, rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
        asked.append(len(rows))
        return write(self, states, rows)

    monkeypatch.setattr(Writer, "write", counting)
    steps = windows_of(run_many(1, 2, order=ORDER, pipeline=Pipeline(MODEL, LAYOUT, SONG, APART)))
    windows = cut(SONG.samples, APART)
    assert asked == [4, 2] * 2
    for number in (0, 1):
        assert [step.window for step in of(number, steps)] == [*windows, *windows]


def test_windows_that_do_not_overlap_are_written_as_if_each_were_alone() -> None:
    pipeline = Pipeline(MODEL, LAYOUT, SONG, APART)
    order = replace(ORDER, wanted=frozenset({Context.TIMING}))
    at_once = windows_of(run_many(4, order=order, pipeline=pipeline))
    assert len({step.ids for step in at_once}) == len(at_once) == 3
    for step in at_once:
        start_ms = step.window.time_ms + 1
        section = replace(order, start_ms=start_ms, end_ms=start_ms + 1)
        (alone,) = windows_of(run_many(4, order=section, pipeline=pipeline))
        assert (alone.window.time_ms, alone.ids) == (step.window.time_ms, step.ids)


# Beams.


def test_timing_is_searched_without_chance_and_the_rest_is_written_as_ever() -> None:
    order = replace(ORDER, end_ms=320.0)
    searched = [replace(by_chance(seed), timing_beams=2) for seed in (5, 6)]
    steps = windows_of(list(PIPELINE.run_many(order, searched)))
    few = len(FEW_WINDOWS)
    assert [step.ids for step in of(0, steps)][:few] == [step.ids for step in of(1, steps)][:few]
    last = [of(number, steps)[-1] for number in (0, 1)]
    assert last[0].ids != last[1].ids
    given = replace(order, given={Context.TIMING: of(0, steps)[few - 1].events})
    alone = windows_of(run_many(5, 6, order=given))
    assert [step.ids for step in alone] == [step.ids for step in steps if step.context is Context.MAP]


# Sections, and what cannot be.


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
