"""From the end of a write to the finding on the screen: real daemon process, real files, real Chromium.

Each save moves one more circle 3 ms off its beat and puts the previous one back, so that every save has one
finding that is new and one that is gone. The clock starts when the writer has closed the file and stops in
the page, in the first task after the frame that painted the list.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.report import Figure, Measured, command, median, percentile
from engine.beatmap.builder import osu
from tests.companion_process import RunningCompanion
from tests.overlay.chromium import find_chromium, started

if TYPE_CHECKING:
    from playwright.async_api import Page

OBJECTS = 1000
BEAT_MS = 60_000 / 180
SLIDER_EVERY = 3
OFF_BEAT_MS = 3
SAVES, SAVES_SHORT = 100, 25
WARM_UP_SAVES = 3


@dataclass(frozen=True, slots=True)
class Sample:
    total_ms: float
    steps_ms: dict[str, float]


def map_bytes(unsnapped: int) -> bytes:
    """1,000 objects at 180 BPM, every third a curved slider; object `unsnapped` lies 3 ms late."""
    mapped = osu().timing(180, at=0)
    for index in range(OBJECTS):
        at = round(index * BEAT_MS) + (OFF_BEAT_MS if index == unsnapped else 0)
        x, y = 64 + index * 37 % 384, 64 + index * 53 % 256
        combo = index % 4 == 0
        if index % SLIDER_EVERY == 2:
            mapped = mapped.slider(
                at=at, x=x, y=y, path=f"B|{x + 40}:{y + 30}|{x + 70}:{y - 20}", length=70, new_combo=combo
            )
        else:
            mapped = mapped.circle(at=at, x=x, y=y, new_combo=combo)
    return mapped.bytes()


def write_song(path: Path, seconds: int) -> None:
    with wave.open(str(path), "wb") as song:
        song.setnchannels(1)
        song.setsampwidth(2)
        song.setframerate(8000)
        song.writeframes(bytes(2 * 8000 * seconds))


def save(file: Path, *, unsnapped: int) -> float:
    file.write_bytes(map_bytes(unsnapped))
    return time.time() * 1000


async def saves(page: Page, file: Path, count: int) -> list[Sample]:
    drawn: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    await page.expose_function("reportDrawn", drawn.put_nowait)
    await page.evaluate("addEventListener('mapside:drawn', (event) => reportDrawn(event.detail))")
    samples = []
    circles = [index for index in range(OBJECTS) if index % SLIDER_EVERY != 2]
    rhythm = random.Random(1)
    version = 0
    for turn in range(count + WARM_UP_SAVES):
        written_at_ms = save(file, unsnapped=circles[turn * 7 % len(circles)])
        detail = await asyncio.wait_for(drawn.get(), timeout=10)
        while detail["map_version"] <= version:
            detail = await asyncio.wait_for(drawn.get(), timeout=10)
        version = detail["map_version"]
        if turn >= WARM_UP_SAVES:
            samples.append(sample(written_at_ms, detail))
        # No one saves in step with the screen's refresh.
        await asyncio.sleep(rhythm.uniform(0.15, 0.35))
    return samples


def sample(written_at_ms: float, detail: dict[str, Any]) -> Sample:
    timings = detail["timings"]
    return Sample(
        detail["at"] - written_at_ms,
        {
            "settle": timings["settle_ms"],
            "parse": timings["parse_ms"],
            "checks": timings["checks_ms"],
            "wire": detail["received_at"] - detail["sent_at"] * 1000,
            "paint": detail["at"] - detail["received_at"],
        },
    )


async def measure_saves(count: int) -> list[Sample]:
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit("This benchmark needs Chromium on the PATH.")
    with tempfile.TemporaryDirectory() as folder:
        songs = Path(folder) / "Songs"
        beatmap_set = songs / "1 Bench - Song"
        beatmap_set.mkdir(parents=True)
        write_song(beatmap_set / "audio.wav", round(OBJECTS * BEAT_MS / 1000) + 5)
        file = beatmap_set / "Bench - Song (Mapside) [Thousand].osu"
        file.write_bytes(map_bytes(-1))
        companion = RunningCompanion(Path(folder) / "home", "--songs", str(songs))
        async with companion, started(chromium) as browser:
            page = await browser.new_page(viewport={"width": 1200, "height": 800})
            await page.goto(companion.link)
            await page.wait_for_selector("[data-connection=open]")
            return await saves(page, file, count)


def measure(short: bool) -> Measured:
    samples = asyncio.run(measure_saves(SAVES_SHORT if short else SAVES))
    totals = [each.total_ms for each in samples]
    figures = [
        Figure("save to painted finding, p95", percentile(totals, 95), "ms", goal=100, floor=150),
        Figure("save to painted finding, median", median(totals), "ms"),
    ]
    for step in samples[0].steps_ms:
        values = [each.steps_ms[step] for each in samples]
        figures.append(Figure(f"of it {step}, median", median(values), "ms"))
        figures.append(Figure(f"of it {step}, p95", percentile(values, 95), "ms"))
    note = f"{len(samples)} saves of a {OBJECTS}-object map, one object changed in each."
    return Measured(tuple(figures), (note,), {"totals_ms": totals})


main = command("save_latency", "From the end of a save to its finding painted in Chromium.", measure)

if __name__ == "__main__":
    main()
