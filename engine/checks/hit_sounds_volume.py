"""Hits that nobody hears."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.beatmap.objects import Mode, Slider
from engine.beatmap.timestamps import format_timestamp
from engine.checks.check import Category, Check, Finding, Severity, Song
from engine.checks.hit_sounds_edges import Edge, Part, edges
from engine.checks.thresholds import (
    HABIT_RUNS,
    MUTED_PERCENT,
    QUIET_PERCENT,
    SELECTED_OBJECTS,
    VERY_QUIET_PERCENT,
)
from engine.checks.wording import counted, name, strength

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.beatmap.beatmap import Beatmap


@dataclass(frozen=True, slots=True)
class _Level:
    """How bad it is when one part of an object is this quiet."""

    variant: str
    severity: Severity
    at_most_percent: float


LEVELS: dict[Part, tuple[_Level, ...]] = {
    Part.HEAD: (
        _Level("muted-press", Severity.PROBLEM, MUTED_PERCENT.value),
        _Level("very-quiet-press", Severity.WARNING, VERY_QUIET_PERCENT.value),
        _Level("quiet-press", Severity.MINOR, QUIET_PERCENT.value),
    ),
    Part.REPEAT: (_Level("muted-repeat", Severity.WARNING, MUTED_PERCENT.value),),
    Part.END: (_Level("muted-end", Severity.MINOR, MUTED_PERCENT.value),),
    Part.SPINNER_END: (_Level("muted-spinner-end", Severity.MINOR, MUTED_PERCENT.value),),
}
"""Of each part the worst level first."""


def find_muted(beatmap: Beatmap, _song: Song) -> Iterator[Finding]:
    """One finding for each run of equally quiet parts: a fade-out of forty notes is one thing to look at."""
    if not _anything_quiet(beatmap) or (beatmap.events.storyboard_samples and beatmap.mode is Mode.MANIA):
        return
    by_level: dict[_Level, list[list[Edge]]] = {}
    for level, run in _quiet_runs(beatmap):
        by_level.setdefault(level, []).append(run)
    for level, runs in by_level.items():
        if level.severity is Severity.MINOR and len(runs) > HABIT_RUNS.value:
            yield _habit(level, runs)
        else:
            yield from (_muted(beatmap, level, run) for run in runs)


def _quiet_runs(beatmap: Beatmap) -> Iterator[tuple[_Level, list[Edge]]]:
    open_runs: dict[Part, tuple[_Level, list[Edge]]] = {}
    quiet_percent = QUIET_PERCENT.value
    for edge in edges(beatmap):
        level = _level(edge) if edge.volume_percent <= quiet_percent else None
        open_run = open_runs.get(edge.part) if open_runs else None
        if open_run and open_run[0] is level:
            open_run[1].append(edge)
            continue
        if open_run:
            yield open_runs.pop(edge.part)
        if level:
            open_runs[edge.part] = (level, [edge])
    yield from open_runs.values()


def _level(edge: Edge) -> _Level | None:
    return next((level for level in LEVELS[edge.part] if edge.volume_percent <= level.at_most_percent), None)


def _anything_quiet(beatmap: Beatmap) -> bool:
    """Most maps have no quiet line at all, and are done here."""
    limit = QUIET_PERCENT.value
    return any(point.volume_percent <= limit for point in beatmap.timing.points) or any(
        0 < obj.sample.volume_percent <= limit for obj in beatmap.objects
    )


def _muted(beatmap: Beatmap, level: _Level, run: list[Edge]) -> Finding:
    mania = beatmap.mode is Mode.MANIA
    return Finding(
        "muted-objects",
        level.variant,
        min(level.severity, Severity.WARNING) if mania else level.severity,
        f"{_what(beatmap, run)} at {_volume(run)}{_expected(run[0].part)}.",
        time_ms=run[0].time_ms,
        end_ms=run[-1].time_ms if len(run) > 1 else None,
        objects=_selected(run),
        strength=_strength(run),
    )


def _habit(level: _Level, runs: list[list[Edge]]) -> Finding:
    """Somebody who silences the ends of forty sliders means it: say it once."""
    quiet = [edge for run in runs for edge in run]
    part = {Part.HEAD: "hit", Part.END: "slider end", Part.SPINNER_END: "spinner end"}[quiet[0].part]
    return Finding(
        "muted-objects",
        level.variant,
        level.severity,
        f"{len(quiet):,} {part}s in {len(runs)} places play at {_volume(quiet)}, up to "
        f"{format_timestamp(quiet[-1].time_ms)}{_expected(quiet[0].part)}.",
        time_ms=quiet[0].time_ms,
        end_ms=quiet[-1].time_ms,
        objects=_selected(quiet),
        strength=_strength(quiet),
    )


def _volume(run: list[Edge]) -> str:
    quietest = min(edge.volume_percent for edge in run)
    loudest = max(edge.volume_percent for edge in run)
    return f"{quietest} % volume" if quietest == loudest else f"{quietest} to {loudest} % volume"


def _selected(run: list[Edge]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(edge.object_index for edge in run))[: int(SELECTED_OBJECTS.value)]


def _strength(run: list[Edge]) -> float:
    quietest = min(edge.volume_percent for edge in run)
    return strength(len(run), harmless=-4, worst=16) * strength(quietest, harmless=40, worst=0)


def _what(beatmap: Beatmap, run: list[Edge]) -> str:
    part, count = run[0].part, len(run)
    if part is Part.HEAD and count == 1:
        obj = beatmap.objects[run[0].object_index]
        return f"This {name(obj, beatmap.mode)}{' head' if isinstance(obj, Slider) else ''} plays"
    if part is Part.HEAD:
        return f"{count:,} hits in a row play"
    singular = {Part.REPEAT: "reverse", Part.END: "end", Part.SPINNER_END: "spinner's end"}[part]
    if count == 1:
        owner = "This" if part is Part.SPINNER_END else "This slider's"
        return f"{owner} {singular} plays"
    if part is Part.SPINNER_END:
        return f"The ends of {count} spinners play"
    return f"{counted(count, 'slider ' + singular)} in a row play"


def _expected(part: Part) -> str:
    if part is Part.HEAD:
        return f", expected more than {QUIET_PERCENT.value:.0f} %: every hit should be heard"
    return ", too quiet to hear: raise it if the song has a sound here"


MUTED_OBJECTS = Check(
    id="muted-objects",
    category=Category.HIT_SOUNDS,
    title="Muted objects",
    purpose="Finds hits, slider ends and spinner ends too quiet to be heard over the song.",
    reasoning=(
        "The hit sound tells players that a hit counted, and whether it was late. The ranking criteria "
        "ask for an audible one on everything that is actively clicked: up to 5 % nobody hears it, up to "
        "20 % it depends on the sample and the song. Slider and spinner ends are often silenced on "
        "purpose, so they are minor, and listed once where that is a habit; reverses weigh more. Slider "
        "ticks are not looked at, nor osu!mania maps whose storyboard plays the sounds."
    ),
    severities=(Severity.PROBLEM, Severity.WARNING, Severity.MINOR),
    find=find_muted,
    modes=frozenset({Mode.OSU, Mode.TAIKO, Mode.CATCH, Mode.MANIA}),
)

CHECKS: tuple[Check, ...] = (MUTED_OBJECTS,)
