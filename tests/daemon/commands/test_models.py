"""`mapside models` against a hub on this machine: what there is, bringing it, breaking off, removing it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.daemon.a_hub import WEIGHTS_BYTES, a_hub
from tests.daemon.commands.command_line import ROOT, mapside
from tests.daemon.desktop.desktop import eventually

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def listed(home: Path) -> dict[str, Any]:
    done = mapside("models", "--json", home=home)
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout)
    assert said["shape"] == 1
    return {each["name"]: each for each in said["models"]}


def test_the_list_says_what_there_is_and_which_is_chosen(home: Path) -> None:
    done = mapside("models", home=home)
    assert done.returncode == 0
    (chosen,) = [line for line in done.stdout.splitlines() if line.startswith("*")]
    assert "v32" in chosen
    assert "not downloaded" in chosen
    assert "osu, taiko, catch, mania" in chosen
    assert "Licence" in done.stdout.splitlines()[0]


def test_a_model_is_brought_listed_and_removed(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_hub(monkeypatch, tmp_path / "cache"):
        done = mapside("models", "pull", "v32", home=home)
        assert (done.returncode, done.stdout, done.stderr) == (0, "v32 is here and ready.\n", "")
    here = listed(home)["v32"]
    assert (here["state"], here["licence"]) == ("complete", "cc-by-nc-4.0")
    assert here["size_bytes"] == here["done_bytes"] > WEIGHTS_BYTES
    assert here["modes"] == ["osu", "taiko", "catch", "mania"]
    removed = mapside("models", "remove", "v32", home=home)
    assert (removed.returncode, removed.stdout) == (0, "v32 is removed.\n")
    assert listed(home)["v32"]["state"] == "absent"


@pytest.mark.skipif(sys.platform == "win32", reason="there Ctrl+C reaches every process of the console")
def test_ctrl_c_keeps_what_has_come_and_the_next_pull_goes_on(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_hub(monkeypatch, tmp_path / "cache", pause_s=0.3) as hub:
        pulling = subprocess.Popen(
            [sys.executable, "-m", "daemon.cli", "models", "pull", "v32"],
            cwd=ROOT,
            env={**os.environ, "MAPSIDE_HOME": str(home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        eventually(lambda: any("model.safetensors" in path for path, _ in hub.requests), "it downloads")
        eventually(lambda: any(home.rglob("*.part")), "some of it is here")
        pulling.send_signal(signal.SIGINT)
        stdout, stderr = pulling.communicate(timeout=60)
        assert (pulling.returncode, stdout) == (130, "")
        assert "`mapside models pull v32` goes on from there." in stderr
        assert "Traceback" not in stderr
        partial = listed(home)["v32"]
        assert partial["state"] == "partial"
        assert 0 < partial["done_bytes"] < partial["size_bytes"]
        asked, hub.pause_s = len(hub.requests), 0.0
        assert mapside("models", "pull", "v32", home=home).returncode == 0
        ranges = [wanted for path, wanted in hub.requests[asked:] if "model.safetensors" in path]
        assert any(ranges), "only the rest is asked for"
    assert listed(home)["v32"]["state"] == "complete"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["pull"], "Say which model"),
        (["remove"], "Say which model"),
        (["list", "v32"], "did you mean pull v32"),
        (["pull", "v99"], "v99"),
        (["remove", "v32"], "nothing to remove"),
        (["burn", "v32"], "burn"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(home: Path, arguments: list[str], said: str) -> None:
    done = mapside("models", *arguments, home=home)
    assert (done.returncode, done.stdout) == (3, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("mapside: ")


def test_no_network_is_a_sentence(home: Path, tmp_path: Path) -> None:
    done = mapside(
        "models", "pull", "v32", home=home, HF_ENDPOINT="http://127.0.0.1:9", HF_HUB_CACHE=str(tmp_path)
    )
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.count("\n") == 1
