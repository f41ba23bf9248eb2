"""Whatever a model expects, of whatever map: no crash, sentences that read well, objects that exist."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from engine.beatmap.document import Document
from engine.modding.suggestions import Judge
from engine.modding.surprisal import Expected, Scored
from engine.tokens.errors import TokenError
from engine.tokens.events import EventType
from engine.tokens.grammar import grammar_of
from engine.tokens.map_events import context_events
from engine.tokens.vocab import Vocabulary
from tests.checks.wording import assert_is_a_message
from tests.modding.scores import CONTEXTS
from tests.shared_data import SHARED, shared

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.beatmap.beatmap import Beatmap
    from engine.tokens.events import Context, Events

MAPS = tuple(sorted(path.stem for path in (SHARED / "golden" / "inputs" / "beatmaps").glob("*.osu"))) or (
    "synth_std",
)
SURPRISES = 250
"""Of one map."""


def texts_of(beatmap: Beatmap, family: str) -> Mapping[Context, Events]:
    grammar = grammar_of(family)
    return {context: context_events(beatmap, grammar, context) for context in CONTEXTS[family]}


def anything(texts: Mapping[Context, Events], vocab: Vocabulary, source: Random) -> list[Scored]:
    """Events of the map, and for each of them a few that any checkpoint could write."""
    written = [known for known in vocab.ranges if known.start < vocab.output_size]
    everywhere = [(context, index) for context, events in texts.items() for index in range(len(events))]
    scored = []
    for context, index in source.sample(everywhere, min(SURPRISES, len(everywhere))):
        kind, value, time_ms = texts[context][index]
        expected = []
        for probability in (0.6, 0.2, 0.1, 0.05, 0.01):
            known = source.choice(written) if source.random() < 0.5 else vocab.range(kind)
            told = source.randint(known.least, known.most)
            if known.type is EventType.TIME_SHIFT:
                told = time_ms + source.randint(-9000, 9000)
            expected.append(Expected(known.type, told, probability))
        if source.random() < 0.1:
            expected.insert(0, Expected(None, 2, 0.9))
        scored.append(
            Scored(context, index, kind, value, time_ms, source.uniform(1, 5000), 0.0, tuple(expected))
        )
    return scored


@pytest.mark.parametrize("family", sorted(CONTEXTS))
@pytest.mark.parametrize("name", MAPS)
def test_nothing_that_a_model_says_is_too_much(name: str, family: str) -> None:
    beatmap = Document.parse(shared("golden", "inputs", "beatmaps", f"{name}.osu").read_bytes()).beatmap
    if family == "v30" and beatmap.mode:
        pytest.skip("this family knows osu! alone")
    vocab = Vocabulary.load(shared("golden", "tokenizers", family, "tokenizer.json"))
    try:
        texts = texts_of(beatmap, family)
    except TokenError:
        pytest.skip("no model can read this map")
    scored = anything(texts, vocab, Random(f"{name} {family}"))
    judge = Judge(beatmap, texts, grammar_of(family))
    judgement = judge.judge(scored)
    assert len(judgement.verdicts) == sum(each.surprisal >= 20 for each in scored)
    for suggestion in judgement.suggestions:
        assert_is_a_message(suggestion.message)
        assert suggestion.alternatives
        assert all(0 <= each.probability <= 1 for each in suggestion.alternatives)
        for place in suggestion.places:
            assert all(index in range(len(beatmap.objects)) for index in place.objects)
    assert Judge(beatmap, texts, grammar_of(family)).suggest(scored[::-1]) == judgement.suggestions
