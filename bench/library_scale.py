"""A large library: how long until it is watched, what that costs, and whether a save is still seen at once.

20,000 sets with five difficulties each are made in a temporary folder, and the real companion is started on
it. A save's time runs from the end of the write until the findings have come in over the websocket. Making so
many files takes a slow disk some minutes: TMPDIR=/dev/shm makes them in memory.
"""

from __future__ import annotations

import asyncio
import json
import random
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from bench.process_use import processor_seconds, resident_bytes
from bench.report import Figure, Measured, command, median, percentile
from engine.beatmap.builder import osu
from tests.companion_process import RunningCompanion

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

SETS, SETS_SHORT = 20_000, 2_000
DIFFICULTIES = 5
SAVES, SAVES_SHORT = 60, 20
WARM_UP_SAVES = 3
IDLE_S, IDLE_SHORT_S = 20.0, 5.0
START_TIMEOUT_S = 60.0
SAVE_TIMEOUT_S = 10.0
PAUSE_BETWEEN_SAVES_S = 0.15
OBJECTS = 300


@dataclass(frozen=True, slots=True)
class Run:
    started_s: float
    """From the start of the process to its first words: Python, and its modules."""
    watching_s: float
    """From there until all sets are watched."""
    saves_ms: list[float]
    settle_ms: list[float]
    resident_fresh_bytes: int
    """Once everything is watched."""
    resident_bytes: int
    """After the saves."""
    idle_percent: float


def make_library(songs: Path, sets: int) -> list[Path]:
    """The sets' folders. Their maps are small: the number of files is what is measured."""
    content = osu().timing(180, at=0).circle(at=1000, x=100, y=100).bytes()
    folders = [songs / f"{100_000 + number} Artist {number} - Title {number}" for number in range(sets)]
    for folder in folders:
        folder.mkdir(parents=True)
        for difficulty in range(DIFFICULTIES):
            (folder / f"Artist - Title (mapper) [{difficulty}].osu").write_bytes(content)
    return folders


def map_bytes(version: int) -> bytes:
    mapped = osu().timing(180, at=0)
    for index in range(OBJECTS):
        mapped = mapped.circle(at=1000 + 250 * index, x=64 + (index * 37 + version) % 384, y=192)
    return mapped.bytes()


async def receive(page: ClientConnection, kind: str, timeout_s: float) -> dict[str, Any]:
    async with asyncio.timeout(timeout_s):
        while True:
            message: dict[str, Any] = json.loads(await page.recv())
            if message["type"] == kind:
                return message


async def until_watching(page: ClientConnection) -> None:
    while (await receive(page, "status", START_TIMEOUT_S))["watching"] != "all":
        pass


async def time_save(page: ClientConnection, file: Path, version: int) -> tuple[float, float]:
    """Milliseconds from the end of the write to the findings, and those the watcher took of them."""
    file.write_bytes(map_bytes(version))
    written = time.perf_counter()
    while True:
        message = await receive(page, "map", SAVE_TIMEOUT_S)
        if (message["metadata"]["set"], message["metadata"]["file"]) == (file.parent.name, file.name):
            return (time.perf_counter() - written) * 1000, message["timings"]["settle_ms"]


async def idle_percent(process_id: int, seconds: float) -> float:
    await asyncio.sleep(2)  # what the last save has set going comes to its end
    before = processor_seconds(process_id)
    await asyncio.sleep(seconds)
    return (processor_seconds(process_id) - before) / seconds * 100


async def run(songs: Path, folders: list[Path], home: Path, *, saves: int, idle_s: float) -> Run:
    started = time.perf_counter()
    process = RunningCompanion(home, "--songs", str(songs), start_timeout_s=START_TIMEOUT_S)
    async with process as companion:
        started_s = time.perf_counter() - started
        link = urlsplit(companion.link)
        token = link.fragment.removeprefix("token=")
        async with connect(
            f"ws://{link.netloc}/ws",
            subprotocols=[Subprotocol("mapside.1"), Subprotocol(f"token.{token}")],
            max_size=None,
        ) as page:
            await until_watching(page)
            watching_s = time.perf_counter() - started - started_s
            fresh_bytes = resident_bytes(companion.process_id)
            chosen = random.Random(1).choices(folders, k=WARM_UP_SAVES + saves)
            timed = []
            for version, folder in enumerate(chosen):
                difficulty = version % DIFFICULTIES
                file = folder / f"Artist - Title (mapper) [{difficulty}].osu"
                timed.append(await time_save(page, file, version))
                await asyncio.sleep(PAUSE_BETWEEN_SAVES_S)
            return Run(
                started_s=started_s,
                watching_s=watching_s,
                saves_ms=[total for total, _ in timed[WARM_UP_SAVES:]],
                settle_ms=[settle for _, settle in timed[WARM_UP_SAVES:]],
                resident_fresh_bytes=fresh_bytes,
                resident_bytes=resident_bytes(companion.process_id),
                idle_percent=await idle_percent(companion.process_id, idle_s),
            )


def measure(short: bool) -> Measured:
    sets = SETS_SHORT if short else SETS
    with tempfile.TemporaryDirectory(prefix="mapside-library-") as folder:
        songs = Path(folder) / "Songs"
        folders = make_library(songs, sets)
        done = asyncio.run(
            run(
                songs,
                folders,
                Path(folder) / "home",
                saves=SAVES_SHORT if short else SAVES,
                idle_s=IDLE_SHORT_S if short else IDLE_S,
            )
        )
    megabyte = 1024 * 1024
    return Measured(
        figures=(
            Figure("process start to its first words", done.started_s, "s"),
            Figure("from there to watching", done.watching_s, "s", goal=3, floor=3),
            Figure("resident, watching", done.resident_fresh_bytes / megabyte, "MB", goal=120, floor=200),
            Figure("resident, after the saves", done.resident_bytes / megabyte, "MB", goal=120, floor=200),
            Figure("save to findings, median", median(done.saves_ms), "ms"),
            Figure("save to findings, 95 %", percentile(done.saves_ms, 95), "ms", goal=100, floor=200),
            Figure("of which the watcher, 95 %", percentile(done.settle_ms, 95), "ms", goal=30),
            Figure("processor while idle", done.idle_percent, "% of a core", goal=0.1, floor=1),
        ),
        notes=(
            f"{sets} sets of {DIFFICULTIES} maps; {len(done.saves_ms)} saves of {OBJECTS} objects."
            + (f" A short run: the goals are meant for {SETS} sets." if short else ""),
            "The findings are those of every check; the sets have no song.",
        ),
        details={"saves_ms": done.saves_ms},
    )


main = command("library_scale", "A large library: time to watch it, memory, and saves", measure)

if __name__ == "__main__":
    main()
