from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final

import pytest
import torch

from engine.generation.beams import BeamWriter
from engine.generation.filters import NEVER, guided
from engine.generation.sample import Lots, Sampling
from engine.generation.stops import NO_IDS, Stops
from engine.generation.writer import Row, Writer
from engine.tokens.vocab import END_ID, START_ID
from tests.generation import tiny

if TYPE_CHECKING:
    from collections.abc import Sequence

IDS: Final = (20, 700, 1100)
"""That may be written, beside the end."""
MOST_IDS: Final = 4
PROMPT, OTHER = (START_ID, 3, 9), (START_ID, 30, 31)
LAYOUT = tiny.layout("v32", ("timing", "map", "sv"), most_ids=len(PROMPT) + MOST_IDS)
MODEL = tiny.model(LAYOUT)
HEARD = torch.randn(3, 24, 16, generator=torch.Generator().manual_seed(1))
STOPS = Stops(frozenset({END_ID}), NO_IDS, NO_IDS, NO_IDS)
ALL = len(IDS) ** MOST_IDS


class Few:
    def apply(self, scores: torch.Tensor, _ids: Sequence[int]) -> torch.Tensor:
        allowed = torch.tensor([*IDS, END_ID])
        # What the weights say is all but even: make more of it.
        return torch.full_like(scores, NEVER).index_copy_(0, allowed, scores[allowed] * 20)


def row(prompt: Sequence[int] = PROMPT, unwanted: Sequence[int] | None = None) -> Row:
    return Row(prompt, STOPS, Lots(0), unwanted, further=(Few(),))


def search(
    beams: int, rows: Sequence[Row], heard: torch.Tensor = HEARD[:1], guidance: float = 1.0
) -> list[list[int]]:
    sampling = Sampling(temperature=1.0, timing_beams=beams, guidance=guidance)
    done = [each for step in BeamWriter(MODEL, LAYOUT, sampling).write(heard, rows) for each in step]
    assert sorted(map(id, done)) == sorted(map(id, rows))
    return [each.written for each in rows]


@torch.inference_mode()
def mean(
    written: Sequence[int],
    heard: torch.Tensor,
    prompt: Sequence[int] = PROMPT,
    unwanted: Sequence[int] | None = None,
    guidance: float = 1.0,
) -> float:
    """Of the logarithms of the ids' chances, all read at once."""

    def scores(before: Sequence[int]) -> torch.Tensor:
        hidden = MODEL.decode(torch.tensor([[*before, *written[:-1]]]), MODEL.hear(heard))
        return MODEL.logits(hidden)[0, len(before) - 1 :]

    told = scores(prompt)
    if unwanted is not None:
        told = guided(told, scores(unwanted), guidance)
    few = torch.stack([Few().apply(each, ()) for each in told]).double().log_softmax(dim=-1)
    return float(few[range(len(written)), list(written)].mean())


def everything() -> list[list[int]]:
    """All that could be written: up to the end, or up to where there is no more room."""
    ended = [[*ids, END_ID] for length in range(MOST_IDS) for ids in product(IDS, repeat=length)]
    return [*ended, *map(list, product(IDS, repeat=MOST_IDS))]


@pytest.mark.parametrize("window", range(3))
def test_with_beams_for_all_the_likeliest_of_all_is_found(window: int) -> None:
    heard = HEARD[window : window + 1]
    best = max(everything(), key=lambda ids: mean(ids, heard))
    assert search(ALL, [row()], heard) == [best]


def test_so_is_the_likeliest_of_all_that_goes_away_from_something() -> None:
    best = max(everything(), key=lambda ids: mean(ids, HEARD[:1], PROMPT, OTHER, 1.7))
    assert search(ALL, [row(PROMPT, OTHER)], guidance=1.7) == [best]


def test_more_beams_find_what_is_likelier_than_the_likeliest_id_each_time() -> None:
    greedy = Row(PROMPT, STOPS, Lots(0), further=(Few(),))
    for _ in Writer(MODEL, LAYOUT, Sampling(is_greedy=True, temperature=1.0)).write(HEARD[:1], [greedy]):
        pass
    assert mean(search(3, [row()])[0], HEARD[:1]) >= mean(greedy.written, HEARD[:1])


def test_windows_are_searched_as_if_each_were_alone() -> None:
    prompts = (PROMPT, OTHER, (START_ID,))
    at_once = search(3, [row(prompt) for prompt in prompts], HEARD)
    alone = [search(3, [row(prompt)], HEARD[at][None])[0] for at, prompt in enumerate(prompts)]
    assert at_once == alone


def test_there_is_no_chance_in_it() -> None:
    assert search(2, [row(), row(OTHER)]) == search(2, [row(), row(OTHER)])


def test_fewer_beams_than_one_are_refused() -> None:
    with pytest.raises(ValueError, match="timing_beams"):
        Sampling(timing_beams=0)
