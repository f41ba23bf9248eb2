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
from engine.beatmap.single import float32

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
"""Of one slider. Only a joke has more, and its shape says how many were left out."""
CACHED_NESTED: Final = 60_000
"""About 12 MB: the sliders of some fifteen maps."""
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
    nested: tuple[Nested, ...]
    """In time order: head, ticks and repeats, tail."""
    ticks_left_out: int = 0

    @property
    def judged_end_ms(self) -> float:
        """When the game judges the end ("legacy last tick"): up to 36 ms early, at most half the slider."""
        return max(self.end_ms - TAIL_LENIENCY_MS, self.start_ms + self.duration_ms / 2)

    @property
    def end_position(self) -> tuple[float, float]:
        """Where the last span ends: at the head again after an even number of spans."""
        tail = self.nested[-1]
        return tail.x, tail.y

    def position_at(self, time_ms: float) -> tuple[float, float]:
        """Where the ball is; before the start the head, after the end the tail."""
        if self.duration_ms <= 0:
            return self.end_position
        spans = min(max((time_ms - self.start_ms) / self.span_ms, 0.0), float(self.span_count))
        number = min(int(spans), self.span_count - 1)
        share = spans - number
        return self.path.position_at_px((1 - share if number % 2 else share) * self.length_px)


_shapes: TwoGenerations[SliderShape] = TwoGenerations(CACHED_NESTED)


def shape(
    slider: Slider, timing: Timing, slider_multiplier: float, tick_rate: float, format_version: int = 14
) -> SliderShape:
    """Remembered across saves: a slider that nothing touched costs two look-ups of timing."""
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
    if known is None:
        known = _shape(*key)
        _shapes.put(key, known, len(known.nested) + 4)
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
) -> SliderShape:
    path = path_of(path_text, x, y, length_px, format_version)
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
    along, left_out = _tick_shares(path.length_px, tick_px, px_per_ms * NO_TICK_BEFORE_END_MS, spans)
    return SliderShape(
        path=path,
        start_ms=time_ms,
        span_count=spans,
        length_px=path.length_px,
        velocity_px_per_ms=px_per_ms,
        span_ms=span_ms,
        duration_ms=duration_ms,
        end_ms=time_ms + duration_ms,
        nested=_nested(path, time_ms, span_ms, spans, along),
        ticks_left_out=left_out,
    )


def velocity_px_per_ms(slider_multiplier: float, velocity: float, beat_ms: float) -> float:
    """The game keeps -100 / velocity as a 32-bit float on the way, which ticks at the very edge can tell."""
    multiplier = min(max(slider_multiplier, LEAST_MULTIPLIER), MOST_MULTIPLIER)
    percent_of_beat = float32(100.0 / velocity)
    return PX_PER_BEAT * multiplier / (beat_ms * (min(max(percent_of_beat, 10.0), 1000.0) / 100.0))


def _tick_shares(length_px: float, tick_px: float, margin_px: float, spans: int) -> tuple[list[float], int]:
    """Where on a span its ticks lie, 0 to 1 from the head, and how many of all spans are too many to list."""
    length_px = min(length_px, LONGEST_WITH_TICKS_PX)
    most = MOST_TICKS // spans
    shares: list[float] = []
    # Added up step by step, as the game does it: at the very edge the sum decides.
    at_px = tick_px
    while at_px < length_px - margin_px:
        if len(shares) == most:
            more = math.ceil((length_px - margin_px - at_px) / tick_px)
            return shares, more * spans
        shares.append(at_px / length_px)
        at_px += tick_px
    return shares, 0


def _nested(
    path: Path, start_ms: float, span_ms: float, spans: int, shares: list[float]
) -> tuple[Nested, ...]:
    head = path.position_at_px(0.0)
    end = path.position_at_px(path.length_px)
    ticks = [(share, *path.position_at_px(share * path.length_px)) for share in shares]
    nested = [Nested(NestedKind.HEAD, start_ms, *head)]
    for span in range(spans):
        span_start_ms = start_ms + span * span_ms
        if span % 2:
            nested += [
                Nested(NestedKind.TICK, span_start_ms + (1 - share) * span_ms, x, y)
                for share, x, y in reversed(ticks)
            ]
        else:
            nested += [
                Nested(NestedKind.TICK, span_start_ms + share * span_ms, x, y) for share, x, y in ticks
            ]
        kind = NestedKind.REPEAT if span < spans - 1 else NestedKind.TAIL
        ends_at_head = span % 2 == 1
        nested.append(Nested(kind, start_ms + (span + 1) * span_ms, *(head if ends_at_head else end)))
    return tuple(nested)
