"""What timing lines have to say: velocity, volume and kiai as they change, in as few lines as say it.

A model says them with the objects; here they become green lines, and red ones where those are ours. Lines
nearer than 2 ms are one; a line that would change nothing is not written.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from engine.beatmap.timing import Timing
from engine.postprocess.wording import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.beatmap.timing import TimingPoint

SAME_LINE_MS: Final = 2
KIAI_EFFECT, OMIT_BARLINE_EFFECT = 1, 8
SAME_VELOCITY: Final = 1e-6


@dataclass(frozen=True, slots=True)
class State:
    """What rules at a moment beside the tempo."""

    velocity: float = 1.0
    volume_percent: int = 100
    kiai: bool = False
    sample_set: int = 2
    sample_index: int = 0

    @classmethod
    def of(cls, point: TimingPoint) -> State:
        """Sample index -1, which the models' own program writes, is no other than 0."""
        return cls(
            point.velocity,
            point.volume_percent,
            point.kiai,
            int(point.sample_set),
            max(0, point.sample_index),
        )

    def says(self, other: State) -> bool:
        """Whether a line of this would change nothing where the other rules."""
        return (
            abs(self.velocity - other.velocity) < SAME_VELOCITY
            and replace(self, velocity=other.velocity) == other
        )


@dataclass(frozen=True, slots=True)
class Change:
    """From a time on. None: as it was."""

    time_ms: int
    velocity: float | None = None
    volume_percent: int | None = None
    kiai: bool | None = None
    sample_set: int | None = None
    sample_index: int | None = None


@dataclass(slots=True)
class Line:
    time_ms: float
    state: State
    red: TimingPoint | None = None
    sets_velocity: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    greens: tuple[str, ...]
    reds: tuple[str, ...]


class Rulings:
    """Lines in the making, in order of time."""

    def __init__(
        self, reds: Sequence[TimingPoint], before: State | None = None, timing: Timing | None = None
    ) -> None:
        """`before`: what rules where this begins; None: what the first red line says. `timing`: the file's,
        where not all of its red lines are here.
        """
        self._reds = list(reds)
        self._timing = timing or Timing(tuple(reds))
        self._next_red = 0
        self._lines: list[Line] = []
        self._told = Change(0)
        """What was said so far, which a red line does not take back."""
        self._before = before or (State.of(self._reds[0]) if self._reds else State())

    def add(self, changes: Iterable[Change]) -> None:
        """All of them, in any order; once."""
        for change in sorted(changes, key=lambda change: change.time_ms):
            self._pass_reds(change.time_ms)
            self._apply(change)
        self._pass_reds(float("inf"))

    def _pass_reds(self, until_ms: float) -> None:
        while self._next_red < len(self._reds) and self._reds[self._next_red].time_ms <= until_ms:
            red = self._reds[self._next_red]
            state = _with(replace(State.of(red), velocity=1.0), self._told)
            self._lines.append(Line(red.time_ms, state, red))
            self._next_red += 1

    def _apply(self, change: Change) -> None:
        sound = replace(change, velocity=None)
        self._told = _told(self._told, sound)
        if sound != Change(change.time_ms):
            line = self._sounding_at(change.time_ms)
            if line:
                line.state = _with(line.state, sound)
        if change.velocity is not None:
            line = self._moving_at(change.time_ms)
            line.state = replace(line.state, velocity=change.velocity)
            line.sets_velocity = True

    def _sounding_at(self, time_ms: int) -> Line | None:
        """The line that says how it sounds from there; None where a red line just after does."""
        if self._lines and time_ms - self._lines[-1].time_ms <= SAME_LINE_MS:
            return self._lines[-1]
        if self._next_red < len(self._reds):
            soon_ms = self._reds[self._next_red].time_ms - time_ms
            if soon_ms <= SAME_LINE_MS:
                return None
        return self._new(time_ms)

    def _moving_at(self, time_ms: int) -> Line:
        """The line that says how fast it is from there: none that says so of something else already."""
        last = self._lines[-1] if self._lines else None
        if last is None:
            return self._new(time_ms)
        is_near = time_ms - last.time_ms <= SAME_LINE_MS
        is_free = not last.sets_velocity and last.red is None
        return last if last.time_ms == time_ms or (is_near and is_free) else self._new(time_ms)

    def _new(self, time_ms: float) -> Line:
        state = self._lines[-1].state if self._lines else self._before
        line = Line(time_ms, state)
        self._lines.append(line)
        return line

    def written(self, *, reds_stay: bool) -> Written:
        """`reds_stay`: the red lines are in the file and say what they say; a green one beside each says what
        they do not.
        """
        greens: list[str] = []
        reds: list[str] = []
        ruling = self._before
        for line in self._lines:
            meter = line.red.meter if line.red else self._meter_at(line.time_ms)
            if line.red:
                ruling = replace(State.of(line.red), velocity=1.0)
                if not reds_stay:
                    ruling = replace(line.state, velocity=1.0)
                    reds.append(red_text(line.red, ruling))
            if not line.state.says(ruling):
                greens.append(green_text(line.time_ms, line.state, meter))
                ruling = line.state
        return Written(tuple(greens), tuple(reds))

    def _meter_at(self, time_ms: float) -> int:
        red = self._timing.red_at(time_ms)
        return red.meter if red else 4


def _told(before: Change, change: Change) -> Change:
    return Change(
        change.time_ms,
        None,
        before.volume_percent if change.volume_percent is None else change.volume_percent,
        before.kiai if change.kiai is None else change.kiai,
        before.sample_set if change.sample_set is None else change.sample_set,
        before.sample_index if change.sample_index is None else change.sample_index,
    )


def _with(state: State, change: Change) -> State:
    return State(
        state.velocity if change.velocity is None else change.velocity,
        state.volume_percent if change.volume_percent is None else change.volume_percent,
        state.kiai if change.kiai is None else change.kiai,
        state.sample_set if change.sample_set is None else change.sample_set,
        state.sample_index if change.sample_index is None else change.sample_index,
    )


def green_text(time_ms: float, state: State, meter: int) -> str:
    beat = number(-100 / state.velocity)
    return (
        f"{number(time_ms)},{beat},{meter},{state.sample_set},{state.sample_index},"
        f"{state.volume_percent},0,{KIAI_EFFECT * state.kiai}"
    )


def red_text(red: TimingPoint, state: State) -> str:
    effects = KIAI_EFFECT * state.kiai + OMIT_BARLINE_EFFECT * red.omit_barline
    return (
        f"{number(red.time_ms)},{number(red.beat_length_ms)},{red.meter},{state.sample_set},"
        f"{state.sample_index},{state.volume_percent},1,{effects}"
    )
