"""Real saves through the real watcher into the real companion, seen over real websockets."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import threading
import wave
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from daemon import paths, workbench
from daemon.analysis import Superseded
from daemon.desktop import opening as desktop
from daemon.settings import load_settings, save_setting
from engine.beatmap.builder import MapBuilder, osu
from tests.daemon.companion import FILE_NAME, Running, running
from tests.daemon.pages import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from daemon.watch.reading import Reading
    from tests.daemon.pages import Page

BEAT_MS = 333


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path / "home"))


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    folder = tmp_path / "Songs"
    folder.mkdir()
    return folder


def mapped(*late: int, version: str = "Normal", count: int = 20) -> MapBuilder:
    """Circles on the beat, those whose number is in `late` 5 ms behind it."""
    built = osu().metadata(Version=version).timing(60_000 / BEAT_MS, at=0)
    for number in range(count):
        at = number * BEAT_MS + (5 if number in late else 0)
        built = built.circle(at=at, x=40 + 20 * number, y=100 + number)
    return built


def unsnapped(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in message["findings"] if each["check"] == "unsnapped-objects"]


def statuses(message: dict[str, Any]) -> list[str]:
    return [each["status"] for each in unsnapped(message)]


async def shown(page: Page, late: int, *, version: str = "Normal") -> dict[str, Any]:
    """The next map message with so many late circles."""
    return await page.next(
        "map", lambda each: len(unsnapped(each)) == late and each["metadata"]["version"] == version
    )


class TestASave:
    async def test_is_on_every_page(self, songs: Path) -> None:
        async with running(songs) as app, app.page() as one, app.page() as two:
            app.save(mapped(3))
            for page in (one, two):
                message = await shown(page, 1)
                (finding,) = unsnapped(message)
                assert finding["timestamp"] == "00:01:004 (4)"
                assert finding["link"] == "osu://edit/00:01:004%20(4)"
                assert finding["discussion"].startswith("00:01:004 (4) - ")
                assert message["metadata"]["file"] == FILE_NAME
                assert message["metadata"]["set"] == "1 Artist - Title"

    async def test_says_what_is_new_and_what_is_gone(self, songs: Path) -> None:
        async with running(songs) as app, app.page() as page:
            app.save(mapped(3))
            first = await shown(page, 1)
            app.save(mapped(3, 7))
            second = await shown(page, 2)
            assert statuses(second) == ["still", "new"]
            assert unsnapped(second)[0]["id"] == unsnapped(first)[0]["id"]
            assert second["edited"] == [[7 * BEAT_MS, 7 * BEAT_MS + 5]]
            app.save(mapped(7))
            third = await shown(page, 1)
            assert [each["timestamp"] for each in third["gone"]] == ["00:01:004 (4)"]
            assert third["map_version"] > second["map_version"] > first["map_version"]

    async def test_tells_how_long_it_took(self, songs: Path) -> None:
        async with running(songs) as app, app.page() as page:
            app.save(mapped(3))
            timings = (await shown(page, 1))["timings"]
            parts = timings["settle_ms"] + timings["parse_ms"] + timings["checks_ms"]
            assert 0 < parts <= timings["total_ms"] < 5000

    async def test_comes_first_in_the_list_of_maps(self, songs: Path) -> None:
        async with running(songs) as app, app.page() as page:
            app.save(mapped(3))
            await shown(page, 1)
            app.save(mapped(1, 2, version="Hard"), name="hard.osu")
            message = await page.next("maps", lambda each: len(each["maps"]) == 2)
            assert [each["version"] for each in message["maps"]] == ["Hard", "Normal"]
            assert message["current"] == message["maps"][0]["key"]
            assert message["maps"][1]["counts"]["problem"] >= 1

    async def test_of_a_page_that_connects_later_is_there_at_once(self, songs: Path) -> None:
        async with running(songs) as app:
            async with app.page() as page:
                app.save(mapped(3))
                await shown(page, 1)
            async with app.page() as late:
                kinds = [(await late.receive())["type"] for _ in range(4)]
                assert kinds == ["hello", "status", "maps", "map"]

    async def test_as_the_newest_of_many_is_the_one_that_stays(self, songs: Path) -> None:
        async with running(songs) as app, app.page() as page:
            for count in range(1, 16):
                app.save(mapped(*range(count)))
                await asyncio.sleep(0.004)
            await shown(page, 15)
            async with app.page() as late:
                assert len(unsnapped(await late.next("map"))) == 15

    async def test_learns_the_length_of_its_song_a_moment_later(self, songs: Path) -> None:
        async with running(songs) as app, app.page() as page:
            folder = songs / "1 Artist - Title"
            folder.mkdir()
            write_silence(folder / "audio.wav", seconds=12)
            app.save(mapped(3).audio("audio.wav"))
            first = await shown(page, 1)
            later = await page.next("map")
            assert first["overview"]["song_ms"] is None
            assert later["overview"]["song_ms"] == pytest.approx(12_000, abs=1)
            assert statuses(later) == statuses(first)
            app.save(mapped(3, 4).audio("audio.wav"))
            assert (await shown(page, 2))["overview"]["song_ms"] is not None, "it is known from then on"


def write_silence(path: Path, *, seconds: int) -> None:
    with wave.open(str(path), "wb") as song:
        song.setnchannels(1)
        song.setsampwidth(2)
        song.setframerate(8000)
        song.writeframes(bytes(2 * 8000 * seconds))


class TestIntended:
    async def test_hides_a_finding_for_good_and_tells_every_page(self, songs: Path) -> None:
        async with running(songs) as app, app.page() as one, app.page() as two:
            app.save(mapped(3))
            message = await shown(one, 1)
            finding = unsnapped(message)[0]["id"]
            reply = await one.ask("intended", key=message["key"], finding=finding, on=True)
            assert reply["ok"]
            told = await two.next("intended")
            assert (told["key"], told["finding"], told["on"]) == (message["key"], finding, True)
            app.save(mapped(3, 5))
            assert [each["intended"] for each in unsnapped(await shown(one, 2))] == [True, False]

    async def test_is_what_a_page_that_connects_later_sees(self, songs: Path) -> None:
        async with running(songs) as app:
            async with app.page() as page:
                app.save(mapped(3))
                message = await shown(page, 1)
                await page.ask("intended", key=message["key"], finding=unsnapped(message)[0]["id"], on=True)
            async with app.page() as late:
                assert unsnapped(await late.next("map"))[0]["intended"]

    async def test_survives_a_restart_an_upload_that_renames_the_folder_and_an_edited_title(
        self, songs: Path
    ) -> None:
        async with running(songs) as app, app.page() as page:
            app.save(mapped(3))
            message = await shown(page, 1)
            await page.ask("intended", key=message["key"], finding=unsnapped(message)[0]["id"], on=True)
        (songs / "1 Artist - Title").rename(songs / "500 Artist - Title")
        async with running(songs) as app, app.page() as page:
            app.save(mapped(3).metadata(BeatmapID=77), folder="500 Artist - Title")
            again = await shown(page, 1)
            assert (again["key"], unsnapped(again)[0]["intended"]) == (message["key"], True)
            app.save(mapped(3, 5).metadata(BeatmapID=77, Title="Edited"), folder="500 Artist - Title")
            assert [each["intended"] for each in unsnapped(await shown(page, 2))] == [True, False]

    async def test_follows_a_difficulty_renamed_while_it_runs(self, songs: Path) -> None:
        async with running(songs) as app, app.page() as page:
            old = app.save(mapped(3))
            message = await shown(page, 1)
            await page.ask("intended", key=message["key"], finding=unsnapped(message)[0]["id"], on=True)
            old.rename(old.with_name("renamed.osu"))
            await page.next("maps", lambda each: [one["file"] for one in each["maps"]] == ["renamed.osu"])
            app.save(mapped(3, 9), name="renamed.osu")
            assert [each["intended"] for each in unsnapped(await shown(page, 2))] == [True, False]

    async def test_of_something_gone_is_refused_with_a_sentence(self, songs: Path) -> None:
        async with running(songs) as app, app.page() as page:
            app.save(mapped(3))
            message = await shown(page, 1)
            reply = await page.ask("intended", key=message["key"], finding="f999", on=True)
            assert not reply["ok"]
            assert reply["error"].startswith("That finding is no longer there")


class TestARestart:
    async def test_knows_what_is_new_at_the_first_save(self, songs: Path) -> None:
        async with running(songs) as app, app.page() as page:
            app.save(mapped(3, 7))
            await shown(page, 2)
        async with running(songs) as app, app.page() as page:
            app.save(mapped(3, 12))
            message = await shown(page, 2)
            while statuses(message) != ["still", "new"]:
                message = await shown(page, 2)
            assert [
                each["timestamp"] for each in message["gone"] if each["check"] == "unsnapped-objects"
            ] == ["00:02:336 (8)"]

    async def test_calls_nothing_gone_that_waits_for_the_song_to_be_measured(self, songs: Path) -> None:
        folder = songs / "1 Artist - Title"
        folder.mkdir()
        write_silence(folder / "audio.wav", seconds=2)
        async with running(songs) as app, app.page() as page:
            app.save(mapped(3).audio("audio.wav"))
            message = await page.next("map", lambda each: each["overview"]["song_ms"])
            assert "objects-outside-song" in [each["check"] for each in message["findings"]]
            await asyncio.sleep(0.1)
        async with running(songs) as app, app.page() as page:
            app.save(mapped(3, 4).audio("audio.wav"))
            told = [await page.next("map")]
            while len(unsnapped(told[-1])) < 2 or not told[-1]["overview"]["song_ms"]:
                told.append(await page.next("map"))
            assert not told[0]["overview"]["song_ms"], "it begins before the song is measured"
            assert [each["gone"] for each in told] == [[]] * len(told)
            outside = [each for each in told[-1]["findings"] if each["check"] == "objects-outside-song"]
            assert [each["status"] for each in outside] == ["still"]

    async def test_shows_the_map_saved_last_before_any_save(self, songs: Path) -> None:
        async with running(songs) as app, app.page() as page:
            app.save(mapped(3))
            await shown(page, 1)
        async with running(songs) as app, app.page() as page:
            assert len(unsnapped(await page.next("map"))) == 1

    async def test_lets_an_open_page_come_back(self, songs: Path) -> None:
        async with running(songs) as app:
            before = app.companion._server.token
        async with running(songs) as app:
            assert app.companion._server.token == before


class TestRequests:
    async def test_select_reads_and_checks_a_map_again_for_that_page_alone(self, songs: Path) -> None:
        async with running(songs) as app, app.page() as page, app.page() as other:
            path = app.save(mapped(3))
            key = (await shown(page, 1))["key"]
            app.save(mapped(version="Hard"), name="hard.osu")
            await shown(other, 0, version="Hard")
            app.companion.pause(True)
            path.write_bytes(mapped(3, 4).bytes())
            assert (await page.ask("select", key=key))["ok"]
            await shown(page, 2)
            await asyncio.sleep(0.3)  # until the watcher has let that write pass
            app.companion.pause(False)
            app.save(mapped(8, version="Hard"), name="hard.osu")
            assert (await other.next("map"))["metadata"]["version"] == "Hard"

    async def test_check_now_checks_the_current_map(self, songs: Path) -> None:
        async with running(songs) as app, app.page() as page:
            assert "No map has been saved yet" in (await page.ask("check"))["error"]
            app.save(mapped(3))
            await shown(page, 1)
            assert (await page.ask("check"))["ok"]
            await shown(page, 1)

    async def test_check_now_never_brings_back_what_was_saved_over_while_it_read(
        self, songs: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        has_read, go_on = threading.Event(), threading.Event()
        read = workbench._read

        def slowly(path: Path) -> Reading | None:
            reading = read(path)
            has_read.set()
            go_on.wait(10)
            return reading

        async with running(songs) as app, app.page() as page, app.page() as other:
            app.save(mapped(1))
            await shown(page, 1)
            monkeypatch.setattr(workbench, "_read", slowly)
            asking = asyncio.create_task(other.ask("check"))
            await asyncio.to_thread(has_read.wait, 10)
            path = app.save(mapped(1, 2, 3))
            newest = (await shown(page, 3))["map_version"]
            go_on.set()
            assert (await asking)["ok"]
            assert app.companion._workbench._newest_version(path) == newest

    async def test_pause_lets_saves_pass(self, songs: Path) -> None:
        async with running(songs) as app, app.page() as page:
            assert (await page.ask("pause", on=True))["ok"]
            app.save(mapped(3))
            await asyncio.sleep(0.3)
            assert app.companion._workbench.recent == {}
            assert (await page.ask("pause", on=False))["ok"]
            app.save(mapped(3, 4))
            await shown(page, 2)

    async def test_choose_folder_watches_it_and_remembers_it(self, songs: Path) -> None:
        async with running(None) as app, app.page() as page:
            assert (await page.ask("choose_folder", path=str(songs)))["ok"]
            await page.next("status", lambda each: each["folder"] == str(songs) and each["watching"] == "all")
            (songs / "2 Set").mkdir()
            (songs / "2 Set" / "a.osu").write_bytes(mapped(3).bytes())
            await shown(page, 1)
        assert load_settings().songs.folder == songs

    @pytest.mark.parametrize(
        "path", ["relative", "/no/such/folder", "/etc/passwd", "a\0b", "~nobody-here/Songs"]
    )
    async def test_choose_folder_takes_existing_folders_only(self, songs: Path, path: str) -> None:
        async with running(songs) as app, app.page() as page:
            reply = await page.ask("choose_folder", path=path)
            assert not reply["ok"]
            assert "There is no folder" in reply["error"]
            assert app.companion._watching.folder == songs

    @pytest.mark.parametrize(
        "text",
        [
            "not json",
            "[]",
            '{"type":"write_map","id":1}',
            '{"id":1}',
            '{"type":"select","id":1}',
            '{"type":"select","id":1,"key":{"a":1}}',
            '{"type":"pause","id":1,"on":"yes"}',
            '{"type":"select","id":1,"key":"m1","path":"/etc/passwd"}',
            "[" * 50_000,
        ],
    )
    async def test_nonsense_is_answered_with_a_sentence(self, songs: Path, text: str) -> None:
        async with running(songs) as app, app.page() as page:
            await page.connection.send(text)
            answered = await page.next("reply" if '"id":1' in text else "notice")
            sentence = answered.get("error") or answered["text"]
            assert sentence.endswith(".")
            assert (await page.ask("pause", on=False))["ok"], "and the page is still served"

    async def test_another_key_never_reads_a_file(self, songs: Path) -> None:
        async with running(songs) as app, app.page() as page:
            for key in ("../../etc/passwd", "m1", "/etc/passwd", "m-1"):
                assert not (await page.ask("select", key=key))["ok"]

    async def test_quit_ends_it(self, songs: Path) -> None:
        async with running(songs) as app, app.page() as page:
            await page.ask("quit")
            await until(lambda: not app.companion._server.clients, within_s=2)

    async def test_open_log_and_show_reach_the_desktop(
        self, songs: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        opened: list[object] = []
        monkeypatch.setattr(desktop, "open_file", opened.append)
        async with running(songs) as app, app.page() as page:
            assert (await page.ask("open_log"))["ok"]
            assert (await page.ask("show"))["ok"]
            assert (await page.next("notice"))["level"] == "info"
        assert opened == [paths.log_folder() / "mapside.log"]


class TestWhenSomethingFails:
    async def test_a_map_that_cannot_be_checked_is_told_and_the_next_is_checked(
        self, songs: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with running(songs) as app, app.page() as page:
            workbench = app.companion._workbench
            think = workbench._think

            def stumble(job: Any, desk: Any) -> Any:
                if b"Stumble" in job.data:
                    raise RuntimeError("stumbled")
                return think(job, desk)

            monkeypatch.setattr(workbench, "_think", stumble)
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

        monkeypatch.setattr("daemon.app.save_setting", full)
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
            workbench = app.companion._workbench
            think = workbench._think
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

            monkeypatch.setattr(workbench, "_think", slowly)
            app.save(mapped(1))
            await asyncio.to_thread(begun.wait, 10)
            assert (await page.next("status", lambda each: each["busy"]))["busy"]
            assert (await page.ask("pause", on=False))["ok"], "pages are served meanwhile"
            app.save(mapped(1, 2, 3))
            await asyncio.sleep(0.2)
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
    workbench = app.companion._workbench
    think = workbench._think

    def slowly(job: Any, desk: Any) -> Any:
        if not thinking.begun.is_set():
            thinking.begun.set()
            thinking.go_on.wait(10)
        return think(job, desk)

    monkeypatch.setattr(workbench, "_think", slowly)
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
    folder.symlink_to(folder.with_name(name))


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
        await asyncio.sleep(0.2)
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
            monkeypatch.setattr(app.companion._workbench._songs, "measure", forever)
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
