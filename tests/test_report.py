"""The benchmarks' common part: a floor that cannot be missed would be no floor."""

from __future__ import annotations

import json

import pytest

from bench.report import Figure, Measured, as_json, figures_table, percentile


def test_a_slow_figure_misses_its_floor() -> None:
    assert Figure("latency", 151, "ms", goal=100, floor=150).missed


def test_a_figure_at_its_floor_is_accepted() -> None:
    assert not Figure("latency", 150, "ms", floor=150).missed


def test_more_can_be_better() -> None:
    assert Figure("speed", 39, "x", floor=40, more_is_better=True).missed
    assert Figure("speed", 100, "x", goal=100, more_is_better=True).reached_goal


def test_the_95th_percentile_of_a_hundred_is_the_95th() -> None:
    assert percentile(range(1, 101), 95) == 95


@pytest.mark.parametrize("percent", [0, 50, 100])
def test_a_percentile_of_one_value_is_that_value(percent: float) -> None:
    assert percentile([7.0], percent) == 7.0


def test_the_table_says_what_was_missed() -> None:
    assert "MISSED" in figures_table([Figure("latency", 151, "ms", floor=150)])


def test_the_json_carries_value_unit_goal_and_floor() -> None:
    figure = Figure("latency", 90, "ms", goal=100, floor=150)
    assert json.loads(as_json("x", Measured((figure,))))["figures"]["latency"] == {
        "value": 90,
        "unit": "ms",
        "goal": 100,
        "floor": 150,
    }
