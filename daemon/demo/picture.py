"""The demo's background: an evening sky over hills, with approach circles for stars. Drawn, not painted."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw, ImageFilter

if TYPE_CHECKING:
    from pathlib import Path

WIDTH_PX: Final = 1280
HEIGHT_PX: Final = 720
SKY_TOP, SKY_HORIZON = (24, 28, 62), (244, 148, 120)
RINGS: Final = 14
HILLS: Final = ((0.62, 46, (88, 58, 104)), (0.74, 60, (56, 42, 84)), (0.86, 42, (30, 26, 58)))
"""How far down, how high, and the colour of each range, the farthest first."""
JPEG_QUALITY: Final = 88


def draw_background() -> Image.Image:
    picture = _sky()
    picture = Image.alpha_composite(picture.convert("RGBA"), _rings())
    draw = ImageDraw.Draw(picture)
    for number, (down, high, colour) in enumerate(HILLS):
        draw.polygon(_ridge(number, down * HEIGHT_PX, high), fill=colour)
    return picture.convert("RGB")


def write_background(path: Path) -> None:
    draw_background().save(path, format="JPEG", quality=JPEG_QUALITY)


def _sky() -> Image.Image:
    """A column of one pixel, stretched: the gradient costs 720 pixels."""
    column = Image.new("RGB", (1, HEIGHT_PX))
    for y in range(HEIGHT_PX):
        share = (y / HEIGHT_PX) ** 1.6
        low, high = SKY_TOP, SKY_HORIZON
        column.putpixel((0, y), tuple(round(a + (b - a) * share) for a, b in zip(low, high, strict=True)))
    return column.resize((WIDTH_PX, HEIGHT_PX))


def _rings() -> Image.Image:
    source = random.Random(150)
    layer = Image.new("RGBA", (WIDTH_PX, HEIGHT_PX))
    draw = ImageDraw.Draw(layer)
    for _ in range(RINGS):
        x, y = source.uniform(40, WIDTH_PX - 40), source.uniform(30, HEIGHT_PX * 0.5)
        radius = source.uniform(8, 34)
        for share, alpha in ((1.0, 60), (0.6, 190)):
            r = radius * share
            draw.ellipse((x - r, y - r, x + r, y + r), outline=(255, 240, 220, alpha), width=2)
    return layer.filter(ImageFilter.GaussianBlur(0.7))


def _ridge(number: int, top_px: float, high_px: float) -> list[tuple[float, float]]:
    """Two waves of different length make a skyline."""
    line = [
        (
            float(x),
            top_px - high_px * (math.sin(x / 170 + number * 2.1) + 0.5 * math.sin(x / 61 + number)) / 1.5,
        )
        for x in range(0, WIDTH_PX + 8, 8)
    ]
    return [*line, (float(WIDTH_PX), float(HEIGHT_PX)), (0.0, float(HEIGHT_PX))]
