"""One map on the workbench: what is to be looked at, what was found, what is told of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from daemon.session import MapSummary, Session, Status, counts
from daemon.store import Identity
from engine.checks.check import Severity

if TYPE_CHECKING:
    from pathlib import Path

    from daemon.analysis import Analysis
    from daemon.protocol import Message
    from daemon.session import Outcome
    from engine.beatmap.document import Document


@dataclass(frozen=True, slots=True)
class Job:
    """One look at one state of a map."""

    path: Path
    version: int
    saved: bool
    """Somebody pressed Ctrl+S; else a person asked for the map, or its song has been measured."""
    first_seen: float
    settled: float
    saved_at: float
    content_hash: str = ""
    data: bytes = b""
    document: Document | None = None
    parse_ms: float = 0.0
    total_ms: float | None = None
    """Of the first look at this content, for a second one."""


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


@dataclass(slots=True)
class Desk:
    """A map being worked on."""

    session: Session = field(default_factory=Session)
    identity: Identity | None = None
    shown: Shown | None = None
    message: Message | None = None
    """`shown`, encoded; None while that is out of date."""
    edited: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class News:
    """What pages are told after a look at a map."""

    shown: Shown
    message: Message
    saved: bool
    path: Path
    content_hash: str
    """Of the file's bytes, SHA-256 in hex."""

    @property
    def new_problems(self) -> list[str]:
        """Messages of what this save broke, the intended aside."""
        return [
            located.finding.message
            for located, verdict in zip(
                self.shown.analysis.findings, self.shown.outcome.verdicts, strict=True
            )
            if verdict.status is Status.NEW
            and not verdict.intended
            and located.finding.severity is Severity.PROBLEM
        ]


def identity_of(path: Path, analysis: Analysis) -> Identity:
    metadata = analysis.metadata
    return Identity(
        path=path,
        beatmap_id=metadata.beatmap_id,
        artist=metadata.artist,
        title=metadata.title,
        creator=metadata.creator,
        difficulty=metadata.version,
        mode=analysis.beatmap.mode.name.lower(),
    )


def summary_of(shown: Shown) -> MapSummary:
    metadata = shown.analysis.metadata
    open_ = [
        (located.finding.severity, verdict.status)
        for located, verdict in zip(shown.analysis.findings, shown.outcome.verdicts, strict=True)
        if not verdict.intended
    ]
    return MapSummary(
        key=shown.key,
        set_name=shown.set_name,
        file_name=shown.file_name,
        artist=metadata.artist_unicode or metadata.artist,
        title=metadata.title_unicode or metadata.title,
        version=metadata.version,
        creator=metadata.creator,
        mode=shown.analysis.beatmap.mode.name.lower(),
        saved_at=shown.saved_at,
        counts=counts(severity for severity, _ in open_),
        new=sum(status is Status.NEW for _, status in open_),
    )


def in_words(shown: Shown, *, saved: bool) -> str:
    """A line for the log."""
    analysis = shown.analysis
    return (
        f"{'saved' if saved else 'looked at'} {shown.file_name}: {len(analysis.findings)} findings, "
        f"{len(shown.outcome.gone)} gone; settled {shown.settle_ms:.0f}, parsed {analysis.parse_ms:.0f}, "
        f"checked {analysis.checks_ms:.0f}, shown after {shown.total_ms:.0f} ms"
    )
