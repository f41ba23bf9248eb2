"""A map in events: the room's door for everything that reads maps to a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.tokens.events import NO_EVENTS, Context, Events, EventType, merged, without
from engine.tokens.placing import Placer
from engine.tokens.view import view_of
from engine.tokens.write_objects import ObjectWriter
from engine.tokens.write_timing import kiai_events, scroll_speed_events, timing_events

if TYPE_CHECKING:
    from engine.beatmap.beatmap import Beatmap
    from engine.tokens.grammar import Grammar

SOUNDS = frozenset({EventType.HITSOUND, EventType.VOLUME})


def map_events(
    beatmap: Beatmap,
    grammar: Grammar,
    *,
    song_ms: float | None = None,
    flip_x: bool = False,
    flip_y: bool = False,
) -> Events:
    """The objects, and the beats between them where the grammar has them there."""
    view = view_of(beatmap)
    if not view.objects and not grammar.timing_in_map:
        return NO_EVENTS
    events = ObjectWriter(view, grammar, Placer(view, grammar, flip_x=flip_x, flip_y=flip_y)).write()
    if grammar.timing_in_map:
        return merged(timing_events(view, grammar, song_ms), events)
    return events


def context_events(
    beatmap: Beatmap, grammar: Grammar, context: Context, song_ms: float | None = None
) -> Events:
    """What a map says in one context of a prompt. Raises TokenError for a map without timing."""
    view = view_of(beatmap)
    match context:
        case Context.NONE:
            return NO_EVENTS
        case Context.MAP | Context.GUEST_DIFFICULTY:
            return map_events(beatmap, grammar, song_ms=song_ms)
        case Context.NO_HITSOUNDS:
            return without(map_events(beatmap, grammar, song_ms=song_ms), SOUNDS)
        case Context.TIMING:
            return timing_events(view, grammar, song_ms)
        case Context.KIAI:
            return kiai_events(view, grammar)
        case Context.SCROLL_SPEED:
            return scroll_speed_events(view, grammar)
