"""Hit objects as groups of events: when, where, how it sounds, and what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from engine.beatmap.objects import Circle, Hold, Mode, Slider, Spinner
from engine.tokens.events import EVENT_TYPES, Events, EventType, in_time
from engine.tokens.groups import PERCENT, SNAPPED, SPEED, TIMED, Groups
from engine.tokens.slider_ends import MOST_POINTS
from engine.tokens.sounds import parts_of_sounds, sound_of
from engine.tokens.view import LONGEST_MS, US_PER_MS, scaled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.tokens.events import Ints
    from engine.tokens.grammar import Grammar
    from engine.tokens.groups import Said
    from engine.tokens.placing import Placer
    from engine.tokens.sounds import Sound
    from engine.tokens.view import Line, MapView, SliderView

SOUND_EARLY_US: Final = 5 * US_PER_MS
"""A line this much late still decides how an object sounds."""
BODY_US: Final = 1 * US_PER_MS
"""A slider's body sounds as the line just after its head says."""
SUSTAIN_END_US: Final = 10 * US_PER_MS
"""Nothing goes on this shortly before its end."""
SOUNDS_OF_A_SET: Final = 8
SETS: Final = 3
SOUND: Final = bytes([EventType.HITSOUND, EventType.VOLUME])
COMBO: Final = bytes([EventType.NEW_COMBO])


class ObjectWriter:
    """Writes one map once."""

    def __init__(self, view: MapView, grammar: Grammar, placer: Placer) -> None:
        self._view, self._grammar, self._placer = view, grammar, placer
        self._taiko = view.mode == Mode.TAIKO
        self._groups = Groups(view, grammar)
        self._sounds = Sounds(view)
        self._place = placer.types
        self._spread = grammar.anchors_in_time
        new_combo = COMBO if view.mode in (Mode.OSU, Mode.CATCH) else b""
        opening = [SNAPPED + self._place + combo for combo in (b"", new_combo)]
        # Both by whether the object starts a new combo.
        self._circle_says = [said + (SPEED if self._taiko else b"") + SOUND for said in opening]
        self._head_says = [said + (SPEED if grammar.slider_velocity else b"") + SOUND for said in opening]
        self._openings: dict[tuple[bool, Said], tuple[Said, list[int]]] = {}

    def write(self) -> Events:
        sliders = self._view.sliders()
        for obj, time_us in zip(self._view.objects, self._view.times_us, strict=True):
            if isinstance(obj, Circle):
                self._circle(obj, time_us)
            elif isinstance(obj, Slider):
                self._slider(obj, time_us, sliders[obj.line])
            elif isinstance(obj, Spinner):
                self._spinner(obj, time_us)
            else:
                self._hold(obj, time_us)
        return in_time(self._groups.events({**self._placer.numbers(), **self._sounds.numbers()}))

    def _circle(self, circle: Circle, time_us: int) -> None:
        self._placer.put(int(circle.x), int(circle.y))
        self._sounds.put(sound_of(circle.hitsound, circle.sample), time_us)
        self._groups.add(EventType.CIRCLE, time_us, self._circle_says[circle.new_combo])

    def _slider(self, obj: Slider, time_us: int, slider: SliderView) -> None:
        if self._taiko:
            self._drumroll(obj, time_us, slider)
            return
        shape = slider.shape
        if shape.point_count > MOST_POINTS:
            return
        span_us, end_us = slider.span_us, slider.end_us
        self._placer.put(int(obj.x), int(obj.y))
        self._placer.put_all(shape.xs, shape.ys)
        nodes_us = [time_us + number * span_us for number in range(1, slider.spans)]
        self._sounds.put_all(slider.sounds, [time_us, time_us + BODY_US, *nodes_us, end_us])
        types, sizes = self._opening(obj.new_combo, shape.kinds)
        self._groups.add_joined(types, sizes, self._opening_us(slider, time_us, len(sizes)))
        if not self._spread:
            self._sustain(EventType.SLIDER_SUSTAIN, time_us, time_us + span_us)
        said = SNAPPED + self._place if self._spread else SNAPPED
        self._groups.add(EventType.LAST_ANCHOR, time_us + span_us, said + SOUND * slider.spans)
        self._sustain(EventType.SLIDER_REPEAT_SUSTAIN, time_us + span_us, end_us)
        self._groups.add(EventType.SLIDER_END, end_us, SNAPPED + self._place + SOUND)

    def _opening(self, new_combo: bool, kinds: Said) -> tuple[Said, list[int]]:
        """A slider's groups up to its anchors, joined, and how long each is. Where anchors have no times the
        last one is told among them, and again when it sounds.
        """
        known = self._openings.get((new_combo, kinds))
        if known is None:
            anchors = [EVENT_TYPES[kind] for kind in kinds]
            if not self._spread:
                anchors.append(EventType.LAST_ANCHOR)
            head = self._groups.joined(EventType.SLIDER_HEAD, self._head_says[new_combo])
            groups = [head, *(self._groups.joined(kind, self._place) for kind in anchors)]
            known = self._openings[new_combo, kinds] = b"".join(groups), [len(group) for group in groups]
        return known

    def _opening_us(self, slider: SliderView, time_us: int, count: int) -> list[int]:
        if not self._spread:
            return [time_us] * count
        steps = slider.shape.point_count - 1
        shares = [(index / steps).as_integer_ratio() for index in slider.shape.indices]
        return [time_us, *(time_us + scaled(slider.span_us, *share) for share in shares)]

    def _drumroll(self, obj: Slider, time_us: int, slider: SliderView) -> None:
        """Its nodes are silent in the game too."""
        self._sounds.put(sound_of(obj.hitsound, obj.sample), time_us)
        self._groups.add(EventType.DRUMROLL, time_us, SNAPPED + SPEED + SOUND)
        self._sustain(EventType.DRUMROLL_SUSTAIN, time_us, slider.end_us)
        self._groups.add(EventType.DRUMROLL_END, slider.end_us, SNAPPED)

    def _spinner(self, spinner: Spinner, time_us: int) -> None:
        end_us = self._view.time_us(spinner.end_ms)
        sound = sound_of(spinner.hitsound, spinner.sample)
        if self._taiko:
            self._sounds.put(sound, time_us)
            self._groups.add(EventType.DENDEN, time_us, SNAPPED + SPEED + SOUND)
            self._sustain(EventType.DENDEN_SUSTAIN, time_us, end_us)
            self._groups.add(EventType.DENDEN_END, end_us, SNAPPED)
            return
        self._groups.add(EventType.SPINNER, time_us, SNAPPED)
        self._sustain(EventType.SPINNER_SUSTAIN, time_us, end_us)
        self._sounds.put(sound, end_us)
        self._groups.add(EventType.SPINNER_END, end_us, SNAPPED + SOUND)
        self._placer.recentre()

    def _hold(self, hold: Hold, time_us: int) -> None:
        end_us, place = self._view.time_us(hold.end_ms), (int(hold.x), int(hold.y))
        self._placer.put(*place)
        self._sounds.put(sound_of(hold.hitsound, hold.sample), time_us)
        self._groups.add(EventType.HOLD_NOTE, time_us, SNAPPED + self._place + SOUND)
        for _ in range(self._sustain(EventType.HOLD_NOTE_SUSTAIN, time_us, end_us, self._place)):
            self._placer.put(*place)
        self._placer.put(*place)
        self._groups.add(EventType.HOLD_NOTE_END, end_us, SNAPPED + self._place)

    def _sustain(self, kind: EventType, start_us: int, end_us: int, place: Said = b"") -> int:
        """How often it says so."""
        every_ms = self._grammar.sustain_ms
        if every_ms is None:
            return 0
        every_us = every_ms * US_PER_MS
        end_us = min(end_us - SUSTAIN_END_US, start_us + LONGEST_MS * US_PER_MS)
        times_us = range(start_us + every_us, end_us, every_us)
        for at_us in times_us:
            self._groups.add(kind, at_us, TIMED + place)
        return len(times_us)


class Sounds:
    """Notes how things sound, and tells it of all in the end: the line that rules then has its say."""

    def __init__(self, view: MapView) -> None:
        self._view = view
        self._sounds: list[Sound] = []
        self._times_us: list[int] = []

    def put(self, sound: Sound, time_us: int) -> None:
        self._sounds.append(sound)
        self._times_us.append(time_us)

    def put_all(self, sounds: Sequence[Sound], times_us: Sequence[int]) -> None:
        self._sounds += sounds
        self._times_us += times_us

    def numbers(self) -> dict[EventType, Ints]:
        """What the object does not say, the line does; an addition without a set has the other's."""
        if not self._sounds:
            return {}
        at_us = np.array(self._times_us, np.int64) + SOUND_EARLY_US
        additions, normal_sets, addition_sets, volumes = parts_of_sounds(np.array(self._sounds, np.int64))
        normal_sets = np.where(normal_sets, normal_sets, self._view.said_at(at_us, _set_of_line))
        addition_sets = np.where(addition_sets, addition_sets, normal_sets)
        volumes = np.where(volumes, volumes, self._view.said_at(at_us, _volume_of_line))
        return {
            EventType.HITSOUND: additions + SOUNDS_OF_A_SET * (normal_sets - 1 + SETS * (addition_sets - 1)),
            EventType.VOLUME: np.minimum(volumes, PERCENT),
        }


def _set_of_line(line: Line) -> int:
    return line.sample_set


def _volume_of_line(line: Line) -> int:
    return line.volume_percent
