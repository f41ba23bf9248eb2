"""Where objects stand, told to a few pixels: what a model wrote on a coarse grid, V28's and V29's 32 px, goes
through the diffusion model, which starts from there.

    before, after = around(map_events(beatmap, exactly(grammar)), start_ms, end_ms, types_first=True)
    events = yield from refined(events, timing, diffusion, types_first=True, ..., before=before, after=after)

Of a section only its own objects move; those around it stand where the map has them, and the model sees them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from engine.diffusion.sample import TRAINED_POINTS, Settings, normal_noise, place
from engine.diffusion.sequence import points_of, with_positions
from engine.jobs import Progress
from engine.tokens.events import NO_EVENTS, Events, EventType
from engine.tokens.retiming import timed
from engine.tokens.told import told_objects

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from torch import Tensor

    from engine.beatmap.timing import Timing
    from engine.diffusion.classes import Style
    from engine.diffusion.load import Diffusion
    from engine.diffusion.sequence import PointSequence
    from engine.tokens.events import Event, Ints
    from engine.tokens.grammar import Grammar


def exactly(grammar: Grammar) -> Grammar:
    """The same language with places in pixels: for a map that is there already."""
    return replace(grammar, position_px=1, split_axes=True, refinement_px=None)


def around(
    events: Iterable[Event], start_ms: float, end_ms: float, *, types_first: bool
) -> tuple[Events, Events]:
    """Of a map's events those of the objects that begin before the section, and from its end on: as many of
    the nearest as its points look at. More would only be felt through others that stay where they are.
    """
    told = Events.of(events)
    objects = told_objects(told, types_first=types_first)
    starts_ms = np.array([obj.start_ms for obj in objects.objects])
    opens = objects.starts == np.arange(len(told))
    points = np.bincount(objects.owners[opens & (objects.owners >= 0)], minlength=len(starts_ms))
    before, after = np.flatnonzero(starts_ms < start_ms)[::-1], np.flatnonzero(starts_ms >= end_ms)
    first, second = (np.isin(objects.owners, _nearest(each, points)) for each in (before, after))
    return told.at(first), told.at(second)


def _nearest(objects: Ints, points: Ints) -> Ints:
    """The first of them, until they have as many points as one of the model's looks at."""
    counted = np.cumsum(points[objects]) - points[objects]
    return objects[counted < TRAINED_POINTS]


def refined(
    events: Iterable[Event],
    timing: Timing,
    diffusion: Diffusion,
    *,
    types_first: bool,
    slider_multiplier: float,
    style: Style,
    seed: int,
    unwanted: tuple[str, ...] = (),
    before: Events = NO_EVENTS,
    after: Events = NO_EVENTS,
    settings: Settings | None = None,
) -> Generator[Progress, None, Events]:
    """The events with whole pixels for places, told as x and y alone, and each at the time it tells; nothing
    else of them changes. The same seed leads to the same places on the same device.

    `events`: of osu! or osu!catch, places in pixels, times on the grid: the length of a slider follows from
    them. `unwanted`: descriptors that guidance goes away from. `before`, `after`: see `around`.
    """
    # Put on the grid, events still say when they were heard; a slider is as long as it lasts.
    told = timed([(kind, value) for kind, value, _ in events], types_first=types_first)
    whole = before + told + after
    points = points_of(whole, types_first=types_first, timing=timing, slider_multiplier=slider_multiplier)
    section = _Section(points, len(before), len(told))
    styles = (diffusion.classes.vector(style), diffusion.classes.vector(style.opposite(unwanted)))
    steps = place(diffusion.model, section.points, styles, normal_noise(seed), settings, moves=section.moves)
    while True:
        try:
            step = next(steps)
        except StopIteration as done:
            return section.placed(told, done.value)
        yield Progress(step.step, step.of, "placing objects")


@dataclass(frozen=True, slots=True, eq=False)
class _Section:
    whole: PointSequence
    first: int
    """The event it begins with."""
    count: int
    """Events."""

    @property
    def points(self) -> PointSequence:
        """Without the sliders around, whose ends stay where they are."""
        moves = self.moves
        return replace(
            self.whole, sliders=tuple(slider for slider in self.whole.sliders if moves[slider.end])
        )

    @property
    def moves(self) -> Tensor:
        """[N]"""
        moves = torch.zeros(len(self.whole), dtype=torch.bool)
        moves[list(self._point_of_event)] = True
        return moves

    @property
    def _point_of_event(self) -> tuple[int, ...]:
        return self.whole.point_of_event[self.first : self.first + self.count]

    def placed(self, events: Events, positions: Tensor) -> Events:
        """A distance that was told beside a place is no longer true."""
        told = np.append(events.types, np.uint8(0))
        stale = (told[:-1] == EventType.DISTANCE) & np.isin(
            told[1:], np.array([EventType.POSITION_X, EventType.POSITION_Y], np.uint8)
        )
        kept = np.flatnonzero(~stale)
        of_event = self._point_of_event
        sequence = replace(self.whole, point_of_event=tuple(of_event[index] for index in kept.tolist()))
        return Events.of(with_positions(events.at(kept), sequence, positions))
