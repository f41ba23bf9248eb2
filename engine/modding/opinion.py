"""What a model thinks of a map, as it crosses from the engine's child to the companion: plain frozen values.

Standard library alone, so that a process without a model can read, keep and compare opinions.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

SHOWN_PER_SURPRISAL: Final = 0.1
"""A relative surprisal of 1000 is shown as 100."""


class Topic(Enum):
    """What a suggestion is about; its value is the heading a mapper reads."""

    RHYTHM = "Rhythm"
    TIMING = "Timing"
    COMPOSE = "Compose"
    SLIDERS = "Sliders"
    HIT_SOUNDS = "Hit Sounds"
    NEW_COMBOS = "New Combos"
    SCROLL_SPEEDS = "Scroll Speeds"
    KIAI = "Kiai"


@dataclass(frozen=True, slots=True)
class Alternative:
    """One thing that the model would sooner have expected."""

    text: str
    probability: float
    x: int | None = None
    y: int | None = None
    """Where it would stand, in osu! pixels: the middle of the model's cell. Both or neither."""
    time_ms: float | None = None
    """When it would happen."""


@dataclass(frozen=True, slots=True)
class Place:
    time_ms: float
    end_ms: float | None
    """None: a moment."""
    objects: tuple[int, ...]
    """Indices into `Beatmap.objects`, in time order: what the editor should select."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    topic: Topic
    variant: str
    """Which claim this is ("slider-end"): with topic and place, what makes it the same suggestion after the
    next save.
    """
    message: str
    real: str
    """What the map says there, in the words the alternatives are in."""
    places: tuple[Place, ...]
    """The first is where it is shown; the others have the same deviation in a parallel pattern."""
    surprisal: float
    """Surprise over what the model expected to be surprised, at the first place: 1 is everyday."""
    alternatives: tuple[Alternative, ...] = ()
    """The likeliest first."""
    at: tuple[int, int] | None = None
    """Where the object stands, in osu! pixels, where the suggestion is about that."""
    neighbours: tuple[tuple[int, int, float], ...] = ()
    """x, y and time in ms of the objects around it, in time order, for a small playfield."""

    @property
    def shown(self) -> float:
        """The surprise as mappers know it from MaiMod: 100 is likely wrong, below 10 is taste."""
        return self.surprisal * SHOWN_PER_SURPRISAL


@dataclass(frozen=True, slots=True)
class Opinion:
    """All that a model has said of one version of one map so far."""

    content_hash: str
    """Of the file's bytes, SHA-256 in hex: an opinion belongs to these bytes and no others."""
    suggestions: tuple[Suggestion, ...]
    """Strongest first."""
    heat: tuple[float | None, ...]
    """The greatest relative surprisal in each stretch of the song; None where nothing has been scored yet."""
    heat_bin_ms: float
    done: int
    total: int
    """Windows."""
    model: str
    device: str
    """In words: "CPU, 2 of 4 threads, bfloat16"."""
    rating: float | None
    """The star rating the model was told, where it stays pinned while the map changes."""
    seconds: float
    """Since the request was taken up."""
    complete: bool
    note: str = ""
