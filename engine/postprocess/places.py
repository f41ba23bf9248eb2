"""Where things stand: places that were not said, near misses of earlier ones, and the edges of the screen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Final

from engine.tokens.events import EventType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.postprocess.sayings import Saying

WIDTH_PX, HEIGHT_PX = 512.0, 384.0
CENTRE_PX: Final = (256.0, 192.0)
SCREEN_PX: Final = (-67.0, -60.0, 579.0, 428.0)
"""Left, top, right, bottom of a 4:3 screen in osu! pixels (lazer's Verify)."""
RADIUS_AT_0_PX, RADIUS_PER_SIZE_PX = 54.42, 4.482
"""Of a circle by the map's circle size, with the game's rounding of old (ppy/osu)."""
MOST_CIRCLE_SIZE: Final = 10.0
NEAR_PX: Final = 3.8
"""Nearer than this, one place was meant (the models' own program's number)."""
NEAR_MS: Final = 1000
DIRECTIONS: Final = 500

PLACED: Final = frozenset(
    {
        EventType.CIRCLE,
        EventType.SLIDER_HEAD,
        EventType.BEZIER_ANCHOR,
        EventType.PERFECT_ANCHOR,
        EventType.CATMULL_ANCHOR,
        EventType.RED_ANCHOR,
        EventType.LAST_ANCHOR,
        EventType.SLIDER_END,
    }
)
"""What the next distance is measured from."""
CLICKED: Final = frozenset({EventType.CIRCLE, EventType.SLIDER_HEAD})
SNAPPED: Final = PLACED - {
    EventType.BEZIER_ANCHOR,
    EventType.PERFECT_ANCHOR,
    EventType.CATMULL_ANCHOR,
}
"""What is seen standing there: anchors that only bend a path are not."""


def snap_near_overlaps(said: Sequence[Saying]) -> int:
    """Puts what nearly covers a place of the last second exactly there; how often."""
    snapped = 0
    before: list[Saying] = []
    for saying in said:
        if saying.kind not in SNAPPED or saying.x is None or saying.y is None:
            continue
        before = [other for other in before if abs(saying.time_ms - other.time_ms) <= NEAR_MS]
        for other in before:
            if other.x is None or other.y is None:
                continue
            if math.hypot(saying.x - other.x, saying.y - other.y) < NEAR_PX:
                snapped += (saying.x, saying.y) != (other.x, other.y)
                saying.x, saying.y = other.x, other.y
                break
        before.append(saying)
    return snapped


def fill_places(said: Sequence[Saying], seed: int) -> list[int]:
    """Gives a place to what has none: as far from the one before as was said, in a direction that stays on
    the playfield, or where the one before stands. The same places for the same seed. Gives when they begin.
    """
    chance, last = Random(seed), CENTRE_PX
    filled: list[int] = []
    for saying in said:
        if saying.x is None or saying.y is None:
            filled += [saying.time_ms] if saying.kind in CLICKED else []
            saying.x, saying.y = _somewhere(last, saying.distance_px, chance)
        if saying.kind in PLACED:
            last = (saying.x, saying.y)
        elif saying.kind is EventType.SPINNER_END:
            last = CENTRE_PX
    return filled


def _somewhere(last: tuple[float, float], distance_px: int | None, chance: Random) -> tuple[float, float]:
    if not distance_px:
        return last
    turns = (step * math.tau / DIRECTIONS for step in range(DIRECTIONS))
    around = [
        (last[0] + distance_px * math.cos(turn), last[1] + distance_px * math.sin(turn)) for turn in turns
    ]
    inside = [(x, y) for x, y in around if 0 <= x <= WIDTH_PX and 0 <= y <= HEIGHT_PX]
    if inside:
        return chance.choice(inside)
    # Farther than any place: the corner farthest away comes nearest to it.
    return (0.0 if last[0] > WIDTH_PX / 2 else WIDTH_PX, 0.0 if last[1] > HEIGHT_PX / 2 else HEIGHT_PX)


@dataclass(frozen=True, slots=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def of_screen(cls, circle_size: float) -> Box:
        """Where the centre of a circle may be for all of it to be seen."""
        size = min(max(0.0, circle_size), MOST_CIRCLE_SIZE)
        radius = RADIUS_AT_0_PX - RADIUS_PER_SIZE_PX * size
        left, top, right, bottom = SCREEN_PX
        return cls(
            math.ceil(left + radius),
            math.ceil(top + radius),
            math.floor(right - radius),
            math.floor(bottom - radius),
        )

    def on_playfield(self) -> Box:
        """What of it is on the playfield: where something may be clicked."""
        return Box(
            max(0.0, self.left), max(0.0, self.top), min(WIDTH_PX, self.right), min(HEIGHT_PX, self.bottom)
        )

    def nearest(self, x: float, y: float) -> tuple[float, float]:
        return min(max(self.left, x), self.right), min(max(self.top, y), self.bottom)

    def holds(self, x: float, y: float) -> bool:
        return self.left <= x <= self.right and self.top <= y <= self.bottom
