"""Where in a clean map a mistake can be planted so that it is one: with room, and nothing forced."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from engine.beatmap.objects import Circle, Mode, Slider, Spinner
from engine.beatmap.snap import snap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.objects import HitObject

LEAST_MOVE_PX: Final = 180
"""Across the field: nearer could be anybody's spacing."""
RED_LINE_LATE_MS: Final = 25
LEAST_VOLUME_PERCENT: Final = 30
"""What is quieter than this already is no place for a jump down."""
ROOM_MS: Final = 20
"""What is left free between two objects by an edit that moves one of them."""
SAME_COLUMN_MS: Final = 100
LONGEST_HOLD_MS: Final = 20_000
"""Only what starts so much earlier is looked at."""
WIDTH_PX, HEIGHT_PX = 512, 384
_start_ms: Final = attrgetter("time_ms")


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


def unsnappable(beatmap: Beatmap) -> Iterator[int]:
    """On a half beat or a whole one, with a quarter free on both sides."""
    for index, obj, before, after in _inner(beatmap):
        found = snap(beatmap.timing, obj.time_ms)
        snapped = found is not None and found.divisor in (1, 2) and found.unsnap_ms == 0
        if snapped and min(before, after) >= 1 / 4 and not isinstance(obj, Spinner):
            yield index


def movable(beatmap: Beatmap) -> Iterator[int]:
    for index, obj, _, _ in _inner(beatmap):
        far = abs(obj.x - across(obj)[0]) if beatmap.mode is Mode.CATCH else _distance(obj)
        if isinstance(obj, Circle) and far >= LEAST_MOVE_PX:
            yield index


def repeatable(beatmap: Beatmap) -> Iterator[int]:
    """Sliders that can repeat once less, or once more before the next object."""
    for index, obj, _, after in _inner(beatmap):
        if isinstance(obj, Slider) and (obj.span_count > 1 or _span_beats(beatmap, obj) < after):
            yield index


def combo_starts(beatmap: Beatmap) -> Iterator[int]:
    """Where a combo starts by the mapper's flag alone, and the one before is no joke of one object."""
    ends_ms = [span.end_ms for span in beatmap.events.breaks]
    for index, obj, _, _ in _inner(beatmap):
        before = beatmap.objects[index - 1]
        forced = isinstance(before, Spinner) or any(before.time_ms < end <= obj.time_ms for end in ends_ms)
        by_flag = obj.new_combo and not forced and not isinstance(obj, Spinner)
        if by_flag and beatmap.combos[index - 1].number > 1:
            yield index


def within_combos(beatmap: Beatmap) -> Iterator[int]:
    """In the middle of a combo, two objects from either end."""
    numbers = [combo.number for combo in beatmap.combos]
    for index, obj, _, _ in _inner(beatmap):
        inside = index + 2 < len(numbers) and 2 < numbers[index] < numbers[index + 1] < numbers[index + 2]
        if inside and not isinstance(obj, Spinner):
            yield index


def circles(beatmap: Beatmap) -> Iterator[int]:
    return (index for index, obj, _, _ in _inner(beatmap) if isinstance(obj, Circle))


def lone(beatmap: Beatmap) -> Iterator[int]:
    """With no timing line from them up to the next object, so that a line for them alone can be put there."""
    times_ms = [point.time_ms for point in beatmap.timing.points]
    for index, obj, _, _ in _inner(beatmap):
        next_ms = beatmap.objects[index + 1].time_ms
        if bisect_left(times_ms, obj.time_ms) == bisect_right(times_ms, next_ms):
            yield index


def audible(beatmap: Beatmap) -> Iterator[int]:
    for index in lone(beatmap):
        obj = beatmap.objects[index]
        told = isinstance(obj, Circle) and not obj.sample.volume_percent
        if told and beatmap.timing.volume_at(obj.time_ms) >= LEAST_VOLUME_PERCENT:
            yield index


def fast(beatmap: Beatmap) -> Iterator[int]:
    """What feels a velocity: a slider that has room to change, in osu!taiko and osu!mania everything."""
    for index in lone(beatmap):
        obj, after = beatmap.objects[index], beatmap.objects[index + 1]
        length_ms = beatmap.end_ms(obj) - obj.time_ms
        slides = isinstance(obj, Slider) and obj.time_ms + length_ms + ROOM_MS < after.time_ms
        if slides or beatmap.mode in (Mode.TAIKO, Mode.MANIA):
            yield index


def downbeats(beatmap: Beatmap) -> Iterator[int]:
    """Objects on a downbeat in the second half of what one red line rules, which follows no other near."""
    for index, obj, before, _ in _inner(beatmap):
        red = beatmap.timing.red_at(obj.time_ms)
        if red is None or index < len(beatmap.objects) // 3 or before * red.beat_ms <= RED_LINE_LATE_MS:
            continue
        measures = (obj.time_ms - red.time_ms) / (red.beat_ms * max(1, red.meter))
        if measures >= 1 and abs(measures - round(measures)) * red.beat_ms < 1:
            yield index


def free_columns(beatmap: Beatmap) -> Iterator[int]:
    for index, obj in enumerate(beatmap.objects):
        if isinstance(obj, Circle) and columns_free(beatmap, obj):
            yield index


def columns_free(beatmap: Beatmap, note: HitObject) -> list[int]:
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


def across(obj: HitObject) -> tuple[int, int]:
    return WIDTH_PX - int(obj.x), HEIGHT_PX - int(obj.y)


def _distance(obj: HitObject) -> float:
    x, y = across(obj)
    return float(((obj.x - x) ** 2 + (obj.y - y) ** 2) ** 0.5)


def _span_beats(beatmap: Beatmap, slider: Slider) -> float:
    beat_ms = beatmap.timing.beat_length_at(slider.time_ms)
    return beatmap.slider(slider).span_ms / beat_ms + ROOM_MS / beat_ms


def growing(beatmap: Beatmap) -> Iterator[int]:
    for index, obj, _, after in _inner(beatmap):
        if isinstance(obj, Slider) and _span_beats(beatmap, obj) < after:
            yield index
