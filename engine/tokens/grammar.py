"""How a family of checkpoints puts a map into events: what its vocabulary cannot say by itself.

A tokenizer.json names the events and their ids, not which of them a map is written with, nor in which
order; that was a matter of the training's configuration and is the same for all checkpoints of a family.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engine.tokens.errors import TokenError
from engine.tokens.events import EventType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.tokens.vocab import Vocabulary

X_RANGE_PX: Final = (-256, 768)
Y_RANGE_PX: Final = (-256, 640)
"""Where an object may stand, well outside the playfield: sliders do."""
SUSTAIN_MS: Final = 8000


@dataclass(frozen=True, slots=True)
class Grammar:
    types_first: bool
    """Whether a group opens with what it is, or closes with it."""
    position_px: int
    """The grid positions are told on."""
    split_axes: bool
    """x and y apart, or one number for both."""
    refinement_px: int | None = None
    """The finer grid within the first, told in an event of its own."""
    distances: bool = False
    """Whether each position follows the distance from the one before."""
    timing_in_map: bool = False
    """Whether beats and measures stand among the objects."""
    timing_points: bool = True
    """Whether the first beat of a red line is told apart from other measures."""
    slider_velocity: bool = True
    """Whether a slider's head tells the velocity."""
    anchors_in_time: bool = True
    """Whether anchors are spread over the slider's first span, or all stand at its head."""
    sustain_ms: int | None = None
    """How often a long object says that it goes on."""

    @property
    def columns(self) -> int:
        """Of the position grid, both borders included."""
        return (X_RANGE_PX[1] - X_RANGE_PX[0]) // self.position_px + 1


_V28 = Grammar(types_first=True, position_px=32, split_axes=False, distances=True)
_V32 = Grammar(
    types_first=False,
    position_px=32,
    split_axes=False,
    refinement_px=2,
    anchors_in_time=False,
    sustain_ms=SUSTAIN_MS,
)

GRAMMARS: Final[Mapping[str, Grammar]] = {
    "v28": _V28,
    "v29": _V28,
    "v30": Grammar(
        types_first=False,
        position_px=4,
        split_axes=True,
        distances=True,
        timing_in_map=True,
        timing_points=False,
        slider_velocity=False,
    ),
    "v31": Grammar(types_first=True, position_px=4, split_axes=True, distances=True),
    "v32": _V32,
    "v32-mini": _V32,
}
"""By family, as configs/models.toml names them."""


def grammar_of(family: str) -> Grammar:
    try:
        return GRAMMARS[family]
    except KeyError:
        known = ", ".join(GRAMMARS)
        raise TokenError(
            f"no grammar is known for the model family '{family}'; "
            f"set the checkpoint's family to one of {known}"
        ) from None


def check_grammar(vocab: Vocabulary, family: str) -> Grammar:
    """The family's grammar. Raises TokenError where the vocabulary is another family's."""
    grammar = grammar_of(family)
    for kind, most in _needs(grammar):
        if not vocab.has(kind) or vocab.range(kind).most < most:
            raise TokenError(
                f"{vocab.source} is no tokenizer of a {family} model: "
                f"its '{kind}' events do not reach {most}; "
                "set the family that the checkpoint was trained as"
            )
    return grammar


def _needs(grammar: Grammar) -> Iterator[tuple[EventType, int]]:
    """Events, and the largest value of each, that tell families apart."""
    grid_px = grammar.position_px
    rows = (Y_RANGE_PX[1] - Y_RANGE_PX[0]) // grid_px + 1
    if grammar.split_axes:
        yield EventType.POSITION_X, X_RANGE_PX[1] // grid_px
        yield EventType.POSITION_Y, Y_RANGE_PX[1] // grid_px
    else:
        yield EventType.POSITION, grammar.columns * rows - 1
    if grammar.refinement_px:
        yield EventType.POSITION_REFINEMENT, (grid_px // grammar.refinement_px) ** 2 - 1
    if grammar.distances:
        yield EventType.DISTANCE, 0
    if grammar.timing_points:
        yield EventType.TIMING_POINT, 0
    if grammar.sustain_ms:
        yield EventType.SLIDER_SUSTAIN, 0
