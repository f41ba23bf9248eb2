"""What pages are told of writing, as plain values; `daemon/protocol_writing.py` makes messages of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Of a section or a map that is being written."""

    NONE = "none"
    WAITING = "waiting"
    WRITING = "writing"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    ACCEPTED = "accepted"
    STALE = "stale"
    """The map was saved meanwhile: none of its candidates fits it any more."""


@dataclass(frozen=True, slots=True)
class ShownWriting:
    on: bool
    disclosed: bool
    model: str | None
    """The one that would write; None: there is none that can."""
    note: str = ""
    candidates: int = 4
    """How many are asked for where nobody says."""


@dataclass(frozen=True, slots=True)
class ShownPace:
    done: float
    total: float
    doing: str
    ids: int
    ids_per_s: float
    left_s: float | None


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """Of a rule, in the section of a candidate."""

    severity: str
    message: str
    time_ms: float | None
    timestamp: str
    is_new: bool
    """Not among what the rules find in the section as it is."""


@dataclass(frozen=True, slots=True)
class ShownCandidate:
    number: int
    seed: int
    state: State
    objects: int = 0
    surprise: float | None = None
    surprise_before: float | None = None
    findings: tuple[ShownFinding, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRegeneration:
    key: str
    map_version: int
    state: State
    start_ms: float
    end_ms: float
    timestamp: str
    note: str = ""
    model: str | None = None
    device: str | None = None
    pace: ShownPace | None = None
    findings_before: int = 0
    candidates: tuple[ShownCandidate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRange:
    """A stretch of a map that a model wrote."""

    id: str
    start_ms: float
    end_ms: float
    timestamp: str
    model: str
    seed: int
    at: float
    """Seconds since the epoch."""
    objects: int
    can_revert: bool
    is_reverted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownGenerated:
    key: str
    ranges: tuple[ShownRange, ...] = ()
    sentence: str = ""
    can_undo: bool = False
    can_redo: bool = False
    overwritten: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSongJob:
    """A whole map being written."""

    state: State = State.NONE
    audio: str = ""
    file: str = ""
    folder: str = ""
    note: str = ""
    model: str | None = None
    device: str | None = None
    pace: ShownPace | None = None
    objects: int = 0
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedObject:
    kind: str
    """circle, slider, spinner or hold."""
    time_ms: float
    end_ms: float
    x: float
    y: float
    path: tuple[tuple[float, float], ...] = ()
    """Of a slider: one span."""
    spans: int = 1
    combo: int = 1
    colour: int = 0
    column: int = 0
    hitsound: int = 0
    sample_set: str = "normal"
    addition_set: str = "normal"
    edges: tuple[tuple[int, str, str], ...] = ()
    """Of a slider's head, repeats and end: hit sound, set, set of its additions."""
    ticks_ms: tuple[float, ...] = ()
    """Of a slider."""
    volume: int = 100
    velocity: float = 1.0
    is_new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A stretch of a map, ready to be played."""

    mode: str
    start_ms: float
    end_ms: float
    section_start_ms: float
    section_end_ms: float
    cs: float
    ar: float
    keys: int
    colours: tuple[str, ...]
    song: str
    beats: tuple[tuple[float, float, float], ...]
    scroll: tuple[tuple[float, float], ...]
    """From when on the lane runs how fast; 1 is the map's own speed."""
    objects: tuple[PlayedObject, ...]
