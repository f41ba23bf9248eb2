"""A new .osu: complete, and readable whatever a song's tags hold."""

from __future__ import annotations

from dataclasses import replace

import pytest
import rosu_pp_py

from engine.beatmap.document import Document
from engine.beatmap.objects import Mode
from engine.beatmap.sections import Metadata
from engine.postprocess.build import Built, MapFacts, built
from engine.postprocess.whole_map import whole_map
from engine.requests import SongFacts
from tests.postprocess.speaking import NOTHING, TIMING

SONG = SongFacts(
    title="Café",
    artist="海色",
    creator="Mapper",
    difficulty_name="Insane",
    background="bg.jpg",
    audio_name="song.ogg",
    preview_ms=12_345.6,
)
FACTS = MapFacts(
    circle_size=3.8,
    slider_multiplier=1.7,
    slider_tick_rate=2,
    hp_drain=6,
    overall_difficulty=8.5,
    approach_rate=9.3,
)
MADE = built(NOTHING.circle(0).circle(500).spoken(), TIMING, FACTS, types_first=False)


def test_it_says_all_that_is_known_of_the_song() -> None:
    beatmap = Document.parse(whole_map(MADE, FACTS, SONG)).beatmap
    assert (beatmap.metadata.title, beatmap.metadata.title_unicode) == ("Cafe", "Café")
    assert (beatmap.metadata.artist, beatmap.metadata.artist_unicode) == ("海色", "海色")
    assert (beatmap.metadata.creator, beatmap.metadata.version) == ("Mapper", "Insane")
    assert (beatmap.general.audio_filename, beatmap.general.preview_ms) == ("song.ogg", 12_346)
    assert beatmap.events.background == "bg.jpg"
    difficulty = beatmap.difficulty
    assert (difficulty.hp_drain, difficulty.circle_size) == (6, 3.8)
    assert (difficulty.overall_difficulty, difficulty.approach_rate) == (8.5, 9.3)
    assert (difficulty.slider_multiplier, difficulty.slider_tick_rate) == (1.7, 2)
    assert len(beatmap.objects) == 2


@pytest.mark.parametrize("mode", Mode)
def test_in_every_mode_it_reads_without_a_flaw(mode: Mode) -> None:
    facts = replace(FACTS, mode=mode, circle_size=7 if mode is Mode.MANIA else 4)
    made = built(NOTHING.circle(0).circle(500).spoken(), TIMING, facts, types_first=False)
    data = whole_map(made, facts, SONG)
    document = Document.parse(data)
    assert document.problems == ()
    assert document.beatmap.mode is mode
    assert document.newline == b"\r\n"
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert rosu_pp_py.Beatmap(bytes=data).n_objects == 2


def test_what_is_not_known_is_named_as_that() -> None:
    metadata = Document.parse(whole_map(MADE, FACTS, SongFacts())).beatmap.metadata
    assert (metadata.title, metadata.artist, metadata.version) == ("Untitled", "Unknown artist", "Normal")


@pytest.mark.parametrize(
    "text", ["a\nb", "[HitObjects]\r\n1,2,3,1,0", "\x00\x1b[31m", '"quoted",1', "\ud800"]
)
def test_tags_of_a_song_stay_on_their_line(text: str) -> None:
    song = SongFacts(
        title=text, artist=text, creator=text, difficulty_name=text, background=text, audio_name=text
    )
    document = Document.parse(whole_map(MADE, FACTS, song))
    assert document.problems == ()
    assert len(document.beatmap.objects) == 2


def test_an_empty_map_is_a_map() -> None:
    nothing = Built((), (), ("0,500,4,2,0,100,1,0",), ())
    document = Document.parse(whole_map(nothing, FACTS, SONG))
    assert document.problems == ()
    assert document.beatmap.objects == ()


def test_a_long_pause_is_a_break_and_a_short_one_is_not() -> None:
    speech = NOTHING.circle(0).circle(4999).circle(10_000)
    assert [(each.start_ms, each.end_ms) for each in speech.made().events.breaks] == [(5199, 9550)]
    assert speech.made(Mode.MANIA).events.breaks == ()


def test_a_break_waits_for_the_end_of_what_lasts() -> None:
    speech = NOTHING.slider(0, 4000, (100, 100), (400, 100), velocity=20).circle(8500)
    assert speech.made().events.breaks == ()


def test_timing_lines_stand_in_order_of_time_and_red_ones_first() -> None:
    made = replace(
        MADE, controls=("500,-50,4,2,0,9,0,0", "900,-100,4,2,0,8,0,0"), reds=("500,400,4,2,0,9,1,0",)
    )
    points = Document.parse(whole_map(made, FACTS, SONG)).beatmap.timing.points
    assert [(point.time_ms, point.uninherited) for point in points] == [
        (500, True),
        (500, False),
        (900, False),
    ]


def test_of_a_song_that_another_map_is_of_it_says_the_same_in_latin_letters() -> None:
    like = Metadata(
        title="Hana",
        title_unicode="花",
        artist="Umiiro",
        artist_unicode="海色",
        source="A game",
        tags="flower sea",
        beatmap_id=1,
        beatmap_set_id=2,
    )
    song = replace(SONG, title="花")
    metadata = Document.parse(whole_map(MADE, FACTS, song, like)).beatmap.metadata
    assert (metadata.title, metadata.title_unicode) == ("Hana", "花")
    assert (metadata.artist, metadata.artist_unicode) == ("Umiiro", "海色")
    assert (metadata.source, metadata.tags) == ("A game", "flower sea")
    assert metadata.beatmap_id <= 0, "it was never uploaded"
    assert metadata.beatmap_set_id <= 0, "whatever is imported under the number of a set replaces that set"
    renamed = Document.parse(whole_map(MADE, FACTS, SONG, like)).beatmap.metadata
    assert (renamed.title, renamed.title_unicode) == ("Cafe", "Café")
