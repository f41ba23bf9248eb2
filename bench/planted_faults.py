"""Whether findings are any good: known mistakes are planted into clean maps, and looked for among them.

Per kind of mistake, by the rules alone, by a model alone, and by both:

- AUC: how often an object that is wrong is more suspicious than a sound one of its sort; 0.5 is a guess;
- first 20: which part of the planted mistakes is among the first twenty findings, the strongest first; and in
  brackets, which part of those places was among them before anything was planted: what luck is worth;
- false alarms: findings about anything else, per minute of map.

Only findings that point at a moment count. Rules are asked about real maps too, where those lie beside the
project; a model is asked where there is a song. With random weights it must come out at chance.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from random import Random
from statistics import fmean
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, NamedTuple

from bench import clean_maps
from bench.faults import KINDS, RED_LINE_LATE
from bench.finders import Asked, Both, Model, Rules, auc
from bench.listeners import CheckpointListener, caches_in, opened, with_random_weights
from bench.report import Figure, Measured, add_options, table, tell
from daemon.demo.song import write_song
from engine.beatmap.objects import Mode
from engine.checkpoints.errors import CheckpointError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from bench.clean_maps import CleanMap
    from bench.faults import Fault, Kind
    from bench.finders import Finder, Listener, Remark
    from bench.report import Cell

NAME: Final = "planted_faults"
ABOUT: Final = "Known mistakes planted into clean maps: who finds them, and at what price."
READ_FIRST: Final = 20
"""Findings. What a mapper reads before losing patience."""
LOOKED_AT: Final = 8
"""Of the objects that one mistake makes wrong, the first: all that follow a red line are another part of the
song as well, and what a model thinks of that is no measure.
"""
A_MINUTE_MS: Final = 60_000
PLANTS_IN_OURS, PLANTS_IN_REAL = 8, 4
"""Of each kind, in one map."""
REAL_MAPS, REAL_MAPS_SHORT = 25, 6
"""Of each mode."""


class Trial(NamedTuple):
    """One planted mistake, looked for by one finder."""

    auc: float
    found: bool
    found_before: bool
    """In the clean map: something else was said of the same objects."""
    false_alarms_per_minute: float


class Planted(NamedTuple):
    kind: Kind
    map_: CleanMap
    fault: Fault


@dataclass(frozen=True, slots=True)
class Row:
    """All trials of one kind by one finder."""

    kind: str
    finder: str
    trials: tuple[Trial, ...]

    @property
    def auc(self) -> float:
        return fmean(trial.auc for trial in self.trials)

    @property
    def found(self) -> float:
        return fmean(trial.found for trial in self.trials)

    @property
    def found_before(self) -> float:
        return fmean(trial.found_before for trial in self.trials)

    @property
    def false_alarms_per_minute(self) -> float:
        return fmean(trial.false_alarms_per_minute for trial in self.trials)


def planted(map_: CleanMap, each: int) -> Iterator[Planted]:
    """The same mistakes every time."""
    for kind in KINDS:
        source = Random(f"{map_.name} {kind.name}")
        places = kind.places(map_.document)
        for index in sorted(source.sample(places, min(each, len(places)))):
            yield Planted(kind, map_, kind.at(map_.document, index, source))


def trial(finder: Finder, fault: Fault, before: Sequence[Remark]) -> Trial:
    """`before`: what the finder says of the clean map first."""
    beatmap = fault.document.beatmap
    remarks, suspicion = finder.look(fault.document)
    sorts = {type(beatmap.objects[index]) for index in fault.objects}
    alike = [
        suspicion[index]
        for index, obj in enumerate(beatmap.objects)
        if index not in fault.objects and type(obj) in sorts
    ]
    minutes = max(beatmap.drain_ms, 1.0) / A_MINUTE_MS
    return Trial(
        auc([suspicion[index] for index in sorted(fault.objects)[:LOOKED_AT]], alike) if alike else 0.5,
        any(remark.is_about(fault) for remark in read_first(remarks)),
        any(remark.is_about(fault) for remark in before),
        sum(not remark.is_about(fault) for remark in remarks) / minutes,
    )


def read_first(remarks: Iterable[Remark]) -> list[Remark]:
    return sorted(remarks, key=lambda remark: -remark.weight)[:READ_FIRST]


def look_for(faults: Iterable[Planted], finders: Mapping[str, Finder]) -> list[Row]:
    trials: dict[tuple[str, str], list[Trial]] = defaultdict(list)
    for map_, of_map in groupby(faults, key=lambda each: each.map_):
        before = {name: read_first(finder.look(map_.document).remarks) for name, finder in finders.items()}
        for kind, _, fault in of_map:
            for name, finder in finders.items():
                trials[kind.name, name].append(trial(finder, fault, before[name]))
    order = [kind.name for kind in KINDS]
    return [
        Row(kind, name, tuple(found))
        for (kind, name), found in sorted(trials.items(), key=lambda item: order.index(item[0][0]))
    ]


def with_model(maps: Sequence[CleanMap], each: int, listening: Callable[[CleanMap], Listener]) -> list[Row]:
    """Every finder on the same mistakes. What a model hears it hears once a map."""
    rows: dict[tuple[str, str], list[Trial]] = defaultdict(list)
    for map_ in maps:
        asked = Asked(listening(map_))
        finders: dict[str, Finder] = {"rules": Rules(), "model": Model(asked), "both": Both(asked)}
        for row in look_for(planted(map_, each), finders):
            rows[row.kind, row.finder] += row.trials
    return [Row(kind, finder, tuple(trials)) for (kind, finder), trials in rows.items()]


def rows_table(rows: Sequence[Row]) -> str:
    finders = list(dict.fromkeys(row.finder for row in rows))
    heads: list[Cell] = ["planted", "times"]
    for finder in finders:
        heads += [f"AUC, {finder}", f"first {READ_FIRST}, {finder}, %", f"false alarms/min, {finder}"]
    lines: list[list[Cell]] = [heads]
    by_kind: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in rows:
        by_kind[row.kind][row.finder] = row
    for kind, by_finder in by_kind.items():
        line: list[Cell] = [kind, len(next(iter(by_finder.values())).trials)]
        for finder in finders:
            row = by_finder[finder]
            found = f"{100 * row.found:.0f} ({100 * row.found_before:.0f})"
            line += [row.auc, found, row.false_alarms_per_minute]
        lines.append(line)
    return table(lines)


def figures_of(rows: Sequence[Row], finder: str) -> list[Figure]:
    of_finder = [row for row in rows if row.finder == finder]
    return [
        Figure(f"AUC, {finder}, mean of the kinds", fmean(row.auc for row in of_finder), ""),
        Figure(
            f"in the first {READ_FIRST}, {finder}, mean of the kinds",
            100 * fmean(row.found for row in of_finder),
            "%",
        ),
        Figure(
            f"false alarms, {finder}",
            fmean(row.false_alarms_per_minute for row in of_finder),
            "per minute",
        ),
    ]


def measure(asked: Question) -> Measured:
    with TemporaryDirectory() as folder:
        ours = [clean_maps.named(path) for path in asked.maps] or clean_maps.our_own(
            write_song(Path(folder)) if asked.model else None
        )
        alone = _rules_alone(ours, asked)
        figures = [*figures_of(alone.rows, "rules"), *_sure_things(alone.rows)]
        notes = [alone.note, f"{alone.title}\n\n{rows_table(alone.rows)}"]
        details: dict[str, object] = {"rules alone": _details(alone.rows)}
        if asked.model is None:
            notes.append("No model was named: --model takes one that `mapside models` lists, or a folder.")
        else:
            together = _with_model(ours, asked, Path(folder))
            notes.append(f"{together.title}\n\n{rows_table(together.rows)}")
            figures += [*figures_of(together.rows, "model"), *figures_of(together.rows, "both")]
            details["with a model"] = _details(together.rows)
    return Measured(tuple(figures), tuple(note for note in notes if note), details)


class Question(NamedTuple):
    """What the command line asks for."""

    model: str | None = None
    maps: tuple[Path, ...] = ()
    """None: our own, and real ones where they are."""
    short: bool = False
    random_weights: int | None = None
    """A seed: the model's architecture, knowing nothing."""


class Table(NamedTuple):
    title: str
    rows: list[Row]
    note: str = ""


def _sure_things(rows: Iterable[Row]) -> list[Figure]:
    """What rules must find: everything after a late red line is off the ticks."""
    return [
        Figure(
            f"{row.kind}, rules, in the first {READ_FIRST}",
            100 * row.found,
            "%",
            goal=95,
            floor=80,
            more_is_better=True,
        )
        for row in rows
        if row.kind == RED_LINE_LATE.name
    ]


def _rules_alone(ours: Sequence[CleanMap], asked: Question) -> Table:
    real = [] if asked.maps else list(clean_maps.real(REAL_MAPS_SHORT if asked.short else REAL_MAPS))
    faults = [each for map_ in ours for each in planted(map_, PLANTS_IN_OURS // (1 + asked.short))]
    faults += [each for map_ in real for each in planted(map_, PLANTS_IN_REAL // (1 + asked.short))]
    title = f"Rules alone: {len(faults):,} mistakes, planted into {len(ours) + len(real)} maps."
    missing = not real and not asked.maps
    note = "The real maps are not beside this checkout: only maps of our own were used." if missing else ""
    return Table(title, look_for(faults, {"rules": Rules()}), note)


def _with_model(ours: Sequence[CleanMap], asked: Question, folder: Path) -> Table:
    assert asked.model is not None
    more = () if asked.maps or asked.short else clean_maps.with_their_songs()
    maps = [map_ for map_ in (*ours, *more) if map_.audio]
    caches = caches_in(folder)
    rows: dict[tuple[str, str], list[Trial]] = defaultdict(list)
    heard, refused = 0, "none of the maps has a song that a model could hear"
    for mode in Mode:
        of_mode = [map_ for map_ in maps if map_.mode is mode]
        if not of_mode:
            continue
        try:
            checkpoint = opened(asked.model, mode)
        except CheckpointError as error:
            refused = str(error)
            continue
        if asked.random_weights is not None:
            checkpoint = with_random_weights(checkpoint, asked.random_weights)
        heard += len(of_mode)
        each = 1 if asked.short else PLANTS_IN_OURS
        for row in with_model(of_mode, each, partial(CheckpointListener, checkpoint, caches=caches)):
            rows[row.kind, row.finder] += row.trials
    if not rows:
        raise SystemExit(f"{asked.model} was asked about nothing: {refused}")
    order = [kind.name for kind in KINDS]
    together = [Row(kind, finder, tuple(trials)) for (kind, finder), trials in rows.items()]
    together.sort(key=lambda row: order.index(row.kind))
    weights = f" with random weights ({asked.random_weights})" if asked.random_weights is not None else ""
    return Table(f"{asked.model}{weights} and the rules: {heard} maps with a song.", together)


def _details(rows: Iterable[Row]) -> list[dict[str, object]]:
    return [
        {
            "planted": row.kind,
            "finder": row.finder,
            "times": len(row.trials),
            "auc": row.auc,
            "in the first": row.found,
            "before planting": row.found_before,
            "false alarms per minute": row.false_alarms_per_minute,
        }
        for row in rows
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog=f"python -m bench.{NAME}", description=ABOUT)
    parser.add_argument("--model", help="a name that `mapside models` lists, or a checkpoint's folder")
    parser.add_argument(
        "--maps", nargs="+", type=Path, default=[], help="maps to plant into, beside their songs"
    )
    parser.add_argument("--random-weights", type=int, metavar="SEED", help="the model, knowing nothing")
    add_options(parser)
    options = parser.parse_args(arguments)
    asked = Question(options.model, tuple(options.maps), options.short, options.random_weights)
    tell(NAME, ABOUT, measure(asked), options)


if __name__ == "__main__":
    main()
