"""A stand-in for what writes sections: random objects and green lines, valid and of no sense."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.beatmap.objects import Mode

if TYPE_CHECKING:
    from random import Random

    from engine.beatmap.beatmap import Beatmap


@dataclass(frozen=True, slots=True)
class Sampled:
    objects: list[str]
    controls: list[str]


def sampled(beatmap: Beatmap, random: Random, start_ms: float, end_ms: float) -> Sampled:
    """Lines in the time of the file, all within the range, in no order."""
    times = _times(beatmap, random, start_ms, end_ms, most=24)
    objects = [_object(beatmap, random, time, end_ms) for time in times]
    controls = [_green(random, time) for time in _times(beatmap, random, start_ms, end_ms, most=8)]
    random.shuffle(objects)
    return Sampled(objects, controls)


def _times(beatmap: Beatmap, random: Random, start_ms: float, end_ms: float, most: int) -> list[str]:
    at_ms = [random.uniform(start_ms, end_ms) for _ in range(random.randint(0, most))]
    whole = {float(round(time_ms)) for time_ms in at_ms} | ({start_ms} if random.random() < 0.5 else set())
    written = sorted(time_ms - beatmap.offset_ms for time_ms in whole)
    inside = [time_ms for time_ms in written if start_ms <= time_ms + beatmap.offset_ms < end_ms]
    return [repr(time_ms).removesuffix(".0") for time_ms in inside]


def _green(random: Random, time: str) -> str:
    beat = random.choice(["-100", "-50", "-133.333333333333", "-1000", "nan"])
    sound = f"{random.randint(0, 3)},{random.randint(0, 5)},{random.randint(5, 100)}"
    return f"{time},{beat},4,{sound},0,{random.randint(0, 1)}"


def _object(beatmap: Beatmap, random: Random, time: str, end_ms: float) -> str:
    bits = 4 * (random.random() < 0.3)
    sound = random.choice([0, 2, 4, 8, 10])
    until = round(min(float(time) + random.uniform(0, 900), end_ms + 200))
    if beatmap.mode is Mode.MANIA:
        keys = max(1, round(beatmap.difficulty.circle_size))
        x = int((random.randrange(keys) + 0.5) * 512 / keys)
        if random.random() < 0.3:
            return f"{x},192,{time},{128 | bits},{sound},{until}:0:0:0:0:"
        return f"{x},192,{time},{1 | bits},{sound},0:0:0:0:"
    x, y = random.randint(0, 512), random.randint(0, 384)
    kind = random.random()
    if kind < 0.4:
        to = f"{random.randint(0, 512)}:{random.randint(0, 384)}"
        path = random.choice([f"L|{to}", f"B|{to}|200:100", f"P|{to}|99:101"])
        return f"{x},{y},{time},{2 | bits},{sound},{path},{random.randint(1, 3)},{random.randint(20, 300)}"
    if kind < 0.45:
        return f"256,192,{time},{8 | bits},{sound},{until},0:0:0:0:"
    return f"{x},{y},{time},{1 | bits},{sound},0:0:0:0:"
