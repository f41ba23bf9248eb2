"""What the tests of writing have in common: a section of one map, asked for and waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.beatmap.document import Document
from tests.daemon.synth import FILE, SET

if TYPE_CHECKING:
    from pathlib import Path

    from tests.daemon.companion import Running
    from tests.daemon.pages import Page

PATIENCE_S: Final = 120.0
"""torch is loaded, and others use this machine as well."""
START_MS, END_MS = 6_000.0, 9_000.0


def edited(data: bytes, step: int, at_ms: float = 12_000.0) -> bytes:
    """The map with one object elsewhere, each step somewhere else."""
    document = Document.parse(data)
    obj = next(each for each in document.beatmap.objects if each.time_ms >= at_ms)
    fields = document.lines[obj.line].decode().rstrip().split(",")
    fields[0] = str(100 + step)
    return document.replace_line(obj.line, ",".join(fields)).to_bytes()


def section_lines(data: bytes, start_ms: float = START_MS, end_ms: float = END_MS) -> list[bytes]:
    document = Document.parse(data)
    return [document.lines[obj.line] for obj in document.beatmap.objects if start_ms <= obj.time_ms < end_ms]


def lines_beside(data: bytes, start_ms: float = START_MS, end_ms: float = END_MS) -> list[bytes]:
    """Everything but the section's objects and timing lines."""
    document = Document.parse(data)
    beatmap = document.beatmap
    inside = {obj.line for obj in beatmap.objects if start_ms <= obj.time_ms < end_ms}
    inside |= {point.line for point in beatmap.timing.points if start_ms <= point.time_ms <= end_ms}
    return [line for number, line in enumerate(document.lines) if number not in inside]


def writing_with(model: Path | str, **settings: Any) -> dict[str, Any]:
    return {
        "engine.model": str(model),
        "engine.device": "cpu",
        "engine.precision": "float32",
        "engine.threads": 1,
        "ai.findings": False,
        "ai.listen_ahead": False,
        "writing.on": True,
        "writing.disclosed": True,
        **settings,
    }


async def save(app: Running, page: Page, data: bytes, name: str = FILE) -> dict[str, Any]:
    (app.songs / SET / name).write_bytes(data)
    return await page.next("map", lambda each: each["metadata"]["file"] == name)


async def regenerate(page: Page, shown: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The reply."""
    asked = {
        "key": shown["key"],
        "map_version": shown["map_version"],
        "start_ms": START_MS,
        "end_ms": END_MS,
        "candidates": 2,
        **changes,
    }
    return await page.ask("regenerate", **asked)


async def regeneration(page: Page, *states: str) -> dict[str, Any]:
    """The next in one of these states, or at least the sentence that says why there is none."""
    told = await page.next(
        "regeneration", lambda each: each["state"] in (*states, "failed"), within_s=PATIENCE_S
    )
    assert told["state"] in states, told["note"]
    return told
