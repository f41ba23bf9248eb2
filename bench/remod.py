"""A re-mod after one edit, against scoring the whole map with the model already loaded.

What it is compared with is the reference's algorithm on the same weights, in the same dtype, on the same
machine: every window is listened to again, its whole prompt is read, padded to the longest of the map, and
every token meets the whole vocabulary, in float32, on the host. That takes minutes for a map, so a few
windows of each are measured and counted up; `--whole` measures them all. `--only v32` measures one model.

All maps are modded with one song, as the difficulties of a set are: the first one is listened to window by
window, the others find the song known. Of those others the first is modded in earnest too; the rest, unless
`--whole`, are given made-up answers for the version before the edits: what an edit costs is the same.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch

from bench.process_use import peak_bytes, resident_bytes
from bench.remod_maps import SEED, edited, maps, write_song
from bench.report import Figure, Measured, command, median, percentile
from engine.audio.mel import MelSpectrogram
from engine.checkpoints.upstream import Checkpoint, load
from engine.child import device
from engine.generation.prompts import model_conditions, teacher_forced
from engine.generation.windows import sound_of
from engine.jobs import Progress
from engine.modding.cache import ModdingCaches
from engine.modding.job import mod
from engine.modding.listening import Listener
from engine.modding.opinion import Opinion
from engine.modding.reading import Speech
from engine.modding.surprisal import ALTERNATIVES
from engine.service import Mod
from tests.checkpoints.folders import FULL, v30, v32
from tests.modding.worlds import v30_tokenizer, v32_tokenizer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.beatmap.document import Document
    from engine.modding.listening import Song
    from engine.modding.reading import Reading

MAPS, EDITS_PER_MAP = 5, 6
IN_EARNEST: Final = 2
"""Maps."""
SAMPLED_WINDOWS: Final = 4
"""Of the reference's way, per map, in one batch."""
RATING: Final = 5.0
CACHE_BYTES: Final = 4 << 30


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    checkpoint: Checkpoint
    name: str
    device_words: str


@dataclass(slots=True)
class Taken:
    """Seconds on the clock and of the processor, both of all threads."""

    wall_s: float
    processor_s: float


@dataclass(slots=True)
class Edit:
    is_fresh: bool
    """Nobody has edited around there before."""
    first_s: float
    """Until an opinion that has the window judging the edit."""
    whole: Taken
    windows: int


@dataclass(slots=True)
class OneMap:
    name: str
    windows: int
    first_mod: Taken | None
    """None: its answers were made up."""
    reference: Taken | None
    """None: only memory was asked for, and this way takes more of it."""
    edits: list[Edit] = field(default_factory=list)
    same_again_ms: float = 0.0
    model_calls_for_it: int = 0


# ---- the reference's way


@torch.inference_mode()
def reference_way(checkpoint: Checkpoint, reading: Reading, *, whole: bool) -> Taken:
    """Counted up to all windows from those that were measured."""
    speech, windows, model = reading.speech, reading.windows, checkpoint.model
    prompts = [
        teacher_forced(
            speech.layout, reading.conditions, reading.texts, window, speech.shape, reading.song.length_ms
        ).ids
        for window in windows
    ]
    longest, mel = max(map(len, prompts)), MelSpectrogram(speech.spec.mel)
    step = 1 if whole else max(1, len(windows) // SAMPLED_WINDOWS)
    chosen = list(range(step // 2, len(windows), step))
    taken = Taken(0.0, 0.0)
    for first in range(0, len(chosen), SAMPLED_WINDOWS):
        batch = chosen[first : first + SAMPLED_WINDOWS]
        ids = torch.tensor([[0] * (longest - len(prompts[at])) + list(prompts[at]) for at in batch])
        asked = [windows[at] for at in batch]
        with _Clock(taken):
            told = model_conditions(
                speech.spec, speech.vocab, reading.conditions, asked, speech.shape, reading.song.length_ms
            )
            heard = model.hear(model.encode(mel(sound_of(reading.song, asked, speech.shape)), told))
            logits = model.logits(model.decode(ids, heard, real=ids != 0)).float().cpu()
            # What counts of them, a tenth, is then measured on the host.
            probabilities = logits[:, : longest // 10].softmax(dim=-1)
            (probabilities * (probabilities + 1e-10).log2()).sum(dim=-1)
    scale = len(windows) / len(chosen)
    return Taken(taken.wall_s * scale, taken.processor_s * scale)


class _Clock:
    def __init__(self, taken: Taken) -> None:
        self._taken = taken

    def __enter__(self) -> None:
        self._began = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        self._taken.wall_s += time.perf_counter() - self._began[0]
        self._taken.processor_s += time.process_time() - self._began[1]


# ---- ours


@dataclass(eq=False)
class Bench:
    loaded: Loaded
    caches: ModdingCaches
    song: Path
    scale: str
    calls: int = 0

    def __post_init__(self) -> None:
        for half in (self.loaded.checkpoint.model.encoder, self.loaded.checkpoint.model.decoder):
            half.register_forward_pre_hook(self._count)

    def _count(self, _module: object, _args: object) -> None:
        self.calls += 1

    def mod(self, name: str, document: Document, near_ms: float | None = None) -> tuple[Taken, float, int]:
        """How long all of it and the first opinion took, and how many windows were asked."""
        request = Mod(f"/{name}.osu", document.to_bytes(), str(self.song), self.loaded.name, near_ms, RATING)
        taken, first_s, before = Taken(0.0, 0.0), 0.0, self.calls
        with _Clock(taken):
            began = time.perf_counter()
            for said in mod(request, self.loaded, self.caches):
                assert isinstance(said, Opinion | Progress)
                if isinstance(said, Opinion) and not first_s:
                    first_s = time.perf_counter() - began
        return taken, first_s, self.calls - before

    def make_up(self, reading: Reading, song: Song) -> None:
        """Answers to all questions, as if the map had been modded."""
        mind = self.caches.mind(self.loaded.checkpoint.model)
        listener = Listener(mind, reading.speech, song, reading.conditions, self.caches.files)
        for index, window in enumerate(reading.windows):
            question = reading.question(index)
            answer = np.zeros((len(question.rows), 2 + 2 * ALTERNATIVES), np.float32)
            self.caches.answers.keep((listener.sound, window.start_sample, question.key()), answer)

    def measure(self, name: str, document: Document, edits: int, *, in_earnest: bool) -> OneMap:
        song = self.caches.songs.open(self.song)
        reading = Speech(self.loaded.checkpoint).read(document.beatmap, song.waveform, RATING)
        whole = self.scale == "whole"
        reference = (
            None if self.scale == "memory" else reference_way(self.loaded.checkpoint, reading, whole=whole)
        )
        first_mod = self.mod(name, document, near_ms=0.0)[0] if in_earnest else None
        if not in_earnest:
            self.make_up(reading, song)
        found = OneMap(name, len(reading.windows), first_mod, reference)
        rng, now = random.Random(SEED), document
        objects = document.beatmap.objects
        for turn in range(edits):
            if turn % 2 == 0:
                at_ms = objects[rng.randrange(len(objects) // 8, len(objects) * 7 // 8)].time_ms
            now, edited_ms = edited(now, at_ms, rng)
            taken, first_s, windows = self.mod(name, now, near_ms=edited_ms)
            found.edits.append(Edit(turn % 2 == 0, first_s, taken, windows))
        again, _, found.model_calls_for_it = self.mod(name, now)
        found.same_again_ms = again.wall_s * 1000
        return found


def _child(folder: Path, family: str, dtype: str, scale: str) -> None:
    where = device.choose("auto", dtype, 0)
    checkpoint = load(folder, dtype=where.dtype, device=where.device)
    loaded = Loaded(checkpoint, family, where.words)
    seconds, count, edits = _SCALES[scale]
    with tempfile.TemporaryDirectory(prefix="mapside-bench-") as name:
        song = Path(name) / "song.wav"
        write_song(song, seconds)
        caches = ModdingCaches(Path(name) / "cache", CACHE_BYTES)
        bench = Bench(loaded, caches, song, scale)
        measured = [
            bench.measure(map_name, document, edits, in_earnest=scale == "whole" or number < IN_EARNEST)
            for number, (map_name, document) in enumerate(maps(count, seconds))
        ]
    ours = os.getpid()
    memory = {"resident_mb": resident_bytes(ours) / 2**20, "peak_mb": peak_bytes(ours) / 2**20}
    print(json.dumps({"words": where.words, "maps": measured, **memory}, default=_plain))


_SCALES: Final = {
    "short": (24.0, 1, 2),
    "full": (190.0, MAPS, EDITS_PER_MAP),
    "whole": (190.0, MAPS, EDITS_PER_MAP),
    "memory": (30.0, 1, 2),
}
"""Seconds of song, maps, edits of each."""


def _plain(one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__slots__}


# ---- the table

V30_FULL: Final = replace(FULL, source=2048, target=5120, tokens_in=4607, tokens_out=4607, mels=80)
_GOALS: Final = {"v32": (100.0, 40.0), "v30": (40.0, 15.0)}


def measure(short: bool, *, whole: bool = False, only: str | None = None) -> Measured:
    scale = "short" if short else "whole" if whole else "full"
    runs = [("v32", "auto", scale)]
    if not short:
        runs += [("v30", "auto", scale), ("v32", "auto", "memory"), ("v30", "auto", "memory")]
        runs.append(("v32", "float32", "memory"))
    runs = [run for run in runs if only in (None, run[0])]
    figures: list[Figure] = []
    details: dict[str, object] = {}
    words = ""
    with tempfile.TemporaryDirectory(prefix="mapside-bench-") as name:
        folders = {family: _checkpoint(Path(name) / family, family) for family in {run[0] for run in runs}}
        for family, dtype, size in runs:
            print(f"{family}, {dtype}, {size} ...", file=sys.stderr, flush=True)
            found = _run(folders[family], family, dtype, size)
            details[f"{family} {dtype} {size}"] = found
            if size == "memory":
                label = f"{family} in {found['words'].rpartition(', ')[2]}, resident"
                figures.append(Figure(label, found["resident_mb"], "MB", goal=1200, floor=2048))
            else:
                words = words or found["words"]
                figures += _figures(family, found, is_short=short)
    return Measured(tuple(figures), notes=_notes(words, whole=whole), details=details)


def _checkpoint(folder: Path, family: str) -> Path:
    made, tokenizer = (v32(FULL), v32_tokenizer()) if family == "v32" else (v30(V30_FULL), v30_tokenizer())
    made.tokenizer = tokenizer
    return made.write(folder)


def _run(folder: Path, family: str, dtype: str, scale: str) -> dict[str, Any]:
    run = subprocess.run(
        [sys.executable, "-m", "bench.remod", "--child", str(folder), family, dtype, scale],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def _figures(family: str, found: dict[str, Any], *, is_short: bool) -> Iterator[Figure]:
    # A short song has few windows: what it gains there says nothing about the goals.
    goal, floor = (None, None) if is_short else _GOALS[family]
    told = found["maps"]
    edits = [(one["reference"], edit) for one in told for edit in one["edits"]]

    def gain(which: bool | None, clock: str) -> float:
        return median(
            reference[clock] / edit["whole"][clock]
            for reference, edit in edits
            if which is None or edit["is_fresh"] == which
        )

    yield Figure(
        f"{family}: re-mod after an edit, times faster", gain(None, "wall_s"), "x", goal, floor, True
    )
    yield Figure(f"{family}: of it where nobody edited before", gain(True, "wall_s"), "x")
    yield Figure(f"{family}: of it where the last edit was", gain(False, "wall_s"), "x")
    yield Figure(f"{family}: re-mod, by the processor's seconds", gain(None, "processor_s"), "x")
    yield Figure(f"{family}: re-mod, median", median(edit["whole"]["wall_s"] for _, edit in edits), "s")
    firsts = [edit["first_s"] for _, edit in edits]
    yield Figure(f"{family}: save to the edited window's score, median", percentile(firsts, 50), "s")
    yield Figure(f"{family}: save to the edited window's score, p95", percentile(firsts, 95), "s", 1.0, 2.5)
    again = max(one["same_again_ms"] for one in told)
    calls = max(one["model_calls_for_it"] for one in told)
    yield Figure(f"{family}: the same save again", again, "ms", 20, 20)
    yield Figure(f"{family}: model calls for it", calls, "", 0, 0)
    first, *others = told
    least, wanted = (None, None) if is_short else (1.1, 1.3)
    ratio = first["reference"]["wall_s"] / first["first_mod"]["wall_s"]
    by_processor = first["reference"]["processor_s"] / first["first_mod"]["processor_s"]
    name = f"{family}: first mod of a song, times faster"
    yield Figure(name, ratio, "x", wanted, least, more_is_better=True)
    yield Figure(f"{family}: first mod, by the processor's seconds", by_processor, "x")
    yield Figure(f"{family}: first mod of a song", first["first_mod"]["wall_s"], "s")
    known = [one["first_mod"]["wall_s"] for one in others if one["first_mod"]]
    if known:
        yield Figure(f"{family}: first mod of another difficulty", median(known), "s")
    yield Figure(f"{family}: the reference's way", median(one["reference"]["wall_s"] for one in told), "s")


def _notes(words: str, *, whole: bool) -> tuple[str, ...]:
    sample = "all windows" if whole else f"{SAMPLED_WINDOWS} windows of each map, and counted up"
    return (
        f"random weights of full size on {words}; maps of the corpus where it is there, else made",
        f"the reference's way, with the model loaded, on the same weights and dtype: measured over {sample}",
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        _child(Path(sys.argv[2]), *sys.argv[3:6])
    else:
        parser = argparse.ArgumentParser(add_help=False)
        parser.add_argument("--whole", action="store_true")
        parser.add_argument("--only", choices=["v30", "v32"])
        chosen, rest = parser.parse_known_args()
        sys.argv[1:] = rest
        command(
            "remod",
            "A re-mod after one edit, against scoring the whole map with the model loaded",
            lambda short: measure(short, whole=chosen.whole, only=chosen.only),
        )()
