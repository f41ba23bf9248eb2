"""Sections regenerated and accepted a thousand times while things go wrong: how often, and what held.

    uv run python -m bench.faults_of_writing

The engine is a real process with a stub for the model, the companion a real one, and both are killed at will.
Full disks and files held open need root, for a small disk of their own.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from bench.report import Figure, Measured, command
from tests.daemon.writing.fault_rounds import BrokenPromiseError, Rounds

ROUNDS, ROUNDS_OF_A_SHORT_RUN = 1000, 20
SEED = 1


def measure(short: bool) -> Measured:
    count = ROUNDS_OF_A_SHORT_RUN if short else ROUNDS
    broken = ""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mapside-bench-") as folder:
        rounds = Rounds(Path(folder), SEED)
        try:
            asyncio.run(rounds.run(count, _told))
        except BrokenPromiseError as error:
            broken = str(error)
    figures = [
        Figure("promises broken", float(bool(broken)), "", goal=0, floor=0),
        Figure("rounds", float(rounds.done), ""),
        Figure("time", time.monotonic() - started, "s"),
        *(Figure(what, float(times), "rounds") for what, times in sorted(rounds.happened.items())),
    ]
    return Measured(tuple(figures), notes=(broken,) if broken else ())


def _told(number: int) -> None:
    if (number + 1) % 50 == 0:
        print(f"{number + 1} rounds", file=sys.stderr)


main = command("faults_of_writing", "What becomes of a map while it is written and things go wrong", measure)

if __name__ == "__main__":
    main()
