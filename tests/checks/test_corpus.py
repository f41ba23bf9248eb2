"""All checks on real maps: nothing breaks, and what they say keeps its form."""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

import pytest

from engine.beatmap.document import Document
from engine.beatmap.objects import Mode
from engine.checks.catalogue import CHECK_FAILED, by_id
from engine.checks.hit_sounds_edges import edges
from engine.checks.level import Level, estimate
from engine.checks.run import run_checks
from tests.checks.wording import assert_is_a_message
from tests.shared_data import shared

if TYPE_CHECKING:
    from pathlib import Path

    from engine.beatmap.beatmap import Beatmap
    from engine.checks.check import Finding

pytestmark = pytest.mark.corpus

EVERY_NTH = {"0": 8, "1": 2, "2": 2, "3": 2}
"""Of each mode. The whole corpus is a matter of `python -m bench.checks`; this much takes a few seconds."""


@cache
def index() -> tuple[dict[str, str], ...]:
    with shared("corpus", "index.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


def read(row: dict[str, str]) -> Beatmap:
    path: Path = shared("corpus", row["file"])
    return Document.parse(path.read_bytes()).beatmap


@cache
def sample() -> tuple[dict[str, str], ...]:
    """Every nth map of each mode and format, beginning with the first: however rare, each has one."""
    rows: list[dict[str, str]] = []
    seen: Counter[tuple[str, str]] = Counter()
    for row in index():
        kind = row["mode"], row["format_version"]
        if seen[kind] % EVERY_NTH[row["mode"]] == 0:
            rows.append(row)
        seen[kind] += 1
    return tuple(rows)


@pytest.fixture(scope="module")
def findings() -> tuple[tuple[str, Beatmap, Finding], ...]:
    return tuple(
        (row["file"], beatmap, finding)
        for row in sample()
        for beatmap in [read(row)]
        for finding in run_checks(beatmap)
    )


def test_the_sample_has_every_mode_and_format() -> None:
    def kinds(rows: tuple[dict[str, str], ...]) -> set[tuple[str, str]]:
        return {(row["mode"], row["format_version"]) for row in rows}

    assert kinds(sample()) == kinds(index())
    assert {mode for mode, _ in kinds(sample())} == {str(mode.value) for mode in Mode}
    assert {int(version) for _, version in kinds(sample())} >= {*range(3, 15), 128}


def test_no_check_breaks(findings: tuple[tuple[str, Beatmap, Finding], ...]) -> None:
    broken = [(file, finding.message) for file, _, finding in findings if finding.check_id == CHECK_FAILED.id]
    assert broken == []


def test_a_severity_is_one_the_check_declares(findings: tuple[tuple[str, Beatmap, Finding], ...]) -> None:
    undeclared = {
        (finding.check_id, finding.severity)
        for _, _, finding in findings
        if finding.severity not in by_id[finding.check_id].severities
    }
    assert undeclared == set()


def test_objects_are_indices_in_order(findings: tuple[tuple[str, Beatmap, Finding], ...]) -> None:
    for file, beatmap, finding in findings:
        assert list(finding.objects) == sorted(set(finding.objects)), (file, finding)
        assert all(0 <= index < len(beatmap.objects) for index in finding.objects), (file, finding)


def test_every_message_is_well_formed(findings: tuple[tuple[str, Beatmap, Finding], ...]) -> None:
    for message in {finding.message for _, _, finding in findings}:
        assert_is_a_message(message)


def test_strength_lies_between_0_and_1(findings: tuple[tuple[str, Beatmap, Finding], ...]) -> None:
    for file, _, finding in findings:
        assert 0 <= finding.strength <= 1, (file, finding)


def test_a_span_does_not_end_before_it_starts(findings: tuple[tuple[str, Beatmap, Finding], ...]) -> None:
    for file, _, finding in findings:
        if finding.end_ms is not None:
            assert finding.time_ms is not None, (file, finding)
            assert finding.end_ms >= finding.time_ms, (file, finding)


def test_two_findings_of_one_map_are_not_the_same(
    findings: tuple[tuple[str, Beatmap, Finding], ...],
) -> None:
    """Else it could not be said which of them is gone after the next save."""
    counts = Counter((file, finding) for file, _, finding in findings)
    assert [key for key, count in counts.items() if count > 1] == []


def effects(beatmap: Beatmap) -> tuple[list[object], ...]:
    """All that a green line can change: when sliders end, how everything scrolls and sounds, and kiai."""
    timing, starts_ms = beatmap.timing, [obj.time_ms for obj in beatmap.objects]
    scrolls = beatmap.mode in {Mode.TAIKO, Mode.MANIA}
    return (
        [round(beatmap.end_ms(obj), 3) for obj in beatmap.objects],
        [timing.velocity_at(start_ms) for start_ms in starts_ms if scrolls],
        [(edge.sample_set, edge.sample_index, edge.volume_percent) for edge in edges(beatmap)],
        [*timing.kiai_spans(math.inf)],
    )


def test_whoever_deletes_all_unused_green_lines_changes_nothing(
    findings: tuple[tuple[str, Beatmap, Finding], ...],
) -> None:
    unused: dict[str, tuple[Beatmap, set[float | None]]] = {}
    for file, beatmap, finding in findings:
        if finding.variant in {"green-same", "green-reaches-nothing"}:
            unused.setdefault(file, (beatmap, set()))[1].add(finding.time_ms)
    assert len(unused) > 20
    for file, (beatmap, times_ms) in unused.items():
        lines = [point.line for point in beatmap.timing.green if point.time_ms in times_ms]
        assert effects(beatmap.document.delete_lines(lines).beatmap) == effects(beatmap), file


NAMED = re.compile(r"\b(easy|normal|hard|insane|extra|expert|extreme)\b", re.IGNORECASE)
LEVEL_OF = {"easy": Level.EASY, "normal": Level.NORMAL, "hard": Level.HARD}


def test_the_level_of_real_maps_is_seldom_underestimated() -> None:
    """Too low an estimate holds a map to rules that are not meant for it; too high a one only says less."""
    named: Counter[Level] = Counter()
    agreed: Counter[Level] = Counter()
    too_low: Counter[Level] = Counter()
    for row in index():
        if row["origin"] != "human" or row["mode"] != str(Mode.OSU.value) or int(row["n_objects"]) < 20:
            continue
        beatmap = read(row)
        names = {name.lower() for name in NAMED.findall(beatmap.metadata.version)}
        if len(names) != 1:
            continue
        level, estimated = LEVEL_OF.get(names.pop(), Level.INSANE), estimate(beatmap)
        named[level] += 1
        agreed[level] += estimated is level
        too_low[level] += estimated < level
    assert min(named.values()) >= 50
    assert {
        level: agreed[level] / count for level, count in named.items() if agreed[level] < 0.85 * count
    } == {}
    assert {
        level: too_low[level] / count for level, count in named.items() if too_low[level] > 0.1 * count
    } == {}
