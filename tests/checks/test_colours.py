from __future__ import annotations

from engine.beatmap.builder import MapBuilder, mania, osu, taiko
from engine.checks.check import Severity
from tests.checks.helpers import found, only

TIMED = osu().timing(120).circle(at=1000, new_combo=True).circle(at=5000, new_combo=True)
RED, BLUE = (230, 60, 60), (60, 120, 230)


def coloured(*colours: tuple[int, int, int]) -> MapBuilder:
    builder = TIMED
    for colour in colours:
        builder = builder.combo_colour(*colour)
    return builder


def variants(check_id: str, builder: MapBuilder) -> list[str]:
    return [finding.variant for finding in found(check_id, builder.beatmap())]


def test_without_combo_colours_the_players_skin_decides() -> None:
    finding = only("combo-colour-count", TIMED.beatmap())
    assert (finding.variant, finding.severity) == ("default", Severity.PROBLEM)


def test_two_different_colours_are_enough() -> None:
    assert variants("combo-colour-count", coloured(RED, BLUE)) == []


def test_the_same_colour_twice_is_one() -> None:
    assert variants("combo-colour-count", coloured(RED, RED)) == ["one"]


def test_a_forced_default_skin_needs_no_colours() -> None:
    assert variants("combo-colour-count", TIMED.general(SkinPreference="Default")) == []


def test_taiko_and_mania_have_no_combo_colours_to_set() -> None:
    assert variants("combo-colour-count", taiko().don(at=1000)) == []
    assert variants("combo-colour-count", mania(4).note(at=1000)) == []


def test_a_nearly_black_colour_is_a_problem() -> None:
    finding = only("colour-brightness", coloured(RED, (20, 20, 20)).beatmap())
    assert (finding.variant, finding.severity) == ("dark-combo-2", Severity.PROBLEM)
    assert "luminosity 20, expected at least 43" in finding.message


def test_a_dark_colour_is_a_warning() -> None:
    finding = only("colour-brightness", coloured(RED, (40, 40, 40)).beatmap())
    assert (finding.variant, finding.severity) == ("dark-combo-2", Severity.WARNING)


def test_a_colour_at_the_threshold_is_fine() -> None:
    assert variants("colour-brightness", coloured(RED, (43, 43, 43))) == []


def test_brightness_is_weighed_as_the_eye_does() -> None:
    # Of the same number, green shines and blue does not.
    assert variants("colour-brightness", coloured(RED, (0, 100, 0))) == []
    assert variants("colour-brightness", coloured(RED, (0, 0, 100))) == ["dark-combo-2"]


def test_a_dark_slider_border_hides_the_path() -> None:
    finding = only("colour-brightness", coloured(RED, BLUE).colour("SliderBorder", 0, 0, 0).beatmap())
    assert (finding.variant, finding.severity) == ("dark-slider-border", Severity.PROBLEM)


def test_white_in_kiai_glares_and_names_the_first_object() -> None:
    shown = coloured((255, 255, 255), (254, 254, 254)).kiai(4000, 9000)
    finding = only("colour-brightness", shown.beatmap())
    assert finding.severity is Severity.WARNING
    assert finding.variant.startswith("bright-combo-")
    assert (finding.time_ms, finding.objects) == (5000, (1,))


def test_white_outside_of_kiai_is_fine() -> None:
    assert variants("colour-brightness", coloured((255, 255, 255), (254, 254, 254))) == []


def test_a_white_spinner_has_no_colour() -> None:
    white = osu().timing(120).combo_colour(255, 255, 255).combo_colour(254, 254, 254)
    assert variants("colour-brightness", white.spinner(at=5000, until=7000).kiai(4000, 9000)) == []


def test_a_colour_is_too_dark_to_rank_below_30() -> None:
    problem, warning = (
        only("colour-brightness", coloured(RED, (grey, grey, grey)).beatmap()) for grey in (29, 31)
    )
    assert (problem.severity, warning.severity) == (Severity.PROBLEM, Severity.WARNING)


def test_a_light_grey_in_kiai_is_fine() -> None:
    assert variants("colour-brightness", coloured((240, 240, 240), (239, 239, 239)).kiai(4000, 9000)) == []
