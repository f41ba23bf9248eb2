"""A map's events as the points that the diffusion model moves, and its answer back into events.

A point is a circle, a spinner's start or end, a slider's head, anchor or end. Times, distances and kinds of
points are what the model is told; positions are what it starts from and changes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import torch

from engine.beatmap.control_path import PathKind
from engine.diffusion.model import waves
from engine.diffusion.slider_ends import SliderEnd
from engine.tokens.events import Event, EventType
from engine.tokens.retiming import TIMED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor

    from engine.beatmap.timing import Timing

PLAYFIELD_PX: Final = (512.0, 384.0)
CENTRE_PX: Final = (256.0, 192.0)
CONTEXT_WAVES: Final = 128
WAVES_PER_MS: Final = 0.1
KINDS: Final = 16
VELOCITY_UNIT: Final = 100
"""SCROLL_SPEED events tell hundredths."""
PX_PER_BEAT: Final = 100.0
"""Of a slider with multiplier 1 and velocity 1."""

NEW_COMBO_NEXT: Final = frozenset({EventType.CIRCLE, EventType.SLIDER_HEAD})
"""The kind after theirs is the same with a new combo."""
KIND_OF: Final = {
    EventType.CIRCLE: 0,
    EventType.SPINNER: 2,
    EventType.SPINNER_END: 3,
    EventType.SLIDER_HEAD: 4,
    EventType.BEZIER_ANCHOR: 6,
    EventType.PERFECT_ANCHOR: 7,
    EventType.CATMULL_ANCHOR: 8,
    EventType.RED_ANCHOR: 9,
    EventType.LAST_ANCHOR: 10,
    EventType.SLIDER_END: 11,
}
"""SLIDER_END has five: one to three spans, then even and odd numbers of them."""
FIRST_UNCOUNTED_SPANS: Final = 4
TELLS_PLACE: Final = frozenset({EventType.DISTANCE, EventType.POSITION_X, EventType.POSITION_Y})
PATH_KINDS: Final = {EventType.PERFECT_ANCHOR: PathKind.PERFECT, EventType.CATMULL_ANCHOR: PathKind.CATMULL}
ANCHORS: Final = frozenset(
    {
        EventType.SLIDER_HEAD,
        EventType.BEZIER_ANCHOR,
        EventType.PERFECT_ANCHOR,
        EventType.CATMULL_ANCHOR,
        EventType.RED_ANCHOR,
        EventType.LAST_ANCHOR,
    }
)
ENDS_A_GROUP: Final = TIMED | ANCHORS
"""The events that say what a group of events is about."""


@dataclass(frozen=True, slots=True)
class PointSequence:
    positions: Tensor
    """[2, N]: the playfield is [-1, 1]."""
    times_ms: Tensor
    """[N]"""
    context: Tensor
    """[272, N]: waves of the time, waves of the distance to the point before, the kind of point."""
    sliders: tuple[SliderEnd, ...] = ()
    point_of_event: tuple[int, ...] = ()
    """By event, the point it belongs to."""

    def __len__(self) -> int:
        return self.positions.shape[1]


@dataclass(slots=True)
class _Point:
    type: EventType
    time_ms: int
    x: float | None = None
    y: float | None = None
    distance: float | None = None
    new_combo: bool = False
    velocity: float | None = None


def to_pixels(positions: Tensor) -> Tensor:
    """[2, N] from [-1, 1] to the playfield's pixels."""
    return (positions + 1) / 2 * _playfield(positions)


def from_pixels(pixels: Tensor) -> Tensor:
    return pixels / _playfield(pixels) * 2 - 1


def _playfield(like: Tensor) -> Tensor:
    return torch.tensor(PLAYFIELD_PX, device=like.device)[:, None]


def points_of(
    events: Sequence[Event],
    *,
    types_first: bool,
    timing: Timing | None = None,
    slider_multiplier: float = 1.4,
) -> PointSequence:
    """Of events whose x and y are told apart; with `timing`, slider ends follow from anchors and velocity.

    What is not told is taken as the middle of the playfield; a coordinate or a distance of 0 is told.
    """
    points, point_of_event = _grouped(events, types_first=types_first)
    if not points:
        return PointSequence(torch.zeros(2, 0), torch.zeros(0), torch.zeros(2 * CONTEXT_WAVES + KINDS, 0))
    places = [CENTRE_PX if point.x is None or point.y is None else (point.x, point.y) for point in points]
    before = [CENTRE_PX, *places]
    distances = [
        math.dist(at, last) if point.distance is None else point.distance
        for point, at, last in zip(points, places, before, strict=False)
    ]
    times = torch.tensor([float(point.time_ms) for point in points])
    kinds = torch.zeros(len(points), KINDS)
    kinds[torch.arange(len(points)), list(_kinds(points))] = 1
    told = [waves(times * WAVES_PER_MS, CONTEXT_WAVES), waves(torch.tensor(distances), CONTEXT_WAVES), kinds]
    sliders = () if timing is None else tuple(_slider_ends(points, timing, slider_multiplier))
    return PointSequence(
        positions=from_pixels(torch.tensor(places).T),
        times_ms=times,
        context=torch.cat(told, dim=1).T.contiguous(),
        sliders=sliders,
        point_of_event=point_of_event,
    )


def _grouped(events: Sequence[Event], *, types_first: bool) -> tuple[list[_Point], tuple[int, ...]]:
    """The points, and for each event the one it is about; what is about none counts to the next one."""
    points: list[_Point] = []
    of_event = [0] * len(events)
    waiting: list[int] = []
    for group in _groups(events, types_first=types_first):
        waiting += group
        point = _told([events[index] for index in group])
        if point is not None:
            for index in waiting:
                of_event[index] = len(points)
            points.append(point)
            waiting = []
    for index in waiting:
        of_event[index] = max(0, len(points) - 1)
    return points, tuple(of_event)


def _groups(events: Sequence[Event], *, types_first: bool) -> Iterator[list[int]]:
    """Runs of indices that each hold one event of a type that makes a group, opening or closing it."""
    group: list[int] = []
    typed = False
    for index, event in enumerate(events):
        if event.type in ENDS_A_GROUP:
            if types_first and typed:
                yield group
                group = []
            typed = True
        group.append(index)
        if event.type in ENDS_A_GROUP and not types_first:
            yield group
            group = []
    if group:
        yield group


def _told(events: Sequence[Event]) -> _Point | None:
    """What a group says about its point; None if it is about something else."""
    point = None
    told: dict[EventType, int] = {}
    for event in events:
        told[event.type] = event.value
        if event.type in KIND_OF:
            point = _Point(event.type, event.time)
    if point is None:
        return None
    point.x = told.get(EventType.POSITION_X)
    point.y = told.get(EventType.POSITION_Y)
    point.distance = told.get(EventType.DISTANCE)
    point.new_combo = EventType.NEW_COMBO in told
    velocity = told.get(EventType.SCROLL_SPEED)
    point.velocity = None if velocity is None else velocity / VELOCITY_UNIT
    return point


def _kinds(points: Sequence[_Point]) -> Iterator[int]:
    head_ms = last_anchor_ms = 0
    for point in points:
        kind = KIND_OF[point.type]
        if point.type is EventType.SLIDER_HEAD:
            head_ms = point.time_ms
        elif point.type is EventType.LAST_ANCHOR:
            last_anchor_ms = point.time_ms
        if point.type is EventType.SLIDER_END:
            kind += _kind_of_end(last_anchor_ms - head_ms, point.time_ms - head_ms)
        elif point.type in NEW_COMBO_NEXT and point.new_combo:
            kind += 1
        yield kind


def _kind_of_end(span_ms: int, duration_ms: int) -> int:
    spans = max(1, round(duration_ms / span_ms)) if span_ms > 0 else 1
    if spans < FIRST_UNCOUNTED_SPANS:
        return spans - 1
    return FIRST_UNCOUNTED_SPANS - 1 + spans % 2


def _slider_ends(points: Sequence[_Point], timing: Timing, slider_multiplier: float) -> Iterator[SliderEnd]:
    anchors: list[int] = []
    last_anchor_ms: int | None = None
    for index, point in enumerate(points):
        if point.type is EventType.SLIDER_HEAD:
            anchors, last_anchor_ms = [], None
        if point.type in ANCHORS:
            anchors += [index] * (2 if point.type is EventType.RED_ANCHOR else 1)
        if point.type is EventType.LAST_ANCHOR:
            last_anchor_ms = point.time_ms
        if point.type is not EventType.SLIDER_END:
            continue
        head = points[anchors[0]] if anchors else None
        if last_anchor_ms is not None and head and head.type is EventType.SLIDER_HEAD and head.velocity:
            kind = PATH_KINDS.get(points[anchors[1]].type, PathKind.BEZIER)
            beats = (last_anchor_ms - head.time_ms) / timing.beat_length_at(head.time_ms)
            length_px = head.velocity * slider_multiplier * PX_PER_BEAT * beats
            yield SliderEnd(tuple(anchors), index, kind, length_px)
        anchors, last_anchor_ms = [], None


def with_positions(events: Sequence[Event], sequence: PointSequence, positions: Tensor) -> list[Event]:
    """The events with whole pixels out of [2, N] positions, where they tell a distance or a position."""
    if not len(sequence):
        return list(events)
    pixels = [(round(x), round(y)) for x, y in to_pixels(positions.cpu()).T.tolist()]
    placed: list[Event] = []
    for index, event in enumerate(events):
        if event.type not in TELLS_PLACE:
            placed.append(event)
            continue
        x, y = pixels[sequence.point_of_event[index]]
        if event.type is not EventType.POSITION_Y:
            placed.append(Event(EventType.POSITION_X, x, event.time))
        if event.type is not EventType.POSITION_X:
            placed.append(Event(EventType.POSITION_Y, y, event.time))
    return placed
