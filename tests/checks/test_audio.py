from __future__ import annotations

import pytest

from engine.beatmap.builder import osu
from engine.checks.check import Severity, Song
from tests.checks.helpers import found, only

TIMED = osu().timing(120).circle(at=1000).slider(at=9000, length=140)


def test_a_difficulty_without_audio_is_a_problem() -> None:
    finding = only("audio-file", TIMED.audio("").beatmap())
    assert (finding.variant, finding.severity) == ("none", Severity.PROBLEM)


def test_what_is_wrong_with_the_song_is_passed_on() -> None:
    finding = only("audio-file", TIMED.beatmap(), Song(problem="audio.mp3 is missing"))
    assert (finding.variant, finding.severity) == ("unusable", Severity.PROBLEM)
    assert finding.message == "The song cannot be played: audio.mp3 is missing."


@pytest.mark.parametrize("name", ["audio.mp3", "AUDIO.MP3", "song/track.ogg"])
def test_the_two_rankable_formats_are_fine(name: str) -> None:
    assert found("audio-file", TIMED.audio(name).beatmap(), Song(length_ms=10_000)) == ()


def test_another_format_cannot_be_ranked() -> None:
    finding = only("audio-file", TIMED.audio("audio.wav").beatmap())
    assert (finding.variant, finding.severity) == ("format", Severity.PROBLEM)


def test_a_map_without_music_needs_no_file() -> None:
    assert found("audio-file", TIMED.audio("virtual").beatmap(), Song(problem="virtual is missing")) == ()


def test_objects_before_the_song_are_a_problem() -> None:
    finding = only("objects-outside-song", osu().timing(120).circle(at=-500).circle(at=0).beatmap())
    assert (finding.variant, finding.severity, finding.time_ms, finding.objects) == (
        "before",
        Severity.PROBLEM,
        -500,
        (0,),
    )


def test_a_slider_that_outlasts_the_song_is_a_problem() -> None:
    finding = only("objects-outside-song", TIMED.beatmap(), Song(length_ms=9200))
    assert (finding.variant, finding.time_ms, finding.objects) == ("after", 9000, (1,))
    assert finding.message == "1 object ends after the song, which ends at 00:09:200."


def test_decoders_may_disagree_by_a_few_frames() -> None:
    assert found("objects-outside-song", TIMED.beatmap(), Song(length_ms=9450)) == ()


def test_a_tenth_of_a_second_after_the_end_is_too_late() -> None:
    assert found("objects-outside-song", TIMED.beatmap(), Song(length_ms=9401)) == ()
    assert len(found("objects-outside-song", TIMED.beatmap(), Song(length_ms=9399))) == 1


def test_where_the_song_ends_is_not_guessed() -> None:
    assert found("objects-outside-song", TIMED.beatmap(), Song()) == ()


def test_more_than_a_fifth_unused_is_a_warning() -> None:
    finding = only("unused-audio", TIMED.beatmap(), Song(length_ms=19_000))
    assert (finding.severity, finding.time_ms, finding.end_ms) == (Severity.WARNING, 9500, 19_000)
    assert "The last 50 % of the song" in finding.message


def test_a_fifth_unused_is_fine() -> None:
    assert found("unused-audio", TIMED.beatmap(), Song(length_ms=11_875)) == ()


def test_a_little_more_than_a_fifth_unused_is_weaker_than_half() -> None:
    fifth, half = (
        only("unused-audio", TIMED.beatmap(), Song(length_ms=length_ms)) for length_ms in (12_000, 19_000)
    )
    assert fifth.strength < half.strength


def test_a_storyboard_may_fill_the_end() -> None:
    finding = only("unused-audio", TIMED.video("clip.mp4").beatmap(), Song(length_ms=19_000))
    assert "unless the storyboard or video fills it" in finding.message


def test_of_a_song_of_unknown_length_nothing_is_unused() -> None:
    assert found("unused-audio", TIMED.beatmap(), Song()) == ()
