"""Messages about writing for the tests of the page: variations of the companion's own, as in `messages`."""

from __future__ import annotations

import re
from typing import Any

from tests.overlay.messages import EXAMPLES, Message, vary

KEY = "set/insane"
"""The map of `messages.map_message`."""


def writing(**changes: Any) -> Message:
    return vary(EXAMPLES["writing"], **changes)


def undisclosed() -> Message:
    return dict(EXAMPLES["writing_undisclosed"])


def candidate(number: int, state: str = "done", **changes: Any) -> Message:
    done = state == "done"
    known = {
        "number": number,
        "seed": str(41 + number),
        "state": state,
        "objects": 16 + number if done else 0,
        "surprise": 3.4 if done else None,
        "surprise_before": 4.1 if done else None,
        "findings": [],
        "remarks": [],
    }
    return vary(EXAMPLES["regeneration"]["candidates"][0], **{**known, **changes})


def candidate_finding(message: str, *, is_new: bool = True, **changes: Any) -> Message:
    known = EXAMPLES["regeneration"]["candidates"][0]["findings"][0]
    return vary(known, **{"message": message, "is_new": is_new, **changes})


def regeneration(state: str, *candidates: Message, **changes: Any) -> Message:
    """Of the map on screen, from 20 s to 24 s."""
    known = {
        "key": KEY,
        "map_version": 1,
        "state": state,
        "start_ms": 20_000,
        "end_ms": 24_000,
        "timestamp": "00:20:000 - 00:24:000",
        "note": "",
        "pace": EXAMPLES["regeneration"]["pace"] if state == "writing" else None,
        "candidates": list(candidates),
    }
    return vary(EXAMPLES["regeneration"], **{**known, **changes})


def generated_range(range_id: str = "g1", **changes: Any) -> Message:
    known = {"id": range_id, "start_ms": 20_000, "end_ms": 24_000, "timestamp": "00:20:000 - 00:24:000"}
    return vary(EXAMPLES["generated"]["ranges"][0], **{**known, **changes})


def generated(*ranges: Message, **changes: Any) -> Message:
    known = {"key": KEY, "ranges": list(ranges), "can_undo": bool(ranges), "can_redo": False}
    return vary(EXAMPLES["generated"], **{**known, **changes})


def song_job(state: str = "writing", **changes: Any) -> Message:
    pace = EXAMPLES["song_job"]["pace"] if state == "writing" else None
    return vary(EXAMPLES["song_job"], **{"state": state, "pace": pace, **changes})


def options(**changes: Any) -> Message:
    """What a model understands: a reply's data."""
    return vary(EXAMPLES["reply_options"]["data"], **changes)


def played(asked: Message) -> Message:
    """A stretch of the map, or of a candidate of it: a reply's data. No song: a scripted one serves none."""
    new = asked["candidate"] is not None
    objects = [
        vary(each, is_new=new and each["is_new"]) for each in EXAMPLES["reply_played"]["data"]["objects"]
    ]
    return vary(EXAMPLES["reply_played"]["data"], song="", objects=objects)


def whole(*, beats: list[list[float]], combos: list[float], map_version: int = 1) -> Message:
    """The objects of a map: circles that begin a combo, and one after each of them."""
    known = EXAMPLES["reply_objects"]["data"]
    times = [at for start_ms in combos for at in (start_ms, start_ms + 100)]
    each = len(times)
    return vary(
        known,
        map_version=map_version,
        beats=beats,
        count=each,
        kinds="c" * each,
        times=times,
        lengths=[0] * each,
        spans=[1] * each,
        combos=[1, 2] * len(combos),
        combo_colours=[0] * each,
    )


def answers() -> dict[str, Any]:
    """What a companion with a model replies."""
    return {"describe_model": options(), "play": played}


def range_in(text: str) -> tuple[str, str]:
    """The two timestamps of a range."""
    start, end = re.findall(r"\d\d:\d\d:\d{3}", text)
    return start, end
