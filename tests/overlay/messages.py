"""Messages as the companion sends them, for what a real save would take too long to bring about."""

from __future__ import annotations

import time
from typing import Any, TypeAlias

Message: TypeAlias = dict[str, Any]

PURPOSES = {
    "unsnapped-object": ("Unsnapped object", "Compose"),
    "overlap": ("Objects overlap", "Compose"),
    "low-volume": ("Nearly silent hit sounds", "Hit sounds"),
    "missing-tags": ("Missing tags", "Settings"),
}


def hello(protocol: int = 1) -> Message:
    checks = {
        check_id: {
            "title": title,
            "category": category,
            "modes": ["osu"],
            "purpose": f"Finds where this happens: {title.lower()}.",
            "reasoning": "A player trusts the song. Where it does not agree, the play feels unfair.",
        }
        for check_id, (title, category) in PURPOSES.items()
    }
    categories = sorted({category for _, category in PURPOSES.values()})
    return {"type": "hello", "protocol": protocol, "app": "0.1.0", "checks": checks, "categories": categories}


def status(**changes: Any) -> Message:
    known = {"folder": "/songs", "sets": 214, "watching": "all", "note": "", "paused": False, "busy": False}
    return {"type": "status", **known, "tray": False, **changes}


def finding(number: int, **changes: Any) -> Message:
    time_ms = 1000 + 400 * number
    stamp = f"{time_ms // 60000:02}:{time_ms // 1000 % 60:02}:{time_ms % 1000:03}"
    check = changes.get("check", "unsnapped-object")
    known = {
        "id": f"f{number}",
        "check": check,
        "category": PURPOSES[check][1],
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
    return {**known, **changes}


def entry(key: str = "set/insane", **changes: Any) -> Message:
    known = {
        "key": key,
        "set": "123 Camellia - Exit",
        "artist": "Camellia",
        "title": "Exit This Earth's Atomosphere",
        "version": "Insane",
        "creator": "somebody",
        "mode": "osu",
        "saved_at": time.time(),
        "counts": {"problem": 1, "warning": 2, "minor": 3},
        "new": 0,
    }
    return {**known, **changes}


def maps(*entries: Message) -> Message:
    listed = list(entries) or [entry()]
    return {"type": "maps", "current": listed[0]["key"], "maps": listed}


def map_message(
    findings: list[Message], key: str = "set/insane", version: str = "Insane", **changes: Any
) -> Message:
    end_ms = max([180_000, *(item["time_ms"] or 0 for item in findings)])
    metadata = {
        "artist": "Camellia",
        "title": "Exit This Earth's Atomosphere",
        "version": version,
        "creator": "somebody",
        "mode": "osu",
        "set": "123 Camellia - Exit",
        "file": f"{version}.osu",
    }
    known = {
        "type": "map",
        "key": key,
        "map_version": 1,
        "metadata": metadata,
        "settings": {"cs": 4, "ar": 9.2, "od": 8.5, "hp": 5, "slider_multiplier": 1.8, "tick_rate": 1},
        "overview": overview(end_ms),
        "findings": findings,
        "gone": [],
        "edited": [],
        "timings": {"settle_ms": 12.0, "parse_ms": 6.0, "checks_ms": 11.0, "total_ms": 31.0},
        "saved_at": time.time(),
    }
    return {**known, **changes}


def overview(end_ms: float) -> Message:
    bins = int(end_ms // 1000)
    return {
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
