"""What the rule checks cost, one by one, and what they say about real maps.

A check is timed on a map whose derived facts (objects, slider shapes, stacks, combos) are there already,
since all checks share them; the first row is what a save adds for all checks together. The real maps lie
beside the project; without them only the made map is measured. The length of their songs is not known.
Time is the processor's, so that busy neighbours do not count; `bench.save_latency` has the clock's.
"""

from __future__ import annotations

import csv
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bench.report import Figure, Measured, command, median, percentile, table
from engine.beatmap.builder import osu
from engine.beatmap.document import Document
from engine.beatmap.objects import HitSound
from engine.checks.catalogue import CHECK_FAILED, CHECKS
from engine.checks.check import Severity, Song
from engine.checks.run import run_check, run_checks

if TYPE_CHECKING:
    from engine.beatmap.beatmap import Beatmap
    from engine.checks.check import Check

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
REPEATS = 15
SHORT_EVERY = 6
NO_SONG = Song()


def a_map_of_1000_objects() -> Beatmap:
    """Circles, sliders, spinners and green lines in the mix of a ranked insane, and a few things to find."""
    builder = osu().timing(180, at=500).difficulty(cs=4, ar=9, od=8, slider_multiplier=1.4)
    velocity = 1.0
    for number in range(1000):
        at = 500 + round(number * 60_000 / 180 / 2)
        x, y = 60 + number * 37 % 390, 60 + number * 53 % 260
        sound = HitSound.CLAP if number % 4 == 2 else HitSound.NONE
        if number % 20 == 0:
            volume = 5 if number % 200 == 0 else 60
            velocity = 0.8 + number % 7 / 10
            builder = builder.green(at=at, velocity=velocity, volume=volume)
        if number % 250 == 249:
            builder = builder.spinner(at=at, until=at + 150)
        elif number % 5 < 2:
            # A quarter of a beat: 35 px at velocity 1.
            path = f"B|{x + 40}:{y + 30}|{x + 80}:{y}"
            builder = builder.slider(
                at=at,
                path=path,
                length=35 * velocity,
                x=x,
                y=y,
                new_combo=number % 8 == 0,
                edge_sounds=[sound, 0],
            )
        else:
            late = 3 if number % 100 == 53 else 0
            builder = builder.circle(at=at + late, x=x, y=y, new_combo=number % 8 == 0, sound=sound)
    return builder.beatmap()


def derive(beatmap: Beatmap) -> None:
    """The facts that checks share."""
    for obj in beatmap.objects:
        beatmap.end_ms(obj)
    assert len(beatmap.stack_heights) == len(beatmap.combos)
    assert beatmap.problems is not None


def milliseconds(check: Check, beatmap: Beatmap) -> float:
    return median(_timed(check, beatmap) for _ in range(REPEATS))


def _timed(check: Check, beatmap: Beatmap) -> float:
    start = time.process_time()
    run_check(check, beatmap, NO_SONG)
    return (time.process_time() - start) * 1000


def measure_made() -> tuple[dict[str, float], float, float]:
    """Each check, all of them, and everything from the bytes on."""
    beatmap = a_map_of_1000_objects()
    derive(beatmap)
    per_check = {check.id: milliseconds(check, beatmap) for check in CHECKS if beatmap.mode in check.modes}
    together: list[float] = []
    whole: list[float] = []
    content = beatmap.document.to_bytes()
    for _ in range(REPEATS):
        start = time.process_time()
        run_checks(beatmap, NO_SONG)
        together.append((time.process_time() - start) * 1000)
        start = time.process_time()
        run_checks(Document.parse(content).beatmap, NO_SONG)
        whole.append((time.process_time() - start) * 1000)
    return per_check, median(together), median(whole)


@dataclass
class CorpusResult:
    maps: int = 0
    human_maps: int = 0
    failures: int = 0
    seconds_in_all: float = 0.0
    checks_ms: list[float] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    findings: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    """Of maps that people made: check -> severity -> findings."""
    maps_with: Counter[str] = field(default_factory=Counter)


def measure_corpus(every: int) -> CorpusResult | None:
    if not (CORPUS / "index.csv").exists():
        return None
    result = CorpusResult()
    with (CORPUS / "index.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))[::every]
    start = time.process_time()
    for row in rows:
        _measure_map(row["file"], human=row["origin"] == "human", result=result)
    result.seconds_in_all = time.process_time() - start
    return result


def _measure_map(file: str, *, human: bool, result: CorpusResult) -> None:
    beatmap = Document.parse((CORPUS / file).read_bytes()).beatmap
    derive(beatmap)
    result.maps += 1
    result.human_maps += human
    all_ms = 0.0
    for check in CHECKS:
        if beatmap.mode not in check.modes:
            continue
        start = time.process_time()
        found = run_check(check, beatmap, NO_SONG)
        seconds = time.process_time() - start
        all_ms += seconds * 1000
        result.seconds[check.id] += seconds
        result.failures += sum(finding.check_id == CHECK_FAILED.id for finding in found)
        if human and found:
            result.maps_with[check.id] += 1
            result.findings[check.id].update(int(finding.severity) for finding in found)
    result.checks_ms.append(all_ms)


def per_check_table(per_check: dict[str, float], corpus: CorpusResult | None) -> str:
    heads = ["check", "ms, 1,000 objects"]
    if corpus:
        heads += ["s, all maps", "human maps with it, %", "problems a map", "warnings", "minor"]
    rows: list[list[str | float | int]] = [list(heads)]
    for check in sorted(CHECKS, key=lambda each: -per_check.get(each.id, 0.0)):
        row: list[str | float | int] = [check.id, per_check.get(check.id, "-")]
        if corpus:
            found, maps = corpus.findings[check.id], corpus.human_maps
            row += [corpus.seconds[check.id], 100 * corpus.maps_with[check.id] / max(1, maps)]
            row += [found[int(severity)] / max(1, maps) for severity in sorted(Severity, reverse=True)]
        rows.append(row)
    return table(rows)


def measure(short: bool) -> Measured:
    per_check, together, whole = measure_made()
    figures = [
        Figure("all checks, 1,000 objects", together, "ms CPU", goal=15, floor=25),
        Figure("the slowest check", max(per_check.values()), "ms CPU", goal=5, floor=10),
        Figure("bytes to findings, 1,000 objects, shapes known", whole, "ms CPU"),
    ]
    notes = []
    corpus = measure_corpus(SHORT_EVERY if short else 1)
    if corpus:
        figures += [
            Figure("real maps", corpus.maps, "maps"),
            Figure("checks that failed on them", corpus.failures, "checks", floor=0),
            Figure("all checks, median real map", median(corpus.checks_ms), "ms CPU"),
            Figure("all checks, 95th of 100 real maps", percentile(corpus.checks_ms, 95), "ms CPU"),
            Figure("parsing and checking all of them", corpus.seconds_in_all, "s CPU", goal=60),
        ]
    else:
        notes.append("The real maps are not beside this checkout: only the made map was measured.")
    notes.append(per_check_table(per_check, corpus))
    details: dict[str, object] = {"per_check_ms": per_check}
    if corpus:
        details["findings"] = {check_id: dict(counts) for check_id, counts in corpus.findings.items()}
        details["maps_with"] = dict(corpus.maps_with)
        details["human_maps"] = corpus.human_maps
    return Measured(tuple(figures), tuple(notes), details)


main = command("checks", "What the rule checks cost, and what they say about real maps.", measure)

if __name__ == "__main__":
    main()
