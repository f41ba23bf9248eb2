"""How fast it goes, and how long it will take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.writing.pacing import Meter, Seldom

if TYPE_CHECKING:
    from collections.abc import Generator


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_a_steady_pace_is_told_and_what_is_left_of_it() -> None:
    clock = Clock()
    meter = Meter(clock)
    for second in range(11):
        clock.now_s = 100.0 + second
        pace = meter.writing(second, 40, "writing map", ids=second * 50)
    assert pace.ids_per_s == pytest.approx(50)
    assert pace.left_s == pytest.approx(30)
    assert (pace.done, pace.total, pace.ids) == (10, 40, 500)


def test_a_pace_is_not_told_before_it_means_anything() -> None:
    clock = Clock()
    meter = Meter(clock)
    assert meter.writing(0, 40, "writing map", ids=0).left_s is None
    clock.now_s += 0.1
    early = meter.writing(1, 40, "writing map", ids=40)
    assert (early.ids_per_s, early.left_s) == (0, None)


def test_it_follows_when_it_becomes_slower() -> None:
    clock = Clock()
    meter = Meter(clock)
    ids = 0
    for second in range(40):
        clock.now_s = 100.0 + second
        ids += 100 if second < 10 else 10
        pace = meter.writing(second, 40, "writing map", ids=ids)
        if second == 11:
            assert 10 < pace.ids_per_s < 100
    assert pace.ids_per_s == pytest.approx(10, rel=0.05)


def test_it_never_goes_back_but_for_another_task() -> None:
    meter = Meter(Clock())
    assert meter.writing(3.5, 10, "writing map", ids=0).done == 3.5
    assert meter.writing(3, 10, "writing map", ids=0).done == 3.5
    assert meter.writing(1, 20, "writing map", ids=0).done == 1


def test_what_is_waited_for_is_answered() -> None:
    def steps() -> Generator[None, None, str]:
        yield None
        yield None
        return "done"

    waiting = Meter(Clock()).until(steps(), 10, "judging")
    assert [next(waiting).doing for _ in range(2)] == ["judging", "judging"]
    with pytest.raises(StopIteration) as end:
        next(waiting)
    assert end.value.value == "done"


def test_each_candidate_is_shown_seldom_and_the_first_time_at_once() -> None:
    clock = Clock()
    shown = Seldom(0.5, clock)
    assert [shown.is_time(0), shown.is_time(1), shown.is_time(0)] == [True, True, False]
    clock.now_s += 0.5
    assert shown.is_time(0)
