"""The messages between the companion and its pages, version 1. With `protocol_engine` and `protocol_writing`,
which build those about the engine and about writing, the only room that knows their shape.

What comes in is validated (pydantic) and turned into a `Request`; what goes out is built here from what the
other rooms know, and encoded once. `tests/daemon/message_examples.py` gives one of each.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from daemon.wire_requests import Request, RequestId

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from daemon.analysis import Analysis
    from daemon.locating import Located
    from daemon.matching import Anchor
    from daemon.overview import Overview
    from daemon.session import MapSummary, Outcome, Verdict
    from daemon.topics import TopicCheck
    from daemon.wire import (
        CheckJson,
        CountsJson,
        FindingJson,
        GoneJson,
        HelloJson,
        IntendedJson,
        Level,
        MapJson,
        MapsJson,
        MetadataJson,
        NoticeJson,
        Outgoing,
        OverviewJson,
        ReplyJson,
        SettingsJson,
        StatusJson,
        SummaryJson,
    )
    from engine.checks.check import Check, Severity

PROTOCOL = 1
SUBPROTOCOL = f"mapside.{PROTOCOL}"
TOKEN_PREFIX = "token."  # noqa: S105  the name of the field, not a secret
MOST_MAPS = 50

_TOLD_APART_BY_TYPE: Any = Annotated[Request, Field(discriminator="type")]
_REQUEST: TypeAdapter[Request] = TypeAdapter(_TOLD_APART_BY_TYPE)


class BadRequestError(ValueError):
    """Says to the page what is wrong with its message; `id` is its request's, where that could be read."""

    def __init__(self, sentence: str, request_id: RequestId = None) -> None:
        super().__init__(sentence)
        self.id = request_id


def read_request(text: str | bytes) -> Request:
    if isinstance(text, bytes):
        raise BadRequestError("A message is JSON text, not bytes.")
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRequestError(f"A message is one JSON object: {error}.") from error
    if not isinstance(raw, dict):
        raise BadRequestError("A message is one JSON object with a type.")
    try:
        return _REQUEST.validate_json(text)  # of JSON, so that a list may become a tuple
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "type"
        raise BadRequestError(f"{place}: {first['msg']}.", _id_of(raw)) from error


def write_request(request: Request) -> str:
    """For clients of our own: a second start, the tests."""
    return request.model_dump_json(exclude_none=True)


@dataclass(frozen=True, slots=True)
class Reply:
    id: RequestId
    ok: bool
    error: str | None


def read_reply(text: str | bytes) -> Reply | None:
    """For clients of our own; None for every other message."""
    message = json.loads(text)
    if message.get("type") != "reply":
        return None
    return Reply(message["id"], message["ok"], message["error"])


def _id_of(raw: dict[str, Any]) -> RequestId:
    request_id = raw.get("id")
    return request_id if isinstance(request_id, int | str) else None


@dataclass(frozen=True, slots=True)
class Message:
    """Encoded once, however many pages it goes to."""

    text: str
    replaces: str | None
    """A waiting message of the same kind is out of date once this one is there; None: each counts."""


@dataclass(frozen=True, slots=True)
class Companion:
    """What the page's status line says."""

    folder: str | None = None
    sets: int = 0
    watching: Literal["all", "recent", "nothing"] = "nothing"
    note: str = ""
    paused: bool = False
    busy: bool = False
    tray: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """One save, thought through: everything a page shows of it."""

    key: str
    set_name: str
    file_name: str
    analysis: Analysis
    outcome: Outcome
    edited: tuple[tuple[float, float], ...]
    settle_ms: float
    total_ms: float
    saved_at: float


def hello(
    app_version: str,
    checks: Iterable[Check],
    categories: Iterable[str],
    topics: Sequence[TopicCheck] = (),
) -> Message:
    message: HelloJson = {
        "type": "hello",
        "protocol": PROTOCOL,
        "app": app_version,
        "checks": {
            **{check.id: _check(check, check.category.value) for check in checks},
            **{check.id: _check(check, check.topic.value) for check in topics},
        },
        "categories": list(categories),
        "topics": [check.topic.value for check in topics],
    }
    return encoded(message, "hello")


def maps(current: str | None, summaries: Iterable[MapSummary]) -> Message:
    lines = [_summary(summary) for summary in summaries][:MOST_MAPS]
    message: MapsJson = {"type": "maps", "current": current, "maps": lines}
    return encoded(message, "maps")


def status(companion: Companion) -> Message:
    message: StatusJson = {
        "type": "status",
        "folder": companion.folder,
        "sets": companion.sets,
        "watching": companion.watching,
        "note": companion.note,
        "paused": companion.paused,
        "busy": companion.busy,
        "tray": companion.tray,
    }
    return encoded(message, "status")


def map_shown(shown: Shown, *, sent_at: float) -> Message:
    """`sent_at` in seconds since the epoch, as `saved_at`."""
    analysis = shown.analysis
    message: MapJson = {
        "type": "map",
        "key": shown.key,
        "map_version": shown.outcome.version,
        "metadata": _metadata(shown),
        "settings": _settings(analysis),
        "overview": _overview(analysis.overview),
        "findings": [
            finding_json(located, verdict)
            for located, verdict in zip(analysis.findings, shown.outcome.verdicts, strict=True)
        ],
        "gone": [gone_json(anchor) for anchor in shown.outcome.gone],
        "edited": _pairs(shown.edited),
        "timings": {
            "settle_ms": round(shown.settle_ms, 3),
            "parse_ms": round(analysis.parse_ms, 3),
            "checks_ms": round(analysis.checks_ms, 3),
            "total_ms": round(shown.total_ms, 3),
        },
        "saved_at": shown.saved_at,
        "sent_at": sent_at,
    }
    return encoded(message, f"map {shown.key}")


def intended(key: str, finding_id: str, *, on: bool) -> Message:
    message: IntendedJson = {"type": "intended", "key": key, "finding": finding_id, "on": on}
    return encoded(message, f"intended {key} {finding_id}")


def notice(level: Level, text: str) -> Message:
    message: NoticeJson = {"type": "notice", "level": level, "text": text}
    return encoded(message, f"notice {level} {text}")


def reply(request_id: RequestId, *, error: str | None = None, data: Any = None) -> Message:
    message: ReplyJson = {
        "type": "reply",
        "id": request_id,
        "ok": error is None,
        "error": error,
        "data": data,
    }
    return encoded(message, None)


def encoded(message: Outgoing, replaces: str | None) -> Message:
    text = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # A lone surrogate cannot be sent as UTF-8; a map may hold anything.
    return Message(text.encode("utf-8", "replace").decode("utf-8"), replaces)


def _check(check: Check | TopicCheck, category: str) -> CheckJson:
    return {
        "title": check.title,
        "category": category,
        "modes": [mode.name.lower() for mode in sorted(check.modes)],
        "purpose": check.purpose,
        "reasoning": check.reasoning,
    }


def _summary(summary: MapSummary) -> SummaryJson:
    return {
        "key": summary.key,
        "set": summary.set_name,
        "file": summary.file_name,
        "artist": summary.artist,
        "title": summary.title,
        "version": summary.version,
        "creator": summary.creator,
        "mode": summary.mode,
        "saved_at": summary.saved_at,
        "counts": _counts(summary.counts),
        "new": summary.new,
    }


def _counts(counted: Mapping[Severity, int]) -> CountsJson:
    by_name = {severity.name.lower(): number for severity, number in counted.items()}
    return {
        "problem": by_name.get("problem", 0),
        "warning": by_name.get("warning", 0),
        "minor": by_name.get("minor", 0),
    }


def _metadata(shown: Shown) -> MetadataJson:
    metadata = shown.analysis.metadata
    return {
        "artist": metadata.artist_unicode or metadata.artist,
        "title": metadata.title_unicode or metadata.title,
        "version": metadata.version,
        "creator": metadata.creator,
        "mode": shown.analysis.beatmap.mode.name.lower(),
        "set": shown.set_name,
        "file": shown.file_name,
    }


def _settings(analysis: Analysis) -> SettingsJson:
    difficulty = analysis.beatmap.difficulty
    return {
        "cs": number(difficulty.circle_size),
        "ar": number(difficulty.approach_rate),
        "od": number(difficulty.overall_difficulty),
        "hp": number(difficulty.hp_drain),
        "slider_multiplier": number(difficulty.slider_multiplier),
        "tick_rate": number(difficulty.slider_tick_rate),
    }


def _overview(overview: Overview) -> OverviewJson:
    tempo = overview.tempo
    return {
        "start_ms": number(overview.start_ms),
        "end_ms": number(overview.end_ms),
        "song_ms": number_or_none(overview.song_ms),
        "density": {"bin_ms": overview.bin_ms, "counts": list(overview.object_counts)},
        "breaks": _pairs(overview.breaks),
        "kiai": _pairs(overview.kiai),
        "bookmarks": [number(each) for each in overview.bookmarks_ms],
        "preview_ms": number_or_none(overview.preview_ms),
        "red_lines": [number(each) for each in overview.red_lines_ms],
        "bpm": [number(each) for each in (tempo.lowest, tempo.highest, tempo.main)] if tempo else None,
    }


def finding_json(located: Located, verdict: Verdict) -> FindingJson:
    finding = located.finding
    return {
        "id": verdict.id,
        "check": finding.check_id,
        "category": located.category,
        "severity": finding.severity.name.lower(),
        "status": verdict.status.value,
        "intended": verdict.intended,
        "message": finding.message,
        "time_ms": number_or_none(finding.time_ms),
        "end_ms": number_or_none(finding.end_ms),
        "timestamp": located.anchor.timestamp,
        "link": located.link,
        "strength": round(number(finding.strength), 4),
        "discussion": located.discussion,
    }


def gone_json(anchor: Anchor) -> GoneJson:
    return {"check": anchor.check_id, "message": anchor.message, "timestamp": anchor.timestamp}


def _pairs(spans: Sequence[tuple[float, float]]) -> list[list[float]]:
    return [[number(start), number(end)] for start, end in spans]


def number(value: float) -> float:
    """JSON knows neither NaN nor infinity; a map can hold both."""
    return value if math.isfinite(value) else 0.0


def number_or_none(value: float | None) -> float | None:
    return None if value is None else number(value)
