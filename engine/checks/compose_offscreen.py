"""What reaches past the edges of a 4:3 screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.beatmap.objects import Circle, Mode, Slider
from engine.checks.check import Category, Check, Finding, Severity, Song
from engine.checks.playfield import Screen, stack_step_px
from engine.checks.thresholds import OFFSCREEN_EXTREME_PX
from engine.checks.wording import pixels, strength

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.beatmap.beatmap import Beatmap


def find_offscreen(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    screen = Screen.of(beatmap)
    step_px = stack_step_px(beatmap.difficulty.circle_size)
    for index, (obj, height) in enumerate(zip(beatmap.objects, beatmap.stack_heights, strict=True)):
        shift_px = -height * step_px
        x, y = obj.x + shift_px, obj.y + shift_px
        if not isinstance(obj, Circle | Slider):
            continue
        margin_px = screen.margin_px(x, y)
        if margin_px < 0:
            variant, what = (
                ("circle", "circle") if isinstance(obj, Circle) else ("slider-head", "slider head")
            )
            yield _offscreen(index, variant, what, obj.time_ms, -margin_px, screen.nearest_edge(x, y))
        elif isinstance(obj, Slider):
            yield from _slider_offscreen(beatmap, screen, index, obj, shift_px)


def _slider_offscreen(
    beatmap: Beatmap, screen: Screen, index: int, slider: Slider, shift_px: float
) -> Iterator[Finding]:
    """The point of the body that is farthest out, if it is out at all."""
    shape = beatmap.slider(slider)
    curve = shape.path.curve
    x, y = slider.x + shift_px, slider.y + shift_px
    if screen.margin_px(x, y) >= curve.reach_px:
        return  # no point is as far from the head as the nearest edge
    points = curve.points
    margins = [screen.margin_px(x + point.real, y + point.imag) for point in points]
    margin_px = min(margins)
    if margin_px >= 0:
        return
    worst = margins.index(margin_px)
    at_end = worst == len(points) - 1
    share = curve.distances_px[worst] / shape.length_px if shape.length_px else 0.0
    edge = screen.nearest_edge(x + points[worst].real, y + points[worst].imag)
    yield _offscreen(
        index,
        "slider-end" if at_end else "slider-body",
        "slider end" if at_end else "slider body",
        slider.time_ms + share * shape.span_ms,
        -margin_px,
        edge,
    )


def _offscreen(index: int, variant: str, what: str, time_ms: float, beyond_px: float, edge: str) -> Finding:
    return Finding(
        "offscreen-objects",
        variant,
        Severity.PROBLEM,
        f"This {what} reaches {pixels(beyond_px)} past the {edge} edge of a 4:3 screen.",
        time_ms=time_ms,
        objects=(index,),
        strength=strength(beyond_px, harmless=0, worst=OFFSCREEN_EXTREME_PX.value),
    )


OFFSCREEN_OBJECTS = Check(
    id="offscreen-objects",
    category=Category.COMPOSE,
    title="Objects off the screen",
    purpose="Finds circles and sliders of which a part lies outside a 4:3 screen.",
    reasoning=(
        "What is cut off by the edge cannot be read. The ranking criteria forbid objects that are even "
        "partly off the screen, measured on 4:3, the narrowest one in use, so it may look fine on yours. "
        "The radius of the object, the offset of its stack and the body of a slider all count."
    ),
    severities=(Severity.PROBLEM,),
    find=find_offscreen,
    modes=frozenset({Mode.OSU}),
)

CHECKS: tuple[Check, ...] = (OFFSCREEN_OBJECTS,)
