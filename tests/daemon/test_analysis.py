from __future__ import annotations

import inspect

import pytest

from daemon.analysis import Analysis, Superseded, analyse, parse
from engine.beatmap.builder import MapBuilder, mania, osu
from engine.checks.catalogue import CHECKS
from engine.checks.check import Check, Song


def looked_at(mapped: MapBuilder) -> Analysis:
    document, parse_ms = parse(mapped.bytes())
    return analyse(document, Song(), CHECKS, parse_ms=parse_ms)


def test_findings_come_in_the_order_of_the_song() -> None:
    late = osu().timing(180, at=0).green(5000, volume=3).circle(at=340).circle(at=5000).circle(at=9004)
    times = [each.finding.time_ms or -1e9 for each in looked_at(late).findings]
    assert times == sorted(times)


def test_an_object_like_no_other_is_known_as_such() -> None:
    late = osu().timing(180, at=0).circle(at=340, x=1, y=1).circle(at=670, x=2, y=2)
    twins = osu().timing(180, at=0).circle(at=340, x=1, y=1).circle(at=1004, x=1, y=1)
    unique, common = (
        [
            each.anchor.unique
            for each in looked_at(mapped).findings
            if each.finding.check_id == "unsnapped-objects"
        ]
        for mapped in (late, twins)
    )
    assert unique == [True, True]
    assert common == [False, False]


def test_the_content_of_an_object_does_not_depend_on_its_time() -> None:
    here, there = (
        looked_at(osu().timing(180, at=0).slider(at=at, x=9, y=9, path="L|50:9", length=40))
        for at in (333, 999)
    )
    assert here.objects[0].content == there.objects[0].content
    assert here.objects[0].time_ms != there.objects[0].time_ms


def test_a_long_note_is_the_same_wherever_it_is_and_another_if_it_is_longer() -> None:
    notes = (
        mania().timing(180, at=0).hold(at=333, until=666).hold(at=1000, until=1333).hold(at=2000, until=2999)
    )
    first, second, longer = (each.content for each in looked_at(notes).objects)
    assert first == second != longer


def test_what_nobody_waits_for_is_given_up() -> None:
    document, _ = parse(osu().timing(180, at=0).circle(at=340).bytes())
    with pytest.raises(Superseded):
        analyse(document, Song(), CHECKS, wanted=lambda: False)


def test_bytes_that_are_no_map_are_looked_at_all_the_same() -> None:
    document, _ = parse(b"\x00\xff\xfe not a map")
    assert analyse(document, Song(), CHECKS).overview.object_counts


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_check_that_asks_for_the_song_says_so(check: Check) -> None:
    """An argument that is not used has an underscore in front."""
    _, song = inspect.signature(check.find).parameters
    assert check.needs_song is not song.startswith("_")


def test_until_the_song_is_measured_the_checks_that_need_it_are_not_heard() -> None:
    document, _ = parse(osu().timing(180, at=0).circle(at=340).bytes())
    needing = {check.id for check in CHECKS if check.needs_song}
    everything = {check.id for check in CHECKS}
    assert analyse(document, Song(), CHECKS).heard == everything - needing
    assert analyse(document, Song(length_ms=1000), CHECKS).heard == everything
    assert analyse(document, Song(problem="audio.mp3 is missing"), CHECKS).heard == everything
