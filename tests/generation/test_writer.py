from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from engine.generation import batch, filters
from engine.generation.errors import PromptError
from engine.generation.sample import Lots, Sampling
from engine.generation.stops import NO_IDS, Stops
from engine.generation.writer import Row, Writer
from engine.tokens.vocab import START_ID
from tests.generation import tiny

if TYPE_CHECKING:
    from collections.abc import Sequence

LAYOUT = tiny.layout("v32", ("timing", "map", "sv"), most_ids=60)
MODEL = tiny.model(LAYOUT)
NO_STOPS = Stops(frozenset(), NO_IDS, NO_IDS, NO_IDS)
PROMPT, OTHER = (START_ID, 3, 9), (START_ID, 30, 31, 32, 33, 34)
HEARD = torch.randn(3, 24, 16, generator=torch.Generator().manual_seed(1))
ONE = HEARD[:1]
BY_CHANCE = Sampling(temperature=1.0, top_p=1.0)
GREEDY = Sampling(is_greedy=True)


def row(
    prompt: Sequence[int] = PROMPT,
    unwanted: Sequence[int] | None = None,
    *,
    seed: int = 7,
    stops: Stops = NO_STOPS,
) -> Row:
    return Row(prompt, stops, Lots(seed), unwanted)


def stopping_at(*ids: int) -> Stops:
    return Stops(frozenset(ids), NO_IDS, NO_IDS, NO_IDS)


def write(sampling: Sampling, rows: Sequence[Row], heard: torch.Tensor = ONE) -> list[list[int]]:
    return write_by(Writer(MODEL, LAYOUT, sampling), rows, heard)


def write_by(writer: Writer, rows: Sequence[Row], heard: torch.Tensor = ONE) -> list[list[int]]:
    done = [each for step in writer.write(heard, rows) for each in step]
    assert sorted(map(id, done)) == sorted(map(id, rows))
    return [each.written for each in rows]


def written(
    sampling: Sampling, prompt: Sequence[int] = PROMPT, unwanted: Sequence[int] | None = None
) -> list[int]:
    return write(sampling, [row(prompt, unwanted)])[0]


@torch.inference_mode()
def read_at_once(ids: list[int]) -> torch.Tensor:
    """The scores after each id, without any memory."""
    scores: torch.Tensor = MODEL.logits(MODEL.decode(torch.tensor([ids]), MODEL.hear(ONE)))[0]
    return scores


def test_greedy_takes_the_likeliest_that_is_allowed_each_time() -> None:
    ids = [*PROMPT, *written(GREEDY)]
    scores = read_at_once(ids)
    forward = filters.ForwardInTime.of(LAYOUT)
    for at in range(len(PROMPT), len(ids)):
        assert ids[at] == forward.apply(scores[at - 1], ids[:at]).argmax()


def test_another_seed_writes_something_else() -> None:
    same, again, other = (write(BY_CHANCE, [row(seed=seed)]) for seed in (7, 7, 8))
    assert same == again
    assert same != other


def test_a_window_forgets_the_one_before() -> None:
    writer = Writer(MODEL, LAYOUT, GREEDY)
    write_by(writer, [row(OTHER), row(PROMPT)])
    assert write_by(writer, [row()]) == [written(GREEDY)]


def test_a_window_left_early_leaves_nothing_behind() -> None:
    writer = Writer(MODEL, LAYOUT, GREEDY)
    left = writer.write(ONE, [row()])
    next(left)
    del left
    assert write_by(writer, [row()]) == [written(GREEDY)]


def test_writing_stops_at_a_stop_and_tells_it() -> None:
    ids = written(GREEDY)
    at = next(at for at in range(1, len(ids)) if ids[at] not in ids[:at])
    assert write(GREEDY, [row(stops=stopping_at(ids[at]))]) == [ids[: at + 1]]


def test_writing_stops_where_the_model_can_read_no_more() -> None:
    assert len(written(GREEDY)) == LAYOUT.most_ids - len(PROMPT)


def test_room_is_made_for_what_is_longer_than_was_thought(monkeypatch: pytest.MonkeyPatch) -> None:
    before = write(BY_CHANCE, [row(), row(OTHER)])
    monkeypatch.setattr(batch, "SPARE_COLUMNS", 5)
    assert write(BY_CHANCE, [row(), row(OTHER)]) == before


# Several at once.


def test_rows_are_written_as_if_each_were_alone() -> None:
    prompts = (PROMPT, OTHER, PROMPT, (START_ID,))
    at_once = write(BY_CHANCE, [row(prompt, seed=seed) for seed, prompt in enumerate(prompts)])
    alone = [write(BY_CHANCE, [row(prompt, seed=seed)])[0] for seed, prompt in enumerate(prompts)]
    assert at_once == alone
    assert [len(prompt) + len(ids) for prompt, ids in zip(prompts, at_once, strict=True)] == [60] * 4


@pytest.mark.parametrize("unwanted", [None, OTHER])
def test_rows_are_written_in_half_the_precision_too(unwanted: Sequence[int] | None) -> None:
    model = tiny.model(LAYOUT).bfloat16()
    sampling = Sampling(is_greedy=True, guidance=1.0 if unwanted is None else 2.0)
    rows = [row(PROMPT, unwanted), row(OTHER, unwanted), row((*PROMPT, 5), unwanted)]
    written = write_by(Writer(model, LAYOUT, sampling), rows, ONE.bfloat16())
    assert all(len(ids) > 1 for ids in written)


def test_the_same_rows_are_written_the_same_every_time() -> None:
    first, second = (write(BY_CHANCE, [row(seed=1), row(OTHER, seed=2), row(seed=3)]) for _ in range(2))
    assert first == second


def test_rows_that_are_done_are_taken_out_and_the_others_go_on() -> None:
    """In whatever order they end: each has a stop that it comes to at another time."""
    free = write(BY_CHANCE, [row(seed=seed) for seed in range(6)])
    ends = [
        next(token for at, token in enumerate(ids) if at >= 3 + 7 * (seed % 4))
        for seed, ids in enumerate(free)
    ]
    rows = [row(seed=seed, stops=stopping_at(end)) for seed, end in enumerate(ends)]
    stopped = write(BY_CHANCE, rows)
    assert stopped == [ids[: ids.index(end) + 1] for ids, end in zip(free, ends, strict=True)]
    assert len(set(map(len, stopped))) > 3


def test_a_row_that_is_done_is_read_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    step = batch.Batch.step

    def counted(self: batch.Batch, ids: Sequence[Sequence[int]]) -> torch.Tensor:
        read.append(len(ids))
        return step(self, ids)

    monkeypatch.setattr(batch.Batch, "step", counted)
    first = written(GREEDY)[0]
    read.clear()
    write(GREEDY, [row(stops=stopping_at(first)), row(OTHER), row(stops=stopping_at(first))])
    assert set(read) == {1}


def test_what_all_prompts_begin_with_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    begin = (START_ID, *range(20, 30))
    prompts = ((*begin, 3), (*begin, 9, 4, 5), begin)
    rows = [row(prompt, seed=seed) for seed, prompt in enumerate(prompts)]
    apart = write(BY_CHANCE, rows)
    monkeypatch.setattr(batch, "LEAST_IN_COMMON", 2)
    read: list[tuple[int, ...]] = []
    again = [row(prompt, seed=seed) for seed, prompt in enumerate(prompts)]
    with MODEL.decoder.register_forward_pre_hook(lambda _, told: read.append(tuple(told[0].shape))):
        assert write(BY_CHANCE, again) == apart
    assert read[:2] == [(1, len(begin) - 1), (3, 4)]


def test_rows_may_be_of_windows_of_their_own() -> None:
    at_once = write(BY_CHANCE, [row(seed=seed, stops=stopping_at(40 + seed)) for seed in range(3)], HEARD)
    alone = [
        write(BY_CHANCE, [row(seed=seed, stops=stopping_at(40 + seed))], heard[None])[0]
        for seed, heard in enumerate(HEARD)
    ]
    assert at_once == alone
    assert len({tuple(ids) for ids in at_once}) == 3


# Guidance.


def test_guidance_by_two_prompts_that_are_the_same_changes_nothing() -> None:
    assert written(Sampling(is_greedy=True, guidance=2.0), PROMPT, PROMPT) == written(GREEDY)


def test_guidance_reads_prompts_of_different_lengths_as_if_each_were_alone() -> None:
    """At 0 the other prompt alone decides what comes first."""
    turned_round = Sampling(is_greedy=True, guidance=0.0)
    for prompt, unwanted in ((PROMPT, OTHER), (OTHER, PROMPT)):
        assert written(turned_round, prompt, unwanted)[0] == written(GREEDY, unwanted)[0]


@pytest.mark.parametrize("heard", [ONE, HEARD], ids=["one window", "a window each"])
def test_guided_rows_are_written_as_if_each_were_alone(heard: torch.Tensor) -> None:
    sampling = Sampling(temperature=1.0, top_p=1.0, guidance=1.7)
    asked = [(PROMPT, OTHER, 40), (OTHER, PROMPT, 41), (PROMPT, (START_ID,), 42)]

    def rows() -> list[Row]:
        return [row(wanted, unwanted, seed=end, stops=stopping_at(end)) for wanted, unwanted, end in asked]

    at_once = write(sampling, rows(), heard)
    alone = [write(sampling, [each], heard[at % len(heard)][None])[0] for at, each in enumerate(rows())]
    assert at_once == alone


def test_guidance_without_anything_to_go_away_from_is_refused() -> None:
    with pytest.raises(PromptError, match="say what is not wanted"):
        written(Sampling(guidance=1.5))


def test_a_prompt_to_go_away_from_that_leaves_no_room_is_refused() -> None:
    with pytest.raises(PromptError, match="fewer descriptors"):
        written(Sampling(guidance=1.5), PROMPT, (START_ID,) * LAYOUT.most_ids)


def test_what_is_further_asked_for_is_done_last() -> None:
    class Only:
        def apply(self, scores: torch.Tensor, ids: Sequence[int]) -> torch.Tensor:
            return torch.full_like(scores, filters.NEVER).index_fill(0, torch.tensor([len(ids)]), 0.0)

    asked = Row(PROMPT, stopping_at(9), Lots(1), further=(Only(),))
    assert write(BY_CHANCE, [asked]) == [[3, 4, 5, 6, 7, 8, 9]]
