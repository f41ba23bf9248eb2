"""What sentences about a splice call objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.beatmap.objects import Circle, Hold, Mode, Slider, Spinner
from engine.beatmap.timestamps import format_timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.objects import HitObject

KINDS: Final = (Circle, Slider, Spinner, Hold)
KIND_NAMES: Final = {
    Mode.OSU: ("circle", "slider", "spinner", "long note"),
    Mode.TAIKO: ("note", "drum roll", "spinner", "long note"),
    Mode.CATCH: ("fruit", "juice stream", "banana shower", "long note"),
    Mode.MANIA: ("note", "slider", "spinner", "long note"),
}


def kind_name(beatmap: Beatmap, obj: HitObject) -> str:
    names = KIND_NAMES[beatmap.mode]
    return next(name for kind, name in zip(KINDS, names, strict=True) if isinstance(obj, kind))


def named(beatmap: Beatmap, obj: HitObject) -> str:
    """As in 'slider at 00:01:000'."""
    return f"{kind_name(beatmap, obj)} at {format_timestamp(obj.time_ms)}"


def several(
    beatmap: Beatmap, objects: Sequence[HitObject], verb: tuple[str, str], rest: str
) -> Iterator[str]:
    """One sentence about any number of objects, with the verb for one and for more; none about none."""
    if len(objects) == 1:
        yield f"The {named(beatmap, objects[0])} {verb[0]} {rest}"
    elif objects:
        first = format_timestamp(objects[0].time_ms)
        yield f"{len(objects)} objects, the first at {first}, {verb[1]} {rest}"
