from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.combo_colours import GAME_COLOURS
from daemon.writing.playing import AROUND_MS, MOST_POINTS, played
from engine.beatmap.builder import catch, mania, osu, taiko
from engine.beatmap.document import Document
from engine.beatmap.objects import SampleSet, Slider
from engine.beatmap.slider import NestedKind

if TYPE_CHECKING:
    from daemon.writing.shown import Played

SECTION = (10_000.0, 12_000.0)


def a_map() -> Document:
    return (
        osu()
        .timing(120, at=0)
        .green(9_000, velocity=1.5, volume=40)
        .combo_colour(255, 0, 16)
        .combo_colour(0, 128, 255)
        .circle(at=1_000, x=10, y=10)
        .circle(at=9_500, x=100, y=100, new_combo=True)
        .slider(at=10_000, x=200, y=100, path="L|300:100", length=100, spans=2)
        .circle(at=11_500, x=250, y=100)
        .circle(at=20_000, x=50, y=50)
        .document()
    )


def shown(document: Document, before: Document | None = None) -> Played:
    return played(document, before, SECTION, song="/song/x")


class TestAStretch:
    def test_holds_what_is_heard_around_the_section(self) -> None:
        told = shown(a_map())
        assert [each.time_ms for each in told.objects] == [9_500, 10_000, 11_500]
        assert (told.start_ms, told.end_ms) == (SECTION[0] - AROUND_MS, SECTION[1] + AROUND_MS)
        assert told.beats == ((0.0, 500.0, 4.0),)
        assert told.colours == ("#ff0010", "#0080ff")

    def test_says_of_a_slider_where_it_goes_and_how_long(self) -> None:
        slider = shown(a_map()).objects[1]
        assert (slider.kind, slider.spans) == ("slider", 2)
        assert slider.path[0] == (200.0, 100.0)
        assert slider.path[-1] == (300.0, 100.0)
        assert slider.end_ms == a_map().beatmap.end_ms(a_map().beatmap.objects[2]) > 10_000
        assert (round(slider.velocity, 6), slider.volume) == (1.5, 40)

    def test_says_how_a_slider_sounds_at_each_of_its_ends_and_when_it_ticks(self) -> None:
        line = "100,100,10000,2,0,L|300:100,2,200,2|0|8,0:0|1:3|0:2,2:0:0:0:"
        document = osu().timing(60, at=0, sample_set=SampleSet.SOFT).object_line(line).document()
        (slider,) = shown(document).objects
        assert slider.edges == ((2, "soft", "soft"), (0, "normal", "drum"), (8, "soft", "soft"))
        assert (slider.sample_set, slider.addition_set) == ("soft", "soft")
        (obj,) = document.beatmap.objects
        assert isinstance(obj, Slider)
        nested = document.beatmap.slider(obj).nested
        assert list(slider.ticks_ms) == [each.time_ms for each in nested if each.kind is NestedKind.TICK]
        assert len(slider.ticks_ms) == 2

    def test_says_how_fast_the_lane_runs_from_when_on(self) -> None:
        beatmap = mania().timing(120, at=0).green(8_000, velocity=0.5).green(11_000, velocity=2)
        told = shown(beatmap.note(at=10_500).document())
        assert told.scroll == ((7_500.0, 1.0), (8_000.0, 0.5), (11_000.0, 2.0))

    def test_goes_on_for_an_object_that_lasts_into_it(self) -> None:
        document = osu().timing(120, at=0).spinner(at=1_000, until=9_000).document()
        assert [each.kind for each in shown(document).objects] == ["spinner"]
        assert (shown(document).objects[0].x, shown(document).objects[0].y) == (256, 192)

    def test_stacks_as_the_game_does(self) -> None:
        stacked = osu().timing(120, at=0).circle(at=10_000, x=100, y=100).circle(at=10_100, x=100, y=100)
        first, second = shown(stacked.document()).objects
        assert first.x < 100 == second.x

    def test_has_the_games_colours_where_the_map_names_none(self) -> None:
        plain = osu().timing(120, at=0).circle(at=10_000, x=1, y=1, new_combo=True)
        told = shown(plain.circle(at=10_500, x=1, y=1, new_combo=True).document())
        assert told.colours == GAME_COLOURS
        assert [each.colour for each in told.objects] == [1, 2]

    def test_of_a_long_curve_is_drawn_with_as_many_points_as_a_screen_shows(self) -> None:
        wound = "|".join(f"{100 + 13 * n % 300}:{50 + 29 * n % 250}" for n in range(60))
        curve = osu().timing(120, at=0).slider(at=10_000, x=100, y=100, path=f"B|{wound}", length=3_000)
        (slider,) = shown(curve.document()).objects
        assert len(slider.path) == MOST_POINTS


class TestACandidate:
    def test_marks_what_is_new_in_its_section(self) -> None:
        before = a_map()
        line = next(obj.line for obj in before.beatmap.objects if obj.time_ms == 11_500)
        outside = next(obj.line for obj in before.beatmap.objects if obj.time_ms == 9_500)
        after = before.replace_line(line, "300,200,11500,1,0,0:0:0:0:").replace_line(
            outside, "1,2,9500,5,0,0:0:0:0:"
        )
        assert [each.is_new for each in shown(after, before).objects] == [False, False, True]
        assert not any(each.is_new for each in shown(before).objects)


class TestModes:
    def test_mania_has_columns(self) -> None:
        told = shown(
            mania(keys=4)
            .timing(120, at=0)
            .note(at=10_000, column=2)
            .hold(at=10_500, until=11_000, column=3)
            .document()
        )
        assert told.keys == 4
        assert [(each.kind, each.column, each.end_ms) for each in told.objects] == [
            ("circle", 2, 10_000),
            ("hold", 3, 11_000),
        ]

    def test_taiko_and_catch_are_played_as_what_they_are(self) -> None:
        for built, mode in ((taiko(), "taiko"), (catch(), "catch")):
            told = shown(built.timing(120, at=0).circle(at=10_000, x=100, y=100).document())
            assert (told.mode, told.keys, len(told.objects)) == (mode, 0, 1)


def test_a_map_of_nonsense_is_played_all_the_same() -> None:
    text = (
        "osu file format v14\n[TimingPoints]\n0,nan,4\n[HitObjects]\n1,1,10000,2,0,B|x:y,1,nan\n1,1,10500,1\n"
    )
    shown(Document.parse(text.encode()))
