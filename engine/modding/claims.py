"""What a surprising statement means to a mapper: one table, and the sentences it leads to.

Each line of the table names what the map says, what the model expected instead, and of which groups that
can be said. The first line that fits and has something to say decides; what no line fits is passed over,
since it would be no sentence about a map: the model expected something that cannot stand there.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final, TypeAlias

from engine.modding import claims_of_end as ends
from engine.modding import claims_of_kind as kinds
from engine.modding import claims_of_place as places
from engine.modding import claims_of_sound as sounds
from engine.modding import claims_of_time as times
from engine.modding.opinion import Topic
from engine.modding.site import UNSURE_BELOW, Said, Silence, Site
from engine.tokens.events import EventType as E
from engine.tokens.parts import ANCHORS, BEATS, BODY, ENDS, HEADS, OBJECT_PARTS, SUSTAINS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

Outcome: TypeAlias = Said | Silence | None
"""None: the next line may have something to say."""


class Aspect(Enum):
    """What about an object a claim concerns: claims of one aspect have one cause."""

    PRESENCE = "whether it should be there"
    TIME = "when it starts"
    KIND = "what it is"
    PLACE = "where it is"
    COMBO = "whether a combo starts"
    SOUND = "what is heard"
    VOLUME = "how loud"
    SPEED = "how fast it moves"
    BODY = "a slider's path"
    END = "when it ends"
    BEAT = "the timing"
    CHANGE = "a change of kiai or scroll speed"


@dataclass(frozen=True, slots=True)
class Row:
    told: frozenset[E]
    expected: frozenset[E | None]
    """None: the end of all that the model would tell."""
    groups: frozenset[E]
    topic: Topic
    variant: str
    aspect: Aspect
    say: Callable[[Site], Outcome]


@dataclass(frozen=True, slots=True)
class Claim:
    site: Site
    topic: Topic
    variant: str
    aspect: Aspect
    said: Said


Line: TypeAlias = (
    "tuple[str, E | Collection[E], E | Collection[E] | None, E | Collection[E], Callable[[Site], Outcome]]"
)


def _about(topic: Topic, aspect: Aspect, *lines: Line) -> Iterator[Row]:
    for variant, told, expected, groups, say in lines:
        instead = frozenset({None}) if expected is None else _kinds(expected)
        yield Row(_kinds(told), instead, _kinds(groups), topic, variant, aspect, say)


def _kinds(given: E | Collection[E]) -> frozenset[E]:
    return frozenset({given}) if isinstance(given, E) else frozenset(given)


TIME: Final = E.TIME_SHIFT
POSITION_KINDS: Final = (E.POSITION_X, E.POSITION_Y, E.POSITION, E.POSITION_REFINEMENT)
PLACE_KINDS: Final = (E.DISTANCE, *POSITION_KINDS)
PLACE_BEGINS: Final = (E.DISTANCE, E.POSITION_X, E.POSITION, E.COLUMN)
"""In one grammar or another."""
BODY_ENDS: Final = (E.LAST_ANCHOR, E.SLIDER_END)
AFTER_COMBO: Final = (E.HITSOUND, E.SCROLL_SPEED)
"""What an object says next that starts no combo."""
COMBINED: Final = (E.CIRCLE, E.SLIDER_HEAD)
SPEEDS: Final = (*HEADS, E.SCROLL_SPEED_CHANGE)
LINE: Final = E.SCROLL_SPEED_CHANGE

TABLE: Final = (
    # variant, what the map says, what the model expected, in which groups, the sentence
    *_about(
        Topic.RHYTHM,
        Aspect.PRESENCE,
        ("unexpected-object", TIME, TIME, HEADS, times.skipped),
        ("unexpected-object", (TIME, *HEADS), None, HEADS, times.nothing_more),
    ),
    *_about(
        Topic.RHYTHM,
        Aspect.TIME,
        ("missing-object", TIME, TIME, HEADS, times.missing),
        ("time", TIME, TIME, HEADS, times.start),
        ("snap", E.SNAPPING, E.SNAPPING, HEADS, times.snapping),
    ),
    *_about(
        Topic.RHYTHM,
        Aspect.END,
        ("end", TIME, TIME, ENDS, ends.end),
        ("end", TIME, None, ENDS, ends.goes_on),
        ("end", E.SNAPPING, SUSTAINS, ENDS, ends.goes_on),
        ("end", SUSTAINS, E.SNAPPING, SUSTAINS, ends.ends_here),
        ("end-snap", E.SNAPPING, E.SNAPPING, ENDS, times.snapping),
        ("repeats", E.HITSOUND, BODY_ENDS, E.LAST_ANCHOR, ends.fewer_repeats),
        ("repeats", BODY_ENDS, E.HITSOUND, BODY_ENDS, ends.more_repeats),
        ("kind", E.HOLD_NOTE_END, E.HITSOUND, E.HOLD_NOTE_END, kinds.note_instead),
    ),
    *_about(
        Topic.RHYTHM,
        Aspect.KIND,
        ("kind", HEADS, HEADS, HEADS, kinds.other_head),
        ("kind", PLACE_BEGINS, E.SPINNER, HEADS, kinds.other_head),
        ("kind", E.SPINNER, PLACE_BEGINS, E.SPINNER, kinds.no_spinner),
        ("kind", E.HITSOUND, E.SCROLL_SPEED, E.CIRCLE, kinds.slider_instead),
        ("kind", E.SCROLL_SPEED, E.HITSOUND, E.SLIDER_HEAD, kinds.circle_instead),
        ("kind", E.HITSOUND, E.HOLD_NOTE_END, HEADS, kinds.end_instead),
    ),
    *_about(
        Topic.RHYTHM,
        Aspect.BEAT,
        ("missing-object", TIME, TIME, BEATS, times.missing_before_beat),
    ),
    *_about(
        Topic.TIMING,
        Aspect.BEAT,
        ("beat", TIME, TIME, BEATS, times.beat),
        ("beats-stop", (TIME, *BEATS), None, BEATS, times.beats_stop),
        ("unexpected-beat", BEATS, E.SNAPPING, BEATS, times.unexpected_beat),
        ("measure", BEATS, BEATS, BEATS, kinds.other_beat),
    ),
    *_about(
        Topic.TIMING,
        Aspect.TIME,
        ("no-beat", E.SNAPPING, BEATS, HEADS, times.no_beat),
    ),
    *_about(
        Topic.TIMING,
        Aspect.END,
        ("no-beat-at-end", E.SNAPPING, BEATS, ENDS, times.no_beat),
    ),
    *_about(
        Topic.COMPOSE,
        Aspect.PLACE,
        ("spacing", E.DISTANCE, E.DISTANCE, HEADS, places.spacing),
        ("position", POSITION_KINDS, POSITION_KINDS, HEADS, places.position),
        ("column", E.COLUMN, E.COLUMN, HEADS, places.column),
        ("position", PLACE_KINDS, PLACE_KINDS, E.SLIDER_END, places.determined),
        ("column", E.COLUMN, E.COLUMN, ENDS, places.determined),
    ),
    *_about(
        Topic.COMPOSE,
        Aspect.BODY,
        ("point-spacing", E.DISTANCE, E.DISTANCE, BODY, places.spacing),
        ("point-position", POSITION_KINDS, POSITION_KINDS, BODY, places.position),
    ),
    *_about(
        Topic.SLIDERS,
        Aspect.BODY,
        ("more-points", TIME, E.DISTANCE, E.LAST_ANCHOR, kinds.more_points),
        ("more-points", TIME, E.DISTANCE, BEATS, kinds.beat_in_path),
        ("more-points", E.LAST_ANCHOR, ANCHORS, E.LAST_ANCHOR, kinds.more_points),
        ("fewer-points", E.DISTANCE, TIME, ANCHORS, kinds.fewer_points),
        ("fewer-points", ANCHORS, E.LAST_ANCHOR, ANCHORS, kinds.fewer_points),
        ("point", ANCHORS, ANCHORS, ANCHORS, kinds.other_point),
    ),
    *_about(
        Topic.NEW_COMBOS,
        Aspect.COMBO,
        ("superfluous", E.NEW_COMBO, AFTER_COMBO, HEADS, kinds.no_combo),
        ("missing", AFTER_COMBO, E.NEW_COMBO, COMBINED, kinds.new_combo),
    ),
    *_about(Topic.COMPOSE, Aspect.SOUND, ("drum", E.HITSOUND, E.HITSOUND, E.CIRCLE, sounds.drum)),
    *_about(
        Topic.HIT_SOUNDS,
        Aspect.SOUND,
        ("hit-sound", E.HITSOUND, E.HITSOUND, HEADS, sounds.hit_sound),
        ("hit-sound-of-body", E.HITSOUND, E.HITSOUND, E.LAST_ANCHOR, sounds.hit_sound),
        ("hit-sound-of-end", E.HITSOUND, E.HITSOUND, ENDS, sounds.hit_sound),
    ),
    *_about(Topic.HIT_SOUNDS, Aspect.VOLUME, ("volume", E.VOLUME, E.VOLUME, OBJECT_PARTS, sounds.volume)),
    *_about(
        Topic.SLIDERS, Aspect.SPEED, ("velocity", E.SCROLL_SPEED, E.SCROLL_SPEED, SPEEDS, sounds.velocity)
    ),
    *_about(
        Topic.SCROLL_SPEEDS,
        Aspect.SPEED,
        ("speed", E.SCROLL_SPEED, E.SCROLL_SPEED, SPEEDS, sounds.scroll_speed),
    ),
    *_about(
        Topic.SCROLL_SPEEDS,
        Aspect.CHANGE,
        ("time", TIME, TIME, LINE, times.change),
        ("snap", E.SNAPPING, E.SNAPPING, LINE, times.snapping),
        ("unexpected", (TIME, LINE), None, LINE, times.no_change),
    ),
    *_about(
        Topic.KIAI,
        Aspect.CHANGE,
        ("time", TIME, TIME, E.KIAI, times.change),
        ("snap", E.SNAPPING, E.SNAPPING, E.KIAI, times.snapping),
        ("unexpected", (TIME, E.KIAI), None, E.KIAI, times.no_change),
    ),
)
NEVER: Final = {
    E.SPINNER_END: "A spinner under way can only end; when it does is told by its time.",
    E.DRUMROLL_END: "A drumroll under way can only end; when it does is told by its time.",
    E.DENDEN_END: "A spinner under way can only end; when it does is told by its time.",
}
"""Events that models write and that no line above speaks of, and why."""


def _by_pair() -> dict[tuple[E, E | None], list[Row]]:
    found: dict[tuple[E, E | None], list[Row]] = defaultdict(list)
    for row in TABLE:
        for told in row.told:
            for expected in row.expected:
                found[told, expected].append(row)
    return dict(found)


_ROWS: Final = _by_pair()


def claim_of(site: Site) -> Claim | Silence:
    """What there is to say, or why nothing is said."""
    expected = site.scored.expected
    if not expected or expected[0].probability < UNSURE_BELOW:
        return Silence.UNSURE
    for row in _ROWS.get((site.kind, site.expected_kind), ()):
        if site.group.kind not in row.groups:
            continue
        if site.group.kind in OBJECT_PARTS and site.owner is None:
            return Silence.ELSEWHERE
        outcome = row.say(site)
        if isinstance(outcome, Silence):
            return outcome
        if outcome is not None:
            return Claim(site, row.topic, row.variant, row.aspect, outcome)
    return Silence.IMPOSSIBLE
