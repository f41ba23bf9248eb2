"""What a map says about itself is read by the game's keys, with the game's defaults and bounds."""

from __future__ import annotations

import pytest

from engine.beatmap.builder import mania, osu
from engine.beatmap.document import Document
from engine.beatmap.objects import Mode
from engine.beatmap.sections import Break, Colours, Difficulty, Editor, Events, General, Metadata


def parse(text: str, version: int = 14) -> Document:
    return Document.parse(f"osu file format v{version}\n{text}".encode())


def test_a_file_that_says_nothing_has_the_games_defaults() -> None:
    beatmap = parse("").beatmap
    assert beatmap.general == General()
    assert beatmap.editor == Editor()
    assert beatmap.metadata == Metadata()
    assert beatmap.difficulty == Difficulty()
    assert beatmap.events == Events()
    assert beatmap.colours == Colours()


def test_general_settings_are_typed() -> None:
    general = parse(
        "[General]\nAudioFilename: music\\song.mp3\nAudioLeadIn:1500\nPreviewTime : 42000\n"
        "Countdown: HalfSpeed\nSampleSet: Soft\nStackLeniency: 0.5\nMode: 3\nLetterboxInBreaks: 1\n"
        "SpecialStyle: 1\nWidescreenStoryboard: 1\nEpilepsyWarning: 1\nSamplesMatchPlaybackRate: 1\n"
    ).beatmap.general
    assert general == General(
        audio_filename="music/song.mp3",
        audio_lead_in_ms=1500,
        preview_ms=42000,
        countdown=2,
        sample_set="Soft",
        stack_leniency=0.5,
        mode=Mode.MANIA,
        letterbox_in_breaks=True,
        special_style=True,
        widescreen_storyboard=True,
        epilepsy_warning=True,
        samples_match_playback_rate=True,
    )


def test_enumerations_may_be_numbers() -> None:
    general = parse("[General]\nSampleSet: 3\nCountdown: 3\n").beatmap.general
    assert (general.sample_set, general.countdown) == ("Drum", 3)


def test_the_preview_of_an_old_file_is_moved_but_not_its_absence() -> None:
    assert parse("[General]\nPreviewTime: 1000\n", version=4).beatmap.general.preview_ms == 1024
    assert parse("[General]\nPreviewTime: -1\n", version=4).beatmap.general.preview_ms == -1


def test_a_title_keeps_its_colons_and_slashes() -> None:
    metadata = parse("[Metadata]\nTitle:a // b: c\nArtistUnicode: 初音ミク \n").beatmap.metadata
    assert metadata.title == "a // b: c"
    assert metadata.artist_unicode == "初音ミク"


def test_elsewhere_two_slashes_start_a_comment() -> None:
    assert parse("[Difficulty]\nCircleSize:4 // small\n").beatmap.difficulty.circle_size == 4


def test_the_last_readable_value_counts_and_the_others_are_reported() -> None:
    document = parse("[Difficulty]\nCircleSize:3\nCircleSize:4\nCircleSize:big\n")
    assert document.beatmap.difficulty.circle_size == 4
    (problem,) = document.problems
    assert problem.line == 4
    assert "CircleSize is 'big'" in problem.message


def test_a_key_in_the_wrong_case_is_unknown_to_the_game_and_reported() -> None:
    document = parse("[General]\nmode: 3\n")
    assert document.beatmap.mode is Mode.OSU
    (problem,) = document.problems
    assert "'mode'" in problem.message
    assert "'Mode'" in problem.message


def test_keys_of_others_are_no_problem() -> None:
    assert parse("[General]\nStoryFireInFront: 1\nSomethingNew: x\n").problems == ()


@pytest.mark.parametrize("value", ["7", "-1", "four", "", "1.0"])
def test_a_mode_that_does_not_exist_is_osu_and_reported(value: str) -> None:
    document = parse(f"[General]\nMode: {value}\n")
    assert document.beatmap.mode is Mode.OSU
    assert [problem.line for problem in document.problems] == [2]


def test_the_approach_rate_of_an_old_file_is_its_overall_difficulty() -> None:
    assert parse("[Difficulty]\nOverallDifficulty:7\n").beatmap.difficulty.approach_rate == 7
    assert parse("[Difficulty]\nApproachRate:9\nOverallDifficulty:7\n").beatmap.difficulty.approach_rate == 9


def test_difficulty_is_bounded_as_it_is_played_and_kept_as_it_is_written() -> None:
    difficulty = parse(
        "[Difficulty]\nCircleSize:12\nSliderMultiplier:9\nSliderTickRate:0\n"
    ).beatmap.difficulty
    assert (difficulty.circle_size, difficulty.slider_multiplier, difficulty.slider_tick_rate) == (
        10,
        3.6,
        0.5,
    )
    assert difficulty.raw["CircleSize"] == "12"
    assert difficulty.raw["SliderMultiplier"] == "9"


def test_in_mania_the_circle_size_counts_up_to_18_columns() -> None:
    assert mania(18).beatmap().difficulty.circle_size == 18
    assert mania(40).beatmap().difficulty.circle_size == 18
    assert mania(0).beatmap().difficulty.circle_size == 1


def test_bookmarks_that_are_no_numbers_are_passed_over() -> None:
    assert osu().editor(Bookmarks="1000,x,,3000").beatmap().editor.bookmarks_ms == (1000, 3000)


@pytest.mark.parametrize("value", ["NaN", "inf", "1e999", "9" * 500, "1_0"])
def test_absurd_numbers_are_reported_and_change_nothing(value: str) -> None:
    document = parse(f"[Difficulty]\nSliderMultiplier:{value}\n[General]\nStackLeniency: {value}\n")
    assert document.beatmap.difficulty.slider_multiplier == 1.4
    assert document.beatmap.general.stack_leniency == 0.7
    assert [problem.line for problem in document.problems] == [2, 4]


# ---- colours


def test_combo_colours_keep_the_order_of_the_file() -> None:
    colours = parse("[Colours]\nCombo2 : 1,2,3\nCombo1: 4,5,6,255\nSliderBorder:7,8,9\n").beatmap.colours
    assert [(c.index, c.r, c.g, c.b) for c in colours.combo] == [(2, 1, 2, 3), (1, 4, 5, 6)]
    assert colours.slider_border is not None
    assert colours.slider_border.line == 4
    assert colours.slider_track is None


def test_a_ninth_combo_colour_is_no_combo_colour() -> None:
    assert parse("[Colours]\nCombo9 : 1,2,3\nCombo0 : 1,2,3\nCombo² : 1,2,3\n").beatmap.colours.combo == ()


@pytest.mark.parametrize("value", ["1,2", "1,2,256", "1,2,-1", "red", "1,2,3,4,5", ""])
def test_a_colour_that_is_none_is_reported(value: str) -> None:
    document = parse(f"[Colours]\nCombo1 : {value}\n")
    assert document.beatmap.colours.combo == ()
    assert [problem.line for problem in document.problems] == [2]


# ---- events


def test_background_video_and_breaks() -> None:
    events = parse(
        '[Events]\n0,0,"sub\\bg.png",0,0\nVideo,100,"clip.MP4"\n2,1000,2000\nBreak,3000,2500\n'
    ).beatmap.events
    assert events.background == "sub/bg.png"
    assert events.video == "clip.MP4"
    assert events.breaks == (Break(4, 1000, 2000), Break(5, 3000, 3000))
    assert events.storyboard_lines == ()


def test_a_video_line_that_names_a_picture_is_a_background() -> None:
    events = parse('[Events]\n1,0,"bg.jpg"\n').beatmap.events
    assert (events.background, events.video) == ("bg.jpg", None)


def test_the_first_sprite_stands_in_for_a_missing_background() -> None:
    events = parse('[Events]\nSprite,Background,Centre,"sb\\a.png",320,240\n F,0,0,,1\n').beatmap.events
    assert events.background == "sb/a.png"
    assert events.storyboard_lines == (2, 3)


def test_storyboard_lines_and_samples_are_told_from_the_rest() -> None:
    document = parse(
        '[Events]\n//Storyboard Layer 0\n0,0,"bg.jpg"\nSprite,Pass,Centre,"a.png",320,240\n_M,0,0,1000,1,1\n'
        '\n5,2000,0,"hit.wav",70\nSample,3000,0,"hit.wav"\nAnimation,Fail,Centre,"b.png",1,2,3,4\n3,0,1,2,3\n'
    )
    events = document.beatmap.events
    assert events.storyboard_lines == (4, 5, 7, 8, 9, 10)
    assert [(s.time_ms, s.filename, s.volume_percent) for s in events.storyboard_samples] == [
        (2000, "hit.wav", 70),
        (3000, "hit.wav", 100),
    ]
    assert document.problems == ()


@pytest.mark.parametrize("line", ["2,100", "Break,a,b", "0,0", "Explosion,1,2", "5,x,0,a.wav"])
def test_an_event_that_cannot_be_read_is_reported(line: str) -> None:
    document = parse(f"[Events]\n{line}\n2,1000,2000\n")
    assert [problem.line for problem in document.problems] == [2]
    assert len(document.beatmap.events.breaks) == 1


def test_breaks_come_in_order_of_time() -> None:
    events = parse("[Events]\n2,3000,4000\n2,1000,2000\n").beatmap.events
    assert [span.start_ms for span in events.breaks] == [1000, 3000]


# ---- what follows from them


def test_drain_time_leaves_out_the_breaks() -> None:
    beatmap = osu().timing(180).circle(at=1000).break_(2000, 5000).spinner(at=6000, until=8000).beatmap()
    assert beatmap.drain_ms == 4000


def test_a_slider_ends_after_all_its_spans() -> None:
    # 100 px at 140 px per beat of 500 ms: 357 ms a span.
    beatmap = osu().timing(120).slider(at=1000, length=100, spans=2).beatmap()
    (slider,) = beatmap.objects
    assert beatmap.end_ms(slider) == pytest.approx(1000 + 2 * 100 / 140 * 500)
    assert beatmap.last_end_ms == beatmap.end_ms(slider)


def test_combos_and_stacks_stand_beside_the_objects() -> None:
    beatmap = osu().timing(180).circle(at=1000, new_combo=True).circle(at=1083).circle(at=1167).beatmap()
    assert [combo.number for combo in beatmap.combos] == [1, 2, 3]
    assert beatmap.stack_heights == (2, 1, 0)


def test_only_osu_stacks() -> None:
    beatmap = mania(4).timing(180).note(at=1000).note(at=1083).beatmap()
    assert beatmap.stack_heights == (0, 0)


def test_a_column_is_never_outside_of_the_stage() -> None:
    beatmap = mania(4).circle(at=0, x=-50).circle(at=1, x=900).beatmap()
    assert [beatmap.column(obj) for obj in beatmap.objects] == [0, 3]
