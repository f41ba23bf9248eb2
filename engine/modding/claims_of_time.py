"""Sentences about when things start or change, and about the beat itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.modding import wording
from engine.modding.moments import (
    NOTHING_MORE,
    as_ending,
    as_kind,
    on_other_tick,
    other_time,
    shift_to,
    tick_at,
    timed,
)
from engine.modding.opinion import Alternative
from engine.modding.site import Said, Silence, Site
from engine.modding.wording import on_tick
from engine.tokens.codec import STEP_MS
from engine.tokens.events import EventType
from engine.tokens.parts import BEATS, HEADS, OBJECT_PARTS

if TYPE_CHECKING:
    from engine.modding.places import Group
    from engine.modding.surprisal import Expected

FAR_FROM_BEAT: Final = 1 / 8
"""Of a beat: what a model hears this far from the beat is no beat, but something to be mapped."""


def skipped(site: Site) -> Said | Silence | None:
    """The model would go on with what comes next."""
    likeliest = other_time(site)
    if isinstance(likeliest, Silence):
        return likeliest
    next_ms = site.telling.moment_after(site.number)
    if likeliest.value < site.value or next_ms is None or abs(likeliest.value - next_ms) > STEP_MS:
        return None
    return timed(
        site,
        likeliest,
        f"The model expects no {site.name} here: the next thing it expects is {{shift}}.",
    )


def nothing_more(site: Site) -> Said:
    """The end of all that it would tell."""
    return Said(
        f"The model expects no {site.name} here, nor anything else for a while.",
        f"a {site.name}",
        site.alternatives(as_ending(NOTHING_MORE)),
    )


def missing(site: Site) -> Said | Silence | None:
    """No nearer to the object than to what came before: something else is meant."""
    likeliest = other_time(site)
    before = _head_before(site)
    if isinstance(likeliest, Silence) or likeliest.value > site.value or before is None:
        return None
    if likeliest.value - before.time_ms > site.value - likeliest.value + STEP_MS:
        return None
    amount = shift_to(site, likeliest.value).removesuffix(" earlier")
    return timed(site, likeliest, f"The model expects another object {amount} before this {site.name}.")


def start(site: Site) -> Said | Silence:
    likeliest = other_time(site)
    if isinstance(likeliest, Silence):
        return likeliest
    expected = f"the model expects it {{shift}}{on_other_tick(site, likeliest.value)}"
    return timed(site, likeliest, f"This {site.name} is {tick_at(site)}; {expected}.")


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


def missing_before_beat(site: Site) -> Said | Silence | None:
    """Where beats stand among the objects, what is expected before a beat may be either."""
    likeliest = other_time(site)
    if not site.grammar.timing_in_map or isinstance(likeliest, Silence) or likeliest.value > site.value:
        return None
    beat_ms = site.beatmap.timing.beat_length_at(site.time_ms)
    if site.value - likeliest.value < beat_ms * FAR_FROM_BEAT:
        return None
    amount = shift_to(site, likeliest.value).removesuffix(" earlier")
    return timed(site, likeliest, f"The model expects an object {amount} before this beat.")


def beat(site: Site) -> Said | Silence:
    likeliest = other_time(site)
    if isinstance(likeliest, Silence):
        return likeliest
    name = {EventType.BEAT: "beat", EventType.MEASURE: "downbeat"}.get(site.group.kind, "red line")
    off_ms = likeliest.value - site.value
    return timed(
        site,
        likeliest,
        f"The timing puts a {name} here; the model hears it about {wording.clock(abs(off_ms))} "
        f"{'later' if off_ms > 0 else 'earlier'}.",
    )


def beats_stop(site: Site) -> Said:
    return Said(
        "The model hears no more beats from here on.", "a beat", site.alternatives(as_ending(NOTHING_MORE))
    )


def no_beat(site: Site) -> Said | Silence | None:
    if not site.grammar.timing_in_map:
        return None
    if site.telling.near(site.number, BEATS, STEP_MS):
        return Silence.ORDER
    return Said(
        f"The model hears a beat where this {site.name} {'is' if site.group.kind in HEADS else 'ends'}; "
        "the timing has none here.",
        tick_at(site),
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
        site.alternatives(lambda each: as_kind(each, EventType.SNAPPING, "an object")),
    )


def change(site: Site) -> Said | Silence:
    likeliest = other_time(site)
    if isinstance(likeliest, Silence):
        return likeliest
    expected = f"the model expects that {{shift}}{on_other_tick(site, likeliest.value)}"
    return timed(site, likeliest, f"{_what_changes(site)} {tick_at(site)}; {expected}.")


def no_change(site: Site) -> Said:
    return Said(
        f"{_what_changes(site)} here; the model expects no change.",
        "a change",
        site.alternatives(as_ending("no change")),
    )


def _head_before(site: Site) -> Group | None:
    for group in site.telling.before(site.number):
        if group.kind in HEADS and group.time_ms < site.group.time_ms:
            return group
    return None


def _what_changes(site: Site) -> str:
    if site.group.kind is EventType.KIAI:
        return "Kiai starts" if site.told(EventType.KIAI) else "Kiai ends"
    return "The scroll speed changes"


def _snap(expected: Expected) -> Alternative | None:
    return as_kind(expected, EventType.SNAPPING, on_tick(expected.value))


BEAT_NAMES: Final = {
    EventType.BEAT: "a beat",
    EventType.MEASURE: "a downbeat",
    EventType.TIMING_POINT: "a red line",
}


def _beat(expected: Expected) -> Alternative | None:
    name = BEAT_NAMES.get(expected.kind) if expected.kind else None
    return Alternative(name, expected.probability) if name else None
