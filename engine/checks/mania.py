"""What only osu!mania knows: columns, and long notes that one finger holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.beatmap.objects import Hold, Mode
from engine.checks.check import Category, Check, Finding, Severity, Song
from engine.checks.thresholds import (
    BEGUN_NOTES_PER_COLUMN,
    COLUMN_ALMOST_SAME_TIME_MS,
    COLUMN_SAME_TIME_MS,
    COLUMN_TIGHT_MS,
    HOLD_SHORT_PROBLEM_MS,
    HOLD_SHORT_WARNING_MS,
    KEYS_MIN,
)
from engine.checks.wording import counted, number, strength

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.beatmap.beatmap import Beatmap

_SAME_COLUMN = "mania-same-column"
_SHORT_HOLD = "mania-short-hold"
_KEYS = "mania-key-count"
_COLUMNS = "mania-columns"
_MANIA = frozenset({Mode.MANIA})
_RANKABLE_KEYS = frozenset({*range(4, 11), 12, 14, 16, 18})
_PLAYFIELD_WIDTH_PX = 512


def find_same_column(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    # Of each column the object that is held or was pressed last: a hold may outlast several notes after it.
    last_in: dict[int, int] = {}
    for index, obj in enumerate(beatmap.objects):
        column = beatmap.column(obj)
        before = last_in.get(column)
        if before is not None:
            yield from _too_close(beatmap, before, index, column)
        if before is None or beatmap.end_ms(obj) >= beatmap.end_ms(beatmap.objects[before]):
            last_in[column] = index


def _too_close(beatmap: Beatmap, before: int, index: int, column: int) -> Iterator[Finding]:
    first, second = beatmap.objects[before], beatmap.objects[index]
    gap_ms = second.time_ms - beatmap.end_ms(first)
    where = f"in column {column + 1}"
    if second.time_ms - first.time_ms <= COLUMN_SAME_TIME_MS.value:
        variant, severity = "same-time", Severity.PROBLEM
        message = f"Two notes {where} at the same time: one finger cannot press twice."
    elif gap_ms < 0:
        variant, severity = "inside-hold", Severity.PROBLEM
        message = f"This note lies {where} inside a long note that is held for another {number(-gap_ms)} ms."
    elif gap_ms < COLUMN_ALMOST_SAME_TIME_MS.value:
        variant, severity = "almost-same-time", Severity.PROBLEM
        message = (
            f"Only {number(gap_ms)} ms between two notes {where}: one finger cannot press again so soon."
        )
    elif gap_ms < COLUMN_TIGHT_MS.value:
        variant, severity = "tight", Severity.WARNING
        message = (
            f"Only {number(gap_ms)} ms between two notes {where}, expected at least "
            f"{number(COLUMN_TIGHT_MS.value)} ms."
        )
    else:
        return
    yield Finding(
        check_id=_SAME_COLUMN,
        variant=variant,
        severity=severity,
        message=message,
        time_ms=first.time_ms,
        end_ms=second.time_ms,
        objects=(before, index),
        strength=strength(gap_ms, harmless=COLUMN_TIGHT_MS.value, worst=0.0),
    )


def find_short_holds(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    for index, obj in enumerate(beatmap.objects):
        if not isinstance(obj, Hold):
            continue
        length_ms = obj.end_ms - obj.time_ms
        if length_ms >= HOLD_SHORT_WARNING_MS.value:
            continue
        yield Finding(
            check_id=_SHORT_HOLD,
            variant="short",
            severity=Severity.PROBLEM if length_ms < HOLD_SHORT_PROBLEM_MS.value else Severity.WARNING,
            message=(
                f"This long note is held for {number(length_ms)} ms, expected at least "
                f"{number(HOLD_SHORT_WARNING_MS.value)} ms: its release cannot be timed. Make it a note."
            ),
            time_ms=obj.time_ms,
            objects=(index,),
            strength=strength(length_ms, harmless=HOLD_SHORT_WARNING_MS.value, worst=0.0),
        )


def find_key_count(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    keys = _keys(beatmap)
    if keys in _RANKABLE_KEYS:
        return
    if keys != round(keys):
        variant, message = "broken", f"The key count is {keys:g}, but only whole numbers can be played."
    elif keys < KEYS_MIN.value:
        variant, message = "few", f"{keys:g} keys are too few to rank: use at least {number(KEYS_MIN.value)}."
    else:
        variant, message = "unrankable", f"{keys:g} keys cannot be ranked: use 4 to 10, 12, 14, 16 or 18."
    yield Finding(check_id=_KEYS, variant=variant, severity=Severity.PROBLEM, message=message, strength=0.5)


def _keys(beatmap: Beatmap) -> float:
    """As the file writes it: the game takes what it can play of that."""
    try:
        return float(beatmap.difficulty.raw["CircleSize"])
    except (KeyError, ValueError):
        return beatmap.difficulty.circle_size


def find_bad_columns(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    outside = [index for index, obj in enumerate(beatmap.objects) if not 0 <= obj.x <= _PLAYFIELD_WIDTH_PX]
    for index in outside:
        obj = beatmap.objects[index]
        yield Finding(
            check_id=_COLUMNS,
            variant="outside",
            severity=Severity.PROBLEM,
            message=(
                f"This note's x is {number(obj.x)}, outside of all columns: the game moves it to the one at "
                "the edge."
            ),
            time_ms=obj.time_ms,
            objects=(index,),
            strength=0.5,
        )
    yield from _empty_columns(beatmap)


def _empty_columns(beatmap: Beatmap) -> Iterator[Finding]:
    used = {beatmap.column(obj) for obj in beatmap.objects}
    keys = max(1, round(beatmap.difficulty.circle_size))
    empty = [str(column + 1) for column in range(keys) if column not in used]
    if not empty or len(beatmap.objects) < keys * BEGUN_NOTES_PER_COLUMN.value:
        return
    yield Finding(
        check_id=_COLUMNS,
        variant="empty",
        severity=Severity.PROBLEM,
        message=(
            f"{counted(len(empty), 'column has', 'columns have')} no notes ({', '.join(empty)}, from the "
            "left): use every column, or lower the key count."
        ),
        strength=strength(len(empty), harmless=0, worst=keys),
    )


CHECKS = (
    Check(
        id=_SAME_COLUMN,
        category=Category.COMPOSE,
        title="Notes too close in a column",
        purpose="Finds notes of one column at the same time, inside a long note, or less than 30 ms apart.",
        reasoning=(
            "A column is one finger: it cannot press two notes at the same time, nor a note inside a long "
            "note. The ranking criteria forbid two notes of a column at one time, and Auto must be able "
            "to reach 1,000,000. Less than about 30 ms between a release and the next press is hardly "
            "better. This comes from pasting over notes that are there already, or from a long note "
            "dragged one tick too far."
        ),
        severities=(Severity.PROBLEM, Severity.WARNING),
        find=find_same_column,
        modes=_MANIA,
    ),
    Check(
        id=_SHORT_HOLD,
        category=Category.COMPOSE,
        title="Very short long notes",
        purpose="Finds long notes shorter than 30 ms.",
        reasoning=(
            "Such a long note looks like a note but is judged at its release as well, and players lose "
            "accuracy to something they cannot see. The ranking criteria advise to hold long notes for at "
            "least 1/12 of a beat. It is often a note that was dragged by accident."
        ),
        severities=(Severity.PROBLEM, Severity.WARNING),
        find=find_short_holds,
        modes=_MANIA,
    ),
    Check(
        id=_KEYS,
        category=Category.SETTINGS,
        title="Key count",
        purpose="Sees that the key count is one that can be ranked.",
        reasoning=(
            "The file stores the key count as circle size, and the column of every note depends on it. "
            "The ranking criteria allow 4 to 10, 12, 14, 16 and 18 keys. A broken number must be rounded, "
            "and programs may disagree on which column a note is in."
        ),
        severities=(Severity.PROBLEM,),
        find=find_key_count,
        modes=_MANIA,
    ),
    Check(
        id=_COLUMNS,
        category=Category.COMPOSE,
        title="Columns",
        purpose="Finds notes outside of every column, and columns without a note.",
        reasoning=(
            "The column of a note is computed from its x, and one outside of the field is moved to the "
            "edge, perhaps onto another note. The ranking criteria forbid empty columns: to use fewer "
            "keys, lower the key count."
        ),
        severities=(Severity.PROBLEM,),
        find=find_bad_columns,
        modes=_MANIA,
    ),
)
