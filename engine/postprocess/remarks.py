"""What had to be done to what a model said, as sentences for the mapper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(slots=True)
class Tally:
    moved: int = 0
    stretched: int = 0
    unplaced: int = 0
    doubled: int = 0
    shortened: int = 0
    lost: int = 0
    has_no_tempo: bool = False

    def sentences(self) -> tuple[str, ...]:
        return tuple(self._sentences())

    def _sentences(self) -> Iterator[str]:
        if self.has_no_tempo:
            yield "No beat was heard, so the map is timed at 120 BPM; set its timing before anything else."
        if self.moved:
            yield f"{_objects(self.moved)} would have left the playfield and {_was(self.moved)} moved."
        if self.stretched:
            yield f"{_objects(self.stretched)} had no extent and {_drawn(self.stretched)}."
        if self.unplaced:
            yield f"{_objects(self.unplaced)} had no place and {_was(self.unplaced)} given one."
        if self.doubled:
            yield f"{_objects(self.doubled)} stood where another does at the same time: left out."
        if self.shortened:
            what = f"{_objects(self.shortened)} had a start without an end after it"
            yield f"{what} and {_was(self.shortened)} made short."
        if self.lost:
            yield f"{_objects(self.lost)} had a start without an end, or an end without a start: left out."


def _objects(count: int) -> str:
    return "1 object" if count == 1 else f"{count} objects"


def _drawn(count: int) -> str:
    return "was drawn as a straight slider" if count == 1 else "were drawn as straight sliders"


def _was(count: int) -> str:
    return "was" if count == 1 else "were"
