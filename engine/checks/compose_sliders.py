"""Sliders whose path is not what it seems: no body to see, or anchors that no hand has placed."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from engine.beatmap.control_path import parse_path
from engine.beatmap.objects import Mode, Slider
from engine.checks.check import Category, Check, Finding, Severity, Song
from engine.checks.thresholds import (
    ABNORMAL_ANCHORS_FACTOR,
    BEYOND_PATH_PX,
    FAR_ANCHOR_PX,
    HIDDEN_PATH_PX,
    NEVER_LEAVES_HEAD_PX,
)
from engine.checks.wording import counted, pixels, strength

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.curve import Curve

LENGTH_FIELD = 7
MAYBE_FAR = re.compile(r"\d{4}")
"""A coordinate of four digits: only such a path is worth measuring."""


def find_invisible(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    for index, obj in enumerate(beatmap.objects):
        if not isinstance(obj, Slider):
            continue
        claim = _invisible_claim(beatmap, obj)
        if claim:
            variant, message = claim
            yield Finding(
                "invisible-sliders",
                variant,
                Severity.PROBLEM,
                message,
                time_ms=obj.time_ms,
                end_ms=beatmap.end_ms(obj),
                objects=(index,),
                strength=1.0,
            )


def _invisible_claim(beatmap: Beatmap, slider: Slider) -> tuple[str, str] | None:
    curve = beatmap.slider(slider).path.curve
    if "|" not in slider.path_text:
        return "no-anchors", "This slider has no anchor besides its head: there is no body to see."
    if slider.length_px is None and _length_text(beatmap, slider).startswith("-"):
        return (
            "negative-length",
            f"This slider's length is {_length_text(beatmap, slider)} px: osu! stable draws no body.",
        )
    if never_leaves_head(curve):
        return "never-leaves-head", "All of this slider's path lies on its head: it looks like a circle."
    return None


def never_leaves_head(curve: Curve) -> bool:
    return curve.reach_px < NEVER_LEAVES_HEAD_PX.value


def _length_text(beatmap: Beatmap, slider: Slider) -> str:
    """As the file has it: the parsed length is None for whatever is not positive."""
    fields = beatmap.document.lines[slider.line].split(b",")
    return fields[LENGTH_FIELD].decode("ascii", "replace").strip() if len(fields) > LENGTH_FIELD else ""


INVISIBLE_SLIDERS = Check(
    id="invisible-sliders",
    category=Category.COMPOSE,
    title="Invisible sliders",
    purpose="Finds sliders that show no body, because their path has no anchors, no length, or no extent.",
    reasoning=(
        "A slider without a body looks like a circle, or like nothing, and must still be held: players "
        "cannot know that before they have played the map. A storyboard that draws the path does not "
        "help, because players may turn it off. Most such sliders are accidents of a drag that was too "
        "short."
    ),
    severities=(Severity.PROBLEM,),
    find=find_invisible,
    modes=frozenset({Mode.OSU}),
)


def find_abnormal_paths(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    for index, obj in enumerate(beatmap.objects):
        if isinstance(obj, Slider):
            yield from _abnormal(beatmap, index, obj)
    if beatmap.sliders_drawn_coarsely:
        paths = counted(beatmap.sliders_drawn_coarsely, "slider path is", "slider paths are")
        yield Finding(
            "abnormal-slider-paths",
            "not-drawn",
            Severity.WARNING,
            f"{paths} too large to be drawn exactly: what is said here of their places may be wrong.",
            strength=1.0,
        )


def _abnormal(beatmap: Beatmap, index: int, slider: Slider) -> Iterator[Finding]:
    curve = beatmap.slider(slider).path.curve
    anchors = slider.path_text.count("|")
    most = ABNORMAL_ANCHORS_FACTOR.value * math.sqrt(max(1.0, curve.length_px))
    if anchors > most:
        message = (
            f"{anchors:,} anchors in a slider of {pixels(curve.length_px)}, expected at most {most:.0f}."
        )
        how = strength(anchors, harmless=most, worst=10 * most)
        yield _path_finding(index, slider, "many-anchors", message, how)
    if MAYBE_FAR.search(slider.path_text):
        far_px = _farthest_anchor_px(slider, beatmap.format_version)
        if far_px > FAR_ANCHOR_PX.value:
            message = f"An anchor of this slider lies {far_px:,.0f} px from its head, far outside the screen."
            how = strength(far_px, harmless=FAR_ANCHOR_PX.value, worst=10 * FAR_ANCHOR_PX.value)
            yield _path_finding(index, slider, "far-anchor", message, how)
    hidden_px = curve.natural_px - curve.length_px
    if hidden_px > HIDDEN_PATH_PX.value:
        message = (
            f"This slider ends after {pixels(curve.length_px)}, and its anchors go on for another "
            f"{pixels(hidden_px)} that nobody sees in play."
        )
        how = strength(hidden_px, harmless=HIDDEN_PATH_PX.value, worst=10 * HIDDEN_PATH_PX.value)
        yield _path_finding(index, slider, "hidden-path", message, how)
    elif -hidden_px > BEYOND_PATH_PX.value:
        message = f"This slider goes straight on for {pixels(-hidden_px)} past its last anchor."
        how = strength(-hidden_px, harmless=BEYOND_PATH_PX.value, worst=10 * BEYOND_PATH_PX.value)
        yield _path_finding(index, slider, "beyond-path", message, how)


def _farthest_anchor_px(slider: Slider, format_version: int) -> float:
    control = parse_path(slider.path_text, slider.x, slider.y, format_version)
    return max((abs(point) for segment in control.segments for point in segment.points), default=0.0)


SEVERITY = {
    "many-anchors": Severity.WARNING,
    "far-anchor": Severity.WARNING,
    "hidden-path": Severity.MINOR,
    "beyond-path": Severity.MINOR,
}


def _path_finding(index: int, slider: Slider, variant: str, message: str, how_far: float) -> Finding:
    return Finding(
        "abnormal-slider-paths",
        variant,
        SEVERITY[variant],
        message,
        time_ms=slider.time_ms,
        objects=(index,),
        strength=how_far,
    )


ABNORMAL_SLIDER_PATHS = Check(
    id="abnormal-slider-paths",
    category=Category.COMPOSE,
    title="Abnormal slider paths",
    purpose=(
        "Finds sliders with far too many anchors, anchors far away, or a path that does not fit their length."
    ),
    reasoning=(
        "In play a slider ends where its length says; what the anchors add beyond that shows in the "
        "editor only. A length that does not fit the path was usually left behind by an edit, and the end "
        "is not where the anchors suggest. Hundreds of anchors in a short slider, or anchors far outside "
        "the screen, are not placed by hand and only make the slider slower to draw."
    ),
    severities=(Severity.WARNING, Severity.MINOR),
    find=find_abnormal_paths,
    modes=frozenset({Mode.OSU, Mode.CATCH}),
)

CHECKS: tuple[Check, ...] = (INVISIBLE_SLIDERS, ABNORMAL_SLIDER_PATHS)
