"""The lines that a section is to be made of, read as the game would read them, before they go into a map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from engine.beatmap.beatmap import PLAYFIELD_WIDTH_PX
from engine.beatmap.edits import EditRefused, line_bytes
from engine.beatmap.objects import Circle, HitObject, Hold, Mode
from engine.beatmap.reading import Unreadable, encoded, quoted
from engine.beatmap.timing import TimingPoint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine.beatmap.beatmap import Beatmap

KIND_FIELD: Final = 3
"""Of an object's line: its kind, new combo and colours skipped, in bits."""

Thing = TypeVar("Thing", HitObject, TimingPoint)


@dataclass(frozen=True, slots=True)
class NewLine(Generic[Thing]):
    content: bytes
    thing: Thing
    """What the line says. Its line number means nothing."""

    @property
    def time_ms(self) -> float:
        return self.thing.time_ms

    @property
    def timed(self) -> tuple[float, bytes]:
        return self.thing.time_ms, self.content


NewObject = NewLine[HitObject]
NewControl = NewLine[TimingPoint]


def new_objects(beatmap: Beatmap, span: tuple[float, float], texts: Sequence[str]) -> list[NewObject]:
    """In order of time; those of one time stay in the order given."""
    objects = [NewLine(*_read(text, beatmap.object_reader.read, span)) for text in texts]
    if beatmap.mode is Mode.MANIA:
        for obj in objects:
            _must_have_a_column(beatmap, obj)
    return sorted(objects, key=lambda obj: obj.time_ms)


def new_controls(
    beatmap: Beatmap, span: tuple[float, float], texts: Sequence[str], *, keep_red: bool
) -> list[NewControl]:
    """In order of time; at one time red lines first."""
    controls = [NewLine(*_read(text, beatmap.timing_reader.read, span)) for text in texts]
    for control in controls:
        if keep_red and control.thing.uninherited:
            raise EditRefused(
                f"{quoted(control.content)} is a red line, and the section keeps the timing of the map."
            )
    return sorted(controls, key=lambda control: (control.time_ms, not control.thing.uninherited))


def as_control(beatmap: Beatmap, text: str) -> NewControl:
    """A line that is known to be readable."""
    content = encoded(text)
    return NewLine(content, beatmap.timing_reader.read(0, content))


def reread(beatmap: Beatmap, content: bytes) -> NewObject:
    """After a change of our own to a line that was readable."""
    return NewLine(content, beatmap.object_reader.read(0, content))


def _read(text: str, read: Callable[[int, bytes], Thing], span: tuple[float, float]) -> tuple[bytes, Thing]:
    content = line_bytes(text)
    try:
        thing = read(0, content)
    except Unreadable as error:
        raise EditRefused(f"{quoted(text)} would not be readable: {error}.") from None
    start_ms, end_ms = span
    if not start_ms <= thing.time_ms < end_ms:
        raise EditRefused(
            f"{quoted(text)} lies outside of the section from {start_ms:.15g} to {end_ms:.15g} ms."
        )
    return content, thing


def _must_have_a_column(beatmap: Beatmap, obj: NewObject) -> None:
    if not isinstance(obj.thing, Circle | Hold):
        raise EditRefused(
            f"{quoted(obj.content)} is neither a note nor a long note, and osu!mania has no others."
        )
    if not 0 <= obj.thing.x <= PLAYFIELD_WIDTH_PX:
        keys = max(1, round(beatmap.difficulty.circle_size))
        raise EditRefused(f"{quoted(obj.content)} stands in none of the {keys} columns of the map.")


def moved_end(obj: NewObject, end: str) -> bytes:
    """The line of a spinner or a long note with another end, in the time of the file."""
    fields = obj.content.split(b",", 5)
    _, mark, sample = fields[5].partition(b":" if isinstance(obj.thing, Hold) else b",")
    return b",".join([*fields[:5], encoded(end) + mark + sample])
