"""What has been said of a map so far: surprising events, and the heat of the song."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from engine.modding.surprisal import scored

if TYPE_CHECKING:
    from engine.modding.modder import Answer
    from engine.modding.reading import Reading
    from engine.modding.surprisal import Scored
    from engine.tokens.events import Context

HEAT_BIN_MS: Final = 500.0
NOBODY: Final = -1


class Tally:
    def __init__(self, reading: Reading, *, least: float) -> None:
        """`least`: what surprises less is only felt in the heat."""
        self._reading, self._least = reading, least
        self._found: dict[tuple[Context, int], Scored] = {}
        self._judged_by = {
            context: np.full(len(events), NOBODY, np.int32) for context, events in reading.events.items()
        }
        self._heat = np.full(max(1, math.ceil(reading.song.length_ms / HEAT_BIN_MS)), np.nan)
        self.done = 0

    def add(self, answer: Answer) -> None:
        question = answer.question
        self.done += 1
        self._warm(answer)
        found = scored(
            question.asked,
            answer.scores,
            self._reading.events,
            self._reading.vocab,
            question.window.time_ms,
            least=self._least,
        )
        late = self._take_over(answer)
        self._found |= {
            (one.context, one.index): one for one in found if (one.context, one.index) not in late
        }

    def _take_over(self, answer: Answer) -> set[tuple[Context, int]]:
        """Where times are out of order two windows judge one event: then the later window is right, as it is
        with the reference. Answers what a later one has judged already.
        """
        index, late = answer.question.index, set()
        for part in answer.question.asked:
            judged_by = self._judged_by[part.context][part.first_event : part.first_event + part.count]
            for at in (judged_by != NOBODY).nonzero()[0].tolist():
                where = part.context, part.first_event + at
                if judged_by[at] > index:
                    late.add(where)
                else:
                    self._found.pop(where, None)
            np.maximum(judged_by, index, out=judged_by)
        return late

    def _warm(self, answer: Answer) -> None:
        window = answer.question.window
        last = len(self._heat) - 1
        first, end = (
            min(max(int(bound_ms // HEAT_BIN_MS), 0), last)
            for bound_ms in (window.counts_from_ms, window.counts_to_ms)
        )
        self._heat[first : end + 1] = np.fmax(self._heat[first : end + 1], 0.0)
        row = 0
        for part in answer.question.asked:
            times = self._reading.events[part.context].times[part.first_event : part.first_event + part.count]
            bins = (times // HEAT_BIN_MS).clip(0, last).astype(np.int64)
            np.fmax.at(self._heat, bins, answer.scores.surprisal[row : row + part.count])
            row += part.count

    @property
    def found(self) -> list[Scored]:
        """In the order of the windows' contexts and of their events, however the windows came in."""
        order = {context: number for number, context in enumerate(self._reading.events)}
        return [self._found[where] for where in sorted(self._found, key=lambda one: (order[one[0]], one[1]))]

    @property
    def heat(self) -> tuple[float | None, ...]:
        return tuple(None if math.isnan(one) else round(one, 2) for one in self._heat.tolist())
