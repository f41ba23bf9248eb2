"""Sentences about when long objects end, and how often sliders repeat before they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.beatmap.objects import Slider
from engine.modding.moments import as_ending, as_kind, on_other_tick, other_time, tick_at, timed, when
from engine.modding.opinion import Alternative
from engine.modding.site import Said, Silence, Site
from engine.modding.wording import shift
from engine.tokens.events import EventType
from engine.tokens.parts import SUSTAINS

if TYPE_CHECKING:
    from engine.modding.surprisal import Expected


def end(site: Site) -> Said | Silence:
    likeliest = other_time(site)
    if isinstance(likeliest, Silence):
        return likeliest
    if site.group.kind in SUSTAINS:
        return _ends_within(site, likeliest)
    expected = f"the model expects {{shift}}{on_other_tick(site, likeliest.value)}"
    return timed(site, likeliest, f"{_how_it_ends(site)}; {expected}.")


def goes_on(site: Site) -> Said:
    return Said(
        f"{_how_it_ends(site)}; the model expects it to go on.",
        f"ends {tick_at(site)}",
        site.alternatives(as_ending("goes on") if site.kind is EventType.TIME_SHIFT else _goes_on),
    )


def ends_here(site: Site) -> Said:
    """A long object that says it goes on, where the model would have ended it."""
    return Said(
        f"This {site.name} goes on; the model expects it to end "
        f"{shift(site.beatmap.timing, _end_ms(site), site.time_ms)}.",
        "goes on",
        site.alternatives(_as_end),
    )


def fewer_repeats(site: Site) -> Said | None:
    """The first sound of the group is the body's, each later one a repeat's."""
    number = site.said_before(EventType.HITSOUND)
    slider = site.owner
    if not number or not isinstance(slider, Slider):
        return None
    expected = _repeats(number - 1)
    return Said(
        f"This slider repeats {_times(slider.span_count - 1)}; the model expects {expected}.",
        _repeats(slider.span_count - 1),
        site.alternatives(lambda each: _repeating(each, go_on=_more(number - 1), stop=expected)),
    )


def more_repeats(site: Site) -> Said | None:
    slider = site.owner
    timed_end = site.group.kind is EventType.SLIDER_END or site.says(EventType.HITSOUND)
    if not isinstance(slider, Slider) or not timed_end:
        return None
    if site.grammar.types_first is not (site.kind is EventType.SLIDER_END):
        return None
    told = slider.span_count - 1
    real = f"repeats {_times(told)}" if told else "does not repeat"
    return Said(
        f"This slider {real}; the model expects {'another repeat' if told else 'a repeat'}.",
        _repeats(told),
        site.alternatives(lambda each: _repeating(each, go_on=_more(told), stop=_repeats(told))),
    )


def _how_it_ends(site: Site) -> str:
    slider = site.owner
    if isinstance(slider, Slider) and slider.span_count > 1:
        if site.group.kind is EventType.LAST_ANCHOR:
            return f"This {site.name} turns back {tick_at(site)}"
        return f"This {site.name} ends {tick_at(site)}, after {_counted(slider.span_count - 1)}"
    return f"This {site.name} ends {tick_at(site)}"


def _ends_within(site: Site, likeliest: Expected) -> Said:
    end_ms = _end_ms(site)
    expected = shift(site.beatmap.timing, end_ms, site.song_ms(likeliest.value))
    return Said(
        f"This {site.name} goes on; the model expects it to end {expected}.",
        "goes on",
        site.alternatives(when(site)),
    )


def _end_ms(site: Site) -> float:
    return site.beatmap.end_ms(site.owner) if site.owner else site.time_ms


def _counted(repeats: int) -> str:
    return "1 repeat" if repeats == 1 else f"{repeats} repeats"


def _repeats(number: int) -> str:
    return _counted(number) if number else "no repeat"


def _more(number: int) -> str:
    return f"more than {_repeats(number)}" if number else "a repeat"


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def _repeating(expected: Expected, go_on: str, stop: str) -> Alternative | None:
    if expected.kind is EventType.HITSOUND:
        return Alternative(go_on, expected.probability)
    if expected.kind in (EventType.LAST_ANCHOR, EventType.SLIDER_END):
        return Alternative(stop, expected.probability)
    return None


def _as_end(expected: Expected) -> Alternative | None:
    return as_kind(expected, EventType.SNAPPING, "ends here")


def _goes_on(expected: Expected) -> Alternative | None:
    return Alternative("goes on", expected.probability) if expected.kind in SUSTAINS else None
