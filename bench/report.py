"""What every benchmark has in common: its options, its table, its JSON, and whether a floor was missed.

A benchmark is a module with `main = report.command("name", "what it measures", measure)`, where
`measure(short)` returns the figures. `--short` must stay under 40 seconds; `--check` exits with 1 when a
figure misses its floor.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import statistics
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Cell = str | float | int


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    value: float
    unit: str
    goal: float | None = None
    floor: float | None = None
    """The least that is accepted; a reason to fail with `--check`."""
    more_is_better: bool = False

    @property
    def missed(self) -> bool:
        if self.floor is None:
            return False
        return self.value < self.floor if self.more_is_better else self.value > self.floor

    @property
    def reached_goal(self) -> bool | None:
        if self.goal is None:
            return None
        return self.value >= self.goal if self.more_is_better else self.value <= self.goal


@dataclass(frozen=True, slots=True)
class Measured:
    figures: tuple[Figure, ...]
    notes: tuple[str, ...] = ()
    details: dict[str, object] = field(default_factory=dict)
    """More than the table shows, for the JSON only."""


def percentile(values: Iterable[float], percent: float) -> float:
    """The smallest value that at least `percent` of all lie at or below."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values were measured")
    rank = max(0, math.ceil(percent / 100 * len(ordered)) - 1)
    return ordered[rank]


def median(values: Iterable[float]) -> float:
    return statistics.median(values)


def machine() -> str:
    """The processor, its count and the interpreter: what a reader needs to compare."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [
            line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line
        ]
        model = names[0] if names else model
    return f"{model}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def table(rows: Sequence[Sequence[Cell]]) -> str:
    """A Markdown table, padded so that it reads as well in a terminal."""
    texts = [[_cell(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in texts) for column in range(len(texts[0]))]
    lines = [
        "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |"
        for row in texts
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def _cell(value: Cell) -> str:
    return (
        f"{value:.3g}"
        if isinstance(value, float) and abs(value) < 100
        else f"{value:.0f}"
        if isinstance(value, float)
        else str(value)
    )


def figures_table(figures: Sequence[Figure]) -> str:
    rows: list[list[Cell]] = [["figure", "value", "unit", "goal", "floor", ""]]
    for figure in figures:
        verdict = (
            "MISSED"
            if figure.missed
            else "goal"
            if figure.reached_goal
            else "ok"
            if figure.floor is not None
            else ""
        )
        goal = figure.goal if figure.goal is not None else "-"
        floor = figure.floor if figure.floor is not None else "-"
        rows.append([figure.name, float(figure.value), figure.unit, goal, floor, verdict])
    return table(rows)


def as_json(name: str, measured: Measured) -> str:
    return json.dumps(
        {
            "benchmark": name,
            "machine": machine(),
            "figures": {
                figure.name: {
                    "value": figure.value,
                    "unit": figure.unit,
                    "goal": figure.goal,
                    "floor": figure.floor,
                }
                for figure in measured.figures
            },
            "notes": list(measured.notes),
            "details": measured.details,
        }
    )


def command(name: str, about: str, measure: Callable[[bool], Measured]) -> Callable[[], None]:
    """The command line of one benchmark."""

    def main() -> None:
        parser = argparse.ArgumentParser(prog=f"python -m bench.{name}", description=about)
        add_options(parser)
        options = parser.parse_args()
        tell(name, about, measure(options.short), options)

    return main


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--short", action="store_true", help="a smaller run, under 40 seconds")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a floor is missed")


def tell(name: str, about: str, measured: Measured, options: argparse.Namespace) -> None:
    if options.json:
        print(as_json(name, measured))
    else:
        print(f"{about}\n{machine()}\n\n{figures_table(measured.figures)}")
        for note in measured.notes:
            print(f"\n{note}")
    if options.check and any(figure.missed for figure in measured.figures):
        sys.exit(1)
