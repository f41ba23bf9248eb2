"""What was said of a map, put together in whatever order it was said."""

from __future__ import annotations

import random
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING

import pytest

from engine.beatmap.builder import osu
from engine.modding.tally import Tally
from tests.modding.test_incremental import Desk, mapped, world

if TYPE_CHECKING:
    from pathlib import Path

    from engine.beatmap.document import Document
    from engine.tokens.events import Context


def tangled() -> Document:
    """Sliders that overlap: their anchors' times are out of order."""
    built = osu().timing(200, at=100)
    for index in range(30):
        at = 100 + index * 300
        built = built.slider(
            at=at, x=100, y=100, path="B|150:60|200:140|250:60|300:100", length=210 + index % 3
        )
        built = built.slider(at=at + 20, x=300, y=200, path="L|380:200", length=80, spans=3)
    return built.document()


@pytest.mark.parametrize("name", ["tiny v30", "tiny v32"])
@pytest.mark.parametrize("document", [mapped(), tangled()], ids=["plain", "tangled"])
def test_the_order_in_which_windows_answer_does_not_matter(
    name: str, document: Document, tmp_path: Path
) -> None:
    desk = Desk(world(name), tmp_path)
    reading, answers = desk.read(document), desk.mod(document)
    shuffled = random.Random(1).sample(answers, len(answers))
    tallies = [Tally(reading, least=1.1) for _ in range(2)]
    for tally, order in zip(tallies, (answers, shuffled), strict=True):
        for answer in order:
            tally.add(answer)
    one, other = tallies
    assert one.found == other.found
    assert one.found
    assert one.heat == other.heat
    assert one.done == len(answers)


def judged_twice_ms(desk: Desk) -> list[int]:
    """A window's time is cut to whole milliseconds, so that its part of the song may begin before the last
    one's has ended.
    """
    windows = desk.read(mapped()).windows
    return [
        ceil(window.counts_from_ms)
        for before, window in pairwise(windows)
        if ceil(window.counts_from_ms) < before.counts_to_ms
    ]


def test_where_two_windows_judge_one_event_the_later_one_is_right(tmp_path: Path) -> None:
    desk = Desk(world("tiny v32"), tmp_path)
    built = osu().timing(200, at=0)
    for at_ms in judged_twice_ms(desk):
        built = built.circle(at=at_ms)
    document = built.document()
    reading, answers = desk.read(document), desk.mod(document)
    tally = Tally(reading, least=0.0)
    judged: dict[tuple[Context, int], float] = {}
    twice = 0
    for answer in answers:
        tally.add(answer)
        events = [
            (part.context, part.first_event + at)
            for part in answer.question.asked
            for at in range(part.count)
        ]
        twice += sum(event in judged for event in events)
        judged |= dict(zip(events, answer.scores.surprisal.tolist(), strict=True))
    assert twice
    assert {(one.context, one.index): one.surprisal for one in tally.found} == judged


def test_what_has_not_been_judged_is_neither_hot_nor_cold(tmp_path: Path) -> None:
    desk = Desk(world("tiny v32"), tmp_path)
    tally = Tally(desk.read(mapped()), least=0.0)
    assert set(tally.heat) == {None}
    first = desk.mod(mapped())[0]
    tally.add(first)
    judged_bins = int(first.question.window.counts_to_ms // 500) + 1
    assert None not in tally.heat[: judged_bins - 1]
    assert set(tally.heat[judged_bins:]) == {None}
