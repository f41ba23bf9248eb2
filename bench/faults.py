"""Known mistakes, each planted into a clean map by one edit of its document: every other line stays as it is.

A kind says where in a map it can be planted and what the edit is; where a map has no place for it, nothing is
planted. A fault knows which objects are wrong afterwards, so that findings can be held against it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from engine.beatmap.objects import Circle, HitSound, Mode, Slider, Spinner
from engine.beatmap.snap import snap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.document import Document
    from engine.beatmap.objects import HitObject

X, Y, TIME, TYPE, SOUND, PATH, SPANS = range(7)
"""Fields of an object's line."""
NEW_COMBO: Final = 4
LEAST_MOVE_PX: Final = 180
"""Across the field: nearer could be anybody's spacing."""
RED_LINE_LATE_MS: Final = 25
QUIET_FACTOR, VELOCITY_FACTOR = 0.4, 1.5
LEAST_VOLUME_PERCENT: Final = 30
"""What is quieter than this already is no place for a jump down."""
ROOM_MS: Final = 20
"""What is left free between two objects by an edit that moves one of them."""
SAME_COLUMN_MS: Final = 100
LONGEST_HOLD_MS: Final = 20_000
"""Only what starts so much earlier is looked at."""
WIDTH_PX, HEIGHT_PX = 512, 384
_start_ms: Final = attrgetter("time_ms")


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


# ---- where


def _inner(beatmap: Beatmap) -> Iterator[tuple[int, HitObject, float, float]]:
    """Objects between two others: index, object, the gap before and the gap after it, in beats. Those that
    share a moment or overlap are left out, so that an edit cannot change who comes first.
    """
    objects = beatmap.objects
    for index in range(1, len(objects) - 1):
        before, obj, after = objects[index - 1 : index + 2]
        free_ms = obj.time_ms - beatmap.end_ms(before), after.time_ms - beatmap.end_ms(obj)
        beat_ms = beatmap.timing.beat_length_at(obj.time_ms)
        if min(free_ms) > 0:
            yield index, obj, free_ms[0] / beat_ms, free_ms[1] / beat_ms


def _unsnappable(beatmap: Beatmap) -> Iterator[int]:
    """On a half beat or a whole one, with a quarter free on both sides."""
    for index, obj, before, after in _inner(beatmap):
        found = snap(beatmap.timing, obj.time_ms)
        snapped = found is not None and found.divisor in (1, 2) and found.unsnap_ms == 0
        if snapped and min(before, after) >= 1 / 4 and not isinstance(obj, Spinner):
            yield index


def _movable(beatmap: Beatmap) -> Iterator[int]:
    for index, obj, _, _ in _inner(beatmap):
        far = abs(obj.x - _across(obj)[0]) if beatmap.mode is Mode.CATCH else _distance(obj)
        if isinstance(obj, Circle) and far >= LEAST_MOVE_PX:
            yield index


def _repeatable(beatmap: Beatmap) -> Iterator[int]:
    """Sliders that can repeat once less, or once more before the next object."""
    for index, obj, _, after in _inner(beatmap):
        if isinstance(obj, Slider) and (obj.span_count > 1 or _span_beats(beatmap, obj) < after):
            yield index


def _combo_starts(beatmap: Beatmap) -> Iterator[int]:
    """Where a combo starts by the mapper's flag alone, and the one before is no joke of one object."""
    ends_ms = [span.end_ms for span in beatmap.events.breaks]
    for index, obj, _, _ in _inner(beatmap):
        before = beatmap.objects[index - 1]
        forced = isinstance(before, Spinner) or any(before.time_ms < end <= obj.time_ms for end in ends_ms)
        by_flag = obj.new_combo and not forced and not isinstance(obj, Spinner)
        if by_flag and beatmap.combos[index - 1].number > 1:
            yield index


def _within_combos(beatmap: Beatmap) -> Iterator[int]:
    """In the middle of a combo, two objects from either end."""
    numbers = [combo.number for combo in beatmap.combos]
    for index, obj, _, _ in _inner(beatmap):
        inside = index + 2 < len(numbers) and 2 < numbers[index] < numbers[index + 1] < numbers[index + 2]
        if inside and not isinstance(obj, Spinner):
            yield index


def _circles(beatmap: Beatmap) -> Iterator[int]:
    return (index for index, obj, _, _ in _inner(beatmap) if isinstance(obj, Circle))


def _lone(beatmap: Beatmap) -> Iterator[int]:
    """With no timing line from them up to the next object, so that a line for them alone can be put there."""
    times_ms = [point.time_ms for point in beatmap.timing.points]
    for index, obj, _, _ in _inner(beatmap):
        next_ms = beatmap.objects[index + 1].time_ms
        if bisect_left(times_ms, obj.time_ms) == bisect_right(times_ms, next_ms):
            yield index


def _audible(beatmap: Beatmap) -> Iterator[int]:
    for index in _lone(beatmap):
        obj = beatmap.objects[index]
        told = isinstance(obj, Circle) and not obj.sample.volume_percent
        if told and beatmap.timing.volume_at(obj.time_ms) >= LEAST_VOLUME_PERCENT:
            yield index


def _fast(beatmap: Beatmap) -> Iterator[int]:
    """What feels a velocity: a slider that has room to change, in osu!taiko and osu!mania everything."""
    for index in _lone(beatmap):
        obj, after = beatmap.objects[index], beatmap.objects[index + 1]
        length_ms = beatmap.end_ms(obj) - obj.time_ms
        slides = isinstance(obj, Slider) and obj.time_ms + length_ms + ROOM_MS < after.time_ms
        if slides or beatmap.mode in (Mode.TAIKO, Mode.MANIA):
            yield index


def _downbeats(beatmap: Beatmap) -> Iterator[int]:
    """Objects on a downbeat in the second half of what one red line rules, which follows no other near."""
    for index, obj, before, _ in _inner(beatmap):
        red = beatmap.timing.red_at(obj.time_ms)
        if red is None or index < len(beatmap.objects) // 3 or before * red.beat_ms <= RED_LINE_LATE_MS:
            continue
        measures = (obj.time_ms - red.time_ms) / (red.beat_ms * max(1, red.meter))
        if measures >= 1 and abs(measures - round(measures)) * red.beat_ms < 1:
            yield index


def _free_columns(beatmap: Beatmap) -> Iterator[int]:
    for index, obj in enumerate(beatmap.objects):
        if isinstance(obj, Circle) and _columns_free(beatmap, obj):
            yield index


def _columns_free(beatmap: Beatmap, note: HitObject) -> list[int]:
    """Where the note could as well be without touching another."""
    objects = beatmap.objects
    keys = max(1, round(beatmap.difficulty.circle_size))
    end = bisect_right(objects, note.time_ms + SAME_COLUMN_MS, key=_start_ms)
    taken: set[int] = set()
    for index in range(end - 1, -1, -1):
        if len(taken) == keys or objects[index].time_ms < note.time_ms - LONGEST_HOLD_MS:
            break
        if note.time_ms <= beatmap.end_ms(objects[index]) + SAME_COLUMN_MS:
            taken.add(beatmap.column(objects[index]))
    return [column for column in range(keys) if column not in taken]


# ---- edits


def _off_snap(document: Document, index: int, source: Random) -> tuple[Document, range]:
    """An eighth of a beat early or late. What a slider or hold does afterwards moves with it."""
    obj = document.beatmap.objects[index]
    eighth_ms = document.beatmap.timing.beat_length_at(obj.time_ms) / 8
    moved_ms = round(obj.time_ms + source.choice((-1, 1)) * eighth_ms - document.beatmap.offset_ms)
    return _edited(document, index, TIME, str(moved_ms)), range(index, index + 1)


def _moved(document: Document, index: int, _source: Random) -> tuple[Document, range]:
    """To the other side of the playfield's centre."""
    x, y = _across(document.beatmap.objects[index])
    moved = _edited(document, index, X, str(x))
    return _edited(moved, index, Y, str(y)), range(index, index + 1)


def _other_repeat(document: Document, index: int, source: Random) -> tuple[Document, range]:
    slider = document.beatmap.objects[index]
    assert isinstance(slider, Slider)
    fits = any(number == index for number in _growing(document.beatmap))
    spans = slider.span_count + (1 if slider.span_count == 1 or (fits and source.random() < 0.5) else -1)
    return _edited(document, index, SPANS, str(spans)), range(index, index + 1)


def _growing(beatmap: Beatmap) -> Iterator[int]:
    for index, obj, _, after in _inner(beatmap):
        if isinstance(obj, Slider) and _span_beats(beatmap, obj) < after:
            yield index


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
    column = source.choice(_columns_free(beatmap, beatmap.objects[index]))
    moved = _edited(document, index, X, str(int((column + 0.5) * WIDTH_PX / keys)))
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
    late_ms = round(time_ms - beatmap.offset_ms) + RED_LINE_LATE_MS
    tail = f"{int(point.sample_set)},{point.sample_index},{point.volume_percent}"
    lines = [
        f"{late_ms},{red.beat_length_ms!r},{red.meter},{tail},1,{kiai}",
        f"{late_ms},{-100 / point.velocity!r},{red.meter},{tail},0,{kiai}",
    ]
    until_ms = next(
        (later.time_ms for later in beatmap.timing.red if later.time_ms > time_ms + RED_LINE_LATE_MS), None
    )
    last = len(beatmap.objects)
    if until_ms is not None:
        last = next(
            number
            for number, obj in enumerate((*beatmap.objects, None))
            if obj is None or obj.time_ms >= until_ms
        )
    inserted = document.insert_lines(_line_after(beatmap, time_ms + RED_LINE_LATE_MS), lines)
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


def _across(obj: HitObject) -> tuple[int, int]:
    return WIDTH_PX - int(obj.x), HEIGHT_PX - int(obj.y)


def _distance(obj: HitObject) -> float:
    x, y = _across(obj)
    return float(((obj.x - x) ** 2 + (obj.y - y) ** 2) ** 0.5)


def _span_beats(beatmap: Beatmap, slider: Slider) -> float:
    beat_ms = beatmap.timing.beat_length_at(slider.time_ms)
    return beatmap.slider(slider).span_ms / beat_ms + ROOM_MS / beat_ms


EVERY_MODE: Final = frozenset(Mode)
ON_FIELD: Final = frozenset({Mode.OSU, Mode.CATCH})

KINDS: Final = (
    Kind("off its snap by 1/8", EVERY_MODE, _unsnappable, _off_snap),
    Kind("moved across the field", ON_FIELD, _movable, _moved),
    Kind("end at another repeat", ON_FIELD, _repeatable, _other_repeat),
    Kind("new combo missing", ON_FIELD, _combo_starts, _no_combo),
    Kind("new combo too many", ON_FIELD, _within_combos, _new_combo),
    Kind("wrong hit sound", ON_FIELD, _circles, _other_sound),
    Kind("volume jump", EVERY_MODE, _audible, _quieter),
    Kind("wrong velocity", EVERY_MODE, _fast, _faster),
    Kind("red line late", EVERY_MODE, _downbeats, _late_red_line),
    Kind("wrong column", frozenset({Mode.MANIA}), _free_columns, _other_column),
    Kind("don and kat swapped", frozenset({Mode.TAIKO}), _circles, _other_drum),
)
