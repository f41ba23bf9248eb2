"""A map's objects as the timeline draws them. Pure; for a thread, as a map may have a hundred thousand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from daemon.combo_colours import colours_of, combos_of
from engine.beatmap.objects import Circle, Hold, Mode, Slider, Spinner

if TYPE_CHECKING:
    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.combos import Combo
    from engine.beatmap.objects import HitObject

MOST_AT_ONCE: Final = 5_000
"""Told in one reply: more of them take so long to encode that other pages would notice."""


@dataclass(frozen=True, slots=True)
class TimelineObject:
    kind: str
    """c, s, w or h: circle, slider, spinner (it whirls) or hold."""
    time_ms: float
    end_ms: float
    spans: int
    """How often a slider's ball crosses its path; 1 for all others."""
    combo: int
    colour: int
    column: int
    hitsound: int


@dataclass(frozen=True, slots=True)
class TimelinePart:
    """Some of a map's objects, in order: those from number `first` on."""

    mode: Mode
    keys: int
    """Of osu!mania; 0 in other modes."""
    colours: tuple[str, ...]
    beats: tuple[tuple[float, float, float], ...]
    """Time, beat length and meter of each red line."""
    count: int
    """Of all that the map has."""
    first: int
    objects: tuple[TimelineObject, ...]


def timeline_part(beatmap: Beatmap, first: int) -> TimelinePart:
    combos = combos_of(beatmap)
    until = min(len(beatmap.objects), first + MOST_AT_ONCE)
    return TimelinePart(
        mode=beatmap.mode,
        keys=max(1, round(beatmap.difficulty.circle_size)) if beatmap.mode is Mode.MANIA else 0,
        colours=colours_of(beatmap),
        beats=tuple((red.time_ms, red.beat_ms, float(red.meter)) for red in beatmap.timing.red),
        count=len(beatmap.objects),
        first=first,
        objects=tuple(
            _object(beatmap, beatmap.objects[index], combos[index]) for index in range(first, until)
        ),
    )


def _object(beatmap: Beatmap, obj: HitObject, combo: Combo) -> TimelineObject:
    return TimelineObject(
        kind=_KINDS[type(obj)],
        time_ms=obj.time_ms,
        end_ms=max(obj.time_ms, beatmap.end_ms(obj)),
        spans=max(1, obj.span_count) if isinstance(obj, Slider) else 1,
        combo=combo.number,
        colour=combo.colour_index,
        column=beatmap.column(obj) if beatmap.mode is Mode.MANIA else 0,
        hitsound=int(obj.hitsound),
    )


_KINDS: Final[dict[type, str]] = {Circle: "c", Slider: "s", Spinner: "w", Hold: "h"}
