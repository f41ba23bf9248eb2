from __future__ import annotations

import pytest

from engine.tokens.codec import decode, encode
from engine.tokens.errors import TokenError
from engine.tokens.events import Event, EventType
from engine.tokens.vocab import Vocabulary

FIRST = 3
VOCAB = Vocabulary.of(
    {
        "event_ranges": [
            {"type": "t", "min_value": -2, "max_value": 100},
            {"type": "circle", "min_value": 0, "max_value": 0},
        ]
    }
)
CIRCLE = VOCAB.id_of(EventType.CIRCLE)


def at(time_ms: int) -> Event:
    return Event(EventType.TIME_SHIFT, time_ms, time_ms)


def steps(time_ms: int, frame_ms: float = 0) -> int:
    (token,) = encode([at(time_ms)], VOCAB, frame_ms)
    return VOCAB.decode(token)[1]


def test_times_are_steps_of_ten_milliseconds_from_the_frame() -> None:
    assert steps(1234, frame_ms=1000) == 23


def test_times_are_cut_towards_the_frame_on_both_sides() -> None:
    assert (steps(1009, 1000), steps(991, 1000)) == (0, 0)


def test_times_outside_of_what_can_be_said_are_said_as_far_as_can_be() -> None:
    assert (steps(0, 5000), steps(9000, 0)) == (-2, 100)


def test_a_step_comes_back_as_its_middle_and_before_the_frame_as_its_edge() -> None:
    assert decode([VOCAB.id_of(EventType.TIME_SHIFT, 3)], VOCAB, 1000) == [(EventType.TIME_SHIFT, 1035)]
    assert decode([VOCAB.id_of(EventType.TIME_SHIFT, -1)], VOCAB, 1000) == [(EventType.TIME_SHIFT, 990)]


def test_a_sequence_ends_at_its_end_and_padding_says_nothing() -> None:
    assert decode([0, 1, CIRCLE, 2, CIRCLE], VOCAB, 0) == [(EventType.CIRCLE, 0)]


def test_what_is_no_event_can_be_kept() -> None:
    assert decode([1, CIRCLE, 2, 9999], VOCAB, 0, keep_others=True) == [
        (EventType.CONTROL, 1),
        (EventType.CIRCLE, 0),
        (EventType.CONTROL, 2),
        (EventType.CONTROL, 9999),
    ]


def test_an_event_that_the_model_does_not_know_is_refused() -> None:
    with pytest.raises(TokenError, match="knows no 'kiai' events"):
        encode([Event(EventType.KIAI, 1, 0)], VOCAB, 0)
