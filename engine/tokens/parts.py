"""What the groups of a map are: heads and ends of objects, what lies between, and what is no object's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.tokens.events import EventType

if TYPE_CHECKING:
    from collections.abc import Mapping

HEADS: Final = frozenset(
    {
        EventType.CIRCLE,
        EventType.SLIDER_HEAD,
        EventType.SPINNER,
        EventType.HOLD_NOTE,
        EventType.DRUMROLL,
        EventType.DENDEN,
    }
)
ANCHORS: Final = frozenset(
    {EventType.BEZIER_ANCHOR, EventType.PERFECT_ANCHOR, EventType.CATMULL_ANCHOR, EventType.RED_ANCHOR}
)
BODY: Final = ANCHORS | {EventType.LAST_ANCHOR}
SUSTAINS: Final = frozenset(
    {
        EventType.SLIDER_SUSTAIN,
        EventType.SLIDER_REPEAT_SUSTAIN,
        EventType.SPINNER_SUSTAIN,
        EventType.HOLD_NOTE_SUSTAIN,
        EventType.DRUMROLL_SUSTAIN,
        EventType.DENDEN_SUSTAIN,
    }
)
CLOSING: Final = frozenset(
    {
        EventType.SLIDER_END,
        EventType.SPINNER_END,
        EventType.HOLD_NOTE_END,
        EventType.DRUMROLL_END,
        EventType.DENDEN_END,
    }
)
ENDS: Final = CLOSING | SUSTAINS | {EventType.LAST_ANCHOR}
BEATS: Final = frozenset({EventType.BEAT, EventType.MEASURE, EventType.TIMING_POINT})
OBJECT_PARTS: Final = HEADS | BODY | ENDS
GROUP_TYPES: Final = OBJECT_PARTS | BEATS | {EventType.KIAI, EventType.SCROLL_SPEED_CHANGE}
"""What a group is; all other events say something about it."""
OPENED_BY: Final[Mapping[EventType, EventType]] = {
    **dict.fromkeys(BODY, EventType.SLIDER_HEAD),
    EventType.SLIDER_END: EventType.SLIDER_HEAD,
    EventType.SLIDER_SUSTAIN: EventType.SLIDER_HEAD,
    EventType.SLIDER_REPEAT_SUSTAIN: EventType.SLIDER_HEAD,
    EventType.SPINNER_END: EventType.SPINNER,
    EventType.SPINNER_SUSTAIN: EventType.SPINNER,
    EventType.HOLD_NOTE_END: EventType.HOLD_NOTE,
    EventType.HOLD_NOTE_SUSTAIN: EventType.HOLD_NOTE,
    EventType.DRUMROLL_END: EventType.DRUMROLL,
    EventType.DRUMROLL_SUSTAIN: EventType.DRUMROLL,
    EventType.DENDEN_END: EventType.DENDEN,
    EventType.DENDEN_SUSTAIN: EventType.DENDEN,
}
"""Part of a long object -> the head it belongs to."""
