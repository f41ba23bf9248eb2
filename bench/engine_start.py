"""What the engine's process costs: to wake, to think for the first time, to keep, and to play beside.

The game is a stand-in: a process that works for 2 ms out of every 1/240 s and notes when a frame was late.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.process_use import resident_bytes
from bench.report import Figure, Measured, command, median
from engine.host import Engine, EngineOptions
from engine.jobs import Urgency
from engine.service import ListModels, Mod, Opinion, Tokens
from tests.checkpoints.folders import FULL, v32
from tests.shared_data import SHARED

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from engine.service import Request

GOLDEN: Final = SHARED / "golden"
MAP: Final = GOLDEN / "inputs" / "beatmaps" / "synth_std.osu"
LARGE_MAP: Final = GOLDEN / "inputs" / "beatmaps" / "himeringo_extreme.osu"
SONG: Final = GOLDEN / "inputs" / "audio.flac"
FRAMES_PER_S: Final = 240
WORK_S: Final = 0.002
GAME_S: Final = 8.0


@asynccontextmanager
async def engine(folder: Path, **changes: Any) -> AsyncIterator[Engine]:
    options = EngineOptions(
        models_folder=folder / "models", cache_folder=folder / "cache", cache_bytes=0, **changes
    )
    made = Engine(options, lambda _: None)
    try:
        yield made
    finally:
        await made.stop()


async def timed(made: Engine, request: Request) -> tuple[float, Any]:
    """Seconds to the last answer, and that."""
    began = time.perf_counter()
    answers = [answer async for answer in made.ask(request, urgency=Urgency.PERSON)]
    return time.perf_counter() - began, answers[-1]


async def waking(folder: Path) -> list[Figure]:
    words = str(GOLDEN / "tokenizers" / "v32")
    first_ms, tokens_ms = [], []
    for _ in range(3):
        async with engine(folder) as made:
            first_ms.append((await timed(made, ListModels()))[0] * 1000)
            await timed(made, Tokens(str(LARGE_MAP), words))
            tokens_ms.append((await timed(made, Tokens(str(LARGE_MAP), words)))[0] * 1000)
    return [
        Figure("asleep, to the list of models", median(first_ms), "ms", goal=1000, floor=3000),
        Figure("awake, a large map in tokens", median(tokens_ms), "ms"),
    ]


async def thinking(folder: Path, model: str) -> list[Figure]:
    async with engine(folder) as made:
        began = time.perf_counter()
        opinions = made.ask(Mod(str(MAP), MAP.read_bytes(), str(SONG), model), urgency=Urgency.MOD)
        await next_opinion(opinions)
        first_s = time.perf_counter() - began
        await opinions.aclose()
        assert made.process_id is not None
        kept_mb = resident_bytes(made.process_id) / 1e6
        device = made.state.device
    return [
        Figure("asleep, to the first window of a model's opinion", first_s, "s"),
        Figure(f"resident with the model ({device})", kept_mb, "MB", goal=1200, floor=2000),
    ]


async def playing(folder: Path, model: str, threads: int) -> list[Figure]:
    """A game beside an engine that scores one window after another."""
    async with engine(folder, threads=threads) as made:
        request = Mod(str(MAP), MAP.read_bytes(), str(SONG), model)
        opinions = made.ask(request, urgency=Urgency.MOD)
        before = await next_opinion(opinions)
        game = asyncio.create_task(asyncio.to_thread(play))
        began, last = time.perf_counter(), before
        while not game.done() and not last.complete:
            last = await next_opinion(opinions)
        rate = (last.done - before.done) / (time.perf_counter() - began)
        await opinions.aclose()
        late_percent = await game
    name = f"on {threads} threads" if threads > 1 else "on 1 thread"
    return [
        Figure(f"frames of a game that come late, the engine {name}", late_percent, "%"),
        Figure(f"windows scored beside it, {name}", rate, "1/s"),
    ]


async def next_opinion(answers: AsyncIterator[object]) -> Opinion:
    async for answer in answers:
        if isinstance(answer, Opinion):
            return answer
    raise RuntimeError("the engine ended without its last opinion")


def play() -> float:
    """Percent of the frames that were finished later than the next one was due."""
    run = subprocess.run(
        [sys.executable, "-m", "bench.engine_start", "--game"], check=True, capture_output=True, text=True
    )
    return float(run.stdout)


def game() -> float:
    due, late, frames = time.perf_counter(), 0, int(GAME_S * FRAMES_PER_S)
    for _ in range(frames):
        time.sleep(max(0.0, due - time.perf_counter()))
        done = time.thread_time() + WORK_S
        while time.thread_time() < done:
            pass
        due += 1 / FRAMES_PER_S
        if time.perf_counter() > due:
            late += 1
            due = time.perf_counter()
    return 100 * late / frames


def measure(short: bool) -> Measured:
    with tempfile.TemporaryDirectory(prefix="mapside-bench-") as name:
        folder = Path(name)
        model = v32(FULL).write(folder / "v32")
        # Random weights, and real words: the sizes are the same.
        shutil.copy(GOLDEN / "tokenizers" / "v32" / "tokenizer.json", model)
        figures = asyncio.run(waking(folder)) + asyncio.run(thinking(folder, str(model)))
        if not short:
            figures.append(Figure("frames of a game that come late, the engine asleep", play(), "%"))
            for threads in (1, 2):
                figures += asyncio.run(playing(folder, str(model), threads))
    notes = (
        "random weights of V32's sizes, read from the page cache",
        "the engine stands behind everything else in line: what else runs here makes it look slow",
    )
    return Measured(tuple(figures), notes=notes)


main = command("engine_start", "What the engine's process costs", measure)

if __name__ == "__main__":
    if sys.argv[1:2] == ["--game"]:
        print(game())
    else:
        main()
