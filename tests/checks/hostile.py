"""Maps that mean harm, each a megabyte of one thing. Run as a program it reads one, checks it, and prints
what that took, in a process of its own: memory is counted from where that process began.
"""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.beatmap.diff import diff
from engine.beatmap.document import Document
from engine.checks.check import Song
from engine.checks.run import run_checks

if TYPE_CHECKING:
    from collections.abc import Callable

SIZE_BYTES: Final = 1_000_000
JUNK_BYTES: Final = 5_000_000
OBJECTS: Final = 20_000
FAR: Final = "131072:{0}|-131072:-131072|131072:9"

HEAD: Final = """osu file format v14
[General]
Mode: {mode}
[Difficulty]
SliderMultiplier:0.4
SliderTickRate:8
ApproachRate:2
"""
TIMING: Final = "[TimingPoints]\n0,333.33,4,2,0,70,1,0\n-1,-1000,4,2,0,70,0,0\n"


def objects(line: Callable[[int], str], *, mode: int = 0, version: int = 14) -> bytes:
    head = HEAD.format(mode=mode).replace("v14", f"v{version}")
    return (head + TIMING + "[HitObjects]\n" + filled(line)).encode()


def timing(line: Callable[[int], str]) -> bytes:
    return (HEAD.format(mode=0) + "[TimingPoints]\n" + filled(line) + circles()).encode()


def events(line: Callable[[int], str]) -> bytes:
    return (HEAD.format(mode=0) + TIMING + "[Events]\n" + filled(line) + circles()).encode()


def filled(line: Callable[[int], str]) -> str:
    lines: list[str] = []
    size = 0
    while size < SIZE_BYTES:
        lines.append(f"{line(len(lines))}\n")
        size += len(lines[-1])
    return "".join(lines)


def circles() -> str:
    return "[HitObjects]\n" + "".join(f"1,1,{number * 10},1,0\n" for number in range(OBJECTS))


def path(number: int, points: int, reach_px: int) -> str:
    places = (f"{(at * 7919 + number) % reach_px}:{-(at * 104_729 % reach_px)}" for at in range(points))
    return "|".join(places)


KINDS: Final[dict[str, Callable[[], bytes]]] = {
    "many spans": lambda: objects(
        lambda n: f"{n % 512},{n % 384},{n * 50},2,{n % 16},L|{n % 500}:9,{9000 - n % 1000},{1 + n % 400}"
    ),
    "many spans on one spot": lambda: objects(lambda n: f"1,1,{n},2,0,L|90:9,{9000 - n % 999},100"),
    "one path of many points": lambda: objects(lambda n: f"1,1,{n},2,0,B|{path(n, 130_000, 512)},1,1000"),
    "many paths of many points": lambda: objects(lambda n: f"1,1,{n},2,0,B|{path(n, 3000, 512)},1,1000"),
    "far points": lambda: objects(lambda n: f"1,1,{n},2,0,B|{path(n, 199, 131_072)},1,100000"),
    "far beziers": lambda: objects(lambda n: f"1,1,{n},2,0,B|{FAR.format(n)},1,131072"),
    "far catmulls": lambda: objects(lambda n: f"1,1,{n},2,0,C|{FAR.format(n)},1,131072"),
    "far arcs": lambda: objects(lambda n: f"1,1,{n},2,0,P|9000:{n}|-9000:-90,1,131072"),
    "splines": lambda: objects(lambda n: f"1,1,{n},2,0,B9|{path(n, 60, 131_072)},1,100000", version=128),
    "huge lengths": lambda: objects(lambda n: f"1,1,{n * 10},2,0,L|2:1,1,131072"),
    "circles on one spot": lambda: objects(lambda n: f"256,192,{n // 100},1,0"),
    "circles on one spot, old format": lambda: objects(lambda n: f"256,192,{n // 100},1,0", version=5),
    "circles on many spots": lambda: objects(lambda n: f"{n % 70 * 7},{n // 70 % 54 * 7},{n // 100},1,0"),
    "spinners": lambda: objects(lambda n: f"256,192,{n},8,0,{2_000_000_000 - n}"),
    "long notes": lambda: objects(lambda n: f"5,192,{n // 8},128,0,{2_000_000_000 - n}:0:0:0:0:", mode=3),
    "green lines": lambda: timing(lambda n: f"{n},-{50 + n % 100},4,2,0,{n % 100},0,{n % 2}"),
    "red lines": lambda: timing(lambda n: f"{n},{300 + n % 50},4,2,0,70,1,0"),
    "lines of one time": lambda: timing(lambda n: f"0,-{50 + n % 100},4,2,0,70,{n % 2},0"),
    "breaks": lambda: events(lambda n: f"2,{n},{2_000_000_000 - n}"),
    "junk": lambda: random.Random(1).randbytes(JUNK_BYTES),
    "junk in lines": lambda: (HEAD + "[HitObjects]\n").encode() + b"lorem,ipsum\n" * (JUNK_BYTES // 12),
    "commas": lambda: (HEAD + "[HitObjects]\n").encode() + b"," * SIZE_BYTES,
    "sections": lambda: b"[HitObjects]\n1,1,1,1,0\n[TimingPoints]\n0,1\n" * (SIZE_BYTES // 40),
}


def peak_bytes() -> int:
    """The most memory this process has had; 0 where the system does not say."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def main(kind: str) -> None:
    data = KINDS[kind]()
    before_bytes = peak_bytes()
    start = time.process_time()
    document = Document.parse(data)
    found = run_checks(document.beatmap, Song(length_ms=60_000))
    checked = time.process_time()
    blank = Document.parse(b"osu file format v14\n")
    diff(blank, document)
    diff(document, blank)
    spent = {
        "checks_s": checked - start,
        "diff_s": time.process_time() - checked,
        "bytes": peak_bytes() - before_bytes,
        "failed": [finding.variant for finding in found if finding.check_id == "check-failed"],
    }
    sys.stdout.write(json.dumps(spent))


if __name__ == "__main__":
    main(sys.argv[1])
