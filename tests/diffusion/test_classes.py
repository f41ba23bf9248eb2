"""Wishes the model knows, and those it does not."""

from __future__ import annotations

import math

import pytest

from engine.diffusion.classes import ClassTables, Style, StyleClasses

TABLES = ClassTables(
    beatmap_idx={11: 0, 12: 1},
    num_classes=3,
    num_diff_classes=26,
    max_difficulty=12,
    mapper_idx={7: 0, 9: 1},
    num_mapper_classes=3,
    descriptor_idx={"tech": 0, "clean": 1},
    num_descriptor_classes=3,
    num_cs_classes=22,
)
CLASSES = StyleClasses(TABLES)
NOTHING = [2, 28, 31, 34, 56]


def wanted(style: Style, classes: StyleClasses = CLASSES) -> list[int]:
    return classes.vector(style).nonzero().flatten().tolist()


def test_each_range_follows_the_one_before() -> None:
    style = Style(difficulty=6, mapper_id=9, circle_size=5, descriptors=("tech", "clean"), beatmap_id=12)
    assert wanted(style) == [1, 3 + 12, 29 + 1, 32, 33, 35 + 10]
    assert CLASSES.count == 57


def test_no_wish_is_a_class_of_its_own() -> None:
    assert wanted(Style()) == NOTHING


def test_what_is_unknown_is_no_wish() -> None:
    assert wanted(Style(mapper_id=8, descriptors=("jazz",), beatmap_id=13)) == NOTHING


def test_known_descriptors_count_beside_unknown_ones() -> None:
    assert CLASSES.descriptors(("jazz", "clean")) == [33]


@pytest.mark.parametrize("stars", [math.nan, math.inf, -math.inf])
def test_no_number_is_no_wish(stars: float) -> None:
    assert wanted(Style(difficulty=stars, circle_size=stars)) == NOTHING


@pytest.mark.parametrize(("stars", "index"), [(-3.0, 0), (11.99, 23), (12.0, 24), (99.0, 24)])
def test_ratings_beyond_the_scale_are_its_ends(stars: float, index: int) -> None:
    assert CLASSES.difficulty(stars) == 3 + index


def test_a_range_that_was_not_trained_is_left_out() -> None:
    bare = StyleClasses(ClassTables(beatmap_idx={}, num_classes=0, num_diff_classes=4, max_difficulty=10))
    assert wanted(Style(difficulty=10, mapper_id=7, circle_size=4, descriptors=("tech",)), bare) == [2]


def test_the_opposite_is_nobodys_map_of_the_same_difficulty() -> None:
    style = Style(difficulty=6, mapper_id=9, circle_size=5, descriptors=("tech",), beatmap_id=12)
    assert style.opposite(("clean",)) == Style(difficulty=6, circle_size=5, descriptors=("clean",))


def test_the_person_hears_what_the_model_was_never_shown() -> None:
    style = Style(mapper_id=8, descriptors=("tech", "jazz"), beatmap_id=13)
    assert CLASSES.unknown(style) == ("descriptor 'jazz'", "mapper 8", "map 13")
    assert CLASSES.unknown(Style(mapper_id=7, descriptors=("tech",), beatmap_id=11)) == ()
