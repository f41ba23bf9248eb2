"""Known mistakes, each planted into a clean map by one edit of its document: every other line stays as it is.

A kind says where in a map it can be planted and what the edit is; where a map has no place for it, nothing is
planted. A fault knows which objects are wrong afterwards, so that findings can be held against it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Final

from bench import fault_places as places
from engine.beatmap.objects import HitSound, Mode, Slider

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.document import Document
    from engine.beatmap.objects import HitObject

X, Y, TIME, TYPE, SOUND, PATH, SPANS = range(7)
"""Fields of an object's line."""
NEW_COMBO: Final = 4
QUIET_FACTOR, VELOCITY_FACTOR = 0.4, 1.5


@dataclass(frozen=True, slots=True)
class Fault:
    document: Document
    """With the mistake in it."""
    objects: frozenset[int]
    """Indices into its objects: those that are wrong now."""
    start_ms: float
    end_ms: float


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    modes: frozenset[Mode]
    where: Callable[[Beatmap], Iterator[int]]
    """Indices of the objects that it can be planted at."""
    plant: Callable[[Document, int, Random], tuple[Document, range]]
    """The edited map and the indices of the objects that are wrong; those keep their order."""

    def places(self, document: Document) -> list[int]:
        return list(self.where(document.beatmap)) if document.beatmap.mode in self.modes else []

    def at(self, document: Document, index: int, source: Random) -> Fault:
        planted, wrong = self.plant(document, index, source)
        objects = planted.beatmap.objects
        assert len(objects) == len(document.beatmap.objects)
        ends_ms = [planted.beatmap.end_ms(objects[number]) for number in wrong]
        return Fault(planted, frozenset(wrong), objects[wrong[0]].time_ms, max(ends_ms))


def _off_snap(document: Document, index: int, source: Random) -> tuple[Document, range]:
    """An eighth of a beat early or late. What a slider or hold does afterwards moves with it."""
    obj = document.beatmap.objects[index]
    eighth_ms = document.beatmap.timing.beat_length_at(obj.time_ms) / 8
    moved_ms = round(obj.time_ms + source.choice((-1, 1)) * eighth_ms - document.beatmap.offset_ms)
    return _edited(document, index, TIME, str(moved_ms)), range(index, index + 1)


def _moved(document: Document, index: int, _source: Random) -> tuple[Document, range]:
    """To the other side of the playfield's centre."""
    x, y = places.across(document.beatmap.objects[index])
    moved = _edited(document, index, X, str(x))
    return _edited(moved, index, Y, str(y)), range(index, index + 1)


def _other_repeat(document: Document, index: int, source: Random) -> tuple[Document, range]:
    slider = document.beatmap.objects[index]
    assert isinstance(slider, Slider)
    fits = any(number == index for number in places.growing(document.beatmap))
    spans = slider.span_count + (1 if slider.span_count == 1 or (fits and source.random() < 0.5) else -1)
    return _edited(document, index, SPANS, str(spans)), range(index, index + 1)


def _no_combo(document: Document, index: int, _source: Random) -> tuple[Document, range]:
    obj = document.beatmap.objects[index]
    text = _without_combo(_line(document, obj))
    return document.replace_line(obj.line, text), range(index, index + 1)


def _new_combo(document: Document, index: int, _source: Random) -> tuple[Document, range]:
    kind = int(_fields(document, index)[TYPE])
    return _edited(document, index, TYPE, str(kind | NEW_COMBO)), range(index, index + 1)


def _other_sound(document: Document, index: int, source: Random) -> tuple[Document, range]:
    """Another addition than the one that is there, or none."""
    sound = int(_fields(document, index)[SOUND])
    additions = HitSound.WHISTLE | HitSound.FINISH | HitSound.CLAP
    others = [
        each
        for each in (HitSound.NONE, HitSound.WHISTLE, HitSound.FINISH, HitSound.CLAP)
        if each != sound & additions
    ]
    wrong = source.choice(others) | (sound & HitSound.NORMAL)
    return _edited(document, index, SOUND, str(int(wrong))), range(index, index + 1)


def _other_drum(document: Document, index: int, _source: Random) -> tuple[Document, range]:
    """A don becomes a kat, a kat a don; big ones stay big."""
    sound = int(_fields(document, index)[SOUND])
    rim = HitSound.WHISTLE | HitSound.CLAP
    swapped = sound & ~rim if sound & rim else sound | HitSound.CLAP
    return _edited(document, index, SOUND, str(int(swapped))), range(index, index + 1)


def _other_column(document: Document, index: int, source: Random) -> tuple[Document, range]:
    beatmap = document.beatmap
    keys = max(1, round(beatmap.difficulty.circle_size))
    column = source.choice(places.columns_free(beatmap, beatmap.objects[index]))
    moved = _edited(document, index, X, str(int((column + 0.5) * places.WIDTH_PX / keys)))
    return moved, range(index, index + 1)


def _quieter(document: Document, index: int, _source: Random) -> tuple[Document, range]:
    volume = document.beatmap.timing.volume_at(document.beatmap.objects[index].time_ms)
    return _with_line(document, index, 1.0, round(volume * QUIET_FACTOR)), range(index, index + 1)


def _faster(document: Document, index: int, source: Random) -> tuple[Document, range]:
    """Faster only: a slower slider could run into what comes after."""
    factor = VELOCITY_FACTOR if document.beatmap.mode in (Mode.OSU, Mode.CATCH) else None
    factor = factor or source.choice((VELOCITY_FACTOR, 1 / VELOCITY_FACTOR))
    volume = document.beatmap.timing.volume_at(document.beatmap.objects[index].time_ms)
    return _with_line(document, index, factor, volume), range(index, index + 1)


def _late_red_line(document: Document, index: int, _source: Random) -> tuple[Document, range]:
    """The same tempo again from this downbeat, but late: all up to the next red line is off by that."""
    beatmap = document.beatmap
    time_ms = beatmap.objects[index].time_ms
    red = beatmap.timing.red_at(time_ms)
    assert red is not None
    point = beatmap.timing.point_at(time_ms) or red
    kiai = int(point.kiai)
    late_ms = round(time_ms - beatmap.offset_ms) + places.RED_LINE_LATE_MS
    tail = f"{int(point.sample_set)},{point.sample_index},{point.volume_percent}"
    lines = [
        f"{late_ms},{red.beat_length_ms!r},{red.meter},{tail},1,{kiai}",
        f"{late_ms},{-100 / point.velocity!r},{red.meter},{tail},0,{kiai}",
    ]
    late_at_ms = time_ms + places.RED_LINE_LATE_MS
    until_ms = next((later.time_ms for later in beatmap.timing.red if later.time_ms > late_at_ms), inf)
    last = sum(obj.time_ms < until_ms for obj in beatmap.objects)
    inserted = document.insert_lines(_line_after(beatmap, late_at_ms), lines)
    return inserted, range(index, last)


def _with_line(document: Document, index: int, factor: float, volume_percent: int) -> Document:
    """A green line for one object alone: what ruled before rules again from the next one on."""
    beatmap = document.beatmap
    objects, timing = beatmap.objects, beatmap.timing
    time_ms, next_ms = objects[index].time_ms, objects[index + 1].time_ms
    point, red = timing.point_at(time_ms), timing.red_at(time_ms)
    assert point is not None
    assert red is not None

    def line(at_ms: float, velocity: float, volume: int) -> str:
        return (
            f"{round(at_ms - beatmap.offset_ms)},{-100 / velocity!r},{red.meter},{int(point.sample_set)},"
            f"{point.sample_index},{volume},0,{int(point.kiai)}"
        )

    lines = [line(time_ms, point.velocity * factor, volume_percent)]
    lines.append(line(next_ms, point.velocity, point.volume_percent))
    return document.insert_lines(_line_after(beatmap, next_ms), lines)


def _line_after(beatmap: Beatmap, time_ms: float) -> int:
    """Before which line of the file a timing line for that time goes."""
    points = beatmap.timing.points
    later = [point.line for point in points if point.time_ms > time_ms]
    return min(later) if later else max(point.line for point in points) + 1


def _edited(document: Document, index: int, field: int, text: str) -> Document:
    fields = _fields(document, index)
    fields[field] = text
    return document.replace_line(document.beatmap.objects[index].line, ",".join(fields))


def _fields(document: Document, index: int) -> list[str]:
    return _line(document, document.beatmap.objects[index]).split(",")


def _line(document: Document, obj: HitObject) -> str:
    return document.lines[obj.line].rstrip(b"\r\n").decode("utf-8", "surrogateescape")


def _without_combo(text: str) -> str:
    fields = text.split(",")
    fields[TYPE] = str(int(fields[TYPE]) & ~NEW_COMBO)
    return ",".join(fields)


EVERY_MODE: Final = frozenset(Mode)
ON_FIELD: Final = frozenset({Mode.OSU, Mode.CATCH})

RED_LINE_LATE: Final = Kind("red line late", EVERY_MODE, places.downbeats, _late_red_line)
KINDS: Final = (
    Kind("off its snap by 1/8", EVERY_MODE, places.unsnappable, _off_snap),
    Kind("moved across the field", ON_FIELD, places.movable, _moved),
    Kind("end at another repeat", ON_FIELD, places.repeatable, _other_repeat),
    Kind("new combo missing", ON_FIELD, places.combo_starts, _no_combo),
    Kind("new combo too many", ON_FIELD, places.within_combos, _new_combo),
    Kind("wrong hit sound", ON_FIELD, places.circles, _other_sound),
    Kind("volume jump", EVERY_MODE, places.audible, _quieter),
    Kind("wrong velocity", EVERY_MODE, places.fast, _faster),
    RED_LINE_LATE,
    Kind("wrong column", frozenset({Mode.MANIA}), places.free_columns, _other_column),
    Kind("don and kat swapped", frozenset({Mode.TAIKO}), places.circles, _other_drum),
)
