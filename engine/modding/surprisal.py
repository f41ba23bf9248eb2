"""How surprised a model is by what stands in a map: of each event that counts, how likely it held it.

The figure is relative: the surprise in bits over what the model expected to be surprised there. 1 is
everyday; where it was sure of something else it grows without bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import torch

from engine.tokens.codec import time_ms
from engine.tokens.events import EventType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy as np
    import numpy.typing as npt
    from torch import Tensor

    from engine.generation.prompts import Prompt
    from engine.generation.texts import Text
    from engine.generation.windows import Window
    from engine.tokens.events import Context, Event
    from engine.tokens.vocab import Vocabulary

ALTERNATIVES: Final = 5
_NEVER: Final = 1e-10
"""Added to each probability: 33 bits are the most that anything surprises, as with the reference."""


@dataclass(frozen=True, slots=True)
class Expected:
    kind: EventType | None
    """None: a control token, whose id is the value."""
    value: int
    """Of a time shift: milliseconds of the song, in the middle of the model's 10 ms."""
    probability: float


@dataclass(frozen=True, slots=True)
class Scored:
    context: Context
    index: int
    """In the context's list of events."""
    kind: EventType
    value: int
    time_ms: int
    surprisal: float
    """Relative."""
    probability: float
    """That the model gave to what stands there."""
    expected: tuple[Expected, ...]
    """The likeliest first."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Events next to each other in one context, and the rows of the window's prompt that foretell them."""

    context: Context
    first_event: int
    first_row: int
    """What the model says after this token is about the first of the events."""
    count: int

    @property
    def end_row(self) -> int:
        return self.first_row + self.count


def asked_of(prompt: Prompt, texts: Mapping[Context, Text], window: Window) -> tuple[Asked, ...]:
    """What is this window's to judge: the rest of its prompt, its neighbours see better."""
    found = []
    for span in prompt.spans:
        counted = texts[span.context].span(window.counts_from_ms, window.counts_to_ms)
        first, end = (min(max(bound, span.first_event), span.end_event) for bound in counted)
        if first < end:
            row = span.start + first - span.first_event - 1
            found.append(Asked(span.context, first, row, end - first))
    return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class RowScores:
    """Of some rows of one window, R of them."""

    surprisal: npt.NDArray[np.float32]
    """[R], relative."""
    probability: npt.NDArray[np.float32]
    """[R]"""
    likeliest: npt.NDArray[np.float32]
    """[R, A]: ids, the likeliest first."""
    likelihood: npt.NDArray[np.float32]
    """[R, A]"""


def measured(logits: Tensor, real: Tensor) -> Tensor:
    """Logits [R, V] and what stands there [R] -> [R, 2 + 2A], all that anybody wants to know of them.

    In single precision whatever the model runs in, and on its device: a whole map's logits are gigabytes.
    """
    probabilities = logits.float().softmax(dim=-1)
    held = probabilities.gather(1, real[:, None])  # [R, 1]
    entropy = -(probabilities * (probabilities + _NEVER).log2()).sum(dim=-1, keepdim=True)
    # What is no number stays none: of a damaged model, nothing must look like everyday.
    relative = torch.where(entropy <= 0, 0.0, -(held + _NEVER).log2() / entropy)
    likelihood, likeliest = probabilities.topk(min(ALTERNATIVES, probabilities.shape[1]), dim=-1)
    return torch.cat((relative, held, likeliest.float(), likelihood), dim=-1)


def row_scores(packed: npt.NDArray[np.float32]) -> RowScores:
    """What `measured` says, taken apart."""
    alternatives = (packed.shape[1] - 2) // 2
    return RowScores(
        packed[:, 0], packed[:, 1], packed[:, 2 : 2 + alternatives], packed[:, 2 + alternatives :]
    )


def scored(
    asked: Sequence[Asked],
    scores: RowScores,
    texts: Mapping[Context, Sequence[Event]],
    vocab: Vocabulary,
    frame_ms: int,
    *,
    least: float = 0.0,
) -> Iterator[Scored]:
    """One window's events: those that surprise by `least`."""
    first_row = 0
    for stretch in asked:
        events = texts[stretch.context]
        surprising = scores.surprisal[first_row : first_row + stretch.count] >= least
        for at in surprising.nonzero()[0].tolist():
            kind, value, at_ms = events[stretch.first_event + at]
            row = first_row + at
            yield Scored(
                stretch.context,
                stretch.first_event + at,
                kind,
                value,
                at_ms,
                float(scores.surprisal[row]),
                float(scores.probability[row]),
                _expected(scores, row, vocab, frame_ms),
            )
        first_row += stretch.count


def _expected(scores: RowScores, row: int, vocab: Vocabulary, frame_ms: int) -> tuple[Expected, ...]:
    ids, likelihood = scores.likeliest[row].tolist(), scores.likelihood[row].tolist()
    return tuple(
        Expected(*meaning(int(token), vocab, frame_ms), probability)
        for token, probability in zip(ids, likelihood, strict=True)
    )


def meaning(token: int, vocab: Vocabulary, frame_ms: int) -> tuple[EventType | None, int]:
    if not vocab.is_event(token):
        return None, token
    kind, value = vocab.decode(token)
    return kind, time_ms(value, frame_ms) if kind is EventType.TIME_SHIFT else value
