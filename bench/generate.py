"""Writing a window, against transformers' own `generate` on the same weights and the same machine.

Both are given what the encoder heard and a prompt, and write so many ids by chance, at the same temperature
and nucleus, no time before the last one; no id ends it. Theirs is `bench/transformers_way.py`: our layers
under its loop, its cache and its processors. They take turns, so that whatever else the machine does, it does
to both; the processor's seconds are told beside the clock's.

Eight candidates are written twice: with prompts of which each is its own, as late in a section, and with one
prompt for all, as where a section begins.

On a processor all of it is measured in both precisions, with one thread and with as many as there are cores,
in rounds for as long as the time of each allows. Seconds of the processor are told beside those of the clock:
on a busy machine two threads wait for each other more than they compute; those of one thread then say more.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import torch

from bench.report import Figure, Measured, command, median
from bench.transformers_way import Theirs
from engine.checkpoints.upstream import load
from engine.child import device
from engine.generation.filters import NEVER
from engine.generation.layout import layout_of
from engine.generation.sample import Lots, Sampling
from engine.generation.stops import NO_IDS, Stops
from engine.generation.writer import Row, Writer
from engine.model.packed import packed
from engine.tokens.vocab import END_ID, START_ID
from tests.checkpoints.folders import FULL, v30, v32
from tests.modding.worlds import v30_tokenizer, v32_tokenizer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

    from engine.checkpoints.upstream import Checkpoint
    from tests.checkpoints.folders import Size

CANDIDATES: Final = 8
PROMPT_IDS: Final = {"v32": 240, "v30": 480}
WRITTEN_IDS: Final = {"v32": 48, "v30": 96}
"""A fifth of those read, as in a window, which looks back on half of itself and counts for a tenth; but fewer
of both, so that all of it ends.
"""
SHORT: Final = 160, 12
"""Ids read and written: enough to see that it works."""
SHORT_LAYERS: Final = 3
"""Of 12. All of them take too long for the short measure, and what is left of each is in proportion but for
the head, which weighs more.
"""
LEAST_ROUNDS, MOST_ROUNDS = 2, 5
ENOUGH_S: Final = 55.0
"""Of rounds with one precision and one number of threads; the least that there are take what they take."""
SAMPLING: Final = Sampling()
"""As the models are published."""
V30_FULL: Final = replace(FULL, source=2048, target=5120, tokens_in=4607, tokens_out=4607, mels=80)
GOAL, FLOOR = 1.5, 1.2
GPU_GOAL, GPU_FLOOR = 10.0, 4.0


class Endless:
    """No end, for both: how long a window is must not depend on chance."""

    def apply(self, scores: Tensor, _ids: Sequence[int]) -> Tensor:
        return scores.index_fill(0, torch.tensor([END_ID], device=scores.device), NEVER)


@dataclass(slots=True)
class Taken:
    """Of each round, on the clock and of the processor."""

    wall_s: list[float] = field(default_factory=list)
    processor_s: list[float] = field(default_factory=list)

    def add(self, work: Callable[[], None]) -> None:
        _settle()
        wall_s, processor_s = time.perf_counter(), time.process_time()
        work()
        _settle()
        self.wall_s.append(time.perf_counter() - wall_s)
        self.processor_s.append(time.process_time() - processor_s)

    def times(self, other: Taken) -> float:
        """How much longer the other took in the same round."""
        return median(theirs / ours for ours, theirs in zip(self.wall_s, other.wall_s, strict=True))

    def processor_times(self, other: Taken) -> float:
        return median(theirs / ours for ours, theirs in zip(self.processor_s, other.processor_s, strict=True))


def _settle() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


@dataclass(eq=False)
class Bench:
    checkpoint: Checkpoint
    family: str
    prompt: int
    written: int

    def __post_init__(self) -> None:
        model, spec = self.checkpoint.model, self.checkpoint.spec
        layout = layout_of(self.checkpoint.vocabulary, self.family, spec.decoder.positions)
        self._writer = Writer(packed(model), layout, SAMPLING)
        self._theirs = Theirs(model, layout, SAMPLING)
        random = torch.Generator().manual_seed(5)
        states = torch.randn((1, spec.encoder.positions, spec.width), generator=random)
        self._states = states.to(model.head.weight)
        told = torch.randint(END_ID + 1, spec.tokens_out, (CANDIDATES, self.prompt - 1), generator=random)
        self._prompts = [[START_ID, *row] for row in told.tolist()]

    def ours(self, prompts: Sequence[Sequence[int]]) -> None:
        stops = Stops(frozenset(), NO_IDS, NO_IDS, NO_IDS)
        rows = [Row(ids, stops, Lots(seed), further=(Endless(),)) for seed, ids in enumerate(prompts)]
        for count, _ in enumerate(self._writer.write(self._states, rows), 1):
            if count == self.written:
                return

    def theirs(self) -> None:
        assert len(self._theirs.write(self._states, self._prompts[0], self.written)) == self.written

    def measure(self, least_rounds: int, most_rounds: int) -> dict[str, Taken]:
        apart, alike = self._prompts, [self._prompts[0]] * CANDIDATES
        works: dict[str, Callable[[], None]] = {
            "theirs": self.theirs,
            "ours": lambda: self.ours(apart[:1]),
            "apart": lambda: self.ours(apart),
            "alike": lambda: self.ours(alike),
        }
        self.ours(apart[:1])  # what is prepared at the first time is not counted
        taken = {name: Taken() for name in works}
        began = time.perf_counter()
        for rounds in range(1, most_rounds + 1):
            for name, work in works.items():
                taken[name].add(work)
            with_another_s = (time.perf_counter() - began) / rounds * (rounds + 1)
            if rounds >= least_rounds and with_another_s > ENOUGH_S:
                break
        return taken


def measure(short: bool, only: str = "v32", threads: int | None = None) -> Measured:
    """`threads`: None measures one and as many as there are cores."""
    with tempfile.TemporaryDirectory(prefix="mapside-bench-") as name:
        folder = Path(name)
        made = v32(_size(FULL, short)) if only == "v32" else v30(_size(V30_FULL, short))
        made.tokenizer = v32_tokenizer() if only == "v32" else v30_tokenizer()
        made.write(folder)
        if short:
            return _tried(folder, only)
        return _measured(folder, only, (1, 0) if threads is None else (threads,))


def _tried(folder: Path, family: str) -> Measured:
    """That everything runs. Of one round nothing is told that anybody could take for a measurement."""
    where = device.choose("auto", "auto", 0)
    checkpoint = load(folder, dtype=where.dtype, device=where.device)
    began = time.perf_counter()
    taken = Bench(checkpoint, family, *SHORT).measure(1, 1)
    figures = (
        Figure(f"{family}: ids read", SHORT[0], ""),
        Figure(f"{family}: ids written, each way", SHORT[1], ""),
        Figure(f"{family}: ways", len(taken), ""),
        Figure(f"{family}: all of it", time.perf_counter() - began, "s"),
    )
    note = (
        f"On {where.words}, {SHORT_LAYERS} layers of {FULL.layers}: it runs. One round of so little says "
        "nothing about how fast; without --short it does."
    )
    return Measured(figures, notes=(note,))


def _measured(folder: Path, family: str, all_threads: Sequence[int]) -> Measured:
    figures: list[Figure] = []
    notes: list[str] = []
    details: dict[str, object] = {}
    for precision in ("float32", "bfloat16"):
        for threads in all_threads:
            where = device.choose("auto", precision, threads)
            label = f"{family}, {where.words.partition(', ')[2]}"
            if label in details:
                continue  # one core, or a GPU: the same again
            print(f"{family} on {where.words} ...", file=sys.stderr, flush=True)
            checkpoint = load(folder, dtype=where.dtype, device=where.device)
            prompt, written = PROMPT_IDS[family], WRITTEN_IDS[family]
            taken = Bench(checkpoint, family, prompt, written).measure(LEAST_ROUNDS, MOST_ROUNDS)
            figures += _figures(label, taken, written, on_gpu=where.device.type == "cuda")
            details[label] = {name: [each.wall_s, each.processor_s] for name, each in taken.items()}
            rounds = len(taken["ours"].wall_s)
            notes.append(f"{label}: on {where.words}, {prompt} ids read, {written} written, {rounds} rounds.")
    return Measured(tuple(figures), notes=tuple(notes), details=details)


def _size(full: Size, short: bool) -> Size:
    return replace(full, layers=SHORT_LAYERS) if short else full


def _figures(label: str, taken: dict[str, Taken], ids: int, *, on_gpu: bool) -> list[Figure]:
    ours, theirs, apart, alike = (taken[name] for name in ("ours", "theirs", "apart", "alike"))
    goal, floor = (GPU_GOAL, GPU_FLOOR) if on_gpu else (GOAL, FLOOR)
    return [
        Figure(f"{label}: times faster", ours.times(theirs), "x", goal, floor, more_is_better=True),
        Figure(f"{label}: times faster, processor", ours.processor_times(theirs), "x"),
        Figure(f"{label}: ours", ids / median(ours.wall_s), "ids/s"),
        Figure(f"{label}: transformers'", ids / median(theirs.wall_s), "ids/s"),
        Figure(f"{label}: 8, one prompt, as our 1", 1 / alike.times(ours), "x", floor=2),
        Figure(f"{label}: 8, one prompt, processor", 1 / alike.processor_times(ours), "x"),
        Figure(f"{label}: 8, own prompts, as our 1", 1 / apart.times(ours), "x", floor=2),
        Figure(f"{label}: 8, own prompts, processor", 1 / apart.processor_times(ours), "x"),
        Figure(f"{label}: 8, own prompts, as transformers' 1", 1 / apart.times(theirs), "x", goal=1, floor=2),
        Figure(f"{label}: ours, 8 candidates, own prompts", CANDIDATES * ids / median(apart.wall_s), "ids/s"),
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--only", choices=["v30", "v32"], default="v32", help="which model")
    parser.add_argument("--threads", type=int, help="0: as many as there are cores; else one, and those")
    chosen, rest = parser.parse_known_args()
    sys.argv[1:] = rest
    command(
        "generate",
        "Writing a window, against transformers' generate on the same weights",
        lambda short: measure(short, chosen.only, chosen.threads),
    )()
