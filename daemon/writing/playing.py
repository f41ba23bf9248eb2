"""A stretch of a map as the preview plays it: where each object stands, when, and how it sounds. Pure; for a
thread, as a map may have thousands of sliders.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from daemon.combo_colours import colours_of, combos_of
from daemon.writing.shown import Played, PlayedObject
from engine.beatmap.objects import Circle, Hold, Mode, SampleSet, Slider, Spinner
from engine.beatmap.slider import NestedKind
from engine.beatmap.stacking import stack_offset_px

if TYPE_CHECKING:
    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.combos import Combo
    from engine.beatmap.document import Document
    from engine.beatmap.objects import HitObject

AROUND_MS: Final = 2_500.0
"""Heard on either side of the section: how it follows from what precedes it is half of what it is."""
MOST_POINTS: Final = 96
"""Of a slider's path: finer than that no screen shows it."""
MOST_SPANS, MOST_NESTED = 500, 2_000
"""Of one slider: more than that is noise, and some maps make it on purpose."""
CENTRE: Final = (256.0, 192.0)


def played(document: Document, before: Document | None, section: tuple[float, float], *, song: str) -> Played:
    """`before`: the map as it is, for a map with a candidate in it; None: this is it."""
    beatmap = document.beatmap
    start_ms, end_ms = section[0] - AROUND_MS, section[1] + AROUND_MS
    known = _lines_in(before, section) if before is not None else None
    combos = combos_of(beatmap)
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
        colours=colours_of(beatmap),
        song=song,
        beats=_beats(beatmap, start_ms, end_ms),
        scroll=_scroll(beatmap, start_ms, end_ms),
        objects=objects,
    )


def _beats(beatmap: Beatmap, start_ms: float, end_ms: float) -> tuple[tuple[float, float, float], ...]:
    ruling = beatmap.timing.red_at(start_ms)
    return tuple(
        (red.time_ms, red.beat_ms, float(red.meter))
        for red in beatmap.timing.red
        if red is ruling or start_ms < red.time_ms < end_ms
    )


def _scroll(beatmap: Beatmap, start_ms: float, end_ms: float) -> tuple[tuple[float, float], ...]:
    """From the beginning on: where there is no line there, at the map's own speed."""
    timing = beatmap.timing
    times = [point.time_ms for point in timing.points if start_ms < point.time_ms < end_ms]
    return tuple((time_ms, timing.velocity_at(time_ms)) for time_ms in (start_ms, *dict.fromkeys(times)))


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
    normal, additions = _sets(beatmap, obj.time_ms, obj.sample.normal_set, obj.sample.addition_set)
    return PlayedObject(
        kind=_KINDS[type(obj)],
        time_ms=obj.time_ms,
        end_ms=beatmap.end_ms(obj),
        x=x,
        y=y,
        path=_path(beatmap, obj, by_px) if isinstance(obj, Slider) else (),
        spans=beatmap.slider(obj).span_count if isinstance(obj, Slider) else 1,
        edges=_edges(beatmap, obj) if isinstance(obj, Slider) else (),
        ticks_ms=_ticks_ms(beatmap, obj) if isinstance(obj, Slider) else (),
        combo=combo.number,
        colour=combo.colour_index,
        column=beatmap.column(obj) if beatmap.mode is Mode.MANIA else 0,
        hitsound=int(obj.hitsound),
        sample_set=normal,
        addition_set=additions,
        volume=obj.sample.volume_percent or timing.volume_at(obj.time_ms),
        velocity=timing.velocity_at(obj.time_ms),
        is_new=is_new,
    )


_KINDS: Final = {Circle: "circle", Slider: "slider", Spinner: "spinner", Hold: "hold"}


def _sets(beatmap: Beatmap, time_ms: float, normal: SampleSet, additions: SampleSet) -> tuple[str, str]:
    """What the object leaves open its timing line says; additions sound as the rest where nobody says."""
    known = normal or beatmap.timing.sample_set_at(time_ms) or SampleSet.NORMAL
    return SampleSet(known).name.lower(), SampleSet(additions or known).name.lower()


def _edges(beatmap: Beatmap, slider: Slider) -> tuple[tuple[int, str, str], ...]:
    shape = beatmap.slider(slider)
    edges = []
    for number in range(min(shape.span_count, MOST_SPANS) + 1):
        sound, (normal, additions) = slider.edge(number)
        at_ms = shape.start_ms + number * shape.span_ms
        edges.append((int(sound), *_sets(beatmap, at_ms, normal, additions)))
    return tuple(edges)


def _ticks_ms(beatmap: Beatmap, slider: Slider) -> tuple[float, ...]:
    nested = beatmap.slider(slider).nested[:MOST_NESTED]
    return tuple(each.time_ms for each in nested if each.kind is NestedKind.TICK)


def _path(beatmap: Beatmap, slider: Slider, by_px: float) -> tuple[tuple[float, float], ...]:
    path = beatmap.slider(slider).path
    points = path.points
    if len(points) > MOST_POINTS:
        step_px = path.length_px / (MOST_POINTS - 1)
        points = tuple(path.position_at_px(number * step_px) for number in range(MOST_POINTS))
    return tuple((x + by_px, y + by_px) for x, y in points)
