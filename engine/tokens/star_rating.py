"""How hard a map is, as the models were told: by rosu-pp, rounded to hundredths, as the map is (no mods).

A map may mean harm. rosu-pp finds most such maps suspicious by itself; what it lets pass, and what took it
gigabytes, are sliders with more to count than any map has. Those are not rated, nor is what crashes it.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Final

import rosu_pp_py as rosu

from engine.beatmap.document import Document
from engine.beatmap.objects import Mode, Slider
from engine.beatmap.slider import LEAST_TICK_RATE, MOST_TICK_RATE, velocity_px_per_ms

MOST_BYTES: Final = 16_000_000
"""Ranked marathons have 2 MB."""
MOST_PARTS: Final = 500_000
"""Ticks, repeats and droplets of a map. One costs rosu-pp 170 bytes; ranked marathons have some 50,000."""
MOST_POINT_PAIRS: Final = 200_000_000
"""A Bezier curve costs the square of its points: measured, this many take half a second."""
MOST_FAR_PATHS: Final = 256
"""Slower to draw than all the rest of a map. rosu-pp draws the same line for heads of sliders."""
MOST_OLD_OBJECTS: Final = 20_000
"""Up to format version 5 a stack of objects costs the square of their number."""
OLD_STACKING: Final = 5
LONGEST_PX: Final = 131_072.0
"""Of a slider, in the game too."""
DROPLET_MS: Final = 50.0
"""In osu!catch they rain at least this far apart."""
FAR: Final = re.compile(r"\d{5}")
"""A point more than 10,000 px away; or more decimals than an editor writes, which do no harm."""
DECIMALS: Final = 2
REFUSALS: Final = frozenset({"ParseError", "PanicException"})
"""rosu-pp's, by name: its type information lacks the one, and the other is made where Rust gives up, and is
no `Exception` though it concerns this one map alone.
"""


def star_rating(source: bytes | Path | Document) -> float | None:
    """None where there is nothing to rate, or no end to rating it. Raises OSError if a file cannot be read.

    A `Document` that is at hand already saves reading the map a second time.
    """
    data = _bytes(source)
    if len(data) > MOST_BYTES:
        return None
    document = source if isinstance(source, Document) else None
    try:
        return _stars(data, document)
    except BaseException as error:
        if type(error).__name__ in REFUSALS:
            return None
        raise


def _bytes(source: bytes | Path | Document) -> bytes:
    match source:
        case Path():
            return source.read_bytes()
        case Document():
            return source.to_bytes()
        case _:
            return source


def _stars(data: bytes, document: Document | None) -> float | None:
    read = rosu.Beatmap(bytes=data)
    if not read.n_objects or read.is_suspicious():
        return None
    if read.version <= OLD_STACKING and read.n_objects > MOST_OLD_OBJECTS:
        return None
    if read.n_sliders and _never_ends(document or Document.parse(data)):
        return None
    stars = rosu.Difficulty().calculate(read).stars
    return round(stars, DECIMALS) if math.isfinite(stars) else None


def _never_ends(document: Document) -> bool:
    beatmap = document.beatmap
    if beatmap.mode not in (Mode.OSU, Mode.CATCH):
        return False  # nothing of a slider's path is looked at there
    timing, difficulty = beatmap.timing, beatmap.difficulty
    ticks_per_beat = min(max(difficulty.slider_tick_rate, LEAST_TICK_RATE), MOST_TICK_RATE)
    parts, point_pairs, far_paths = 0.0, 0, 0
    for slider in beatmap.objects:
        if not isinstance(slider, Slider):
            continue
        beat_ms, velocity = timing.beat_length_at(slider.time_ms), timing.velocity_at(slider.time_ms)
        px_per_ms = velocity_px_per_ms(difficulty.slider_multiplier, velocity, beat_ms)
        length_px = LONGEST_PX if slider.length_px is None else min(slider.length_px, LONGEST_PX)
        span_ms = length_px / px_per_ms
        span_parts = 1 + span_ms / beat_ms * ticks_per_beat
        if beatmap.mode == Mode.CATCH:
            span_parts += span_ms / DROPLET_MS
        parts += slider.span_count * span_parts
        point_pairs += slider.path_text.count("|") ** 2
        far_paths += FAR.search(slider.path_text) is not None
    return parts > MOST_PARTS or point_pairs > MOST_POINT_PAIRS or far_paths > MOST_FAR_PATHS
