"""Real saves through the real watcher into the real companion, seen over real websockets."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from daemon import paths, workbench
from daemon.desktop import opening as desktop
from daemon.settings import load_settings
from tests.daemon.companion import FILE_NAME, running
from tests.daemon.mapper import BEAT_MS, mapped, shown, statuses, unsnapped, write_silence
from tests.daemon.pages import until

if TYPE_CHECKING:
    from pathlib import Path

    from daemon.watch.reading import Reading

pytestmark = pytest.mark.usefixtures("own_home")


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
                kinds = [(await late.receive())["type"] for _ in range(6)]
                assert kinds == ["hello", "status", "maps", "map", "engine", "models"]

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
            app.save(mapped(3))
            key = (await shown(page, 1))["key"]
            app.save(mapped(version="Hard"), name="hard.osu")
            await shown(other, 0, version="Hard")
            app.companion.actions.pause(True)
            await app.let_pass(lambda: app.save(mapped(3, 4)))
            assert (await page.ask("select", key=key))["ok"]
            await shown(page, 2)
            app.companion.actions.pause(False)
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
            await app.let_pass(lambda: app.save(mapped(3)))
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
            await until(lambda: not app.companion._server.clients)

    async def test_of_the_tray_that_cannot_be_done_are_told_on_the_page(self, songs: Path) -> None:
        async with running(songs) as app, app.page() as page:
            app.companion.actions.mod_last_map()
            assert "No map has been saved yet" in (await page.next("notice"))["text"]
            app.save(mapped(3))
            await shown(page, 1)
            app.companion.actions.mod_last_set()
            assert "mapside models pull v32" in (await page.next("notice"))["text"]

    async def test_about_models_that_make_no_sense_are_refused(self, songs: Path) -> None:
        async with running(songs) as app, app.page() as page:
            for asked in (
                {"kind": "mod", "key": "m99"},
                {"kind": "cancel_mod", "key": "m99"},
                {"kind": "choose_model", "name": "relative/folder/"},
                {"kind": "choose_model", "name": "~nobody-here/model"},
                {"kind": "choose_model", "name": "/a\0b"},
                {"kind": "cancel_pull", "name": "v32"},
            ):
                reply = await page.ask(**asked)
                assert not reply["ok"]
                assert reply["error"].endswith(".")
                assert "inside Mapside" not in reply["error"]

    async def test_to_unload_an_engine_that_does_not_run_is_granted(self, songs: Path) -> None:
        async with running(songs) as app, app.page() as page:
            assert (await page.ask("unload_engine"))["ok"]

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
