"""How hard a map is, in the figures that the models were told; and that no map can make it take for ever."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest
import rosu_pp_py as rosu

from engine.beatmap.builder import mania, osu, taiko
from engine.beatmap.document import Document
from engine.tokens import star_rating as room
from engine.tokens.star_rating import star_rating
from tests.checks.hostile import KINDS
from tests.shared_data import shared

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEAD = (
    "osu file format v{version}\n[General]\nMode: {mode}\n"
    "[Difficulty]\nSliderMultiplier:0.4\nSliderTickRate:8\n"
)
TIMING = "[TimingPoints]\n0,{beat_ms},4,2,0,70,1,0\n0,-1000,4,2,0,70,0,0\n[HitObjects]\n"
LONGEST_S = 5
"""Ten times what the slowest takes."""


def sparse(
    line: Callable[[int], str], count: int, *, mode: int = 0, version: int = 14, beat_ms: int = 333
) -> bytes:
    """Twenty objects a second: nothing that rosu-pp finds suspicious."""
    text = "".join(f"{line(number)}\n" for number in range(count))
    return (HEAD.format(version=version, mode=mode) + TIMING.format(beat_ms=beat_ms) + text).encode()


HARMLESS_LOOKING = {
    "as long as can be": sparse(lambda n: f"1,1,{n * 50},2,0,L|2:1,1,131072", 30_000),
    "without a length": sparse(lambda n: f"1,1,{n * 50},2,0,L|9000:1,99", 30_000),
    "repeated a thousand times": sparse(lambda n: f"1,1,{n * 50},2,0,L|200:1,999,100", 30_000),
    "paths from afar": sparse(lambda n: f"1,1,{n * 50},2,0,B|131072:{n}|-131072:-131072,1,100", 30_000),
    "a slow rain": sparse(lambda n: f"1,1,{n * 50},2,0,L|200:1,1,400", 3000, mode=2, beat_ms=60_000),
    "a stack from long ago": sparse(lambda n: f"5,5,{n * 50},1,0", 200_000, version=5),
}


def test_real_maps_have_the_ratings_that_the_models_were_told() -> None:
    index = json.loads(shared("golden", "tokens", "index.json").read_text(encoding="utf-8"))
    ratings = {
        pair.split("/")[1]: entry["generation_config"]["difficulty"]
        for pair, entry in index["entries"].items()
    }
    assert len(ratings) > 20
    for name, rating in ratings.items():
        path = shared("golden", "inputs", "beatmaps", f"{name}.osu")
        assert star_rating(path) == rating, name
        assert star_rating(path.read_bytes()) == rating, name
        assert star_rating(Document.parse(path.read_bytes())) == rating, name


@pytest.mark.corpus
def test_every_real_map_is_rated() -> None:
    paths = sorted(shared("corpus").rglob("*.osu"))
    assert len(paths) > 1000
    assert not [path for path in paths if star_rating(path) is None]


def test_more_of_the_same_in_less_time_is_harder() -> None:
    slow, fast = osu().timing(120, at=0), osu().timing(120, at=0)
    for number in range(100):
        slow = slow.circle(at=number * 400, x=number * 97 % 512, y=number * 61 % 384)
        fast = fast.circle(at=number * 200, x=number * 97 % 512, y=number * 61 % 384)
    lesser, greater = star_rating(slow.bytes()), star_rating(fast.bytes())
    assert lesser is not None
    assert greater is not None
    assert lesser < greater


def test_a_map_without_objects_has_no_rating() -> None:
    assert star_rating(osu().timing(120, at=0).bytes()) is None


@pytest.mark.parametrize(
    "data", [b"", b"\x00" * 100, b"no map at all", b"osu file format v14\n[HitObjects]\n,,"]
)
def test_what_is_no_map_has_no_rating(data: bytes) -> None:
    assert star_rating(data) is None


def test_one_object_is_rated_in_every_mode() -> None:
    assert star_rating(osu().timing(120, at=0).circle(at=0).bytes()) is not None
    assert star_rating(taiko().timing(120, at=0).circle(at=0).bytes()) is not None
    assert star_rating(mania(keys=4).timing(120, at=0).note(at=0, column=0).bytes()) is not None


@pytest.mark.parametrize("kind", KINDS)
def test_a_map_that_means_harm_costs_little(kind: str) -> None:
    data = KINDS[kind]()
    start = time.process_time()
    star_rating(data)
    assert time.process_time() - start < LONGEST_S


@pytest.mark.parametrize("kind", HARMLESS_LOOKING)
def test_a_map_that_only_looks_harmless_is_not_rated(kind: str) -> None:
    data = HARMLESS_LOOKING[kind]
    assert not rosu.Beatmap(bytes=data).is_suspicious()
    start = time.process_time()
    assert star_rating(data) is None
    assert time.process_time() - start < LONGEST_S


def test_a_file_too_large_to_be_a_map_is_not_read_by_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    data = osu().timing(120, at=0).circle(at=0).bytes()
    monkeypatch.setattr(room, "MOST_BYTES", len(data) - 1)
    assert star_rating(data) is None


def test_a_file_that_is_gone_is_the_callers_to_tell_of(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"gone\.osu"):
        star_rating(tmp_path / "gone.osu")


def test_what_the_library_gives_up_on_has_no_rating(monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        """Named as the one that Rust's bindings make."""

    def give_up(*_: object) -> float:
        raise PanicException

    monkeypatch.setattr(room, "_stars", give_up)
    assert star_rating(b"") is None


def test_a_mapper_who_interrupts_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> float:
        raise KeyboardInterrupt

    monkeypatch.setattr(room, "_stars", interrupt)
    with pytest.raises(KeyboardInterrupt):
        star_rating(b"")
