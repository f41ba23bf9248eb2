"""Which contexts are written to get what is wanted, and what a prompt opens with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.beatmap.objects import Mode
from engine.generation.errors import PromptError
from engine.tokens.events import Context

if TYPE_CHECKING:
    from collections.abc import Collection

    from engine.generation.layout import Layout
    from engine.tokens.conditions import Conditions


@dataclass(frozen=True, slots=True)
class Plan:
    front: Context
    """What prompts open with; NONE: with nothing that is given."""
    contexts: tuple[Context, ...]
    """In the order in which prompts tell them and the model writes those that are not given."""
    to_write: tuple[Context, ...]


def plan(layout: Layout, mode: Mode, wanted: Collection[Context], given: Collection[Context] = ()) -> Plan:
    """Raises PromptError where the model cannot write that, or cannot be given that.

    What stands before something wanted is written too, unless it is given: models learnt them in order.
    """
    source = layout.vocab.source
    for context in wanted:
        if context not in layout.written:
            raise PromptError(f"{source} knows no '{context.value}' to write; choose a checkpoint that does")
    for context in given:
        if context not in (Context.NONE, *layout.written, *layout.fronts):
            raise PromptError(
                f"{source} cannot be given a '{context.value}'; choose a checkpoint that can, or leave it out"
            )
    possible = [context for context in layout.written if context in wanted and _is_of(context, mode)]
    if not possible:
        raise PromptError("nothing is left to write: only maps of osu!mania have scroll speeds of their own")
    contexts = layout.written[: layout.written.index(possible[-1]) + 1]
    fronts = [context for context in layout.fronts if context in given and context is not Context.NONE]
    return Plan(
        front=fronts[0] if fronts else Context.NONE,
        contexts=contexts,
        to_write=tuple(context for context in contexts if context not in given),
    )


def _is_of(context: Context, mode: Mode) -> bool:
    return context is not Context.SCROLL_SPEED or mode == Mode.MANIA


def steered_from(conditions: Conditions, descriptors: tuple[str, ...] | None) -> Conditions:
    """What guidance compares with: the same map, but of `descriptors` and of nobody in particular.

    Where descriptors are named on either side they are what is compared, and the mapper is on both.
    """
    names_any = bool(conditions.descriptors or descriptors)
    return replace(
        conditions,
        beatmap_id=None,
        mapper_id=conditions.mapper_id if names_any else None,
        descriptors=descriptors,
    )
