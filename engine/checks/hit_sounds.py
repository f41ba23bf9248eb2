"""Whether what a player does is answered by a sound: hits nobody hears, long stretches of one sound."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from engine.beatmap.objects import HitSound, Mode, Slider, Spinner
from engine.beatmap.timestamps import format_timestamp
from engine.checks import hit_sounds_volume
from engine.checks.check import Category, Check, Finding, Severity, Song
from engine.checks.hit_sounds_edges import Edge, Part, edges
from engine.checks.thresholds import (
    FEW_HIT_SOUNDS_MINOR_MS,
    FEW_HIT_SOUNDS_OBJECTS,
    FEW_HIT_SOUNDS_PROBLEM_MS,
    FEW_HIT_SOUNDS_PROBLEM_OBJECTS,
    FEW_HIT_SOUNDS_WARNING_MS,
)
from engine.checks.wording import seconds, strength

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.beatmap.beatmap import Beatmap

HEARD_ON_EDGES_ONLY = HitSound.FINISH | HitSound.CLAP


def find_few(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    """Stretches of hits that add nothing to the plain sound and change nothing about it."""
    stretches = list(_plain_stretches(beatmap))
    if len(stretches) == 1 and stretches[0].whole:
        count = stretches[0].hits
        if count > FEW_HIT_SOUNDS_PROBLEM_OBJECTS.value:
            yield Finding(
                "few-hit-sounds",
                "none",
                Severity.PROBLEM,
                f"None of {count} hits has a whistle, finish or clap, nor a sample set of its own.",
                strength=1.0,
            )
        return
    rests = _rests(beatmap)
    for stretch in stretches:
        length_ms = stretch.end.time_ms - stretch.start.time_ms - _overlap_ms(stretch, rests)
        severity = _few_severity(stretch.hits, length_ms)
        if severity:
            yield _few(stretch, length_ms, severity)


class _Stretch(NamedTuple):
    start: Edge
    """The last hit with something of its own, or the first of the map."""
    end: Edge
    hits: int
    whole: bool
    """From the first hit of the map to the last."""


def _plain_stretches(beatmap: Beatmap) -> Iterator[_Stretch]:
    start: Edge | None = None
    previous: Edge | None = None
    count, anything = 0, False
    for edge in edges(beatmap):
        if edge.part is Part.SPINNER_END:
            continue
        if start is None or previous is None:
            start = previous = edge
        if _adds_something(edge, previous):
            if count > FEW_HIT_SOUNDS_OBJECTS.value:
                yield _Stretch(start, edge, count, whole=False)
            start, count, anything = edge, 0, True
        else:
            count += 1
        previous = edge
    if start is not None and previous is not None and count > FEW_HIT_SOUNDS_OBJECTS.value:
        yield _Stretch(start, previous, count, whole=not anything)


def _adds_something(edge: Edge, previous: Edge) -> bool:
    # Whistle, finish and clap are the bits above that of the normal sound; comparing is what is quick.
    return (
        edge.sound > HitSound.NORMAL
        or edge.sample_set != previous.sample_set
        or edge.sample_index != previous.sample_index
        or edge.filename != ""
    )


def _rests(beatmap: Beatmap) -> list[tuple[float, float]]:
    """Breaks and spinners: time in which nothing can be hit."""
    rests = [(pause.start_ms, pause.end_ms) for pause in beatmap.events.breaks]
    rests += [(obj.time_ms, obj.end_ms) for obj in beatmap.objects if isinstance(obj, Spinner)]
    return rests


def _overlap_ms(stretch: _Stretch, rests: list[tuple[float, float]]) -> float:
    start_ms, end_ms = stretch.start.time_ms, stretch.end.time_ms
    return sum(max(0.0, min(end_ms, until_ms) - max(start_ms, from_ms)) for from_ms, until_ms in rests)


def _few_severity(count: int, length_ms: float) -> Severity | None:
    if length_ms > FEW_HIT_SOUNDS_PROBLEM_MS.value and count > FEW_HIT_SOUNDS_PROBLEM_OBJECTS.value:
        return Severity.PROBLEM
    if length_ms > FEW_HIT_SOUNDS_WARNING_MS.value:
        return Severity.WARNING
    return Severity.MINOR if length_ms > FEW_HIT_SOUNDS_MINOR_MS.value else None


def _few(stretch: _Stretch, length_ms: float, severity: Severity) -> Finding:
    return Finding(
        "few-hit-sounds",
        "long-stretch",
        severity,
        f"{stretch.hits} hits in {seconds(length_ms)} without a whistle, finish, clap or change of samples, "
        f"up to {format_timestamp(stretch.end.time_ms)}.",
        time_ms=stretch.start.time_ms,
        end_ms=stretch.end.time_ms,
        objects=(stretch.start.object_index,),
        strength=strength(
            length_ms, harmless=FEW_HIT_SOUNDS_MINOR_MS.value, worst=2 * FEW_HIT_SOUNDS_PROBLEM_MS.value
        ),
    )


FEW_HIT_SOUNDS = Check(
    id="few-hit-sounds",
    category=Category.HIT_SOUNDS,
    title="Few or no hit sounds",
    purpose="Finds long stretches in which every hit sounds the same.",
    reasoning=(
        "The ranking criteria ask for hit sounds: whistles, finishes and claps accent the most important "
        "parts of the music. A few quiet bars are a choice and only minor; half a minute of the same "
        "sound is nearly always a part that was forgotten. Breaks and spinners are not counted. "
        "osu!taiko, where the sounds are the notes, and osu!mania, which needs no additions, are left "
        "out."
    ),
    severities=(Severity.PROBLEM, Severity.WARNING, Severity.MINOR),
    find=find_few,
    modes=frozenset({Mode.OSU, Mode.CATCH}),
)


def find_unheard_additions(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    for index, obj in enumerate(beatmap.objects):
        if not isinstance(obj, Slider) or obj.hitsound < HitSound.FINISH:
            continue
        # An edge that the file does not name sounds as the slider, additions included.
        every_edge_named = len(obj.edge_sounds) > obj.span_count
        if (
            obj.hitsound & HEARD_ON_EDGES_ONLY
            and every_edge_named
            and max(obj.edge_sounds) <= HitSound.NORMAL
        ):
            yield _unheard(index, obj)


def _unheard(index: int, slider: Slider) -> Finding:
    lost = slider.hitsound & HEARD_ON_EDGES_ONLY
    names = " and ".join(str(sound.name).lower() for sound in HEARD_ON_EDGES_ONLY if sound & lost)
    return Finding(
        "unheard-additions",
        "slider-body",
        Severity.MINOR,
        f"This slider has a {names} on its body only, where it is not played: put it on the head, a "
        "reverse or the end.",
        time_ms=slider.time_ms,
        objects=(index,),
        strength=0.5,
    )


UNHEARD_ADDITIONS = Check(
    id="unheard-additions",
    category=Category.HIT_SOUNDS,
    title="Additions that are not played",
    purpose="Finds sliders with a finish or clap on the body alone, where the game plays neither.",
    reasoning=(
        "The body of a slider has two sounds, the slide and the whistle. A finish or clap on the body is "
        "kept in the file but never played: it sounds only at the head, the reverses and the end. When "
        "all of those are plain, the addition is probably missing where you meant to hear it."
    ),
    severities=(Severity.MINOR,),
    find=find_unheard_additions,
    modes=frozenset({Mode.OSU, Mode.CATCH}),
)

CHECKS: tuple[Check, ...] = (*hit_sounds_volume.CHECKS, FEW_HIT_SOUNDS, UNHEARD_ADDITIONS)
