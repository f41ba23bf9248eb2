"""What the sentences about times have in common: the moment expected instead, in beats and ticks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.modding.opinion import Alternative
from engine.modding.site import LEAST_MS, Said, Silence, Site
from engine.modding.wording import on_tick, shift, tick_near, tick_of
from engine.tokens.events import EventType

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.modding.surprisal import Expected

NOTHING_MORE: Final = "nothing more"


def other_time(site: Site) -> Expected | Silence:
    return site.leading(lambda each: abs(each.value - site.value) < LEAST_MS, Silence.FINE_TIME)


def timed(site: Site, likeliest: Expected, message: str) -> Said:
    return Said(
        message.replace("{shift}", shift_to(site, likeliest.value)),
        tick_at(site),
        site.alternatives(when(site)),
    )


def when(site: Site) -> Callable[[Expected], Alternative | None]:
    def say(expected: Expected) -> Alternative | None:
        if expected.kind is None:
            return Alternative(NOTHING_MORE, expected.probability)
        if expected.kind is not EventType.TIME_SHIFT:
            return None
        if abs(expected.value - site.value) < LEAST_MS:
            return Alternative("as it is", expected.probability, time_ms=site.time_ms)
        text = shift_to(site, expected.value)
        return Alternative(text, expected.probability, time_ms=site.song_ms(expected.value))

    return say


def shift_to(site: Site, told_ms: int) -> str:
    return shift(site.beatmap.timing, site.time_ms, site.song_ms(told_ms))


def tick_at(site: Site) -> str:
    return tick_of(site.beatmap.timing, site.time_ms)


def on_other_tick(site: Site, told_ms: int) -> str:
    """`, on a 1/4`, where the model's time lies on a tick other than the map's."""
    tick = tick_near(site.beatmap.timing, site.song_ms(told_ms))
    if tick is None or on_tick(tick.divisor) == tick_at(site):
        return ""
    return f", {on_tick(tick.divisor)}"


def as_kind(expected: Expected, kind: EventType, text: str) -> Alternative | None:
    return Alternative(text, expected.probability) if expected.kind is kind else None


def as_ending(text: str) -> Callable[[Expected], Alternative | None]:
    def say(expected: Expected) -> Alternative | None:
        return Alternative(text, expected.probability) if expected.kind is None else None

    return say
