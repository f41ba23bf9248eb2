"""The file itself: lines nobody can read, an order no editor writes, a format nobody knows."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING
from zlib import crc32

from engine.checks.check import Category, Check, Finding, Severity, Song
from engine.checks.thresholds import UNREADABLE_LISTED
from engine.checks.wording import counted, strength

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.beatmap.beatmap import Beatmap

_UNREADABLE = "unreadable-lines"
_ORDER = "file-order"
_FORMAT = "file-format"
# stable wrote 3 to 14, lazer writes 128; nothing between was ever released.
_KNOWN_FORMATS = frozenset({*range(3, 15), 128})


def find_unreadable(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    problems = beatmap.document.problems
    listed = int(UNREADABLE_LISTED.value)
    for problem in problems[:listed]:
        # By its text and not its number: a line stays the same finding when lines come and go above it.
        text = beatmap.document.lines[problem.line] if beatmap.document.lines else b""
        variant = f"line-{crc32(text.rstrip()):08x}"
        message = f"Line {problem.line + 1}: {_sentence(problem.message)}"
        yield Finding(_UNREADABLE, variant, Severity.PROBLEM, message, strength=0.5)
    if len(problems) > listed:
        rest = counted(len(problems) - listed, "more line", "more lines")
        message = f"{rest} cannot be read, {len(problems):,} in all: the file may be damaged."
        yield Finding(_UNREADABLE, "many", Severity.PROBLEM, message, strength=1.0)


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def find_unsorted(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    in_file = sorted(beatmap.timing.points, key=lambda point: point.line)
    yield from _backward("timing-lines", "timing line", [point.time_ms for point in in_file])
    objects = sorted(beatmap.objects, key=lambda obj: obj.line)
    yield from _backward("objects", "object", [obj.time_ms for obj in objects])


def _backward(variant: str, what: str, times_ms: Sequence[float]) -> Iterator[Finding]:
    steps = [after for before, after in pairwise(times_ms) if after < before]
    if not steps:
        return
    yield Finding(
        check_id=_ORDER,
        variant=variant,
        severity=Severity.WARNING,
        message=(
            f"{counted(len(steps), what + ' stands', what + 's stand')} in the file after a later one. "
            "Open the map in the editor and save it once."
        ),
        time_ms=steps[0],
        strength=strength(len(steps), harmless=0, worst=20),
    )


def find_unknown_format(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    version = beatmap.format_version
    if version not in _KNOWN_FORMATS:
        message = (
            f"The first line says format {version}: osu! stable has written 3 to 14, and lazer writes 128."
        )
        yield Finding(_FORMAT, "unknown", Severity.WARNING, message, strength=0.5)


CHECKS = (
    Check(
        id=_UNREADABLE,
        category=Category.FILE,
        title="Unreadable lines",
        purpose="Lists the lines of the file that could not be understood.",
        reasoning=(
            "The game leaves such a line out, or refuses the whole map: an object that you placed is then "
            "missing in play. These lines come from tools, from editing by hand, or from a save that was "
            "cut short. All other findings are about the map without them."
        ),
        severities=(Severity.PROBLEM,),
        find=find_unreadable,
    ),
    Check(
        id=_ORDER,
        category=Category.FILE,
        title="File out of order",
        purpose="Finds objects and timing lines that stand in the file in another order than in time.",
        reasoning=(
            "The editor writes both in order of time, and programs that read maps rely on it: combo "
            "numbers, stacking and volume may come out differently elsewhere. Such a file was written by "
            "a tool or edited by hand, and one save in the editor puts it in order."
        ),
        severities=(Severity.WARNING,),
        find=find_unsorted,
    ),
    Check(
        id=_FORMAT,
        category=Category.FILE,
        title="Unknown file format",
        purpose="Sees that the first line names a format that the game has written.",
        reasoning=(
            "How times, colours and sliders are read depends on the number in the first line. With a "
            "number that no editor has written, every program guesses, and so does Mapside: these "
            "findings may be about another map than the one that players see."
        ),
        severities=(Severity.WARNING,),
        find=find_unknown_format,
    ),
)
