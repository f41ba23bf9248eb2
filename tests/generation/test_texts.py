from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.generation.texts import Text
from engine.tokens.codec import encode
from engine.tokens.errors import TokenError
from engine.tokens.events import Event, EventType, span_of
from tests.generation import tiny

VOCAB = tiny.vocabulary()
TIMES = st.integers(-5000, 5000)
EVENTS = st.lists(
    st.one_of(
        st.builds(Event, st.just(EventType.TIME_SHIFT), TIMES, TIMES),
        st.builds(Event, st.just(EventType.SCROLL_SPEED), st.integers(0, 1000), TIMES),
        st.builds(Event, st.just(EventType.KIAI), st.integers(0, 1), TIMES),
        st.builds(Event, st.just(EventType.CIRCLE), st.just(0), TIMES),
    ),
    max_size=40,
)
BOUNDS_MS = st.floats(-6000, 6000) | st.integers(-6000, 6000)


@given(EVENTS, st.integers(-6000, 6000))
def test_ids_are_those_of_the_codec(events: list[Event], frame_ms: int) -> None:
    text = Text(events, VOCAB)
    assert len(text) == len(events)
    assert text.ids(0, len(events), frame_ms) == encode(events, VOCAB, frame_ms)


@given(EVENTS, BOUNDS_MS, BOUNDS_MS)
def test_a_span_is_the_events_own_in_any_order_of_times(
    events: list[Event], one_ms: float, other_ms: float
) -> None:
    start_ms, end_ms = sorted((one_ms, other_ms))
    assert Text(events, VOCAB).span(start_ms, end_ms) == span_of(events, start_ms, end_ms)


@given(EVENTS, BOUNDS_MS)
def test_the_last_of_a_kind_is_the_last_that_is_said_not_the_latest(
    events: list[Event], before_ms: float
) -> None:
    text = Text(events, VOCAB)
    for kind in (EventType.KIAI, EventType.SCROLL_SPEED):
        said = [event.value for event in events if event.type is kind and event.time < before_ms]
        assert text.last(kind, before_ms) == (said[-1] if said else None)


def test_a_span_that_ends_before_it_starts_is_empty() -> None:
    text = Text(tiny.circles([100, 200]), VOCAB)
    assert text.span(500, 50) == (4, 4)


@pytest.mark.parametrize(
    "event",
    [Event(EventType.DENDEN, 0, 10), Event(EventType.SNAPPING, 17, 10), Event(EventType.KIAI, -1, 10)],
)
def test_an_event_that_the_checkpoint_does_not_know_is_named(event: Event) -> None:
    with pytest.raises(TokenError, match=rf"'{event.type}'"):
        Text([*tiny.circles([0]), event], VOCAB)
