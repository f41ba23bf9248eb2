from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import torch

from engine.generation.errors import PromptError
from engine.generation.plan import steered_from
from engine.generation.prompts import (
    NOTHING,
    Given,
    model_conditions,
    prompt_for,
    teacher_forced,
    with_conditions,
)
from engine.generation.texts import Text
from engine.model.conditioning import MapperEmbedding
from engine.model.spec import Condition
from engine.tokens.codec import encode
from engine.tokens.condition_ids import condition_ids, song_position_id
from engine.tokens.conditions import Conditions
from engine.tokens.events import Context, Event, EventType
from engine.tokens.vocab import START_ID
from tests.generation import tiny
from tests.model.tiny import CONDITIONED, SOUND_ONLY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.generation.layout import Layout
    from engine.generation.prompts import Prompt
    from engine.generation.windows import Window
    from engine.model.conditioning import Conditions as EncoderConditions
    from engine.model.spec import ModelSpec

SONG_MS = 100_000
MAP = Conditions(star_rating=5.0, mapper_id=727)
GUEST = Conditions(star_rating=2.0, mapper_id=1001)


def texts(layout: Layout, **events: Sequence[Event]) -> dict[Context, Text]:
    """By a context's name; silence of all others."""
    return {context: Text(events.get(context.value, []), layout.vocab) for context in layout.written}


def judged(layout: Layout, told: Mapping[Context, Text], window: Window) -> Prompt:
    return teacher_forced(layout, MAP, told, window, tiny.SHAPE, SONG_MS)


def asked(
    layout: Layout,
    told: Mapping[Context, Text],
    writing: Context,
    window: Window,
    given: Given = NOTHING,
) -> tuple[int, ...]:
    return prompt_for(layout, MAP, told, writing, window, tiny.SHAPE, SONG_MS, given=given).ids


def head(layout: Layout) -> list[int]:
    return condition_ids(layout.vocab, MAP, SONG_MS)


def speed_id(layout: Layout, percent: int) -> int:
    return layout.vocab.id_of(EventType.SCROLL_SPEED, percent)


def position_id(layout: Layout, time_ms: int) -> int:
    return song_position_id(layout.vocab, time_ms, SONG_MS)


# What is in a window.


@pytest.mark.parametrize("layout", [tiny.v28(), tiny.v29(), tiny.v30(), tiny.v31(), tiny.v32()])
def test_each_span_is_the_ids_of_its_events(layout: Layout) -> None:
    events = tiny.circles(range(0, 5000, 90))
    told = {context: Text(events, layout.vocab) for context in layout.written}
    for time_ms in range(0, 6000, 100):
        prompt = judged(layout, told, tiny.window(time_ms))
        assert [span.context for span in prompt.spans] == list(layout.written)
        for span in prompt.spans:
            inside = [event for event in events if time_ms <= event.time < time_ms + 1000]
            assert events[span.first_event : span.end_event] == inside
            assert list(prompt.ids[span.start : span.end]) == encode(inside, layout.vocab, time_ms)


@pytest.mark.parametrize("time_ms", [0, 40_000, 99_900])
def test_a_window_without_events_is_empty_but_for_what_is_true_of_it(time_ms: int) -> None:
    layout = tiny.v32()
    told = texts(layout, map=tiny.circles([20_000]))
    prompt = judged(layout, told, tiny.window(time_ms))
    assert all(span.start == span.end for span in prompt.spans)
    assert list(prompt.ids) == [
        *head(layout),
        speed_id(layout, 100),
        position_id(layout, time_ms),
        START_ID,
        tiny.start(layout, Context.TIMING),
        tiny.end(layout, Context.TIMING),
        tiny.start(layout, Context.MAP),
        tiny.end(layout, Context.MAP),
        tiny.start(layout, Context.SCROLL_SPEED),
    ]


def test_without_contexts_there_are_only_a_start_and_the_map() -> None:
    layout = tiny.v30()
    events = tiny.circles([100, 200])
    prompt = judged(layout, texts(layout, map=events), tiny.window(0))
    assert list(prompt.ids) == [START_ID, *encode(events, layout.vocab, 0)]


def test_what_comes_after_the_context_that_is_written_is_not_told() -> None:
    layout = tiny.v32()
    beats, notes = tiny.circles([100]), tiny.circles([200])
    told = texts(layout, timing=beats, map=notes)
    ids = asked(layout, told, Context.MAP, tiny.window(0))
    assert list(ids[-7:]) == [
        tiny.start(layout, Context.TIMING),
        *encode(beats, layout.vocab, 0),
        tiny.end(layout, Context.TIMING),
        tiny.start(layout, Context.MAP),
        *encode(notes, layout.vocab, 0),
    ]
    assert asked(layout, told, Context.TIMING, tiny.window(0))[-3:] == ids[-7:-4]


def test_writing_the_last_context_the_prompt_is_the_one_for_judging() -> None:
    layout = tiny.v31()
    told = texts(layout, map=tiny.circles([100, 300]), sv=tiny.speeds((50, 80)))
    window = tiny.window(0)
    assert asked(layout, told, Context.SCROLL_SPEED, window) == judged(layout, told, window).ids


# What a window is reminded of.


def test_a_window_is_reminded_of_the_speed_it_begins_at() -> None:
    layout = tiny.v32()
    told = texts(layout, sv=tiny.speeds((1000, 80), (2000, 120)))
    for time_ms, percent in [(0, 100), (1000, 100), (1001, 80), (2000, 80), (2010, 120)]:
        ids = judged(layout, told, tiny.window(time_ms)).ids
        assert ids[len(head(layout))] == speed_id(layout, percent), time_ms


def test_the_scroll_speeds_have_the_last_word_on_speed_once_they_are_in_the_prompt() -> None:
    layout = tiny.v32()
    told = texts(layout, map=tiny.speeds((0, 150)), sv=[])
    at = len(head(layout))
    assert asked(layout, told, Context.TIMING, tiny.window(500))[at] == speed_id(layout, 100)
    assert asked(layout, told, Context.MAP, tiny.window(500))[at] == speed_id(layout, 150)
    assert asked(layout, told, Context.SCROLL_SPEED, tiny.window(500))[at] == speed_id(layout, 100)


def test_a_window_is_reminded_of_the_kiai_it_begins_in_by_whom_was_taught_to() -> None:
    v28, v29 = tiny.v28(), tiny.v29()
    prompts = [
        judged(layout, texts(layout, kiai=tiny.kiai((0, 1))), tiny.window(10)).ids for layout in (v28, v29)
    ]
    assert v28.vocab.ranges == v29.vocab.ranges
    at = 2 + len(head(v28))
    assert prompts[0][at] == v28.vocab.id_of(EventType.KIAI, 1)
    assert (*prompts[0][:at], *prompts[0][at + 1 :]) == prompts[1]


def test_only_those_who_know_positions_are_told_where_in_the_song_they_are() -> None:
    for layout, is_told in [(tiny.v28(), True), (tiny.v31(), False), (tiny.v32(), True)]:
        ids = judged(layout, texts(layout), tiny.window(50_000)).ids
        kind, _ = layout.vocab.decode(ids[ids.index(START_ID) - 1])
        assert (kind is EventType.SONG_POSITION) == is_told


# What a prompt opens with.


def test_with_nothing_given_a_prompt_says_so_where_something_could_be() -> None:
    layout = tiny.v31()
    nothing = (tiny.start(layout, Context.NONE), tiny.end(layout, Context.NONE))
    assert judged(layout, texts(layout), tiny.window(0)).ids[:2] == nothing
    assert tiny.v32().fronts == ()


@pytest.mark.parametrize("song_position", [True, False])
def test_a_guests_difficulty_is_told_with_all_that_is_true_of_it(song_position: bool) -> None:
    layout = tiny.layout("v31", song_position=song_position)
    events = [*tiny.speeds((100, 70)), *tiny.circles([1200, 1300])]
    given = Given(Context.GUEST_DIFFICULTY, Text(events, layout.vocab), GUEST)
    own = tiny.circles([1250])
    ids = asked(layout, texts(layout, map=own), Context.MAP, tiny.window(1000), given)
    front = [
        tiny.start(layout, Context.GUEST_DIFFICULTY),
        *condition_ids(layout.vocab, GUEST, SONG_MS),
        speed_id(layout, 70),
        *([position_id(layout, 1000)] if song_position else []),
        *encode(events[1:], layout.vocab, 1000),
        tiny.end(layout, Context.GUEST_DIFFICULTY),
    ]
    assert list(ids[: len(front) + len(head(layout))]) == [*front, *head(layout)]
    # Its speed is its own: the map that is written has said nothing of one.
    assert ids[len(front) + len(head(layout)) + 1] == speed_id(layout, 100)
    assert list(ids[-2:]) == encode(own, layout.vocab, 1000)


def test_a_map_to_be_given_hitsounds_is_told_bare() -> None:
    layout = tiny.v31()
    events = tiny.circles([100, 200])
    given = Given(Context.NO_HITSOUNDS, Text(events, layout.vocab))
    ids = asked(layout, texts(layout), Context.TIMING, tiny.window(0), given)
    front = [
        tiny.start(layout, Context.NO_HITSOUNDS),
        *encode(events, layout.vocab, 0),
        tiny.end(layout, Context.NO_HITSOUNDS),
    ]
    assert list(ids[: len(front) + len(head(layout))]) == [*front, *head(layout)]


@pytest.mark.parametrize("context", [Context.GUEST_DIFFICULTY, Context.NO_HITSOUNDS])
def test_what_a_model_never_learnt_to_be_given_is_refused(context: Context) -> None:
    layout = tiny.v32()
    given = Given(context, Text([], layout.vocab))
    with pytest.raises(PromptError, match=rf"tokenizer\.json cannot be given a '{context.value}'"):
        asked(layout, texts(layout), Context.MAP, tiny.window(0), given)


def test_what_a_model_never_learnt_to_write_is_refused() -> None:
    layout = tiny.v32()
    with pytest.raises(PromptError, match="knows no 'kiai' to write"):
        asked(layout, texts(layout), Context.KIAI, tiny.window(0))


# What is steered away from.


def test_guidance_compares_with_a_map_of_nobody_in_particular() -> None:
    layout = tiny.v32()
    told = texts(layout, map=tiny.circles([100]))
    prompt = prompt_for(layout, MAP, told, Context.MAP, tiny.window(0), tiny.SHAPE, SONG_MS)
    unwanted = with_conditions(prompt, layout, steered_from(MAP, None), SONG_MS)
    nobodys = replace(MAP, mapper_id=None)
    assert list(unwanted[: prompt.told_to]) == condition_ids(layout.vocab, nobodys, SONG_MS)
    assert unwanted[prompt.told_to :] == prompt.ids[prompt.told_to :]


# What does not fit.


def test_of_a_window_that_is_too_full_the_last_is_kept() -> None:
    layout = tiny.layout(most_ids=200)
    events = tiny.circles(range(0, 1000, 5))
    told = {context: Text(events, layout.vocab) for context in layout.written}
    prompt = judged(layout, told, tiny.window(0))
    # Of 400 events in each of four contexts: half of 200, a quarter, and an eighth no longer overflow.
    assert {span.end_event - span.first_event for span in prompt.spans} == {25}
    assert {span.end_event for span in prompt.spans} == {400}
    assert len(prompt.ids) < 200
    for span in prompt.spans:
        kept = events[span.first_event : span.end_event]
        assert list(prompt.ids[span.start : span.end]) == encode(kept, layout.vocab, 0)


def test_a_model_that_could_not_even_read_what_is_true_of_the_map_is_named() -> None:
    layout = tiny.layout(most_ids=8)
    with pytest.raises(PromptError, match=r"8 ids that tokenizer\.json"):
        judged(layout, texts(layout), tiny.window(0))


def test_a_windows_prompt_costs_far_less_than_a_millisecond_beside_its_own_ids() -> None:
    layout = tiny.layout(most_ids=100_000)
    events = tiny.circles(range(0, 1_000_000, 10))
    told = {context: Text(events, layout.vocab) for context in layout.written}
    window = tiny.window(900_000)
    costs_s = []
    for _ in range(20):
        start = time.process_time()
        prompt = judged(layout, told, window)
        costs_s.append(time.process_time() - start)
    assert len(prompt.ids) > 800
    assert min(costs_s) < 1e-3


# What the encoder is told.


def told_to_encoder(
    conditions: Conditions, spec: ModelSpec = CONDITIONED, windows: Sequence[Window] = (tiny.window(0),)
) -> EncoderConditions:
    return model_conditions(spec, tiny.v28().vocab, conditions, windows, tiny.SHAPE, SONG_MS)


def test_what_is_not_known_is_told_as_the_models_learnt_it() -> None:
    told = told_to_encoder(Conditions())
    assert told.of(Condition.DIFFICULTY).tolist() == [5.0]
    assert told.of(Condition.MAPPER).tolist() == [-1]


def test_a_mapper_whom_the_model_does_not_know_is_the_unknown_one() -> None:
    mappers = [told_to_encoder(replace(MAP, mapper_id=user)).of(Condition.MAPPER) for user in (1001, 5)]
    assert mappers[0].tolist() == [1]
    table = MapperEmbedding(len(tiny.MAPPERS), 4).eval()
    assert torch.equal(table(mappers[1]), table(torch.tensor([-1])))


def test_each_window_is_told_where_in_the_song_it_is_even_past_the_end() -> None:
    windows = [tiny.window(0), tiny.window(99_500)]
    told = told_to_encoder(MAP, windows=windows)
    torch.testing.assert_close(
        told.of(Condition.SONG_POSITION), torch.tensor([[0.0, 0.01], [0.995, 1.005]]), rtol=0, atol=1e-7
    )
    assert told.of(Condition.DIFFICULTY).shape == told.of(Condition.MAPPER).shape == (2,)


def test_a_model_that_only_listens_is_told_nothing() -> None:
    told = told_to_encoder(MAP, SOUND_ONLY)
    assert (told.difficulty, told.mapper, told.song_position) == (None, None, None)
