"""What changed between two versions of a map: spans of the song, and settings by name.

Lines are compared first, and a save changes few of them: only lines that stand in one version alone are
looked at more closely, and only the views that they need are read.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from engine.beatmap.layout import SECTION_ORDER
from engine.beatmap.parse_sections import key_values
from engine.beatmap.reading import Unreadable, is_silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from engine.beatmap.document import Document
    from engine.beatmap.sections import Events

NEAR_MS: Final = 500.0
"""Spans closer than this are one: a person sees one place."""
KEYED_SECTIONS: Final = frozenset({"General", "Editor", "Metadata", "Difficulty", "Colours"})

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    start_ms: float
    end_ms: float


@dataclass(frozen=True, slots=True)
class Difference:
    spans: tuple[Span, ...] = ()
    """Where objects or timing lines were added, removed or changed: in order, apart, and closed."""
    settings: tuple[str, ...] = ()
    """ "Difficulty.CircleSize", "Events.Breaks": in order of the sections in a file."""

    def __bool__(self) -> bool:
        return bool(self.spans or self.settings)


def diff(before: Document, after: Document) -> Difference:
    """Nothing, for versions that differ in comments, blank lines or the order of lines at most."""
    if before.lines == after.lines:
        return Difference()
    removed, added = _only_in_one(before, after, "HitObjects")
    old_timing, new_timing = _only_in_one(before, after, "TimingPoints")
    spans = [
        *_object_spans(before, removed),
        *_object_spans(after, added),
        *_timing_spans(before, old_timing),
        *_timing_spans(after, new_timing),
    ]
    return Difference(merged(spans), tuple(_settings(before, after)))


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    result: list[Span] = []
    for span in sorted(spans):
        if result and span.start_ms - result[-1].end_ms <= NEAR_MS:
            last = result.pop()
            span = Span(last.start_ms, max(last.end_ms, span.end_ms))  # noqa: PLW2901 - grown by its neighbour
        result.append(span)
    return tuple(result)


def _only_in_one(before: Document, after: Document, section: str) -> tuple[list[int], list[int]]:
    """Numbers of the section's lines that the other version lacks; a line that only moved is in neither."""
    old, new = _numbers(before, section), _numbers(after, section)
    same = _common_start(before, old, after, new)
    old, new = old[same:], new[same:]
    same = _common_start(before, old[::-1], after, new[::-1])
    old, new = old[: len(old) - same], new[: len(new) - same]
    surplus = Counter(before.lines[n].rstrip() for n in old)
    surplus.subtract(after.lines[n].rstrip() for n in new)
    return _take(before, old, surplus), _take(after, new, Counter({line: -n for line, n in surplus.items()}))


def _numbers(document: Document, section: str) -> list[int]:
    return [number for part in document.layout.named(section) for number in part.lines]


def _common_start(before: Document, old: Sequence[int], after: Document, new: Sequence[int]) -> int:
    old_lines, new_lines = before.lines, after.lines
    for count, (a, b) in enumerate(zip(old, new, strict=False)):
        if old_lines[a] != new_lines[b]:
            return count
    return min(len(old), len(new))


def _take(document: Document, numbers: Sequence[int], surplus: Counter[bytes]) -> list[int]:
    """Those lines of which this version has more; comments and blank lines do not count."""
    taken: list[int] = []
    for number in numbers:
        line = document.lines[number].rstrip()
        if surplus[line] > 0:
            surplus[line] -= 1
            if not is_silent(line):
                taken.append(number)
    return taken


def _readable(
    document: Document, numbers: Iterable[int], read: Callable[[int, bytes], Thing]
) -> Iterator[Thing]:
    for number in numbers:
        try:
            yield read(number, document.lines[number])
        except Unreadable:
            continue


def _object_spans(document: Document, numbers: Iterable[int]) -> Iterator[Span]:
    beatmap = document.beatmap
    for obj in _readable(document, numbers, beatmap.object_reader.read):
        yield Span(obj.time_ms, beatmap.end_ms(obj))


def _timing_spans(document: Document, numbers: Iterable[int]) -> Iterator[Span]:
    """A red line rules the beat up to the next red one, a green one velocity and sound up to the next of
    either kind; the first red line rules what lies before it too.
    """
    beatmap = document.beatmap
    timing = beatmap.timing
    red_times_ms = [point.time_ms for point in timing.red]
    times_ms = [point.time_ms for point in timing.points]
    for point in _readable(document, numbers, beatmap.timing_reader.read):
        rivals_ms = red_times_ms if point.uninherited else times_ms
        start_ms = point.time_ms
        following = bisect_right(rivals_ms, start_ms)
        if point.uninherited and beatmap.objects and timing.red[0].time_ms == start_ms:
            start_ms = min(start_ms, beatmap.objects[0].time_ms)
        last = following == len(rivals_ms)
        yield Span(start_ms, max(start_ms, beatmap.last_end_ms) if last else rivals_ms[following])


def _settings(before: Document, after: Document) -> Iterator[str]:
    if before.format_version != after.format_version:
        yield "FormatVersion"
    for section in SECTION_ORDER:
        if section in KEYED_SECTIONS:
            yield from _changed_keys(before, after, section)
        elif section == "Events":
            yield from _changed_events(before, after)


def _changed_keys(before: Document, after: Document, section: str) -> Iterator[str]:
    old, new = _values(before, section), _values(after, section)
    if old != new:
        for key in old | new:
            if old.get(key) != new.get(key):
                yield f"{section}.{key}"


def _values(document: Document, section: str) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for _, key, value in key_values(document.text_lines, document.layout, section):
        values.setdefault(key, []).append(value)
    return values


def _changed_events(before: Document, after: Document) -> Iterator[str]:
    if not any(_only_in_one(before, after, "Events")):
        return
    old, new = before.beatmap.events, after.beatmap.events
    if old.background != new.background:
        yield "Events.Background"
    if old.video != new.video:
        yield "Events.Video"
    if _breaks(old) != _breaks(new):
        yield "Events.Breaks"
    if _storyboard(before, old) != _storyboard(after, new):
        yield "Events.Storyboard"


def _breaks(events: Events) -> list[tuple[float, float]]:
    return [(span.start_ms, span.end_ms) for span in events.breaks]


def _storyboard(document: Document, events: Events) -> list[bytes]:
    return [document.lines[number].rstrip() for number in events.storyboard_lines]
