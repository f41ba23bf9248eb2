"""Groups are gathered whichever end they open with."""

from __future__ import annotations

import pytest

from engine.postprocess.sayings import Sound, sayings, sound_told
from engine.tokens.events import Event, Events, EventType

CIRCLE = [(EventType.TIME_SHIFT, 500), (EventType.POSITION_X, 10), (EventType.NEW_COMBO, 0)]
HEAD = [(EventType.TIME_SHIFT, 900), (EventType.SCROLL_SPEED, 130), (EventType.VOLUME, 240)]


def events(*told: tuple[EventType, int], time_ms: int = 7) -> Events:
    return Events.of(Event(kind, value, time_ms) for kind, value in told)


@pytest.mark.parametrize("types_first", [False, True])
def test_what_is_said_of_a_moment_is_gathered_in_either_order(types_first: bool) -> None:
    kinds = ((EventType.CIRCLE, 0), (EventType.SLIDER_HEAD, 0))
    opening, closing = [kinds[0], *CIRCLE, kinds[1], *HEAD], [*CIRCLE, kinds[0], *HEAD, kinds[1]]
    circle, head = sayings(events(*(opening if types_first else closing)), types_first=types_first)
    assert (circle.kind, circle.time_ms, circle.x, circle.new_combo) == (EventType.CIRCLE, 500, 10, True)
    assert (head.kind, head.time_ms, head.velocity, head.volume) == (EventType.SLIDER_HEAD, 900, 1.3, 100)


def test_what_tells_no_time_has_its_events() -> None:
    (anchor,) = sayings(events((EventType.RED_ANCHOR, 0)), types_first=False)
    assert (anchor.time_ms, anchor.is_timed) == (7, False)


def test_what_is_said_of_nothing_is_left_out() -> None:
    lone = events((EventType.TIME_SHIFT, 1), (EventType.VOLUME, 5))
    assert sayings(lone, types_first=False) == []
    assert sayings(lone, types_first=True) == []
    assert sayings(events(), types_first=True) == []


def test_that_something_goes_on_opens_no_group() -> None:
    told = events((EventType.TIME_SHIFT, 1), (EventType.SLIDER_SUSTAIN, 0), *CIRCLE, (EventType.CIRCLE, 0))
    assert [saying.kind for saying in sayings(told, types_first=False)] == [EventType.CIRCLE]


@pytest.mark.parametrize(
    ("number", "sound"),
    [
        (0, Sound(0, 1, 1)),
        (1, Sound(2, 1, 1)),
        (7, Sound(14, 1, 1)),
        (8, Sound(0, 2, 1)),
        (71, Sound(14, 3, 3)),
    ],
)
def test_a_sound_is_its_additions_and_two_sets(number: int, sound: Sound) -> None:
    assert sound_told(number) == sound
