"""All checks on real maps: nothing breaks, and what they say keeps its form."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from functools import cache
from typing import TYPE_CHECKING

import pytest

from engine.beatmap.document import Document
from engine.beatmap.objects import Mode
from engine.checks.catalogue import CHECK_FAILED, by_id
from engine.checks.level import Level, estimate
from engine.checks.run import run_checks
from tests.shared_data import shared

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from engine.beatmap.beatmap import Beatmap
    from engine.checks.check import Finding

pytestmark = pytest.mark.corpus

EVERY_NTH = 8
"""The whole corpus is a matter of `python -m bench.checks`; this much takes a few seconds."""
MESSAGE_CHARACTERS = 200


@cache
def index() -> tuple[dict[str, str], ...]:
    with shared("corpus", "index.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


def read(row: dict[str, str]) -> Beatmap:
    path: Path = shared("corpus", row["file"])
    return Document.parse(path.read_bytes()).beatmap


@pytest.fixture(scope="module")
def findings() -> tuple[tuple[str, Beatmap, Finding], ...]:
    """Of one map in eight, and of every map of the rarer modes in two."""

    def sampled() -> Iterator[dict[str, str]]:
        by_mode: dict[str, int] = defaultdict(int)
        for row in index():
            by_mode[row["mode"]] += 1
            if by_mode[row["mode"]] % (EVERY_NTH if row["mode"] == "0" else 2) == 0:
                yield row

    return tuple(
        (row["file"], beatmap, finding)
        for row in sampled()
        for beatmap in [read(row)]
        for finding in run_checks(beatmap)
    )


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


def test_a_message_is_one_line_that_fits(findings: tuple[tuple[str, Beatmap, Finding], ...]) -> None:
    for file, _, finding in findings:
        assert re.fullmatch(r"\S.*[.!?]", finding.message), (file, finding)
        assert len(finding.message) <= MESSAGE_CHARACTERS, (file, finding)


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
