"""What the companion makes of a bad day: broken maps, slow maps, folders that come and go, and the end."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import threading
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from daemon import paths
from daemon.analysis import Superseded
from daemon.settings import save_setting
from tests.daemon.companion import FILE_NAME, Running, running
from tests.daemon.mapper import mapped, shown, unsnapped, write_silence
from tests.daemon.pages import until
from tests.links import needs_links

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


pytestmark = pytest.mark.usefixtures("own_home")


class TestWhenSomethingFails:
    async def test_a_map_that_cannot_be_checked_is_told_and_the_next_is_checked(
        self, songs: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with running(songs) as app, app.page() as page:
            checking = app.companion._workbench._checking
            think = checking._think

            def stumble(job: Any, desk: Any) -> Any:
                if b"Stumble" in job.data:
                    raise RuntimeError("stumbled")
                return think(job, desk)

            monkeypatch.setattr(checking, "_think", stumble)
            app.save(mapped(3, version="Stumble"), name="stumble.osu")
            told = await page.next("notice")
            assert (told["level"], "stumble.osu" in told["text"]) == ("error", True)
            app.save(mapped(3))
            await shown(page, 1)

    async def test_a_task_that_breaks_off_is_told(self, songs: Path) -> None:
        async def breaks_off() -> None:
            raise RuntimeError("broken")

        async with running(songs) as app, app.page() as page:
            app.companion._tasks.start("count the stars", breaks_off())
            assert "count the stars" in (await page.next("notice"))["text"]

    async def test_a_broken_store_is_told_once_and_maps_are_checked_all_the_same(
        self, songs: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> None:
            raise sqlite3.OperationalError("database or disk is full")

        async with running(songs) as app, app.page() as page:
            for name in ("recognise", "save_check", "path_of"):
                monkeypatch.setattr(app.companion._store, name, full)
            app.save(mapped(3))
            assert "disk is full" in (await page.next("notice"))["text"]
            message = await shown(page, 1)
            app.save(mapped(3, version="Hard"), name="hard.osu")
            assert (await shown(page, 1, version="Hard"))["key"] != message["key"]
            finding = unsnapped(message)[0]["id"]
            assert (await page.ask("intended", key=message["key"], finding=finding, on=True))["ok"]
            assert (await page.ask("select", key=message["key"]))["ok"]
            assert not [each for each in page._kept if each["type"] == "notice"]

    async def test_a_folder_that_cannot_be_written_down_is_watched_and_told(
        self, songs: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("daemon.next_start.save_setting", full)
        async with running(None) as app, app.page() as page:
            assert "No space left" in (await page.ask("choose_folder", path=str(songs)))["error"]
            assert app.companion._watching.folder == songs

    async def test_a_map_of_nonsense_is_shown_as_well_as_it_can_be(self, songs: Path) -> None:
        async with running(songs) as app, app.page() as page:
            path = songs / "1 Set" / "odd.osu"
            path.parent.mkdir()
            path.write_bytes(
                b"osu file format v14\n[Difficulty]\nCircleSize:nan\n[TimingPoints]\n0,nan,4\n1e400,-1,4\n"
                b"[HitObjects]\n1,2,-5000,1,0\n5,5,99999999999999,1,0\n\xff\xfe,,,\n256,192,100,5,0,0:0:0:0:\n"
            )
            message = await page.next("map")
            assert message["metadata"]["file"] == "odd.osu"


class TestAMapLeftEmpty:
    """As the editor leaves it that crashes between truncating and writing."""

    @pytest.fixture(autouse=True)
    def impatience(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MAPSIDE_WATCH__GIVE_UP_MS", "200")

    async def test_is_told_and_what_was_found_before_stays(self, songs: Path) -> None:
        async with running(songs) as app, app.page() as page:
            path = app.save(mapped(1))
            await shown(page, 1)
            path.write_bytes(b"")
            notice = await page.next("notice")
            assert notice["level"] == "error"
            assert f"{path.name} is empty" in notice["text"]
            assert "save it again now" in notice["text"]
            current = app.companion._workbench.current
            assert app.companion._workbench.message_of(current) is not None

    async def test_reaches_the_desktop_when_no_page_is_open(
        self, songs: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with running(songs) as app:
            told: list[str] = []
            monkeypatch.setattr(app.companion._notifier, "notify", lambda _title, text: told.append(text))
            path = app.save(mapped(1))
            await until(lambda: app.companion._workbench.current)
            path.write_bytes(bytes(300))
            await until(lambda: told)
            assert f"{path.name} is filled with zeros" in told[-1]


class TestASlowMap:
    async def test_does_not_stall_the_pages_and_gives_way_to_its_newer_save(
        self, songs: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with running(songs) as app, app.page() as page:
            checking = app.companion._workbench._checking
            think = checking._think
            begun, go_on = threading.Event(), threading.Event()
            given_up: list[Exception] = []

            def slowly(job: Any, desk: Any) -> Any:
                if job.path.name == FILE_NAME and not go_on.is_set():
                    begun.set()
                    go_on.wait(10)
                try:
                    return think(job, desk)
                except Superseded as reason:
                    given_up.append(reason)
                    raise

            monkeypatch.setattr(checking, "_think", slowly)
            app.save(mapped(1))
            await asyncio.to_thread(begun.wait, 10)
            assert (await page.next("status", lambda each: each["busy"]))["busy"]
            assert (await page.ask("pause", on=False))["ok"], "pages are served meanwhile"
            path = app.save(mapped(1, 2, 3))
            await until(lambda: path in app.companion._workbench._waiting)
            go_on.set()
            first = await page.next("map")
            assert len(unsnapped(first)) == 3, "the older save was never shown"
            assert len(given_up) == 1

    async def test_deleted_meanwhile_is_not_shown_any_more(
        self, songs: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with running(songs) as app, app.page() as page, held(app, monkeypatch) as thinking:
            path = app.save(mapped(1))
            await asyncio.to_thread(thinking.begun.wait, 10)
            path.unlink()
            await until(lambda: path not in app.companion._workbench._desks)
            thinking.go_on.set()
            app.save(mapped(2, version="Hard"), name="hard.osu")
            assert (await page.next("map"))["metadata"]["version"] == "Hard"
            assert [each.version for each in app.companion._workbench.recent.values()] == ["Hard"]

    async def test_renamed_meanwhile_is_shown_under_its_new_name(
        self, songs: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with running(songs) as app, app.page() as page, held(app, monkeypatch) as thinking:
            path = app.save(mapped(1))
            await asyncio.to_thread(thinking.begun.wait, 10)
            path.parent.rename(songs / "renamed")
            await until(lambda: path not in app.companion._workbench._desks)
            thinking.go_on.set()
            message = await page.next("map")
            assert message["metadata"]["set"] == "renamed"
            assert len(unsnapped(message)) == 1


class Held:
    """The first look at a map, stopped in its middle."""

    def __init__(self) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()


@asynccontextmanager
async def held(app: Running, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Held]:
    thinking = Held()
    checking = app.companion._workbench._checking
    think = checking._think

    def slowly(job: Any, desk: Any) -> Any:
        if not thinking.begun.is_set():
            thinking.begun.set()
            thinking.go_on.wait(10)
        return think(job, desk)

    monkeypatch.setattr(checking, "_think", slowly)
    try:
        yield thinking
    finally:
        thinking.go_on.set()


def rename(folder: Path, name: str) -> None:
    folder.rename(folder.with_name(name))


def make(folder: Path) -> None:
    folder.mkdir(parents=True)


def link(folder: Path, name: str) -> None:
    folder.unlink(missing_ok=True)
    folder.symlink_to(folder.with_name(name), target_is_directory=True)


class TestTheSongsFolder:
    """Gone and back: a disk unplugged, a folder renamed."""

    @pytest.fixture(autouse=True)
    def impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("daemon.watch.watching.LOOK_AGAIN_S", 0.05)

    async def test_that_comes_back_is_watched_again(self, songs: Path) -> None:
        async with running(songs) as app, app.page() as page:
            rename(songs, "elsewhere")
            gone = await page.next("status", lambda each: each["watching"] == "nothing")
            assert "is gone" in gone["note"]
            make(songs)
            await page.next("status", lambda each: each["watching"] == "all" and not each["note"])
            app.save(mapped(3))
            await shown(page, 1)

    @needs_links
    async def test_that_is_another_under_the_same_name_is_watched(self, songs: Path) -> None:
        rename(songs, "one")
        make(songs.with_name("two") / "1 Set")
        link(songs, "one")
        async with running(songs) as app, app.page() as page:
            link(songs, "two")
            await page.next("status", lambda each: each["sets"] == 1)
            app.save(mapped(3), folder="1 Set")
            await shown(page, 1)

    async def test_that_was_chosen_and_is_not_there_yet_is_waited_for(self, songs: Path) -> None:
        rename(songs, "elsewhere")
        save_setting(paths.settings_file(), "songs.folder", str(songs))
        async with running(None) as app, app.page() as page:
            await page.next("status", lambda each: "is not there" in each["note"])
            make(songs)
            await page.next("status", lambda each: each["folder"] == str(songs))
            Running(app.companion, songs).save(mapped(3))
            await shown(page, 1)


async def test_where_not_all_sets_can_be_watched_the_one_that_is_opened_is(
    songs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAPSIDE_WATCH__MAX_FOLDERS", "4")
    monkeypatch.setenv("MAPSIDE_WATCH__RECENT_SETS", "1")
    for number in range(9):
        (songs / f"{number} Set").mkdir()
    async with running(songs) as app, app.page() as page:
        app.companion._watching.use(songs / "1 Set" / FILE_NAME)
        path = app.save(mapped(3), folder="1 Set")
        key = (await shown(page, 1))["key"]
        app.companion._watching.use(songs / "2 Set" / FILE_NAME)
        path.write_bytes(mapped(3, 4).bytes())
        assert (await page.ask("select", key=key))["ok"]
        await shown(page, 2)
        path.write_bytes(mapped(3, 4, 5).bytes())
        await shown(page, 3)


async def test_an_unknown_check_that_is_switched_off_is_told(
    songs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAPSIDE_CHECKS__DISABLED", "unsnaped-objects,muted")
    async with running(songs) as app, app.page() as page:
        del app
        note = (await page.next("status"))["note"]
        assert 'names "unsnaped-objects"' in note
        assert 'the nearest is "unsnapped-objects"' in note


class TestTheEnd:
    async def test_does_not_wait_for_a_song_that_is_being_measured(
        self, songs: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun, go_on = threading.Event(), threading.Event()

        def forever(*_: object) -> None:
            begun.set()
            go_on.wait(20)

        async with running(songs) as app:
            monkeypatch.setattr(app.companion._workbench._checking._songs, "measure", forever)
            (songs / "1 Artist - Title").mkdir()
            write_silence(songs / "1 Artist - Title" / "audio.wav", seconds=1)
            app.save(mapped(3).audio("audio.wav"))
            await asyncio.to_thread(begun.wait, 10)
            ending = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - ending < 2
        measuring = [each for each in threading.enumerate() if each.name == "mapside-apart"]
        assert [each.daemon for each in measuring] == [True], "the interpreter does not wait for it either"
        go_on.set()
        for each in measuring:
            each.join(10)

    async def test_leaves_no_thread_and_no_address(self, songs: Path) -> None:
        before = set(threading.enumerate())
        async with running(songs) as app, app.page() as page:
            app.save(mapped(3))
            await shown(page, 1)
        left = {
            each.name for each in set(threading.enumerate()) - before if not each.name.startswith("asyncio_")
        }
        assert left == set()
        assert os.listdir(paths.runtime_folder()) == ["mapside.lock"]  # noqa: PTH208  names are enough

    async def test_nothing_of_the_persons_maps_was_written(self, songs: Path) -> None:
        async with running(songs) as app, app.page() as page:
            path = app.save(mapped(3))
            before = (path.read_bytes(), path.stat().st_mtime_ns)
            message = await shown(page, 1)
            await page.ask("intended", key=message["key"], finding=unsnapped(message)[0]["id"], on=True)
            await page.ask("check")
            await shown(page, 1)
        assert (path.read_bytes(), path.stat().st_mtime_ns) == before
        assert [each.name for each in path.parent.iterdir()] == [FILE_NAME]


async def test_hello_names_every_check(songs: Path) -> None:
    async with running(songs) as app, app.page() as page:
        greeting = await page.next("hello")
        assert greeting["protocol"] == 1
        assert "unsnapped-objects" in greeting["checks"]
        assert json.dumps(greeting)
