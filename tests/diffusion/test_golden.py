"""Our diffusion against the reference's answers, draw for draw of noise."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import torch
from torch.nn.functional import pad

from engine.diffusion.classes import Style
from engine.diffusion.sample import Denoiser, band, guided
from engine.diffusion.schedule import Schedule
from engine.diffusion.sequence import with_positions
from tests.diffusion.golden import (
    RUNS,
    Replayed,
    Run,
    arrays,
    checkpoint,
    diffusion,
    golden_run,
    positions,
)

TOLERANCE = 1e-4


def close(ours: torch.Tensor, theirs: torch.Tensor) -> None:
    torch.testing.assert_close(ours, theirs.to(ours.dtype), rtol=0, atol=TOLERANCE)


def told(run: Run, placed: torch.Tensor) -> list[tuple[int, int]]:
    return [(event.type, event.value) for event in with_positions(run.events, run.points, placed)]


# The model, one forward pass.


def test_every_point_may_look_at_every_other() -> None:
    vector = arrays("forward")
    close(diffusion().model(vector["x"], vector["t"], vector["c"], vector["y"]), vector["out"])


@pytest.mark.parametrize("theirs", ["out_mask", "out_mask_pad"])
def test_points_look_no_farther_than_they_may(theirs: str) -> None:
    """Their padding mask (`out_mask_pad`) reaches no layer: both are one answer; ours has no such mask."""
    vector = arrays("forward")
    ours = diffusion().model(vector["x"], vector["t"], vector["c"], vector["y"], ~vector["attn_mask"])
    close(ours, vector[theirs])


def test_the_band_is_theirs() -> None:
    assert torch.equal(band(40, 12), ~arrays("forward")["attn_mask"])


@pytest.mark.parametrize(("guidance", "theirs"), [(1.0, "out_cfg1"), (2.0, "out_cfg2")])
def test_guidance_leads_away_from_the_opposite(guidance: float, theirs: str) -> None:
    vector = arrays("forward")
    first = vector["x"][:1].expand(2, -1, -1)
    answers = diffusion().model(first, vector["t"], vector["c"], vector["y"], ~vector["attn_mask"])
    close(guided(answers[0, :2], answers[1, :2], guidance), vector[theirs][0, :2])
    close(answers[:, 2:], vector[theirs][:, 2:])


# The schedule.


@pytest.mark.parametrize(
    ("name", "counts"),
    [("t100", (100, *(0,) * 9)), ("t10_of_100", (10, *(0,) * 99))],
)
def test_the_schedule_is_theirs(name: str, counts: tuple[int, ...]) -> None:
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


@pytest.mark.parametrize("name", RUNS)
def test_events_become_the_same_points(name: str) -> None:
    run = golden_run(name)
    close(run.points.positions, run.arrays["seq_x"])
    close(run.points.times_ms, run.arrays["seq_o"])
    close(run.points.context, run.arrays["seq_c"])
    assert run.points.point_of_event == tuple(run.arrays["seq_indices"].tolist())


@pytest.mark.parametrize("name", RUNS)
def test_sliders_are_the_same(name: str) -> None:
    run = golden_run(name)
    kinds = {"B": "Bezier", "P": "PerfectCurve", "C": "Catmull"}
    ours = [(list(slider.anchors), slider.end, kinds[slider.kind.value]) for slider in run.points.sliders]
    theirs = run.facts["sliders"]
    assert ours == [(each["seq_indices"], each["end_index"], each["curve_type"]) for each in theirs]
    lengths_px = [slider.length_px for slider in run.points.sliders]
    assert lengths_px == pytest.approx([each["length"] for each in theirs], rel=1e-12)


# Styles.


def test_classes_are_theirs() -> None:
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


@pytest.mark.parametrize("name", RUNS)
def test_a_style_is_theirs_but_for_the_mapper(name: str) -> None:
    """They look a mapper up among the maps, where that number is hardly ever found."""
    run = golden_run(name)
    classes = diffusion().classes
    style = wished(run)
    assert torch.equal(classes.vector(replace(style, mapper_id=None)), run.arrays["class_vector"])
    ours = classes.vector(style)
    changed = (ours != run.arrays["class_vector"]).nonzero().flatten().tolist()
    assert changed == sorted([classes.mapper(style.mapper_id), classes.mapper(None)])


@pytest.mark.parametrize("name", RUNS)
def test_the_opposite_style_is_theirs(name: str) -> None:
    run = golden_run(name)
    opposite = wished(run).opposite(tuple(run.facts["negative_descriptors"]))
    assert torch.equal(diffusion().classes.vector(opposite), run.arrays["uncond_class_vector"])


# Whole runs.


@pytest.mark.parametrize("name", ["short", "windowed", "cfg2_section"])
def test_the_same_noise_leads_to_the_same_map(name: str) -> None:
    run = golden_run(name)
    noise = Replayed(run)
    assert told(run, positions(run, noise)) == run.placed
    assert noise.left == 0


def test_padding_that_is_looked_at_leads_to_their_map() -> None:
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


def test_a_short_map_is_placed_as_well() -> None:
    """They leave maps of up to twice the overlap as they are. `short` is the same map with no overlap asked:
    that is what ours makes of it.
    """
    left_alone, run = golden_run("noop_short_sequence"), golden_run("short")
    assert len(left_alone.points) <= 2 * left_alone.settings.overlap
    as_drafted = with_positions(left_alone.events, left_alone.points, left_alone.arrays["seq_x"])
    assert [(event.type, event.value) for event in as_drafted] == left_alone.placed
    ours = positions(left_alone, Replayed(run), left_alone.settings)
    assert told(left_alone, ours) == run.placed


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
