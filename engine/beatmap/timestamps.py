"""Editor timestamps, `01:23:456 (1,2)`: as both editors and the website take and give them.

The forms are those of ppy/osu (`EditorTimestampParser`, the editors' composers) and ppy/osu-web (discussion
posts). A time before the song has no such form: it is given as plain text, which nothing takes for a link.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from engine.beatmap.objects import Mode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.beatmap.beatmap import Beatmap

LINK: Final = "osu://edit/"
LONGEST_MS: Final = 600 * 60_000
"""lazer's editor refuses timestamps from ten hours on."""
MOST_MINUTE_DIGITS: Final = 6
ROUNDED_AWAY_MS: Final = 0.5
"""A mania selection names whole milliseconds; lazer finds notes that were rounded to them."""

_EDITOR: Final = re.compile(
    r"^(?P<minutes>\d{1,3}):(?P<seconds>[0-5]?\d)(?:[:.](?P<milliseconds>\d{0,3}))?"
    r"(?:\s\((?P<selection>[^)]+)\))?(?:\s-.*)?$",
    re.ASCII | re.DOTALL,
)
"""What lazer's editor accepts in its clock and from links."""
_WEBSITE: Final = re.compile(
    r"\b(?P<minutes>\d{2,}):(?P<seconds>[0-5]\d)[:.](?P<milliseconds>\d{3})"
    r"(?:\s\((?P<selection>(?:\d+[,|])*\d+)\))?",
    re.ASCII,
)
"""What the website makes a link of, anywhere in a post."""
_NUMBER: Final = re.compile(r"^\s*[+-]?\d{1,15}(?:\.\d*)?\s*$", re.ASCII)
_COMBO_NUMBERS: Final = re.compile(r"^\d{1,9}(?:,\d{1,9})*$", re.ASCII)
_COLUMNS: Final = re.compile(r"^\d{1,9}\|\d{1,9}(?:,\d{1,9}\|\d{1,9})*$", re.ASCII)


def format_timestamp(time_ms: float) -> str:
    """`01:23:456`, cut off to whole milliseconds: an editor selects from the first object *at or after* the
    time, so it must not lie behind the object.
    """
    if time_ms < 0:
        return f"{math.floor(time_ms)} ms"
    whole_ms = int(time_ms)
    return f"{whole_ms // 60_000:02}:{whole_ms // 1000 % 60:02}:{whole_ms % 1000:03}"


def selection(beatmap: Beatmap, object_indices: Sequence[int]) -> str:
    """What stands in the parentheses; empty where there is nothing to select, or the mode selects nothing."""
    match beatmap.mode:
        case Mode.OSU | Mode.CATCH:
            combos = beatmap.combos
            return ",".join(str(combos[index].number) for index in object_indices)
        case Mode.MANIA:
            notes = [beatmap.objects[index] for index in object_indices]
            return ",".join(f"{round(note.time_ms)}|{beatmap.column(note)}" for note in notes)
        case _:
            return ""


def editor_link(beatmap: Beatmap, time_ms: float, object_indices: Sequence[int] = ()) -> str | None:
    """A link that opens the editor there, or None for a time that no editor goes to."""
    if not 0 <= time_ms < LONGEST_MS:
        return None
    return LINK + _stamp(beatmap, time_ms, object_indices).replace(" ", "%20")


def discussion_stamp(beatmap: Beatmap, time_ms: float, object_indices: Sequence[int] = ()) -> str:
    """What both editors put on the clipboard, the beginning of a discussion post: `01:23:456 (1,2) - `."""
    return f"{_stamp(beatmap, time_ms, object_indices)} - "


def _stamp(beatmap: Beatmap, time_ms: float, object_indices: Sequence[int]) -> str:
    selected = selection(beatmap, object_indices) if 0 <= time_ms < LONGEST_MS else ""
    return f"{format_timestamp(time_ms)} ({selected})" if selected else format_timestamp(time_ms)


def parse_timestamp(text: str) -> tuple[float, str] | None:
    """Time and selection of a timestamp: from a link, from what an editor takes, or the first in a post.

    A bare number is milliseconds, as in lazer's editor.
    """
    if text.startswith(LINK):
        text = unquote(text.removeprefix(LINK))
    if _NUMBER.match(text):
        return float(text), ""
    found = _EDITOR.match(text) or _WEBSITE.search(text)
    return _stamped(found) if found else None


def timestamps_in(text: str) -> list[tuple[float, str]]:
    """All that the website would make links of in a post, in their order, each with its selection; links to
    the editor as well.
    """
    stamps = [_stamped(found) for found in _WEBSITE.finditer(text.replace("%20", " "))]
    return [stamp for stamp in stamps if stamp]


def _stamped(found: re.Match[str]) -> tuple[float, str] | None:
    if len(found["minutes"]) > MOST_MINUTE_DIGITS:
        return None
    seconds = int(found["minutes"]) * 60 + int(found["seconds"])
    time_ms = seconds * 1000.0 + int(found["milliseconds"] or 0)
    return (time_ms, found["selection"] or "") if time_ms < LONGEST_MS else None


def selected(beatmap: Beatmap, time_ms: float, description: str) -> tuple[int, ...]:
    """Indices of the objects an editor selects for a timestamp: each in turn is the first that fits at or
    after the time, not before the one found last.
    """
    mania = beatmap.mode is Mode.MANIA
    if beatmap.mode is Mode.TAIKO or not (_COLUMNS if mania else _COMBO_NUMBERS).match(description):
        return ()
    found: list[int] = []
    remaining = [index for index, obj in enumerate(beatmap.objects) if obj.time_ms >= time_ms]
    for part in description.split(","):
        index = next((index for index in remaining if _fits(beatmap, index, part)), None)
        if index is not None:
            found.append(index)
            from_ms = beatmap.objects[index].time_ms
            remaining = [
                other for other in remaining if other != index and beatmap.objects[other].time_ms >= from_ms
            ]
    return tuple(found)


def _fits(beatmap: Beatmap, index: int, part: str) -> bool:
    if beatmap.mode is not Mode.MANIA:
        return beatmap.combos[index].number == int(part)
    at_ms, column = part.split("|")
    note = beatmap.objects[index]
    return abs(note.time_ms - int(at_ms)) <= ROUNDED_AWAY_MS and beatmap.column(note) == int(column)
