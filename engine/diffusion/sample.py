"""From positions the map was drafted with to those the model believes in: noise taken away step by step.

`place` is a job: it yields after each step, so that something more urgent can go first or it can be closed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import torch

from engine.diffusion.schedule import DEFAULT_COUNTS, Schedule
from engine.diffusion.sequence import PointSequence, from_pixels, to_pixels
from engine.diffusion.slider_ends import put_right

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from torch import Tensor

    from engine.diffusion.model import CoordinateDiT

    Noise = Callable[[tuple[int, int]], Tensor]
    """Draws [2, N] of normal noise."""

FARTHEST: Final = 2.0
"""Guesses are kept this near to the playfield, which is [-1, 1]."""
TRAINED_POINTS: Final = 128
"""The model was trained on stretches of so many points: none looks farther than that at another."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The defaults are those the published model is used with."""

    counts: tuple[int, ...] = DEFAULT_COUNTS
    """Steps walked in each equal section of the trained ones, quietest first."""
    most_points: int = 1024
    """Of one window; longer maps are done in several."""
    overlap: int = 128
    """Points at a window's start that stay as the one before left them; as many at its end are done again."""
    reach: int = TRAINED_POINTS
    guidance: float = 1.0
    """How far from the opposite style and towards the wanted one; 1: only the wanted one is asked."""

    def __post_init__(self) -> None:
        if self.most_points <= 2 * self.overlap or self.overlap < 0:
            raise ValueError(
                f"windows of {self.most_points} points cannot share {self.overlap} with both neighbours: "
                f"make the overlap less than half of the window"
            )


@dataclass(frozen=True, slots=True)
class Progress:
    step: int
    """Steps walked so far, in all windows."""
    of: int


@dataclass(frozen=True, slots=True)
class Denoiser:
    """A window of points and all that is known about it."""

    model: CoordinateDiT
    schedule: Schedule
    points: PointSequence
    styles: Tensor
    """[1 or 2, K]: the wanted style, and the one to steer away from."""
    moves: Tensor
    """[N], which points may be moved."""
    attends: Tensor
    """[N, N], which point (row) looks at which (column)."""
    guidance: float = 1.0

    def walk(self, start: Tensor, noise: Noise) -> Iterator[Tensor]:
        """[2, N] after each step, from the noisiest to the last, which is the answer."""
        kept = self.constrained(start, start)
        x = kept
        for index in reversed(range(len(self.schedule.timesteps))):
            x = self.step(x, index, kept, noise((2, x.shape[1])).to(x.device))
            yield x

    def step(self, x: Tensor, index: int, kept: Tensor, noise: Tensor) -> Tensor:
        """One step back: [2, N] as noisy as step `index` leaves it -> as noisy as the step before."""
        schedule = self.schedule
        guessed_noise, width = self._ask(x, schedule.timesteps[index])
        left = float(schedule.kept[index])
        clean = math.sqrt(1 / left) * x - math.sqrt(1 / left - 1) * guessed_noise
        clean = self.constrained(clean, kept).clamp(-FARTHEST, FARTHEST)
        mean = float(schedule.clean_weight[index]) * clean + float(schedule.noisy_weight[index]) * x
        if index == 0:
            return mean
        # The model says where between the smallest and the largest sensible variance this one lies.
        share = (width + 1) / 2
        most, least = math.log(schedule.betas[index]), float(schedule.least_log_variance[index])
        log_variance = share * most + (1 - share) * least
        return mean + torch.exp(0.5 * log_variance) * noise

    def _ask(self, x: Tensor, timestep: int) -> tuple[Tensor, Tensor]:
        """The noise in x and how wide the step back may be, [2, N] each."""
        asked = len(self.styles)
        with torch.inference_mode():
            answers: Tensor = self.model(
                x.expand(asked, -1, -1),
                torch.full((asked,), timestep, device=x.device),
                self.points.context.expand(asked, -1, -1),
                self.styles,
                self.attends,
            )
        guess, width = answers[0].chunk(2)
        if asked > 1:
            guess = guided(guess, answers[1, :2], self.guidance)
        return guess, width

    def constrained(self, x: Tensor, kept: Tensor) -> Tensor:
        """A guess of clean positions: what may not move stays put, slider ends are where they must be."""
        x = torch.where(self.moves, x, kept)
        if not self.points.sliders:
            return x
        pixels = to_pixels(x).cpu()
        put_right(pixels, self.points.sliders)
        return from_pixels(pixels).to(x.device)


def guided(wanted: Tensor, opposite: Tensor, guidance: float) -> Tensor:
    """Classifier-free guidance: from the opposite guess to the wanted one, and beyond it above 1."""
    return opposite + guidance * (wanted - opposite)


def band(points: int, reach: int) -> Tensor:
    """[N, N]: a point looks at the `reach` points before it and at the `reach` - 1 after it."""
    places = torch.arange(points)
    ahead = places[:, None] - places[None, :]  # row minus column
    return (ahead >= -reach) & (ahead < reach)


def windows(points: int, most: int, overlap: int) -> Iterator[tuple[int, int]]:
    """[start, stop) of each window. A map of a few points is one window, too."""
    for start in range(0, max(1, points - 2 * overlap), most - 2 * overlap):
        yield start, min(start + most, points)


def place(
    model: CoordinateDiT,
    points: PointSequence,
    styles: tuple[Tensor, Tensor],
    noise: Noise,
    settings: Settings | None = None,
    moves: Tensor | None = None,
) -> Generator[Progress, None, Tensor]:
    """Moves all points, or those that `moves` says, [N]; returns all positions, [2, N] in [-1, 1].

    What may not move is put back into each guess, so that each step leaves it as noisy as all else. `styles`
    are the wanted one and its opposite, [K] each; the latter is asked only where guidance is not 1.
    """
    settings = settings or Settings()
    schedule = Schedule.cosine().respaced(settings.counts)
    device = next(model.parameters()).device
    asked = torch.stack(styles if settings.guidance != 1 else styles[:1]).to(device)
    drafted = points.positions.to(device)
    may_move = (torch.ones(len(points), dtype=torch.bool) if moves is None else moves).to(device)
    placed = drafted.clone()
    cuts = [cut for cut in windows(len(points), settings.most_points, settings.overlap) if cut[1]]
    walked = 0
    for start, stop in cuts:
        moving = may_move[start:stop].clone()
        if start:
            moving[: settings.overlap] = False
            # The window before saw these without what follows them: they start again from the draft.
            again = slice(start + settings.overlap, start + 2 * settings.overlap)
            placed[:, again] = drafted[:, again]
        if not moving.any():
            continue
        denoiser = Denoiser(
            model=model,
            schedule=schedule,
            points=_window(points, start, stop, device),
            styles=asked,
            moves=moving,
            attends=band(stop - start, settings.reach).to(device),
            guidance=settings.guidance,
        )
        for x in denoiser.walk(placed[:, start:stop], noise):
            latest = x
            walked += 1
            yield Progress(walked, len(cuts) * len(schedule.timesteps))
        placed[:, start:stop] = latest
    return placed.cpu()


def _window(points: PointSequence, start: int, stop: int, device: torch.device) -> PointSequence:
    return replace(
        points,
        positions=points.positions[:, start:stop],
        times_ms=points.times_ms[start:stop],
        context=points.context[:, start:stop].to(device),
        sliders=tuple(slider.moved(start) for slider in points.sliders if slider.within(start, stop)),
        point_of_event=(),
    )


def normal_noise(seed: int) -> Noise:
    """The same draws for the same seed on every device."""
    generator = torch.Generator().manual_seed(seed)
    return lambda shape: torch.randn(shape, generator=generator)
