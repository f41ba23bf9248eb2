"""Hits nobody hears, stretches of one sound, additions that are never played."""

from __future__ import annotations

import pytest

from engine.beatmap.builder import MapBuilder, catch, mania, osu, taiko
from engine.beatmap.objects import HitSound, SampleSet
from engine.checks.check import Severity
from tests.checks.helpers import found, only

WHISTLE, FINISH, CLAP = HitSound.WHISTLE, HitSound.FINISH, HitSound.CLAP

# At 60 BPM and multiplier 1.4, 140 px of slider take one second.
SECOND_PX = 140


class TestMutedObjects:
    @pytest.mark.parametrize(
        ("volume", "variant", "severity"),
        [
            (0, "muted-press", Severity.PROBLEM),
            (5, "muted-press", Severity.PROBLEM),
            (6, "very-quiet-press", Severity.WARNING),
            (10, "very-quiet-press", Severity.WARNING),
            (11, "quiet-press", Severity.MINOR),
            (20, "quiet-press", Severity.MINOR),
        ],
    )
    def test_a_quiet_circle(self, volume: int, variant: str, severity: Severity) -> None:
        finding = only("muted-objects", osu().timing(60, volume=volume).circle(at=1000).beatmap())
        assert (finding.variant, finding.severity) == (variant, severity)
        assert (finding.time_ms, finding.objects) == (1000, (0,))
        assert f"at {volume} % volume" in finding.message

    def test_21_percent_is_heard(self) -> None:
        assert found("muted-objects", osu().timing(60, volume=21).circle(at=1000).beatmap()) == ()

    def test_the_circles_own_volume_goes_first(self) -> None:
        loud = osu().timing(60, volume=5).circle(at=1000, sample="0:0:0:60:")
        assert found("muted-objects", loud.beatmap()) == ()
        quiet = osu().timing(60, volume=60).circle(at=1000, sample="0:0:0:5:")
        assert only("muted-objects", quiet.beatmap()).variant == "muted-press"

    def test_a_line_up_to_5_ms_later_still_decides(self) -> None:
        lined = osu().timing(60).green(at=1005, volume=5).circle(at=1000)
        assert only("muted-objects", lined.beatmap()).objects == (0,)

    def test_a_line_6_ms_later_does_not(self) -> None:
        assert (
            found("muted-objects", osu().timing(60).green(at=1006, volume=5).circle(at=1000).beatmap()) == ()
        )

    def test_before_the_first_line_the_first_line_counts(self) -> None:
        early = osu().timing(60, at=5000, volume=5).circle(at=1000)
        assert only("muted-objects", early.beatmap()).time_ms == 1000

    def test_neighbours_are_one_finding(self) -> None:
        beatmap = osu().timing(60, volume=5).circle(at=1000).circle(at=2000).circle(at=3000).beatmap()
        finding = only("muted-objects", beatmap)
        assert (finding.time_ms, finding.end_ms, finding.objects) == (1000, 3000, (0, 1, 2))
        assert finding.message.startswith("3 hits in a row")

    def test_a_loud_one_between_makes_two(self) -> None:
        beatmap = osu().timing(60, volume=5).circle(at=1000).circle(at=2000, sample="0:0:0:70:")
        findings = found("muted-objects", beatmap.circle(at=3000).beatmap())
        assert [finding.objects for finding in findings] == [(0,), (2,)]

    def test_a_slider_is_muted_where_it_is_muted(self) -> None:
        head = osu().timing(60).green(at=1000, volume=5).green(at=1500, volume=60)
        finding = only("muted-objects", head.slider(at=1000, length=SECOND_PX).beatmap())
        assert (finding.variant, finding.time_ms) == ("muted-press", 1000)
        assert "slider head" in finding.message

    def test_a_muted_repeat_is_a_warning(self) -> None:
        lines = osu().timing(60).green(at=1500, volume=5).green(at=2500, volume=60)
        finding = only("muted-objects", lines.slider(at=1000, length=SECOND_PX, spans=2).beatmap())
        assert (finding.variant, finding.severity) == ("muted-repeat", Severity.WARNING)
        assert finding.time_ms == pytest.approx(2000)

    def test_a_muted_slider_end_is_minor(self) -> None:
        lines = osu().timing(60).green(at=1500, volume=5)
        finding = only("muted-objects", lines.slider(at=1000, length=SECOND_PX).beatmap())
        assert (finding.variant, finding.severity) == ("muted-end", Severity.MINOR)
        assert finding.time_ms == pytest.approx(2000)

    def test_a_quiet_slider_end_is_nothing(self) -> None:
        lines = osu().timing(60).green(at=1500, volume=15)
        assert found("muted-objects", lines.slider(at=1000, length=SECOND_PX).beatmap()) == ()

    def test_a_muted_spinner_end_is_minor(self) -> None:
        lines = osu().timing(60).green(at=2000, volume=5)
        finding = only("muted-objects", lines.spinner(at=1000, until=3000).beatmap())
        assert (finding.variant, finding.severity) == ("muted-spinner-end", Severity.MINOR)
        assert finding.time_ms == 3000

    def test_the_start_of_a_spinner_makes_no_sound(self) -> None:
        lines = osu().timing(60).green(at=1000, volume=5).green(at=2000, volume=70)
        assert found("muted-objects", lines.spinner(at=1000, until=3000).beatmap()) == ()

    def muted_ends(self, count: int) -> MapBuilder:
        builder = osu().timing(60)
        for number in range(count):
            at = 3000 * number
            builder = builder.slider(at=at, length=SECOND_PX).circle(at=at + 2000)
            builder = builder.green(at=at + 500, volume=5).green(at=at + 1500, volume=60)
            builder = builder.slider(at=at + 2300, length=SECOND_PX / 4)
        return builder

    def test_eight_muted_ends_are_eight_findings(self) -> None:
        assert len(found("muted-objects", self.muted_ends(8).beatmap())) == 8

    def test_nine_muted_ends_are_a_habit(self) -> None:
        finding = only("muted-objects", self.muted_ends(9).beatmap())
        assert (finding.variant, finding.severity) == ("muted-end", Severity.MINOR)
        assert finding.message.startswith("9 slider ends in 9 places")
        assert finding.time_ms == pytest.approx(1000)

    def test_a_muted_press_in_mania_is_a_warning(self) -> None:
        finding = only("muted-objects", mania().timing(60, volume=5).note(at=1000).beatmap())
        assert (finding.variant, finding.severity) == ("muted-press", Severity.WARNING)

    def test_mania_whose_storyboard_plays_the_sounds_is_left_alone(self) -> None:
        keyed = mania().timing(60, volume=5).note(at=1000).event('Sample,1000,0,"piano.wav",70')
        assert found("muted-objects", keyed.beatmap()) == ()

    @pytest.mark.parametrize("builder", [taiko(), catch(), mania()])
    def test_every_mode_is_heard(self, builder: MapBuilder) -> None:
        assert only("muted-objects", builder.timing(60, volume=5).circle(at=1000).beatmap()).objects == (0,)


def plain(count: int, builder: MapBuilder, start: int = 0, step: int = 1000) -> MapBuilder:
    for number in range(count):
        builder = builder.circle(at=start + step * number)
    return builder


class TestFewHitSounds:
    def test_none_at_all(self) -> None:
        finding = only("few-hit-sounds", plain(17, osu().timing(60)).beatmap())
        assert (finding.variant, finding.severity) == ("none", Severity.PROBLEM)
        assert finding.time_ms is None

    def test_a_map_just_begun_may_have_none(self) -> None:
        assert found("few-hit-sounds", plain(16, osu().timing(60)).beatmap()) == ()

    @pytest.mark.parametrize(
        ("count", "severity"), [(6, Severity.MINOR), (10, Severity.WARNING), (26, Severity.PROBLEM)]
    )
    def test_a_long_stretch(self, count: int, severity: Severity) -> None:
        builder = plain(count, osu().timing(60).circle(at=0, sound=CLAP), start=1000)
        finding = only("few-hit-sounds", builder.circle(at=1000 + 1000 * count, sound=CLAP).beatmap())
        assert (finding.variant, finding.severity) == ("long-stretch", severity)
        assert (finding.time_ms, finding.end_ms) == (0, 1000 + 1000 * count)
        assert f"{count} hits" in finding.message

    def test_four_slow_objects_are_a_quiet_part(self) -> None:
        builder = plain(4, osu().timing(60).circle(at=0, sound=CLAP), start=5000, step=5000)
        assert found("few-hit-sounds", builder.circle(at=25_000, sound=CLAP).beatmap()) == ()

    def test_the_stretch_up_to_the_end_counts(self) -> None:
        builder = plain(10, osu().timing(60).circle(at=0, sound=CLAP), start=1000)
        assert only("few-hit-sounds", builder.beatmap()).end_ms == 10_000

    def test_a_change_of_sample_set_is_a_hit_sound(self) -> None:
        builder = osu().timing(60).circle(at=0, sound=CLAP)
        for number in range(1, 20):
            sampled = SampleSet.DRUM if number % 2 else SampleSet.NORMAL
            builder = builder.green(at=1000 * number, sample_set=sampled).circle(at=1000 * number)
        assert found("few-hit-sounds", builder.beatmap()) == ()

    def test_a_break_is_not_counted(self) -> None:
        builder = plain(3, osu().timing(60).circle(at=0, sound=CLAP), start=500, step=500)
        builder = plain(3, builder.break_(1700, 9500), start=10_000, step=500)
        assert found("few-hit-sounds", builder.circle(at=11_500, sound=CLAP).beatmap()) == ()

    def test_a_spinner_is_not_counted(self) -> None:
        builder = plain(3, osu().timing(60).circle(at=0, sound=CLAP), start=500, step=500)
        builder = plain(3, builder.spinner(at=1700, until=9500), start=10_000, step=500)
        assert found("few-hit-sounds", builder.circle(at=11_500, sound=CLAP).beatmap()) == ()

    def test_a_whistle_on_a_repeat_is_a_hit_sound(self) -> None:
        builder = osu().timing(60).circle(at=0, sound=CLAP)
        for number in range(1, 20):
            builder = builder.slider(
                at=1000 * number, length=SECOND_PX / 4, spans=2, edge_sounds=[0, WHISTLE, 0]
            )
        assert found("few-hit-sounds", builder.beatmap()) == ()

    def test_taiko_notes_are_their_own_hit_sounds(self) -> None:
        assert found("few-hit-sounds", plain(40, taiko().timing(60)).beatmap()) == ()


class TestUnheardAdditions:
    @pytest.mark.parametrize(("sound", "word"), [(FINISH, "finish"), (CLAP, "clap")])
    def test_an_addition_on_the_body_alone(self, sound: HitSound, word: str) -> None:
        beatmap = osu().timing(60).slider(at=1000, sound=sound, edge_sounds=[0, 0]).beatmap()
        finding = only("unheard-additions", beatmap)
        assert (finding.variant, finding.severity) == ("slider-body", Severity.MINOR)
        assert (finding.time_ms, finding.objects) == (1000, (0,))
        assert f"a {word} on its body" in finding.message

    def test_two_additions_are_both_named(self) -> None:
        beatmap = osu().timing(60).slider(at=1000, sound=FINISH | CLAP, edge_sounds=[0, 0]).beatmap()
        assert "finish and clap" in only("unheard-additions", beatmap).message

    def test_a_whistle_on_the_body_is_heard(self) -> None:
        beatmap = osu().timing(60).slider(at=1000, sound=WHISTLE, edge_sounds=[0, 0]).beatmap()
        assert found("unheard-additions", beatmap) == ()

    def test_an_edge_that_plays_it_is_enough(self) -> None:
        beatmap = osu().timing(60).slider(at=1000, sound=CLAP, edge_sounds=[0, CLAP]).beatmap()
        assert found("unheard-additions", beatmap) == ()

    def test_a_slider_that_names_no_edges_gives_them_its_own_sound(self) -> None:
        assert found("unheard-additions", osu().timing(60).slider(at=1000, sound=CLAP).beatmap()) == ()
