"""The engine's child with a stub for a model: what it writes is circles, and it loads nothing heavy.

`PAUSE_S` of the environment is how long each of its steps takes.
"""

from __future__ import annotations

import os
import random
import time
from typing import TYPE_CHECKING

from engine.beatmap.builder import osu
from engine.beatmap.document import Document, content_hash
from engine.beatmap.splice import spliced
from engine.child import handlers
from engine.child.__main__ import main
from engine.jobs import JobError
from engine.service import Candidate, Describe, Described, Generate, Pace, Regenerate, WrittenMap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.child.handlers import House
    from engine.jobs import Job

STEPS = 3
UNFIT = 13
"""A seed of which nothing comes that would fit into a map."""
PAUSE_VARIABLE = "MAPSIDE_TEST_PAUSE_S"


def circles(seed: int, start_ms: float, end_ms: float) -> list[str]:
    """A few in the section, each seed others."""
    drawn = random.Random(seed)
    count = 4 + seed % 5
    step_ms = (end_ms - start_ms) / count
    return [
        f"{drawn.randrange(512)},{drawn.randrange(384)},{int(start_ms + number * step_ms)},1,0,0:0:0:0:"
        for number in range(count)
    ]


def written(data: bytes, seed: int, start_ms: float, end_ms: float) -> bytes:
    """What a candidate holds."""
    lines = circles(seed, start_ms, end_ms)
    return spliced(Document.parse(data), start_ms, end_ms, lines, None).document.to_bytes()


def regenerate(request: Regenerate, house: House) -> Job:
    house.teller.say("working")
    for done, last in _steps():
        yield Pace(done, STEPS, "writing", 100 * done, 50.0, float(STEPS - done))
        for number, seed in enumerate(request.seeds):
            if seed == UNFIT:
                continue
            yield Candidate(
                number=number,
                seed=seed,
                content_hash=content_hash(request.data),
                data=written(request.data, seed, request.start_ms, request.end_ms),
                start_ms=request.start_ms,
                end_ms=request.end_ms,
                objects=len(circles(seed, request.start_ms, request.end_ms)),
                remarks=(),
                complete=last,
                surprise=3.5,
                surprise_before=4.0,
            )
    if UNFIT in request.seeds:
        raise JobError("a candidate is missing: it does not fit")


def generate(request: Generate, _: House) -> Job:
    song = request.song
    assert song is not None
    built = osu().timing(120, at=0).general(AudioFilename=song.audio_name or "")
    built = built.metadata(
        Title=song.title or "untitled", Artist=song.artist or "nobody", Version=song.difficulty_name or "x"
    )
    for number in range(10):
        built = built.circle(at=1000 + 500 * number, x=100 + 10 * number, y=100)
    for done, last in _steps():
        yield Pace(done, STEPS, "writing", 100 * done, 50.0, None)
        yield WrittenMap(
            data=built.bytes(), objects=10, ids=100, seconds=0.1, remarks=("A remark.",), complete=last
        )


def describe(request: Describe, _: House) -> Job:
    yield Described(
        model=request.model,
        family="v32",
        modes=(0, 1, 2, 3),
        wishes=("star_rating",),
        descriptors=("jump aim",),
        years=(2007, 2025),
        most_star_rating=None,
        written=("map",),
        given=(),
        keeps=("nothing",),
        mappers=0,
    )


def _steps() -> Iterator[tuple[int, bool]]:
    for done in range(1, STEPS + 1):
        time.sleep(float(os.environ.get(PAUSE_VARIABLE, "0")))
        yield done, done == STEPS


if __name__ == "__main__":
    handlers.HANDLERS[Regenerate] = handlers.Handler("thinking", regenerate)
    handlers.HANDLERS[Generate] = handlers.Handler("thinking", generate)
    handlers.HANDLERS[Describe] = handlers.Handler("files", describe)
    main()
