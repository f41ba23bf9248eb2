"""What a person wishes of a map, and what of it means anything to the model that is to write it. No torch."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Final

from engine.beatmap.objects import Mode
from engine.jobs import JobError
from engine.model.spec import Condition
from engine.requests import Wishes
from engine.tokens.condition_ids import MANIA, ON_FIELD, SCROLLING
from engine.tokens.events import Context, EventType
from engine.tokens.grammar import grammar_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from engine.generation.layout import Layout
    from engine.tokens.conditions import Conditions
    from engine.tokens.vocab import Vocabulary

TOLD: Final[Mapping[str, tuple[EventType, frozenset[Mode]]]] = {
    "star_rating": (EventType.DIFFICULTY, frozenset(Mode)),
    "mapper_id": (EventType.MAPPER, frozenset(Mode)),
    "year": (EventType.YEAR, frozenset(Mode)),
    "hitsounded": (EventType.HITSOUNDED, frozenset(Mode)),
    "hold_note_ratio": (EventType.HOLD_NOTE_RATIO, MANIA),
    "scroll_speed_ratio": (EventType.SCROLL_SPEED_RATIO, SCROLLING),
}
"""What a prompt says of a map as a whole, by which event, and in which modes."""
HEARD: Final = {"star_rating": Condition.DIFFICULTY, "mapper_id": Condition.MAPPER}
"""What some models are told while they listen."""
CHANCE: Final = ("temperature", "top_p", "top_k", "time_bias", "is_greedy")
"""How ids are chosen: any model understands that."""
OF_A_FILE: Final = ("hp_drain", "overall_difficulty")
"""What stands in every map's settings, and is told to no model."""
OF_A_FIELD: Final = ("circle_size", "approach_rate", "slider_multiplier", "slider_tick_rate")
MODES_OF_A_FIELD: Final = {
    "circle_size": ON_FIELD,
    "approach_rate": ON_FIELD,
    "slider_multiplier": frozenset(Mode) - MANIA,
    "slider_tick_rate": frozenset(Mode) - MANIA,
}
LATEST_YEAR: Final = 2024
"""Of the maps that any model was trained with (V32's configuration); vocabularies reach farther."""
FAR_FROM_ANY: Final = 0.4
"""How alike two names must be for one to be offered instead of the other, of 1."""


@dataclass(frozen=True, slots=True)
class Understood:
    section: tuple[str, ...]
    """Names of those fields of `Wishes` that change how a section is written."""
    whole_map: tuple[str, ...]
    """Of those that change nothing but a whole map: what its settings are, and how its beats are heard."""


def understood(layout: Layout, mode: Mode, conditions: Collection[Condition]) -> Understood:
    """`conditions`: what the model is told while it listens."""
    section, whole_map = set(_of_a_section(layout, mode, conditions)), set(_of_a_map(layout, mode))
    names = [field.name for field in fields(Wishes)]
    return Understood(
        tuple(name for name in names if name in section),
        tuple(name for name in names if name in whole_map),
    )


def _of_a_section(layout: Layout, mode: Mode, conditions: Collection[Condition]) -> Iterator[str]:
    vocab = layout.vocab
    yield from CHANCE
    for name, (kind, modes) in TOLD.items():
        is_known = name != "mapper_id" or bool(vocab.labels.mapper_class)
        if mode in modes and is_known and (vocab.has(kind) or HEARD.get(name) in conditions):
            yield name
    has_descriptors = bool(descriptors_of(vocab))
    if has_descriptors:
        yield from ("descriptors", "unwanted_descriptors")
    if has_descriptors or vocab.has(EventType.MAPPER):
        # Without either, what is not wanted is the very prompt of what is.
        yield "guidance"
    if layout.types_first:
        if mode in MANIA and vocab.has(EventType.HOLD_NOTE_END):
            yield "column_temperature"
        if mode == Mode.TAIKO and vocab.has(EventType.SCROLL_SPEED):
            yield "taiko_hit_temperature"


def _of_a_map(layout: Layout, mode: Mode) -> Iterator[str]:
    yield from OF_A_FILE
    yield from (name for name in OF_A_FIELD if mode in MODES_OF_A_FIELD[name])
    if mode in MANIA:
        yield "keys"
    if Context.TIMING in layout.written:
        yield "timing_beams"
        if layout.types_first:
            yield "timing_temperature"


def descriptors_of(vocab: Vocabulary) -> tuple[str, ...]:
    if not vocab.has(EventType.DESCRIPTOR):
        return ()
    most = vocab.range(EventType.DESCRIPTOR).most
    known = vocab.labels.descriptor_class
    return tuple(sorted(name for name, numbered in known.items() if 0 <= numbered <= most))


def years_of(vocab: Vocabulary) -> tuple[int, int] | None:
    if not vocab.has(EventType.YEAR):
        return None
    _, least, most, _ = vocab.range(EventType.YEAR)
    return least, min(most, LATEST_YEAR)


def wished(told: Conditions, wishes: Wishes, vocab: Vocabulary) -> Conditions:
    """What is true of the map, where nothing else is wished. Raises JobError for what the model lacks."""
    _check(wishes, vocab)
    asked = {name: value for name in (*TOLD, "descriptors") if (value := getattr(wishes, name)) is not None}
    return replace(told, **asked)


def wished_of_map(told: Conditions, wishes: Wishes, vocab: Vocabulary) -> Conditions:
    """Also what stands in a map's settings, which is nothing to be wished of a section."""
    asked = {
        name: value
        for name in (*OF_A_FILE, *OF_A_FIELD, "keys")
        if (value := getattr(wishes, name)) is not None
    }
    return wished(replace(told, **asked), wishes, vocab)


def _check(wishes: Wishes, vocab: Vocabulary) -> None:
    known = descriptors_of(vocab)
    for name in (*(wishes.descriptors or ()), *(wishes.unwanted_descriptors or ())):
        if known and name not in known:
            raise JobError(f"{vocab.source} knows no descriptor {name[:80]!r}{_instead(name, known)}")
    years = years_of(vocab)
    if years and wishes.year is not None and not years[0] <= wishes.year <= years[1]:
        raise JobError(
            f"{vocab.source} knows the years {years[0]} to {years[1]}, not {wishes.year}: choose one of them"
        )


def _instead(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=FAR_FROM_ANY)
    return f": did you mean {near[0]!r}?" if near else ": choose one that it knows, or leave it out"


def passed_over(wishes: Wishes, means_something: Collection[str], what: str) -> tuple[str, ...]:
    """A remark about wishes that change nothing here; none where all do."""
    nothing = Wishes()
    names = [
        field.name.replace("_", " ")
        for field in fields(wishes)
        if getattr(wishes, field.name) != getattr(nothing, field.name) and field.name not in means_something
    ]
    if not names:
        return ()
    return (f"Wished for, but nothing that {what} goes by: {', '.join(names)}.",)


def keeps_coarse_places(family: str, mode: Mode) -> bool:
    """Whether what the model says of positions is only where, roughly, another model is to begin."""
    grammar = grammar_of(family)
    return mode in ON_FIELD and grammar.distances and not grammar.split_axes
