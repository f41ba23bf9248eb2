"""The messages about maps, what the rules find in them and the companion itself: a part of `protocol`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from daemon.protocol import PROTOCOL, Message, encoded, number, number_or_none

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from daemon.analysis import Analysis
    from daemon.desk import Shown
    from daemon.locating import Located
    from daemon.matching import Anchor
    from daemon.overview import Overview
    from daemon.session import MapSummary, Verdict
    from daemon.topics import TopicCheck
    from daemon.wire import (
        CheckJson,
        CountsJson,
        FindingJson,
        GoneJson,
        HelloJson,
        IntendedJson,
        MapJson,
        MapsJson,
        MetadataJson,
        OverviewJson,
        SettingsJson,
        StatusJson,
        SummaryJson,
    )
    from engine.checks.check import Check, Severity

MOST_MAPS = 50


@dataclass(frozen=True, slots=True)
class StatusLine:
    """What a page says of the companion itself."""

    folder: str | None = None
    sets: int = 0
    watching: Literal["all", "recent", "nothing"] = "nothing"
    note: str = ""
    paused: bool = False
    busy: bool = False
    tray: bool = False


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


def status(line: StatusLine) -> Message:
    message: StatusJson = {
        "type": "status",
        "folder": line.folder,
        "sets": line.sets,
        "watching": line.watching,
        "note": line.note,
        "paused": line.paused,
        "busy": line.busy,
        "tray": line.tray,
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


def _pairs(spans: Sequence[tuple[float, float]]) -> list[list[float]]:
    return [[number(start), number(end)] for start, end in spans]
