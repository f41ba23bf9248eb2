"""`mapside check`: every check on the maps that were named, without tray or browser.

The JSON (`--json`) is one object, and its shape is a promise: keys are added, none is renamed or removed
without `shape` counting up.

    shape       1
    app         the version of Mapside
    counts      {"problem", "warning", "minor"}: all maps together
    maps        a list, ordered by folder and file name:
      path, set, artist, title, version, creator, mode
      counts    as above, of this map
      findings  a list, strongest first:
        check, title, category, severity ("problem", "warning", "minor"), strength (0 to 1), message,
        time_ms, end_ms (numbers or null), timestamp ("00:01:234 (1,2)" or ""), link ("osu://..." or null)
    unreadable  a list of {"path", "reason"}
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import asdict, replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.progress import Progress

from daemon.cli_maps import CheckedMap, NothingToCheckError, check_maps, find_maps
from daemon.cli_report import report, summary
from daemon.settings import load_settings
from engine.checks.check import Category, Severity

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Collection, Sequence

JSON_SHAPE: Final = 1
EXIT_CODES: Final = {Severity.MINOR: 0, Severity.WARNING: 1, Severity.PROBLEM: 2}
EXIT_UNREADABLE: Final = 3
EXIT_HELP: Final = """\
exit code:
  0  nothing, or nothing worse than minor
  1  warnings
  2  problems
  3  something could not be read, or the command was not understood
Only what is shown counts: --severity and --category change the code as well."""
PROGRESS_FROM_MAPS: Final = 20
SEVERITIES: Final = tuple(severity.name.lower() for severity in sorted(Severity))
CATEGORIES: Final = tuple(category.value.lower().replace(" ", "-") for category in Category)


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="a .osu file, a set's folder, or a Songs folder"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")
    parser.add_argument(
        "--severity", choices=SEVERITIES, default="minor", help="show findings of this severity and worse"
    )
    parser.add_argument(
        "--category",
        choices=CATEGORIES,
        action="append",
        help="show findings of this category only; may be given several times",
    )


def check(arguments: Namespace) -> int:
    try:
        maps = find_maps(arguments.paths)
    except NothingToCheckError as error:
        sys.stderr.write(f"mapside: {error}\n")
        return EXIT_UNREADABLE
    disabled = load_settings().checks.disabled
    results = [
        _shown_only(each, Severity[arguments.severity.upper()], arguments.category)
        for each in _check_all(maps, disabled)
    ]
    if arguments.json:
        json.dump(as_json(results), sys.stdout, indent=1)
        sys.stdout.write("\n")
    else:
        _print(results)
    return _exit_code(results)


def _check_all(maps: Sequence[Path], disabled: Collection[str]) -> list[CheckedMap]:
    """In the order of the maps, with a progress bar where somebody watches and has to wait."""
    done: dict[Path, CheckedMap] = {}
    console = Console(stderr=True)
    quiet = len(maps) < PROGRESS_FROM_MAPS or not console.is_terminal
    with Progress(console=console, transient=True, disable=quiet) as progress:
        task = progress.add_task("Checking", total=len(maps))

        def checked(each: CheckedMap) -> None:
            done[each.path] = each
            progress.advance(task)

        check_maps(maps, disabled, checked)
    return [done[path] for path in maps]


def _shown_only(checked: CheckedMap, least: Severity, categories: list[str] | None) -> CheckedMap:
    shown = tuple(
        finding
        for finding in checked.findings
        if finding.severity >= least
        and (not categories or finding.category.lower().replace(" ", "-") in categories)
    )
    return replace(checked, findings=shown)


def _print(results: Sequence[CheckedMap]) -> None:
    console = Console(highlight=False, markup=False, emoji=False)
    width = console.width if console.is_terminal else None
    for line in report(results, width):
        console.print(line, soft_wrap=True)
    if len(results) > 1:
        findings = [finding for each in results for finding in each.findings]
        console.print()
        console.print(f"{len(results)} difficulties: ", summary(findings), sep="", soft_wrap=True)


def _exit_code(results: Sequence[CheckedMap]) -> int:
    if any(each.unreadable is not None for each in results):
        return EXIT_UNREADABLE
    return max((EXIT_CODES[finding.severity] for each in results for finding in each.findings), default=0)


def as_json(results: Sequence[CheckedMap]) -> dict[str, Any]:
    read = [each for each in results if each.unreadable is None]
    return {
        "shape": JSON_SHAPE,
        "app": metadata.version("mapside"),
        "counts": _counts(read),
        "maps": [_map_as_json(each) for each in read],
        "unreadable": [
            {"path": str(each.path), "reason": each.unreadable}
            for each in results
            if each.unreadable is not None
        ],
    }


def _map_as_json(checked: CheckedMap) -> dict[str, Any]:
    return {
        "path": str(checked.path),
        "set": checked.set_folder,
        "artist": checked.artist,
        "title": checked.title,
        "version": checked.version,
        "creator": checked.creator,
        "mode": checked.mode,
        "counts": _counts([checked]),
        "findings": [
            {**asdict(finding), "severity": finding.severity.name.lower()} for finding in checked.findings
        ],
    }


def _counts(maps: Sequence[CheckedMap]) -> dict[str, int]:
    counts = Counter(finding.severity for each in maps for finding in each.findings)
    return {severity.name.lower(): counts[severity] for severity in sorted(Severity, reverse=True)}
