"""What must hold of every splice into any map, told from the files alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.beatmap.splice import put_back, state_at

if TYPE_CHECKING:
    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.document import Document
    from engine.beatmap.splice import Splice


def must_leave_the_rest(before: Document, result: Splice, *, with_line_ends: bool = True) -> None:
    after, start_ms, end_ms = result.document, result.start_ms, result.end_ms
    ours = line_at_end(before, after, end_ms)
    outside = lines_outside(before, start_ms, end_ms), lines_outside(after, start_ms, end_ms, ours)
    if with_line_ends:
        # A last line without an end gets one where something follows it.
        assert b"".join(outside[0]).rstrip() == b"".join(outside[1]).rstrip()
    else:
        one, other = ([line.rstrip(b"\r\n") for line in lines] for lines in outside)
        assert one == other
    assert len(after.problems) == len(before.problems)
    told = any("sound as the section's now" in remark for remark in result.remarks)
    for time_ms in times_to_ask(before.beatmap, start_ms, end_ms):
        if told and time_ms < before.beatmap.timing.points[0].time_ms:
            continue  # the one thing that no line of the section can keep, and the mapper is told
        assert state_at(after.beatmap, time_ms) == state_at(before.beatmap, time_ms), time_ms


def must_come_back(before: Document, result: Splice, *, exactly: bool) -> None:
    """Taken back it is the map before; and put in once more, the one after."""
    after = result.document
    for one, other in ((after, before), (before, after)):
        again = put_back(one, result.start_ms, result.end_ms, other).document
        assert content_of(again.beatmap) == content_of(other.beatmap)
        if exactly:
            assert again.to_bytes() == other.to_bytes()


def lines_outside(
    document: Document, start_ms: float, end_ms: float, ours_at_end: bytes = b""
) -> list[bytes]:
    """All bytes but the objects and green lines of the range, and our line at its end."""
    beatmap = document.beatmap
    inside = {obj.line for obj in beatmap.objects if start_ms <= obj.time_ms < end_ms}
    inside |= {point.line for point in beatmap.timing.green if start_ms <= point.time_ms < end_ms}
    inside |= {
        point.line
        for point in beatmap.timing.green
        if point.time_ms == end_ms and document.lines[point.line].strip() == ours_at_end
    }
    return [line for number, line in enumerate(document.lines) if number not in inside]


def line_at_end(before: Document, after: Document, end_ms: float) -> bytes:
    """The one line outside of the range that a splice may write, if it did."""
    old, now = (
        [doc.lines[p.line].strip() for p in doc.beatmap.timing.points if p.time_ms == end_ms]
        for doc in (before, after)
    )
    new = [line for line in now if line not in old]
    assert len(new) <= 1
    assert not (new and old), "a line stood there already"
    return new[0] if new else b""


def times_to_ask(beatmap: Beatmap, start_ms: float, end_ms: float) -> list[float]:
    """All times outside of the range at which something is played or begins to rule, and just behind it."""
    points = [point.time_ms for point in beatmap.timing.points]
    times = [time for time in points if not start_ms <= time < end_ms]
    times += [obj.time_ms for obj in beatmap.objects if not start_ms <= obj.time_ms < end_ms]
    return [*times, end_ms, end_ms + 1, end_ms + 1000]


def in_order(document: Document) -> bool:
    """Whether the file's lines stand in order of time, and nothing stands between its objects."""
    objects = [obj.line for obj in document.beatmap.objects]
    points = [point.line for point in document.beatmap.timing.points]
    return points == sorted(points) and objects == list(range(objects[0], objects[0] + len(objects)))


def content_of(beatmap: Beatmap) -> list[str]:
    """By its text, as some beats are NaN, which equals nothing. Red and green lines apart: which of them
    stands first at one time means nothing.
    """
    things = (*beatmap.objects, *beatmap.timing.red, *beatmap.timing.green)
    return [repr(replace(thing, line=0)) for thing in things]
