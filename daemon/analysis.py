"""Path 1, the part that thinks: from the bytes of a save to findings that can be shown. No I/O, any thread.

Everything a finding needs to be drawn and found again is worked out here, once, beside the parsed map.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from daemon.export import discussion_post
from daemon.matching import Anchor, Placed
from daemon.overview import Overview, overview
from daemon.session import Look
from engine.beatmap.document import Document
from engine.beatmap.objects import Hold, Slider, Spinner
from engine.beatmap.timestamps import editor_link, format_timestamp, selection
from engine.checks.catalogue import by_id
from engine.checks.check import Song
from engine.checks.run import run_checks

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.objects import HitObject
    from engine.beatmap.sections import Metadata
    from engine.checks.check import Check, Finding

MOST_SELECTED = 40
"""Objects named in a timestamp: more than these nobody reads, and the editor's selection field is short."""


class Superseded(Exception):  # noqa: N818  it reports no error: a newer save made the answer worthless
    """Nobody waits for this analysis any more."""


@dataclass(frozen=True, slots=True)
class Located:
    """A finding, and how to reach its place in the editor."""

    finding: Finding
    category: str
    anchor: Anchor
    link: str | None
    discussion: str


@dataclass(frozen=True, slots=True)
class Analysis:
    document: Document
    song: Song
    findings: tuple[Located, ...]
    objects: tuple[Placed, ...]
    overview: Overview
    heard: frozenset[str]
    """Ids of the checks that have had their say. Of the others' earlier findings none is known to be gone."""
    parse_ms: float
    checks_ms: float

    @property
    def beatmap(self) -> Beatmap:
        return self.document.beatmap

    @property
    def metadata(self) -> Metadata:
        return self.beatmap.metadata

    def look(self, content_hash: str) -> Look:
        """For the comparison with the save before."""
        return Look(content_hash, self.anchors, self.objects, lambda check_id: check_id not in self.heard)

    @property
    def anchors(self) -> list[Anchor]:
        return [located.anchor for located in self.findings]


def parse(data: bytes) -> tuple[Document, float]:
    """The map and the milliseconds it took; the views that every check reads are read here."""
    started = time.perf_counter()
    document = Document.parse(data)
    beatmap = document.beatmap
    for view in (beatmap.general, beatmap.metadata, beatmap.timing, beatmap.events, beatmap.objects):
        del view  # asked for so that it is computed, and counted as parsing
    return document, (time.perf_counter() - started) * 1000


def analyse(
    document: Document,
    song: Song,
    checks: Sequence[Check],
    *,
    parse_ms: float = 0.0,
    wanted: Callable[[], bool] = lambda: True,
) -> Analysis:
    """Raises Superseded soon after `wanted` turns false: a long map must not hold up the save after it."""
    started = time.perf_counter()
    beatmap = document.beatmap

    def go_on(check: Check) -> None:
        if not wanted():
            raise Superseded(f"before {check.id}")

    found = run_checks(beatmap, song, checks=checks, before_each=go_on)
    checked = time.perf_counter()
    contents = [_content(beatmap, obj) for obj in beatmap.objects]
    return Analysis(
        document=document,
        song=song,
        findings=tuple(_Locator(beatmap, contents).locate(found)),
        objects=tuple(
            Placed(obj.time_ms, content) for obj, content in zip(beatmap.objects, contents, strict=True)
        ),
        overview=overview(beatmap, song.length_ms),
        heard=frozenset(check.id for check in checks if song != Song() or not check.needs_song),
        parse_ms=parse_ms,
        checks_ms=(checked - started) * 1000,
    )


class _Locator:
    """Places findings in one map."""

    def __init__(self, beatmap: Beatmap, contents: Sequence[Hashable]) -> None:
        self._beatmap = beatmap
        self._contents = contents
        self._occurrences: Mapping[Hashable, int] = Counter(contents)

    def locate(self, findings: Sequence[Finding]) -> list[Located]:
        return [self._located(finding) for finding in findings]

    def _located(self, finding: Finding) -> Located:
        selected = finding.objects[:MOST_SELECTED]
        link = None if finding.time_ms is None else editor_link(self._beatmap, finding.time_ms, selected)
        return Located(
            finding=finding,
            category=by_id[finding.check_id].category.value,
            anchor=self._anchor(finding),
            link=link,
            discussion=discussion_post(self._beatmap, finding),
        )

    def _anchor(self, finding: Finding) -> Anchor:
        contents = [self._contents[index] for index in finding.objects[:MOST_SELECTED]]
        return Anchor(
            check_id=finding.check_id,
            variant=finding.variant,
            time_ms=finding.time_ms,
            content=_digest(contents),
            unique=any(self._occurrences[content] == 1 for content in contents),
            message=finding.message,
            timestamp=self._timestamp(finding),
        )

    def _timestamp(self, finding: Finding) -> str:
        if finding.time_ms is None:
            return ""
        selected = selection(self._beatmap, finding.objects[:MOST_SELECTED])
        return format_timestamp(finding.time_ms) + (f" ({selected})" if selected else "")


def _content(beatmap: Beatmap, obj: HitObject) -> Hashable:
    """What an object is, wherever in the song: a slider's length in time would change with its velocity."""
    if isinstance(obj, Slider):
        return (obj.x, obj.y, int(obj.hitsound), obj.path_text, obj.length_px, obj.span_count)
    if isinstance(obj, Spinner | Hold):
        return (obj.x, obj.y, int(obj.hitsound), round(beatmap.end_ms(obj) - obj.time_ms))
    return (obj.x, obj.y, int(obj.hitsound))


def _digest(contents: Sequence[Hashable]) -> str:
    return blake2b(repr(contents).encode(), digest_size=6).hexdigest() if contents else ""
