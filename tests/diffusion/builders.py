"""Small maps as events, and a small model, for what golden runs do not ask."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch

from engine.diffusion.model import CoordinateDiT, DiffusionSpec
from engine.diffusion.sequence import PointSequence, points_of
from engine.tokens.events import Event, EventType

CONTEXT = 272
SPEC = DiffusionSpec(width=32, layers=1, heads=2, feed_forward=64, context=CONTEXT, classes=8)


@dataclass(slots=True)
class Said:
    """Events of groups that open with their type: `Said().circle(1000, x=0, y=192).events`."""

    events: list[Event] = field(default_factory=list)

    def group(self, kind: EventType, at: int, **told: int | None) -> Said:
        self.events += [Event(kind, 0, at), Event(EventType.TIME_SHIFT, at, at)]
        named = {
            "distance": EventType.DISTANCE,
            "x": EventType.POSITION_X,
            "y": EventType.POSITION_Y,
            "velocity": EventType.SCROLL_SPEED,
        }
        self.events += [Event(named[name], value, at) for name, value in told.items() if value is not None]
        return self

    def circle(self, at: int, **told: int | None) -> Said:
        return self.group(EventType.CIRCLE, at, **told)

    def points(self) -> PointSequence:
        return points_of(self.events, types_first=True)


def small_model() -> CoordinateDiT:
    """With weights that move points."""
    torch.manual_seed(3)
    return CoordinateDiT(SPEC).eval().requires_grad_(requires_grad=False)


def some_points(count: int, step_ms: int = 100) -> PointSequence:
    said = Said()
    for index in range(count):
        said.circle(index * step_ms, x=(index * 97) % 512, y=(index * 61) % 384)
    return said.points()
