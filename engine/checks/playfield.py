"""How large a circle is, how far stacking moves it, and where a 4:3 screen ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.checks.thresholds import SCREEN_BOTTOM_PX, SCREEN_LEFT_PX, SCREEN_RIGHT_PX, SCREEN_TOP_PX

if TYPE_CHECKING:
    from engine.beatmap.beatmap import Beatmap

# ppy/osu: a circle of size 5 is 64 px wide; the last factor is a rounding of old that the game keeps.
RADIUS_AT_0_PX = 54.4
RADIUS_PER_SIZE_PX = 4.48
RADIUS_ROUNDING = 1.00041
STACK_STEP_PER_RADIUS = 0.1


def circle_radius_px(circle_size: float) -> float:
    return (RADIUS_AT_0_PX - RADIUS_PER_SIZE_PX * circle_size) * RADIUS_ROUNDING


def stack_step_px(circle_size: float) -> float:
    """How far up and to the left each object of a stack lies from the one above it."""
    return circle_radius_px(circle_size) * STACK_STEP_PER_RADIUS


@dataclass(frozen=True, slots=True)
class Screen:
    """Where the centre of a circle may be for all of it to be seen."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def of(cls, beatmap: Beatmap) -> Screen:
        radius = circle_radius_px(beatmap.difficulty.circle_size)
        return cls(
            SCREEN_LEFT_PX.value + radius,
            SCREEN_TOP_PX.value + radius,
            SCREEN_RIGHT_PX.value - radius,
            SCREEN_BOTTOM_PX.value - radius,
        )

    def margin_px(self, x: float, y: float) -> float:
        """How far inside the nearest edge; negative outside."""
        return min(x - self.left, self.right - x, y - self.top, self.bottom - y)

    def nearest_edge(self, x: float, y: float) -> str:
        margins = {
            x - self.left: "left",
            self.right - x: "right",
            y - self.top: "top",
            self.bottom - y: "bottom",
        }
        return margins[min(margins)]
