"""Sentences about what a thing is: another kind of object or point, a combo, a downbeat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.beatmap.objects import Mode
from engine.modding import wording
from engine.modding.opinion import Alternative
from engine.modding.site import Said, Silence, Site
from engine.tokens.events import EventType
from engine.tokens.parts import ANCHORS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.modding.surprisal import Expected

OF_MODE: Final = {
    Mode.OSU: frozenset({EventType.CIRCLE, EventType.SLIDER_HEAD, EventType.SPINNER}),
    Mode.TAIKO: frozenset({EventType.CIRCLE, EventType.DRUMROLL, EventType.DENDEN}),
    Mode.CATCH: frozenset({EventType.CIRCLE, EventType.SLIDER_HEAD, EventType.SPINNER}),
    Mode.MANIA: frozenset({EventType.CIRCLE, EventType.HOLD_NOTE}),
}
BEAT_NAMES: Final = {
    EventType.BEAT: "an ordinary beat",
    EventType.MEASURE: "a downbeat",
    EventType.TIMING_POINT: "a red line",
}


def other_head(site: Site) -> Said | Silence:
    expected = site.expected_kind
    possible = OF_MODE[site.mode]
    if expected not in possible:
        return Silence.IMPOSSIBLE
    names = {kind: f"a {wording.kind_name(kind, site.mode)}" for kind in possible}
    return _kind(site, names[expected], names)


def slider_instead(site: Site) -> Said | Silence:
    """Only of sliders a velocity is told, in the modes that have them."""
    if EventType.SLIDER_HEAD not in OF_MODE[site.mode] or site.said_before(EventType.HITSOUND):
        return Silence.IMPOSSIBLE
    return _kind(site, "a slider", {EventType.SCROLL_SPEED: "a slider", EventType.HITSOUND: f"a {site.name}"})


def circle_instead(site: Site) -> Said | Silence:
    if site.said_before(EventType.HITSOUND):
        return Silence.IMPOSSIBLE
    circle = f"a {wording.kind_name(EventType.CIRCLE, site.mode)}"
    return _kind(site, circle, {EventType.HITSOUND: circle, EventType.SCROLL_SPEED: "a slider"})


def no_spinner(site: Site) -> Said | Silence:
    """All other objects tell where they are."""
    if site.grammar.types_first:
        return Silence.IMPOSSIBLE
    other = f"a {wording.kind_name(EventType.CIRCLE, site.mode)}"
    other += " or a slider" if EventType.SLIDER_HEAD in OF_MODE[site.mode] else ""
    kinds = (EventType.DISTANCE, EventType.POSITION_X, EventType.POSITION, EventType.COLUMN)
    return _kind(site, other, {EventType.SPINNER: "a spinner", **dict.fromkeys(kinds, other)})


def end_instead(site: Site) -> Said | Silence:
    """Of a long note that is held in this column: anywhere else there is nothing to end."""
    if site.grammar.types_first or site.said_before(EventType.HITSOUND) or not _held(site):
        return Silence.IMPOSSIBLE
    end = "the end of the long note before"
    return _kind(site, end, {EventType.HOLD_NOTE_END: end, EventType.HITSOUND: f"a {site.name}"})


def note_instead(site: Site) -> Said:
    return Said(
        f"This {site.name} ends here; the model expects another note in its column.",
        "an end",
        site.alternatives(
            lambda each: _named(each, {EventType.HITSOUND: "a note", EventType.HOLD_NOTE_END: "an end"})
        ),
    )


def other_beat(site: Site) -> Said | Silence:
    expected = site.expected_kind
    if expected is None or expected is site.kind:
        return Silence.SAME
    real, instead = BEAT_NAMES[site.kind], BEAT_NAMES[expected]
    message = (
        f"The timing goes on with {real} here; the model expects {instead}."
        if site.kind is EventType.BEAT
        else f"The timing has {real} here; the model expects {instead}."
    )
    return Said(message, real, site.alternatives(lambda each: _named(each, BEAT_NAMES)))


def more_points(site: Site) -> Said | None:
    """The path's last point is told when the path is, before the time at which it ends."""
    if not site.says(EventType.DISTANCE) and site.says(EventType.HITSOUND):
        return None
    return Said(
        f"This {site.name}'s path ends after {_points(site)}; the model expects another point before that.",
        "the end of the path",
        site.alternatives(lambda each: _named(each, POINTS)),
    )


def beat_in_path(_site: Site) -> Silence:
    """Where points are told at their times, a beat comes before one or after."""
    return Silence.ORDER


def fewer_points(site: Site) -> Said:
    real = wording.ANCHOR_NAMES[site.group.kind]
    return Said(
        f"{site.subject} is {real}; the model expects the path to end there.",
        real,
        site.alternatives(lambda each: _named(each, POINTS)),
    )


def other_point(site: Site) -> Said | Silence:
    expected = site.expected_kind
    if expected is None or expected is site.kind:
        return Silence.SAME
    real = wording.ANCHOR_NAMES[site.kind]
    return Said(
        f"{site.subject} is {real}; the model expects {wording.ANCHOR_NAMES[expected]}.",
        real,
        site.alternatives(lambda each: _named(each, wording.ANCHOR_NAMES)),
    )


def no_combo(site: Site) -> Said:
    return Said(
        f"A new combo starts with this {site.name}; the model expects none.",
        "a new combo",
        site.alternatives(_combo),
    )


def new_combo(site: Site) -> Said | Silence:
    """Where a combo starts anyway, as it does after a break, the flag changes nothing."""
    index = site.group.owner
    if site.said_before(EventType.HITSOUND) or site.says(EventType.NEW_COMBO):
        return Silence.IMPOSSIBLE
    if site.mode not in (Mode.OSU, Mode.CATCH):
        return Silence.IMPOSSIBLE
    if index is not None and site.beatmap.combos[index].starts:
        return Silence.SAME
    return Said(
        f"The model expects a new combo to start with this {site.name}.",
        "no new combo",
        site.alternatives(_combo),
    )


POINTS: Final[Mapping[EventType, str]] = {
    **dict.fromkeys(ANCHORS, "another point"),
    EventType.DISTANCE: "another point",
    EventType.LAST_ANCHOR: "the end of the path",
    EventType.TIME_SHIFT: "the end of the path",
}


def _kind(site: Site, instead: str, names: Mapping[EventType, str]) -> Said | Silence:
    real = f"a {site.name}"
    if instead == real:
        return Silence.SAME
    return Said(
        f"This is {real}; the model expects {instead}.",
        real,
        site.alternatives(lambda each: _named(each, names)),
    )


def _named(expected: Expected, names: Mapping[EventType, str]) -> Alternative | None:
    name = names.get(expected.kind) if expected.kind is not None else None
    return Alternative(name, expected.probability) if name else None


def _combo(expected: Expected) -> Alternative | None:
    if expected.kind is EventType.NEW_COMBO:
        return Alternative("a new combo", expected.probability)
    if expected.kind in (EventType.HITSOUND, EventType.SCROLL_SPEED):
        return Alternative("no new combo", expected.probability)
    return None


def _held(site: Site) -> bool:
    note = site.owner
    if note is None or site.mode is not Mode.MANIA:
        return False
    column = site.beatmap.column(note)
    return any(
        other.time_ms < note.time_ms < other.end_ms and site.beatmap.column(other) == column
        for other in site.telling.holds
    )


def _points(site: Site) -> str:
    """How many points come before, the head included."""
    before = 1
    for group in site.telling.before(site.number):
        if group.owner == site.group.owner:
            before = max(group.anchor, 1)
            break
    return f"{before} point{'' if before == 1 else 's'}"
