"""Objects that stay as the mapper made them but for one thing: where they stand, or how they sound.

A model tells less of an object than its line does: no fractions of a millisecond, no samples of the map's
own. So the lines stay, and only what was to change is taken over from what was made of the model's words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.beatmap.objects import HitSound, Hold, Slider, Spinner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from engine.beatmap.objects import HitObject

SAME_MS: Final = 12
"""A model tells times in steps of 10 ms, which are put back on the beat or left in their middle."""
X_FIELD, Y_FIELD, HITSOUND_FIELD, END_FIELD = 0, 1, 4, 5
PATH_FIELD, LENGTH_FIELD, EDGE_SOUNDS_FIELD, EDGE_SETS_FIELD, SLIDER_SAMPLE_FIELD = 5, 7, 8, 9, 10
SAMPLE_FIELD: Final = 5
"""Of a circle; of what lasts, it follows the end."""
SETS: Final = 2
NO_SAMPLE: Final = ("0", "0", "0", "0", "")


class Likes:
    """Objects to be found again by what they are and when; each of them once."""

    def __init__(
        self,
        objects: Iterable[HitObject],
        end_of: Callable[[HitObject], float],
        place_of: Callable[[HitObject], int] = lambda _: 0,
    ) -> None:
        """`place_of` tells apart what is of one kind and of one time."""
        self._left = list(objects)
        self._end_of, self._place_of = end_of, place_of

    def take(self, obj: HitObject) -> HitObject | None:
        near = [other for other in self._left if self._is_like(other, obj)]
        if not near:
            return None
        end_ms = self._end_of(obj)
        found = min(
            near, key=lambda other: (abs(self._end_of(other) - end_ms), abs(other.time_ms - obj.time_ms))
        )
        self._left.remove(found)
        return found

    def _is_like(self, other: HitObject, obj: HitObject) -> bool:
        return (
            abs(other.time_ms - obj.time_ms) <= SAME_MS
            and type(other) is type(obj)
            and self._place_of(other) == self._place_of(obj)
        )


# ---- where they stand


def moved(
    lines: Sequence[str],
    objects: Sequence[HitObject],
    made: Likes,
    made_lines: Sequence[str],
    *,
    lengths: bool,
) -> tuple[str, ...]:
    """The objects' own lines, standing where the made ones do. `made`: objects whose `line` is the index of
    theirs among `made_lines`. `lengths`: whether sliders are as long as those.
    """
    return tuple(
        line if (new := made.take(obj)) is None else _moved(line, made_lines[new.line], obj, lengths=lengths)
        for line, obj in zip(lines, objects, strict=True)
    )


def _moved(line: str, made: str, obj: HitObject, *, lengths: bool) -> str:
    if isinstance(obj, Spinner):
        return line
    fields, new = line.split(","), made.split(",")
    fields[X_FIELD] = new[X_FIELD]
    if not isinstance(obj, Hold):
        fields[Y_FIELD] = new[Y_FIELD]
    if isinstance(obj, Slider):
        fields[PATH_FIELD] = new[PATH_FIELD]
        if lengths:
            fields[LENGTH_FIELD:] = [new[LENGTH_FIELD], *fields[LENGTH_FIELD + 1 :]]
    return ",".join(fields)


# ---- how they sound


def dressed(
    lines: Sequence[str], objects: Sequence[HitObject], before: Likes, after: Likes
) -> tuple[str, ...]:
    """The objects' own lines with the sounds that changed: `before` and `after` are what is made of the
    model's words for the map as it is, and of those that it wrote.
    """
    return tuple(
        _dressed(line, obj, before.take(obj), after.take(obj))
        for line, obj in zip(lines, objects, strict=True)
    )


def _dressed(line: str, obj: HitObject, told: HitObject | None, written: HitObject | None) -> str:
    if told is None or written is None or _sounds(told) == _sounds(written):
        return line
    fields = line.split(",")
    fields[HITSOUND_FIELD] = str(int(written.hitsound | obj.hitsound & HitSound.NORMAL))
    match obj, written:
        case Slider(), Slider():
            _put_edges(fields, obj, written)
        case Hold(), _:
            end, _, sample = fields[END_FIELD].partition(":")
            fields[END_FIELD] = f"{end}:{_sample(sample, written)}"
        case _:
            at = SAMPLE_FIELD + isinstance(obj, Spinner)
            fields += [""] * (at + 1 - len(fields))
            fields[at] = _sample(fields[at], written)
    return ",".join(fields)


def _put_edges(fields: list[str], obj: Slider, written: Slider) -> None:
    """Of the edges that the slider has; what lazer writes of them beside their sets stays."""
    fields += [""] * (SLIDER_SAMPLE_FIELD + 1 - len(fields))
    edges = [written.edge(number) for number in range(obj.span_count + 1)]
    tails = [text.split(":")[SETS:] for text in fields[EDGE_SETS_FIELD].split("|")]
    tails += [[]] * (len(edges) - len(tails))
    fields[EDGE_SOUNDS_FIELD] = "|".join(str(int(sound)) for sound, _ in edges)
    fields[EDGE_SETS_FIELD] = "|".join(
        ":".join([str(int(normal)), str(int(addition)), *tail])
        for (_, (normal, addition)), tail in zip(edges, tails, strict=False)
    )
    fields[SLIDER_SAMPLE_FIELD] = _sample(fields[SLIDER_SAMPLE_FIELD], written)


def _sample(text: str, written: HitObject) -> str:
    """Sets are new; index, volume and file stay."""
    own = text.split(":") if text.strip() else list(NO_SAMPLE)
    sets = [str(int(written.sample.normal_set)), str(int(written.sample.addition_set))]
    return ":".join([*sets, *own[SETS:]])


def _sounds(obj: HitObject) -> tuple[object, ...]:
    edges = tuple(obj.edge(number) for number in range(obj.span_count + 1)) if isinstance(obj, Slider) else ()
    return obj.hitsound, obj.sample.normal_set, obj.sample.addition_set, edges
