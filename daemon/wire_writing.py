"""The shapes of what a page is sent about writing: sections written anew, and whole maps."""

from __future__ import annotations

from typing import Literal, TypedDict


class WritingJson(TypedDict):
    """Whether writing may begin, and what stands in its way."""

    type: Literal["writing"]
    on: bool
    """Off until the disclosure has been read."""
    disclosed: bool
    disclosure: str
    """What the ranking criteria say of generated objects; paragraphs are lines."""
    model: str | None
    """The one that would write; None: there is none that can."""
    note: str
    """What stands in the way, for the person; "": nothing."""
    candidates: int
    """How many to ask for where nobody says."""


class PaceJson(TypedDict):
    done: float
    total: float
    doing: str
    tokens: int
    tokens_per_s: float
    left_s: float | None


class CandidateJson(TypedDict):
    number: int
    seed: str
    """A whole number, in words: JavaScript cannot hold all of them."""
    state: str
    """waiting, writing, done or failed."""
    objects: int
    surprise: float | None
    surprise_before: float | None
    """Of what it takes the place of; less is likelier."""
    findings: list[CandidateFindingJson]
    """Of the rules, in the section."""
    remarks: list[str]


class CandidateFindingJson(TypedDict):
    severity: str
    message: str
    time_ms: float | None
    timestamp: str
    is_new: bool
    """Not among what the rules find in the section as it is."""


class RegenerationJson(TypedDict):
    """Each takes the place of the one before of that map."""

    type: Literal["regeneration"]
    key: str
    map_version: int
    """The one it was begun on."""
    state: str
    """none, waiting, writing, done, failed, cancelled, accepted; stale: the map was saved meanwhile."""
    start_ms: float
    end_ms: float
    timestamp: str
    """Of the range, as the editor understands it."""
    note: str
    model: str | None
    device: str | None
    pace: PaceJson | None
    findings_before: int
    """Of the rules, in the section as it is."""
    candidates: list[CandidateJson]


class GeneratedRangeJson(TypedDict):
    id: str
    start_ms: float
    end_ms: float
    timestamp: str
    model: str
    seed: str
    at: float
    """Seconds since the epoch."""
    objects: int
    can_revert: bool
    is_reverted: bool


class GeneratedJson(TypedDict):
    """What of a map was generated. Each takes the place of the one before of that map."""

    type: Literal["generated"]
    key: str
    ranges: list[GeneratedRangeJson]
    sentence: str
    """The disclosure, for the map's description; "" where nothing stands that was generated."""
    can_undo: bool
    can_redo: bool
    overwritten: str
    """A sentence where the editor has saved its own copy over what was accepted: redo offers it again."""


class SongJobJson(TypedDict):
    """A whole map being written."""

    type: Literal["song_job"]
    state: str
    """none, waiting, writing, done, failed or cancelled."""
    audio: str
    file: str
    """Where it was written; "" before."""
    folder: str
    note: str
    model: str | None
    device: str | None
    pace: PaceJson | None
    objects: int
    remarks: list[str]


class OptionsJson(TypedDict):
    """A reply's data: what a model understands, and nothing else is to be offered."""

    model: str
    family: str
    modes: list[str]
    wishes: list[str]
    settings: list[str]
    """What can be wished of a whole map besides: what is no section's to change."""
    descriptors: list[str]
    years: list[int] | None
    most_star_rating: float | None
    written: list[str]
    given: list[str]
    keeps: list[str]
    """nothing, rhythm, all but hitsounds."""
    mappers: int


class RangeJson(TypedDict):
    """A reply's data: a stretch of the song."""

    start_ms: float
    end_ms: float


class PlayedObjectJson(TypedDict):
    kind: str
    """circle, slider, spinner or hold; every mode's objects are one of these."""
    time_ms: float
    end_ms: float
    x: float
    y: float
    path: list[list[float]]
    """Of a slider: points of one span, in osu! pixels."""
    spans: int
    combo: int
    """Number in its combo, from 1."""
    colour: int
    """Which combo colour, from 0."""
    column: int
    """osu!mania's, from 0."""
    hitsound: int
    """As in the file: 2 whistle, 4 finish, 8 clap."""
    sample_set: str
    addition_set: str
    edges: list[list[int | str]]
    """Of a slider's head, repeats and end: hit sound, set, set of its additions."""
    ticks: list[float]
    """Of a slider: times."""
    volume: int
    velocity: float
    """Scroll speed, 1 is the map's own."""
    is_new: bool
    """In the section, and not in the map as it is."""


class PlayedJson(TypedDict):
    """A reply's data: a stretch of a map, to be played."""

    mode: str
    start_ms: float
    end_ms: float
    """Of the stretch: the section with some time on either side."""
    section_start_ms: float
    section_end_ms: float
    cs: float
    ar: float
    keys: int
    colours: list[str]
    """The map's combo colours, "#rrggbb"."""
    song: str
    """Where the page hears the song: a path on this server, or "" where there is none."""
    beats: list[list[float]]
    """Of each red line in the stretch and the one before: time, beat length, meter."""
    scroll: list[list[float]]
    """From when on the lane runs how fast: time, velocity."""
    objects: list[PlayedObjectJson]


AboutWriting = WritingJson | RegenerationJson | GeneratedJson | SongJobJson
