"""The shapes of the messages, as types: what a page may send, and what it is sent. `protocol` fills them.

pydantic checks what comes in against these, mypy what we build to send.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypedDict

from pydantic import BaseModel, ConfigDict, Field

RequestId = int | str | None

# Page to companion


class _Request(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    id: int | Annotated[str, Field(max_length=64)] | None = None


Key = Annotated[str, Field(max_length=64)]


class Select(_Request):
    """Show that map; it is read and checked again."""

    type: Literal["select"]
    key: Key


class SetIntended(_Request):
    type: Literal["intended"]
    key: Key
    finding: Key
    on: bool


class CheckNow(_Request):
    type: Literal["check"]
    key: Key | None = None


class Pause(_Request):
    type: Literal["pause"]
    on: bool


class ChooseFolder(_Request):
    type: Literal["choose_folder"]
    path: Annotated[str, Field(min_length=1, max_length=4096)]


class OpenLog(_Request):
    type: Literal["open_log"]


class Show(_Request):
    """A second start asks the first to come forward."""

    type: Literal["show"]


class Quit(_Request):
    type: Literal["quit"]


Request = Select | SetIntended | CheckNow | Pause | ChooseFolder | OpenLog | Show | Quit


# Companion to page


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
    categories: list[str]


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


Outgoing = HelloJson | MapsJson | MapJson | StatusJson | IntendedJson | NoticeJson | ReplyJson
Level = Literal["info", "warning", "error"]
