"""Events to ids and back, for a window of the song that begins at `frame_ms`.

A checkpoint hears time as steps of 10 ms from the start of its window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from engine.tokens.events import Events, EventType
from engine.tokens.vocab import END_ID

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.tokens.events import Event
    from engine.tokens.groups import Statement
    from engine.tokens.vocab import Vocabulary

STEP_MS: Final = 10
HALF_STEP_MS: Final = STEP_MS // 2
"""A step stands for the middle of its 10 ms: cutting loses 5 ms on average, and this gives them back."""


def encode(events: Iterable[Event], vocab: Vocabulary, frame_ms: float) -> list[int]:
    """Times are cut to whole steps towards the frame's start and kept within what the vocabulary can say.

    Raises TokenError for an event that the checkpoint does not know.
    """
    told = Events.of(events)
    values, timed = told.values.copy(), told.types == EventType.TIME_SHIFT
    _, least, most, _ = vocab.range(EventType.TIME_SHIFT)
    values[timed] = np.clip((values[timed] - frame_ms) / STEP_MS, least, most).astype(np.int64)
    return vocab.ids_of(told.types, values)


def decode(
    ids: Iterable[int], vocab: Vocabulary, frame_ms: float, *, keep_others: bool = False
) -> list[Statement]:
    """What the ids say, times in milliseconds of the song again, up to the end of the sequence.

    Ids that are no event are passed over, or kept as CONTROL with the id as the value, the end's too.
    """
    statements: list[Statement] = []
    for token in ids:
        if not vocab.is_event(token):
            if keep_others:
                statements.append((EventType.CONTROL, token))
            elif token == END_ID:
                break
            continue
        kind, value = vocab.decode(token)
        if kind is EventType.TIME_SHIFT:
            value = time_ms(value, frame_ms)
        statements.append((kind, value))
    return statements


def time_ms(steps: int, frame_ms: float) -> int:
    return int(frame_ms + steps * STEP_MS + (HALF_STEP_MS if steps >= 0 else 0))
