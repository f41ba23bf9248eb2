"""What it costs to load a full-size checkpoint: seconds, and memory beyond what was held before."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import torch

from bench.process_use import peak_bytes
from bench.report import Figure, Measured, command, median
from engine.checkpoints.upstream import load
from tests.checkpoints.folders import FULL, v32

RUNS: Final = 5
THREADS: Final = 2
DTYPES: Final = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def measure(short: bool) -> Measured:
    with tempfile.TemporaryDirectory(prefix="mapside-bench-") as name:
        folder = v32(FULL).write(Path(name))
        file_bytes = (folder / "model.safetensors").stat().st_size
        runs = {dtype: [_one_run(folder, dtype) for _ in range(2 if short else RUNS)] for dtype in DTYPES}
    figures = []
    for dtype, measured in runs.items():
        seconds = [run[0] for run in measured]
        peak = max(run[1] for run in measured) / file_bytes
        figures += [
            Figure(f"{dtype}, seconds", median(seconds), "s", goal=1.5, floor=3),
            Figure(f"{dtype}, of the processor", median(run[2] for run in measured), "s"),
            Figure(f"{dtype}, memory at the peak", peak, "x the file", goal=1.1, floor=1.2),
        ]
    notes = (
        f"random weights of V32's sizes: {file_bytes / 1e6:.0f} MB, in the page cache; {THREADS} threads",
        "each run is a process of its own; its imports are not counted",
    )
    return Measured(tuple(figures), notes=notes)


def _one_run(folder: Path, dtype: str) -> tuple[float, float, float]:
    """Seconds, bytes beyond what the process held before, and seconds of all its threads."""
    run = subprocess.run(
        [sys.executable, "-m", "bench.load", "--child", str(folder), dtype],
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, peak_bytes, processor_seconds = map(float, run.stdout.split())
    return seconds, peak_bytes, processor_seconds


def _child(folder: Path, dtype: str) -> None:
    torch.set_num_threads(THREADS)
    before = peak_bytes(os.getpid())
    started, started_processor = time.perf_counter(), time.process_time()
    model = load(folder, dtype=DTYPES[dtype]).model
    seconds, processor_seconds = time.perf_counter() - started, time.process_time() - started_processor
    assert all(parameter.dtype is DTYPES[dtype] for parameter in model.parameters())
    print(seconds, peak_bytes(os.getpid()) - before, processor_seconds)


main = command("load", "Loading a full-size checkpoint from a local folder", measure)

if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        _child(Path(sys.argv[2]), sys.argv[3])
    else:
        main()
