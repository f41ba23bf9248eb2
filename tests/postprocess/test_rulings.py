"""Volume, kiai and velocity in as few timing lines as say them."""

from __future__ import annotations

from dataclasses import replace

from engine.beatmap.builder import MapBuilder, osu
from engine.beatmap.objects import SampleSet
from engine.postprocess.rulings import Change, Rulings, State

PLAIN = State()


def written(
    timing: MapBuilder, *changes: Change, before: State | None = None, stay: bool = False
) -> list[str]:
    rulings = Rulings(timing.beatmap().timing.red, before)
    rulings.add(changes)
    lines = rulings.written(reds_stay=stay)
    return [*lines.reds, *lines.greens]


def loud(at: int, percent: int) -> Change:
    return Change(at, volume_percent=percent)


RED = osu().timing(120, volume=70)
RED_TEXT = "0,500,4,2,0,70,1,0"


def test_without_changes_the_red_line_stays_as_it_is() -> None:
    assert written(RED) == [RED_TEXT]


def test_a_volume_is_a_line_only_where_it_changes() -> None:
    assert written(RED, loud(100, 70), loud(200, 50), loud(300, 50), loud(400, 70)) == [
        RED_TEXT,
        "200,-100,4,2,0,50,0,0",
        "400,-100,4,2,0,70,0,0",
    ]


def test_what_changes_on_a_red_line_of_ours_it_says_itself() -> None:
    assert written(RED, loud(1, 30), Change(0, kiai=True)) == ["0,500,4,2,0,30,1,1"]


def test_a_velocity_on_a_red_line_needs_a_green_one() -> None:
    assert written(RED, Change(0, velocity=2.0)) == [RED_TEXT, "0,-50,4,2,0,70,0,0"]


def test_changes_two_milliseconds_apart_share_a_line() -> None:
    assert written(RED, loud(500, 30), Change(502, kiai=True)) == [RED_TEXT, "500,-100,4,2,0,30,0,1"]
    assert len(written(RED, loud(500, 30), Change(503, kiai=True))) == 3


def test_two_velocities_never_share_a_line() -> None:
    assert written(RED, Change(500, velocity=2.0), Change(501, velocity=0.5)) == [
        RED_TEXT,
        "500,-50,4,2,0,70,0,0",
        "501,-200,4,2,0,70,0,0",
    ]


def test_the_order_in_which_changes_are_told_does_not_matter() -> None:
    changes = [loud(100, 20), Change(300, kiai=True), Change(200, velocity=1.5), loud(400, 90)]
    assert written(RED, *changes) == written(RED, *reversed(changes))


def test_a_red_line_takes_back_velocity_but_not_volume_or_kiai() -> None:
    timing = RED.timing(150, at=1000, volume=70)
    assert written(timing, loud(500, 20), Change(500, velocity=2.0, kiai=True)) == [
        RED_TEXT,
        "1000,400,4,2,0,20,1,1",
        "500,-50,4,2,0,20,0,1",
    ]


def test_a_sound_just_before_a_red_line_of_ours_is_said_by_that() -> None:
    timing = RED.timing(150, at=1000, volume=70)
    assert written(timing, loud(999, 20)) == [RED_TEXT, "1000,400,4,2,0,20,1,0"]


def test_a_red_line_keeps_its_meter_and_its_hidden_barline() -> None:
    timing = osu().timing(120, meter=3, omit_barline=True, volume=70)
    assert written(timing, loud(900, 5)) == ["0,500,3,2,0,70,1,8", "900,-100,3,2,0,5,0,0"]


def test_beside_a_red_line_that_stays_a_green_one_says_what_it_does_not() -> None:
    timing = RED.timing(150, at=1000, volume=70)
    assert written(timing, loud(500, 20), before=PLAIN, stay=True) == [
        "500,-100,4,2,0,20,0,0",
        "1000,-100,4,2,0,20,0,0",
    ]


def test_what_ruled_before_needs_no_line() -> None:
    before = replace(PLAIN, velocity=1.5, volume_percent=40, kiai=True)
    same = Change(500, velocity=1.5, volume_percent=40, kiai=True)
    far = osu().timing(120, at=9000, volume=40)
    assert written(far, same, before=before, stay=True) == ["9000,-100,4,2,0,40,0,1"]
    assert written(far, replace(same, kiai=False), before=before, stay=True) == [
        "500,-66.6666666666667,4,2,0,40,0,0"
    ]


def test_sample_sets_are_those_of_the_maps_lines() -> None:
    timing = osu().timing(120).green(5, sample_set=SampleSet.DRUM, sample_index=2)
    drums = State.of(timing.beatmap().timing.green[0])
    assert (drums.sample_set, drums.sample_index) == (SampleSet.DRUM, 2)


def test_a_sample_index_below_zero_is_none() -> None:
    point = replace(osu().timing(120).beatmap().timing.red[0], sample_index=-1)
    assert State.of(point).sample_index == 0
