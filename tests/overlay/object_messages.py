"""Objects for the tests of the page: of maps made by the builder, told as the companion tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from daemon.protocol_objects import timeline_objects
from daemon.timeline_objects import timeline_part
from engine.beatmap.builder import catch, mania, osu, taiko

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.builder import MapBuilder
    from tests.overlay.messages import Message

BEAT_MS = 400
"""150 BPM: bars of 1.6 s."""
COUNT = 100


def on_beats(mode: str, count: int = COUNT) -> MapBuilder:
    """One object on every beat; each fifth lasts, each twentieth whirls where the mode has such."""
    mapped = {"osu": osu, "taiko": taiko, "catch": catch, "mania": mania}[mode]().timing(150, at=0)
    for number in range(count):
        at = number * BEAT_MS
        if mode == "mania":
            column = number % 4
            lasts = number % 5 == 4
            mapped = mapped.hold(at, at + 300, column) if lasts else mapped.note(at, column)
        elif number % 20 == 19 and number < count - 1:
            mapped = mapped.spinner(at=at, until=at + 300)
        elif number % 5 == 4:
            mapped = mapped.slider(at=at, path="L|356:192", length=100, new_combo=number % 10 == 9)
        elif mode == "taiko":
            mapped = (mapped.kat if number % 3 == 1 else mapped.don)(at, big=number % 7 == 0)
        else:
            mapped = mapped.circle(at=at, x=100 + number, new_combo=number % 8 == 0)
    return mapped


def answer(beatmap: Beatmap, map_version: int = 1) -> Callable[[Message], Any]:
    """What a companion replies to whoever asks for the objects of that map."""
    return lambda asked: timeline_objects(timeline_part(beatmap, asked["first"]), map_version)
