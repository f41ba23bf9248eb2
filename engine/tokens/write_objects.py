"""Hit objects as groups of events: when, where, how it sounds, and what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.beatmap.objects import Circle, Hold, Mode, Slider, Spinner
from engine.tokens.events import Events, EventType, in_time
from engine.tokens.groups import LEAST_SCROLL_SPEED, PERCENT, Groups, scroll_speed
from engine.tokens.slider_shapes import MOST_POINTS
from engine.tokens.view import LONGEST_MS, US_PER_MS, scaled, sound_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.tokens.grammar import Grammar
    from engine.tokens.groups import Statement
    from engine.tokens.placing import Placer
    from engine.tokens.view import MapView, SliderView, Sound

SOUND_EARLY_US: Final = 5 * US_PER_MS
"""A line this much late still decides how an object sounds."""
BODY_US: Final = 1 * US_PER_MS
"""A slider's body sounds as the line just after its head says."""
SUSTAIN_END_US: Final = 10 * US_PER_MS
"""Nothing goes on this shortly before its end."""
SOUNDS_OF_A_SET: Final = 8
SETS: Final = 3
NEW_COMBO: Final = ((EventType.NEW_COMBO, 0),)


class ObjectWriter:
    """Writes one map once."""

    def __init__(self, view: MapView, grammar: Grammar, placer: Placer) -> None:
        self._view, self._grammar, self._placer = view, grammar, placer
        self._combos = view.mode in (Mode.OSU, Mode.CATCH)
        self._taiko = view.mode == Mode.TAIKO
        self._sliders = view.sliders()
        self._groups = Groups(view, grammar)
        self._line_at = view.line_at
        self._sounds: dict[tuple[Sound, int, int], tuple[Statement, Statement]] = {}
        """As told; maps sound in few ways."""

    def write(self) -> Events:
        for obj in self._view.objects:
            time_us = self._view.time_us(obj.time_ms)
            if isinstance(obj, Circle):
                self._circle(obj, time_us)
            elif isinstance(obj, Slider):
                slider = self._sliders[obj.line]
                if self._taiko:
                    self._drumroll(obj, time_us, slider)
                elif slider.shape.point_count <= MOST_POINTS:
                    self._slider(obj, time_us, slider)
            elif isinstance(obj, Spinner):
                self._spinner(obj, time_us)
            else:
                self._hold(obj, time_us)
        return in_time(self._groups.events)

    def _circle(self, circle: Circle, time_us: int) -> None:
        self._groups.add_snapped(
            EventType.CIRCLE,
            time_us,
            *self._placer.tell(int(circle.x), int(circle.y)),
            *self._combo(circle),
            *(self._scroll_speed(time_us) if self._taiko else ()),
            *self._sound(sound_of(circle.hitsound, circle.sample), time_us),
        )

    def _slider(self, obj: Slider, time_us: int, slider: SliderView) -> None:
        shape, placer = slider.shape, self._placer
        self._groups.add_snapped(
            EventType.SLIDER_HEAD,
            time_us,
            *placer.tell(int(obj.x), int(obj.y)),
            *self._combo(obj),
            *(self._scroll_speed(time_us) if self._grammar.slider_velocity else ()),
            *self._sound(slider.head, time_us),
        )
        spread = self._grammar.anchors_in_time
        for kind, share, x, y in shape.anchors:
            at_us = time_us + scaled(slider.span_us, *share.as_integer_ratio()) if spread else time_us
            self._groups.add(kind, at_us, *placer.tell(x, y))
        span_end_us = time_us + slider.span_us
        if not spread:
            self._groups.add(EventType.LAST_ANCHOR, time_us, *placer.tell(*shape.last))
            self._sustain(EventType.SLIDER_SUSTAIN, time_us, span_end_us)
        self._groups.add_snapped(
            EventType.LAST_ANCHOR,
            span_end_us,
            *(placer.tell(*shape.last) if spread else ()),
            *self._sound(slider.body, time_us + BODY_US),
            *(self._repeats(slider, time_us) if slider.repeats else ()),
        )
        self._sustain(EventType.SLIDER_REPEAT_SUSTAIN, span_end_us, slider.end_us)
        self._groups.add_snapped(
            EventType.SLIDER_END,
            slider.end_us,
            *placer.tell(*shape.end),
            *self._sound(slider.tail, slider.end_us),
        )

    def _repeats(self, slider: SliderView, time_us: int) -> Iterable[Statement]:
        for number, sound in enumerate(slider.repeats, 1):
            yield from self._sound(sound, time_us + number * slider.span_us)

    def _drumroll(self, obj: Slider, time_us: int, slider: SliderView) -> None:
        """Its nodes are silent in the game too."""
        self._groups.add_snapped(
            EventType.DRUMROLL,
            time_us,
            *self._scroll_speed(time_us),
            *self._sound(sound_of(obj.hitsound, obj.sample), time_us),
        )
        self._sustain(EventType.DRUMROLL_SUSTAIN, time_us, slider.end_us)
        self._groups.add_snapped(EventType.DRUMROLL_END, slider.end_us)

    def _spinner(self, spinner: Spinner, time_us: int) -> None:
        end_us = self._view.time_us(spinner.end_ms)
        sound = sound_of(spinner.hitsound, spinner.sample)
        if self._taiko:
            self._groups.add_snapped(
                EventType.DENDEN,
                time_us,
                *self._scroll_speed(time_us),
                *self._sound(sound, time_us),
            )
            self._sustain(EventType.DENDEN_SUSTAIN, time_us, end_us)
            self._groups.add_snapped(EventType.DENDEN_END, end_us)
            return
        self._groups.add_snapped(EventType.SPINNER, time_us)
        self._sustain(EventType.SPINNER_SUSTAIN, time_us, end_us)
        self._groups.add_snapped(EventType.SPINNER_END, end_us, *self._sound(sound, end_us))
        self._placer.recentre()

    def _hold(self, hold: Hold, time_us: int) -> None:
        end_us = self._view.time_us(hold.end_ms)
        x, y = int(hold.x), int(hold.y)
        place = self._placer.tell(x, y)
        self._groups.add_snapped(
            EventType.HOLD_NOTE,
            time_us,
            *place,
            *self._sound(sound_of(hold.hitsound, hold.sample), time_us),
        )
        self._sustain(EventType.HOLD_NOTE_SUSTAIN, time_us, end_us, *place)
        self._groups.add_snapped(EventType.HOLD_NOTE_END, end_us, *self._placer.tell(x, y))

    def _sustain(self, kind: EventType, start_us: int, end_us: int, *place: Statement) -> None:
        every_ms = self._grammar.sustain_ms
        if every_ms is None:
            return
        every_us = every_ms * US_PER_MS
        end_us = min(end_us - SUSTAIN_END_US, start_us + LONGEST_MS * US_PER_MS)
        for at_us in range(start_us + every_us, end_us, every_us):
            self._groups.add_timed(kind, at_us, *place)

    def _combo(self, obj: Circle | Slider) -> tuple[Statement, ...]:
        return NEW_COMBO if obj.new_combo and self._combos else ()

    def _scroll_speed(self, time_us: int) -> tuple[Statement]:
        return (scroll_speed(self._line_at(time_us).velocity(LEAST_SCROLL_SPEED)),)

    def _sound(self, sound: Sound, time_us: int) -> tuple[Statement, Statement]:
        line = self._line_at(time_us + SOUND_EARLY_US)
        key = sound, line.sample_set, line.volume_percent
        told = self._sounds.get(key)
        if told is None:
            told = self._sounds[key] = _told_sound(*key)
        return told


def _told_sound(sound: Sound, line_set: int, line_volume: int) -> tuple[Statement, Statement]:
    """What the object does not say, the line does; what neither the set of the addition, the other set."""
    normal_set = sound.normal_set or line_set
    sets = normal_set - 1 + SETS * ((sound.addition_set or normal_set) - 1)
    return (
        (EventType.HITSOUND, sound.additions + SOUNDS_OF_A_SET * sets),
        (EventType.VOLUME, min(sound.volume_percent or line_volume, PERCENT)),
    )
