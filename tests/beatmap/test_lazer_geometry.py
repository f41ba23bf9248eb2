"""Every object that the game made of its own test maps, found again where and when the game put it.

The game's answers are those of stable: whole milliseconds, a slider's end at the moment it is judged, and
positions with the stack's offset.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from engine.beatmap.document import Document
from engine.beatmap.objects import Slider, Spinner
from engine.beatmap.slider import NestedKind, SliderShape
from engine.beatmap.stacking import stack_offset_px
from tests.shared_data import SHARED, shared

if TYPE_CHECKING:
    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.objects import HitObject

pytestmark = pytest.mark.corpus

OSU_PAIRS = sorted(path.stem for path in SHARED.glob("lazer/osu/*.osu")) or ["1341554"]
CATCH_PAIRS = sorted(path.stem for path in SHARED.glob("lazer/catch/*.osu")) or ["103019"]
CLOSE_PX = 0.5
CLOSE_MS = 1.0


@dataclass(frozen=True)
class Part:
    time_ms: float
    x: float
    y: float


def pair(mode: str, name: str) -> tuple[Beatmap, list[dict[str, Any]]]:
    answers = json.loads(shared("lazer", mode, f"{name}.json").read_text())
    return Document.parse(shared("lazer", mode, f"{name}.osu").read_bytes()).beatmap, answers["Mappings"]


def parts(beatmap: Beatmap, obj: HitObject, stack_height: int) -> list[Part]:
    """Of one object, in the order and with the times in which the game lists them."""
    offset_px = stack_offset_px(stack_height, beatmap.difficulty.circle_size)
    if isinstance(obj, Spinner):
        return [Part(obj.time_ms, 256, 192)]
    if not isinstance(obj, Slider):
        return [Part(obj.time_ms, obj.x + offset_px, obj.y + offset_px)]
    shape = beatmap.slider(obj)
    return [
        Part(
            shape.judged_end_ms if nested.kind is NestedKind.TAIL else nested.time_ms,
            nested.x + offset_px,
            nested.y + offset_px,
        )
        for nested in shape.nested
    ]


@pytest.mark.parametrize("name", OSU_PAIRS)
def test_every_part_of_every_object_is_where_and_when_the_game_has_it(name: str) -> None:
    beatmap, answers = pair("osu", name)
    assert len(answers) == len(beatmap.objects)
    for obj, height, answer in zip(beatmap.objects, beatmap.stack_heights, answers, strict=True):
        ours = parts(beatmap, obj, height)
        theirs = answer["Objects"]
        assert len(ours) == len(theirs), f"object at {obj.time_ms} ms"
        for part, expected in zip(ours, theirs, strict=True):
            # The game was run without the 24 ms by which it moves the oldest files.
            assert part.time_ms - beatmap.offset_ms == pytest.approx(expected["StartTime"], abs=CLOSE_MS)
            assert part.x == pytest.approx(expected["X"], abs=CLOSE_PX)
            assert part.y == pytest.approx(expected["Y"], abs=CLOSE_PX)


def test_the_pairs_hold_a_stack() -> None:
    beatmap, _ = pair("osu", "nan-slider")
    assert beatmap.stack_heights == (4, 3, 2, 1, 0)


def tiny_droplets(shape: SliderShape) -> int:
    """How many the game puts between the parts of a slider: a gap of more than 80 ms is halved until no
    step is longer than 100 ms; the judged end counts as a part here.
    """
    times_ms = sorted([int(nested.time_ms) for nested in shape.nested] + [int(shape.judged_end_ms)])
    count = 0
    for before_ms, after_ms in pairwise(times_ms):
        steps = 1
        while (after_ms - before_ms) / steps > 100:
            steps *= 2
        count += steps - 1 if after_ms - before_ms > 80 else 0
    return count


@pytest.mark.parametrize("name", CATCH_PAIRS)
def test_every_fruit_and_droplet_of_a_catch_slider_is_a_part_of_ours(name: str) -> None:
    beatmap, answers = pair("catch", name)
    by_time = {answer["StartTime"]: answer["Objects"] for answer in answers}
    for obj in beatmap.objects:
        if not isinstance(obj, Slider):
            continue
        shape = beatmap.slider(obj)
        theirs = by_time[obj.time_ms - beatmap.offset_ms]
        assert len(theirs) == len(shape.nested) + tiny_droplets(shape), f"slider at {obj.time_ms} ms"
        for nested in shape.nested:
            time_ms = nested.time_ms - beatmap.offset_ms
            assert any(abs(each["StartTime"] - time_ms) <= CLOSE_MS for each in theirs), f"{nested}"
