"""A section's own words, put back: what was read is what is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.beatmap.builder import mania
from engine.tokens.events import Context
from engine.writing.commission import commission_of
from engine.writing.finishing import Finisher
from tests.writing.worlds import ours, request

if TYPE_CHECKING:
    from pathlib import Path

    from engine.modding.cache import ModdingCaches


def test_scroll_speeds_are_relative_to_the_tempo_that_rules_the_map_not_the_section(
    song: Path, caches: ModdingCaches
) -> None:
    builder = mania().timing(120, at=0).timing(240, at=8000)
    builder = builder.green(4500, velocity=1.5).green(5500, velocity=0.5).green(7000, velocity=1)
    for beat in range(8, 60):
        builder = builder.note(at=beat * 500, column=beat % 4)
    document = builder.document()
    work = commission_of(request(document.to_bytes(), song, start_ms=4000.0, end_ms=6000.0), ours(), caches)
    told = {context: work.events[context] for context in (Context.MAP, Context.SCROLL_SPEED)}
    own = {context: events.at(events.times < work.end_ms) for context, events in told.items()}
    finisher = Finisher(work)
    after = finisher.finished(finisher.placed(own), 0).document
    at = (4400, 4600, 5400, 5600, 6500, 7500)
    speeds = [[round(each.beatmap.timing.velocity_at(ms), 2) for ms in at] for each in (document, after)]
    assert speeds[0] == speeds[1]
