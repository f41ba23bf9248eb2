"""How a checkpoint's prompts are laid out: which contexts it writes, in which order, and what may precede.

Most of it can be read off the vocabulary. One thing cannot: V28's and V29's are the same, but only V28
was taught to expect a reminder of the kiai that a window begins in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engine.tokens.events import Context, EventType
from engine.tokens.grammar import grammar_of

if TYPE_CHECKING:
    from engine.tokens.vocab import Vocabulary

WRITING_ORDER: Final = (Context.TIMING, Context.KIAI, Context.MAP, Context.SCROLL_SPEED)
"""Each is written with those before it in view."""
FRONT_ORDER: Final = (Context.NONE, Context.NO_HITSOUNDS, Context.GUEST_DIFFICULTY)
"""What a prompt may open with, the one named first where two could."""
UNREMINDED_OF_KIAI: Final = frozenset({"v29"})


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    vocab: Vocabulary
    most_ids: int
    """A prompt must be shorter, or nothing could follow it."""
    types_first: bool
    """Whether a group of events opens with what it is, or closes with it."""
    written: tuple[Context, ...]
    """The contexts that the model writes, in order."""
    fronts: tuple[Context, ...]
    """Of these exactly one stands first, NONE if there is nothing to tell; empty: nothing may stand there."""
    reminders: tuple[EventType, ...]
    """What a prompt tells of each window, in order: the states it begins in, and where in the song it is."""

    @property
    def is_marked(self) -> bool:
        """Whether contexts are enclosed in ids of their own."""
        return bool(self.vocab.context_start)


def layout_of(vocab: Vocabulary, family: str, most_ids: int) -> Layout:
    """`most_ids`: the longest sequence that the model's decoder was built for."""
    contexts = vocab.context_start
    written = tuple(context for context in WRITING_ORDER if context in contexts) or (Context.MAP,)
    reminded = {
        EventType.KIAI: Context.KIAI in written and family not in UNREMINDED_OF_KIAI,
        EventType.SCROLL_SPEED: Context.SCROLL_SPEED in written,
        EventType.SONG_POSITION: vocab.has(EventType.SONG_POSITION),
    }
    return Layout(
        vocab=vocab,
        most_ids=most_ids,
        types_first=grammar_of(family).types_first,
        written=written,
        fronts=tuple(context for context in FRONT_ORDER if context in contexts),
        reminders=tuple(kind for kind, is_told in reminded.items() if is_told),
    )
