"""Asks a model about a map, window by window: nearest to the edit first, and only what it can have changed.

Windows know nothing of one another, and a decoder looks back alone. So what was said of a window holds for
as long as its prompt, up to the last event that counts, stays the same; and where it does not, what was
computed up to the first id that changed still holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from engine.modding.asking import Asker
from engine.modding.nearby import WindowKey, expected_bytes
from engine.modding.reading import nearest_first
from engine.modding.surprisal import row_scores

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from engine.modding.cache import AnswerKey, Answers
    from engine.modding.listening import Listener, Mind
    from engine.modding.nearby import Nearby
    from engine.modding.reading import Question, Reading
    from engine.modding.surprisal import RowScores

ON_GPU_AT_ONCE: Final = 8
"""Windows. One alone leaves a large GPU idle between two kernels."""
ON_CPU_AT_ONCE: Final = 1
"""A window's 500 tokens fill the caches; more of them only make the first one wait for the last."""


@dataclass(frozen=True, slots=True)
class Listened:
    """A step on the way to an answer, so that others get their turn."""

    window: int


@dataclass(frozen=True, slots=True)
class Answer:
    question: Question
    scores: RowScores
    is_new: bool
    """False: nothing was computed for it."""


class Modder:
    """The decoder's half. Made anew for each version of a map; what it learns stays in what it is given."""

    def __init__(
        self, mind: Mind, reading: Reading, listener: Listener, *, answers: Answers, nearby: Nearby, map_: str
    ) -> None:
        self._mind, self._reading, self._listener = mind, reading, listener
        self._asker = Asker(mind)
        self._answers, self._nearby, self._map = answers, nearby, map_
        self._at_once = ON_CPU_AT_ONCE if mind.device.type == "cpu" else ON_GPU_AT_ONCE

    def mod(self, near_ms: float) -> Iterator[Listened | Answer]:
        """Every window: first those that are known already, then the others, the nearest first.

        Close it at any step: nothing is left half-done.
        """
        self._nearby.look_at(self._map, near_ms, self._reading.speech.shape.lookahead_ms)
        unknown: list[Question] = []
        for index in nearest_first(self._reading.windows, near_ms):
            question = self._reading.question(index)
            packed = self._known(question)
            if packed is None:
                unknown.append(question)
            else:
                yield Answer(question, row_scores(packed), is_new=False)
        far: list[Question] = []
        for question in unknown:
            if self._is_worth_remembering(question):
                yield from self._answer_and_remember(question)
            else:
                far.append(question)
            if len(far) == self._at_once:
                yield from self._answer_together(far)
                far = []
        if far:
            yield from self._answer_together(far)

    def _known(self, question: Question) -> npt.NDArray[np.float32] | None:
        if not question.asked:
            return np.zeros((0, 2), np.float32)
        return self._answers.get(self._key(question))

    def _key(self, question: Question) -> AnswerKey:
        return self._listener.sound, question.window.start_sample, question.key()

    def _window_key(self, question: Question) -> WindowKey:
        return WindowKey(self._map, self._listener.sound, question.window.start_sample)

    def _is_worth_remembering(self, question: Question) -> bool:
        size_bytes = expected_bytes(len(question.ids), self._mind.model.spec, self._mind.dtype)
        return self._nearby.would_keep(self._window_key(question), question.window, size_bytes)

    def _answer_together(self, questions: Sequence[Question]) -> Iterator[Listened | Answer]:
        states = self._listener.states([question.window for question in questions])
        yield Listened(questions[0].index)
        for question, packed in zip(questions, self._asker.together(questions, states), strict=True):
            self._answers.keep(self._key(question), packed)
            yield Answer(question, row_scores(packed), is_new=True)

    def _answer_and_remember(self, question: Question) -> Iterator[Listened | Answer]:
        key = self._window_key(question)
        heard = self._nearby.sound_of(key)
        if heard is None:
            states = self._listener.states([question.window])
            yield Listened(question.index)
            heard = self._asker.hear(states)
            del states
        remembered = self._nearby.take(key) or self._asker.unread(question, heard)
        remembered.heard = heard
        packed = self._asker.again(remembered, heard, question)
        self._nearby.keep(key, remembered)
        self._answers.keep(self._key(question), packed)
        yield Answer(question, row_scores(packed), is_new=True)
