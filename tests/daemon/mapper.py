"""What the companion's tests have in common: maps with late circles, and what a page is shown of them."""

from __future__ import annotations

import wave
from typing import TYPE_CHECKING, Any

from engine.beatmap.builder import MapBuilder, osu

if TYPE_CHECKING:
    from pathlib import Path

    from tests.daemon.pages import Page

BEAT_MS = 333


def mapped(*late: int, version: str = "Normal", count: int = 20) -> MapBuilder:
    """Circles on the beat, those whose number is in `late` 5 ms behind it."""
    built = osu().metadata(Version=version).timing(60_000 / BEAT_MS, at=0)
    for number in range(count):
        at = number * BEAT_MS + (5 if number in late else 0)
        built = built.circle(at=at, x=40 + 20 * number, y=100 + number)
    return built


def unsnapped(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in message["findings"] if each["check"] == "unsnapped-objects"]


def statuses(message: dict[str, Any]) -> list[str]:
    return [each["status"] for each in unsnapped(message)]


async def shown(page: Page, late: int, *, version: str = "Normal") -> dict[str, Any]:
    """The next map message with so many late circles."""
    return await page.next(
        "map", lambda each: len(unsnapped(each)) == late and each["metadata"]["version"] == version
    )


def write_silence(path: Path, *, seconds: int) -> None:
    with wave.open(str(path), "wb") as song:
        song.setnchannels(1)
        song.setsampwidth(2)
        song.setframerate(8000)
        song.writeframes(bytes(2 * 8000 * seconds))
