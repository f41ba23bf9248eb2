"""`mapside mod` with a small model: text, JSON, posts for a discussion, a whole set, and what is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from daemon.export import POST_LIMIT
from engine.beatmap.builder import osu
from engine.beatmap.timestamps import parse_timestamp
from tests.daemon.commands.command_line import mapside
from tests.daemon.synth import FILE, SONG, copy_model, make_set, synth

if TYPE_CHECKING:
    import subprocess


def mod(*arguments: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    return mapside("mod", *arguments, home=home, MAPSIDE_ENGINE__DEVICE="cpu", MAPSIDE_ENGINE__THREADS="1")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_model(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shared, so that the song is heard once."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def a_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_set(tmp_path_factory.mktemp("songs"))
    for name in (FILE, "synth_taiko.osu"):
        (folder / name).write_bytes(synth(name))
    return folder


def json_of(*arguments: str | Path, home: Path) -> tuple[int, dict[str, Any]]:
    done = mod(*arguments, "--json", home=home)
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def test_json_has_each_maps_opinion(checkpoint: Path, a_set: Path, home: Path) -> None:
    code, said = json_of(a_set, "--model", checkpoint, home=home)
    assert [each["mode"] for each in said["maps"]] == ["osu", "taiko"]
    assert said["unreadable"] == []
    for each in said["maps"]:
        assert each["windows"] > 0
        assert each["heat"]["surprisal"]
        assert each["device"].startswith("CPU, 1 of ")
        strongest = [finding["surprisal"] for finding in each["findings"]]
        assert strongest == sorted(strongest, reverse=True)
        for finding in each["findings"]:
            assert finding["check"].startswith("ai-")
            assert finding["severity"] == ("warning" if finding["surprisal"] >= 100 else "minor")
            assert finding["places"][0]["timestamp"] == finding["timestamp"]
    worst = {finding["severity"] for each in said["maps"] for finding in each["findings"]}
    assert code == (1 if "warning" in worst else 0)


def test_text_and_discussion_say_the_same(checkpoint: Path, a_set: Path, home: Path) -> None:
    arguments = (a_set / FILE, "--model", checkpoint)
    text = mod(*arguments, home=home)
    posts = mod(*arguments, "--discussion", home=home).stdout.splitlines()
    assert posts
    for post in posts:
        assert parse_timestamp(post)
        assert len(post) <= POST_LIMIT
        assert post in text.stdout
    assert "windows in" in text.stdout.splitlines()[-1]


def test_one_map_that_cannot_be_modded_does_not_keep_the_others_from_it(
    checkpoint: Path, a_set: Path, home: Path, tmp_path: Path
) -> None:
    songs = Path(shutil.copytree(a_set, tmp_path / "set"))
    (songs / "empty.osu").write_bytes(b"")
    (songs / "silent").mkdir()
    shutil.copyfile(a_set / FILE, songs / "silent" / "no song.osu")
    code, said = json_of(songs, "--model", checkpoint, home=home)
    assert code == 3
    assert len(said["maps"]) == 2
    reasons = {Path(each["path"]).name: each["reason"] for each in said["unreadable"]}
    assert "empty" in reasons["empty.osu"]
    assert "song" in reasons["no song.osu"]


def test_a_song_from_elsewhere_can_be_named(
    checkpoint: Path, a_set: Path, home: Path, tmp_path: Path
) -> None:
    shutil.copyfile(a_set / FILE, tmp_path / "map.osu")
    arguments = (tmp_path / "map.osu", "--model", checkpoint, "--audio", a_set / SONG)
    code, said = json_of(*arguments, home=home)
    assert code in (0, 1)
    assert len(said["maps"]) == 1


@pytest.mark.parametrize(
    ("more", "named"),
    [
        (["--model", "no-such-model"], "no-such-model"),
        (["--audio", "no-such-song.mp3"], "no-such-song.mp3"),
        (["--json", "--text"], "not allowed with"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(a_set: Path, home: Path, more: list[str], named: str) -> None:
    done = mod(a_set / FILE, *more, home=home)
    assert done.returncode == 3
    assert named in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_map_that_a_model_cannot_look_at_does_not_pass_for_one_without_objections(
    checkpoint: Path, a_set: Path, home: Path, tmp_path: Path
) -> None:
    untimed = tmp_path / "untimed.osu"
    untimed.write_bytes(osu().circle(at=1000).bytes())
    done = mod(untimed, "--model", checkpoint, "--audio", a_set / SONG, home=home)
    assert done.returncode == 3
    assert "untimed.osu could not be modded: This map has no timing yet" in done.stdout
