"""What a model says of questions about windows: several windows at once, or one window again and again.

Asked again about a window, only what is new is read: a decoder looks back alone, so what was computed up to
the first id that changed still holds. That serves a map that was edited as well as candidates for one
section, which have all in common that stands before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn.functional import linear, pad

from engine.modding.nearby import Remembered, room_for
from engine.modding.surprisal import measured

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt
    from torch import Tensor

    from engine.modding.listening import Mind
    from engine.modding.reading import Question
    from engine.model.encdec import Heard

SHORT_STEP, LONG_STEP, SHORT_UP_TO = 32, 64, 512
"""Tokens are read in numbers of these."""


class Asker:
    def __init__(self, mind: Mind) -> None:
        self._mind = mind

    @torch.inference_mode()
    def hear(self, states: Tensor) -> Heard:
        return self._mind.model.hear(states)

    @torch.inference_mode()
    def together(self, questions: Sequence[Question], states: Tensor) -> Iterator[npt.NDArray[np.float32]]:
        """Of several windows. Padded on the right, where nobody looks: it needs no mask."""
        model = self._mind.model
        longest = self._rounded(max(len(question.ids) - 1 for question in questions))
        ids = torch.stack([self._padded(question.ids[:-1], longest) for question in questions])  # [B, T]
        hidden = model.decode(ids.to(self._mind.device), model.hear(states))
        wanted = [hidden[at, question.rows] for at, question in enumerate(questions)]
        real_ids = [_tensor(question.ids)[torch.tensor(question.rows) + 1] for question in questions]
        packed = self._measured(torch.cat(wanted), torch.cat(real_ids)).numpy()
        bounds = np.cumsum([len(rows) for rows in wanted])[:-1]
        return iter(np.split(packed, bounds))

    @torch.inference_mode()
    def unread(self, question: Question, heard: Heard) -> Remembered:
        """Of a window of which nothing was asked."""
        mind = self._mind
        cache = room_for(len(question.ids), None, mind.model.spec, dtype=mind.dtype, device=mind.device)
        return Remembered(question.window, cache, question.ids[:0], {}, heard)

    @torch.inference_mode()
    def again(self, remembered: Remembered, heard: Heard, question: Question) -> npt.NDArray[np.float32]:
        """Of a window that was asked about: from the first id that matters on, what this question asks and
        the last one did not.
        """
        self._go_on(remembered, heard, question)
        return torch.stack([remembered.rows[row] for row in question.rows]).numpy()

    def _go_on(self, remembered: Remembered, heard: Heard, question: Question) -> None:
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
