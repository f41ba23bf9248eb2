"""Where in a map a statement of its events belongs: its group, its object, its place in the measure."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from engine.beatmap.objects import Circle, Hold, Mode, Slider
from engine.tokens.events import EventType
from engine.tokens.parts import ANCHORS, CLOSING, GROUP_TYPES, HEADS, OBJECT_PARTS, OPENED_BY
from engine.tokens.slider_ends import MOST_POINTS
from engine.tokens.view import US_PER_MS, whole_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.objects import HitObject
    from engine.tokens.events import Event
    from engine.tokens.grammar import Grammar

MEASURE_PARTS: Final = 48
"""Two things stand at the same place of their measures if they do on this grid of a beat."""


class Group(NamedTuple):
    start: int
    end: int
    """One past the last of its events."""
    kind: EventType
    time_ms: int
    owner: int | None
    """Index into `Beatmap.objects`; None for what is no object's."""
    anchor: int
    """Of an anchor: which of the slider's points, where the head is the first; otherwise 0."""


class Telling:
    """One context's events of one map, taken apart once."""

    def __init__(self, beatmap: Beatmap, events: Sequence[Event], grammar: Grammar) -> None:
        self.beatmap, self.grammar = beatmap, grammar
        self._events = events

    @cached_property
    def events(self) -> list[Event]:
        """As a list: they are looked at one by one."""
        return list(self._events)

    @cached_property
    def groups(self) -> list[Group]:
        owners = Owners(self.beatmap, self.events)
        groups: list[Group] = []
        for start, end, kind in self._spans():
            owner, anchor = owners.of(kind, start, end) if kind in OBJECT_PARTS else (None, 0)
            groups.append(Group(start, end, kind, self.events[start].time, owner, anchor))
        return groups

    def group_at(self, index: int) -> int | None:
        """Which group an event belongs to; None for what stands outside of all."""
        number = bisect_right(self._starts, index) - 1
        return number if number >= 0 and index < self.groups[number].end else None

    def moment_after(self, number: int) -> int | None:
        """When the next thing happens after a group's moment."""
        time_ms = self.groups[number].time_ms
        return next(
            (group.time_ms for group in islice(self.groups, number, None) if group.time_ms > time_ms), None
        )

    def before(self, number: int) -> Iterator[Group]:
        """The groups before one, the nearest first."""
        return (self.groups[other] for other in range(number - 1, -1, -1))

    @cached_property
    def holds(self) -> list[Hold]:
        return [obj for obj in self.beatmap.objects if isinstance(obj, Hold)]

    def near(self, number: int, kinds: frozenset[EventType], within_ms: float) -> bool:
        """Whether one of these happens at the same moment as a group, said before it or after."""
        time_ms = self.groups[number].time_ms
        for step in (1, -1):
            other = number + step
            while 0 <= other < len(self.groups) and abs(self.groups[other].time_ms - time_ms) < within_ms:
                if self.groups[other].kind in kinds:
                    return True
                other += step
        return False

    @cached_property
    def _starts(self) -> list[int]:
        return [group.start for group in self.groups]

    def _spans(self) -> list[tuple[int, int, EventType]]:
        """(start, end, kind) of each group."""
        marks = [index for index, event in enumerate(self.events) if event[0] in GROUP_TYPES]
        if self.grammar.types_first:
            bounds = zip(marks, [*marks[1:], len(self.events)], strict=True)
        else:
            ends = [mark + 1 for mark in marks]
            bounds = zip([0, *ends[:-1]], ends, strict=False)
        return [(start, end, self.events[mark][0]) for (start, end), mark in zip(bounds, marks, strict=True)]


class Owners:
    """Finds the object behind each group, asked in the order of the events.

    Heads are matched by kind and time; those that share both, as chords do, in the order of the file, which
    is the order of the events. A part of a long object belongs to the one that is under way; where several
    are, as in maps that no human plays, to the one whose end comes nearest. The end of a slider that ends
    before it starts, which is told before its head, goes to another slider or to none.
    """

    def __init__(self, beatmap: Beatmap, events: Sequence[Event]) -> None:
        self._beatmap, self._events = beatmap, events
        self._heads: dict[tuple[EventType, int], list[int]] = defaultdict(list)
        self._open: dict[EventType, list[int]] = defaultdict(list)
        self._points: dict[int, int] = {}
        """How many of a slider's points have been told."""
        for index in sorted(range(len(beatmap.objects)), key=lambda each: -beatmap.objects[each].line):
            obj = beatmap.objects[index]
            if not _left_out(obj, beatmap.mode):
                self._heads[head_of(obj, beatmap.mode), told_ms(beatmap, obj.time_ms)].append(index)

    def of(self, kind: EventType, start: int, end: int) -> tuple[int | None, int]:
        """Index of the object, and which of its points this is."""
        time_ms = self._events[start].time
        if kind in HEADS:
            return self._begin(kind, time_ms), 0
        under_way = self._open[OPENED_BY[kind]]
        if not under_way:
            return None, 0
        owner = under_way[-1] if len(under_way) == 1 or kind in ANCHORS else self._chosen(kind, start, end)
        if kind in CLOSING:
            under_way.remove(owner)
        return owner, self._point(kind, owner)

    def _begin(self, kind: EventType, time_ms: int) -> int | None:
        waiting = self._heads.get((kind, time_ms))
        if not waiting:
            return None
        index = waiting.pop()
        if kind is not EventType.CIRCLE:
            self._open[kind].append(index)
            self._points[index] = 1
        return index

    def _point(self, kind: EventType, owner: int) -> int:
        if kind not in ANCHORS:
            return 0
        self._points[owner] += 1
        return self._points[owner]

    def _chosen(self, kind: EventType, start: int, end: int) -> int:
        """Of several under way. Only here the ends of sliders are asked for, which costs their geometry."""
        beatmap, time_ms = self._beatmap, self._events[start].time
        candidates = self._open[OPENED_BY[kind]]
        columns = [value for told, value, _ in self._events[start:end] if told is EventType.COLUMN]
        if columns:
            in_column = [i for i in candidates if beatmap.column(beatmap.objects[i]) == columns[0]]
            candidates = in_column or candidates
        ends_ms: Callable[[int], float] = self._span_end if kind is EventType.LAST_ANCHOR else self._end
        if kind is EventType.LAST_ANCHOR and time_ms == told_ms(
            beatmap, self._objects[candidates[-1]].time_ms
        ):
            return candidates[-1]
        return min(reversed(candidates), key=lambda index: abs(ends_ms(index) - time_ms))

    @property
    def _objects(self) -> tuple[HitObject, ...]:
        return self._beatmap.objects

    def _end(self, index: int) -> float:
        return self._beatmap.end_ms(self._objects[index])

    def _span_end(self, index: int) -> float:
        obj = self._objects[index]
        spans = obj.span_count if isinstance(obj, Slider) else 1
        return obj.time_ms + (self._end(index) - obj.time_ms) / max(1, spans)


def head_of(obj: HitObject, mode: Mode) -> EventType:
    """What an object's first group is called."""
    taiko = mode is Mode.TAIKO
    if isinstance(obj, Circle):
        return EventType.CIRCLE
    if isinstance(obj, Slider):
        return EventType.DRUMROLL if taiko else EventType.SLIDER_HEAD
    if isinstance(obj, Hold):
        return EventType.HOLD_NOTE
    return EventType.DENDEN if taiko else EventType.SPINNER


def told_ms(beatmap: Beatmap, time_ms: float) -> int:
    """A time of a map's objects as the events tell it."""
    return whole_ms(round((time_ms - beatmap.offset_ms) * US_PER_MS))


def measure_place(beatmap: Beatmap, time_ms: float) -> int | None:
    """How far into its measure, in parts of a beat."""
    red = beatmap.timing.red_at(time_ms)
    if red is None:
        return None
    parts = round((time_ms - red.time_ms) / red.beat_ms * MEASURE_PARTS)
    return parts % (max(1, red.meter) * MEASURE_PARTS)


def _left_out(obj: HitObject, mode: Mode) -> bool:
    """A slider of too many points is in no model's words."""
    if mode is Mode.TAIKO or not isinstance(obj, Slider):
        return False
    return obj.path_text.count(":") + 1 > MOST_POINTS
