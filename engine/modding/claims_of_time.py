"""Sentences about when things start, end and repeat, and about the beat itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.beatmap.objects import Slider
from engine.modding import wording
from engine.modding.opinion import Alternative
from engine.modding.places import BEATS, HEADS, OBJECT_PARTS, SUSTAINS, Group
from engine.modding.site import LEAST_MS, Said, Silence, Site
from engine.modding.wording import on_tick, shift, tick_near, tick_of
from engine.tokens.codec import STEP_MS
from engine.tokens.events import EventType

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.modding.surprisal import Expected

NOTHING_MORE: Final = "nothing more"
FAR_FROM_BEAT: Final = 1 / 8
"""Of a beat: what a model hears this far from the beat is no beat, but something to be mapped."""


def skipped(site: Site) -> Said | Silence | None:
    """The model would go on with what comes next."""
    likeliest = _other_time(site)
    if isinstance(likeliest, Silence):
        return likeliest
    next_ms = site.telling.moment_after(site.number)
    if likeliest.value < site.value or next_ms is None or abs(likeliest.value - next_ms) > STEP_MS:
        return None
    return _timed(
        site,
        likeliest,
        f"The model expects no {site.name} here: the next thing it expects is {{shift}}.",
    )


def nothing_more(site: Site) -> Said:
    """The end of all that it would tell."""
    return Said(
        f"The model expects no {site.name} here, nor anything else for a while.",
        f"a {site.name}",
        site.alternatives(_ending(NOTHING_MORE)),
    )


def missing(site: Site) -> Said | Silence | None:
    """No nearer to the object than to what came before: something else is meant."""
    likeliest = _other_time(site)
    before = _head_before(site)
    if isinstance(likeliest, Silence) or likeliest.value > site.value or before is None:
        return None
    if likeliest.value - before.time_ms > site.value - likeliest.value + STEP_MS:
        return None
    amount = _shift(site, likeliest.value).removesuffix(" earlier")
    return _timed(site, likeliest, f"The model expects another object {amount} before this {site.name}.")


def start(site: Site) -> Said | Silence:
    likeliest = _other_time(site)
    if isinstance(likeliest, Silence):
        return likeliest
    return _timed(
        site,
        likeliest,
        f"This {site.name} is {_tick(site)}; the model expects it {{shift}}{_on(site, likeliest.value)}.",
    )


def end(site: Site) -> Said | Silence:
    likeliest = _other_time(site)
    if isinstance(likeliest, Silence):
        return likeliest
    if site.group.kind in SUSTAINS:
        return _ends_within(site, likeliest)
    expected = f"the model expects {{shift}}{_on(site, likeliest.value)}"
    return _timed(site, likeliest, f"{_how_it_ends(site)}; {expected}.")


def goes_on(site: Site) -> Said:
    return Said(
        f"{_how_it_ends(site)}; the model expects it to go on.",
        f"ends {_tick(site)}",
        site.alternatives(_ending("goes on") if site.kind is EventType.TIME_SHIFT else _goes_on),
    )


def ends_here(site: Site) -> Said:
    """A long object that says it goes on, where the model would have ended it."""
    return Said(
        f"This {site.name} goes on; the model expects it to end "
        f"{shift(site.beatmap.timing, _end_ms(site), site.time_ms)}.",
        "goes on",
        site.alternatives(_ends),
    )


def snapping(site: Site) -> Said | Silence:
    timing = site.beatmap.timing

    def same(expected: Expected) -> bool:
        """Off the ticks is no place; nearer than a step, the tick is what the object stands on."""
        if expected.value in (site.value, 0):
            return True
        return wording.tick_distance_ms(timing, site.time_ms, expected.value) < STEP_MS

    likeliest = site.leading(same, Silence.FINE_TIME)
    if isinstance(likeliest, Silence):
        return likeliest
    subject = {EventType.KIAI: "This kiai line is", EventType.SCROLL_SPEED_CHANGE: "This line is"}.get(
        site.group.kind, f"{site.subject} is" if site.group.kind in HEADS else f"This {site.name} ends"
    )
    return Said(
        f"{subject} {on_tick(site.value)}; the model expects it {on_tick(likeliest.value)}.",
        on_tick(site.value),
        site.alternatives(_snap),
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


def missing_before_beat(site: Site) -> Said | Silence | None:
    """Where beats stand among the objects, what is expected before a beat may be either."""
    likeliest = _other_time(site)
    if not site.grammar.timing_in_map or isinstance(likeliest, Silence) or likeliest.value > site.value:
        return None
    beat_ms = site.beatmap.timing.beat_length_at(site.time_ms)
    if site.value - likeliest.value < beat_ms * FAR_FROM_BEAT:
        return None
    amount = _shift(site, likeliest.value).removesuffix(" earlier")
    return _timed(site, likeliest, f"The model expects an object {amount} before this beat.")


def beat(site: Site) -> Said | Silence:
    likeliest = _other_time(site)
    if isinstance(likeliest, Silence):
        return likeliest
    name = {EventType.BEAT: "beat", EventType.MEASURE: "downbeat"}.get(site.group.kind, "red line")
    off_ms = likeliest.value - site.value
    return _timed(
        site,
        likeliest,
        f"The timing puts a {name} here; the model hears it about {wording.clock(abs(off_ms))} "
        f"{'later' if off_ms > 0 else 'earlier'}.",
    )


def beats_stop(site: Site) -> Said:
    return Said(
        "The model hears no more beats from here on.", "a beat", site.alternatives(_ending(NOTHING_MORE))
    )


def no_beat(site: Site) -> Said | Silence | None:
    if not site.grammar.timing_in_map:
        return None
    if site.telling.near(site.number, BEATS, STEP_MS):
        return Silence.ORDER
    return Said(
        f"The model hears a beat where this {site.name} {'is' if site.group.kind in HEADS else 'ends'}; "
        "the timing has none here.",
        _tick(site),
        site.alternatives(_beat),
    )


def unexpected_beat(site: Site) -> Said | Silence | None:
    if not site.grammar.timing_in_map:
        return None
    if site.telling.near(site.number, OBJECT_PARTS, STEP_MS):
        return Silence.ORDER
    return Said(
        "The timing puts a beat here; the model hears none, and expects an object instead.",
        "a beat",
        site.alternatives(lambda each: _as(each, EventType.SNAPPING, "an object")),
    )


def change(site: Site) -> Said | Silence:
    likeliest = _other_time(site)
    if isinstance(likeliest, Silence):
        return likeliest
    return _timed(
        site,
        likeliest,
        f"{_what_changes(site)} {_tick(site)}; the model expects that {{shift}}{_on(site, likeliest.value)}.",
    )


def no_change(site: Site) -> Said:
    return Said(
        f"{_what_changes(site)} here; the model expects no change.",
        "a change",
        site.alternatives(_ending("no change")),
    )


def _other_time(site: Site) -> Expected | Silence:
    return site.leading(lambda each: abs(each.value - site.value) < LEAST_MS, Silence.FINE_TIME)


def _timed(site: Site, likeliest: Expected, message: str) -> Said:
    return Said(
        message.replace("{shift}", _shift(site, likeliest.value)), _tick(site), site.alternatives(_when(site))
    )


def _when(site: Site) -> Callable[[Expected], Alternative | None]:
    def say(expected: Expected) -> Alternative | None:
        if expected.kind is None:
            return Alternative(NOTHING_MORE, expected.probability)
        if expected.kind is not EventType.TIME_SHIFT:
            return None
        if abs(expected.value - site.value) < LEAST_MS:
            return Alternative("as it is", expected.probability, time_ms=site.time_ms)
        text = _shift(site, expected.value)
        return Alternative(text, expected.probability, time_ms=site.song_ms(expected.value))

    return say


def _shift(site: Site, told_ms: int) -> str:
    return shift(site.beatmap.timing, site.time_ms, site.song_ms(told_ms))


def _tick(site: Site) -> str:
    return tick_of(site.beatmap.timing, site.time_ms)


def _on(site: Site, told_ms: int) -> str:
    """`, on a 1/4`, where the model's time lies on a tick other than the map's."""
    tick = tick_near(site.beatmap.timing, site.song_ms(told_ms))
    if tick is None or on_tick(tick.divisor) == _tick(site):
        return ""
    return f", {on_tick(tick.divisor)}"


def _head_before(site: Site) -> Group | None:
    for group in site.telling.before(site.number):
        if group.kind in HEADS and group.time_ms < site.group.time_ms:
            return group
    return None


def _how_it_ends(site: Site) -> str:
    slider = site.owner
    if isinstance(slider, Slider) and slider.span_count > 1:
        if site.group.kind is EventType.LAST_ANCHOR:
            return f"This {site.name} turns back {_tick(site)}"
        return f"This {site.name} ends {_tick(site)}, after {_counted(slider.span_count - 1)}"
    return f"This {site.name} ends {_tick(site)}"


def _ends_within(site: Site, likeliest: Expected) -> Said:
    end_ms = _end_ms(site)
    expected = shift(site.beatmap.timing, end_ms, site.song_ms(likeliest.value))
    return Said(
        f"This {site.name} goes on; the model expects it to end {expected}.",
        "goes on",
        site.alternatives(_when(site)),
    )


def _end_ms(site: Site) -> float:
    return site.beatmap.end_ms(site.owner) if site.owner else site.time_ms


def _what_changes(site: Site) -> str:
    if site.group.kind is EventType.KIAI:
        return "Kiai starts" if site.told(EventType.KIAI) else "Kiai ends"
    return "The scroll speed changes"


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


def _as(expected: Expected, kind: EventType, text: str) -> Alternative | None:
    return Alternative(text, expected.probability) if expected.kind is kind else None


def _ends(expected: Expected) -> Alternative | None:
    return _as(expected, EventType.SNAPPING, "ends here")


def _goes_on(expected: Expected) -> Alternative | None:
    return Alternative("goes on", expected.probability) if expected.kind in SUSTAINS else None


def _snap(expected: Expected) -> Alternative | None:
    return _as(expected, EventType.SNAPPING, on_tick(expected.value))


BEAT_NAMES: Final = {
    EventType.BEAT: "a beat",
    EventType.MEASURE: "a downbeat",
    EventType.TIMING_POINT: "a red line",
}


def _beat(expected: Expected) -> Alternative | None:
    name = BEAT_NAMES.get(expected.kind) if expected.kind else None
    return Alternative(name, expected.probability) if name else None


def _ending(text: str) -> Callable[[Expected], Alternative | None]:
    def say(expected: Expected) -> Alternative | None:
        return Alternative(text, expected.probability) if expected.kind is None else None

    return say
