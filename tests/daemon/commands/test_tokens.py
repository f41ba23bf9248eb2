"""`mapside tokens`: the reference's events and ids, as text and as JSON; a sentence where there are none."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.beatmap.builder import osu
from tests.daemon.commands.command_line import mapside
from tests.shared_data import shared


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    source = shared("golden", "checkpoints", "v32_fit")
    return Path(shutil.copytree(source, tmp_path / "v32", copy_function=shutil.copyfile))  # not read-only


@pytest.fixture
def beatmap() -> Path:
    return shared("golden", "inputs", "beatmaps", "synth_std.osu")


def golden(name: str) -> Any:
    return np.load(shared("golden", "tokens", "v32", f"{name}.npz"))


def test_json_holds_the_events_and_ids_of_the_reference(checkpoint: Path, beatmap: Path) -> None:
    done = mapside("tokens", beatmap, "--model", checkpoint, "--json")
    assert done.stderr == ""
    said = json.loads(done.stdout)
    expected = golden("synth_std")
    names = json.loads(shared("golden", "event_types.json").read_text())
    assert "map" in said["contexts"]
    for name, context in said["contexts"].items():
        assert context["type"] == [names[index] for index in expected[f"{name}.type"]]
        assert context["value"] == expected[f"{name}.value"].tolist()
        assert context["time"] == expected[f"{name}.time"].tolist()
        assert context["tokens"] == expected[f"{name}.tokens"].tolist()
        assert context["windows"] == expected[f"{name}.windows"].tolist()


def test_the_text_has_a_line_for_each_event_with_its_id(checkpoint: Path, beatmap: Path) -> None:
    done = mapside("tokens", beatmap, "--model", checkpoint)
    expected = golden("synth_std")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    start = lines.index(next(line for line in lines if line.startswith("map: ")))
    shown = [line.split() for line in lines[start + 1 :] if " ms  " in line][: len(expected["map.tokens"])]
    assert [int(words[-1]) for words in shown] == expected["map.tokens"].tolist()
    assert [int(words[0]) for words in shown] == expected["map.time"].tolist()


def refusal(*arguments: str | Path) -> str:
    """One sentence on stderr, nothing on stdout."""
    done = mapside("tokens", *arguments)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("mapside: ")
    return done.stderr


def test_a_missing_map_is_named(checkpoint: Path, tmp_path: Path) -> None:
    assert "no-such.osu" in refusal(tmp_path / "no-such.osu", "--model", checkpoint)


def test_a_map_that_never_was_and_a_folder_are_told_apart(checkpoint: Path, tmp_path: Path) -> None:
    assert "there is no such file" in refusal(tmp_path / "never.osu", "--model", checkpoint)
    assert f"{tmp_path} is a folder: name one .osu file in it" in refusal(tmp_path, "--model", checkpoint)


def test_what_is_no_map_is_named(checkpoint: Path, tmp_path: Path) -> None:
    (tmp_path / "song.osu").write_bytes(b"ID3 this is a song")
    assert "song.osu" in refusal(tmp_path / "song.osu", "--model", checkpoint)


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "map.osu").write_bytes(osu().timing(180, at=0).circle(at=1000).bytes())
    assert "no-such-model" in refusal(tmp_path / "map.osu", "--model", "no-such-model")


def test_a_checkpoint_that_lacks_a_file_is_named(checkpoint: Path, beatmap: Path) -> None:
    (checkpoint / "tokenizer.json").unlink()
    assert "tokenizer.json" in refusal(beatmap, "--model", checkpoint)


def test_a_checkpoint_with_a_broken_file_is_named(checkpoint: Path, beatmap: Path) -> None:
    (checkpoint / "tokenizer.json").write_text('{"half": ')
    assert "tokenizer.json" in refusal(beatmap, "--model", checkpoint)


def test_a_map_without_objects_or_timing_has_its_few_tokens_or_a_sentence(
    checkpoint: Path, tmp_path: Path
) -> None:
    (tmp_path / "map.osu").write_bytes(osu().bytes())
    done = mapside("tokens", tmp_path / "map.osu", "--model", checkpoint)
    assert done.returncode in (0, 3)
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == (1 if done.returncode else 0)
