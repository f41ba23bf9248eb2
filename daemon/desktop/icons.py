"""The tray icon, drawn for the size it is shown at.

Each state has a shape of its own, so that it can be told apart in grey: a ring (idle), three dots (working),
an exclamation mark (problems), two bars (paused). A plate behind it keeps it visible on light and dark bars.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GRID: Final = 16
"""Shapes are laid out on 16 x 16 cells: whole pixels at 16, 32, 48 and 64."""
SUPERSAMPLING: Final = 8
SIZES_PX: Final = (16, 20, 24, 32, 48, 64)

Box = tuple[float, float, float, float]


class TrayState(StrEnum):
    IDLE = "idle"
    WORKING = "working"
    PROBLEMS = "problems"
    PAUSED = "paused"


PLATES: Final = {
    TrayState.IDLE: "#23304a",
    TrayState.WORKING: "#1f5f8b",
    TrayState.PROBLEMS: "#b3261e",
    TrayState.PAUSED: "#5b5f66",
}
INK: Final = "#ffffff"


class _Pen:
    """Draws in grid cells on a canvas several times the final size."""

    def __init__(self, draw: ImageDraw.ImageDraw, size_px: int) -> None:
        self._draw = draw
        self._size_px = size_px

    def _exact(self, cells: float) -> float:
        return cells * self._size_px * SUPERSAMPLING / GRID

    def _whole(self, cells: float) -> int:
        """The nearest whole pixel of the final picture: straight edges stay sharp at 20 and 24 px too."""
        return round(cells * self._size_px / GRID) * SUPERSAMPLING

    def bar(self, box: Box) -> None:
        left, top, right, bottom = map(self._whole, box)
        self._draw.rectangle((left, top, right - 1, bottom - 1), fill=INK)

    def disc(self, x: float, y: float, radius: float, colour: str = INK) -> None:
        left, top = self._exact(x - radius), self._exact(y - radius)
        right, bottom = self._exact(x + radius) - 1, self._exact(y + radius) - 1
        self._draw.ellipse((left, top, right, bottom), fill=colour)

    def plate(self, colour: str) -> None:
        edge = self._exact(GRID) - 1
        self._draw.rounded_rectangle((0, 0, edge, edge), radius=self._exact(3), fill=colour)


def _ring(pen: _Pen) -> None:
    pen.disc(8, 8, 5.5)
    pen.disc(8, 8, 3.5, PLATES[TrayState.IDLE])
    pen.disc(8, 8, 1.25)


def _dots(pen: _Pen) -> None:
    for x in (3.5, 8, 12.5):
        pen.disc(x, 8, 1.6)


def _exclamation(pen: _Pen) -> None:
    pen.bar((7, 2, 9, 10))
    pen.bar((7, 12, 9, 14))


def _two_bars(pen: _Pen) -> None:
    pen.bar((4, 4, 7, 12))
    pen.bar((9, 4, 12, 12))


SHAPES: Final[dict[TrayState, Callable[[_Pen], None]]] = {
    TrayState.IDLE: _ring,
    TrayState.WORKING: _dots,
    TrayState.PROBLEMS: _exclamation,
    TrayState.PAUSED: _two_bars,
}


def draw_icon(state: TrayState, size_px: int = 64) -> Image.Image:
    canvas_px = size_px * SUPERSAMPLING
    canvas = Image.new("RGBA", (canvas_px, canvas_px))
    pen = _Pen(ImageDraw.Draw(canvas), size_px)
    pen.plate(PLATES[state])
    SHAPES[state](pen)
    return canvas.resize((size_px, size_px), Image.Resampling.BOX)


def write_ico(path: Path) -> None:
    """The idle icon for places that want a file: a Windows notification takes nothing but .ico."""
    sizes = [(size_px, size_px) for size_px in SIZES_PX]
    largest = draw_icon(TrayState.IDLE, SIZES_PX[-1])
    others = [draw_icon(TrayState.IDLE, size_px) for size_px in SIZES_PX[:-1]]
    largest.save(path, format="ICO", sizes=sizes, append_images=others)
