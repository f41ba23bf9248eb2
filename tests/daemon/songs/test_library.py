from __future__ import annotations

import os
from pathlib import Path

import pytest

from daemon.songs.library import audio_of, maps_changed_since, set_of, siblings_of


@pytest.fixture
def map_path(tmp_path: Path) -> Path:
    folder = tmp_path / "1 Artist - Title"
    (folder / "SB").mkdir(parents=True)
    for name in ("a.osu", "B.OSU", "c.osu", "Audio File.MP3", "SB/Hit.wav", "bg.jpg"):
        (folder / name).write_bytes(b"x")
    (tmp_path / "outside.mp3").write_bytes(b"x")
    return folder / "a.osu"


@pytest.mark.parametrize("name", ["Audio File.MP3", "audio file.mp3", " AUDIO FILE.mp3 ", '"audio file.mp3"'])
def test_audio_is_found_whatever_the_case(map_path: Path, name: str) -> None:
    assert audio_of(map_path, name) == map_path.with_name("Audio File.MP3")


@pytest.mark.parametrize("name", ["sb/hit.WAV", "sb\\hit.wav"])
def test_audio_may_lie_in_a_folder_of_the_set(map_path: Path, name: str) -> None:
    assert audio_of(map_path, name) == map_path.parent / "SB" / "Hit.wav"


def test_the_exact_name_wins_over_one_in_another_case(map_path: Path) -> None:
    other = map_path.with_name("audio file.mp3")
    other.write_bytes(b"y")
    assert audio_of(map_path, "audio file.mp3") == other


@pytest.mark.parametrize(
    "name",
    ["", "other.mp3", "..\\outside.mp3", "sb/../../outside.mp3", "C:\\outside.mp3", "/outside.mp3", "SB"],
)
def test_what_is_not_in_the_set_is_not_found(map_path: Path, name: str) -> None:
    assert audio_of(map_path, name) is None


def test_siblings_are_the_other_difficulties(map_path: Path) -> None:
    assert [path.name for path in siblings_of(map_path)] == ["B.OSU", "c.osu"]


def test_a_set_that_went_away_has_no_siblings(tmp_path: Path) -> None:
    assert siblings_of(tmp_path / "gone" / "a.osu") == ()


def test_the_set_of_a_map_is_the_folder_below_songs(tmp_path: Path) -> None:
    assert set_of(tmp_path, tmp_path / "set" / "deep" / "a.osu") == tmp_path / "set"
    assert set_of(tmp_path, tmp_path / "a.osu") is None
    assert set_of(tmp_path, Path("elsewhere/a.osu")) is None


def test_maps_changed_since_are_those_and_no_others(map_path: Path) -> None:
    for name, time_s in (("a.osu", 100), ("B.OSU", 200), ("c.osu", 300), ("bg.jpg", 300)):
        os.utime(map_path.with_name(name), (time_s, time_s))
    changed = maps_changed_since(map_path.parents[1], 200)
    assert sorted(path.name for path in changed) == ["B.OSU", "c.osu"]
