"""Relative surprisal as the reference's MaiMod has it, for all four modes."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from engine.modding.surprisal import Asked, measured, row_scores, scored
from engine.tokens.events import Context, Event, EventType
from engine.tokens.vocab import Vocabulary


def test_a_certain_model_is_surprised_by_anything_else() -> None:
    sure, unsure = math.log(0.9), math.log(0.1)
    scores = row_scores(measured(torch.tensor([[sure, unsure]] * 2), torch.tensor([0, 1])).numpy())
    entropy = -(0.9 * math.log2(0.9) + 0.1 * math.log2(0.1))
    assert scores.surprisal.tolist() == pytest.approx(
        [-math.log2(0.9) / entropy, -math.log2(0.1) / entropy], rel=1e-5
    )
    assert scores.probability.tolist() == pytest.approx([0.9, 0.1])
    assert scores.likeliest.tolist() == [[0, 1], [0, 1]]


def test_where_everything_is_equally_likely_everything_is_everyday() -> None:
    scores = row_scores(measured(torch.zeros(1, 64), torch.tensor([7])).numpy())
    assert scores.surprisal.tolist() == pytest.approx([1.0])


def test_what_was_impossible_surprises_without_being_infinite() -> None:
    scores = row_scores(measured(torch.tensor([[0.0, -200.0, -1.0]]), torch.tensor([1])).numpy())
    assert np.isfinite(scores.surprisal).all()
    assert scores.surprisal[0] > 30


def test_it_is_measured_in_single_precision_whatever_the_model_runs_in() -> None:
    logits = torch.randn(4, 50, generator=torch.Generator().manual_seed(1)).bfloat16()
    real = torch.arange(4)
    torch.testing.assert_close(measured(logits, real), measured(logits.float(), real), rtol=0, atol=0)


def test_what_a_model_expected_is_told_in_times_of_the_song_and_the_likeliest_first() -> None:
    ranges = [
        {"type": "t", "min_value": 0, "max_value": 9},
        {"type": "circle", "min_value": 0, "max_value": 0},
    ]
    vocab = Vocabulary.of({"event_ranges": ranges})  # ids 3 to 12, and 13
    logits = torch.full((2, 14), -20.0)
    logits[0, [5, 13, 2]] = torch.tensor([3.0, 2.0, 1.0])
    events = {Context.MAP: [Event(EventType.CIRCLE, 0, 700), Event(EventType.TIME_SHIFT, 1030, 1030)]}
    scores = row_scores(measured(logits, torch.tensor([6, 13])).numpy())
    first, _ = scored([Asked(Context.MAP, 0, 0, 2)], scores, events, vocab, 1000)
    assert [(one.kind, one.value) for one in first.expected[:3]] == [
        (EventType.TIME_SHIFT, 1025),
        (EventType.CIRCLE, 0),
        (None, 2),
    ]
    assert [one.probability for one in first.expected] == sorted(
        (one.probability for one in first.expected), reverse=True
    )
    assert (first.kind, first.time_ms) == (EventType.CIRCLE, 700)


def test_what_surprises_less_than_asked_for_is_left_out() -> None:
    vocab = Vocabulary.of({"event_ranges": [{"type": "t", "min_value": 0, "max_value": 9}]})
    logits = torch.tensor([[0.0] * 3 + [5.0] + [0.0] * 9] * 2)
    events = {Context.MAP: [Event(EventType.TIME_SHIFT, 0, 0), Event(EventType.TIME_SHIFT, 40, 40)]}
    scores = row_scores(measured(logits, torch.tensor([3, 7])).numpy())
    found = list(scored([Asked(Context.MAP, 0, 0, 2)], scores, events, vocab, 0, least=2.0))
    assert [one.index for one in found] == [1]
