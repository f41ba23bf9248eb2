"""Objects that stay as they are but for one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.beatmap.builder import mania, osu
from engine.writing.keeping import Likes, dressed, moved

if TYPE_CHECKING:
    from engine.beatmap.builder import MapBuilder
    from engine.beatmap.objects import HitObject

EMPTY = osu().timing(150)


def read(*lines: str, of: MapBuilder = EMPTY) -> list[HitObject]:
    """Each with the index of its line as its line."""
    reader = of.beatmap().object_reader
    return [reader.read(number, line.encode()) for number, line in enumerate(lines)]


def likes(*lines: str) -> Likes:
    return Likes(read(*lines), lambda obj: getattr(obj, "end_ms", obj.time_ms))


def moved_to(line: str, made: str, *, lengths: bool = False) -> str:
    return moved([line], read(line), likes(made), [made], lengths=lengths)[0]


def sounding(line: str, told: str, written: str) -> str:
    return dressed([line], read(line), likes(told), likes(written))[0]


@pytest.mark.parametrize(
    ("line", "made", "after"),
    [
        (
            "10,20,1000.25,5,2,1:0:3:40:own.wav",
            "30,40,1000,1,8,2:2:0:0:",
            "30,40,1000.25,5,2,1:0:3:40:own.wav",
        ),
        (
            "10,20,1000,22,2,B|1:2|3:4,2,80.5,2|0|0,1:1|0:0|0:0,3:0:0:0:",
            "30,40,1001,2,0,L|7:8,2,99,0|0|0,1:1|1:1|1:1,1:1:0:0:",
            "30,40,1000,22,2,L|7:8,2,80.5,2|0|0,1:1|0:0|0:0,3:0:0:0:",
        ),
        ("256,192,1000,12,4,2000,0:0:0:0:", "1,1,1000,12,0,2000,0:0:0:0:", "256,192,1000,12,4,2000,0:0:0:0:"),
        (
            "64,192,1000,128,2,1500:0:0:0:70:",
            "320,192,1000,128,0,1495:1:1:0:0:",
            "320,192,1000,128,2,1500:0:0:0:70:",
        ),
    ],
    ids=["a circle", "a slider", "a spinner", "a long note"],
)
def test_where_it_stands_changes_and_nothing_else(line: str, made: str, after: str) -> None:
    assert moved_to(line, made) == after


def test_a_slider_is_as_long_as_its_velocity_makes_it() -> None:
    line = "10,20,1000,2,0,L|1:2,1,80"
    assert moved_to(line, "30,40,1000,2,0,L|7:8,1,99.5,0|0,0:0|0:0,0:0:0:0:", lengths=True).endswith(
        "L|7:8,1,99.5"
    )


def test_what_was_not_made_stays() -> None:
    line = "10,20,1000,1,0,0:0:0:0:"
    for other in ("30,40,1013,1,0,0:0:0:0:", "30,40,1000,2,0,L|7:8,1,99"):
        assert moved_to(line, other) == line


def test_of_a_chord_each_is_found_once() -> None:
    lines = ("64,192,1000,128,0,1500:0:0:0:0:", "192,192,1000,128,0,1900:0:0:0:0:")
    made = ("320,192,1000,128,0,1905:0:0:0:0:", "448,192,1000,128,0,1495:0:0:0:0:")
    after = moved(lines, read(*lines, of=mania().timing(150)), likes(*made), made, lengths=False)
    assert [line.split(",")[0] for line in after] == ["448", "320"]


@pytest.mark.parametrize(
    ("line", "written", "after"),
    [
        ("1,2,1000,5,1,0:0:3:40:own.wav", "1,2,1000,1,8,2:1:0:0:", "1,2,1000,5,9,2:1:3:40:own.wav"),
        ("1,2,1000,1,0", "1,2,1000,1,8,2:1:0:0:", "1,2,1000,1,8,2:1:0:0:"),
        (
            "1,2,1000,2,0,B|1:2|3:4,2,80.5",
            "1,2,1000,2,2,L|7:8,2,80,2|8|0,1:1|2:2|3:3,1:2:0:0:",
            "1,2,1000,2,2,B|1:2|3:4,2,80.5,2|8|0,1:1|2:2|3:3,1:2:0:0:",
        ),
        ("256,192,1000,12,4,2000.5", "1,1,1000,12,2,2000,1:3:0:0:", "256,192,1000,12,2,2000.5,1:3:0:0:"),
        (
            "64,192,1000,128,2,1500:0:0:0:70:a.wav",
            "64,192,1000,128,8,1500:1:1:0:0:",
            "64,192,1000,128,8,1500:1:1:0:70:a.wav",
        ),
    ],
    ids=["a circle", "a circle of few words", "a slider", "a spinner", "a long note"],
)
def test_how_it_sounds_changes_and_nothing_else(line: str, written: str, after: str) -> None:
    told = ",".join([*written.split(",")[:4], "0", *written.split(",")[5:]])
    assert sounding(line, told, written) == after


def test_what_sounds_as_before_is_not_written_anew() -> None:
    line = "1,2,1000,1,8"
    said = "1,2,1000,1,8,2:2:0:0:"
    assert sounding(line, said, said) == line
    assert sounding(line, said, "1,2,5000,1,0,1:1:0:0:") == line
