from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from engine.generation.draft import Draft
from engine.tokens.codec import encode
from engine.tokens.events import Context, Event, EventType
from engine.tokens.vocab import END_ID
from tests.generation import tiny

if TYPE_CHECKING:
    from engine.generation.layout import Layout
    from engine.tokens.groups import Statement

TIME, CIRCLE = EventType.TIME_SHIFT, EventType.CIRCLE
ENDS: Final = (tiny.end, lambda *_: END_ID)


def draft(layout: Layout, *settled: Event) -> Draft:
    return Draft(layout, Context.MAP, settled)


def written(layout: Layout, statements: list[Statement], time_ms: int) -> list[int]:
    return encode([Event(*statement, 0) for statement in statements], layout.vocab, time_ms)


def circle_at(layout: Layout, time_ms: int) -> list[Statement]:
    return [(CIRCLE, 0), (TIME, time_ms)] if layout.types_first else [(TIME, time_ms), (CIRCLE, 0)]


both_orders = pytest.mark.parametrize("layout", [tiny.v31(), tiny.v32()], ids=["types first", "types last"])


@both_orders
@pytest.mark.parametrize("end", ENDS)
def test_what_a_window_wrote_is_kept_in_song_time_without_its_end(layout: Layout, end: object) -> None:
    grown = draft(layout)
    assert callable(end)
    ids = [*written(layout, circle_at(layout, 5550), 5000), end(layout, Context.MAP)]
    grown.add(ids, tiny.window(5000), tiny.SHAPE)
    assert grown.events == [Event(*statement, 555 * 10 + 5) for statement in circle_at(layout, 5555)]


@both_orders
def test_what_lies_past_what_counts_is_left_to_the_next_window(layout: Layout) -> None:
    grown = draft(layout)
    said = [*circle_at(layout, 5590), *circle_at(layout, 5610)]
    grown.add(written(layout, said, 5000), tiny.window(5000), tiny.SHAPE)
    assert {event.time for event in grown.events} == {5595}


@both_orders
def test_the_last_window_counts_to_its_end(layout: Layout) -> None:
    grown = draft(layout)
    grown.add(written(layout, circle_at(layout, 5990), 5000), tiny.window(5000, last=True), tiny.SHAPE)
    assert {event.time for event in grown.events} == {5995}


@both_orders
@pytest.mark.parametrize("stop_ms", [5490, 5600])
def test_the_time_that_a_window_stopped_at_is_no_event(layout: Layout, stop_ms: int) -> None:
    grown = draft(layout)
    stop = circle_at(layout, stop_ms)
    if not layout.types_first:
        stop = stop[:1]
    grown.add(written(layout, [*circle_at(layout, 5550), *stop], 5000), tiny.window(5000), tiny.SHAPE)
    assert {event.time for event in grown.events} == {5555}
    assert len(grown.events) == 2


@both_orders
def test_what_is_settled_stays_as_it_was(layout: Layout) -> None:
    settled = [Event(*statement, 5200) for statement in circle_at(layout, 5200)]
    grown = draft(layout, *settled)
    grown.add(written(layout, circle_at(layout, 5500), 5000), tiny.window(5000), tiny.SHAPE)
    assert grown.events[:2] == settled
    assert len(grown.events) == 4


def test_a_window_that_wrote_nothing_adds_nothing() -> None:
    for ids in ([], [END_ID]):
        grown = draft(tiny.v31())
        grown.add(ids, tiny.window(0, first=True), tiny.SHAPE)
        assert grown.events == []


def test_a_section_goes_on_from_what_stands_before_it() -> None:
    layout = tiny.v32()
    events = tiny.circles([100, 4998, 4999, 5000, 7000])
    grown = Draft.before(layout, Context.MAP, events, 5000)
    assert grown.events == events[:6]
    assert grown.text().ids(0, 6, 0) == encode(events[:6], layout.vocab, 0)
