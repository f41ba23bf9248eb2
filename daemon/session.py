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
    from collections.abc import Callable, Iterable, Mapping, Sequence

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


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a map has brought to light."""

    content_hash: str
    anchors: Sequence[Anchor]
    objects: Sequence[Placed] = ()
    silent: Callable[[Anchor], bool] = lambda _: False
    """Whether nobody who could have found it again had a say in this look: its check waits for the song, is
    switched off or is no more; the model has not come to its place yet."""


@dataclass(frozen=True, slots=True)
class Memory:
    """All that a session knows between two looks."""

    marks: tuple[Anchor, ...] = ()
    baseline: Baseline | None = None
    """The save before."""
    current: Baseline | None = None
    """The last look at the save that is shown."""
    before: Sequence[Placed] = ()
    objects: Sequence[Placed] = ()
    prefix: str = "f"
    """What the ids of its findings begin with."""


@dataclass(frozen=True, slots=True)
class Comparison:
    since: Memory
    memory: Memory
    verdicts: tuple[Verdict, ...]
    gone: tuple[Anchor, ...]


class Session:
    def __init__(self, prefix: str = "f") -> None:
        self.key = ""
        """Which map it is; empty until its content has told."""
        self.version = 0
        self.memory = Memory(prefix=prefix)

    def recall(self, key: str, last: Baseline | None, marks: Iterable[Anchor]) -> None:
        """What was remembered of this map from before."""
        self.key = key
        self.memory = replace(self.memory, baseline=last, marks=tuple(marks))

    def begin(self, version: int) -> None:
        """A save has arrived: what its result will come back with. Later ones are greater."""
        self.version = version

    def is_current(self, version: int) -> bool:
        return version == self.version

    @property
    def marks(self) -> tuple[Anchor, ...]:
        """Intended for good: also those whose finding is gone for now, for it may come back."""
        return self.memory.marks

    @property
    def current(self) -> Baseline | None:
        """The last save whose findings are known."""
        return self.memory.current or self.memory.baseline

    @property
    def current_hash(self) -> str | None:
        """Of the content that was looked at last in this session."""
        return self.memory.current.content_hash if self.memory.current else None

    def accept(self, version: int, comparison: Comparison) -> Outcome | None:
        """None if the version is stale."""
        if not self.is_current(version):
            return None
        if comparison.since is not self.memory:
            raise ValueError("compared with something else than what is remembered")
        self.memory = comparison.memory
        return Outcome(version, comparison.verdicts, comparison.gone)

    def set_intended(self, finding_id: str, on: bool) -> bool:
        """False if there is no such finding (any more)."""
        current = self.memory.current
        if current is None:
            return False
        at = next((i for i, known in enumerate(current.findings) if known.id == finding_id), None)
        if at is None:
            return False
        known = current.findings[at]
        marks = list(self.marks)
        if known.intended and not on:
            marks.remove(known.anchor)
        elif on and not known.intended:
            marks.append(known.anchor)
        findings = list(current.findings)
        findings[at] = replace(known, intended=on)
        self.memory = replace(
            self.memory, marks=tuple(marks), current=replace(current, findings=tuple(findings))
        )
        return True


def compare(memory: Memory, look: Look) -> Comparison:
    """What is new, still there and gone. Pure: for thousands of findings it is called on a thread."""
    base = _page_turned(memory, look)
    shift = find_shift(base.before, look.objects) if base.before else None
    ids, next_id = _name(base, look.anchors, shift)
    intended, marks = _follow_marks(base.marks, look.anchors, shift)
    known = tuple(Known(*each) for each in zip(ids, look.anchors, intended, strict=True))
    waiting = tuple(each for each in _missing(base, set(ids), shift) if look.silent(each.anchor))
    old = {each.id for each in base.baseline.findings} if base.baseline else set(ids)
    return Comparison(
        since=memory,
        memory=replace(base, marks=marks, current=Baseline(look.content_hash, known + waiting, next_id)),
        verdicts=tuple(
            Verdict(each.id, Status.STILL if each.id in old else Status.NEW, each.intended) for each in known
        ),
        gone=_gone(base.baseline, set(ids), look),
    )


def _page_turned(memory: Memory, look: Look) -> Memory:
    """Other content is another save, and what was shown until now becomes what it is compared with."""
    if memory.current and memory.current.content_hash != look.content_hash:
        memory = replace(memory, baseline=memory.current, current=None, before=memory.objects)
    return replace(memory, objects=look.objects)


def _missing(memory: Memory, ids: set[str], shift: Shift | None) -> list[Known]:
    """Findings of the look before, or of the save before it, that this look has not found."""
    found: dict[str, Known] = {}
    for earlier, moved_by in ((memory.current, None), (memory.baseline, shift)):
        for known in earlier.findings if earlier else ():
            if known.id not in ids:
                found.setdefault(known.id, replace(known, anchor=_moved(known.anchor, moved_by)))
    return list(found.values())


def _gone(before: Baseline | None, ids: set[str], look: Look) -> tuple[Anchor, ...]:
    return tuple(
        known.anchor
        for known in (before.findings if before else ())
        if known.id not in ids and not known.intended and not look.silent(known.anchor)
    )


def _name(base: Memory, anchors: Sequence[Anchor], shift: Shift | None) -> tuple[list[str], int]:
    """The id of each finding: that of the same finding in an earlier look or save, or a fresh one."""
    named: dict[int, str] = {}
    next_id = 1
    for earlier, moved_by in ((base.current, None), (base.baseline, shift)):
        if earlier is None:
            continue
        taken = set(named.values())
        left = [known for known in earlier.findings if known.id not in taken]
        open_ = [index for index in range(len(anchors)) if index not in named]
        pairs = match([_moved(known.anchor, moved_by) for known in left], [anchors[index] for index in open_])
        named.update({open_[after]: left[before].id for after, before in pairs.items()})
        next_id = max(next_id, earlier.next_id)
    ids = []
    for index in range(len(anchors)):
        if index not in named:
            named[index] = f"{base.prefix}{next_id}"
            next_id += 1
        ids.append(named[index])
    return ids, next_id


def _follow_marks(
    marks: Sequence[Anchor], anchors: Sequence[Anchor], shift: Shift | None
) -> tuple[list[bool], tuple[Anchor, ...]]:
    """Which findings are intended; a mark goes along with the finding it holds on to."""
    moved = [_moved(mark, shift) for mark in marks]
    found = match(moved, anchors)
    for after, before in found.items():
        moved[before] = anchors[after]
    return [index in found for index in range(len(anchors))], tuple(moved)


def _moved(anchor: Anchor, shift: Shift | None) -> Anchor:
    return shift.apply(anchor) if shift else anchor


def counts(severities: Iterable[Severity]) -> dict[Severity, int]:
    counted = Counter(severities)
    return {severity: counted[severity] for severity in sorted(Severity, reverse=True)}
