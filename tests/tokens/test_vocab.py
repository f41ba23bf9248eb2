from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from engine.tokens.errors import TokenError
from engine.tokens.events import Context, Event, EventType
from engine.tokens.grammar import check_grammar, grammar_of
from engine.tokens.vocab import Vocabulary

if TYPE_CHECKING:
    from pathlib import Path


def tokenizer(**changes: Any) -> dict[str, Any]:
    """The smallest that has a context, two events to write and one to be told."""
    return {
        "offset": 5,
        "context_sos": {"map": 3},
        "context_eos": {"map": 4},
        "event_ranges": [
            {"type": "t", "min_value": -10, "max_value": 10},
            {"type": "circle", "min_value": 0, "max_value": 0},
        ],
        "input_event_ranges": [{"type": "gamemode", "min_value": 0, "max_value": 3}],
        "vocab_size_out": 27,
        "vocab_size_in": 31,
        **changes,
    }


def vocabulary(**changes: Any) -> Vocabulary:
    return Vocabulary.of(tokenizer(**changes), "tokenizer.json")


def test_ids_follow_one_another_from_the_contexts_on() -> None:
    vocab = vocabulary()
    assert vocab.context_start[Context.MAP] == 3
    assert vocab.id_of(EventType.TIME_SHIFT, -10) == 5
    assert vocab.encode(Event(EventType.CIRCLE, 0, 1234)) == 26
    assert vocab.decode(30) == (EventType.GAMEMODE, 3)
    assert (len(vocab), vocab.output_size) == (31, 27)


def test_a_vocabulary_knows_what_it_has() -> None:
    assert vocabulary().has(EventType.CIRCLE)
    assert not vocabulary().has(EventType.KIAI)
    assert vocabulary().is_event(5)
    assert not vocabulary().is_event(4)
    assert not vocabulary().is_event(31)


def test_old_files_without_an_offset_begin_at_three() -> None:
    state = tokenizer(vocab_size_out=25, vocab_size_in=29)
    del state["offset"]
    assert Vocabulary.of(state).id_of(EventType.TIME_SHIFT, -10) == 3


def test_ids_may_be_told_apart_from_their_tables_in_the_file() -> None:
    state = tokenizer(event_start={"t": 5, "circle": 26}, event_end={"t": 26, "circle": 27})
    assert Vocabulary.of(state).id_of(EventType.CIRCLE) == 26


@pytest.mark.parametrize(
    ("kind", "value", "says"),
    [
        (EventType.KIAI, 1, "tokenizer.json knows no 'kiai' events.*choose another model"),
        (EventType.GAMEMODE, 4, "'gamemode' from 0 to 3, not 4"),
        (EventType.TIME_SHIFT, -11, "'t' from -10 to 10, not -11"),
    ],
)
def test_what_has_no_id_is_refused_with_the_file_and_the_reason(
    kind: EventType, value: int, says: str
) -> None:
    with pytest.raises(TokenError, match=says):
        vocabulary().id_of(kind, value)


@pytest.mark.parametrize("token", [-1, 0, 4, 31])
def test_an_id_that_is_no_event_is_refused(token: int) -> None:
    with pytest.raises(TokenError, match=f"no event with id {token}; choose one from 5 to 30"):
        vocabulary().decode(token)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"event_ranges": []}, "lists no events"),
        ({"event_ranges": [{"type": "t", "min_value": 0}]}, "no 'max_value' in it"),
        ({"event_ranges": [{"type": "t", "min_value": 0, "max_value": 1 << 40}]}, "range 0 to 1099511627776"),
        ({"event_ranges": [{"type": "t", "min_value": 1, "max_value": 0}]}, "range 1 to 0"),
        ({"event_ranges": "circles"}, "not a tokenizer that is understood"),
        ({"event_ranges": [{"type": "wub", "min_value": 0, "max_value": 1}]}, "'wub'.*update mapside"),
        ({"event_start": {"circle": 25}}, "contradicts itself: 'circle' has the ids 25 to 26 in one place"),
        ({"vocab_size_out": 26}, "speaks of 26 and 31 ids but lists 27 and 31"),
        ({"context_sos": {"wub": 3}}, "not a tokenizer that is understood"),
        ({"mapper_idx": {"peppy": 0}}, "not a tokenizer that is understood"),
        ({"offset": None}, "not a tokenizer that is understood"),
    ],
)
def test_a_broken_tokenizer_is_refused_in_one_sentence(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(TokenError, match=says) as caught:
        vocabulary(**changes)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("tokenizer.json ")


@pytest.mark.parametrize("content", ["", "{", "[]", '"t"', "\ufffe"])
def test_a_file_that_is_no_tokenizer_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(TokenError, match=r"tokenizer\.json .*download"):
        Vocabulary.load(path)


def test_bytes_that_are_no_text_are_no_tokenizer(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TokenError, match="not JSON"):
        Vocabulary.load(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TokenError, match=r"nowhere\.json cannot be read \(No such file"):
        Vocabulary.load(tmp_path / "nowhere.json")


def test_a_tokenizer_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(tokenizer()), encoding="utf-8")
    assert Vocabulary.load(path).source == str(path)


def test_a_model_of_another_size_is_refused() -> None:
    vocabulary().check_sizes(31, 27, "the model")
    with pytest.raises(TokenError, match=r"tokenizer.json does not belong to big\.safetensors: .* 31 ids"):
        vocabulary().check_sizes(4097, 4097, "big.safetensors")


def test_a_family_that_is_not_known_is_refused_with_those_that_are() -> None:
    with pytest.raises(TokenError, match=r"'v7'.* v28, v29, v30, v31, v32"):
        grammar_of("v7")


def test_a_tokenizer_of_another_family_is_refused() -> None:
    with pytest.raises(TokenError, match=r"tokenizer\.json is no tokenizer of a v31 model: its 'pos_x'"):
        check_grammar(vocabulary(), "v31")
