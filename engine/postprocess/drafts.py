"""From what was said to objects: which start belongs to which end, and what is left of those without one.

A model may say anything. What was to be clicked stays: a slider that never ends is a circle, a long note that
never ends a short one. Only a spinner without a start or an end is nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from engine.beatmap.objects import Mode
from engine.tokens.events import EventType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.postprocess.sayings import Saying, Sound

LETTERS: Final = {
    EventType.BEZIER_ANCHOR: "B",
    EventType.PERFECT_ANCHOR: "P",
    EventType.CATMULL_ANCHOR: "C",
    EventType.RED_ANCHOR: "B",
    EventType.LAST_ANCHOR: "B",
}
"""A path is of the kind of its first anchor."""
MOST_SPANS: Final = 8999
"""The game refuses more than 9000; odd, so that a ball that goes to and fro can be made to end anywhere."""
ENDS: Final = {
    EventType.HOLD_NOTE_END: EventType.HOLD_NOTE,
    EventType.DRUMROLL_END: EventType.DRUMROLL,
    EventType.DENDEN_END: EventType.DENDEN,
    EventType.SPINNER_END: EventType.SPINNER,
}
Point: TypeAlias = tuple[float, float]
MODES: Final = {
    EventType.HOLD_NOTE: frozenset({Mode.MANIA}),
    EventType.DRUMROLL: frozenset({Mode.TAIKO}),
    EventType.DENDEN: frozenset({Mode.TAIKO}),
    EventType.SLIDER_HEAD: frozenset({Mode.OSU, Mode.CATCH}),
    EventType.SPINNER: frozenset({Mode.OSU, Mode.CATCH}),
}
"""Where an object that lasts belongs; elsewhere it is a circle."""


@dataclass(slots=True)
class Circle:
    time_ms: int
    x: float
    y: float
    new_combo: bool
    sound: Sound
    volume: int | None
    velocity: float | None

    @classmethod
    def of(cls, said: Saying) -> Circle:
        return cls(
            said.time_ms,
            said.x or 0.0,
            said.y or 0.0,
            said.new_combo,
            said.sound,
            said.volume,
            said.velocity,
        )


@dataclass(slots=True)
class Lasting:
    """A spinner, a swell, a drum roll or a hold note."""

    kind: EventType
    """Of its start."""
    time_ms: int
    end_ms: int
    x: float
    sound: Sound
    volume: int | None
    volume_at_end: bool
    """Whether the volume is that of its end; a spinner sounds only there."""
    velocity: float | None


@dataclass(slots=True)
class Slider:
    time_ms: int
    end_ms: int
    spans: int
    head: Point
    letter: str
    points: list[Point]
    """After the head; a red anchor stands there twice."""
    end: Point
    """Where the slider was said to end, told apart from its last anchor."""
    new_combo: bool
    velocity: float | None
    body: Sound
    body_volume: int | None
    edges: list[Sound]
    edge_volumes: list[int]


Draft: TypeAlias = Circle | Lasting | Slider


@dataclass(slots=True)
class Drafts:
    objects: list[Draft] = field(default_factory=list)
    kiai: list[tuple[int, bool]] = field(default_factory=list)
    scroll_speeds: list[tuple[int, float]] = field(default_factory=list)
    shortened: list[int] = field(default_factory=list)
    """When objects began that were not ended, or ended no later than they began, and are short now."""
    lost: list[int] = field(default_factory=list)
    """When objects began of which nothing is left; and ends of nothing."""


def drafts_of(said: Iterable[Saying], mode: Mode) -> Drafts:
    """In the order in which the objects began."""
    reader = Reader(mode)
    for saying in said:
        reader.read(saying)
    return reader.finished()


class Reader:
    def __init__(self, mode: Mode) -> None:
        self._mode = mode
        self._drafts = Drafts()
        self._slider: list[Saying] = []
        """From its head on."""
        self._early_end: Saying | None = None
        self._open: dict[EventType, list[Saying]] = {}
        """Starts of what lasts, by kind."""

    def finished(self) -> Drafts:
        self._close_slider()
        for kind in list(self._open):
            while self._open[kind]:
                self._end(kind, None)
        self._drafts.objects.sort(key=lambda draft: draft.time_ms)
        return self._drafts

    def read(self, said: Saying) -> None:
        match said.kind:
            case EventType.CIRCLE:
                self._drafts.objects.append(Circle.of(said))
            case EventType.SLIDER_HEAD:
                self._close_slider()
                self._slider = [said]
            case EventType.SLIDER_END:
                self._end_slider(said)
            case kind if kind in LETTERS and self._slider:
                self._slider.append(said)
            case kind if kind in ENDS.values():
                self._begin(said)
            case kind if kind in ENDS:
                self._end(ENDS[kind], said)
            case _:
                self._read_line(said)

    def _read_line(self, said: Saying) -> None:
        """What becomes a timing line. Beats have become red ones elsewhere, and are nothing here."""
        if said.kind is EventType.KIAI:
            self._drafts.kiai.append((said.time_ms, bool(said.value)))
        elif said.kind is EventType.SCROLL_SPEED_CHANGE and said.velocity is not None:
            self._drafts.scroll_speeds.append((said.time_ms, said.velocity))

    def _begin(self, said: Saying) -> None:
        """Only in osu!mania does one begin while another goes on, and there in a column of its own."""
        waiting = self._open.setdefault(said.kind, [])
        for other in [one for one in waiting if said.kind is not EventType.HOLD_NOTE or one.x == said.x]:
            waiting.remove(other)
            self._without_end(other)
        waiting.append(said)

    def _end(self, kind: EventType, said: Saying | None) -> None:
        waiting = self._open.get(kind, [])
        if not waiting:
            self._drafts.lost += [said.time_ms] if said else []
            return
        start = next((one for one in waiting if said and one.x == said.x), waiting[0])
        waiting.remove(start)
        if said is None or said.time_ms <= start.time_ms or self._mode not in MODES[kind]:
            self._without_end(start)
            return
        at_end = kind is EventType.SPINNER
        told = said if at_end else start
        self._drafts.objects.append(
            Lasting(
                kind,
                start.time_ms,
                said.time_ms,
                start.x or 0.0,
                told.sound,
                told.volume,
                at_end,
                start.velocity,
            )
        )

    def _without_end(self, start: Saying) -> None:
        if start.kind in (EventType.SPINNER, EventType.DENDEN):
            self._drafts.lost.append(start.time_ms)
        else:
            self._drafts.shortened.append(start.time_ms)
            self._drafts.objects.append(Circle.of(start))

    def _end_slider(self, end: Saying) -> None:
        """Before a last anchor was told the end may be that of another slider, which goes on meanwhile."""
        if any(said.kind is EventType.LAST_ANCHOR for said in self._slider):
            self._close_slider(end)
        elif self._slider and self._early_end is None:
            self._early_end = end
        else:
            self._drafts.lost.append(end.time_ms)

    def _close_slider(self, end: Saying | None = None) -> None:
        end, self._early_end = end or self._early_end, None
        said, self._slider = self._slider, []
        if not said:
            return
        slider = _slider(said[0], said[1:], end) if self._mode in MODES[EventType.SLIDER_HEAD] else None
        if slider is None:
            self._without_end(said[0])
        else:
            self._drafts.objects.append(slider)


def _slider(head: Saying, anchors: Sequence[Saying], end: Saying | None) -> Slider | None:
    """None if it has no duration. Without an end it ends with its last anchor, without a last anchor there
    with its end.
    """
    lasts = [one for one in anchors if one.kind is EventType.LAST_ANCHOR]
    last = lasts[-1] if lasts else None
    closing = end or last
    if closing is None or closing.time_ms <= head.time_ms:
        return None
    duration_ms = closing.time_ms - head.time_ms
    span_ms = last.time_ms - head.time_ms if last else 0
    points = _path(anchors) or [(closing.x or 0.0, closing.y or 0.0)]
    return Slider(
        time_ms=head.time_ms,
        end_ms=closing.time_ms,
        spans=min(max(1, round(duration_ms / span_ms)), MOST_SPANS) if span_ms > 0 else 1,
        head=(head.x or 0.0, head.y or 0.0),
        letter=LETTERS[anchors[0].kind] if anchors else "B",
        points=points,
        end=(closing.x or 0.0, closing.y or 0.0),
        new_combo=head.new_combo,
        velocity=head.velocity,
        body=last.sound if last else head.sound,
        body_volume=last.volume if last else head.volume,
        edges=[*head.sounds[:1], *(last.sounds[1:] if last else ()), *(end.sounds[:1] if end else ())],
        edge_volumes=[
            *head.volumes[:1],
            *(last.volumes[1:] if last else ()),
            *(end.volumes[:1] if end else ()),
        ],
    )


def _path(anchors: Sequence[Saying]) -> list[Point]:
    """Where anchors are told without times, the last one is told twice, and counts where it is told first."""
    points: list[Point] = []
    ended = False
    for anchor in anchors:
        is_last = anchor.kind is EventType.LAST_ANCHOR
        if is_last and ended:
            continue
        ended = ended or is_last
        count = 2 if anchor.kind is EventType.RED_ANCHOR else 1
        points += [(anchor.x or 0.0, anchor.y or 0.0)] * count
    return points


def edge_sounds(slider: Slider, spans: int) -> list[Sound]:
    """One for the head, each repeat and the end; what was not told sounds as the body."""
    told = slider.edges[: spans + 1]
    return told + [slider.body] * (spans + 1 - len(told))
