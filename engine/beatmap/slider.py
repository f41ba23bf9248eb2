"""What a slider does in time: its ball, ticks, repeats and end, as the game computes them (ppy/osu).

The tail is where and when the path ends. For judging, the game looks 36 ms earlier, or at the middle of a
slider shorter than 72 ms; `SliderShape.judged_end_ms` is that time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from engine.beatmap.cache import TwoGenerations
from engine.beatmap.curve import Path, path_of
from engine.beatmap.drawing import MOST_WORK
from engine.beatmap.float32 import float32

if TYPE_CHECKING:
    from engine.beatmap.objects import Slider
    from engine.beatmap.timing import Timing

PX_PER_BEAT: Final = 100.0
"""Of a slider with multiplier 1 and velocity 1."""
LEAST_MULTIPLIER, MOST_MULTIPLIER = 0.4, 3.6
LEAST_TICK_RATE, MOST_TICK_RATE = 0.5, 8.0
TICKS_FOLLOW_VELOCITY_FROM: Final = 8
"""Format version. Older maps have as many ticks per pixel at any velocity."""
LONGEST_WITH_TICKS_PX: Final = 100_000.0
NO_TICK_BEFORE_END_MS: Final = 10.0
TAIL_LENIENCY_MS: Final = 36.0
MOST_TICKS: Final = 10_000
"""Of one slider. Only a joke has more, and what is beyond them is not listed."""
CACHED_POINTS: Final = 200_000
"""About 16 MB: the sliders of some ten maps."""
POINTS_OF_A_SHAPE: Final = 8
"""What a shape weighs beside its curve."""
CHARACTERS_OF_A_POINT: Final = 50
"""So much of a path's text takes the memory of a point."""
NOTHING_PX: Final = 1e-7


class NestedKind(Enum):
    HEAD = "head"
    TICK = "tick"
    REPEAT = "repeat"
    TAIL = "tail"


@dataclass(frozen=True, slots=True)
class Nested:
    """A part of a slider that is hit or held at one moment; where it stands before stacking."""

    kind: NestedKind
    time_ms: float
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class SliderShape:
    path: Path
    start_ms: float
    span_count: int
    """1 for a path without length, whatever the file says: lazer takes its repeats away."""
    length_px: float
    """Of one span, as played."""
    velocity_px_per_ms: float
    span_ms: float
    duration_ms: float
    end_ms: float
    tick_px: float
    """From tick to tick along the path; infinite where there are none."""

    @property
    def nested(self) -> tuple[Nested, ...]:
        """In time order: head, ticks and repeats, tail. Made anew each time: it may be thousands."""
        shares = self._tick_shares()
        ticks = [(share, *self.path.position_at_px(share * self.length_px)) for share in shares]
        nested = [Nested(NestedKind.HEAD, self.start_ms, *self.path.position_at_px(0.0))]
        for span in range(self.span_count):
            start_ms = self.start_ms + span * self.span_ms
            if span % 2:
                nested += [
                    Nested(NestedKind.TICK, start_ms + (1 - share) * self.span_ms, x, y)
                    for share, x, y in reversed(ticks)
                ]
            else:
                nested += [
                    Nested(NestedKind.TICK, start_ms + share * self.span_ms, x, y) for share, x, y in ticks
                ]
            nested.append(self._turn(span))
        return tuple(nested)

    @property
    def judged_end_ms(self) -> float:
        """When the game judges the end ("legacy last tick"): up to 36 ms early, at most half the slider."""
        return max(self.end_ms - TAIL_LENIENCY_MS, self.start_ms + self.duration_ms / 2)

    @property
    def end_position(self) -> tuple[float, float]:
        """Where the last span ends: at the head again after an even number of spans."""
        return self.path.position_at_px(0.0 if self.span_count % 2 == 0 else self.length_px)

    def position_at(self, time_ms: float) -> tuple[float, float]:
        """Where the ball is; before the start the head, after the end the tail."""
        if self.duration_ms <= 0:
            return self.end_position
        spans = min(max((time_ms - self.start_ms) / self.span_ms, 0.0), float(self.span_count))
        number = min(int(spans), self.span_count - 1)
        share = spans - number
        return self.path.position_at_px((1 - share if number % 2 else share) * self.length_px)

    def _turn(self, span: int) -> Nested:
        """What stands at the end of a span."""
        kind = NestedKind.REPEAT if span < self.span_count - 1 else NestedKind.TAIL
        time_ms = self.start_ms + (span + 1) * self.span_ms
        return Nested(kind, time_ms, *self.path.position_at_px(0.0 if span % 2 else self.length_px))

    def _tick_shares(self) -> list[float]:
        """Where on a span its ticks lie, 0 to 1 from the head."""
        length_px = min(self.length_px, LONGEST_WITH_TICKS_PX)
        last_px = length_px - self.velocity_px_per_ms * NO_TICK_BEFORE_END_MS
        most = MOST_TICKS // self.span_count
        shares: list[float] = []
        # Added up step by step, as the game does it: at the very edge the sum decides.
        at_px = self.tick_px
        while at_px < last_px and len(shares) < most:
            shares.append(at_px / length_px)
            at_px += self.tick_px
        return shares


_shapes: TwoGenerations[SliderShape] = TwoGenerations(CACHED_POINTS)


def shape(
    slider: Slider,
    timing: Timing,
    slider_multiplier: float,
    tick_rate: float,
    format_version: int = 14,
    most_work: int = MOST_WORK,
) -> SliderShape:
    """Remembered across saves: a slider that nothing touched costs three look-ups of timing.

    `most_work` is what drawing its path may cost, see `curve_of`.
    """
    key = (
        slider.path_text,
        slider.x,
        slider.y,
        slider.time_ms,
        slider.length_px,
        slider.span_count,
        timing.beat_length_at(slider.time_ms),
        timing.velocity_at(slider.time_ms),
        timing.ticks_at(slider.time_ms),
        slider_multiplier,
        tick_rate,
        format_version,
    )
    known = _shapes.get(key)
    if known is None or known.path.curve.work > most_work:
        known = _shape(*key, most_work)
        if most_work == MOST_WORK:
            points = len(known.path.curve.points)
            text_points = len(slider.path_text) // CHARACTERS_OF_A_POINT
            _shapes.put(key, known, points + text_points + POINTS_OF_A_SHAPE)
    return known


def forget_shapes() -> None:
    """Empties the memo, for what measures without it."""
    _shapes.clear()


def _shape(
    path_text: str,
    x: float,
    y: float,
    time_ms: float,
    length_px: float | None,
    span_count: int,
    beat_ms: float,
    velocity: float,
    ticks: bool,
    slider_multiplier: float,
    tick_rate: float,
    format_version: int,
    most_work: int,
) -> SliderShape:
    path = path_of(path_text, x, y, length_px, format_version, most_work)
    px_per_ms = velocity_px_per_ms(slider_multiplier, velocity, beat_ms)
    spans = span_count if path.length_px > NOTHING_PX else 1
    tick_px = math.inf
    if ticks:
        # From velocity and beat instead of the multiplier alone: the game's rounding decides about ticks at
        # the very edge.
        tick_px = px_per_ms * beat_ms / min(max(tick_rate, LEAST_TICK_RATE), MOST_TICK_RATE)
        tick_px /= 1.0 if format_version >= TICKS_FOLLOW_VELOCITY_FROM else velocity
    duration_ms = spans * path.length_px / px_per_ms
    span_ms = duration_ms / spans
    return SliderShape(
        path=path,
        start_ms=time_ms,
        span_count=spans,
        length_px=path.length_px,
        velocity_px_per_ms=px_per_ms,
        span_ms=span_ms,
        duration_ms=duration_ms,
        end_ms=time_ms + duration_ms,
        tick_px=tick_px,
    )


def velocity_px_per_ms(slider_multiplier: float, velocity: float, beat_ms: float) -> float:
    """The game keeps -100 / velocity as a 32-bit float on the way, which ticks at the very edge can tell."""
    multiplier = min(max(slider_multiplier, LEAST_MULTIPLIER), MOST_MULTIPLIER)
    percent_of_beat = float32(100.0 / velocity)
    return PX_PER_BEAT * multiplier / (beat_ms * (min(max(percent_of_beat, 10.0), 1000.0) / 100.0))
