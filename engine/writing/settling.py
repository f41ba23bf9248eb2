"""What stands before a section: a map's beginning as a model is to go on from it."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from engine.beatmap.objects import Mode
from engine.tokens.told import NOBODY, told_objects

if TYPE_CHECKING:
    from engine.beatmap.beatmap import Beatmap
    from engine.tokens.events import Events


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """Times are the file's, in whole milliseconds as those of events."""

    events: Events
    """All of them before `until_ms` are settled."""
    until_ms: int
    from_ms: int
    """The first moment at which anything new may be. It can be before `until_ms`: where one slider ends the
    next may begin.
    """

    @property
    def count(self) -> int:
        before = np.flatnonzero(self.events.times < self.until_ms)
        return int(before[-1]) + 1 if len(before) else 0


def settled_before(events: Events, beatmap: Beatmap, start_ms: float, *, types_first: bool) -> Settled:
    """`start_ms`: in the file's times. What began before and lasts longer is settled to its end, unless the
    map has objects at the same time there anyway, as osu!mania has.
    """
    start = ceil(start_ms)
    told = told_objects(events, types_first=types_first)
    starts_ms = np.array([obj.start_ms for obj in told.objects] + [0])
    ends_ms = np.array([obj.end_ms for obj in told.objects] + [0])
    is_before = starts_ms[:-1] < start
    over = int(ends_ms[:-1][is_before].max(initial=start - 1))
    meanwhile = (starts_ms[:-1] >= start) & (starts_ms[:-1] < over)
    if over < start or beatmap.mode is Mode.MANIA or meanwhile.any():
        return Settled(events, start, start)
    nobodys = (told.owners == NOBODY) & (events.times <= over)
    kept = nobodys | ((told.owners != NOBODY) & (starts_ms[told.owners] < start))
    return Settled(events.at(kept), over + 1, over)
