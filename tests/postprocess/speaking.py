"""What a model might say, for the tests of this room: one moment after another, in V32's order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from engine.beatmap.builder import osu
from engine.beatmap.document import Document
from engine.beatmap.objects import Mode
from engine.postprocess.build import MapFacts, built
from engine.postprocess.whole_map import whole_map
from engine.requests import SongFacts
from engine.tokens.events import Event, Events, EventType

if TYPE_CHECKING:
    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.timing import Timing

TIMING = osu().timing(120).document().beatmap.timing
"""A beat is 500 ms, and a slider of velocity 1 runs 140 px in it."""
SOUND = 32
"""In a model's numbers: no addition, both sets soft."""


@dataclass(frozen=True, slots=True)
class Speech:
    events: tuple[Event, ...] = ()

    def say(
        self,
        kind: EventType,
        at: int | None,
        x: int | None = None,
        y: int | None = None,
        *,
        value: int = 0,
        distance: int | None = None,
        new_combo: bool = False,
        velocity: int | None = None,
        sounds: tuple[int, ...] = (),
        volumes: tuple[int, ...] = (),
    ) -> Self:
        """One group; `at` None says no time, and it belongs to that of the group before."""
        time_ms = self.events[-1].time if at is None else at
        told: list[tuple[EventType, int]] = [] if at is None else [(EventType.TIME_SHIFT, at)]
        numbers = {
            EventType.DISTANCE: distance,
            EventType.POSITION_X: x,
            EventType.POSITION_Y: y,
            EventType.NEW_COMBO: 0 if new_combo else None,
            EventType.SCROLL_SPEED: velocity,
        }
        told += [(number, said) for number, said in numbers.items() if said is not None]
        told += [(EventType.HITSOUND, sound) for sound in sounds]
        told += [(EventType.VOLUME, volume) for volume in volumes]
        told.append((kind, value))
        return replace(self, events=(*self.events, *(Event(*one, time_ms) for one in told)))

    def circle(
        self, at: int, x: int = 256, y: int = 192, *, new_combo: bool = False, volume: int = 70
    ) -> Self:
        return self.say(EventType.CIRCLE, at, x, y, new_combo=new_combo, sounds=(SOUND,), volumes=(volume,))

    def slider(
        self,
        at: int,
        until: int,
        *points: tuple[int, int],
        spans: int = 1,
        velocity: int | None = 100,
        anchor: EventType = EventType.BEZIER_ANCHOR,
        volumes: tuple[int, ...] = (),
    ) -> Self:
        """`points`: from the head on. `volumes`: of head, body, repeats and end."""
        head, *anchors, last = points
        inner, nodes = volumes[1 : spans + 1] or (70,) * spans, (SOUND,) * spans
        speech = self.say(
            EventType.SLIDER_HEAD,
            at,
            *head,
            velocity=velocity,
            sounds=(SOUND,),
            volumes=volumes[:1] or (70,),
        )
        for point in anchors:
            speech = speech.say(anchor, None, *point)
        speech = speech.say(EventType.LAST_ANCHOR, None, *last)
        span_end = at + round((until - at) / spans)
        speech = speech.say(EventType.LAST_ANCHOR, span_end, sounds=nodes, volumes=inner)
        return speech.say(
            EventType.SLIDER_END, until, *last, sounds=(SOUND,), volumes=volumes[spans + 1 :] or (70,)
        )

    def spoken(self) -> Events:
        return Events.of(self.events)

    def made(
        self, mode: Mode = Mode.OSU, timing: Timing = TIMING, *, circle_size: float = 4, snap: bool = False
    ) -> Beatmap:
        """The map that comes of it, read again; it must be without a flaw."""
        facts = MapFacts(mode=mode, circle_size=circle_size)
        made = built(self.spoken(), timing, facts, types_first=False, snap_overlaps=snap)
        document = Document.parse(whole_map(made, facts, SongFacts()))
        assert document.problems == ()
        return document.beatmap


NOTHING = Speech()
