from __future__ import annotations

from engine.generation.stops import Stops
from engine.tokens.events import Context, EventType
from engine.tokens.vocab import END_ID
from tests.generation import tiny

LAYOUT = tiny.v32()


def time_id(steps: int) -> int:
    return LAYOUT.vocab.id_of(EventType.TIME_SHIFT, steps)


def stops(*, first: bool = False, last: bool = False) -> Stops:
    return Stops.of(LAYOUT, Context.MAP, tiny.window(5000, first=first, last=last), tiny.SHAPE)


def test_a_window_ends_where_its_context_or_the_sequence_does() -> None:
    assert END_ID in stops()
    assert tiny.end(LAYOUT, Context.MAP) in stops()
    assert tiny.end(LAYOUT, Context.TIMING) not in stops()
    assert LAYOUT.vocab.id_of(EventType.CIRCLE) not in stops()


def test_a_window_ends_at_times_that_are_another_windows() -> None:
    """Of a second: the first half is settled, the last 400 ms are left."""
    inside = [steps for steps in range(101) if time_id(steps) not in stops()]
    assert inside == list(range(50, 61))
    assert stops().left.start == time_id(60)


def test_nothing_is_settled_before_the_first_window_nor_left_after_the_last() -> None:
    assert not any(time_id(steps) in stops(first=True, last=True) for steps in range(101))
    assert time_id(0) not in stops(first=True)
    assert time_id(100) in stops(first=True)
    assert time_id(0) in stops(last=True)
    assert time_id(100) not in stops(last=True)


def test_without_contexts_only_the_sequence_ends() -> None:
    assert Stops.of(tiny.v30(), Context.MAP, tiny.window(0), tiny.SHAPE).ends == {END_ID}
