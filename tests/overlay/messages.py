"""Messages for the tests of the page: the companion's own, made by its serialisers, and variations of them.

A variation may change what a field says, never which fields there are: naming one that the companion does not
send is an error here, so that no test can rest on a message nobody sends.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, TypeAlias

from daemon import protocol, protocol_maps
from daemon.topics import TOPIC_CHECKS
from engine.checks.check import Category, Check, Severity
from tests.daemon.message_examples import as_json

if TYPE_CHECKING:
    from daemon.wire import Level

Message: TypeAlias = dict[str, Any]

EXAMPLES: Message = as_json()
"""One of each kind, by name."""

CHECKS = tuple(
    Check(
        id=check_id,
        category=category,
        title=title,
        purpose=f"Finds where this happens: {title.lower()}.",
        reasoning="A player trusts the song. Where it does not agree, the play feels unfair.",
        severities=tuple(Severity),
        find=lambda _beatmap, _song: (),
    )
    for check_id, title, category in (
        ("unsnapped-object", "Unsnapped object", Category.COMPOSE),
        ("overlap", "Objects overlap", Category.COMPOSE),
        ("low-volume", "Nearly silent hit sounds", Category.HIT_SOUNDS),
        ("missing-tags", "Missing tags", Category.SETTINGS),
    )
)
CATEGORIES = {check.id: check.category.value for check in CHECKS}


def vary(known: Message, **changes: Any) -> Message:
    """A message with other values in the fields it has."""
    unknown = changes.keys() - known.keys()
    if unknown:
        raise KeyError(f"the companion sends no such field: {', '.join(sorted(unknown))}")
    return {**known, **changes}


def hello(newer_by: int = 0) -> Message:
    known = decoded(protocol_maps.hello("0.1.0", CHECKS, sorted(set(CATEGORIES.values())), TOPIC_CHECKS))
    return vary(known, protocol=known["protocol"] + newer_by)


def status(**changes: Any) -> Message:
    return vary(EXAMPLES["status"], **{"folder": "/songs", "sets": 214, "tray": False, **changes})


def notice(level: Level, text: str) -> Message:
    return decoded(protocol.notice(level, text))


def intended(key: str, finding_id: str, *, on: bool) -> Message:
    return decoded(protocol_maps.intended(key, finding_id, on=on))


def reply(request_id: int, error: str | None = None, data: Any = None) -> Message:
    return decoded(protocol.reply(request_id, error=error, data=data))


def finding(number: int, **changes: Any) -> Message:
    time_ms = 1000 + 400 * number
    stamp = f"{time_ms // 60000:02}:{time_ms // 1000 % 60:02}:{time_ms % 1000:03}"
    check = changes.get("check", "unsnapped-object")
    known = {
        "id": f"f{number}",
        "check": check,
        "category": CATEGORIES[check],
        "severity": "warning",
        "status": "still",
        "intended": False,
        "message": f"Circle is 3 ms late of the nearest 1/4 (number {number}).",
        "time_ms": time_ms,
        "end_ms": None,
        "timestamp": f"{stamp} (1)",
        "link": f"osu://edit/{stamp}%20(1)",
        "strength": 0.5,
        "discussion": f"{stamp} (1) - Circle is late (number {number}).",
    }
    return vary(EXAMPLES["map"]["findings"][0], **{**known, **changes})


def gone(item: Message) -> Message:
    """A finding as it is told of once it is no longer there."""
    return vary(
        EXAMPLES["map"]["gone"][0], **{name: item[name] for name in ("check", "message", "timestamp")}
    )


def entry(key: str = "set/insane", version: str = "Insane", **changes: Any) -> Message:
    known = {
        "key": key,
        "set": "123 Camellia - Exit",
        "file": f"{version}.osu",
        "artist": "Camellia",
        "title": "Exit This Earth's Atomosphere",
        "version": version,
        "creator": "somebody",
        "saved_at": time.time(),
        "counts": {"problem": 1, "warning": 2, "minor": 3},
        "new": 0,
    }
    return vary(EXAMPLES["maps"]["maps"][0], **{**known, **changes})


def maps(*entries: Message) -> Message:
    listed = list(entries) or [entry()]
    return vary(EXAMPLES["maps"], current=listed[0]["key"], maps=listed)


def no_maps() -> Message:
    return dict(EXAMPLES["maps_empty"])


def map_message(
    findings: list[Message], key: str = "set/insane", version: str = "Insane", **changes: Any
) -> Message:
    end_ms = max([180_000, *(item["time_ms"] or 0 for item in findings)])
    metadata = vary(
        EXAMPLES["map"]["metadata"],
        artist="Camellia",
        title="Exit This Earth's Atomosphere",
        version=version,
        creator="somebody",
        set="123 Camellia - Exit",
        file=f"{version}.osu",
    )
    now = time.time()
    known = {
        "key": key,
        "map_version": 1,
        "metadata": metadata,
        "overview": overview(end_ms),
        "findings": findings,
        "gone": [],
        "edited": [],
        "saved_at": now,
        "sent_at": now,
    }
    return vary(EXAMPLES["map"], **{**known, **changes})


def overview(end_ms: float, **changes: Any) -> Message:
    bins = int(end_ms // 1000)
    known = {
        "start_ms": 0,
        "end_ms": end_ms,
        "song_ms": end_ms + 4000,
        "density": {"bin_ms": 1000, "counts": [(at * 7) % 11 if at % 40 > 5 else 0 for at in range(bins)]},
        "breaks": [[40_000, 46_000]],
        "kiai": [[60_000, 90_000]],
        "bookmarks": [20_000, 60_000],
        "preview_ms": 60_000,
        "red_lines": [0, 90_000],
        "bpm": [180, 180, 180],
    }
    return vary(EXAMPLES["map"]["overview"], **{**known, **changes})


LICENCE = "not verified: see the model's page before you share what it made"
MODEL_BYTES = 876_000_000


def engine(**changes: Any) -> Message:
    return vary(EXAMPLES["engine"], **changes)


def no_model(**changes: Any) -> Message:
    known = {"status": "off", "model_ready": False, "device": None, "memory_mb": None, "speed": None}
    return engine(**{**known, **changes})


def model(name: str = "v32", state: str = "complete", **changes: Any) -> Message:
    here = {"absent": 0, "partial": 120_000_000, "pulling": 311_000_000}.get(state, MODEL_BYTES)
    size = None if state == "absent" else MODEL_BYTES
    known = {
        "name": name,
        "title": f"Mapperatorinator {name.upper()}",
        "licence": LICENCE,
        "state": state,
        "size_bytes": size,
        "total_bytes": size,
        "done_bytes": here,
        "bytes_per_s": 9_400_000 if state == "pulling" else None,
        "note": "",
    }
    return vary(EXAMPLES["models"]["models"][0], **{**known, **changes})


def models(*listed: Message, chosen: str = "v32") -> Message:
    return vary(EXAMPLES["models"], chosen=chosen, models=list(listed))


def remark(number: int, surprise: float = 20.0, **changes: Any) -> Message:
    """A finding of the model, as surprising as it is shown; `opinion` changes what only those have."""
    known = finding(number, check="unsnapped-object")
    own = {
        "id": f"m{number}",
        "check": "ai-compose",
        "category": "Compose",
        "message": f"The model expected this circle elsewhere (number {number}).",
        "strength": min(1.0, surprise / 1000),
    }
    said = EXAMPLES["opinion"]["findings"][0]
    opinion = vary(said["opinion"], **{"surprisal": surprise * 10, **changes.pop("opinion", {})})
    return vary(said, **{**known, **own, "opinion": opinion, **changes})


def opinion(*findings: Message, **changes: Any) -> Message:
    known = {"key": "set/insane", "map_version": 1, "findings": list(findings), "agreed": [], "gone": []}
    return vary(EXAMPLES["opinion"], **{**known, **changes})


def agreed(finding_id: str, surprise: float = 20.0) -> Message:
    return {"finding": finding_id, "surprisal": surprise * 10, "message": "A beat was expected 3 ms earlier."}


def decoded(message: protocol.Message) -> Message:
    read: Message = json.loads(message.text)
    return read
