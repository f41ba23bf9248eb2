from __future__ import annotations

import pytest

from engine.beatmap.builder import MapBuilder, catch, mania, osu, taiko


def four_colours() -> MapBuilder:
    builder = osu().timing(120)
    for shade in (50, 100, 150, 200):
        builder = builder.combo_colour(shade, shade, shade)
    return builder


def numbers(builder: MapBuilder) -> list[int]:
    return [combo.number for combo in builder.beatmap().combos]


def colours(builder: MapBuilder) -> list[int]:
    return [combo.colour_index for combo in builder.beatmap().combos]


def starts(builder: MapBuilder) -> list[bool]:
    return [combo.starts for combo in builder.beatmap().combos]


def test_numbers_count_up_until_a_new_combo() -> None:
    builder = osu().circle(0).slider(500).circle(2000, new_combo=True).circle(2500)
    assert numbers(builder) == [1, 2, 1, 2]
    assert starts(builder) == [True, False, True, False]


def test_the_first_combo_has_the_second_colour_of_the_list_and_then_they_go_round() -> None:
    builder = four_colours()
    for number in range(5):
        builder = builder.circle(number * 500, new_combo=True)
    assert colours(builder) == [1, 2, 3, 0, 1]


def test_a_skip_passes_over_colours_but_only_with_a_new_combo() -> None:
    builder = four_colours().circle(0).circle(500, new_combo=True, skip=2).circle(1000, skip=1)
    assert colours(builder) == [1, 0, 0]


def test_the_first_object_s_skip_counts_only_if_the_mapper_flagged_it() -> None:
    assert colours(four_colours().circle(0, skip=2)) == [1]
    assert colours(four_colours().circle(0, new_combo=True, skip=2)) == [3]


def test_a_spinner_starts_no_combo_but_what_follows_it_does() -> None:
    builder = four_colours().circle(0).spinner(1000, 2000, new_combo=True).circle(3000).circle(3500)
    assert numbers(builder) == [1, 2, 1, 2]
    assert colours(builder) == [1, 1, 2, 2]
    assert starts(builder) == [True, False, True, False]


def test_spinners_before_the_first_circle_belong_to_no_combo() -> None:
    builder = four_colours().spinner(0, 500).spinner(1000, 1500).circle(2000)
    assert [combo.combo_index for combo in builder.beatmap().combos] == [0, 0, 1]
    assert colours(builder)[-1] == 1


def test_a_break_starts_a_combo_whether_the_file_says_so_or_not() -> None:
    builder = four_colours().circle(0).break_(500, 3000).circle(3000).circle(3001)
    # The break must be over *before* the object: the first one stands on its end.
    assert numbers(builder) == [1, 2, 1]


def test_two_breaks_between_two_objects_start_one_combo() -> None:
    builder = four_colours().circle(0).break_(500, 1000).break_(1500, 2000).circle(3000)
    assert [combo.combo_index for combo in builder.beatmap().combos] == [1, 2]


def test_without_combo_colours_the_index_is_zero() -> None:
    assert colours(osu().circle(0).circle(500, new_combo=True)) == [0, 0]


def test_catch_counts_as_osu_does() -> None:
    assert numbers(catch().fruit(0).fruit(500).fruit(1000, new_combo=True)) == [1, 2, 1]


@pytest.mark.parametrize("builder", [taiko().don(0).kat(500), mania().note(0).note(500, column=1)])
def test_modes_without_combos_have_no_numbers_to_speak_of(builder: MapBuilder) -> None:
    assert numbers(builder) == [1, 1]
    assert colours(builder) == [0, 0]
