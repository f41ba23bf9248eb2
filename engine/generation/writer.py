"""Windows written, several at once: a model that has heard them reads their prompts and adds id after id to
each until it is stopped.

Rows know nothing of each other. Each has a prompt, filters and lots of its own, and one that is done is taken
out, so that the others cost no more than they must.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch

from engine.generation.batch import Batch
from engine.generation.errors import PromptError
from engine.generation.filters import guided
from engine.model.cache import without

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor

    from engine.generation.filters import Filter
    from engine.generation.layout import Layout
    from engine.generation.sample import Lots, Sampling
    from engine.generation.stops import Stops
    from engine.model.encdec import EncoderDecoder


@dataclass(slots=True, eq=False)
class Row:
    """A window to be written, once."""

    prompt: Sequence[int]
    stops: Stops
    lots: Lots
    unwanted: Sequence[int] | None = None
    """The prompt to go away from, where there is guidance."""
    further: Sequence[Filter] = ()
    """Applied after those that sampling asks for."""
    ids: list[int] = field(default_factory=list, init=False)
    """The prompt's and what follows it, the id that it stopped at included."""
    is_done: bool = field(default=False, init=False)
    chain: tuple[Filter, ...] = field(default=(), init=False)

    @property
    def written(self) -> list[int]:
        return self.ids[len(self.prompt) :]

    @property
    def longest(self) -> int:
        """Ids of the longer of its prompts, with what was written."""
        return len(self.ids) + max(0, len(self.unwanted or ()) - len(self.prompt))

    def begin(self, sampling: Sampling, layout: Layout) -> None:
        self.ids = list(self.prompt)
        self.chain = (*sampling.filters(layout, self.stops), *self.further)

    def filtered(self, scores: Tensor) -> Tensor:
        """[V] -> [V]."""
        for each in self.chain:
            scores = each.apply(scores, self.ids)
        return scores


class Writer:
    """A model that writes. What it remembers of some windows is forgotten at the next.

    One for each song that is being written: two that took turns would overwrite each other's memory.
    """

    def __init__(self, model: EncoderDecoder, layout: Layout, sampling: Sampling) -> None:
        self._layout, self.sampling = layout, sampling
        self._batch = Batch(model)

    def write(self, states: Tensor, rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
        """Each time that an id was added to every row that was not done: those that are done now.

        `states` are what the encoder heard: [1, S, D] where all rows are of one window, else [R, S, D].
        The ids are the same each time for the same rows on the same device. With other rows beside it a row
        is summed up in another order, and may at last choose otherwise.
        """
        prompts = prompts_of(rows, self.sampling, self._layout)
        each = len(prompts) // len(rows)
        for row in rows:
            row.begin(self.sampling, self._layout)
        if len(states) > 1:
            states = states.repeat_interleave(each, dim=0)
        scores = self._batch.begin(states, prompts)
        left = list(rows)
        while True:
            self._add(left, scores)
            done = [at for at, row in enumerate(left) if row.is_done]
            yield [left[at] for at in done]
            if len(done) == len(left):
                return
            if done:
                kept = without(len(left), done)
                self._batch.keep([at * each + part for at in kept for part in range(each)])
                left = [left[at] for at in kept]
            scores = self._batch.step([row.ids[-1] for row in left for _ in range(each)])

    @torch.inference_mode()
    def _add(self, rows: Sequence[Row], scores: Tensor) -> None:
        """To each row an id."""
        if self.sampling.is_guided:
            scores = guided(scores[0::2], scores[1::2], self.sampling.guidance)
        scores = torch.stack([row.filtered(of_row) for row, of_row in zip(rows, scores, strict=True)])
        lots = [] if self.sampling.is_greedy else [row.lots.draw() for row in rows]
        for row, token in zip(rows, self.sampling.choose(scores, lots), strict=True):
            row.ids.append(token)
            row.is_done = token in row.stops or row.longest >= self._layout.most_ids


def prompts_of(rows: Sequence[Row], sampling: Sampling, layout: Layout) -> list[Sequence[int]]:
    """Of each row the one that is wanted and, where there is guidance, the other one."""
    prompts: list[Sequence[int]] = []
    for row in rows:
        prompts.append(row.prompt)
        if sampling.is_guided:
            if row.unwanted is None:
                raise PromptError("there is guidance but nothing to go away from: say what is not wanted")
            prompts.append(row.unwanted)
    if max(map(len, prompts)) >= layout.most_ids:
        raise PromptError(
            "what is not wanted takes more ids to say than there is room for; name fewer descriptors"
        )
    return prompts
