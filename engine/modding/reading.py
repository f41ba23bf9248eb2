"""One version of a map as a model is asked about it: a question for each window of the song."""

from __future__ import annotations

import hashlib
from array import array
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from engine.generation.layout import layout_of
from engine.generation.prompts import teacher_forced
from engine.generation.texts import Text
from engine.generation.windows import WindowShape, cut
from engine.modding.surprisal import asked_of
from engine.tokens.conditions import conditions_of
from engine.tokens.events import NO_EVENTS
from engine.tokens.families import family_of
from engine.tokens.grammar import grammar_of
from engine.tokens.map_events import context_events

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.audio.waveform import Waveform
    from engine.beatmap.beatmap import Beatmap
    from engine.checkpoints.upstream import Checkpoint
    from engine.generation.layout import Layout
    from engine.generation.windows import Window
    from engine.modding.surprisal import Asked
    from engine.tokens.conditions import Conditions
    from engine.tokens.events import Context, Events
    from engine.tokens.grammar import Grammar
    from engine.tokens.vocab import Vocabulary


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    index: int
    """Which window of the song."""
    window: Window
    ids: array[int]
    """The prompt up to the last event that counts. That one is never read, only foretold, and what follows
    could change nothing: the decoder looks back alone.
    """
    asked: tuple[Asked, ...]

    @property
    def rows(self) -> list[int]:
        """Of the prompt, in the order of `asked`: what the model says after each of them counts."""
        return [row for part in self.asked for row in range(part.first_row, part.end_row)]

    def key(self) -> bytes:
        """All that the answer depends on, beside the sound and the weights."""
        digest = hashlib.blake2b(self.ids.tobytes(), digest_size=16)
        digest.update(array("i", [bound for part in self.asked for bound in (part.first_row, part.count)]))
        return digest.digest()


class Speech:
    """How one checkpoint is spoken to. Raises TokenError where its vocabulary is of no known family."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.spec, self.vocab = checkpoint.spec, checkpoint.vocabulary
        family = family_of(self.vocab)
        self.grammar: Grammar = grammar_of(family)
        self.layout: Layout = layout_of(self.vocab, family, self.spec.decoder.positions)
        self.shape = WindowShape(self.spec.window_samples)

    def read(self, beatmap: Beatmap, song: Waveform, rating: float | None) -> Reading:
        """Raises TokenError for a map that this checkpoint has no words for."""
        # Without a vocabulary: who mapped it and when stays unknown, as when MaiMod asks.
        return Reading(beatmap, song, conditions_of(beatmap, rating), self)


# Without slots: its parts are derived once, when they are first asked for.
@dataclass(frozen=True, eq=False)
class Reading:
    beatmap: Beatmap
    song: Waveform
    conditions: Conditions
    speech: Speech

    @cached_property
    def windows(self) -> tuple[Window, ...]:
        return cut(self.song.samples, self.speech.shape)

    @cached_property
    def events(self) -> Mapping[Context, Events]:
        """What each context that the model writes says of the map."""
        grammar, song_ms = self.speech.grammar, self.song.length_ms
        return {
            context: context_events(self.beatmap, grammar, context, song_ms)
            for context in self.speech.layout.written
        }

    @cached_property
    def texts(self) -> Mapping[Context, Text]:
        return {context: Text(events, self.vocab) for context, events in self.events.items()}

    @property
    def vocab(self) -> Vocabulary:
        return self.speech.vocab

    def question(self, index: int) -> Question:
        window, speech = self.windows[index], self.speech
        prompt = teacher_forced(
            speech.layout, self.conditions, self.texts, window, speech.shape, self.song.length_ms
        )
        asked = asked_of(prompt, self.texts, window)
        end = max((part.end_row + 1 for part in asked), default=0)
        return Question(index, window, array("i", prompt.ids[:end]), asked)


def nearest_first(windows: Sequence[Window], near_ms: float) -> list[int]:
    """The window that judges what stands there, then its neighbours; at equal distance the later one, which
    has what stands there in view.
    """
    middles = [(window.counts_from_ms + window.counts_to_ms) / 2 for window in windows]
    return sorted(range(len(windows)), key=lambda index: (abs(middles[index] - near_ms), -middles[index]))


def first_difference_ms(before: Mapping[Context, Events], now: Mapping[Context, Events]) -> float | None:
    """Where two versions of a map part; None where they say the same."""
    parted = (_first_difference_ms(before.get(context, NO_EVENTS), events) for context, events in now.items())
    return min((at_ms for at_ms in parted if at_ms is not None), default=None)


def _first_difference_ms(before: Events, now: Events) -> float | None:
    both = min(len(before), len(now))
    is_other = (
        (before.types[:both] != now.types[:both])
        | (before.values[:both] != now.values[:both])
        | (before.times[:both] != now.times[:both])
    )
    at = int(is_other.argmax()) if is_other.any() else both
    longer = now if len(now) > at else before
    return float(longer.times[at]) if at < len(longer) else None
