"""The reference's own runs of its diffusion model on parsed maps: inputs, every draw of noise, outputs."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from engine.beatmap.objects import SampleSet
from engine.beatmap.timing import Timing, TimingPoint
from engine.diffusion.load import Diffusion, load_diffusion
from engine.diffusion.sample import Settings, place
from engine.diffusion.sequence import PointSequence, points_of
from engine.tokens.events import Event, EventType
from tests.shared_data import shared

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

KINDS = tuple(EventType)
RUNS = ("short", "windowed", "cfg2_section", "padded", "noop_short_sequence")


def checkpoint() -> Path:
    return shared("golden", "checkpoints", "osu_diffusion_tiny")


@cache
def diffusion() -> Diffusion:
    torch.set_num_threads(1)
    return load_diffusion(checkpoint())


def arrays(name: str) -> dict[str, Tensor]:
    with np.load(checkpoint() / "golden" / f"{name}.npz") as file:
        return {key: torch.from_numpy(file[key]) for key in file.files}


def red_line(time_ms: float, beat_ms: float, meter: int) -> TimingPoint:
    return TimingPoint(0, time_ms, beat_ms, meter, SampleSet.SOFT, 0, 100, True, False, False)


@dataclass(frozen=True, slots=True)
class Run:
    facts: dict[str, Any]
    arrays: dict[str, Tensor]

    @property
    def events(self) -> list[Event]:
        columns = (self.arrays[f"in_{name}"].tolist() for name in ("type", "value", "time"))
        return [Event(KINDS[kind], value, time) for kind, value, time in zip(*columns, strict=True)]

    @property
    def placed(self) -> list[tuple[int, int]]:
        return list(zip(self.arrays["out_type"].tolist(), self.arrays["out_value"].tolist(), strict=True))

    @property
    def points(self) -> PointSequence:
        return points_of(
            self.events,
            types_first=True,
            timing=Timing(tuple(red_line(*line) for line in self.facts["timing"])),
            slider_multiplier=self.facts["slider_multiplier"],
        )

    @property
    def styles(self) -> tuple[Tensor, Tensor]:
        return self.arrays["class_vector"], self.arrays["uncond_class_vector"]

    @property
    def settings(self) -> Settings:
        return Settings(
            counts=tuple(self.facts["timesteps"]),
            most_points=self.facts["max_seq_len"],
            overlap=self.facts["overlap_buffer"],
            reach=self.facts["seq_len"],
            guidance=self.facts["cfg_scale"],
        )

    @property
    def span_ms(self) -> tuple[float, float]:
        overrides = self.facts["overrides"]
        return overrides.get("start_time", -math.inf), overrides.get("end_time", math.inf)


class Replayed:
    """The draws of a run in the order of its calls. The reference drew for two samples and used the first."""

    def __init__(self, run: Run) -> None:
        shapes = [tuple(shape) for shape in run.arrays["noise_shapes"].tolist()]
        draws = torch.split(run.arrays["noise"], [math.prod(shape) for shape in shapes])
        self._draws = [draw.view(shape)[0] for draw, shape in zip(draws, shapes, strict=True)]
        self.left = len(shapes)

    def __call__(self, shape: tuple[int, int]) -> Tensor:
        drawn: Tensor = self._draws[-self.left]
        self.left -= 1
        assert drawn.shape == shape
        return drawn


def golden_run(name: str) -> Run:
    facts = json.loads((checkpoint() / "golden" / f"pipeline_{name}.json").read_text())
    return Run(facts, arrays(f"pipeline_{name}"))


def positions(run: Run, noise: Replayed, settings: Settings | None = None) -> Tensor:
    """[2, N], where the run's points end."""
    job = place(
        diffusion().model, run.points, run.styles, noise, settings or run.settings, span_ms=run.span_ms
    )
    while True:
        try:
            next(job)
        except StopIteration as done:
            placed: Tensor = done.value
            return placed
