"""200 random ranges of real maps of all modes: a section changes its bytes and its time, and no others."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest

from engine.beatmap.document import Document
from engine.beatmap.objects import Mode
from engine.beatmap.splice import put_back, spliced, state_at
from tests.beatmap.splice_stub import sampled
from tests.shared_data import shared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.beatmap.beatmap import Beatmap

pytestmark = pytest.mark.corpus

RANGES_PER_MODE = 50
MODES = list(Mode)
MOST_BYTES = 400_000
"""Larger ones are storyboards: they would make up most of the time and none of the cases."""


def ranges(mode: Mode) -> Iterator[tuple[str, Document, float, float, Random]]:
    """Seeded by the mode; only of maps with objects and timing, as everything else is refused."""
    random = Random(mode)
    paths = sorted(shared("corpus", mode.name.lower()).glob("*.osu"))
    found = 0
    while found < RANGES_PER_MODE:
        path = random.choice(paths)
        if path.stat().st_size > MOST_BYTES:
            continue
        document = Document.parse(path.read_bytes())
        if not document.beatmap.objects or not document.beatmap.timing.red:
            continue
        found += 1
        yield path.name, document, *range_of(document.beatmap, random), random


def range_of(beatmap: Beatmap, random: Random) -> tuple[float, float]:
    """Often from one object or timing line to another, so that ends meet what they may cut."""
    times = [obj.time_ms for obj in beatmap.objects] + [point.time_ms for point in beatmap.timing.points]
    at = random.choice(times) if random.random() < 0.6 else random.uniform(min(times), max(times))
    length = random.choice([random.uniform(1, 500), random.uniform(500, 20_000), 10_000])
    start_ms = at if random.random() < 0.6 else float(round(at))
    later = [time for time in times if start_ms < time <= start_ms + length]
    return start_ms, random.choice(later) if later and random.random() < 0.6 else start_ms + length


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


@pytest.mark.parametrize("mode", MODES)
def test_nothing_but_the_section_changes(mode: Mode) -> None:
    exact = 0
    for name, before, start_ms, end_ms, random in ranges(mode):
        section = sampled(before.beatmap, random, start_ms, end_ms)
        where = f"{name} {start_ms} {end_ms}"
        controls = section.controls if random.random() < 0.85 else None
        result = spliced(before, start_ms, end_ms, section.objects, controls)
        after = result.document
        told = any("sound as the section's now" in remark for remark in result.remarks)
        ours = line_at_end(before, after, end_ms)
        # A last line without an end gets one where something follows it.
        outside = lines_outside(after, start_ms, end_ms, ours)
        assert b"".join(outside).rstrip() == b"".join(lines_outside(before, start_ms, end_ms)).rstrip(), where
        assert len(after.problems) == len(before.problems), where
        for time_ms in times_to_ask(before.beatmap, start_ms, end_ms):
            if told and time_ms < before.beatmap.timing.points[0].time_ms:
                continue  # the one thing that no line of the section can keep, and the mapper is told
            assert state_at(after.beatmap, time_ms) == state_at(before.beatmap, time_ms), (where, time_ms)
        again = put_back(after, start_ms, end_ms, before).document
        if in_order(before):
            exact += 1
            assert again.to_bytes() == before.to_bytes(), where
        assert content_of(again.beatmap) == content_of(before.beatmap), where
    assert exact > RANGES_PER_MODE / 2


def in_order(document: Document) -> bool:
    """Whether the file's lines stand in order of time, and nothing stands between its objects."""
    objects, points = (
        [thing.line for thing in things]
        for things in (document.beatmap.objects, document.beatmap.timing.points)
    )
    return points == sorted(points) and objects == list(range(objects[0], objects[0] + len(objects)))


def content_of(beatmap: Beatmap) -> list[str]:
    """By its text, as some beats are NaN, which equals nothing."""
    things = (*beatmap.objects, *beatmap.timing.points)
    return [repr(replace(thing, line=0)) for thing in things]


def times_to_ask(beatmap: Beatmap, start_ms: float, end_ms: float) -> list[float]:
    points = [point.time_ms for point in beatmap.timing.points]
    times = [time for time in points if not start_ms <= time < end_ms]
    times += [obj.time_ms for obj in beatmap.objects if not start_ms <= obj.time_ms < end_ms]
    return [*times, end_ms, end_ms + 1, end_ms + 1000]
