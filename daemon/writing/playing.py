"""A stretch of a map as the preview plays it: where each object stands, when, and how it sounds. Pure; for a
thread, as a map may have thousands of sliders.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daemon.writing.shown import Played, PlayedObject
from engine.beatmap.combos import number_combos
from engine.beatmap.objects import Circle, Hold, Mode, SampleSet, Slider, Spinner
from engine.beatmap.stacking import stack_offset_px

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.combos import Combo
    from engine.beatmap.document import Document
    from engine.beatmap.objects import HitObject

AROUND_MS: Final = 2_500.0
"""Heard on either side of the section: how it follows from what precedes it is half of what it is."""
MOST_POINTS: Final = 96
"""Of a slider's path: finer than that no screen shows it."""
GAME_COLOURS: Final = ("#ffc000", "#00ca00", "#127cff", "#f21839")
"""Of a map that names none (ppy/osu, the default skin)."""
CENTRE: Final = (256.0, 192.0)


def played(document: Document, before: Document | None, section: tuple[float, float], *, song: str) -> Played:
    """`before`: the map as it is, for a map with a candidate in it; None: this is it."""
    beatmap = document.beatmap
    start_ms, end_ms = section[0] - AROUND_MS, section[1] + AROUND_MS
    known = _lines_in(before, section) if before is not None else None
    combos = _combos(beatmap)
    objects = tuple(
        _object(beatmap, index, obj, combos[index], is_new=_is_new(document, obj, section, known))
        for index, obj in enumerate(beatmap.objects)
        if obj.time_ms < end_ms and beatmap.end_ms(obj) >= start_ms
    )
    difficulty = beatmap.difficulty
    return Played(
        mode=beatmap.mode.name.lower(),
        start_ms=start_ms,
        end_ms=end_ms,
        section_start_ms=section[0],
        section_end_ms=section[1],
        cs=difficulty.circle_size,
        ar=difficulty.approach_rate,
        keys=max(1, round(difficulty.circle_size)) if beatmap.mode is Mode.MANIA else 0,
        colours=tuple(f"#{each.r:02x}{each.g:02x}{each.b:02x}" for each in beatmap.colours.combo)
        or GAME_COLOURS,
        song=song,
        beats=_beats(beatmap, start_ms, end_ms),
        objects=objects,
    )


def _combos(beatmap: Beatmap) -> Sequence[Combo]:
    if beatmap.colours.combo:
        return beatmap.combos
    ends_ms = [each.end_ms for each in beatmap.events.breaks]
    return number_combos(beatmap.objects, len(GAME_COLOURS), beatmap.mode, ends_ms)


def _beats(beatmap: Beatmap, start_ms: float, end_ms: float) -> tuple[tuple[float, float, float], ...]:
    ruling = beatmap.timing.red_at(start_ms)
    return tuple(
        (red.time_ms, red.beat_ms, float(red.meter))
        for red in beatmap.timing.red
        if red is ruling or start_ms < red.time_ms < end_ms
    )


def _lines_in(document: Document, section: tuple[float, float]) -> frozenset[bytes]:
    return frozenset(
        document.lines[obj.line].rstrip()
        for obj in document.beatmap.objects
        if section[0] <= obj.time_ms < section[1]
    )


def _is_new(
    document: Document, obj: HitObject, section: tuple[float, float], known: frozenset[bytes] | None
) -> bool:
    if known is None or not section[0] <= obj.time_ms < section[1]:
        return False
    return document.lines[obj.line].rstrip() not in known


def _object(beatmap: Beatmap, index: int, obj: HitObject, combo: Combo, *, is_new: bool) -> PlayedObject:
    timing = beatmap.timing
    by_px = stack_offset_px(beatmap.stack_heights[index], beatmap.difficulty.circle_size)
    x, y = CENTRE if isinstance(obj, Spinner) else (obj.x + by_px, obj.y + by_px)
    set_ = obj.sample.normal_set or timing.sample_set_at(obj.time_ms) or SampleSet.NORMAL
    return PlayedObject(
        kind=_KINDS[type(obj)],
        time_ms=obj.time_ms,
        end_ms=beatmap.end_ms(obj),
        x=x,
        y=y,
        path=_path(beatmap, obj, by_px) if isinstance(obj, Slider) else (),
        spans=beatmap.slider(obj).span_count if isinstance(obj, Slider) else 1,
        combo=combo.number,
        colour=combo.colour_index,
        column=beatmap.column(obj) if beatmap.mode is Mode.MANIA else 0,
        hitsound=int(obj.hitsound),
        sample_set=SampleSet(set_).name.lower(),
        volume=obj.sample.volume_percent or timing.volume_at(obj.time_ms),
        velocity=timing.velocity_at(obj.time_ms),
        is_new=is_new,
    )


_KINDS: Final = {Circle: "circle", Slider: "slider", Spinner: "spinner", Hold: "hold"}


def _path(beatmap: Beatmap, slider: Slider, by_px: float) -> tuple[tuple[float, float], ...]:
    path = beatmap.slider(slider).path
    points = path.points
    if len(points) > MOST_POINTS:
        step_px = path.length_px / (MOST_POINTS - 1)
        points = tuple(path.position_at_px(number * step_px) for number in range(MOST_POINTS))
    return tuple((x + by_px, y + by_px) for x, y in points)
