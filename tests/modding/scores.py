"""A map as a family of models reads it, and scores made by hand: what a model would be surprised by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.beatmap.builder import MapBuilder
from engine.modding.suggestions import Judge
from engine.modding.surprisal import Expected, Scored
from engine.tokens.events import Context, EventType
from engine.tokens.grammar import grammar_of
from engine.tokens.map_events import context_events
from tests.checks.wording import assert_is_a_message

if TYPE_CHECKING:
    from engine.beatmap.beatmap import Beatmap
    from engine.modding.opinion import Suggestion
    from engine.modding.suggestions import Judgement

CONTEXTS = {
    "v29": (Context.TIMING, Context.KIAI, Context.MAP, Context.SCROLL_SPEED),
    "v30": (Context.MAP,),
    "v31": (Context.TIMING, Context.KIAI, Context.MAP, Context.SCROLL_SPEED),
    "v32": (Context.TIMING, Context.MAP, Context.SCROLL_SPEED),
}


def expect(kind: EventType | None, value: int = 0, probability: float = 0.9) -> Expected:
    """None: the model would have said nothing more."""
    return Expected(kind, 2 if kind is None else value, probability)


class Reader:
    """A model of one family that has read a map."""

    def __init__(self, map_: MapBuilder | Beatmap, family: str = "v32") -> None:
        self.beatmap = map_.beatmap() if isinstance(map_, MapBuilder) else map_
        self.grammar = grammar_of(family)
        self.texts = {
            context: context_events(self.beatmap, self.grammar, context) for context in CONTEXTS[family]
        }

    def surprised(
        self,
        by: EventType,
        *expected: Expected,
        at: int | None = None,
        nth: int = 0,
        context: Context = Context.MAP,
        surprisal: float = 100.0,
    ) -> Scored:
        """By the nth event of a kind, of those at a time."""
        found = [
            index
            for index, (kind, _, time_ms) in enumerate(self.texts[context])
            if kind is by and at in (None, time_ms)
        ]
        index = found[nth]
        kind, value, time_ms = self.texts[context][index]
        return Scored(context, index, kind, value, time_ms, surprisal, 0.0, expected)

    def judge(self, *scored: Scored) -> Judgement:
        judgement = Judge(self.beatmap, self.texts, self.grammar).judge(scored)
        for suggestion in judgement.suggestions:
            assert_is_a_message(suggestion.message)
            assert suggestion.places
            assert all(0 <= each.probability <= 1 for each in suggestion.alternatives)
        return judgement

    def suggest(self, *scored: Scored) -> tuple[Suggestion, ...]:
        return self.judge(*scored).suggestions

    def only(self, *scored: Scored) -> Suggestion:
        """The one suggestion there must be."""
        suggestions = self.suggest(*scored)
        assert len(suggestions) == 1, suggestions
        return suggestions[0]
