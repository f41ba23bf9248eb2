from __future__ import annotations

import shutil
import weakref
from typing import TYPE_CHECKING

import pytest

from engine.checkpoints.errors import CheckpointError
from engine.child.loaded import Loaded, LoadedModels
from engine.child.state import Teller
from engine.jobs import JobError
from engine.pipe import Setup, State
from tests.checkpoints.folders import v30, v32

if TYPE_CHECKING:
    from pathlib import Path

    from engine.jobs import Job
    from engine.model.encdec import EncoderDecoder


@pytest.fixture
def states() -> list[State]:
    return []


@pytest.fixture
def models(states: list[State]) -> LoadedModels:
    setup = Setup("cpu", "float32", 1, "models", "cache", 0)
    return LoadedModels(setup, Teller(states.append))


def use(loaded: Loaded) -> Job:
    """Holds on to the model, as a job in the middle of its work does."""
    while True:
        yield loaded.name, weakref.ref(loaded.checkpoint.model)


def used(job: Job) -> tuple[str, weakref.ref[EncoderDecoder]]:
    """What `use` says at its next step."""
    said = next(job)
    assert isinstance(said, tuple)
    return said


def test_a_model_is_loaded_once_for_all_who_use_it(models: LoadedModels, tmp_path: Path) -> None:
    folder = v32().write(tmp_path / "v32")
    one, other = models.work_with("v32", folder, use), models.work_with("v32", folder, use)
    assert next(one) == next(other)


def test_another_model_leaves_nothing_of_the_first_in_memory(models: LoadedModels, tmp_path: Path) -> None:
    one = models.work_with("v32", v32().write(tmp_path / "v32"), use)
    other = models.work_with("v30", v30().write(tmp_path / "v30"), use)
    _, first_model = used(one)
    assert first_model() is not None
    name, second_model = used(other)
    assert name == "v30"
    assert first_model() is None
    assert second_model() is not None
    with pytest.raises(JobError, match="another model was asked for while v32 was at work"):
        next(one)
    assert next(other)


def test_a_job_that_is_cancelled_lets_go_of_its_model(models: LoadedModels, tmp_path: Path) -> None:
    job = models.work_with("v32", v32().write(tmp_path / "v32"), use)
    _, model = used(job)
    job.close()
    assert model() is not None  # kept for the next question
    models.unload()
    assert model() is None


def test_what_cannot_be_loaded_leaves_nothing_loaded(
    models: LoadedModels, states: list[State], tmp_path: Path
) -> None:
    good, bad = v32().write(tmp_path / "good"), v32().write(tmp_path / "bad")
    (bad / "model.safetensors").write_bytes(b"\xff" * 100)
    next(models.work_with("good", good, use))
    with pytest.raises(CheckpointError, match=r"model\.safetensors"):
        next(models.work_with("bad", bad, use))
    assert states[-1].model is None
    assert next(models.work_with("good", good, use))


def test_a_model_whose_files_are_others_by_now_is_loaded_anew(models: LoadedModels, tmp_path: Path) -> None:
    folder = v32().write(tmp_path / "model")
    _, before = used(models.work_with("model", folder, use))
    shutil.rmtree(folder)
    v30().write(folder)
    _, after = used(models.work_with("model", folder, use))
    assert before() is None
    assert after() is not None
    (folder / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(CheckpointError, match=r"model\.safetensors"):
        next(models.work_with("model", folder, use))
    assert after() is None


def test_the_state_says_what_is_loaded_and_where_it_runs(
    models: LoadedModels, states: list[State], tmp_path: Path
) -> None:
    next(models.work_with("v32", v32().write(tmp_path / "v32"), use))
    assert [state.status for state in states] == ["loading", "loading", "working"]
    assert states[-1].model == "v32"
    assert (states[-1].device or "").startswith("CPU, 1 of ")
