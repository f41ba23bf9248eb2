"""Sections regenerated and accepted while things go wrong, drawn at random: what must hold, whatever happens.

The mapper's file is what it was, or what was accepted, or what the editor saved: whole, and nothing else.
Nothing of ours is left beside it, the backups keep to their limit, and no process outlives the companion.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import stat
import subprocess
import sys
import time
from collections import Counter
from contextlib import AsyncExitStack, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from daemon.writing.new_difficulty import with_name
from tests.companion_process import LINK, ROOT
from tests.daemon.pages import until
from tests.daemon.synth import FILE, SET, synth
from tests.daemon.writing.eyes import Eyes, GoneError, opened
from tests.daemon.writing.sections import END_MS, START_MS, edited, lines_beside, section_lines
from tests.daemon.writing.stub_companion import PROCESS
from tests.daemon.writing.writing_child import written
from tests.processes import Process, descendants_of, is_running, kill
from tests.shared_data import shared

if sys.platform != "win32":
    import resource

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

MOST_BACKUP_BYTES: Final = 1_000_000
MOST_OF_A_WRITE_S: Final = 0.3
"""A kill within it comes at any step of a write, or just after."""
LEAVES_S: Final = 10.0
STARTS_S: Final = 60.0
ENDS_S: Final = 20.0
SETTINGS: Final = """
[songs]
folder = '{songs}'
[ai]
findings = false
listen_ahead = false
[engine]
model = '{model}'
[writing]
on = true
disclosed = true
backups_max_bytes = {most}
"""


class BrokenPromiseError(AssertionError):
    """What must not happen has happened."""


class Rounds:
    """One map, one companion after another."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.done = 0
        self.happened: Counter[str] = Counter()
        self._folder = folder
        self._home = folder / "home"
        songs = folder / "Songs"
        songs.mkdir(parents=True)
        (folder / "stub").mkdir()
        self._set = songs / SET
        self._set.mkdir()
        self._mounted = _is_anybody_allowed_all() and _mount(self._set)
        shutil.copyfile(shared("golden", "inputs", "audio.flac"), self._set / "audio.flac")
        self.map = self._set / FILE
        self.map.write_bytes(synth())
        self._write_settings(songs)
        self._companion = CompanionProcess(self._home)
        self._eyes: Eyes | None = None
        self._page = AsyncExitStack()
        self._step = self._seed = 0
        self._key = ""
        self._engines: set[Process] = set()

    async def run(self, count: int, on_round: Callable[[int], None] = lambda _: None) -> None:
        await self._start()
        try:
            for number in range(count):
                await self._round()
                self.done += 1
                on_round(number)
        finally:
            try:
                await self._page.aclose()
                await self._companion.stop()
                await self._nothing_is_left()
            finally:
                if self._mounted:
                    await _system("umount", str(self._set))

    async def _round(self) -> None:
        if self.random.random() < 0.3:  # now and then the mapper goes on mapping
            await self._save(self._edit(self.map.read_bytes()))
        fault = self.random.choice(self._faults())
        name = fault.__name__.removeprefix("_")
        try:
            await fault()
        except BrokenPromiseError as error:
            raise BrokenPromiseError(f"{name}: {error}") from error
        self.happened[name] += 1
        await self._must_hold(name)

    def _faults(self) -> list[Callable[[], Awaitable[None]]]:
        always: list[Callable[[], Awaitable[None]]] = [
            self._accepted,
            self._accepted,
            self._undone_and_redone,
            self._reverted,
            self._engine_killed,
            self._cancelled,
            self._saved_in_between,
            self._saved_at_that_moment,
            self._page_gone,
            self._companion_killed,
            self._new_difficulty_killed,
            self._read_only,
        ]
        if sys.platform == "win32":
            return [*always, self._open_elsewhere]
        always.append(self._no_room_for_any_file)
        return [*always, self._disk_full, self._held_open] if self._mounted else always

    # What goes wrong.

    async def _accepted(self) -> None:
        _, after = await self._candidate()
        reply = await self._accept()
        _must(reply["ok"], f"accepting failed: {reply['error']}")
        self._holds(after)

    async def _undone_and_redone(self) -> None:
        before, after = await self._candidate()
        _must((await self._accept())["ok"], "accepting failed")
        await self._ask("undo_write")
        self._holds(before)
        await self._ask("redo_write")
        self._holds(after)

    async def _reverted(self) -> None:
        before, _ = await self._candidate()
        _must((await self._accept())["ok"], "accepting failed")
        told = await self._seen("generated", partial(_has_range_of, str(self._seed)))
        last = next(each for each in told["ranges"] if each["seed"] == str(self._seed))
        if self.random.random() < 0.5:  # the same from a map that was saved since
            await self._save(self._edit(self.map.read_bytes()))
            before = self._like_the_last_edit(before)
        await self._ask("revert_range", range=last["id"])
        self._holds(before)

    async def _engine_killed(self) -> None:
        before = self.map.read_bytes()
        await self._begin()
        await asyncio.sleep(self.random.uniform(0, 0.1))
        for process in descendants_of(self._companion.pid):
            with suppress(ProcessLookupError):
                kill(process.pid)
        await self._seen("regeneration", lambda each: each["state"] not in ("waiting", "writing"))
        self._holds(before)

    async def _cancelled(self) -> None:
        before = self.map.read_bytes()
        await self._begin()
        await asyncio.sleep(self.random.uniform(0, 0.3))
        await self._ask("cancel_regeneration")
        self._holds(before)

    async def _saved_in_between(self) -> None:
        await self._candidate()
        saved = self._edit(self.map.read_bytes())
        self.map.write_bytes(saved)
        reply = await self._accept()
        _must(not reply["ok"], "a save was written over")
        self._holds(saved)

    async def _saved_at_that_moment(self) -> None:
        """The editor saves as stable does, in place, while the candidate is being written."""
        before, _ = await self._candidate()
        saved = self._edit(before)
        saving = asyncio.to_thread(_save_after, self.map, saved, self.random.uniform(0, 0.03))
        reply, _ = await asyncio.gather(self._accept(), saving)
        self._holds(saved)
        self.happened["of them accepted before the save" if reply["ok"] else "of them refused"] += 1

    async def _page_gone(self) -> None:
        before, after = await self._candidate()
        self._eyes_now.send("accept", key=self._key, candidate=0, to="file")
        await asyncio.sleep(self.random.uniform(0, 0.02))
        await self._page.aclose()
        await self._look()
        await asyncio.sleep(0.5)  # nobody is told how it ended
        self._holds(before, after)

    async def _companion_killed(self) -> None:
        before, after = await self._candidate()
        waiting = self._eyes_now.send("accept", key=self._key, candidate=0, to="file")
        await asyncio.sleep(self.random.uniform(0, MOST_OF_A_WRITE_S))
        self._companion.kill()
        with suppress(GoneError):
            reply = await waiting
            if reply["ok"]:
                before = after  # what was promised must be there
        self._holds(before, after)
        await self._restart()
        self._holds(before, after)

    async def _new_difficulty_killed(self) -> None:
        """It is there whole or not at all, and the map that it comes of is what it was."""
        before, after = await self._candidate()
        expected = with_name(after, "Another")
        waiting = self._eyes_now.send("accept", key=self._key, candidate=0, to="new", name="Another")
        await asyncio.sleep(self.random.uniform(0, MOST_OF_A_WRITE_S))
        self._companion.kill()
        promised = False
        with suppress(GoneError):
            promised = (await waiting)["ok"]
        await self._restart()
        self._holds(before)
        made = [path for path in self._set.glob("*.osu") if path != self.map]
        _must(len(made) == 1 or (not made and not promised), f"there are {len(made)} new difficulties")
        for path in made:
            _must(path.read_bytes() == expected, "the new difficulty is not what was accepted")
            path.unlink()
        self.happened["of them there after it"] += len(made)

    if sys.platform != "win32":

        async def _no_room_for_any_file(self) -> None:
            """A limit of the system on the size of files: the database and the log run into it as well."""
            before, after = await self._candidate()
            limit = self.random.choice([0, 1000, 20_000, len(after) - 1])
            resource.prlimit(self._companion.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            reply = await self._accept()
            resource.prlimit(
                self._companion.pid,
                resource.RLIMIT_FSIZE,
                (resource.RLIM_INFINITY, resource.RLIM_INFINITY),
            )
            self._holds(before, *((after,) if reply["ok"] else ()))

    async def _open_elsewhere(self) -> None:
        """Windows replaces no file that another program has open, and is asked for two seconds."""
        before, after = await self._candidate()
        with self.map.open("rb"):
            waiting = self._eyes_now.send("accept", key=self._key, candidate=0, to="file")
            await asyncio.sleep(self.random.choice([0.1, 0.3, 0.5, 4.0]))
        reply = await waiting
        self._holds(after if reply["ok"] else before)

    async def _disk_full(self) -> None:
        before, _ = await self._candidate()
        filler = self._set / "filler.bin"
        with suppress(OSError), filler.open("wb") as stream:
            while True:
                stream.write(bytes(4096))
                stream.flush()
        reply = await self._accept()
        filler.unlink()
        _must(not reply["ok"] and "is full" in reply["error"], f"a full disk went unnoticed: {reply}")
        self._holds(before)

    async def _held_open(self) -> None:
        """Mounted upon itself a file cannot be replaced, as on Windows one that another program has open."""
        before, after = await self._candidate()
        await _system("mount", "--bind", str(self.map), str(self.map))
        waiting = self._eyes_now.send("accept", key=self._key, candidate=0, to="file")
        await asyncio.sleep(self.random.choice([0.1, 0.3, 0.5, 2.6]))
        await _system("umount", str(self.map))
        reply = await waiting
        self._holds(after if reply["ok"] else before)

    async def _read_only(self) -> None:
        before, after = await self._candidate()
        self.map.chmod(stat.S_IREAD)
        reply = await self._accept()
        self.map.chmod(0o644)
        _must(reply["ok"] == _is_anybody_allowed_all(), "a read-only map was written")
        self._holds(after if reply["ok"] else before)

    # What a person does.

    async def _candidate(self) -> tuple[bytes, bytes]:
        """Two candidates, done; what the map holds, and what the first of them makes of it."""
        while True:
            before, seed = await self._begin()
            told = await self._seen("regeneration", lambda each: each["state"] not in ("waiting", "writing"))
            if told["state"] == "done":
                return before, written(before, seed, START_MS, END_MS)
            # A save of the round before was not shown yet when this was begun.
            _must(told["state"] == "stale", f"the regeneration is {told['state']}: {told['note']}")

    async def _begin(self) -> tuple[bytes, int]:
        seed = self._seed = self.random.getrandbits(32)
        await self._at_rest()
        while True:
            shown = await self._shown()
            reply = await self._eyes_now.ask(
                "regenerate",
                key=self._key,
                map_version=shown["map_version"],
                start_ms=START_MS,
                end_ms=END_MS,
                candidates=2,
                seeds=[str(seed)],
            )
            if reply["ok"]:
                await self._seen("regeneration", partial(_is_of, str(seed)))
                return self.map.read_bytes(), seed
            _must(
                "saved meanwhile" in reply["error"] or "open it here" in reply["error"],
                f"refused: {reply['error']}",
            )
            await self._select()

    async def _accept(self) -> dict[str, Any]:
        return await self._eyes_now.ask("accept", key=self._key, candidate=0, to="file")

    async def _ask(self, kind: str, **values: object) -> None:
        reply = await self._eyes_now.ask(kind, key=self._key, **values)
        _must(reply["ok"], f"{kind}: {reply['error']}")

    async def _save(self, data: bytes) -> None:
        """In the editor, and what comes of it is shown."""
        version = (await self._shown())["map_version"]
        self.map.write_bytes(data)
        await self._seen("map", lambda each: each["map_version"] > version)

    def _edit(self, data: bytes) -> bytes:
        self._step += 1
        return edited(data, self._step % 300)

    def _like_the_last_edit(self, data: bytes) -> bytes:
        return edited(data, self._step % 300)

    async def _select(self) -> None:
        await self._eyes_now.ask("select", key=self._key)
        await asyncio.sleep(0.05)

    async def _at_rest(self) -> None:
        """The companion shows what the file holds."""
        await self._select()

    async def _shown(self) -> dict[str, Any]:
        return await self._seen("map", lambda _: True)

    async def _seen(self, kind: str, holds: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """Of the map, where the message is about one."""
        about = f"{kind} {self._key}" if kind in ("map", "regeneration", "generated") else kind
        try:
            return await self._eyes_now.until(about, holds)
        except TimeoutError:
            last = str(self._eyes_now.seen.get(about))[:1000]
            raise BrokenPromiseError(
                f"the {kind} that was waited for did not come; the last: {last}"
            ) from None

    # What must hold.

    def _holds(self, *contents: bytes) -> None:
        now = self.map.read_bytes()
        if now not in contents:
            there = [section_lines(now) == section_lines(each) for each in contents]
            beside = [lines_beside(now) == lines_beside(each) for each in contents]
            raise BrokenPromiseError(
                f"the map holds {len(now)} bytes, none of {[len(each) for each in contents]}: "
                f"the section is one of them: {there}, the rest: {beside}"
            )

    async def _must_hold(self, after: str) -> None:
        names = sorted(path.name for path in self._set.iterdir())
        known = {FILE, "audio.flac"}
        _must(set(names) <= known, f"after {after} there is {names} beside the map")
        size = sum(file.stat().st_size for file in (self._home / "data" / "backups").glob("*/*"))
        _must(size <= MOST_BACKUP_BYTES, f"after {after} the backups take {size} bytes")
        self._engines |= descendants_of(self._companion.pid)
        await self._record_fits(after)

    async def _record_fits(self, after: str) -> None:
        """A section as the mapper made it is not called generated, and one that a model wrote is."""
        await self._select()
        is_theirs = section_lines(self.map.read_bytes()) == section_lines(synth())

        def fits(each: dict[str, Any]) -> bool:
            return bool(each["sentence"]) != is_theirs

        try:
            await self._seen("generated", fits)
        except BrokenPromiseError as error:
            raise BrokenPromiseError(f"after {after} the record does not fit the map: {error}") from None

    async def _nothing_is_left(self) -> None:
        self._engines |= descendants_of(self._companion.pid)
        await until(lambda: not any(map(is_running, self._engines)), within_s=LEAVES_S)

    # The companion.

    async def _start(self) -> None:
        await self._companion.start()
        await self._look()

    async def _restart(self) -> None:
        await self._page.aclose()
        await self._companion.stop()
        await self._nothing_is_left()
        self._engines.clear()
        await self._start()

    async def _look(self) -> None:
        self._page = AsyncExitStack()
        self._eyes = await self._page.enter_async_context(opened(self._companion.link, self._companion.port))
        if not self._eyes.seen.get("maps", {}).get("maps"):
            await self._seen("status", lambda each: each["watching"] == "all")
        if not self._key:
            self.map.write_bytes(self._edit(self.map.read_bytes()))
            shown = await self._eyes.until("map", lambda _: True)
            self._key = shown["key"]
        await self._select()
        await self._shown()

    @property
    def _eyes_now(self) -> Eyes:
        assert self._eyes is not None
        return self._eyes

    def _write_settings(self, songs: Path) -> None:
        file = self._home / "config" / "settings.toml"
        file.parent.mkdir(parents=True)
        text = SETTINGS.format(songs=songs, model=self._folder / "stub", most=MOST_BACKUP_BYTES)
        file.write_text(text, encoding="utf-8")


class CompanionProcess:
    """What it says goes into a file: a full disk makes it say much, and nobody reads a pipe."""

    def __init__(self, home: Path) -> None:
        self.link, self.port, self.pid = "", 0, 0
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None
        """On Windows, a virtual environment's Python is one that starts the companion."""

    async def start(self) -> None:
        said = self._home / "said.txt"
        with said.open("wb") as out:
            self._process = await asyncio.to_thread(self._spawn, out)
        await until(lambda: LINK.search(said.read_text(errors="replace")), within_s=STARTS_S)
        text = said.read_text(errors="replace")
        found, process = LINK.search(text), PROCESS.search(text)
        assert found is not None
        assert process is not None
        self.link, self.port, self.pid = found.group(), int(found.group(1)), int(process.group(1))

    def _spawn(self, out: BinaryIO) -> subprocess.Popen[bytes]:
        arguments = ("-m", "tests.daemon.writing.stub_companion", "--no-tray", "--no-browser", "--port", "0")
        environment = {**os.environ, "MAPSIDE_HOME": str(self._home), "PYTHONUNBUFFERED": "1"}
        return subprocess.Popen(
            [sys.executable, *arguments], env=environment, cwd=ROOT, stdout=out, stderr=out
        )

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()

    async def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            await asyncio.to_thread(self._process.wait, ENDS_S)


def _is_anybody_allowed_all() -> bool:
    """As the administrator of a Linux is, and nobody on Windows where a file is read-only."""
    return sys.platform != "win32" and os.geteuid() == 0


def _mount(folder: Path) -> bool:
    """A small disk, where the system lets us have one."""
    command = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def _save_after(path: Path, data: bytes, pause_s: float) -> None:
    time.sleep(pause_s)
    with path.open("r+b") as stream:
        stream.truncate()
        stream.write(data)


async def _system(*command: str) -> None:
    await asyncio.to_thread(subprocess.run, command, check=True)


def _is_of(seed: str, told: dict[str, Any]) -> bool:
    return bool(told["candidates"]) and told["candidates"][0]["seed"] == seed


def _has_range_of(seed: str, told: dict[str, Any]) -> bool:
    return any(each["seed"] == seed for each in told["ranges"])


def _must(holds: object, sentence: str) -> None:
    if not holds:
        raise BrokenPromiseError(sentence)
