"""From a model's events to the lines of a map: hit objects, green lines and red ones.

    placed = in_pixels(events, grammar, keys=4)          # engine.postprocess.positions
    timed = resnapped(placed, timing)                    # engine.postprocess.snap
    made = built(timed, timing, facts, types_first=grammar.types_first)

What a model says may be anything. What comes out can always be read: objects in order of time and on the
screen, sliders that end when they were said to, volumes and velocities in as few lines as say them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from engine.beatmap.objects import Mode
from engine.beatmap.timing import LEAST_VELOCITY, MOST_VELOCITY, Timing
from engine.postprocess import places
from engine.postprocess.drafts import Circle, Lasting, Slider, drafts_of
from engine.postprocess.remarks import Tally
from engine.postprocess.rulings import Change, Rulings, State
from engine.postprocess.sayings import sayings
from engine.postprocess.sliders import Pace, Shape, shaped
from engine.postprocess.tempos import Velocities, begun_before, longest_beat_ms, with_a_tempo
from engine.postprocess.wording import circle_text, lasting_text, roll_text, slider_text
from engine.tokens.events import EventType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from engine.postprocess.drafts import Draft, Drafts
    from engine.tokens.events import Event

BODY_MS: Final = 6
"""So long after a slider's head or repeat its body takes over: a sample has begun to sound by then."""
LEAST_SCROLL_SPEED: Final = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class MapFacts:
    """What a map says of itself. Its lines depend on the first four."""

    mode: Mode = Mode.OSU
    circle_size: float = 4.0
    """In osu!mania the number of columns."""
    slider_multiplier: float = 1.4
    slider_tick_rate: float = 1.0
    hp_drain: float = 5.0
    overall_difficulty: float = 8.0
    approach_rate: float = 9.0

    @property
    def keys(self) -> int:
        return max(1, round(self.circle_size))


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a map, whose red lines stay. Objects and lines from its start on and before its end."""

    start_ms: float
    end_ms: float

    def holds(self, time_ms: float) -> bool:
        return self.start_ms <= time_ms < self.end_ms


WHOLE: Final = Section(-math.inf, math.inf)


@dataclass(frozen=True, slots=True)
class Built:
    objects: tuple[str, ...]
    """Lines of [HitObjects], in order of time."""
    controls: tuple[str, ...]
    """Green lines, in order of time."""
    reds: tuple[str, ...]
    """Red lines, with the volume and the kiai that rule there; of a section none."""
    remarks: tuple[str, ...]
    """What had to be done to what the model said, each a sentence for the mapper."""


def built(
    events: Iterable[Event],
    timing: Timing,
    facts: MapFacts,
    *,
    types_first: bool,
    section: Section | None = None,
    snap_overlaps: bool = False,
    usual_beat_ms: float | None = None,
    seed: int = 0,
) -> Built:
    """`events`: what was said of objects, kiai and scroll speeds, merged in order of time, with places in
    osu! pixels (`in_pixels`). Their times are taken as they are: `resnapped` first, where they are to lie on
    the grid. `types_first`: the grammar's.

    `timing`: of a whole map the red lines, of which the green ones are written anew; with `section` those of
    the file, green ones included: what the events say nothing about (kiai, volume, velocity) stays in that
    section as it is there, and so do sample sets. The controls then take the place of its green lines.

    `snap_overlaps`: what nearly covers an earlier object shall cover it; V29 wants that, after diffusion.
    `usual_beat_ms`: what osu!mania's scroll speeds are relative to; None: the beat that rules longest.
    `seed`: for places of which only the distance was said.
    """
    said = sayings(events, types_first=types_first)
    if snap_overlaps:
        places.snap_near_overlaps(said)
    unplaced = places.fill_places(said, seed)
    builder = _Builder(with_a_tempo(timing), facts, section, Tally(has_no_tempo=not timing.red))
    if facts.mode in (Mode.OSU, Mode.CATCH):
        builder.tally.unplaced = builder.count(unplaced)
    last_ms = max((one.time_ms for one in said), default=0)
    builder.add(drafts_of(said, facts.mode), usual_beat_ms or longest_beat_ms(builder.timing, last_ms))
    return builder.finished()


@dataclass(slots=True)
class _Builder:
    """Builds one map once."""

    timing: Timing
    facts: MapFacts
    section: Section | None
    tally: Tally
    lines: list[tuple[int, str]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    taken: set[tuple[int, int]] = field(default_factory=set)
    """Times and columns of osu!mania."""
    velocities: Velocities = field(init=False)
    screen: places.Box = field(init=False)

    def __post_init__(self) -> None:
        self.screen = places.Box.of_screen(self.facts.circle_size)
        self.velocities = Velocities(self.timing, self._state_before().velocity)

    @property
    def span(self) -> Section:
        return self.section or WHOLE

    def count(self, times_ms: Iterable[int]) -> int:
        """Of the section alone."""
        return sum(map(self.span.holds, times_ms))

    def add(self, drafts: Drafts, usual_beat_ms: float) -> None:
        self.tally.shortened, self.tally.lost = self.count(drafts.shortened), self.count(drafts.lost)
        for draft in drafts.objects:
            if self.span.holds(draft.time_ms):
                self._add(draft)
        self.changes += [Change(time_ms, kiai=kiai) for time_ms, kiai in drafts.kiai]
        if self.facts.mode is Mode.MANIA:
            # Elsewhere it would be the velocity of sliders.
            self.changes += self._scroll_changes(drafts.scroll_speeds, usual_beat_ms)

    def _add(self, draft: Draft) -> None:
        match draft:
            case Circle():
                self._add_circle(draft)
            case Slider():
                self._add_slider(draft)
            case Lasting(kind=EventType.DRUMROLL):
                self._scroll(draft.time_ms, draft.velocity)
                length_px = self._pace(draft.time_ms).length_px(
                    self._slider_velocity(draft.time_ms), draft.end_ms - draft.time_ms
                )
                self._put(draft.time_ms, roll_text(draft, length_px))
                self._sound(draft.time_ms, draft.volume)
            case Lasting():
                self._scroll(draft.time_ms, draft.velocity)
                draft.x = _on_the_keys(draft.x)
                self._put(draft.time_ms, lasting_text(draft, volume=self._own(draft.volume)), draft.x)
                self._sound(draft.end_ms if draft.volume_at_end else draft.time_ms, draft.volume)

    def _add_circle(self, circle: Circle) -> None:
        mode = self.facts.mode
        if mode is Mode.TAIKO:
            circle.x, circle.y = places.CENTRE_PX
            self._scroll(circle.time_ms, circle.velocity)
        elif mode is Mode.MANIA:
            circle.x, circle.y = _on_the_keys(circle.x), places.CENTRE_PX[1]
        else:
            inside = self.screen.on_playfield().nearest(circle.x, circle.y)
            self.tally.moved += inside != (circle.x, circle.y)
            circle.x, circle.y = inside
        if mode not in (Mode.OSU, Mode.CATCH):
            circle.new_combo = False
        self._put(circle.time_ms, circle_text(circle, volume=self._own(circle.volume)), circle.x)
        self._sound(circle.time_ms, circle.volume)

    def _add_slider(self, slider: Slider) -> None:
        shape = shaped(slider, self._pace(slider.time_ms), self.screen)
        self.tally.moved += shape.is_moved
        self.tally.stretched += shape.is_stretched
        self._move(slider.time_ms, shape.velocity)
        self._put(slider.time_ms, slider_text(slider, shape))
        self.changes += _volumes(slider, shape)

    def _put(self, time_ms: int, line: str, x: float | None = None) -> None:
        """`x`: in osu!mania, where two objects of one time and column would be one that nobody can hit."""
        if x is not None and self.facts.mode is Mode.MANIA:
            place = time_ms, int(x * self.facts.keys / places.WIDTH_PX)
            if place in self.taken:
                self.tally.doubled += 1
                return
            self.taken.add(place)
        self.lines.append((time_ms, line))

    def _own(self, volume: int | None) -> int:
        """In osu!mania an object says its volume itself."""
        return volume or 0 if self.facts.mode is Mode.MANIA else 0

    def _sound(self, time_ms: int, volume: int | None) -> None:
        if volume is not None and self.facts.mode is not Mode.MANIA:
            self.changes.append(Change(time_ms, volume_percent=volume))

    def _scroll(self, time_ms: int, velocity: float | None) -> None:
        """Only in osu!taiko do objects say how fast they come."""
        if velocity is not None and self.facts.mode is Mode.TAIKO:
            self._move(time_ms, min(max(LEAST_SCROLL_SPEED, velocity), MOST_VELOCITY))

    def _move(self, time_ms: int, velocity: float) -> None:
        self.velocities.put(time_ms, velocity)
        self.changes.append(Change(time_ms, velocity=velocity))

    def _slider_velocity(self, time_ms: int) -> float:
        """Things may scroll more slowly than a slider's ball may run."""
        return max(LEAST_VELOCITY, self.velocities.at(time_ms))

    def _pace(self, time_ms: int) -> Pace:
        beat_ms = self.timing.beat_length_at(time_ms)
        return Pace(beat_ms, self.facts.slider_multiplier, self._slider_velocity(time_ms))

    def _scroll_changes(self, told: Sequence[tuple[int, float]], usual_beat_ms: float) -> Iterator[Change]:
        """Relative to the usual tempo, so that each red line needs its own."""
        speeds = sorted(told)
        reds = [(red.time_ms, None) for red in self.timing.red if speeds and red.time_ms > speeds[0][0]]
        now = 1.0
        for time_ms, speed in sorted([*speeds, *reds], key=lambda change: (change[0], change[1] is not None)):
            now = now if speed is None else speed
            velocity = now * self.timing.beat_length_at(time_ms) / usual_beat_ms
            yield Change(math.floor(time_ms), velocity=min(max(LEAST_SCROLL_SPEED, velocity), MOST_VELOCITY))

    # ---- the end

    def finished(self) -> Built:
        span = self.section
        if span is None:
            timing = begun_before(self.timing, min((change.time_ms for change in self.changes), default=0))
            rulings = Rulings(timing.red)
        else:
            reds = [red for red in self.timing.red if span.holds(red.time_ms)]
            rulings = Rulings(reds, self._state_before(), self.timing)
            self.changes += list(_kept(self.timing, span, self.changes))
        rulings.add(change for change in self.changes if self.span.holds(change.time_ms))
        written = rulings.written(reds_stay=span is not None)
        self.lines.sort(key=lambda line: line[0])
        texts = tuple(text for _, text in self.lines)
        return Built(texts, written.greens, written.reds, self.tally.sentences())

    def _state_before(self) -> State:
        start_ms = self.section.start_ms if self.section else -math.inf
        ruling = self.timing.point_at(math.nextafter(start_ms, -math.inf))
        return State.of(ruling) if ruling else replace(State.of(self.timing.red[0]), velocity=1.0)


def _volumes(slider: Slider, shape: Shape) -> Iterator[Change]:
    """Of its head, repeats and end, and of its body in between."""
    span_ms = (slider.end_ms - slider.time_ms) / shape.spans
    for number, volume in enumerate(slider.edge_volumes[: shape.spans + 1]):
        time_ms = round(slider.time_ms + span_ms * number)
        yield Change(time_ms, volume_percent=volume)
        body = slider.body_volume
        if body is not None and body != volume and number < shape.spans and span_ms > BODY_MS:
            yield Change(time_ms + BODY_MS, volume_percent=body)


def _on_the_keys(x: float) -> float:
    return min(max(0.0, x), places.WIDTH_PX - 1)


def _kept(timing: Timing, section: Section, told: Sequence[Change]) -> Iterator[Change]:
    """What the file's lines say in the section, of what the model said nothing about."""
    says = [change for change in told if section.holds(change.time_ms)]
    velocity = any(change.velocity is not None for change in says)
    volume = any(change.volume_percent is not None for change in says)
    kiai = any(change.kiai is not None for change in says)
    for time_ms in sorted({point.time_ms for point in timing.points if section.holds(point.time_ms)}):
        ruling = timing.point_at(time_ms)
        if ruling:
            state = State.of(ruling)
            yield Change(
                math.floor(time_ms),
                velocity=None if velocity else state.velocity,
                volume_percent=None if volume else state.volume_percent,
                kiai=None if kiai else state.kiai,
                sample_set=state.sample_set,
                sample_index=state.sample_index,
            )
