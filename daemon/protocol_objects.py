"""A map's objects for the timeline: one of `protocol`'s other halves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.protocol import number
from engine.beatmap.objects import Mode

if TYPE_CHECKING:
    from daemon.timeline_objects import TimelinePart
    from daemon.wire_objects import ObjectsJson

COMBO_MODES = (Mode.OSU, Mode.CATCH)


def timeline_objects(part: TimelinePart, map_version: int) -> ObjectsJson:
    """A reply's data."""
    objects, mode = part.objects, part.mode
    in_combos = objects if mode in COMBO_MODES else ()
    return {
        "map_version": map_version,
        "mode": mode.name.lower(),
        "keys": part.keys,
        "colours": list(part.colours),
        "beats": [[number(value) for value in beat] for beat in part.beats] if part.first == 0 else [],
        "count": part.count,
        "first": part.first,
        "kinds": "".join(each.kind for each in objects),
        "times": [_brief(each.time_ms) for each in objects],
        "lengths": [_brief(each.end_ms - each.time_ms) for each in objects],
        "spans": [each.spans for each in objects],
        "combos": [each.combo for each in in_combos],
        "combo_colours": [each.colour for each in in_combos],
        "columns": [each.column for each in objects] if mode is Mode.MANIA else [],
        "hitsounds": [each.hitsound for each in objects] if mode is Mode.TAIKO else [],
    }


def _brief(time_ms: float) -> float:
    """Most times are whole, and a whole number is told in half as many letters."""
    told = round(number(time_ms), 3)
    return int(told) if told.is_integer() else told
