"""Events to ids and back, for a window of the song that begins at `frame_ms`.

A checkpoint hears time as steps of 10 ms from the start of its window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.tokens.events import EventType
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
    time, id_of = EventType.TIME_SHIFT, vocab.id_of
    _, least, most, start = vocab.range(time)
    first = start - least
    known: dict[tuple[EventType, int], int] = {}
    ids: list[int] = []
    for kind, value, _ in events:
        if kind is time:
            ids.append(first + min(max(int((value - frame_ms) / STEP_MS), least), most))
            continue
        statement = kind, value
        token = known.get(statement)
        if token is None:
            token = known[statement] = id_of(kind, value)
        ids.append(token)
    return ids


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
