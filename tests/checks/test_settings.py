from __future__ import annotations

import pytest

from engine.beatmap.builder import MapBuilder, catch, mania, osu, taiko
from engine.checks.check import Severity, Song
from tests.checks.helpers import found, only

TIMED = osu().timing(120).circle(at=1000)


def variants(check_id: str, builder: MapBuilder) -> list[str]:
    return [finding.variant for finding in found(check_id, builder.beatmap())]


@pytest.mark.parametrize(("setting", "key"), [("hp", "HPDrainRate"), ("ar", "ApproachRate")])
def test_a_setting_above_ten_is_capped(setting: str, key: str) -> None:
    finding = only("difficulty-settings", TIMED.difficulty(**{setting: 10.5}).beatmap())
    assert (finding.variant, finding.severity) == (f"range-{key}", Severity.WARNING)
    assert finding.message.endswith("is 10.5; the game plays it as 10.")


def test_a_setting_below_zero_is_capped() -> None:
    finding = only("difficulty-settings", TIMED.difficulty(od=-1).beatmap())
    assert finding.message == "Overall difficulty is -1; the game plays it as 0."


@pytest.mark.parametrize("value", [0, 10, 7.3])
def test_what_the_editor_can_set_is_fine(value: float) -> None:
    assert variants("difficulty-settings", TIMED.difficulty(hp=value, cs=value, od=value, ar=value)) == []


def test_two_decimals_are_a_problem() -> None:
    finding = only("difficulty-settings", TIMED.difficulty(ar=9.25).beatmap())
    assert (finding.variant, finding.severity) == ("decimals-ApproachRate", Severity.PROBLEM)
    assert "9.25" in finding.message


def test_single_precision_is_not_taken_for_decimals() -> None:
    assert variants("difficulty-settings", TIMED.difficulty(ar=9.30000019)) == []


def test_only_what_the_mode_plays_by_is_looked_at() -> None:
    assert variants("difficulty-settings", taiko().difficulty(ar=9.25, cs=11)) == []
    assert variants("difficulty-settings", catch().difficulty(ar=9.25)) == ["decimals-ApproachRate"]
    assert variants("difficulty-settings", mania(12).difficulty(ar=9.25)) == []


@pytest.mark.parametrize("multiplier", [0.3, 3.7])
def test_a_base_velocity_that_the_game_clamps_is_a_problem(multiplier: float) -> None:
    finding = only("slider-multiplier", TIMED.difficulty(slider_multiplier=multiplier).beatmap())
    assert finding.severity is Severity.PROBLEM
    assert f"is {multiplier};" in finding.message


@pytest.mark.parametrize("multiplier", [0.4, 1.75, 3.6])
def test_a_base_velocity_within_the_bounds_is_fine(multiplier: float) -> None:
    assert variants("slider-multiplier", TIMED.difficulty(slider_multiplier=multiplier)) == []


def test_mania_has_no_base_velocity() -> None:
    assert variants("slider-multiplier", mania(4).difficulty(slider_multiplier=0.3)) == []


@pytest.mark.parametrize("rate", [1.2, 2.5])
def test_a_tick_rate_off_the_beat_is_a_problem(rate: float) -> None:
    finding = only("tick-rate", TIMED.difficulty(slider_tick_rate=rate).beatmap())
    assert (finding.variant, finding.severity) == ("off-beat", Severity.PROBLEM)


@pytest.mark.parametrize("rate", [0.5, 1, 1.333, 1.5, 2, 4, 8])
def test_a_tick_rate_that_divides_the_beat_is_fine(rate: float) -> None:
    assert variants("tick-rate", TIMED.difficulty(slider_tick_rate=rate)) == []


@pytest.mark.parametrize("rate", [0.25, 9])
def test_a_tick_rate_that_the_game_clamps_is_a_problem(rate: float) -> None:
    assert variants("tick-rate", TIMED.difficulty(slider_tick_rate=rate)) == ["range"]


def test_the_game_plays_half_a_tick_per_beat_at_least() -> None:
    assert variants("tick-rate", TIMED.difficulty(slider_tick_rate=0.4)) == ["range"]


def test_an_unset_preview_point_is_a_problem() -> None:
    finding = only("preview-point", TIMED.preview(-1).beatmap())
    assert (finding.variant, finding.severity) == ("unset", Severity.PROBLEM)


def test_a_preview_point_in_the_song_is_fine() -> None:
    assert found("preview-point", TIMED.preview(5000).beatmap(), Song(length_ms=60_000)) == ()


def test_a_preview_point_before_the_song_is_a_warning() -> None:
    finding = only("preview-point", TIMED.preview(-500).beatmap())
    assert (finding.variant, finding.severity) == ("before-song", Severity.WARNING)


def test_a_preview_point_after_the_song_is_a_warning() -> None:
    finding = only("preview-point", TIMED.preview(61_000).beatmap(), Song(length_ms=60_000))
    assert (finding.variant, finding.severity) == ("after-song", Severity.WARNING)
    assert "00:01:00" not in finding.message
    assert "01:00:000" in finding.message


def test_of_a_song_of_unknown_length_nothing_is_said() -> None:
    assert found("preview-point", TIMED.preview(61_000).beatmap(), Song()) == ()


@pytest.mark.parametrize("field", ["title", "artist", "creator", "version"])
def test_an_empty_field_is_a_problem(field: str) -> None:
    finding = only("metadata", TIMED.metadata(**{field: ""}).beatmap())
    assert finding.variant.startswith("missing-")
    assert finding.severity is Severity.PROBLEM


def test_a_source_may_be_empty() -> None:
    assert variants("metadata", TIMED.metadata(source="")) == []


def test_letters_that_are_not_romanised_are_named() -> None:
    finding = only("metadata", TIMED.metadata(title="Pokémon 音", TitleUnicode="音").beatmap())
    assert (finding.variant, finding.severity) == ("not-romanised-title", Severity.PROBLEM)
    assert "é音" in finding.message


def test_the_original_title_may_have_any_letters() -> None:
    assert variants("metadata", TIMED.metadata(TitleUnicode="音楽", ArtistUnicode="誰か")) == []


def test_eighty_two_characters_are_too_many_and_eighty_one_are_not() -> None:
    assert variants("metadata", TIMED.metadata(source="x" * 81)) == []
    finding = only("metadata", TIMED.metadata(source="x" * 82).beatmap())
    assert (finding.variant, finding.severity) == ("too-long-source", Severity.WARNING)
