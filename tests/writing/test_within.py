"""A section is written from its first moment to its last, and no further."""

from __future__ import annotations

import pytest
import torch

from engine.generation.layout import Layout, layout_of
from engine.generation.windows import Window
from engine.tokens.events import EventType
from engine.tokens.vocab import END_ID, Vocabulary
from engine.writing.within import WithinSection
from tests.generation import tiny
from tests.modding.worlds import v30_tokenizer

FIRST = Window(16_000, 1000, 1000, 1600)
"""A song's second, from its start on."""
LATER = Window(16_000, 1000, 1500, 1600)


def section(
    layout: Layout, window: Window = FIRST, start_ms: float = 1205, end_ms: float = 1500
) -> WithinSection:
    return WithinSection.of(layout, window, start_ms, end_ms)


def time_id(layout: Layout, time_ms: int, window: Window = FIRST) -> int:
    return layout.vocab.range(EventType.TIME_SHIFT).start + (time_ms - window.time_ms) // 10


def kind_id(layout: Layout, kind: EventType) -> int:
    return layout.vocab.range(kind).start


def possible(within: WithinSection, layout: Layout, ids: list[int]) -> set[int]:
    scores = within.apply(torch.zeros(layout.vocab.output_size), ids)
    return set(scores.isfinite().nonzero()[:, 0].tolist())


def test_nothing_before_the_section_is_said_again() -> None:
    layout = tiny.v32()
    left = possible(section(layout), layout, [1])
    assert time_id(layout, 1190) not in left
    assert time_id(layout, 1200) in left  # these ten milliseconds hold its first
    assert kind_id(layout, EventType.CIRCLE) in left


def test_later_windows_have_their_own_bound() -> None:
    layout = tiny.v32()
    within = section(layout, LATER)
    scores = torch.rand(layout.vocab.output_size)
    assert within.apply(scores, [1]) is scores


@pytest.mark.parametrize(
    ("kind", "time_ms", "goes_on"),
    [
        (EventType.CIRCLE, 1490, True),
        (EventType.CIRCLE, 1500, False),
        (EventType.SLIDER_HEAD, 1700, False),
        (EventType.SLIDER_END, 1700, True),
        (EventType.LAST_ANCHOR, 1900, True),
    ],
)
def test_what_begins_at_its_end_ends_it(kind: EventType, time_ms: int, goes_on: bool) -> None:
    for layout in (tiny.v32(), tiny.v31()):
        told = [time_id(layout, time_ms), kind_id(layout, kind)]
        ids = [1, *(reversed(told) if layout.types_first else told)]
        assert (possible(section(layout), layout, ids) != {END_ID}) == goes_on


def test_beats_go_on_while_something_lasts_over_its_end() -> None:
    vocab = Vocabulary.of(v30_tokenizer())
    layout = layout_of(vocab, "v30", 2000)
    for time_ms, goes_on in ((1500, True), (3400, True), (3500, False)):
        ids = [1, time_id(layout, time_ms), kind_id(layout, EventType.BEAT)]
        assert (possible(section(layout), layout, ids) != {END_ID}) == goes_on
