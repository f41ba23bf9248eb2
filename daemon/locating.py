"""Where a finding stands: the timestamp, the editor's link, and what it is known by after the next save."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from daemon.export import discussion_post
from daemon.matching import Anchor, Placed
from engine.beatmap.objects import Hold, Slider, Spinner
from engine.beatmap.timestamps import editor_link, format_timestamp, selection

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.objects import HitObject
    from engine.checks.check import Finding

MOST_SELECTED = 40
"""Objects named in a timestamp: more than these nobody reads, and the editor's selection field is short."""


@dataclass(frozen=True, slots=True)
class Located:
    """A finding, and how to reach its place in the editor."""

    finding: Finding
    category: str
    anchor: Anchor
    link: str | None
    discussion: str


def placed(beatmap: Beatmap) -> tuple[Placed, ...]:
    return tuple(Placed(obj.time_ms, _content(beatmap, obj)) for obj in beatmap.objects)


class Locator:
    """Places findings in one map."""

    def __init__(self, beatmap: Beatmap, objects: Sequence[Placed]) -> None:
        self._beatmap = beatmap
        self._contents = [each.content for each in objects]
        self._occurrences: Mapping[Hashable, int] = Counter(self._contents)

    def locate(self, finding: Finding, category: str) -> Located:
        return Located(
            finding=finding,
            category=category,
            anchor=self._anchor(finding),
            link=self.link(finding.time_ms, finding.objects),
            discussion=discussion_post(self._beatmap, finding),
        )

    def link(self, time_ms: float | None, objects: Sequence[int]) -> str | None:
        return None if time_ms is None else editor_link(self._beatmap, time_ms, objects[:MOST_SELECTED])

    def timestamp(self, time_ms: float | None, objects: Sequence[int]) -> str:
        if time_ms is None:
            return ""
        selected = selection(self._beatmap, objects[:MOST_SELECTED])
        return format_timestamp(time_ms) + (f" ({selected})" if selected else "")

    def _anchor(self, finding: Finding) -> Anchor:
        contents = [self._contents[index] for index in finding.objects[:MOST_SELECTED]]
        return Anchor(
            check_id=finding.check_id,
            variant=finding.variant,
            time_ms=finding.time_ms,
            content=_digest(contents),
            unique=any(self._occurrences[content] == 1 for content in contents),
            message=finding.message,
            timestamp=self.timestamp(finding.time_ms, finding.objects),
        )


def _content(beatmap: Beatmap, obj: HitObject) -> Hashable:
    """What an object is, wherever in the song: a slider's length in time would change with its velocity."""
    if isinstance(obj, Slider):
        return (obj.x, obj.y, int(obj.hitsound), obj.path_text, obj.length_px, obj.span_count)
    if isinstance(obj, Spinner | Hold):
        return (obj.x, obj.y, int(obj.hitsound), round(beatmap.end_ms(obj) - obj.time_ms))
    return (obj.x, obj.y, int(obj.hitsound))


def _digest(contents: Sequence[Hashable]) -> str:
    return blake2b(repr(contents).encode(), digest_size=6).hexdigest() if contents else ""
