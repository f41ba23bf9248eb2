"""The shapes of what a page is sent, as types: mypy holds `protocol` and its other halves to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypedDict

from daemon.wire_writing import AboutWriting

if TYPE_CHECKING:
    from daemon.wire_words import RequestId


class CheckJson(TypedDict):
    title: str
    category: str
    modes: list[str]
    purpose: str
    reasoning: str


class HelloJson(TypedDict):
    type: Literal["hello"]
    protocol: int
    app: str
    checks: dict[str, CheckJson]
    """The rules' and the model's."""
    categories: list[str]
    topics: list[str]
    """The categories of what a model finds."""


class CountsJson(TypedDict):
    problem: int
    warning: int
    minor: int


class SummaryJson(TypedDict):
    key: str
    set: str
    file: str
    artist: str
    title: str
    version: str
    creator: str
    mode: str
    saved_at: float
    counts: CountsJson
    new: int


class MapsJson(TypedDict):
    type: Literal["maps"]
    current: str | None
    maps: list[SummaryJson]


class MetadataJson(TypedDict):
    artist: str
    title: str
    version: str
    creator: str
    mode: str
    set: str
    file: str


class SettingsJson(TypedDict):
    cs: float
    ar: float
    od: float
    hp: float
    slider_multiplier: float
    tick_rate: float


class DensityJson(TypedDict):
    bin_ms: int
    counts: list[int]


class OverviewJson(TypedDict):
    start_ms: float
    end_ms: float
    song_ms: float | None
    density: DensityJson
    breaks: list[list[float]]
    kiai: list[list[float]]
    bookmarks: list[float]
    preview_ms: float | None
    red_lines: list[float]
    bpm: list[float] | None


class FindingJson(TypedDict):
    id: str
    check: str
    category: str
    severity: str
    status: str
    intended: bool
    message: str
    time_ms: float | None
    end_ms: float | None
    timestamp: str
    link: str | None
    strength: float
    discussion: str


class GoneJson(TypedDict):
    check: str
    message: str
    timestamp: str


class TimingsJson(TypedDict):
    settle_ms: float
    parse_ms: float
    checks_ms: float
    total_ms: float


class MapJson(TypedDict):
    type: Literal["map"]
    key: str
    map_version: int
    metadata: MetadataJson
    settings: SettingsJson
    overview: OverviewJson
    findings: list[FindingJson]
    gone: list[GoneJson]
    edited: list[list[float]]
    timings: TimingsJson
    saved_at: float
    sent_at: float


class StatusJson(TypedDict):
    type: Literal["status"]
    folder: str | None
    sets: int
    watching: str
    note: str
    paused: bool
    busy: bool
    tray: bool


class IntendedJson(TypedDict):
    type: Literal["intended"]
    key: str
    finding: str
    on: bool


class NoticeJson(TypedDict):
    type: Literal["notice"]
    level: Literal["info", "warning", "error"]
    text: str


class ReplyJson(TypedDict):
    type: Literal["reply"]
    id: RequestId
    ok: bool
    error: str | None
    data: Any


class EngineJson(TypedDict):
    type: Literal["engine"]
    status: str
    """off, starting, loading, idle, working or failed."""
    model: str | None
    """The one that is chosen."""
    model_ready: bool
    device: str | None
    memory_mb: int | None
    speed: str | None
    note: str
    ai: bool


class ModelJson(TypedDict):
    name: str
    title: str
    family: str
    modes: list[str]
    licence: str
    size_bytes: int | None
    state: str
    """absent, partial, complete, local, broken or pulling."""
    done_bytes: int
    total_bytes: int | None
    bytes_per_s: int | None
    note: str
    purposes: list[str]
    """What it is good for: mod, generate, diffusion."""


class ModelsJson(TypedDict):
    type: Literal["models"]
    chosen: str | None
    models: list[ModelJson]


class AlternativeJson(TypedDict):
    text: str
    probability: float
    x: int | None
    y: int | None
    time_ms: float | None


class PlaceJson(TypedDict):
    time_ms: float
    timestamp: str
    link: str | None


class RemarkJson(TypedDict):
    """What a finding of the model has beside what every finding has."""

    topic: str
    real: str
    surprisal: float
    alternatives: list[AlternativeJson]
    at: list[int] | None
    neighbours: list[list[float]]
    """x, y, time in ms."""
    places: list[PlaceJson]


class OpinionFindingJson(FindingJson):
    opinion: RemarkJson


class AgreedJson(TypedDict):
    finding: str
    """Id of the rule's finding that the model makes as well."""
    surprisal: float
    message: str


class HeatJson(TypedDict):
    bin_ms: float
    values: list[float | None]


class OpinionJson(TypedDict):
    type: Literal["opinion"]
    key: str
    map_version: int
    state: str
    """off, no_model, waiting, scoring, done, failed or cancelled."""
    done: int
    total: int
    model: str | None
    device: str | None
    rating: float | None
    seconds: float | None
    note: str
    heat: HeatJson | None
    findings: list[OpinionFindingJson]
    agreed: list[AgreedJson]
    gone: list[GoneJson]


Outgoing = (
    HelloJson
    | MapsJson
    | MapJson
    | StatusJson
    | IntendedJson
    | NoticeJson
    | ReplyJson
    | EngineJson
    | ModelsJson
    | OpinionJson
    | AboutWriting
)
Level = Literal["info", "warning", "error"]
