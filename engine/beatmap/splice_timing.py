"""The timing lines of a section, and those that a map needs beside them so that nothing leaks."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.beatmap.edits import EditRefused
from engine.beatmap.reading import decoded
from engine.beatmap.snap import SNAPPED_MS
from engine.beatmap.splice_lines import as_control
from engine.beatmap.splice_section import line_text
from engine.beatmap.splice_state import KIAI_EFFECT, file_time, green_again, state_of
from engine.beatmap.timestamps import format_timestamp
from engine.beatmap.timing import Timing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.document import Document
    from engine.beatmap.splice_lines import NewControl
    from engine.beatmap.splice_section import Section
    from engine.beatmap.splice_state import State
    from engine.beatmap.timing import TimingPoint


@dataclass(frozen=True, slots=True)
class TimingLines:
    going: set[int]
    """Lines of the document."""
    coming: list[NewControl]
    """In order of time."""


def lines_of_section(
    beatmap: Beatmap, section: Section, own: Sequence[NewControl], *, keep_red: bool
) -> TimingLines:
    """The section's own lines for those of the map, with what has to stand at its ends beside them."""
    points = beatmap.timing.points
    gone = {points[n].line for n in (*section.greens, *(() if keep_red else section.reds))}
    kept = [point for point in points if point.line not in gone]
    lines = list(own)
    lines[:0] = _opening(beatmap, section, _together(kept, lines))
    if not keep_red:
        lines += _red_again(beatmap, section, _together(kept, lines))
    if not _sounds_alike(beatmap.timing, _together(kept, lines), section.end_ms):
        lines.append(as_control(beatmap, green_again(beatmap, section.end_ms, section.end_ms)))
    return TimingLines(gone, lines)


def lines_as_before(
    beatmap: Beatmap, section: Section, old: Sequence[NewControl], before: Beatmap
) -> TimingLines:
    """The lines that stood in the section before, for those of the map now. A line at its end that only gave
    the map its state again leaves with them.
    """
    points, end_ms = beatmap.timing.points, section.end_ms
    gone = {points[n].line for n in section.greens}
    again = [point for point in points if point.time_ms == end_ms]
    if len(again) == 1 and not any(point.time_ms == end_ms for point in before.timing.points):
        is_ours = line_text(beatmap.document, again[0].line) == green_again(before, end_ms, end_ms)
        kept = [point for point in points if point.line not in gone and point is not again[0]]
        if is_ours and _sounds_alike(beatmap.timing, _together(kept, old), end_ms):
            return TimingLines(gone | {again[0].line}, list(old))
    kept = [point for point in points if point.line not in gone]
    lines = list(old)
    if not _sounds_alike(beatmap.timing, _together(kept, lines), end_ms):
        lines.append(as_control(beatmap, green_again(beatmap, end_ms, end_ms)))
    return TimingLines(gone, lines)


def _together(kept: Sequence[TimingPoint], lines: Sequence[NewControl]) -> Timing:
    return Timing((*kept, *(line.thing for line in lines)))


def _opening(beatmap: Beatmap, section: Section, during: Timing) -> list[NewControl]:
    """What comes before a map's first timing line sounds as that line says. Where the section brings a new
    first line, one at its start says what the old one said.
    """
    start_ms = section.start_ms
    stands_there = any(point.time_ms == start_ms for point in during.points)
    if stands_there or not section.first or _sounds_alike(beatmap.timing, during, _just_before(start_ms)):
        return []
    return [as_control(beatmap, green_again(beatmap, start_ms, start_ms))]


def _red_again(beatmap: Beatmap, section: Section, during: Timing) -> list[NewControl]:
    """A red line at the end that gives the map its own beat again, where the section's red lines took it."""
    end_ms = section.end_ms
    old, now = beatmap.timing.red_at(end_ms), during.red_at(end_ms)
    if old is None or old is now:
        return []
    bar_ms = old.beat_ms * max(1, old.meter)
    if now is not None and (now.beat_length_ms, now.meter) == (old.beat_length_ms, old.meter):
        bars = (now.time_ms - old.time_ms) / bar_ms
        if bars.is_integer():
            return []
    barline_ms = old.time_ms + round((end_ms - old.time_ms) / bar_ms) * bar_ms
    if abs(barline_ms - end_ms) >= SNAPPED_MS:
        raise EditRefused(
            f"The section brings its own timing and ends within a bar at {format_timestamp(end_ms)}, "
            f"so that the beat after it would shift. End it on a barline, say {format_timestamp(barline_ms)}."
        )
    state = state_of(beatmap.timing, end_ms)
    beat = decoded(beatmap.document.text_lines[old.line].split(b",")[1]).strip()
    sound = f"{state.sample_set.value},{state.sample_index},{state.volume_percent}"
    effects = KIAI_EFFECT if state.kiai else 0
    time = file_time(end_ms, beatmap.offset_ms)
    return [as_control(beatmap, f"{time},{beat},{state.meter},{sound},1,{effects}")]


def _sounds_alike(one: Timing, other: Timing, time_ms: float) -> bool:
    """Whether all is the same there but the beat, which only red lines can give."""
    return _without_beat(state_of(one, time_ms)) == _without_beat(state_of(other, time_ms))


def _without_beat(state: State) -> State:
    return replace(state, beat_length_ms=0.0, meter=0)


def _just_before(time_ms: float) -> float:
    return math.nextafter(time_ms, -math.inf)


# ---- what is held, and what is said


def must_rule_as_before(before: Document, after: Document, section: Section) -> None:
    """The last word on what no splice may do, whatever lines it was given."""
    old, now = before.beatmap.timing, after.beatmap.timing
    if state_of(old, section.end_ms) != state_of(now, section.end_ms):
        raise EditRefused("The timing after the section would not be what it was. End it elsewhere.")
    start_ms = _just_before(section.start_ms)
    one, other = state_of(old, start_ms), state_of(now, start_ms)
    if section.first and (one.beat_length_ms, one.meter) != (other.beat_length_ms, other.meter):
        raise EditRefused(
            "The beat before the section would not be what it was: objects before the map's first red line "
            "go by that line. Begin the section at the map's first object."
        )


def remarks_on_timing(before: Document, after: Document, section: Section) -> Iterable[str]:
    old, now = before.beatmap.timing, after.beatmap.timing
    if section.first and not _sounds_alike(old, now, _just_before(section.start_ms)):
        yield (
            "Objects before the section have no timing line of their own: they go by the map's first, "
            "and sound as the section's now."
        )
