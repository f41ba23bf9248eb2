"""`mapside check`: every check on the maps that were named, without tray or browser."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.progress import Progress

from daemon.chosen_checks import unknown_checks_note
from daemon.commands.maps import CheckedMap, NothingToCheckError, check_maps, find_maps
from daemon.commands.report import as_json, report, summary
from daemon.settings import load_settings
from engine.checks.check import Category, Severity

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Collection, Sequence

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
    if note := unknown_checks_note(disabled):
        sys.stderr.write(f"mapside: {note}\n")
    results = [
        _shown_only(each, Severity[arguments.severity.upper()], arguments.category)
        for each in _check_all(maps, disabled)
    ]
    if arguments.json:
        sys.stdout.write(as_json(results))
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
