"""Which family a vocabulary is of: a folder of somebody's own does not say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.tokens.errors import TokenError
from engine.tokens.grammar import check_grammar

if TYPE_CHECKING:
    from engine.tokens.vocab import Vocabulary

_MOST_DEMANDING_FIRST: Final = ("v32", "v31", "v30", "v29")
"""V31 has all that V30 asks for. V28 differs from V29, and V32's small sister from V32, in nothing here."""


def family_of(vocab: Vocabulary) -> str:
    """The newest whose grammar it has every event for. Raises TokenError where it is none of them."""
    for family in _MOST_DEMANDING_FIRST:
        try:
            check_grammar(vocab, family)
        except TokenError:
            continue
        return family
    raise TokenError(
        f"{vocab.source} is not a tokenizer of any model from V28 to V32; choose a checkpoint of one of those"
    )
