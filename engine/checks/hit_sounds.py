"""Whether what a player does is answered by a sound: presses nobody hears, long stretches of one sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

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

ADDITIONS = HitSound.WHISTLE | HitSound.FINISH | HitSound.CLAP
HEARD_ON_EDGES_ONLY = HitSound.FINISH | HitSound.CLAP


def find_few(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    """Runs of edges that add nothing to the plain hit sound and change nothing about it."""
    runs = list(_plain_runs(beatmap))
    if len(runs) == 1 and runs[0].whole:
        if runs[0].count > FEW_HIT_SOUNDS_PROBLEM_OBJECTS.value:
            yield Finding(
                "few-hit-sounds",
                "none",
                Severity.PROBLEM,
                f"None of {runs[0].count} hits has a whistle, finish or clap, nor a sample set of its own.",
                strength=1.0,
            )
        return
    for run in runs:
        severity = _few_severity(run)
        if severity:
            yield _few(run, severity)


class _Run:
    """A stretch of edges without anything added, and how long it lasts without breaks and spinners."""

    __slots__ = ("count", "end_ms", "length_ms", "start_index", "start_ms", "whole")

    def __init__(self, edge: Edge) -> None:
        self.start_ms = self.end_ms = edge.time_ms
        self.start_index = edge.index
        self.length_ms = 0.0
        self.count = 0
        self.whole = False

    def reach(self, time_ms: float, rest_ms: float) -> None:
        self.length_ms += max(0.0, time_ms - self.end_ms - rest_ms)
        self.end_ms = time_ms


def _plain_runs(beatmap: Beatmap) -> Iterator[_Run]:
    rests = _Rests(beatmap)
    run: _Run | None = None
    previous: Edge | None = None
    ended = False
    for edge in edges(beatmap):
        if edge.part is Part.SPINNER_END:
            continue
        if run is None:
            run = _Run(edge)
        run.reach(edge.time_ms, rests.up_to(edge.time_ms))
        if _adds_something(edge, previous):
            yield run
            run, ended = _Run(edge), True
        else:
            run.count += 1
        previous = edge
    if run is not None:
        run.whole = not ended
        yield run


def _adds_something(edge: Edge, previous: Edge | None) -> bool:
    if edge.sound & ADDITIONS or edge.filename:
        return True
    return previous is not None and (edge.sample_set, edge.sample_index) != (
        previous.sample_set,
        previous.sample_index,
    )


class _Rests:
    """How much of the time since the last question was break or spinner, where nothing can be hit."""

    __slots__ = ("_next", "_spans")

    def __init__(self, beatmap: Beatmap) -> None:
        spans = [(pause.start_ms, pause.end_ms) for pause in beatmap.events.breaks]
        spans += [(obj.time_ms, obj.end_ms) for obj in beatmap.objects if isinstance(obj, Spinner)]
        self._spans = sorted(span for span in spans if span[1] > span[0])
        self._next = 0

    def up_to(self, time_ms: float) -> float:
        rest_ms = 0.0
        while self._next < len(self._spans) and self._spans[self._next][1] <= time_ms:
            start_ms, end_ms = self._spans[self._next]
            rest_ms += end_ms - start_ms
            self._next += 1
        return rest_ms


def _few_severity(run: _Run) -> Severity | None:
    if run.length_ms > FEW_HIT_SOUNDS_PROBLEM_MS.value and run.count > FEW_HIT_SOUNDS_PROBLEM_OBJECTS.value:
        return Severity.PROBLEM
    if run.count <= FEW_HIT_SOUNDS_OBJECTS.value:
        return None
    if run.length_ms > FEW_HIT_SOUNDS_WARNING_MS.value:
        return Severity.WARNING
    return Severity.MINOR if run.length_ms > FEW_HIT_SOUNDS_MINOR_MS.value else None


def _few(run: _Run, severity: Severity) -> Finding:
    return Finding(
        "few-hit-sounds",
        "long-stretch",
        severity,
        f"{run.count} hits in {seconds(run.length_ms)} without a whistle, finish, clap or change of samples, "
        f"up to {format_timestamp(run.end_ms)}.",
        time_ms=run.start_ms,
        end_ms=run.end_ms,
        objects=(run.start_index,),
        strength=strength(
            run.length_ms, harmless=FEW_HIT_SOUNDS_MINOR_MS.value, worst=2 * FEW_HIT_SOUNDS_PROBLEM_MS.value
        ),
    )


FEW_HIT_SOUNDS = Check(
    id="few-hit-sounds",
    category=Category.HIT_SOUNDS,
    title="Few or no hit sounds",
    purpose="Finds long stretches in which every hit sounds the same.",
    reasoning=(
        "Whistles, finishes and claps are how a map answers the song: without them a drum fill and a held "
        "pad feel alike under the fingers. A few quiet bars are a choice, which is why short stretches are "
        "only minor; half a minute of the same sound is nearly always a part somebody forgot. Breaks and "
        "spinners are not counted. osu!taiko, where sounds are the notes themselves, and osu!mania, where "
        "the ranking criteria let harder difficulties go without, are left alone."
    ),
    severities=(Severity.PROBLEM, Severity.WARNING, Severity.MINOR),
    find=find_few,
    modes=frozenset({Mode.OSU, Mode.CATCH}),
)


def find_unheard_additions(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    for index, obj in enumerate(beatmap.objects):
        if not isinstance(obj, Slider) or not obj.hitsound & HEARD_ON_EDGES_ONLY:
            continue
        if not any(sound & ADDITIONS for sound in obj.edge_sounds):
            yield _unheard(index, obj)


def _unheard(index: int, slider: Slider) -> Finding:
    lost = slider.hitsound & HEARD_ON_EDGES_ONLY
    names = " and ".join(str(sound.name).lower() for sound in HEARD_ON_EDGES_ONLY if sound & lost)
    return Finding(
        "unheard-additions",
        "slider-body",
        Severity.MINOR,
        f"This slider has a {names} on its body, where only a whistle sounds, and nothing on its edges.",
        time_ms=slider.time_ms,
        objects=(index,),
        strength=0.5,
    )


UNHEARD_ADDITIONS = Check(
    id="unheard-additions",
    category=Category.HIT_SOUNDS,
    title="Additions nobody hears",
    purpose="Finds sliders with a finish or clap on the body alone, where the game plays neither.",
    reasoning=(
        "The body of a slider has two sounds, the slide and the whistle. A finish or clap given to the body "
        "is kept in the file and never played; it sounds only at the head, the repeats and the end. So when "
        "all of those are plain, the addition you set is probably missing where you meant to hear it."
    ),
    severities=(Severity.MINOR,),
    find=find_unheard_additions,
    modes=frozenset({Mode.OSU, Mode.CATCH}),
)

CHECKS: tuple[Check, ...] = (*hit_sounds_volume.CHECKS, FEW_HIT_SOUNDS, UNHEARD_ADDITIONS)
