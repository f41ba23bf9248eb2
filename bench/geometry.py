"""What sliders, stacks, combos and snapping cost in the time of one save.

The map has 1,000 objects, 400 of them sliders, no two alike: a quarter arcs, a sixth lines, the rest beziers,
some of them long with red anchors. "First save" has nothing remembered; "moved" is the same map with every
slider at another place and time; "next save" is the same map again.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

from bench.report import Figure, Measured, command, median, percentile
from engine.beatmap.builder import MapBuilder, osu
from engine.beatmap.combos import number_combos
from engine.beatmap.curve import forget_curves, path_of
from engine.beatmap.objects import Slider
from engine.beatmap.slider import forget_shapes, shape
from engine.beatmap.snap import snap
from engine.beatmap.stacking import stack_heights

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.beatmap.beatmap import Beatmap

OBJECTS, SLIDERS = 1000, 400
BPM = 180
RUNS, RUNS_SHORT = 60, 15
ARCS, LINES, LONG = 0.25, 0.42, 0.55
"""Cumulative shares of slider kinds; what remains are beziers of three or four points."""


def map_of(shift_px: int = 0, shift_beats: int = 0) -> Beatmap:
    """The same sliders for every call, moved by so much."""
    dice = random.Random(7)
    beat_ms = 60_000 / BPM
    builder = osu().timing(BPM)
    for number in range(OBJECTS):
        at = int((number + shift_beats) * beat_ms / 2)
        x, y = dice.randrange(80, 400) + shift_px, dice.randrange(80, 300)
        if number * SLIDERS // OBJECTS != (number + 1) * SLIDERS // OBJECTS:
            builder = slider(builder, dice, at, x, y)
        else:
            builder = builder.circle(at, x, y, new_combo=number % 6 == 0)
    return builder.beatmap()


def slider(builder: MapBuilder, dice: random.Random, at: int, x: int, y: int) -> MapBuilder:
    def points(count: int) -> list[str]:
        return [f"{x + dice.randrange(-60, 60)}:{y + dice.randrange(-60, 60)}" for _ in range(count)]

    kind = dice.random()
    if kind < ARCS:
        path = "|".join(["P", *points(2)])
    elif kind < LINES:
        path = "|".join(["L", *points(1)])
    elif kind < LONG:
        anchors = [point for point in points(4) for _ in range(2)]
        path = "|".join(["B", *points(3), *anchors, *points(2)])
    else:
        path = "|".join(["B", *points(dice.choice([2, 3]))])
    length_px = path_of(path, x, y).length_px - dice.random()
    return builder.slider(at, path, length_px, x=x, y=y, spans=dice.choice([1, 1, 1, 2]))


def milliseconds(work: Callable[[], object]) -> float:
    """Of this thread's own time: nothing here waits, and other programs should not count."""
    before = time.thread_time()
    work()
    return (time.thread_time() - before) * 1000


def shapes(beatmap: Beatmap) -> None:
    """Past the beatmap's own memory of what it has computed."""
    difficulty, timing, version = beatmap.difficulty, beatmap.timing, beatmap.format_version
    for obj in beatmap.objects:
        if isinstance(obj, Slider):
            shape(obj, timing, difficulty.slider_multiplier, difficulty.slider_tick_rate, version)


def measure(short: bool) -> Measured:
    beatmap, moved = map_of(), map_of(shift_px=16, shift_beats=8)
    objects, timing = beatmap.objects, beatmap.timing
    first: list[float] = []
    shifted: list[float] = []
    again: list[float] = []
    stacks: list[float] = []
    combos: list[float] = []
    snaps: list[float] = []
    for _ in range(RUNS_SHORT if short else RUNS):
        forget_shapes()
        forget_curves()
        first.append(milliseconds(lambda: shapes(beatmap)))
        shifted.append(milliseconds(lambda: shapes(moved)))
        again.append(milliseconds(lambda: shapes(beatmap)))
        stacks.append(milliseconds(lambda: stack_heights(objects, beatmap.slider, 9, 0.7)))
        combos.append(milliseconds(lambda: number_combos(objects, 4, beatmap.mode)))
        snaps.append(milliseconds(lambda: [snap(timing, obj.time_ms) for obj in objects]))
    unsnapped = [obj.time_ms + 5 for obj in objects]
    off_grid = [milliseconds(lambda: [snap(timing, time_ms) for time_ms in unsnapped]) for _ in range(9)]
    return Measured(
        (
            Figure("shapes, first save, median", median(first), "ms", goal=40, floor=80),
            Figure("shapes, first save, p95", percentile(first, 95), "ms"),
            Figure("shapes, all moved, median", median(shifted), "ms", goal=20, floor=60),
            Figure("shapes, next save, median", median(again), "ms", goal=2, floor=6),
            Figure("stack heights, median", median(stacks), "ms", goal=8, floor=25),
            Figure("combo numbers, median", median(combos), "ms", goal=2, floor=6),
            Figure("snap, on the grid, median", median(snaps) * 1000 / OBJECTS, "us", goal=3, floor=8),
            Figure("snap, off the grid, median", median(off_grid) * 1000 / OBJECTS, "us", floor=60),
        ),
        notes=(f"{OBJECTS} objects, {SLIDERS} sliders, {len(first)} runs, the CPU time of the thread.",),
    )


main = command("geometry", "What sliders, stacks, combos and snapping cost in a save.", measure)

if __name__ == "__main__":
    main()
