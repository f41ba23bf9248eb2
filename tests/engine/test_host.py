"""The engine's child process, and all that can happen to it: real processes, real signals."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from engine.host import EngineError, EngineStoppedError
from engine.jobs import Progress, Urgency
from engine.service import Tokens
from tests import processes
from tests.engine.engines import (
    Watched,
    options,
    resident_bytes,
    running,
    told_by_system,
    until_gone,
    wait_until,
)
from tests.processes import hang, is_alive, kill

if TYPE_CHECKING:
    from collections.abc import Awaitable

of_linux = pytest.mark.skipif(sys.platform != "linux", reason="signals and /proc as Linux has them")
of_windows = pytest.mark.skipif(sys.platform != "win32", reason="as Windows has it")

ROOT = Path(__file__).resolve().parents[2]


async def sentence_of(asking: Awaitable[object]) -> str:
    with pytest.raises(EngineError) as caught:
        await asking
    return str(caught.value)


async def test_nothing_is_started_before_the_first_question(tmp_path: Path) -> None:
    async with running(tmp_path) as watched:
        assert watched.engine.process_id is None
        assert watched.engine.state.status == "off"


async def test_a_question_is_answered_step_by_step(tmp_path: Path) -> None:
    async with running(tmp_path) as watched:
        assert await watched.answers("count 2") == [
            Progress(1, 2, "counting"),
            Progress(2, 2, "counting"),
        ]


async def test_the_state_tells_from_the_start_to_the_end(tmp_path: Path) -> None:
    async with running(tmp_path) as watched:
        await watched.answers("count 2 0.05")
    statuses = [state.status for state in watched.states]
    assert statuses[:2] == ["starting", "idle"]
    assert "working" in statuses
    assert statuses[-1] == "off"
    assert any(state.note == "counting to 2" and state.memory_mb for state in watched.states)


async def test_one_process_serves_every_question(tmp_path: Path) -> None:
    async with running(tmp_path) as watched:
        await watched.answers("count 1")
        first = watched.pid
        await asyncio.gather(*(watched.answers("count 3") for _ in range(5)))
        assert watched.pid == first


async def test_what_a_job_says_is_wrong_is_said_to_the_person(tmp_path: Path) -> None:
    async with running(tmp_path) as watched:
        assert await sentence_of(watched.answers("refuse")) == "song.mp3 is missing: put it back"


async def test_a_job_that_stumbles_takes_nobody_down(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with running(tmp_path) as watched:
        counting = asyncio.create_task(watched.answers("count 5 0.02"))
        said = await sentence_of(watched.answers("stumble"))
        assert "ZeroDivisionError: one by nothing" in said
        assert len(await counting) == 5
    assert "Traceback" in caplog.text


async def test_out_of_memory_is_one_sentence_and_the_next_question_starts_anew(tmp_path: Path) -> None:
    async with running(tmp_path) as watched:
        await watched.answers("count 1")
        first = watched.pid
        assert (await sentence_of(watched.answers("memory"))).startswith(
            "the engine ran out of memory: close"
        )
        assert watched.engine.process_id is None
        assert len(await watched.answers("count 1")) == 1
        assert watched.pid != first
        await until_gone(first)


async def test_who_is_being_answered_when_memory_runs_out_gets_the_rest(tmp_path: Path) -> None:
    async with running(tmp_path) as watched:
        counting = asyncio.create_task(watched.answers("count 10 0.02"))
        await sentence_of(watched.answers("memory"))
        assert len(await counting) == 10
        assert watched.engine.process_id is None


@of_linux
@pytest.mark.parametrize(
    ("name", "words"), [("SIGKILL", "most likely ran out of memory"), ("SIGSEGV", "SIGSEGV")]
)
async def test_a_crash_is_one_sentence_and_the_next_question_starts_anew(
    tmp_path: Path, name: str, words: str
) -> None:
    async with running(tmp_path) as watched:
        counting = watched.ask("count 1000 0.02")
        await anext(counting)
        first = watched.pid
        os.kill(first, signal.Signals[name])
        with pytest.raises(EngineError, match=words):
            async for _ in counting:
                pass
        assert watched.states[-1].status == "failed"
        assert words in watched.states[-1].note
        assert len(await watched.answers("count 2")) == 2
        assert watched.pid != first


async def test_a_child_that_ends_by_itself_is_quoted(tmp_path: Path) -> None:
    async with running(tmp_path) as watched:
        said = await sentence_of(watched.answers("leave 3"))
    assert "exit code 3, last said: that was it" in said


async def test_a_crash_between_two_questions_is_shown_and_survived(tmp_path: Path) -> None:
    async with running(tmp_path) as watched:
        await watched.answers("count 1")
        kill(watched.pid)
        await watched.until("failed")
        assert watched.engine.process_id is None
        assert len(await watched.answers("count 1")) == 1


async def test_a_child_that_cannot_be_started_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    async with running(tmp_path) as watched:
        said = await sentence_of(watched.answers("count 1"))
        assert "cannot be started (" in said
        assert "close other programs and try again" in said


async def test_a_child_that_talks_nonsense_is_ended(tmp_path: Path) -> None:
    async with running(tmp_path, "tests.engine.babbling_child") as watched:
        await sentence_of(watched.answers("count 1"))
        assert watched.engine.process_id is None


async def test_what_libraries_print_goes_to_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with running(tmp_path) as watched:
        assert (await watched.answers("chat"))[0].doing == "nothing to read"
    assert "a library says hello" in caplog.text
    assert "and another one, past Python" in caplog.text


async def test_closing_the_answers_stops_the_work(tmp_path: Path) -> None:
    async with running(tmp_path) as watched:
        long = watched.ask("count 1000000 0.01")
        await anext(long)
        await watched.until("working")
        await long.aclose()
        await watched.until("idle")
        assert watched.states[-2].status == "working"


async def test_cancelling_who_awaits_stops_the_work(tmp_path: Path) -> None:
    async with running(tmp_path) as watched:
        task = asyncio.create_task(watched.answers("count 1000000 0.01"))
        await watched.until("working")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await watched.until("idle")


async def test_a_newer_question_of_the_same_key_takes_the_olders_place(tmp_path: Path) -> None:
    async with running(tmp_path) as watched:
        older = watched.ask("count 1000000 0.01", key="map.osu")
        await anext(older)
        assert len(await watched.answers("count 2", key="map.osu")) == 2
        rest = [answer async for answer in older]
        assert all(answer.done < 1000000 for answer in rest)


async def test_the_urgent_overtakes_what_is_being_done(tmp_path: Path) -> None:
    async with running(tmp_path) as watched:
        filled = 0.0

        async def fill() -> None:
            nonlocal filled
            async for answer in watched.ask("count 1000 0.05", urgency=Urgency.FILL):
                filled = answer.done

        filling = asyncio.create_task(fill())
        await watched.until("working")
        assert len(await watched.answers("count 100", urgency=Urgency.PERSON)) == 100
        assert filled < 50, "in turns, it would have come as far as the other"
        filling.cancel()


async def test_unloading_gives_the_memory_back_and_says_so_to_who_waits(tmp_path: Path) -> None:
    async with running(tmp_path) as watched:
        counting = watched.ask("count 1000 0.02")
        await anext(counting)
        pid = watched.pid
        await watched.engine.unload()
        assert not is_alive(pid)
        with pytest.raises(EngineStoppedError, match="unloaded"):
            async for _ in counting:
                pass
        assert len(await watched.answers("count 1")) == 1


async def test_an_idle_engine_gives_its_memory_back(tmp_path: Path) -> None:
    async with running(tmp_path, idle_unload_s=0.3) as watched:
        await watched.answers("hold 200")
        pid = watched.pid
        if sys.platform == "linux":
            assert resident_bytes(pid) > 200 << 20
        await watched.until("off")
        await until_gone(pid)
        assert any((state.memory_mb or 0) >= 200 for state in watched.states)


async def test_an_engine_that_is_asked_again_is_not_idle(tmp_path: Path) -> None:
    async with running(tmp_path, idle_unload_s=60) as watched:
        await watched.answers("count 1")
        end = watched.engine._rest
        assert end is not None
        await watched.answers("count 1")
        assert end.cancelled(), "the minute begins anew"
        assert watched.engine._rest not in (None, end)


async def test_stopping_waits_for_no_long_step(tmp_path: Path) -> None:
    watched = Watched(options(tmp_path))
    task = asyncio.create_task(watched.answers("count 1 100000"))
    await watched.until("working")
    pid = watched.pid
    await watched.engine.stop()
    assert not is_alive(pid)
    assert "Mapside is ending" in await sentence_of(task)


async def test_stopping_waits_not_even_for_a_child_that_hangs(tmp_path: Path) -> None:
    watched = Watched(options(tmp_path))
    await watched.answers("count 1")
    pid = watched.pid
    hang(pid)
    await watched.engine.stop()
    assert not is_alive(pid)


async def test_after_the_end_nothing_is_answered_and_ending_again_is_no_matter(tmp_path: Path) -> None:
    async with running(tmp_path) as watched:
        await watched.engine.stop()
        await watched.engine.stop()
        await watched.engine.unload()
        with pytest.raises(EngineStoppedError, match="start Mapside again"):
            await watched.answers("count 1")


@of_linux
async def test_ctrl_c_is_not_for_the_child(tmp_path: Path) -> None:
    async with running(tmp_path) as watched:
        counting = watched.ask("count 5 0.05")
        await anext(counting)
        assert os.getpgid(watched.pid) != os.getpgid(0)
        os.kill(watched.pid, signal.SIGINT)
        assert len([answer async for answer in counting]) == 4


@of_linux
async def test_the_child_stands_behind_the_game(tmp_path: Path) -> None:
    async with running(tmp_path) as watched:
        await watched.answers("count 1")
        ours = os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getpriority(os.PRIO_PROCESS, watched.pid) == min(19, ours + 10)
        assert int(told_by_system(watched.pid, "oom_score_adj")) == 800
        assert "OMP_WAIT_POLICY=PASSIVE" in told_by_system(watched.pid, "environ").split("\0")


@of_windows
async def test_on_windows_it_stands_behind_the_game_as_well(tmp_path: Path) -> None:
    async with running(tmp_path) as watched:
        await watched.answers("count 1")
        if sys.platform == "win32":  # as it is, but mypy looks from everywhere
            assert processes.priority_class(watched.pid) == subprocess.BELOW_NORMAL_PRIORITY_CLASS


async def test_the_folder_that_somebody_stands_in_lends_the_child_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_set = tmp_path / "set"
    a_set.mkdir()
    for name in ("logging", "torch", "engine"):
        (a_set / f"{name}.py").write_text("raise SystemExit('a stranger was let in')")
    monkeypatch.chdir(a_set)
    async with running(tmp_path) as watched:
        assert len(await watched.answers("count 1")) == 1
        if sys.platform == "linux":
            assert not Path(f"/proc/{watched.pid}/cwd").samefile(a_set)  # noqa: ASYNC240  a link of the system
        monkeypatch.chdir(tmp_path)
        a_set.rename(tmp_path / "renamed")  # Windows would not let anybody, were the child in there


@of_linux
async def test_telling_a_map_in_tokens_loads_no_torch(tmp_path: Path) -> None:
    async with running(tmp_path, "engine.child") as watched:
        question = Tokens(str(tmp_path / "gone.osu"), str(tmp_path))
        with pytest.raises(EngineError, match=r"gone\.osu cannot be read"):
            async for _ in watched.engine.ask(question, urgency=Urgency.PERSON):
                pass
        assert "libtorch" not in told_by_system(watched.pid, "maps")


PARENT = """
import asyncio, sys
from pathlib import Path
from tests.engine.engines import Watched, options

async def main():
    watched = Watched(options(Path(sys.argv[1])))
    async for _ in watched.ask("count 100000 " + sys.argv[2]):
        print(watched.pid, flush=True)
        {then}

asyncio.run(main())
"""


@pytest.mark.parametrize("pause_s", ["0.01", "0.5"])
@pytest.mark.parametrize("then", ["await asyncio.sleep(60)", "import os; os._exit(1)"])
def test_a_child_never_outlives_its_parent(tmp_path: Path, then: str, pause_s: str) -> None:
    script = PARENT.format(then=then)
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path), pause_s], cwd=ROOT, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    wait_until(lambda: not is_alive(child))


async def test_fifty_questions_dropped_at_any_moment_leave_the_engine_as_it_was(tmp_path: Path) -> None:
    chance = random.Random(4)

    async def fickle(watched: Watched, number: int) -> None:
        answers = watched.ask(
            f"count {chance.randrange(1, 20)} 0.002",
            urgency=chance.choice(list(Urgency)),
            key=chance.choice(["", f"map {number % 7}"]),
        )
        patience = chance.randrange(20)
        async with contextlib.aclosing(answers):
            async for answer in answers:
                if answer.done > patience:
                    break

    async with running(tmp_path) as watched:
        fickles = [asyncio.create_task(fickle(watched, number)) for number in range(50)]
        for task in chance.sample(fickles, 15):
            await asyncio.sleep(chance.random() * 0.02)
            task.cancel()
        await asyncio.gather(*fickles, return_exceptions=True)
        assert not [task for task in fickles if not task.cancelled() and task.exception()]
        assert len(await watched.answers("count 3")) == 3
        assert len([state for state in watched.states if state.status == "starting"]) == 1
