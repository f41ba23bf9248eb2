"""The builder writes what the editor would write."""

from __future__ import annotations

import pytest

from engine.beatmap.builder import MapBuilder, catch, mania, osu, taiko
from engine.beatmap.objects import Circle, Hold, Mode, SampleSet, Slider, Spinner


@pytest.mark.parametrize(
    ("builder", "mode"),
    [(osu(), Mode.OSU), (taiko(), Mode.TAIKO), (catch(), Mode.CATCH), (mania(), Mode.MANIA)],
)
def test_each_mode_gives_a_map_of_that_mode_without_problems(builder: MapBuilder, mode: Mode) -> None:
    document = builder.timing(180).circle(at=1000).document()
    assert document.beatmap.mode is mode
    assert document.problems == ()


def test_every_kind_of_object_reads_back_as_itself() -> None:
    beatmap = osu().timing(180).circle(at=1).slider(at=2).spinner(at=3, until=4).beatmap()
    assert [type(obj) for obj in beatmap.objects] == [Circle, Slider, Spinner]


def test_the_text_is_v14_with_the_editors_line_ends() -> None:
    text = osu().timing(180).text()
    assert text.startswith("osu file format v14\r\n\r\n[General]\r\n")
    assert text.count("\n") == text.count("\r\n")


def test_a_tempo_is_written_to_the_editors_precision() -> None:
    assert "0,333.333333333333,4,2,0,70,1,0\r\n" in osu().timing(180).text()


def test_a_builder_can_be_continued_in_two_ways() -> None:
    base = osu().timing(180)
    assert len(base.circle(at=1).beatmap().objects) == 1
    assert len(base.circle(at=1).circle(at=2).beatmap().objects) == 2
    assert base.beatmap().objects == ()


def test_kiai_starts_and_ends_on_green_lines_that_keep_velocity_and_volume() -> None:
    beatmap = osu().timing(180).green(at=500, velocity=1.5, volume=40).kiai(1000, 2000).beatmap()
    green = beatmap.timing.green
    assert [(p.time_ms, p.volume_percent, p.kiai) for p in green] == [
        (500, 40, False),
        (1000, 40, True),
        (2000, 40, False),
    ]
    assert [round(p.velocity, 9) for p in green] == [1.5, 1.5, 1.5]


def test_a_line_inside_kiai_does_not_end_it() -> None:
    beatmap = osu().timing(180).kiai(1000, 3000).green(at=2000, velocity=2).beatmap()
    assert [(p.time_ms, p.kiai) for p in beatmap.timing.green] == [(1000, True), (2000, True), (3000, False)]


def test_columns_read_back_in_every_key_count() -> None:
    for keys in range(1, 19):
        builder = mania(keys)
        for column in range(keys):
            builder = builder.note(at=column, column=column)
        beatmap = builder.beatmap()
        assert [beatmap.column(obj) for obj in beatmap.objects] == list(range(keys))


def test_a_long_note_ends_when_it_was_told_to() -> None:
    (hold,) = (
        mania().timing(180).hold(at=1000, until=1500, column=2, sample="1:2:3:40:x.wav").beatmap().objects
    )
    assert isinstance(hold, Hold)
    assert (hold.time_ms, hold.end_ms) == (1000, 1500)
    assert hold.sample.normal_set is SampleSet.NORMAL
    assert hold.sample.filename == "x.wav"


def test_colours_breaks_and_pictures_stand_where_they_belong() -> None:
    builder = osu().background("bg.jpg").video("v.mp4").break_(1000, 2000).combo_colour(1, 2, 3)
    beatmap = builder.beatmap()
    assert beatmap.events.background == "bg.jpg"
    assert beatmap.events.video == "v.mp4"
    assert [(b.start_ms, b.end_ms) for b in beatmap.events.breaks] == [(1000, 2000)]
    assert [(c.index, c.r, c.g, c.b) for c in beatmap.colours.combo] == [(1, 1, 2, 3)]


def test_a_title_alone_is_its_own_unicode_title() -> None:
    metadata = osu().metadata(title="Song", creator="Me").beatmap().metadata
    assert (metadata.title, metadata.title_unicode, metadata.creator) == ("Song", "Song", "Me")
