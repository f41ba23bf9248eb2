"""What follows a section keeps its combo colours, and its numbers where the section can give them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.beatmap.builder import MapBuilder, catch, mania, osu, taiko
from engine.beatmap.splice import spliced

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.beatmap.combos import Combo
    from engine.beatmap.splice import Splice

COMBO, PLAIN, SPINNER = 5, 1, 12


def coloured(count: int = 3, builder: MapBuilder | None = None) -> MapBuilder:
    builder = builder or osu()
    for number in range(count):
        builder = builder.combo_colour(number, number, number)
    return builder.timing(120)


def combos_of(*lengths: int) -> MapBuilder:
    """Circles a second apart, so many to each combo."""
    builder, at = coloured(), 0
    for length in lengths:
        for number in range(length):
            builder = builder.circle(at, new_combo=number == 0)
            at += 1000
    return builder


def lines(kinds: Sequence[int], start_ms: int = 2000, step_ms: int = 100) -> list[str]:
    ends = {SPINNER: "{0}", PLAIN: "0:0:0:0:", COMBO: "0:0:0:0:"}
    times = [start_ms + step_ms * number for number in range(len(kinds))]
    return [
        f"9,9,{at},{kind},0,{ends.get(kind, '0:0:0:0:').format(at + 50)}"
        for at, kind in zip(times, kinds, strict=True)
    ]


def after(result: Splice, from_ms: float = 4000) -> list[Combo]:
    beatmap = result.document.beatmap
    return [
        combo for obj, combo in zip(beatmap.objects, beatmap.combos, strict=True) if obj.time_ms >= from_ms
    ]


def seen(combos: Sequence[Combo]) -> list[tuple[int, int, bool]]:
    """Number, colour, and whether a combo starts: what a player sees of them."""
    return [(combo.number, combo.colour_index, combo.starts) for combo in combos]


def kinds_in(result: Splice) -> list[int]:
    document = result.document
    section = [obj.line for obj in document.beatmap.objects if 2000 <= obj.time_ms < 4000]
    return [int(document.lines[number].split(b",")[3]) for number in section]


def put(builder: MapBuilder, kinds: Sequence[int]) -> Splice:
    return spliced(builder.document(), 2000, 4000, lines(kinds), None)


def before(builder: MapBuilder) -> list[tuple[int, int, bool]]:
    beatmap = builder.beatmap()
    kept = [n for n, obj in enumerate(beatmap.objects) if obj.time_ms >= 4000]
    return seen([beatmap.combos[n] for n in kept])


# ---- colours


def test_a_section_with_as_many_combos_is_put_in_as_it_is() -> None:
    result = put(combos_of(2, 2, 2, 2), [COMBO, PLAIN, PLAIN])
    assert kinds_in(result) == [COMBO, PLAIN, PLAIN]
    assert not result.remarks


@pytest.mark.parametrize("kinds", [[COMBO, COMBO], [COMBO, PLAIN, COMBO, COMBO], [COMBO] * 7])
def test_a_section_with_more_combos_skips_colours(kinds: list[int]) -> None:
    builder = combos_of(2, 2, 2, 2)
    result = put(builder, kinds)
    assert seen(after(result)) == before(builder)
    assert not result.remarks


def test_a_section_with_fewer_combos_skips_those_that_are_missing() -> None:
    builder = combos_of(2, 1, 1, 2, 2)
    result = put(builder, [COMBO, PLAIN])
    assert seen(after(result)) == before(builder)
    assert kinds_in(result) == [COMBO | 1 << 4, PLAIN]


def test_what_is_skipped_is_shared_so_that_neighbours_stay_apart() -> None:
    builder = combos_of(2, 2, 2)
    result = put(builder, [COMBO, PLAIN, COMBO])
    colours = [combo.colour_index for combo in after(result, 0) if combo.starts]
    assert all(one != other for one, other in pairwise(colours))
    assert seen(after(result)) == before(builder)


def test_skips_of_the_mapper_are_counted_as_they_were() -> None:
    builder = coloured(5).circle(0, new_combo=True).circle(2500, new_combo=True, skip=3)
    builder = builder.circle(4000, new_combo=True, skip=1).circle(5000, new_combo=True)
    result = put(builder, [COMBO, PLAIN])
    assert seen(after(result)) == before(builder)


def test_a_section_without_a_combo_where_one_began_gets_one() -> None:
    builder = combos_of(2, 2, 2)
    result = put(builder, [PLAIN, PLAIN, PLAIN])
    assert kinds_in(result) == [COMBO, PLAIN, PLAIN]
    assert seen(after(result)) == before(builder)


def test_a_map_without_colours_of_its_own_goes_by_the_four_of_a_skin() -> None:
    builder = osu().timing(120)
    for at in range(0, 8000, 500):
        builder = builder.circle(at, new_combo=True)
    result = put(builder, [COMBO])
    assert kinds_in(result) == [COMBO | 3 << 4]


def test_an_emptied_section_cannot_keep_the_colours_and_says_so() -> None:
    result = put(combos_of(2, 2, 2), [])
    assert result.remarks == (
        "Combo colours are others from 00:04:000 on: the section has no combo that could skip any.",
    )


def test_fruit_have_combos_too() -> None:
    builder = coloured(3, catch())
    for at in range(0, 8000, 1000):
        builder = builder.fruit(at, new_combo=at % 2000 == 0)
    assert seen(after(put(builder, [COMBO] * 3))) == before(builder)


@pytest.mark.parametrize("builder", [taiko(), mania()])
def test_where_combos_mean_nothing_objects_stay_as_given(builder: MapBuilder) -> None:
    builder = builder.timing(120).circle(0, new_combo=True).circle(2000, new_combo=True).circle(5000)
    result = put(builder, [PLAIN, COMBO, COMBO])
    assert kinds_in(result) == [PLAIN, COMBO, COMBO]
    assert not result.remarks


# ---- numbers


def test_a_section_that_took_a_combo_s_beginning_begins_one() -> None:
    assert kinds_in(put(combos_of(2, 2, 2), [PLAIN, COMBO]))[0] & COMBO == COMBO


def test_a_section_within_a_combo_may_go_on_with_it() -> None:
    assert kinds_in(put(combos_of(1, 3, 2), [PLAIN, PLAIN])) == [PLAIN, PLAIN]


def test_a_combo_that_goes_on_after_the_section_keeps_its_numbers() -> None:
    builder = combos_of(2, 1, 3)
    result = put(builder, [COMBO, PLAIN, PLAIN, PLAIN])
    assert kinds_in(result) == [COMBO, PLAIN, PLAIN, COMBO]
    assert seen(after(result)) == before(builder)
    assert not result.remarks


def test_a_combo_that_the_section_made_too_short_is_reported() -> None:
    result = put(combos_of(2, 5), [COMBO])
    assert result.remarks == (
        "The combo at the end goes on after the section: "
        "the object at 00:04:000 was number 3 in it and is now 2.",
    )


def test_a_spinner_at_the_end_makes_what_follows_begin_a_combo_and_that_is_reported() -> None:
    result = put(combos_of(2, 5), [COMBO, SPINNER])
    assert (
        "The object at 00:04:000 went on with a combo of the section, and now begins one." in result.remarks
    )


def test_a_spinner_that_went_takes_the_combo_along_that_it_began() -> None:
    builder = coloured().circle(0, new_combo=True).spinner(2000, 3000).circle(4000).circle(5000)
    result = put(builder, [COMBO, PLAIN])
    assert result.remarks == (
        "The object at 00:04:000 began a combo after the section, and now goes on with its last.",
    )
    assert [combo.colour_index for combo in after(result)] == [combo[1] for combo in before(builder)]


# ---- any combos


@given(
    old=st.lists(st.sampled_from([PLAIN, COMBO, COMBO | 16, COMBO | 48, SPINNER]), min_size=1, max_size=24),
    new=st.lists(st.sampled_from([PLAIN, COMBO, COMBO | 32, SPINNER]), min_size=1, max_size=8),
    colours=st.integers(1, 8),
)
def test_colours_after_a_section_are_kept_or_reported(old: list[int], new: list[int], colours: int) -> None:
    builder = coloured(colours).object_line(*lines(old, start_ms=0, step_ms=300))
    result = put(builder, new)
    kept, was = seen(after(result)), before(builder)
    same_colours = [combo[1] for combo in kept] == [combo[1] for combo in was]
    assert same_colours or any("colours are others" in remark for remark in result.remarks)
    if kept and kept[0] != was[0]:
        assert result.remarks
    if any(kind != SPINNER for kind in new):
        assert same_colours
