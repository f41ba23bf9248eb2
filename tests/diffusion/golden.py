"""The reference's own runs of its diffusion model on parsed maps: inputs, every draw of noise, outputs.

Plain functions that assert, at the end; `tests/test_golden.py` asks them.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from torch.nn.functional import pad

from engine.beatmap.objects import SampleSet
from engine.beatmap.timing import Timing, TimingPoint
from engine.diffusion.classes import Style
from engine.diffusion.load import Diffusion, load_diffusion
from engine.diffusion.sample import Denoiser, Settings, band, guided, place
from engine.diffusion.schedule import Schedule
from engine.diffusion.sequence import PointSequence, points_of, with_positions
from engine.tokens.events import Event, EventType
from tests.shared_data import shared

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from torch import Tensor

KINDS = tuple(EventType)
TOLERANCE = 1e-4
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


def within(points: PointSequence, span_ms: tuple[float, float]) -> Tensor:
    """[N]: the reference moves the points whose time lies in the closed span."""
    return (points.times_ms >= span_ms[0]) & (points.times_ms <= span_ms[1])


def positions(run: Run, noise: Replayed, settings: Settings | None = None) -> Tensor:
    """[2, N], where the run's points end."""
    moves = within(run.points, run.span_ms)
    job = place(diffusion().model, run.points, run.styles, noise, settings or run.settings, moves)
    while True:
        try:
            next(job)
        except StopIteration as done:
            placed: Tensor = done.value
            return placed


def close(ours: torch.Tensor, theirs: torch.Tensor) -> None:
    torch.testing.assert_close(ours, theirs.to(ours.dtype), rtol=0, atol=TOLERANCE)


def told(run: Run, placed: torch.Tensor) -> list[tuple[int, int]]:
    return [(event.type, event.value) for event in with_positions(run.events, run.points, placed)]


# The model, one forward pass.


def assert_every_point_may_look_at_every_other() -> None:
    vector = arrays("forward")
    close(diffusion().model(vector["x"], vector["t"], vector["c"], vector["y"]), vector["out"])


def assert_points_look_no_farther_than_they_may() -> None:
    """Their padding mask (`out_mask_pad`) reaches no layer: both are one answer; ours has no such mask."""
    vector = arrays("forward")
    ours = diffusion().model(vector["x"], vector["t"], vector["c"], vector["y"], ~vector["attn_mask"])
    close(ours, vector["out_mask"])
    close(ours, vector["out_mask_pad"])


def assert_the_band_is_theirs() -> None:
    assert torch.equal(band(40, 12), ~arrays("forward")["attn_mask"])


def assert_guidance_leads_away_from_the_opposite() -> None:
    vector = arrays("forward")
    first = vector["x"][:1].expand(2, -1, -1)
    answers = diffusion().model(first, vector["t"], vector["c"], vector["y"], ~vector["attn_mask"])
    for guidance, theirs in ((1.0, "out_cfg1"), (2.0, "out_cfg2")):
        close(guided(answers[0, :2], answers[1, :2], guidance), vector[theirs][0, :2])
        close(answers[:, 2:], vector[theirs][:, 2:])


# The schedule.


def assert_the_schedule_is_theirs() -> None:
    for name, counts in (("t100", (100, *(0,) * 9)), ("t10_of_100", (10, *(0,) * 99))):
        vector = arrays(f"schedule_{name}")
        ours = Schedule.cosine().respaced(counts)
        assert list(ours.timesteps) == vector["timestep_map"].tolist()
        for values, theirs in (
            (ours.betas, "betas"),
            (ours.kept, "alphas_cumprod"),
            (ours.variance, "posterior_variance"),
            (ours.clean_weight, "posterior_mean_coef1"),
            (ours.noisy_weight, "posterior_mean_coef2"),
        ):
            torch.testing.assert_close(torch.from_numpy(values), vector[theirs], rtol=1e-12, atol=0)


# A map's points.


def assert_events_become_the_same_points(name: str) -> None:
    run = golden_run(name)
    close(run.points.positions, run.arrays["seq_x"])
    close(run.points.times_ms, run.arrays["seq_o"])
    close(run.points.context, run.arrays["seq_c"])
    assert run.points.point_of_event == tuple(run.arrays["seq_indices"].tolist())


def assert_sliders_are_the_same(name: str) -> None:
    run = golden_run(name)
    kinds = {"B": "Bezier", "P": "PerfectCurve", "C": "Catmull"}
    ours = [(list(slider.anchors), slider.end, kinds[slider.kind.value]) for slider in run.points.sliders]
    theirs = run.facts["sliders"]
    assert ours == [(each["seq_indices"], each["end_index"], each["curve_type"]) for each in theirs]
    lengths_px = [slider.length_px for slider in run.points.sliders]
    assert lengths_px == pytest.approx([each["length"] for each in theirs], rel=1e-12)


# Styles.


def assert_classes_are_theirs() -> None:
    classes = diffusion().classes
    theirs = json.loads((checkpoint() / "golden" / "tokens.json").read_text())
    assert [[stars, classes.difficulty(stars)] for stars, _ in theirs["diff"]] == theirs["diff"]
    assert [[size, classes.circle_size(size)] for size, _ in theirs["cs"]] == theirs["cs"]
    assert [[mapper, classes.mapper(mapper)] for mapper, _ in theirs["mapper"]] == theirs["mapper"]
    assert classes.difficulty(None) == theirs["diff_unk"]
    assert classes.mapper(None) == theirs["mapper_unk"]
    assert classes.descriptors(()) == [theirs["descriptor_unk"]]
    assert classes.circle_size(None) == theirs["cs_unk"]
    assert classes.count == theirs["num_tokens"]


def wished(run: Run) -> Style:
    facts = run.facts
    return Style(
        difficulty=facts["difficulty"],
        mapper_id=facts["mapper_id"],
        circle_size=facts["circle_size"],
        descriptors=tuple(facts["descriptors"]),
    )


def assert_a_style_is_theirs_but_for_the_mapper(name: str) -> None:
    """They look a mapper up among the maps, where that number is hardly ever found."""
    run = golden_run(name)
    classes = diffusion().classes
    style = wished(run)
    assert torch.equal(classes.vector(replace(style, mapper_id=None)), run.arrays["class_vector"])
    ours = classes.vector(style)
    changed = (ours != run.arrays["class_vector"]).nonzero().flatten().tolist()
    assert changed == sorted([classes.mapper(style.mapper_id), classes.mapper(None)])


def assert_the_opposite_style_is_theirs(name: str) -> None:
    run = golden_run(name)
    opposite = wished(run).opposite(tuple(run.facts["negative_descriptors"]))
    assert torch.equal(diffusion().classes.vector(opposite), run.arrays["uncond_class_vector"])


# Whole runs.


def assert_the_same_noise_leads_to_the_same_map(name: str) -> None:
    """The other two runs do what ours never does: they are asked in their own way below."""
    if name in ("padded", "noop_short_sequence"):
        return
    run = golden_run(name)
    noise = Replayed(run)
    assert told(run, positions(run, noise)) == run.placed
    assert noise.left == 0


def assert_padding_that_is_looked_at_leads_to_their_map() -> None:
    """They fill a window up with points at the centre, which everything looks at. The same arithmetic, given
    the same window, gives the same map; `place` never pads.
    """
    run = golden_run("padded")
    points, filled = run.points, run.facts["max_seq_len"]
    more = filled - len(points)
    denoiser = Denoiser(
        model=diffusion().model,
        schedule=Schedule.cosine().respaced(run.facts["timesteps"]),
        points=replace(points, context=pad(points.context, (0, more))),
        styles=torch.stack(run.styles[:1]),
        moves=torch.ones(filled, dtype=torch.bool),
        attends=pad(band(len(points), run.facts["seq_len"]), (0, more, 0, more), value=True),
    )
    *_, last = denoiser.walk(pad(points.positions, (0, more)), Replayed(run))
    assert told(run, last[:, : len(points)]) == run.placed


def assert_a_short_map_is_placed_as_well() -> None:
    """They leave maps of up to twice the overlap as they are. `short` is the same map with no overlap asked:
    that is what ours makes of it.
    """
    left_alone, run = golden_run("noop_short_sequence"), golden_run("short")
    assert len(left_alone.points) <= 2 * left_alone.settings.overlap
    as_drafted = with_positions(left_alone.events, left_alone.points, left_alone.arrays["seq_x"])
    assert [(event.type, event.value) for event in as_drafted] == left_alone.placed
    ours = positions(left_alone, Replayed(run), left_alone.settings)
    assert told(left_alone, ours) == run.placed


OF_THE_MODEL: tuple[Callable[[], None], ...] = (
    assert_every_point_may_look_at_every_other,
    assert_points_look_no_farther_than_they_may,
    assert_the_band_is_theirs,
    assert_guidance_leads_away_from_the_opposite,
    assert_the_schedule_is_theirs,
    assert_classes_are_theirs,
    assert_padding_that_is_looked_at_leads_to_their_map,
    assert_a_short_map_is_placed_as_well,
)
OF_A_RUN: tuple[Callable[[str], None], ...] = (
    assert_events_become_the_same_points,
    assert_sliders_are_the_same,
    assert_a_style_is_theirs_but_for_the_mapper,
    assert_the_opposite_style_is_theirs,
    assert_the_same_noise_leads_to_the_same_map,
)
