"""200 random ranges of real maps of all modes: a section changes its bytes and its time, and no others."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from engine.beatmap.document import Document
from engine.beatmap.objects import Mode
from engine.beatmap.splice import spliced
from tests.beatmap.splice_claims import in_order, must_come_back, must_leave_the_rest
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


@pytest.mark.parametrize("mode", MODES)
def test_nothing_but_the_section_changes(mode: Mode) -> None:
    exact = 0
    for name, before, start_ms, end_ms, random in ranges(mode):
        section = sampled(before.beatmap, random, start_ms, end_ms)
        controls = section.controls if random.random() < 0.85 else None
        try:
            result = spliced(before, start_ms, end_ms, section.objects, controls)
            must_leave_the_rest(before, result)
            must_come_back(before, result, exactly=in_order(before))
        except Exception as error:
            error.add_note(f"{name} from {start_ms} to {end_ms}")
            raise
        exact += in_order(before)
    assert exact > RANGES_PER_MODE / 2
