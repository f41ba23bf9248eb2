"""Asks a model about a map, window by window: nearest to the edit first, and only what it can have changed.

Windows know nothing of one another, and a decoder looks back alone. So what was said of a window holds for
as long as its prompt, up to the last event that counts, stays the same; and where it does not, what was
computed up to the first id that changed still holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import torch
from torch.nn.functional import linear, pad

from engine.modding.nearby import Remembered, WindowKey, expected_bytes, room_for
from engine.modding.reading import nearest_first
from engine.modding.surprisal import measured, row_scores

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt
    from torch import Tensor

    from engine.modding.cache import AnswerKey, Answers
    from engine.modding.listening import Listener, Mind
    from engine.modding.nearby import Nearby
    from engine.modding.reading import Question, Reading
    from engine.modding.surprisal import RowScores
    from engine.model.encdec import Heard

ON_GPU_AT_ONCE: Final = 8
"""Windows. One alone leaves a large GPU idle between two kernels."""
SHORT_STEP, LONG_STEP, SHORT_UP_TO = 32, 64, 512
"""Tokens are read in numbers of these."""
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
        for question, packed in zip(questions, self._ask_together(questions, states), strict=True):
            self._answers.keep(self._key(question), packed)
            yield Answer(question, row_scores(packed), is_new=True)

    @torch.inference_mode()
    def _ask_together(
        self, questions: Sequence[Question], states: Tensor
    ) -> Iterator[npt.NDArray[np.float32]]:
        """Padded on the right, where nobody looks: it needs no mask."""
        model = self._mind.model
        longest = self._rounded(max(len(question.ids) - 1 for question in questions))
        ids = torch.stack([self._padded(question.ids[:-1], longest) for question in questions])  # [B, T]
        hidden = model.decode(ids.to(self._mind.device), model.hear(states))
        wanted = [hidden[at, question.rows] for at, question in enumerate(questions)]
        real_ids = [_tensor(question.ids)[torch.tensor(question.rows) + 1] for question in questions]
        packed = self._measured(torch.cat(wanted), torch.cat(real_ids)).numpy()
        bounds = np.cumsum([len(rows) for rows in wanted])[:-1]
        return iter(np.split(packed, bounds))

    def _answer_and_remember(self, question: Question) -> Iterator[Listened | Answer]:
        key = self._window_key(question)
        heard = self._nearby.sound_of(key)
        if heard is None:
            states = self._listener.states([question.window])
            yield Listened(question.index)
            heard = self._hear(states)
            del states
        remembered = self._nearby.take(key) or self._unread(question)
        remembered.heard = heard
        self._go_on(remembered, heard, question)
        self._nearby.keep(key, remembered)
        packed = torch.stack([remembered.rows[row] for row in question.rows]).numpy()
        self._answers.keep(self._key(question), packed)
        yield Answer(question, row_scores(packed), is_new=True)

    @torch.inference_mode()
    def _hear(self, states: Tensor) -> Heard:
        return self._mind.model.hear(states)

    @torch.inference_mode()
    def _unread(self, question: Question) -> Remembered:
        mind = self._mind
        cache = room_for(len(question.ids), None, mind.model.spec, dtype=mind.dtype, device=mind.device)
        return Remembered(question.window, cache, question.ids[:0], {})

    @torch.inference_mode()
    def _go_on(self, remembered: Remembered, heard: Heard, question: Question) -> None:
        """From the first id that matters on: what this question asks and the last one did not."""
        mind, ids, rows = self._mind, question.ids, question.rows
        same = remembered.common(ids)
        # A row is about the id after it.
        known = {row: said for row, said in remembered.rows.items() if row + 2 <= same}
        asked = [row for row in rows if row not in known]
        if not asked:
            return
        start = min([*asked, same, remembered.cache.filled])
        remembered.cache.rewind(start)
        length = min(self._rounded(len(ids) - 1 - start), mind.model.spec.decoder.positions - start)
        remembered.cache = room_for(
            start + length, remembered.cache, mind.model.spec, dtype=mind.dtype, device=mind.device
        )
        read = self._padded(ids[start:-1], length)[None].to(mind.device)
        hidden = mind.model.decode(read, heard, cache=remembered.cache)[0]  # [T, D]
        remembered.cache.rewind(len(ids) - 1)
        wanted = torch.tensor(asked)
        said = self._measured(hidden[wanted - start], _tensor(ids)[wanted + 1])
        remembered.rows = known | dict(zip(asked, said, strict=True))
        remembered.ids = ids

    def _rounded(self, tokens: int) -> int:
        """OneDNN keeps a program of a megabyte for each length it has met: five hundred of them took longer
        to make than what they compute, and half a gigabyte.
        """
        step = SHORT_STEP if tokens <= SHORT_UP_TO else LONG_STEP
        return min(-(-tokens // step) * step, self._mind.model.spec.decoder.positions)

    def _padded(self, ids: array[int], length: int) -> Tensor:
        return pad(_tensor(ids), (0, length - len(ids)), value=self._mind.model.spec.pad_id)

    def _measured(self, hidden: Tensor, real: Tensor) -> Tensor:
        """Only the rows that count meet the vocabulary, and only their figures leave the device."""
        return measured(linear(hidden.float(), self._mind.head), real.to(self._mind.device)).cpu()


def _tensor(ids: array[int]) -> Tensor:
    return torch.tensor(ids, dtype=torch.long)
