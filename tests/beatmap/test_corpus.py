"""1,193 real maps, v3 to v128, of all modes: each prints back to the byte and is understood."""

from __future__ import annotations

import csv
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from engine.beatmap.document import Document
from engine.beatmap.objects import Circle, Hold, Mode, Slider, Spinner
from tests.shared_data import shared

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.corpus

MODES = [mode.name.lower() for mode in Mode]
GAME_REFUSES = {
    "3ae0ad560013": "three timing lines with beats of -1E+90",
    "aad7053ef03d": "the same map with another line end",
    "480124bc9773": "6,935 long notes that start at NaN",
    "24136f7e5fa2": "three sliders with points a quarter of a million pixels away",
    "baee001f5f57": "a test file of the game's own, with an event that must fail",
}
"""By the start of their names: the only maps in which there is anything to report."""


def maps(mode: str) -> Iterator[tuple[Path, bytes]]:
    for path in sorted(shared("corpus", mode).glob("*.osu")):
        yield path, path.read_bytes()


def with_crlf(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")


@pytest.mark.parametrize("mode", MODES)
def test_every_map_and_its_crlf_copy_print_back(mode: str) -> None:
    for path, data in maps(mode):
        assert Document.parse(data).to_bytes() == data, path
        assert Document.parse(with_crlf(data)).to_bytes() == with_crlf(data), path


@pytest.mark.parametrize("mode", MODES)
def test_line_ends_change_nothing_in_the_map(mode: str) -> None:
    for path, data in maps(mode):
        one, other = Document.parse(data).beatmap, Document.parse(with_crlf(data)).beatmap
        assert one.objects == other.objects, path
        assert repr(one.timing.points) == repr(other.timing.points), path  # repr: some beats are NaN
        assert (one.metadata, one.events, one.colours) == (other.metadata, other.events, other.colours), path


def test_only_what_the_game_refuses_is_reported() -> None:
    reported = {path.stem for mode in MODES for path, data in maps(mode) if Document.parse(data).problems}
    assert reported == set(GAME_REFUSES)


def test_mode_format_and_counts_are_those_of_the_index() -> None:
    with shared("corpus", "index.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        document = Document.parse(shared("corpus", row["file"]).read_bytes())
        beatmap = document.beatmap
        refused = Counter(problem.message.split(" left out")[0] for problem in document.problems)
        kinds = Counter(type(obj) for obj in beatmap.objects)
        assert (beatmap.mode, beatmap.format_version) == (int(row["mode"]), int(row["format_version"])), row
        assert len(beatmap.objects) + refused["hit object"] == int(row["n_objects"]), row
        assert len(beatmap.timing.points) + refused["timing line"] == int(row["timing_points"]), row
        if not refused["hit object"]:
            found = [kinds[kind] for kind in (Circle, Slider, Spinner, Hold)]
            assert found == [int(row[key]) for key in ("circles", "sliders", "spinners", "holds")], row


@pytest.mark.parametrize("mode", MODES)
def test_objects_cut_out_and_put_back_give_the_same_file(mode: str) -> None:
    tried = 0
    for path, data in list(maps(mode))[::10]:
        document = Document.parse(data)
        objects = document.beatmap.objects
        times_ms = [obj.time_ms for obj in objects[len(objects) // 3 : len(objects) // 2]]
        numbers = [obj.line for obj in objects]
        in_one_block = numbers == list(range(min(numbers, default=0), max(numbers, default=0) + 1))
        if (
            not times_ms
            or times_ms[0] == objects[0].time_ms
            or not in_one_block
            or document.format_version < 5
        ):
            continue
        tried += 1
        span_ms = times_ms[0], times_ms[-1]
        inside = [obj.line for obj in objects if span_ms[0] <= obj.time_ms <= span_ms[1]]
        texts = [document.lines[n].decode("utf-8", "surrogateescape").rstrip("\r\n") for n in inside]
        cut = document.replace_range(*span_ms, objects=[])
        assert len(cut.lines) == len(document.lines) - len(inside), path
        assert cut.replace_range(*span_ms, objects=texts).to_bytes() == data, path
    assert tried > 0
