"""When the events of a written window belong; golden's own writing is compared in `tests/test_golden.py`."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.beatmap.builder import osu
from engine.tokens.codec import HALF_STEP_MS, encode
from engine.tokens.events import Event, Events, EventType
from engine.tokens.grammar import GRAMMARS
from engine.tokens.map_events import map_events
from engine.tokens.retiming import events_from, timed
from engine.tokens.vocab import END_ID, Vocabulary
from tests.shared_data import shared

TIME, CIRCLE, BEZIER = EventType.TIME_SHIFT, EventType.CIRCLE, EventType.BEZIER_ANCHOR
HEAD, LAST, END = EventType.SLIDER_HEAD, EventType.LAST_ANCHOR, EventType.SLIDER_END
A_SLIDER = [(TIME, 100), (HEAD, 0), (BEZIER, 0), (BEZIER, 0), (TIME, 400), (LAST, 0), (TIME, 700), (END, 0)]
"""As families say it that close a group with its type."""
TYPES_FIRST = [
    (HEAD, 0),
    (TIME, 100),
    (BEZIER, 0),
    (BEZIER, 0),
    (LAST, 0),
    (TIME, 400),
    (END, 0),
    (TIME, 700),
]


@cache
def vocabulary(family: str) -> Vocabulary:
    return Vocabulary.load(shared("golden", "tokenizers", family, "tokenizer.json"))


def times(said: list[tuple[EventType, int]], *, types_first: bool = False) -> list[int]:
    return [event.time for event in timed(said, types_first=types_first)]


def test_a_group_is_at_the_time_it_tells() -> None:
    assert times([(TIME, 100), (CIRCLE, 0), (TIME, 350), (CIRCLE, 0)]) == [100, 100, 350, 350]
    assert times([(CIRCLE, 0), (TIME, 100), (CIRCLE, 0), (TIME, 350)], types_first=True) == [
        100,
        100,
        350,
        350,
    ]


def test_anchors_are_spread_between_the_times_around_them() -> None:
    assert times(A_SLIDER) == [100, 100, 200, 300, 400, 400, 700, 700]
    assert times(TYPES_FIRST, types_first=True) == [100, 100, 200, 300, 400, 400, 700, 700]


def test_anchors_that_no_time_follows_are_spread_up_to_the_end_of_what_was_heard() -> None:
    cut = A_SLIDER[:4]
    assert timed(cut, until_ms=1000, types_first=False).times.tolist() == [100, 100, 400, 700]
    assert timed(cut, types_first=False).times.tolist() == [100] * 4


def test_what_goes_on_from_settled_events_is_as_late_as_they_are() -> None:
    settled = Events.of([Event(TIME, 5000, 5000), Event(CIRCLE, 0, 5000)])
    assert timed([(CIRCLE, 0)], settled, types_first=False).times.tolist() == [5000]


def test_anchors_of_a_slider_whose_head_is_settled_are_spread_from_there() -> None:
    settled = timed(A_SLIDER[:3], types_first=False)
    # The one that is settled stays, but takes up a share of the way.
    assert timed(A_SLIDER[3:], settled, types_first=False).times.tolist() == [300, 400, 400, 700, 700]


def test_nothing_said_is_nothing() -> None:
    assert not timed([], types_first=False)
    assert not timed([], types_first=True)


def test_a_window_is_read_up_to_its_end() -> None:
    vocab = vocabulary("v32")
    ids = [vocab.id_of(TIME, 3), vocab.id_of(CIRCLE), END_ID, vocab.id_of(CIRCLE)]
    events = events_from(ids, vocab, 1000, types_first=False)
    assert events == [Event(TIME, 1035, 1035), Event(CIRCLE, 0, 1035)]


@pytest.mark.parametrize("family", GRAMMARS)
@given(
    gaps_ms=st.lists(st.integers(20, 900), min_size=1, max_size=20),
    kinds=st.lists(st.sampled_from("cs"), min_size=20, max_size=20),
    frame_ms=st.integers(0, 3000),
)
def test_a_map_said_and_heard_again_is_the_same_to_half_a_step(
    family: str, gaps_ms: list[int], kinds: list[str], frame_ms: int
) -> None:
    """Straight sliders: the times of anchors are nobody's, made up by whoever reads."""
    builder, at_ms = osu().timing(120, at=0), frame_ms
    for gap_ms, kind in zip(gaps_ms, kinds, strict=False):
        at_ms += gap_ms
        builder = builder.circle(at=at_ms) if kind == "c" else builder.slider(at=at_ms, length=90)
    grammar, vocab = GRAMMARS[family], vocabulary(family)
    said = map_events(builder.beatmap(), grammar)
    first = next(index for index, event in enumerate(said) if event.time >= frame_ms)
    window = [event for event in said[first:] if event.time < frame_ms + 8000]
    heard = events_from(encode(window, vocab, frame_ms), vocab, frame_ms, types_first=grammar.types_first)
    assert [event.type for event in heard] == [event.type for event in window]
    for mine, theirs in zip(heard, window, strict=True):
        if mine.type is TIME:
            assert abs(mine.value - theirs.value) <= HALF_STEP_MS
        else:
            assert mine.value == theirs.value
        assert abs(mine.time - theirs.time) <= HALF_STEP_MS
