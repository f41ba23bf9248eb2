"""The same tokens for the same map as the models' own program: every family, every map we have.

Plain functions: each takes a vector and asserts. `tests/test_golden.py` asks them.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from functools import cache, reduce
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest

from engine.beatmap.document import Document
from engine.beatmap.objects import Mode
from engine.tokens import condition_ids as ids
from engine.tokens.codec import decode, encode
from engine.tokens.conditions import Conditions, conditions_of
from engine.tokens.errors import TokenError
from engine.tokens.events import (
    BY_LABEL,
    EVENT_TYPES,
    Context,
    Event,
    Events,
    EventType,
    at_speed,
    merged,
    span_of,
    without,
)
from engine.tokens.grammar import GRAMMARS, X_RANGE_PX, Y_RANGE_PX, Grammar, check_grammar
from engine.tokens.map_events import context_events, map_events
from engine.tokens.retiming import timed
from engine.tokens.vocab import END_ID, PAD_ID, START_ID, Vocabulary
from tests.shared_data import shared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from engine.beatmap.beatmap import Beatmap
    from engine.tokens.groups import Statement

    Comparison = Callable[[str], None]


@cache
def answers(*parts: str) -> Any:
    return json.loads(shared("golden", *parts).read_text(encoding="utf-8"))


@cache
def vocabulary(family: str) -> Vocabulary:
    return Vocabulary.load(shared("golden", "tokenizers", family, "tokenizer.json"))


@cache
def beatmap(name: str) -> Beatmap:
    return Document.parse(shared("golden", "inputs", "beatmaps", f"{name}.osu").read_bytes()).beatmap


def written(pair: str, answer: str) -> Events:
    """What we say to the question behind one of golden's answers."""
    family, name = pair.split("/")
    grammar, read = GRAMMARS[family], beatmap(name)
    if answer == "map_precision1":
        return map_events(read, replace(grammar, position_px=1, split_axes=True, refinement_px=None))
    if answer == "map_speed1.25":
        return at_speed(map_events(read, grammar), 1.25)
    if answer == "map_flipHV":
        return map_events(read, grammar, flip_x=True, flip_y=True)
    return context_events(read, grammar, Context(answer))


class Answer(NamedTuple):
    name: str
    events: Events
    windows: list[list[int]]
    """Frame time, first event and one past the last, first token and one past the last; [] without ids."""
    tokens: list[int]


def given(pair: str) -> Iterator[Answer]:
    with np.load(shared("golden", "tokens", f"{pair}.npz")) as found:
        for name in sorted({key.rsplit(".", 1)[0] for key in found}):
            events = as_events([found[f"{name}.{part}"].tolist() for part in ("type", "value", "time")])
            windows = found[f"{name}.windows"].tolist() if f"{name}.windows" in found else []
            yield Answer(
                name, Events.of(events), windows, found[f"{name}.tokens"].tolist() if windows else []
            )


def as_events(columns: list[list[int]]) -> Events:
    """Of types, values and times."""
    return Events.of(
        Event(EVENT_TYPES[kind], value, time) for kind, value, time in zip(*columns, strict=True)
    )


def family_of(pair: str) -> str:
    return pair.split("/", 1)[0]


def assert_events_have_the_names_and_numbers_of_the_models() -> None:
    assert [kind.label for kind in EventType] == answers("event_types.json")


def assert_a_map_is_told_in_the_same_events(pair: str) -> None:
    for answer in given(pair):
        assert written(pair, answer.name) == answer.events, answer.name


def assert_a_window_of_a_map_has_the_same_ids(pair: str) -> None:
    vocab = vocabulary(family_of(pair))
    for answer in given(pair):
        events, starts = written(pair, answer.name), [window[0] for window in answer.windows]
        for (frame_ms, first, end, first_token, end_token), until_ms in zip(
            answer.windows, [*starts[1:], math.inf], strict=False
        ):
            assert span_of(events, frame_ms, until_ms) == (first, end)
            assert encode(events[first:end], vocab, frame_ms) == answer.tokens[first_token:end_token]


def assert_ids_say_again_what_they_were_made_of(pair: str) -> None:
    """All but the times, which come back in the middle of their 10 ms."""
    vocab = vocabulary(family_of(pair))
    for answer in given(pair):
        for frame_ms, first, end, first_token, end_token in answer.windows:
            tokens = answer.tokens[first_token:end_token]
            said = decode(tokens, vocab, frame_ms)
            assert untimed(said) == untimed([event[:2] for event in answer.events[first:end]])
            assert encode([Event(*one, 0) for one in said], vocab, frame_ms) == tokens


def untimed(statements: Iterable[Statement]) -> list[Statement]:
    return [(kind, 0 if kind is EventType.TIME_SHIFT else value) for kind, value in statements]


def assert_a_prompt_begins_with_the_same_conditions(pair: str) -> None:
    """The star rating is another library's figure: it is taken from the answer."""
    for suffix in ("", "_with_tokenizer"):
        assert_conditions(pair, suffix)


def assert_conditions(pair: str, suffix: str) -> None:
    found = answers("tokens", "index.json")
    entry, song_ms = found["entries"][pair], found["song_length_ms"]
    family, name = pair.split("/")
    said = entry[f"generation_config{suffix}"]
    vocab = vocabulary(family)
    conditions = conditions_of(beatmap(name), said["difficulty"], vocab if suffix else None)
    assert conditions == as_conditions(said)
    assert ids.condition_ids(vocab, conditions, song_ms) == entry[f"class_tokens{suffix}"]


def as_conditions(said: dict[str, Any]) -> Conditions:
    return Conditions(
        mode=Mode(said["gamemode"]),
        beatmap_id=said["beatmap_id"],
        star_rating=said["difficulty"],
        mapper_id=said["mapper_id"],
        year=said["year"],
        hitsounded=said["hitsounded"],
        hp_drain=said["hp_drain_rate"],
        circle_size=said["circle_size"],
        overall_difficulty=said["overall_difficulty"],
        approach_rate=said["approach_rate"],
        slider_multiplier=said["slider_multiplier"],
        slider_tick_rate=said["slider_tick_rate"],
        keys=said["keycount"],
        hold_note_ratio=said["hold_note_ratio"],
        scroll_speed_ratio=said["scroll_speed_ratio"],
        descriptors=None if said["descriptors"] is None else tuple(said["descriptors"]),
    )


def assert_times_come_back_from_ids_as_the_models_take_them(pair: str) -> None:
    """A map said and heard again, window by window; positions come back in another form there."""
    with np.load(shared("golden", "postprocess", f"{pair}_quant.npz")) as found:
        columns = [found[f"events_in.{part}"].tolist() for part in ("type", "value", "time")]
    theirs = without(as_events(columns), PLACES)
    answers_of = {answer.name: answer for answer in given(pair)}
    mania = beatmap(pair.split("/")[1]).mode is Mode.MANIA
    woven = ("kiai", "map", "sv") if mania else ("kiai", "map")
    heard = [heard_again(pair, answers_of[name]) for name in woven if name in answers_of]
    assert without(reduce(merged, heard), PLACES) == theirs


PLACES = frozenset(
    {
        EventType.POSITION,
        EventType.POSITION_X,
        EventType.POSITION_Y,
        EventType.POSITION_REFINEMENT,
        EventType.COLUMN,
    }
)


def heard_again(pair: str, answer: Answer) -> Events:
    vocab = vocabulary(family_of(pair))
    said = [
        statement
        for frame_ms, _, _, first, end in answer.windows
        for statement in decode(answer.tokens[first:end], vocab, frame_ms)
    ]
    return timed(said, types_first=GRAMMARS[family_of(pair)].types_first)


def assert_what_was_written_has_the_same_times(name: str) -> None:
    """The times that the models' own program gives to what it wrote. Where it wrote into a map, that map's
    own events stand among them, with times of their own.
    """
    said = answers("generate", f"{name}.json")
    types_first = GRAMMARS[said["version"]].types_first
    if said["settings"]["add_to_beatmap"]:
        return
    for call in said["processor_generate"]:
        for answer in call["results"]:
            written = [(BY_LABEL[label], value) for label, value in answer["events"]]
            events = timed(written, until_ms=call["song_length"], types_first=types_first)
            assert events.times.tolist() == answer["times"]


def assert_a_vocabulary_has_the_same_table(family: str) -> None:
    table, vocab = answers("tokenizers", family, "table.json"), vocabulary(family)
    assert (table["pad_id"], table["sos_id"], table["eos_id"]) == (PAD_ID, START_ID, END_ID)
    assert [
        {
            "type": known.type.label,
            "min": known.least,
            "max": known.most,
            "start": known.start,
            "end": known.end,
            "kind": "out" if known.end <= vocab.output_size else "in",
        }
        for known in vocab.ranges
    ] == table["ranges"]
    assert {context.value: token for context, token in vocab.context_start.items()} == table["context_sos"]
    assert {context.value: token for context, token in vocab.context_end.items()} == table["context_eos"]
    assert (len(vocab), vocab.output_size) == (table["vocab_size_in"], table["vocab_size_out"])
    labels = vocab.labels
    assert labels.mapper_classes == table["num_mapper_classes"]
    assert labels.descriptor_classes == table["num_descriptor_classes"]
    assert labels.difficulty_classes == table["num_diff_classes"]
    assert labels.circle_size_classes == table["num_cs_classes"]
    assert labels.style_classes == table["num_classes"]
    assert labels.most_difficulty == table["max_difficulty"]


UNKNOWN: dict[str, Callable[[Vocabulary], int]] = {
    "diff_unk": lambda vocab: ids.difficulty_id(vocab, None),
    "style_unk": ids.style_id,
    "mapper_unk": lambda vocab: ids.mapper_id(vocab, None),
    "cs_unk": lambda vocab: ids.circle_size_id(vocab, None),
    "descriptor_unk": lambda vocab: ids.descriptor_id(vocab, None),
    "year_unk": lambda vocab: ids.year_id(vocab, None),
    "hold_note_ratio_unk": lambda vocab: ids.hold_note_ratio_id(vocab, None),
    "scroll_speed_ratio_unk": lambda vocab: ids.scroll_speed_ratio_id(vocab, None),
}
SONG_MS = 100_000
EXAMPLES: dict[str, Callable[[Vocabulary, Any], int | list[int]]] = {
    "encode_diff": ids.difficulty_id,
    "encode_cs": ids.circle_size_id,
    "encode_global_sv": ids.velocity_id,
    "encode_song_length": ids.song_length_id,
    "encode_song_position": lambda vocab, at_ms: ids.song_position_id(vocab, at_ms, SONG_MS),
    "encode_hold_note_ratio": ids.hold_note_ratio_id,
    "encode_scroll_speed_ratio": ids.scroll_speed_ratio_id,
    "encode_year": ids.year_id,
    "encode_mapper_id": ids.mapper_id,
    "encode_mapper(beatmap_id)": lambda vocab, key: ids.mapper_id(vocab, vocab.labels.mapper_of_map.get(key)),
    "encode_descriptor(beatmap_id)": ids.map_descriptor_ids,
    "encode_descriptor_name": ids.descriptor_id,
    "encode_gamemode": ids.gamemode_id,
}


def assert_what_is_unknown_has_the_same_ids(family: str) -> None:
    table, vocab = answers("tokenizers", family, "table.json"), vocabulary(family)
    assert set(table["unknown_ids"]) == set(UNKNOWN)
    for name, token in table["unknown_ids"].items():
        if token is None:
            with pytest.raises(TokenError):
                UNKNOWN[name](vocab)
        else:
            assert UNKNOWN[name](vocab) == token


def assert_every_example_has_the_same_id_or_is_refused_as_well(family: str) -> None:
    table, vocab = answers("tokenizers", family, "table.json"), vocabulary(family)
    assert set(table["examples"]) == set(EXAMPLES)
    for name, examples in table["examples"].items():
        for value, answer in examples:
            if isinstance(answer, str):
                with pytest.raises(TokenError):
                    EXAMPLES[name](vocab, value)
            else:
                assert EXAMPLES[name](vocab, value) == answer, (name, value)


def assert_every_id_means_the_same(family: str) -> None:
    table, vocab = answers("tokenizers", family, "table.json"), vocabulary(family)
    for token, label, value in table["decode_samples"]:
        if label is None:
            with pytest.raises(TokenError):
                vocab.decode(token)
        else:
            assert vocab.decode(token) == (BY_LABEL[label], value)
            assert vocab.id_of(BY_LABEL[label], value) == token


def assert_a_familys_grammar_is_that_of_its_training(family: str) -> None:
    said = answers("tokenizers", family, "resolved_inference_config.json")["train"]["data"]
    assert check_grammar(vocabulary(family), family) == Grammar(
        types_first=said["types_first"],
        position_px=said["position_precision"],
        split_axes=said["position_split_axes"],
        refinement_px=said["position_refinement"],
        distances=said["add_distances"],
        timing_in_map=said["add_timing"],
        timing_points=said["add_timing_points"],
        slider_velocity=said["add_sv"],
        anchors_in_time=said["slider_version"] == 1,
        sustain_ms=said["sustain_interval"],
    )
    assert said["position_range"] == [*X_RANGE_PX, *Y_RANGE_PX]
    # What no family differs in is not in a grammar.
    assert said["add_snapping"]
    assert said["add_hitsounds"]
    assert said["add_positions"]
    assert said["mania_bpm_normalized_scroll_speed"]
    assert not said["add_kiai"]
    assert not said["add_mania_sv"]


OF_A_MAP: tuple[Comparison, ...] = (
    assert_a_map_is_told_in_the_same_events,
    assert_a_window_of_a_map_has_the_same_ids,
    assert_ids_say_again_what_they_were_made_of,
    assert_a_prompt_begins_with_the_same_conditions,
)
OF_A_VOCABULARY: tuple[Comparison, ...] = (
    assert_a_vocabulary_has_the_same_table,
    assert_what_is_unknown_has_the_same_ids,
    assert_every_example_has_the_same_id_or_is_refused_as_well,
    assert_every_id_means_the_same,
    assert_a_familys_grammar_is_that_of_its_training,
)
