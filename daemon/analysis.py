"""Path 1, the part that thinks: from the bytes of a save to findings that can be shown. No I/O, any thread.

Everything a finding needs to be drawn and found again is worked out here, once, beside the parsed map.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from daemon.locating import Located, Locator, placed
from daemon.overview import Overview, overview
from daemon.session import Look
from engine.beatmap.document import Document
from engine.checks.catalogue import by_id
from engine.checks.check import Song
from engine.checks.run import run_checks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from daemon.matching import Anchor, Placed
    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.sections import Metadata
    from engine.checks.check import Check


class Superseded(Exception):  # noqa: N818  it reports no error: a newer save made the answer worthless
    """Nobody waits for this analysis any more."""


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
        return Look(
            content_hash, self.anchors, self.objects, lambda anchor: anchor.check_id not in self.heard
        )

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
    objects = placed(beatmap)
    locator = Locator(beatmap, objects)
    return Analysis(
        document=document,
        song=song,
        findings=tuple(locator.locate(finding, by_id[finding.check_id].category.value) for finding in found),
        objects=objects,
        overview=overview(beatmap, song.length_ms),
        heard=frozenset(check.id for check in checks if song != Song() or not check.needs_song),
        parse_ms=parse_ms,
        checks_ms=(checked - started) * 1000,
    )
