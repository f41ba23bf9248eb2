"""Windows written, several at once: a model that has heard them reads their prompts and adds id after id to
each until it is stopped.

Rows know nothing of each other. Each has a prompt, filters and lots of its own, and one that is done is taken
out, so that the others cost no more than they must. Where what follows is certain before the model is asked,
as most of a rhythm that is kept is, it is read in one piece with what was chosen before it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch

from engine.generation.batch import Batch
from engine.generation.errors import PromptError
from engine.generation.filters import Foretelling, guided
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
    oracle: Foretelling | None = field(default=None, init=False)
    """The last filter, where it can know what follows: what another one foretold, those after it could still
    forbid. Looked up once, for Python takes long to say whether something keeps a protocol.
    """

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
        last = self.chain[-1]
        self.oracle = last if isinstance(last, Foretelling) else None

    def filtered(self, scores: Tensor) -> Tensor:
        """[V] -> [V]."""
        for each in self.chain:
            scores = each.apply(scores, self.ids)
        return scores

    def foretold(self, most_ids: int) -> Sequence[int]:
        """What is certain to follow, up to where writing ends."""
        if self.is_done or self.oracle is None:
            return ()
        told = self.oracle.foretold(self.ids)[: most_ids - self.longest]
        ends = (at for at, token in enumerate(told, 1) if token in self.stops)
        return told[: next(ends, len(told))]

    def ends_with(self, run: Sequence[int], most_ids: int) -> bool:
        """Whether nothing can be added once these are."""
        return bool(run) and (run[-1] in self.stops or self.longest + len(run) >= most_ids)

    def add(self, run: Sequence[int], most_ids: int) -> None:
        self.is_done = self.ends_with(run, most_ids)
        self.ids += run


class Writer:
    """A model that writes. What it remembers of some windows is forgotten at the next.

    One for each song that is being written: two that took turns would overwrite each other's memory.
    """

    def __init__(self, model: EncoderDecoder, layout: Layout, sampling: Sampling) -> None:
        self._layout, self.sampling = layout, sampling
        self._batch = Batch(model)

    def write(self, states: Tensor, rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
        """Each time that ids were added to the rows that were not done: those that are done now.

        `states` are what the encoder heard: [1, S, D] where all rows are of one window, else [R, S, D].
        The ids are the same each time for the same rows on the same device. With other rows beside it a row
        is summed up in another order, and may at last choose otherwise.
        """
        for row in rows:
            row.begin(self.sampling, self._layout)
        self._add_foretold(rows)
        left = [at for at, row in enumerate(rows) if not row.is_done]
        if len(left) < len(rows):
            yield [row for row in rows if row.is_done]
        if left:
            heard = states if len(states) == 1 else states[left]
            yield from self._write(heard, [rows[at] for at in left])

    def _write(self, states: Tensor, left: Sequence[Row]) -> Iterator[Sequence[Row]]:
        prompts = prompts_of(left, self.sampling, self._layout)
        each = len(prompts) // len(left)
        if len(states) > 1:
            states = states.repeat_interleave(each, dim=0)
        scores = self._batch.begin(states, prompts)
        while True:
            self._choose(left, scores)
            unread = 1 + self._add_foretold(left)
            done = [at for at, row in enumerate(left) if row.is_done]
            yield [left[at] for at in done]
            if len(done) == len(left):
                return
            if done:
                kept = without(len(left), done)
                self._batch.keep([at * each + part for at in kept for part in range(each)])
                left = [left[at] for at in kept]
            scores = self._batch.step([row.ids[-unread:] for row in left for _ in range(each)])

    @torch.inference_mode()
    def _choose(self, rows: Sequence[Row], scores: Tensor) -> None:
        """To each row an id."""
        if self.sampling.is_guided:
            scores = guided(scores[0::2], scores[1::2], self.sampling.guidance)
        scores = torch.stack([row.filtered(of_row) for row, of_row in zip(rows, scores, strict=True)])
        lots = [] if self.sampling.is_greedy else [row.lots.draw() for row in rows]
        for row, token in zip(rows, self.sampling.choose(scores, lots), strict=True):
            row.add([token], self._layout.most_ids)

    def _add_foretold(self, rows: Sequence[Row]) -> int:
        """To each row what is certain; answers with how many ids those that are not done got.

        That is as many for all of them, so that they stay abreast and nothing is padded between their ids.
        Candidates of one section lose nothing by it: what is kept is the same in each.
        """
        most_ids = self._layout.most_ids
        runs = [(row, row.foretold(most_ids)) for row in rows if not row.is_done]
        abreast = min((len(run) for row, run in runs if not row.ends_with(run, most_ids)), default=0)
        for row, run in runs:
            added = run if row.ends_with(run, most_ids) else run[:abreast]
            if not self.sampling.is_greedy:
                # Each id has a lot, also one that needs none: chance falls as if nothing were foretold.
                for _ in added:
                    row.lots.draw()
            row.add(added, most_ids)
        return abreast


def prompts_of(rows: Sequence[Row], sampling: Sampling, layout: Layout) -> list[Sequence[int]]:
    """Of each row the one that is wanted and, where there is guidance, the other one; both with what was
    written so far.
    """
    prompts: list[Sequence[int]] = []
    for row in rows:
        prompts.append((*row.prompt, *row.written))
        if sampling.is_guided:
            if row.unwanted is None:
                raise PromptError("there is guidance but nothing to go away from: say what is not wanted")
            prompts.append((*row.unwanted, *row.written))
    if max(map(len, prompts)) >= layout.most_ids:
        raise PromptError(
            "what is not wanted takes more ids to say than there is room for; name fewer descriptors"
        )
    return prompts
