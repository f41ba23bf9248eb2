"""What rules at a moment of a map, as one value to compare, and the line that would say it again."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engine.beatmap.reading import decoded, without_comment
from engine.beatmap.timing import DEFAULT_BEAT_MS

if TYPE_CHECKING:
    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.objects import SampleSet
    from engine.beatmap.timing import Timing, TimingPoint

KIAI_EFFECT: Final = 1
DEFAULT_METER: Final = 4


@dataclass(frozen=True, slots=True)
class State:
    """Equal where nothing that a timing line says would be heard or seen to differ."""

    velocity: float
    """Of sliders, within the game's bounds."""
    scroll_speed: float
    """The same without bounds: osu!taiko and osu!mania scroll slower than sliders can be."""
    ticks: bool
    volume_percent: int
    sample_set: SampleSet
    sample_index: int
    kiai: bool
    beat_length_ms: float
    """As the red line says."""
    meter: int


def state_at(beatmap: Beatmap, time_ms: float) -> State:
    """What rules at that moment: all that timing lines decide."""
    return state_of(beatmap.timing, time_ms)


def state_of(timing: Timing, time_ms: float) -> State:
    red = timing.red_at(time_ms)
    return State(
        timing.velocity_at(time_ms),
        _scroll_speed(timing.point_at(time_ms)),
        timing.ticks_at(time_ms),
        timing.volume_at(time_ms),
        timing.sample_set_at(time_ms),
        timing.sample_index_at(time_ms),
        timing.kiai_at(time_ms),
        red.beat_length_ms if red else DEFAULT_BEAT_MS,
        red.meter if red else DEFAULT_METER,
    )


def _scroll_speed(point: TimingPoint | None) -> float:
    if point is None or point.uninherited or not point.beat_length_ms < 0:
        return 1.0
    return -100.0 / point.beat_length_ms


def green_again(beatmap: Beatmap, state_ms: float, at_ms: float) -> str:
    """A green line at `at_ms` that says all that rules at `state_ms`: where a green line does, that line with
    another time, so that nothing is lost by reading and writing it.
    """
    point = beatmap.timing.point_at(state_ms)
    time = file_time(at_ms, beatmap.offset_ms)
    if point is not None and not point.uninherited:
        raw = without_comment(beatmap.document.text_lines[point.line])
        return f"{time},{decoded(raw).split(',', 1)[1]}"
    state = state_at(beatmap, state_ms)
    effects = KIAI_EFFECT if state.kiai else 0
    sound = f"{state.sample_set.value},{state.sample_index},{state.volume_percent}"
    return f"{time},-100,{state.meter},{sound},0,{effects}"


def file_time(time_ms: float, offset_ms: float = 0.0) -> str:
    """A time of the song as a line of the file says it, so that it is read back no later than it is."""
    value = time_ms - offset_ms
    while value + offset_ms > time_ms:
        value = math.nextafter(value, -math.inf)
    return str(int(value)) if value == int(value) else repr(value)
