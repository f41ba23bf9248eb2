"""What `mapside check` found, as text for people and as JSON for programs.

The text: a set, its difficulties, what is wrong in each, the strongest first. On a terminal lines are broken
to its width under their own beginning; elsewhere a finding is one line, so that it can be searched.

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
import textwrap
from collections import Counter
from dataclasses import asdict
from importlib import metadata
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from rich.text import Text

from engine.checks.check import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from daemon.commands.maps import CheckedMap, ShownFinding

JSON_SHAPE: Final = 1
STYLES: Final = {Severity.PROBLEM: "bold red", Severity.WARNING: "yellow", Severity.MINOR: "cyan"}
PLURALS: Final = {Severity.PROBLEM: "problems", Severity.WARNING: "warnings", Severity.MINOR: "minor"}
INDENT: Final = "    "
WORD_WIDTH: Final = max(len(severity.name) for severity in Severity)
NARROWEST: Final = 40
"""Columns. A terminal narrower than this gets longer lines rather than words one to a line."""


def report(maps: Sequence[CheckedMap], width: int | None) -> Iterator[Text]:
    """Line by line; `width` None: lines are not broken."""
    for number, (_, members) in enumerate(groupby(maps, key=lambda each: each.path.absolute().parent)):
        if number:
            yield Text()
        yield from _set(list(members), width)


def _set(maps: Sequence[CheckedMap], width: int | None) -> Iterator[Text]:
    named = next((each for each in maps if each.unreadable is None), None)
    folder = maps[0].set_folder
    if named is None:
        yield Text(folder, style="bold")
    else:
        yield Text(f"{named.artist} - {named.title} ({named.creator})", style="bold")
        yield Text(f"  in {folder}", style="dim")
    for each in maps:
        yield from _map(each, width)


def _map(checked: CheckedMap, width: int | None) -> Iterator[Text]:
    if checked.unreadable is not None:
        yield Text.assemble("  ", (f"{checked.path.name} {checked.unreadable}", "magenta"))
        return
    yield Text.assemble("  ", (f"[{checked.version}]", "bold"), " ", summary(checked.findings))
    for finding in checked.findings:
        yield from _finding(finding, width)


def summary(findings: Iterable[ShownFinding]) -> Text:
    """Two problems, one minor; or that there is nothing."""
    counts = Counter(finding.severity for finding in findings)
    parts = [(_counted(counts[each], each), STYLES[each]) for each in sorted(counts, reverse=True)]
    if not parts:
        return Text("nothing found", style="green")
    return Text(", ").join(Text(words, style=style) for words, style in parts)


def _counted(count: int, severity: Severity) -> str:
    return f"{count} {severity.name.lower() if count == 1 else PLURALS[severity]}"


def _finding(finding: ShownFinding, width: int | None) -> Iterator[Text]:
    """`problem  00:01:234 (1,2) - text`: from the timestamp on as the editor takes it from the clipboard."""
    message = " ".join(finding.message.split())
    text = f"{finding.timestamp} - {message}" if finding.timestamp else message
    margin = INDENT + " " * (WORD_WIDTH + 2)
    word = f"{finding.severity.name.lower():<{WORD_WIDTH}}  "
    first, *rest = broken(text, None if width is None else max(width, NARROWEST) - len(margin))
    yield Text.assemble(INDENT, (word, STYLES[finding.severity]), first)
    yield from (Text(margin + line) for line in rest)


def broken(text: str, width: int | None) -> list[str]:
    """Into lines of at most that width, or not at all."""
    if width is None:
        return [text]
    return textwrap.wrap(text, width, break_on_hyphens=False) or [""]


# As JSON.


def dumped(what: object, *, indent: int | None = 1) -> str:
    """One JSON object, as every command prints it; without an indent on one line."""
    return json.dumps(what, indent=indent) + "\n"


def as_json(results: Sequence[CheckedMap]) -> str:
    return dumped(as_object(results))


def as_object(results: Sequence[CheckedMap]) -> dict[str, Any]:
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
