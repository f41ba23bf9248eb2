"""Several candidates of one section: each its own, and some of them not to be had."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.beatmap.document import Document
from engine.beatmap.edits import EditRefused
from engine.beatmap.splice import spliced
from engine.jobs import JobError
from engine.tokens.events import Events, EventType
from engine.writing import finishing
from engine.writing.answers import Candidate
from engine.writing.commission import commission_of
from engine.writing.finishing import Finisher
from engine.writing.section import regenerate
from tests.postprocess.speaking import NOTHING
from tests.writing.worlds import START_MS, candidates, golden, mapped, ours, request

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from engine.beatmap.splice import Splice
    from engine.modding.cache import ModdingCaches


def test_where_only_a_distance_was_said_the_candidates_own_seed_decides(
    song: Path, caches: ModdingCaches
) -> None:
    data = mapped().to_bytes()
    speech = NOTHING.circle(int(START_MS), 256, 192)
    for number in range(1, 8):
        speech = speech.say(EventType.CIRCLE, int(START_MS) + 200 * number, distance=90)
    events = Events.of(speech.events)

    def lines(*seeds: int) -> bytes:
        finisher = Finisher(commission_of(request(data, song, seeds=seeds), golden("v29"), caches))
        return finisher.finished(events, seeds[-1]).document.to_bytes()

    assert lines(1, 2) == lines(2)
    assert lines(1, 2) != lines(1)


def test_one_that_does_not_fit_is_named_and_the_others_are_there(
    song: Path, caches: ModdingCaches, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = request(mapped().to_bytes(), song, seeds=(1, 2, 3))
    found = candidates(asked, ours(), caches)
    unfit = [obj for obj in Document.parse(found[1].data).beatmap.objects if obj.time_ms >= START_MS]

    def refused(
        document: Document,
        start_ms: float,
        end_ms: float,
        objects: Sequence[str],
        controls: Sequence[str] | None,
    ) -> Splice:
        splice = spliced(document, start_ms, end_ms, objects, controls)
        if [obj for obj in splice.document.beatmap.objects if obj.time_ms >= START_MS] == unfit:
            raise EditRefused("It does not fit.")
        return splice

    monkeypatch.setattr(finishing, "spliced", refused)
    said, steps = list[object](), regenerate(asked, ours(), caches)
    with pytest.raises(JobError, match="1 of 3 candidates are missing: what was written cannot be put into"):
        said.extend(steps)
    assert [each.number for each in said if isinstance(each, Candidate) and each.complete] == [0, 2, 0, 2]
