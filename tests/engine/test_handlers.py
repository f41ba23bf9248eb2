"""The engine itself in its process: what is asked of it over the pipes, with real checkpoints.

One process for all of them, as in life: torch is slow to load, and nothing that goes wrong may linger.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import pytest_asyncio

from engine.beatmap.builder import osu
from engine.host import EngineError
from engine.jobs import Progress, Urgency
from engine.service import (
    FillSong,
    ListModels,
    Mod,
    Models,
    Opinion,
    PullModel,
    RemoveModel,
    Tokens,
    TokenTable,
)
from tests.audio.encoding import write_silent_wav
from tests.engine.engines import peak_bytes, resident_bytes, running, told_by_system
from tests.shared_data import shared

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from engine.service import Request
    from tests.engine.engines import Watched

REAL = "engine.child"


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def one_engine(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Watched]:
    folder = tmp_path_factory.mktemp("engine")
    async with running(folder, REAL, device="cpu", precision="float32", threads=1) as engine:
        yield engine


@pytest.fixture
def watched(one_engine: Watched) -> Watched:
    one_engine.states.clear()
    return one_engine


async def asked(watched: Watched, request: Request) -> list[Any]:
    return [answer async for answer in watched.engine.ask(request, urgency=Urgency.PERSON)]


async def refused(watched: Watched, request: Request) -> str:
    with pytest.raises(EngineError) as caught:
        await asked(watched, request)
    return str(caught.value)


def mod(folder: str, audio: Path | None, data: bytes | None = None) -> Mod:
    path = shared("golden", "inputs", "beatmaps", "synth_std.osu")
    return Mod(
        str(path),
        path.read_bytes() if data is None else data,
        None if audio is None else str(audio),
        str(shared("golden", "checkpoints", folder)),
    )


def song() -> Path:
    return shared("golden", "inputs", "audio.flac")


async def test_models_are_listed_without_torch(watched: Watched) -> None:
    (models,) = await asked(watched, ListModels())
    assert isinstance(models, Models)
    assert {"v30", "v31", "v32"} <= {model.name for model in models.models}
    assert {model.state for model in models.models} <= {"absent", "local"}
    if sys.platform == "linux":
        assert "libtorch" not in told_by_system(watched.pid, "maps")


async def test_a_model_that_does_not_exist_is_a_sentence(watched: Watched) -> None:
    for request in (PullModel("v99"), RemoveModel("v99"), Tokens("a.osu", "v99"), FillSong("a.mp3", "v99")):
        assert "v99" in await refused(watched, request) or isinstance(request, Tokens)


async def test_tokens_come_over_the_pipe_as_golden_has_them(watched: Watched) -> None:
    path = shared("golden", "inputs", "beatmaps", "synth_std.osu")
    *_, table = await asked(watched, Tokens(str(path), str(shared("golden", "tokenizers", "v32"))))
    assert isinstance(table, TokenTable)
    with np.load(shared("golden", "tokens", "v32", "synth_std.npz")) as found:
        for context in table.contexts:
            assert list(context.tokens) == found[f"{context.name}.tokens"].tolist()


async def test_a_mod_ends_in_a_complete_opinion_and_the_state_says_whose(watched: Watched) -> None:
    request = mod("v32", song())
    *before, last = await asked(watched, request)
    assert isinstance(last, Opinion)
    assert last.complete
    assert (last.done, last.total) == (last.total, 21)
    assert all(isinstance(said, (Progress, Opinion)) for said in before)
    state = watched.engine.state
    assert (state.model, state.device) == (request.model, last.device)
    assert last.device.startswith("CPU, 1 of ")
    assert last.device.endswith(" threads, float32")
    assert state.speed is not None
    assert state.speed.startswith("21 windows in ")
    assert "loading" in [shown.status for shown in watched.states]


async def test_asking_another_model_puts_the_first_one_away(watched: Watched) -> None:
    await asked(watched, FillSong(str(song()), str(shared("golden", "checkpoints", "v32"))))
    await asked(watched, FillSong(str(song()), str(shared("golden", "checkpoints", "v32_fit"))))
    loaded = [Path(state.model).name if state.model else None for state in watched.states]
    changes = [name for name, before in zip(loaded[1:], loaded, strict=False) if name != before]
    assert changes[-2:] == [None, "v32_fit"]


async def test_who_uses_a_model_when_another_is_asked_for_is_told(watched: Watched) -> None:
    slow = watched.engine.ask(
        FillSong(str(song()), str(shared("golden", "checkpoints", "v32"))), urgency=Urgency.FILL
    )
    await anext(slow)
    await asked(watched, mod("v30", song()))
    with pytest.raises(EngineError, match="another model was asked for"):
        async for _ in slow:
            pass


async def test_what_is_wrong_with_a_song_is_said_and_the_engine_goes_on(
    watched: Watched, tmp_path: Path
) -> None:
    (tmp_path / "empty.mp3").touch()
    (tmp_path / "text.mp3").write_text("not a song at all, however long one listens to it. " * 99)
    write_silent_wav(tmp_path / "second.wav", seconds=1, rate=44_100)
    for name, words in (
        ("gone.mp3", "is missing"),
        ("empty.mp3", "is empty"),
        ("text.mp3", "is not audio"),
        ("second.wav", "holds only 1.0 seconds"),
    ):
        assert f"{name} {words}" in await refused(watched, mod("v32", tmp_path / name))
    assert (await asked(watched, mod("v32", song())))[-1].complete


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, which says how much memory was used")
async def test_ten_hours_of_sound_cost_no_more_memory_than_two(watched: Watched, tmp_path: Path) -> None:
    await asked(watched, FillSong(str(song()), str(shared("golden", "checkpoints", "v32"))))
    before_bytes = resident_bytes(watched.pid)
    ten_hours = write_silent_wav(tmp_path / "hours.wav", seconds=36_000, rate=8_000)
    assert "hours.wav is longer than 2 hours" in await refused(watched, mod("v32", ten_hours))
    assert peak_bytes(watched.pid) - before_bytes < 300 << 20
    assert resident_bytes(watched.pid) - before_bytes < 50 << 20


async def test_a_map_that_no_song_was_found_for_is_told_so(watched: Watched) -> None:
    assert "the song of synth_std.osu was not found" in await refused(watched, mod("v32", None))


async def test_a_checkpoint_that_is_none_is_a_sentence_and_leaves_nothing_loaded(
    watched: Watched, tmp_path: Path
) -> None:
    source, broken = shared("golden", "checkpoints", "v32"), tmp_path / "broken"
    broken.mkdir()
    for name in ("config.json", "tokenizer.json"):
        (broken / name).write_bytes((source / name).read_bytes())
    (broken / "model.safetensors").write_bytes((source / "model.safetensors").read_bytes()[:5000])
    path = shared("golden", "inputs", "beatmaps", "synth_std.osu")
    said = await refused(watched, Mod(str(path), path.read_bytes(), str(song()), str(broken)))
    assert "model.safetensors" in said
    assert watched.engine.state.model is None
    assert (await asked(watched, mod("v32", song())))[-1].complete


async def test_a_map_with_nothing_in_it_has_an_opinion_that_says_so(watched: Watched) -> None:
    empty = osu().timing(120, at=0).bytes()
    *_, opinion = await asked(watched, mod("v32", song(), empty))
    assert opinion.complete
    assert "no objects" in opinion.note
