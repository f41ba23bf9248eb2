"""The job that places a map: its windows, its span, its progress."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
import torch

from engine.diffusion.sample import Denoiser, Progress, Settings, band, normal_noise, place, windows
from engine.diffusion.schedule import Schedule
from tests.diffusion.builders import SPEC, small_model, some_points
from tests.diffusion.golden import Replayed, close, golden_run, positions, within

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.sequence import PointSequence

QUICK = Settings(counts=(3, 0, 0, 0, 0, 0, 0, 0, 0, 0), most_points=16, overlap=4)
STYLES = (torch.eye(SPEC.classes)[0], torch.eye(SPEC.classes)[1])


def placed(
    points: PointSequence,
    *,
    seed: int = 1,
    settings: Settings = QUICK,
    span_ms: tuple[float, float] = (-math.inf, math.inf),
) -> tuple[list[Progress], Tensor]:
    job = place(small_model(), points, STYLES, normal_noise(seed), settings, within(points, span_ms))
    seen: list[Progress] = []
    while True:
        try:
            seen.append(next(job))
        except StopIteration as done:
            positions: Tensor = done.value
            return seen, positions


@pytest.mark.parametrize(
    ("points", "cuts"),
    [
        (0, [(0, 0)]),
        (1, [(0, 1)]),
        (8, [(0, 8)]),
        (16, [(0, 16)]),
        (17, [(0, 16), (8, 17)]),
        (24, [(0, 16), (8, 24)]),
        (25, [(0, 16), (8, 24), (16, 25)]),
    ],
)
def test_windows_overlap_and_reach_the_end(points: int, cuts: list[tuple[int, int]]) -> None:
    assert list(windows(points, 16, 4)) == cuts


def test_windows_that_only_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="make the overlap less than half"):
        Settings(most_points=16, overlap=8)


def test_the_same_seed_gives_the_same_map_and_another_another() -> None:
    points = some_points(20)
    first, again, other = (placed(points, seed=seed)[1] for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.allclose(first, other)


def test_every_step_of_every_window_is_told() -> None:
    seen, _ = placed(some_points(20))
    assert seen == [Progress(step, 6) for step in range(1, 7)]


def test_a_job_that_is_closed_stops() -> None:
    job = place(small_model(), some_points(20), STYLES, normal_noise(1), QUICK)
    next(job)
    job.close()
    with pytest.raises(StopIteration):
        next(job)


def test_only_what_lies_in_the_span_moves() -> None:
    points = some_points(40)
    _, positions = placed(points, span_ms=(1000, 1500))
    moved = (positions != points.positions).any(dim=0)
    assert moved.nonzero().flatten().tolist() == [10, 11, 12, 13, 14, 15]


def test_what_may_not_move_is_as_noisy_as_all_else_on_the_way() -> None:
    points, schedule = some_points(40), Schedule.cosine().respaced((20, *(0,) * 9))
    moves = within(points, (1000, 1500))
    denoiser = Denoiser(
        small_model(), schedule, points, torch.stack(STYLES[:1]), moves, band(40, QUICK.reach)
    )
    off = [(x - points.positions)[:, ~moves] for x in denoiser.walk(points.positions, normal_noise(1))]
    assert all(step.std() > 0.01 for step in off[:-1])
    assert off[-1].abs().max() == 0


def test_an_empty_span_asks_nothing() -> None:
    points = some_points(40)
    seen, positions = placed(points, span_ms=(1001, 1002))
    assert seen == []
    assert torch.equal(positions, points.positions)


def test_a_map_without_points_is_done_at_once() -> None:
    points = some_points(0)
    seen, positions = placed(points)
    assert seen == []
    assert positions.shape == (2, 0)


def test_what_two_windows_share_is_left_by_the_second() -> None:
    """Its first points have been placed with what precedes them in sight."""
    alone = placed(some_points(16))[1]
    both = placed(some_points(17))[1]
    assert torch.equal(both[:, :12], alone[:, :12])


def test_positions_stay_near_the_playfield() -> None:
    assert placed(some_points(30))[1].abs().max() <= 2.0


def test_guidance_of_1_is_the_wanted_style_alone() -> None:
    points = some_points(12)
    one = placed(points)[1]
    nearly = placed(points, settings=Settings(QUICK.counts, 16, 4, guidance=1 + 1e-6))[1]
    torch.testing.assert_close(one, nearly, rtol=0, atol=1e-4)
    beyond = placed(points, settings=Settings(QUICK.counts, 16, 4, guidance=3.0))[1]
    assert not torch.allclose(one, beyond, atol=1e-3)


def test_one_step_is_a_schedule_too() -> None:
    seen, positions = placed(some_points(5), settings=Settings((1, 0), 16, 4))
    assert seen == [Progress(1, 1)]
    assert positions.isfinite().all()


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((0, 0), "walks no step"),
        ((), "walks no step"),
        ((600, 600), "cannot take 600 steps"),
        ((-1,), "-1 steps"),
    ],
)
def test_impossible_steps_are_refused(counts: tuple[int, ...], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        placed(some_points(3), settings=Settings(counts, 16, 4))


def test_what_is_outside_the_span_stays() -> None:
    run = golden_run("cfg2_section")
    points = run.points
    placed = positions(run, Replayed(run))
    start_ms, end_ms = run.span_ms
    ends = torch.zeros(len(points), dtype=torch.bool)
    ends[[slider.end for slider in points.sliders]] = True
    stays = ((points.times_ms < start_ms) | (points.times_ms > end_ms)) & ~ends
    assert stays.any()
    close(placed[:, stays], points.positions[:, stays])
    assert not torch.allclose(placed[:, ~stays & ~ends], points.positions[:, ~stays & ~ends], atol=0.1)
