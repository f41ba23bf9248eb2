"""What comes of writing, as it crosses from the engine's child to the companion: plain frozen values.

Standard library alone, so that a process without a model can read, keep and compare what was written.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """How far the writing is. Of several candidates: of all together."""

    done: float
    total: float
    """Windows; 0: not known."""
    doing: str
    ids: int
    """Written so far."""
    ids_per_s: float
    """0: not known yet."""
    left_s: float | None
    """None: not known yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One try at a section. Each takes the place of the one before it with that number."""

    number: int
    """From 0, as the seeds were given."""
    seed: int
    content_hash: str
    """Of the file that it was written for."""
    data: bytes
    """That file with the section in it: what accepting writes."""
    start_ms: float
    end_ms: float
    """What was replaced."""
    objects: int
    """In the section."""
    remarks: tuple[str, ...]
    """What happened at its ends, each a sentence for the mapper."""
    complete: bool
    surprise: float | None = None
    """Bits for each event of the section, by the model's own judgement; less is likelier. None: not asked."""
    surprise_before: float | None = None
    """The same of what it takes the place of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenMap:
    """A whole map so far. Each takes the place of the one before it."""

    data: bytes
    objects: int
    ids: int
    seconds: float
    remarks: tuple[str, ...]
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What a model understands of `Wishes`, by their names there; no others are to be offered."""

    model: str
    family: str
    modes: tuple[int, ...]
    wishes: tuple[str, ...]
    """Names of the fields of `Wishes` that change how a section is written, and a whole map as well."""
    descriptors: tuple[str, ...]
    """The names it knows."""
    years: tuple[int, int] | None
    """The first and the last it knows."""
    most_star_rating: float | None
    written: tuple[str, ...]
    """Contexts it writes."""
    given: tuple[str, ...]
    """Contexts it can be given to begin with, or instead of writing them."""
    keeps: tuple[str, ...]
    """Values of `Keep` that it can keep to."""
    mappers: int
    """How many it knows by id."""
    settings: tuple[str, ...] = ()
    """Names of those that change nothing but a whole map: what stands in its settings, and how its beats are
    heard. Of a section they are passed over.
    """
