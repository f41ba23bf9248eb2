"""The program as a person starts it: `run_daemon.py` in a process of its own."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from engine.beatmap.builder import osu
from tests.daemon.pages import Page, open_page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"http://127\.0\.0\.1:(\d+)/#token=([\w-]+)")


@dataclass
class Program:
    process: asyncio.subprocess.Process
    said: str = ""

    async def link(self) -> tuple[int, str]:
        assert self.process.stdout is not None
        async with asyncio.timeout(20):
            while not (found := LINK.search(self.said)):
                line = await self.process.stdout.readline()
                assert line, f"it ended without a link: {self.said}"
                self.said += line.decode()
        return int(found[1]), found[2]

    async def ended(self) -> float:
        """Seconds until it had ended."""
        started = time.monotonic()
        async with asyncio.timeout(15):
            rest, _ = await self.process.communicate()
        self.said += rest.decode()
        return time.monotonic() - started


@asynccontextmanager
async def started(home: Path, *arguments: str) -> AsyncIterator[Program]:
    environment = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "run_daemon.py"),
        *("--port", "0", "--no-browser", *arguments),
        env={**environment, "MAPSIDE_HOME": str(home)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield Program(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    folder = tmp_path / "Songs"
    (folder / "1 Set").mkdir(parents=True)
    return folder


def log_of(home: Path) -> str:
    return (home / "log" / "mapside.log").read_text(encoding="utf-8")


async def watched(page: Page) -> None:
    await page.next("status", lambda each: each["watching"] != "nothing")


async def test_a_save_is_found_wrong_and_quit_ends_it_cleanly(home: Path, songs: Path) -> None:
    async with started(home, "--songs", str(songs), "--no-tray") as program:
        port, token = await program.link()
        async with open_page(port, token) as page:
            await watched(page)
            late = osu().timing(180, at=0).circle(at=1000).circle(at=1340)
            (songs / "1 Set" / "a.osu").write_bytes(late.bytes())
            message = await page.next("map")
            assert "00:01:340 (2)" in [each["timestamp"] for each in message["findings"]]
            assert (await page.ask("quit"))["ok"]
        assert await program.ended() < 1.5
        assert program.process.returncode == 0
        assert "Traceback" not in program.said + log_of(home)
        assert token not in log_of(home)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_it_cleanly_with_a_page_open(home: Path, songs: Path, number: int) -> None:
    async with started(home, "--songs", str(songs), "--no-tray") as program:
        port, token = await program.link()
        async with open_page(port, token) as page:
            await watched(page)
            program.process.send_signal(number)
            assert await program.ended() < 1.5
        assert program.process.returncode == 0
        assert "Traceback" not in program.said + log_of(home)


@pytest.mark.skipif(sys.platform != "linux", reason="a display that may be missing is Linux's")
async def test_without_a_display_it_runs_and_says_what_is_missing(home: Path, songs: Path) -> None:
    async with started(home, "--songs", str(songs)) as program:
        port, token = await program.link()
        async with open_page(port, token) as page:
            await watched(page)
            await page.ask("quit")
        await program.ended()
        assert "no tray icon" in program.said


async def test_a_second_start_brings_the_first_forward(home: Path, songs: Path) -> None:
    async with started(home, "--songs", str(songs), "--no-tray") as first:
        port, token = await first.link()
        async with open_page(port, token) as page:
            async with started(home, "--songs", str(songs), "--no-tray") as second:
                assert await second.link() == (port, token)
                assert await second.ended() < 5
                assert second.process.returncode == 0
            assert "runs already" in (await page.next("notice"))["text"]
            assert (await page.ask("pause", on=False))["ok"], "the first goes on"


@pytest.mark.skipif(sys.platform == "win32", reason="kill is another thing there")
async def test_after_a_crash_it_starts_again_with_the_same_token(home: Path, songs: Path) -> None:
    async with started(home, "--songs", str(songs), "--no-tray") as first:
        _, token = await first.link()
        first.process.kill()
        await first.ended()
    async with started(home, "--songs", str(songs), "--no-tray") as again:
        assert (await again.link())[1] == token


async def test_a_wrong_setting_is_one_sentence(home: Path) -> None:
    (home / "config").mkdir(parents=True)
    (home / "config" / "settings.toml").write_text("[server]\nporrt = 1\n", encoding="utf-8")
    async with started(home) as program:
        await program.ended()
    assert program.process.returncode == 2
    assert "server.port" in program.said
    assert "Traceback" not in program.said


async def test_without_a_songs_folder_it_runs_and_asks_for_one(home: Path, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    (home / "config").mkdir(parents=True)
    text = f"[songs]\nfolder = '{gone}'\n"
    (home / "config" / "settings.toml").write_text(text, encoding="utf-8")
    async with started(home, "--no-tray") as program:
        port, token = await program.link()
        async with open_page(port, token) as page:
            told = await page.next("status", lambda each: each["note"] != "")
            assert str(gone) in told["note"]
            assert told["folder"] is None
