"""What is asked of the engine itself, in its process, about writing: sections and whole maps."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from engine.beatmap.document import Document
from engine.beatmap.objects import Mode
from engine.host import EngineError
from engine.jobs import Urgency
from engine.service import (
    Candidate,
    Describe,
    Described,
    Generate,
    Keep,
    Mod,
    Opinion,
    Pace,
    Regenerate,
    SongFacts,
    Wishes,
    WrittenMap,
)
from tests.engine.engines import running, told_by_system
from tests.modding.test_job import write_noise
from tests.writing.worlds import mapped, outside, write_ours

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from engine.service import Request
    from tests.engine.engines import Watched

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("writing")
    write_ours(made / "model")
    write_noise(made / "song.wav")
    return made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(folder: Path) -> AsyncIterator[Watched]:
    how: dict[str, Any] = {"device": "cpu", "precision": "float32", "threads": 1}
    async with running(folder, "engine.child", **how) as watched:
        yield watched


async def asked(watched: Watched, request: Request) -> list[Any]:
    return [answer async for answer in watched.engine.ask(request, urgency=Urgency.REGENERATE)]


async def refused(watched: Watched, request: Request) -> str:
    with pytest.raises(EngineError) as caught:
        await asked(watched, request)
    return str(caught.value)


def section(folder: Path, mode: Mode = Mode.OSU, **changes: Any) -> Regenerate:
    how: dict[str, Any] = {
        "path": "/songs/a map.osu",
        "data": mapped(mode).to_bytes(),
        "audio": str(folder / "song.wav"),
        "model": str(folder / "model"),
        "start_ms": 4000.0,
        "end_ms": 6000.0,
        "seeds": (1, 2),
    }
    return Regenerate(**how | changes)


def whole(folder: Path, **changes: Any) -> Generate:
    how: dict[str, Any] = {
        "audio": str(folder / "song.wav"),
        "model": str(folder / "model"),
        "end_ms": 4000.0,
        "song": SongFacts(bpm=150.0),
    }
    return Generate(**how | changes)


async def test_a_model_is_described_without_torch(engine: Watched, folder: Path) -> None:
    (said,) = await asked(engine, Describe(str(folder / "model"), int(Mode.MANIA)))
    assert isinstance(said, Described)
    assert "hold_note_ratio" in said.wishes
    if sys.platform == "linux":
        assert "libtorch" not in told_by_system(engine.pid, "maps")


@pytest.mark.parametrize("mode", list(Mode))
async def test_sections_come_over_the_pipe(engine: Watched, folder: Path, mode: Mode) -> None:
    request = section(folder, mode)
    said = await asked(engine, request)
    assert {type(one) for one in said} == {Pace, Candidate}
    whole_ones = [one for one in said if isinstance(one, Candidate) and one.complete]
    assert [one.number for one in whole_ones] == [0, 1, 0, 1]
    assert all(outside(one.data) == outside(request.data) for one in whole_ones)
    assert isinstance(said[-1], Candidate)


async def test_whole_maps_come_over_the_pipe(engine: Watched, folder: Path) -> None:
    *_, last = await asked(engine, whole(folder))
    assert isinstance(last, WrittenMap)
    assert last.complete
    assert len(Document.parse(last.data).beatmap.objects) == last.objects > 0


async def test_the_same_request_is_answered_with_the_same_bytes(engine: Watched, folder: Path) -> None:
    for request in (section(folder), whole(folder)):
        first, second = [(await asked(engine, request))[-1].data for _ in range(2)]
        assert first == second


async def test_what_cannot_be_written_is_a_sentence(engine: Watched, folder: Path) -> None:
    for request, why in (
        (section(folder, audio=None), "song of a map.osu was not found"),
        (section(folder, end_ms=3000.0), "choose an end after the beginning"),
        (section(folder, start_ms=90_000.0, end_ms=91_000.0), "outside of the song"),
        (section(folder, data=b"\0\1\2"), "is not a map"),
        (section(folder, model="v99"), "no model is called 'v99'"),
        (section(folder, Mode.TAIKO, keep=Keep.RHYTHM), "osu!taiko nothing has a place"),
        (section(folder, wishes=Wishes(temperature=-1.0)), "temperature"),
        (whole(folder, output=("kiai",)), "kiai"),
        (whole(folder, given=("timing",)), "name a .osu to go by"),
        (Describe("v99"), "no model is called 'v99'"),
    ):
        assert why in await refused(engine, request)


async def test_a_run_that_is_let_go_leaves_the_engine_as_it_was(engine: Watched, folder: Path) -> None:
    last = (await asked(engine, section(folder)))[-1]
    for count in (1, 2, 5):
        answers = engine.engine.ask(section(folder), urgency=Urgency.REGENERATE)
        for _ in range(count):
            await anext(answers)
        await answers.aclose()
    assert (await asked(engine, section(folder)))[-1] == last


async def test_a_map_is_modded_while_nobody_waits_for_a_section(engine: Watched, folder: Path) -> None:
    """What was listened to for the one is known to the other."""
    request = section(folder)
    mod = Mod(request.path, request.data, request.audio, request.model)
    *_, opinion = await asked(engine, mod)
    assert isinstance(opinion, Opinion)
    assert opinion.complete
