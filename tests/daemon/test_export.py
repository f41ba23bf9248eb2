from __future__ import annotations

from typing import Any

import pytest

from daemon.export import POST_LIMIT, discussion_post
from engine.beatmap.builder import mania, osu, taiko
from engine.beatmap.timestamps import parse_timestamp
from engine.checks.check import Finding, Severity

MAP = osu().timing(180, at=0).circle(at=1000).circle(at=1333).circle(at=1666).beatmap()


def finding(message: str = "This circle is late.", **values: Any) -> Finding:
    return Finding("unsnapped-objects", "head", Severity.PROBLEM, message, **values)


def test_a_post_is_a_timestamp_and_what_is_wrong() -> None:
    assert discussion_post(MAP, finding(time_ms=1333, objects=(1,))) == "00:01:333 (2) - This circle is late."


def test_what_concerns_the_whole_difficulty_has_no_timestamp() -> None:
    assert discussion_post(MAP, finding("No preview point is set.")) == "No preview point is set."


def test_mania_names_columns_and_taiko_nothing() -> None:
    notes = mania(keys=4).timing(180, at=0).note(at=1000, column=2).beatmap()
    assert (
        discussion_post(notes, finding("Late.", time_ms=1000, objects=(0,))) == "00:01:000 (1000|2) - Late."
    )
    drums = taiko().timing(180, at=0).don(at=1000).beatmap()
    assert discussion_post(drums, finding("Late.", time_ms=1000, objects=(0,))) == "00:01:000 - Late."


def test_a_time_before_the_song_makes_no_link() -> None:
    assert parse_timestamp(discussion_post(MAP, finding(time_ms=-120))) is None


@pytest.mark.parametrize("objects", [(0,), tuple([0, 1, 2] * 300)])
def test_a_post_fits_the_website_and_keeps_its_timestamp(objects: tuple[int, ...]) -> None:
    post = discussion_post(MAP, finding("long " * 400, time_ms=1000, objects=objects))
    assert len(post) <= POST_LIMIT
    assert parse_timestamp(post) is not None


def test_a_message_of_several_lines_is_one_post() -> None:
    assert discussion_post(MAP, finding("one\ntwo\r\n three")) == "one two three"
