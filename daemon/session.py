"""One map being worked on: its versions, its findings, what changed since the last save. No I/O.

A version is taken when a save arrives and handed back with its result; a result of any but the latest version
is stale and dropped. What a save is compared with is the save before it, never an earlier look at itself: a
second look (the song's length has arrived, a check was switched on) keeps the same baseline.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from daemon.matching import Anchor, find_shift, match
from engine.checks.check import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from daemon.matching import Placed, Shift


class Status(StrEnum):
    NEW = "new"
    STILL = "still"


@dataclass(frozen=True, slots=True)
class Known:
    """A finding of a save, as it is remembered."""

    id: str
    anchor: Anchor
    intended: bool = False


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is remembered of a save: enough to tell, after the next, what is new and what is gone."""

    content_hash: str
    findings: tuple[Known, ...]
    next_id: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a session says about one finding; parallel to the findings of an analysis."""

    id: str
    status: Status
    intended: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    version: int
    verdicts: tuple[Verdict, ...]
    gone: tuple[Anchor, ...]
    """Of the last save, and not in this one; what was marked as intended is not missed."""


@dataclass(frozen=True, slots=True)
class MapSummary:
    """A line of the list of recently saved maps."""

    key: str
    set_name: str
    file_name: str
    artist: str
    title: str
    version: str
    creator: str
    mode: str
    saved_at: float
    """Seconds since the epoch."""
    counts: Mapping[Severity, int]
    new: int


class Session:
    def __init__(self) -> None:
        self.key = ""
        """Which map it is; empty until its content has told."""
        self.version = 0
        self.marks: tuple[Anchor, ...] = ()
        """Intended for good: also those whose finding is gone for now, for it may come back."""
        self._baseline: Baseline | None = None
        self._current: Baseline | None = None
        self._before: Sequence[Placed] = ()
        self._objects: Sequence[Placed] = ()

    def recall(self, key: str, last: Baseline | None, marks: Iterable[Anchor]) -> None:
        """What was remembered of this map from before."""
        self.key = key
        self._baseline = last
        self.marks = tuple(marks)

    def begin(self, version: int) -> None:
        """A save has arrived: what its result will come back with. Later ones are greater."""
        self.version = version

    def is_current(self, version: int) -> bool:
        return version == self.version

    @property
    def current(self) -> Baseline | None:
        """The last save whose findings are known."""
        return self._current or self._baseline

    @property
    def current_hash(self) -> str | None:
        """Of the content that was looked at last in this session."""
        return self._current.content_hash if self._current else None

    def finish(
        self, version: int, content_hash: str, anchors: Sequence[Anchor], objects: Sequence[Placed] = ()
    ) -> Outcome | None:
        """The result of a version; None if it is stale."""
        if not self.is_current(version):
            return None
        self._turn_the_page(content_hash, objects)
        shift = find_shift(self._before, objects) if self._before else None
        ids, next_id = self._name(anchors, shift)
        intended = self._follow_marks(anchors, shift)
        old = {known.id for known in self._baseline.findings} if self._baseline else set(ids)
        self._current = Baseline(
            content_hash,
            tuple(Known(*each) for each in zip(ids, anchors, intended, strict=True)),
            next_id,
        )
        return Outcome(
            version,
            tuple(
                Verdict(id_, Status.STILL if id_ in old else Status.NEW, mark)
                for id_, mark in zip(ids, intended, strict=True)
            ),
            self._gone(set(ids)),
        )

    def set_intended(self, finding_id: str, on: bool) -> bool:
        """False if there is no such finding (any more)."""
        if self._current is None:
            return False
        at = next((i for i, known in enumerate(self._current.findings) if known.id == finding_id), None)
        if at is None:
            return False
        known = self._current.findings[at]
        marks = list(self.marks)
        if known.intended and not on:
            marks.remove(known.anchor)
        elif on and not known.intended:
            marks.append(known.anchor)
        self.marks = tuple(marks)
        findings = list(self._current.findings)
        findings[at] = replace(known, intended=on)
        self._current = replace(self._current, findings=tuple(findings))
        return True

    def _turn_the_page(self, content_hash: str, objects: Sequence[Placed]) -> None:
        """Other content is another save, and what was shown until now becomes what it is compared with."""
        if self._current and self._current.content_hash != content_hash:
            self._baseline = self._current
            self._current = None
            self._before = self._objects
        self._objects = objects

    def _name(self, anchors: Sequence[Anchor], shift: Shift | None) -> tuple[list[str], int]:
        """The id of each finding: that of the same finding in an earlier look or save, or a fresh one."""
        named: dict[int, str] = {}
        next_id = 1
        for earlier, moved_by in ((self._current, None), (self._baseline, shift)):
            if earlier is None:
                continue
            taken = set(named.values())
            left = [known for known in earlier.findings if known.id not in taken]
            open_ = [index for index in range(len(anchors)) if index not in named]
            pairs = match(
                [_moved(known.anchor, moved_by) for known in left], [anchors[index] for index in open_]
            )
            named.update({open_[after]: left[before].id for after, before in pairs.items()})
            next_id = max(next_id, earlier.next_id)
        ids = []
        for index in range(len(anchors)):
            if index not in named:
                named[index] = f"f{next_id}"
                next_id += 1
            ids.append(named[index])
        return ids, next_id

    def _follow_marks(self, anchors: Sequence[Anchor], shift: Shift | None) -> list[bool]:
        """Which findings are intended; a mark goes along with the finding it holds on to."""
        moved = [_moved(mark, shift) for mark in self.marks]
        found = match(moved, anchors)
        for after, before in found.items():
            moved[before] = anchors[after]
        self.marks = tuple(moved)
        return [index in found for index in range(len(anchors))]

    def _gone(self, ids: set[str]) -> tuple[Anchor, ...]:
        if self._baseline is None:
            return ()
        return tuple(
            known.anchor for known in self._baseline.findings if known.id not in ids and not known.intended
        )


def _moved(anchor: Anchor, shift: Shift | None) -> Anchor:
    return shift.apply(anchor) if shift else anchor


def counts(severities: Iterable[Severity]) -> dict[Severity, int]:
    counted = Counter(severities)
    return {severity: counted[severity] for severity in sorted(Severity, reverse=True)}
