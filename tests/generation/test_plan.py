from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.beatmap.objects import Mode
from engine.generation.errors import PromptError
from engine.generation.plan import plan, steered_from
from engine.tokens.conditions import Conditions
from engine.tokens.events import Context
from tests.generation import tiny

if TYPE_CHECKING:
    from engine.generation.layout import Layout

NONE, TIMING, KIAI, MAP, SPEED = (
    Context.NONE,
    Context.TIMING,
    Context.KIAI,
    Context.MAP,
    Context.SCROLL_SPEED,
)
GUEST, BARE = Context.GUEST_DIFFICULTY, Context.NO_HITSOUNDS


def test_what_stands_before_the_map_is_written_before_it() -> None:
    assert plan(tiny.v31(), Mode.OSU, [MAP]).to_write == (TIMING, KIAI, MAP)
    assert plan(tiny.v32(), Mode.OSU, [MAP]).to_write == (TIMING, MAP)
    assert plan(tiny.v30(), Mode.OSU, [MAP]).to_write == (MAP,)


def test_timing_that_is_given_is_told_and_not_written() -> None:
    planned = plan(tiny.v32(), Mode.OSU, [TIMING, MAP], [TIMING])
    assert planned.contexts == (TIMING, MAP)
    assert planned.to_write == (MAP,)


def test_only_mania_has_scroll_speeds_of_its_own() -> None:
    assert plan(tiny.v32(), Mode.TAIKO, [MAP, SPEED]).contexts == (TIMING, MAP)
    assert plan(tiny.v32(), Mode.MANIA, [MAP, SPEED]).contexts == (TIMING, MAP, SPEED)
    with pytest.raises(PromptError, match="only maps of osu!mania"):
        plan(tiny.v32(), Mode.TAIKO, [SPEED])


def test_timing_alone_asks_for_nothing_else() -> None:
    assert plan(tiny.v31(), Mode.OSU, [TIMING], [NONE]).contexts == (TIMING,)


def test_prompts_open_with_what_is_given_if_one_can() -> None:
    assert plan(tiny.v31(), Mode.OSU, [MAP]).front is NONE
    assert plan(tiny.v31(), Mode.OSU, [MAP], [GUEST]).front is GUEST
    assert plan(tiny.v31(), Mode.OSU, [MAP], [GUEST, TIMING, BARE]).front is BARE


@pytest.mark.parametrize("layout", [tiny.v30(), tiny.v32()])
def test_what_cannot_be_given_is_refused_by_name(layout: Layout) -> None:
    with pytest.raises(PromptError, match="cannot be given a 'gd'"):
        plan(layout, Mode.OSU, [MAP], [GUEST])


def test_what_cannot_be_written_is_refused_by_name() -> None:
    with pytest.raises(PromptError, match="knows no 'kiai' to write"):
        plan(tiny.v32(), Mode.OSU, [KIAI])


def test_descriptors_are_compared_and_then_the_mapper_stays() -> None:
    wanted = Conditions(beatmap_id=7, star_rating=5.0, mapper_id=1, descriptors=("style/messy",))
    unwanted = steered_from(wanted, ("style/clean",))
    assert unwanted == Conditions(star_rating=5.0, mapper_id=1, descriptors=("style/clean",))
    assert steered_from(Conditions(mapper_id=1), ("style/clean",)).mapper_id == 1
    assert steered_from(Conditions(mapper_id=1), None).mapper_id is None
