"""Other sounds for objects that stay as they are: only what a line says of sounds changes in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.beatmap.objects import HitSound, Hold, Slider

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from engine.beatmap.objects import HitObject

SAME_MS: Final = 12
"""A model tells times in steps of 10 ms, which are put back on the beat or left in their middle."""
HITSOUND_FIELD, LAST_OF_A_SPINNER = 4, 5
EDGE_SOUNDS_FIELD, EDGE_SETS_FIELD, SAMPLE_FIELD = 8, 9, 10
"""Of a slider."""
SETS: Final = 2
NO_SAMPLE: Final = ("0", "0", "0", "0", "")


def dressed(
    lines: Sequence[str],
    objects: Sequence[HitObject],
    before: Iterable[HitObject],
    after: Iterable[HitObject],
    place_of: Callable[[HitObject], int],
) -> tuple[str, ...]:
    """The objects' own lines with the sounds that changed.

    `before` and `after` are the same objects as a model tells them, with the sounds that they have and those
    that were written; what it cannot tell keeps its own. `place_of` tells objects of one time apart.
    """
    told, written = _Found(before, place_of), _Found(after, place_of)
    return tuple(
        _dressed(line, obj, told.like(obj), written.like(obj))
        for line, obj in zip(lines, objects, strict=True)
    )


class _Found:
    """Each is found once."""

    def __init__(self, objects: Iterable[HitObject], place_of: Callable[[HitObject], int]) -> None:
        self._left = sorted(objects, key=lambda obj: obj.time_ms)
        self._place_of = place_of

    def like(self, obj: HitObject) -> HitObject | None:
        near = [
            other
            for other in self._left
            if abs(other.time_ms - obj.time_ms) <= SAME_MS
            and type(other) is type(obj)
            and self._place_of(other) == self._place_of(obj)
        ]
        if not near:
            return None
        found = min(near, key=lambda other: abs(other.time_ms - obj.time_ms))
        self._left.remove(found)
        return found


def _dressed(line: str, obj: HitObject, told: HitObject | None, written: HitObject | None) -> str:
    if told is None or written is None or _sounds(told) == _sounds(written):
        return line
    fields = line.split(",")
    normal = int(obj.hitsound & HitSound.NORMAL)
    fields[HITSOUND_FIELD] = str(int(written.hitsound) | normal)
    if isinstance(obj, Slider) and isinstance(written, Slider):
        return _slider(fields, obj, written)
    at = LAST_OF_A_SPINNER + (hasattr(obj, "end_ms") and not isinstance(obj, Hold))
    fields += [""] * (at + 1 - len(fields))
    end, colon, sample = fields[at].partition(":") if isinstance(obj, Hold) else ("", "", fields[at])
    fields[at] = f"{end}{':' if isinstance(obj, Hold) else colon}{_sample(sample, written)}"
    return ",".join(fields)


def _slider(fields: list[str], obj: Slider, written: Slider) -> str:
    """Edges that the slider has; their own volumes and files, which lazer writes, stay."""
    fields += [""] * (SAMPLE_FIELD + 1 - len(fields))
    edges = [written.edge(number) for number in range(obj.span_count + 1)]
    fields[EDGE_SOUNDS_FIELD] = "|".join(str(int(sound)) for sound, _ in edges)
    before = fields[EDGE_SETS_FIELD].split("|")
    tails = [text.split(":")[SETS:] for text in before] + [[]] * len(edges)
    fields[EDGE_SETS_FIELD] = "|".join(
        ":".join([str(int(normal)), str(int(addition)), *tail])
        for (_, (normal, addition)), tail in zip(edges, tails, strict=False)
    )
    fields[SAMPLE_FIELD] = _sample(fields[SAMPLE_FIELD], written)
    return ",".join(fields)


def _sample(text: str, written: HitObject) -> str:
    """Sets are new; index, volume and file stay."""
    own = text.split(":") if text.strip() else list(NO_SAMPLE)
    sets = [str(int(written.sample.normal_set)), str(int(written.sample.addition_set))]
    return ":".join([*sets, *own[SETS:]])


def _sounds(obj: HitObject) -> tuple[object, ...]:
    edges = tuple(obj.edge(number) for number in range(obj.span_count + 1)) if isinstance(obj, Slider) else ()
    return obj.hitsound, obj.sample.normal_set, obj.sample.addition_set, edges
