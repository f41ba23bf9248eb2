"""A section of ten seconds written anew, end to end, by stage: what a mapper waits for after a right-click.

V32 at full size with random weights, which has nothing to say: so the section keeps its rhythm, and as many
ids are written as a real section has. Where they stand for a section that is written freely, each of them is
asked of the model; where the rhythm is kept for its own sake, only those that it can choose.

One candidate, song never heard before; then one more and eight at once, of the song that is known by now.
"""

from __future__ import annotations

import sys
import tempfile
import time
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import engine.generation.pipeline
import engine.writing.finishing
from bench.remod_maps import maps, write_song
from bench.report import Figure, Measured, command
from engine.beatmap.document import Document
from engine.checkpoints.upstream import Checkpoint, load
from engine.child import device
from engine.generation.pipeline import Pipeline
from engine.generation.writer import Row
from engine.modding.cache import ModdingCaches
from engine.modding.listening import Listener
from engine.requests import Keep, Regenerate
from engine.service import Candidate, Pace
from engine.writing import section
from engine.writing.judging import Judge
from tests.checkpoints.folders import FULL, v32
from tests.modding.worlds import v32_tokenizer

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

CACHE_BYTES: Final = 4 << 30
CANDIDATES, SHORT_CANDIDATES = 8, 3
MOST_TIMES_AS_LONG: Final = 2
SHORT_LAYERS: Final = 3
"""Of twelve: a full-size model cannot write a section in forty seconds on two cores."""
NEVER_HEARD: Final = "1 candidate, song never heard"
KEPT: Final = ", rhythm kept"
STAGES: Final = ("listen", "prompt", "write", "build", "splice", "judge")


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    checkpoint: Checkpoint
    name: str
    device_words: str


@dataclass(slots=True)
class Clock:
    """Seconds in each stage, without those of a stage within it."""

    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))
    _open: list[str] = field(default_factory=list)
    _since: float = 0.0

    @contextmanager
    def of(self, stage: str) -> Iterator[None]:
        self._stop()
        self._open.append(stage)
        try:
            yield
        finally:
            self._stop()
            self._open.pop()

    def _stop(self) -> None:
        now = time.perf_counter()
        if self._open:
            self.seconds[self._open[-1]] += now - self._since
        self._since = now

    def calls(self, stage: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **named: Any) -> Any:
            with self.of(stage):
                return work(*args, **named)

        return timed

    def steps(self, stage: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """Of a generator, without what is done between its steps."""

        def timed(*args: Any, **named: Any) -> Generator[Any, None, Any]:
            going = work(*args, **named)
            while True:
                try:
                    with self.of(stage):
                        said = next(going)
                except StopIteration as end:
                    return end.value
                yield said

        return timed


@contextmanager
def timed(clock: Clock) -> Iterator[None]:
    """Where the stages begin and end."""
    places: list[tuple[Any, str, str, Callable[[str, Callable[..., Any]], Callable[..., Any]]]] = [
        (Listener, "states", "listen", clock.calls),
        (engine.generation.pipeline, "prompt_for", "prompt", clock.calls),
        (Pipeline, "run_many", "write", clock.steps),
        (engine.writing.finishing, "built", "build", clock.calls),
        (engine.writing.finishing, "spliced", "splice", clock.calls),
        (Judge, "bits", "judge", clock.steps),
    ]
    before = [(place, name, getattr(place, name)) for place, name, _, _ in places]
    for place, name, stage, wrap in places:
        setattr(place, name, wrap(stage, getattr(place, name)))
    try:
        yield
    finally:
        for place, name, work in before:
            setattr(place, name, work)


@contextmanager
def nothing_foretold() -> Iterator[None]:
    """Each id is asked of the model, as where nothing is kept."""
    foretold = Row.foretold
    setattr(Row, foretold.__name__, lambda _row, _most_ids: ())
    try:
        yield
    finally:
        setattr(Row, foretold.__name__, foretold)


@dataclass(frozen=True, slots=True)
class Run:
    whole_s: float
    first_s: float
    """Until something of a candidate can be looked at."""
    stages: dict[str, float]
    ids: int
    objects: int
    changed_bytes: int
    """Outside of the section's lines."""


def run(loaded: Loaded, caches: ModdingCaches, asked: Regenerate) -> Run:
    clock, first_s, ids = Clock(), 0.0, 0
    last: Candidate | None = None
    began = time.perf_counter()
    with timed(clock):
        for said in section.regenerate(asked, loaded, caches):
            if isinstance(said, Pace):
                ids = said.ids
            elif isinstance(said, Candidate):
                first_s = first_s or time.perf_counter() - began
                last = said
    whole_s = time.perf_counter() - began
    if last is None:
        raise RuntimeError("nothing was written")
    changed = _outside(asked.data, asked) != _outside(last.data, asked)
    return Run(whole_s, first_s, clock.seconds, ids, last.objects, int(changed))


def _outside(data: bytes, asked: Regenerate) -> list[bytes]:
    document = Document.parse(data)
    inside = {obj.line for obj in document.beatmap.objects if asked.start_ms <= obj.time_ms < asked.end_ms}
    inside |= {
        green.line
        for green in document.beatmap.timing.green
        if asked.start_ms <= green.time_ms <= asked.end_ms
    }
    return [line for number, line in enumerate(document.lines) if number not in inside]


def measure(short: bool) -> Measured:
    song_s, section_s = (24.0, 3.0) if short else (120.0, 10.0)
    with tempfile.TemporaryDirectory(prefix="mapside-bench-") as name:
        folder = Path(name)
        made = v32(replace(FULL, layers=SHORT_LAYERS) if short else FULL)
        made.tokenizer = v32_tokenizer()
        where = device.choose("auto", "auto", 0)
        checkpoint = load(made.write(folder / "v32"), dtype=where.dtype, device=where.device)
        loaded = Loaded(checkpoint, "v32", where.words)
        write_song(folder / "song.wav", song_s)
        ((_, document),) = maps(1, song_s)
        start_ms = document.beatmap.objects[len(document.beatmap.objects) // 2].time_ms
        asked = Regenerate(
            path="/a map.osu",
            data=document.to_bytes(),
            audio=str(folder / "song.wav"),
            model="v32",
            start_ms=start_ms,
            end_ms=start_ms + section_s * 1000,
            seeds=(1,),
            keep=Keep.RHYTHM,
        )
        return _measured(loaded, folder, asked, short=short)


def _measured(loaded: Loaded, folder: Path, asked: Regenerate, *, short: bool) -> Measured:
    runs: dict[str, Run] = {}
    caches = ModdingCaches(folder / "cache 1", CACHE_BYTES)
    count = SHORT_CANDIDATES if short else CANDIDATES
    many = tuple(range(10, 10 + count))
    asked_for = {
        NEVER_HEARD: (1,),
        "1 candidate": (2,),
        "1 candidate, rhythm kept": (3,),
        f"{count} candidates": many,
        f"{count} candidates, rhythm kept": tuple(seed + count for seed in many),
    }
    for name, seeds in asked_for.items():
        print(f"{name} ...", file=sys.stderr, flush=True)
        with nullcontext() if name.endswith(KEPT) else nothing_foretold():
            runs[name] = run(loaded, caches, replace(asked, seeds=seeds))
    figures = [figure for name, one in runs.items() for figure in _figures(name, one)]
    figures += _ratios(runs, count)
    changed = sum(each.changed_bytes for each in runs.values())
    figures.append(Figure("candidates that change a byte outside of the section", changed, "", 0, 0))
    return Measured(
        tuple(figures),
        notes=(
            f"random weights {f'with {SHORT_LAYERS} layers of 12' if short else 'of full size'} on "
            f"{loaded.device_words}; a section of "
            f"{(asked.end_ms - asked.start_ms) / 1000:g} s with {runs[NEVER_HEARD].objects} objects",
            "the rest of the whole: reading the map, its star rating, and turning it into words",
        ),
        details={name: {"stages": one.stages, "ids": one.ids} for name, one in runs.items()},
    )


def _ratios(runs: dict[str, Run], count: int) -> Iterator[Figure]:
    for kept in ("", KEPT):
        one, many = runs[f"1 candidate{kept}"], runs[f"{count} candidates{kept}"]
        whole, floor = many.whole_s / one.whole_s, None if kept else MOST_TIMES_AS_LONG
        yield Figure(f"{count} as one{kept}: end to end", whole, "x", floor=floor)
        for stage in ("write", "judge"):
            yield Figure(f"{count} as one{kept}: {stage}", many.stages[stage] / one.stages[stage], "x")
    for name in ("1 candidate", f"{count} candidates"):
        freely, kept_run = runs[name], runs[f"{name}{KEPT}"]
        times = freely.stages["write"] / kept_run.stages["write"]
        yield Figure(f"{name}: rhythm kept, times faster to write", times, "x")


def _figures(name: str, one: Run) -> Iterator[Figure]:
    yield Figure(f"{name}: end to end", one.whole_s, "s")
    yield Figure(f"{name}: until something can be seen", one.first_s, "s")
    for stage in STAGES:
        yield Figure(f"{name}: {stage}", one.stages[stage], "s")
    if one.stages["write"]:
        yield Figure(f"{name}: written", one.ids / one.stages["write"], "ids/s")


if __name__ == "__main__":
    command("regenerate", "A section written anew, end to end, by stage", measure)()
