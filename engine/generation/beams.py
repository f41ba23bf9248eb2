"""Windows written without chance, by looking further than an id ahead: of each window some continuations are
followed side by side, and of those that came to an end the likeliest is taken.

Likeliest is what has the greatest mean of its ids' logarithmic chances: by their sum alone, the shortest
would win. Followed are, at each step, the likeliest of all continuations of what was followed before.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch

from engine.generation.batch import Batch
from engine.generation.filters import NEVER, guided
from engine.generation.writer import prompts_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor

    from engine.generation.filters import Filter
    from engine.generation.layout import Layout
    from engine.generation.sample import Sampling
    from engine.generation.writer import Row
    from engine.model.encdec import EncoderDecoder


@dataclass(slots=True, eq=False)
class _Line:
    """A continuation of a window."""

    ids: list[int]
    """The prompt's too."""
    total: float
    """Of the logarithms of its ids' chances."""
    chain: tuple[Filter, ...]
    at: int
    """Its place among all lines of all windows."""

    def chances(self, scores: Tensor) -> Tensor:
        """[V], logarithms, of all that it has told and an id more."""
        for each in self.chain:
            scores = each.apply(scores, self.ids)
        return scores.double().log_softmax(dim=-1) + self.total

    def longer(self, token: int, total: float) -> _Line:
        return _Line([*self.ids, token], total, tuple(map(copy, self.chain)), self.at)


@dataclass(slots=True, eq=False)
class _Search:
    """Of one window."""

    row: Row
    beams: int
    lines: list[_Line]
    ended: list[tuple[float, list[int]]] = field(default_factory=list)
    """The best that came to an end, by the mean of their chances: the best first, no more than beams."""

    def widen(self, scores: Sequence[Tensor], most_ids: int) -> None:
        """By an id, from the scores [V] of each line's next."""
        told = self.lines
        totals = torch.stack([line.chances(each) for line, each in zip(told, scores, strict=True)])  # [L, V]
        width = totals.shape[1]
        are_longest = self.row.longest + len(told[0].ids) - len(self.row.ids) + 1 >= most_ids
        ends = torch.tensor([are_longest or token in self.row.stops for token in range(width)])
        ends = ends.to(totals.device)
        self.lines = [
            told[place // width].longer(place % width, total)
            for total, place in self._best(totals.masked_fill(ends, NEVER))
        ]
        for total, place in self._best(totals.masked_fill(~ends, NEVER)):
            ids = [*told[place // width].ids, place % width]
            self.ended.append((self._mean(total, ids), ids))
        self.ended = sorted(self.ended, key=lambda end: -end[0])[: self.beams]

    def end(self) -> bool:
        """Whether nothing is left to follow, or nothing that promises more than what has ended. Then the
        best of that is what was written.
        """
        if self.lines:
            first = self.lines[0]
            if len(self.ended) < self.beams or self._mean(first.total, first.ids) > self.ended[-1][0]:
                return False
        self.row.ids, self.row.is_done = self.ended[0][1], True
        return True

    def _best(self, totals: Tensor) -> list[tuple[float, int]]:
        best = totals.flatten().topk(min(self.beams, totals.numel()))
        found = zip(best.values.tolist(), best.indices.tolist(), strict=True)
        return [(total, place) for total, place in found if total != NEVER]

    def _mean(self, total: float, ids: Sequence[int]) -> float:
        return total / (len(ids) - len(self.row.prompt))


class BeamWriter:
    """As `Writer`, but without chance, and what a row says is only known when it is done."""

    def __init__(self, model: EncoderDecoder, layout: Layout, sampling: Sampling) -> None:
        self._layout, self.sampling = layout, sampling
        self._batch = Batch(model)

    def write(self, states: Tensor, rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
        """At each step the rows that are done now: see `Writer.write`."""
        beams, batch = self.sampling.timing_beams, self._batch
        prompts = prompts_of(rows, self.sampling, self._layout)
        each = len(prompts) // len(rows)
        if len(states) > 1:
            states = states.repeat_interleave(each, dim=0)
        for row in rows:
            row.begin(self.sampling, self._layout)
        searches = [_Search(row, beams, [_Line(row.ids, 0.0, row.chain, at)]) for at, row in enumerate(rows)]
        scores = batch.begin(states, prompts, room=beams * len(prompts))
        while True:
            self._widen(searches, scores)
            done = [search.row for search in searches if search.end()]
            yield done
            searches = [search for search in searches if not search.row.is_done]
            lines = [line for search in searches for line in search.lines]
            if not lines:
                return
            batch.take([line.at * each + part for line in lines for part in range(each)])
            for at, line in enumerate(lines):
                line.at = at
            scores = batch.step([line.ids[-1:] for line in lines for _ in range(each)])

    @torch.inference_mode()
    def _widen(self, searches: Sequence[_Search], scores: Tensor) -> None:
        if self.sampling.is_guided:
            scores = guided(scores[0::2], scores[1::2], self.sampling.guidance)
        for search in searches:
            search.widen([scores[line.at] for line in search.lines], self._layout.most_ids)
