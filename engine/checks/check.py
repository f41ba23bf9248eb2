"""A check looks at one difficulty and says what is wrong, where, and why it matters.

To add one: write a function from a `Beatmap` and its `Song` to findings, put its numbers with their source
into `thresholds.py`, wrap it in a `Check` and add that to the `CHECKS` of its file; a new file is named in
`catalogue.py`. The overlay, the command line and the discussion text take everything else from here. Its test
makes a small map with `engine.beatmap.builder` and asks `only("its-id", map)` for the one finding it gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

from engine.beatmap.objects import Mode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from engine.beatmap.beatmap import Beatmap

ALL_MODES = frozenset(Mode)


class Severity(IntEnum):
    """Ordered: a greater one is worse."""

    MINOR = 1
    """Worth a look; often a matter of taste, or too small to hear or see."""
    WARNING = 2
    """Usually wrong; sometimes there is a good reason."""
    PROBLEM = 3
    """Breaks a rule of the ranking criteria, or the game itself."""


class Category(Enum):
    COMPOSE = "Compose"
    TIMING = "Timing"
    HIT_SOUNDS = "Hit sounds"
    SPREAD = "Spread"
    SETTINGS = "Settings"
    EVENTS = "Events"
    AUDIO = "Audio"
    FILE = "File"


@dataclass(frozen=True, slots=True)
class Song:
    """What is known of the audio the map names. `length_ms` is None until it has been measured."""

    length_ms: float | None = None
    problem: str | None = None
    """Why the length is unknown for good: "audio.mp3 is missing", "audio.mp3 is not audio"."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong at one place."""

    check_id: str
    variant: str
    """Which of the check's claims this is ("near-miss"): with the place, what makes it the same finding after
    the next save."""
    severity: Severity
    message: str
    time_ms: float | None = None
    """None: it concerns the whole difficulty."""
    end_ms: float | None = None
    objects: tuple[int, ...] = ()
    """Indices into `Beatmap.objects`, in time order: what the editor should select."""
    strength: float = 0.0
    """0 to 1 within its severity: what is listed first."""


@dataclass(frozen=True, slots=True)
class Check:
    id: str
    """Stable for ever: intended marks and settings refer to it."""
    category: Category
    title: str
    """Three or four words for a list: "Unsnapped objects"."""
    purpose: str
    """One sentence: what it looks for."""
    reasoning: str
    """One paragraph that would convince a mapper who doubts it."""
    severities: tuple[Severity, ...]
    """The severities its findings may have, worst first; a test holds the check to it."""
    find: Callable[[Beatmap, Song], Iterable[Finding]]
    modes: frozenset[Mode] = ALL_MODES
    needs_song: bool = False
    """Until the song has been measured, its silence says nothing."""
