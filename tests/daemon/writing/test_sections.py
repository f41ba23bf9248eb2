"""A section written anew, with a stub for the model: states, refusals, several pages, what saves do to it."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock

from daemon import paths
from daemon.settings import load_settings
from daemon.writing.backups import BACKUPS
from daemon.writing.writer import LOCK_NAME
from tests.daemon.companion import running
from tests.daemon.pages import until
from tests.daemon.synth import FILE, synth
from tests.daemon.writing.sections import (
    END_MS,
    START_MS,
    edited,
    regenerate,
    regeneration,
    save,
    section_lines,
    writing_with,
)
from tests.daemon.writing.writing_child import written
from tests.processes import kill

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.daemon.pages import Page

pytestmark = pytest.mark.usefixtures("own_home", "a_set")


async def done(page: Page, shown: dict[str, Any], **changes: Any) -> dict[str, Any]:
    asked = await regenerate(page, shown, **changes)
    assert asked["ok"], asked["error"]
    return await regeneration(page, "done")


async def accept(page: Page, key: str, candidate: int = 0, **changes: Any) -> dict[str, Any]:
    return await page.ask("accept", key=key, candidate=candidate, **{"to": "file", **changes})


async def generated(page: Page, where: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    return await page.next("generated", lambda each: bool(where(each)))


def difficulties(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.osu"))


class TestARegeneration:
    async def test_is_shown_to_every_page_and_to_one_that_opens_later(
        self, songs: Path, stub_model: Path
    ) -> None:
        async with running(songs, writing_with(stub_model)) as app, app.page() as page, app.page() as other:
            shown = await save(app, page, synth())
            told = await done(page, shown, candidates=3, seeds=["5"])
            assert [each["state"] for each in told["candidates"]] == ["done"] * 3
            assert len({each["seed"] for each in told["candidates"]}) == 3
            assert told["timestamp"].startswith("00:06:000 (")
            assert await regeneration(other, "done") == told
            async with app.page() as late:
                assert await regeneration(late, "done") == told

    async def test_says_what_the_rules_say_of_each_candidate(self, songs: Path, stub_model: Path) -> None:
        async with running(songs, writing_with(stub_model)) as app, app.page() as page:
            shown = await save(app, page, synth())
            told = await done(page, shown, candidates=1)
            findings = told["candidates"][0]["findings"]
            assert any(each["is_new"] for each in findings)
            assert all(each["time_ms"] < END_MS and each["timestamp"] for each in findings)
            assert told["findings_before"] == len(
                [
                    each
                    for each in shown["findings"]
                    if each["time_ms"] is not None
                    and each["time_ms"] < END_MS
                    and max(each["time_ms"], each["end_ms"] or 0) >= START_MS
                ]
            )

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"start_ms": 9000.0}, "ends before it begins"),
            ({"start_ms": 1e7, "end_ms": 1e7 + 500}, "after the end of the song"),
            ({"end_ms": 1e8}, "longer than 30 minutes"),
            ({"seeds": ["99999999999999999999"]}, "whole number below"),
            ({"map_version": 999}, "saved meanwhile"),
            ({"key": "m99"}, "open it here once more"),
        ],
    )
    async def test_that_makes_no_sense_is_refused_with_a_sentence(
        self, songs: Path, stub_model: Path, changes: dict[str, Any], sentence: str
    ) -> None:
        async with running(songs, writing_with(stub_model)) as app, app.page() as page:
            shown = await save(app, page, synth())
            await page.next("map")  # once more: the song has been measured
            asked = await regenerate(page, shown, **changes)
            assert not asked["ok"]
            assert sentence in asked["error"]

    async def test_without_a_song_is_refused(self, songs: Path, a_set: Path, stub_model: Path) -> None:
        (a_set / "audio.flac").unlink()
        async with running(songs, writing_with(stub_model)) as app, app.page() as page:
            shown = await save(app, page, synth())
            assert "is not beside the map" in (await regenerate(page, shown))["error"]

    async def test_is_cancelled_and_cancelled_once_more_goes(
        self, songs: Path, stub_model: Path, slow: Callable[[float], None]
    ) -> None:
        slow(0.3)
        async with running(songs, writing_with(stub_model)) as app, app.page() as page:
            shown = await save(app, page, synth())
            await regenerate(page, shown)
            await regeneration(page, "writing")
            assert (await page.ask("cancel_regeneration", key=shown["key"]))["ok"]
            told = await regeneration(page, "cancelled")
            assert {each["state"] for each in told["candidates"]} == {"cancelled"}
            assert (await accept(page, shown["key"]))["error"] == "That candidate is not there (any more)."
            assert (await page.ask("cancel_regeneration", key=shown["key"]))["ok"]
            assert (await regeneration(page, "none"))["candidates"] == []

    async def test_whose_engine_dies_fails_with_a_sentence_and_the_next_works(
        self, songs: Path, stub_model: Path, slow: Callable[[float], None]
    ) -> None:
        slow(0.3)
        async with running(songs, writing_with(stub_model)) as app, app.page() as page:
            shown = await save(app, page, synth())
            await regenerate(page, shown)
            await regeneration(page, "writing")
            engine = app.companion._link._engine
            assert engine.process_id is not None
            kill(engine.process_id)
            told = await page.next("regeneration", lambda each: each["state"] == "failed")
            assert told["note"].startswith("The engine")
            await done(page, shown)


class TestASaveMeanwhile:
    async def test_makes_the_candidates_stale_and_they_are_not_written(
        self, songs: Path, a_set: Path, stub_model: Path
    ) -> None:
        async with running(songs, writing_with(stub_model)) as app, app.page() as page:
            shown = await save(app, page, synth())
            await done(page, shown)
            await save(app, page, edited(synth(), 1))
            told = await regeneration(page, "stale")
            assert "Begin again" in told["note"]
            refused = await accept(page, shown["key"])
            assert "saved meanwhile" in refused["error"]
            assert (a_set / FILE).read_bytes() == edited(synth(), 1)

    async def test_that_is_taken_back_makes_them_fit_again(self, songs: Path, stub_model: Path) -> None:
        async with running(songs, writing_with(stub_model)) as app, app.page() as page:
            shown = await save(app, page, synth())
            await done(page, shown)
            await save(app, page, edited(synth(), 1))
            await regeneration(page, "stale")
            await save(app, page, synth())
            await regeneration(page, "done")
            assert (await accept(page, shown["key"]))["ok"]

    async def test_ends_a_run_under_way(
        self, songs: Path, stub_model: Path, slow: Callable[[float], None]
    ) -> None:
        slow(0.5)
        async with running(songs, writing_with(stub_model)) as app, app.page() as page:
            shown = await save(app, page, synth())
            await regenerate(page, shown)
            await regeneration(page, "writing")
            await save(app, page, edited(synth(), 1))
            told = await regeneration(page, "stale")
            assert {each["state"] for each in told["candidates"]} == {"cancelled"}

    async def test_that_nobody_has_seen_yet_is_not_written_over(
        self, songs: Path, a_set: Path, stub_model: Path
    ) -> None:
        async with running(songs, writing_with(stub_model)) as app, app.page() as page:
            shown = await save(app, page, synth())
            await done(page, shown)
            app.companion._watching.pause(on=True)
            (a_set / FILE).write_bytes(edited(synth(), 2))
            assert "saved meanwhile" in (await accept(page, shown["key"]))["error"]
            assert (a_set / FILE).read_bytes() == edited(synth(), 2)


class TestAnAcceptedCandidate:
    async def test_is_not_shown_for_what_was_begun_while_it_was_written(
        self, songs: Path, stub_model: Path, slow: Callable[[float], None]
    ) -> None:
        slow(0.3)
        async with running(songs, writing_with(stub_model)) as app, app.page() as page, app.page() as other:
            shown = await save(app, page, synth())
            await done(page, shown, seeds=["3"])
            with FileLock(paths.data_folder() / BACKUPS / LOCK_NAME):  # another Mapside writes
                accepting = asyncio.create_task(accept(other, shown["key"]))
                await until(lambda: app.companion._writing._writer._under_way)
                assert (await regenerate(page, shown, seeds=["4"]))["ok"]
            assert (await accepting)["ok"]
            told = await page.next("regeneration", lambda each: each["state"] in ("accepted", "stale"))
            assert told["candidates"][0]["seed"] == "4"

    async def test_is_looked_at_like_a_save_and_reported_once(
        self, songs: Path, a_set: Path, stub_model: Path
    ) -> None:
        async with running(songs, writing_with(stub_model)) as app, app.page() as page:
            shown = await save(app, page, synth())
            told = await done(page, shown, seeds=["3"])
            await accept(page, shown["key"])
            again = await page.next("map", lambda each: each["map_version"] > shown["map_version"])
            assert again["edited"]
            assert (a_set / FILE).read_bytes() == written(synth(), 3, START_MS, END_MS)
            versions = app.companion._workbench._versions
            assert next(versions) == again["map_version"] + 1, "the watcher took it for a save of its own"
            assert told["candidates"][0]["seed"] == "3"

    async def test_that_the_editor_saves_over_is_offered_again(
        self, songs: Path, a_set: Path, stub_model: Path
    ) -> None:
        async with running(songs, writing_with(stub_model)) as app, app.page() as page:
            shown = await save(app, page, synth())
            await done(page, shown, seeds=["3"])
            await accept(page, shown["key"])
            await generated(page, lambda each: each["ranges"])
            await save(app, page, edited(synth(), 7))
            told = await generated(page, lambda each: each["overwritten"])
            assert "Put it back" in told["overwritten"]
            assert (told["ranges"], told["sentence"], told["can_undo"]) == ([], "", False)
            assert (await page.ask("redo_write", key=shown["key"]))["ok"]
            now = (a_set / FILE).read_bytes()
            accepted = written(synth(), 3, START_MS, END_MS)
            assert section_lines(now) == section_lines(accepted)
            assert section_lines(now, END_MS, 1e6) == section_lines(edited(synth(), 7), END_MS, 1e6)
            told = await generated(page, lambda each: each["ranges"])
            assert told["overwritten"] == ""
            assert (await page.ask("undo_write", key=shown["key"]))["ok"]
            assert (a_set / FILE).read_bytes() == edited(synth(), 7)

    async def test_that_was_undone_leaves_room_for_another(
        self, songs: Path, a_set: Path, stub_model: Path
    ) -> None:
        async with running(songs, writing_with(stub_model)) as app, app.page() as page:
            shown = await save(app, page, synth())
            await done(page, shown, seeds=["3", "4"])
            await accept(page, shown["key"], 0)
            await regeneration(page, "accepted")
            await page.ask("undo_write", key=shown["key"])
            await regeneration(page, "done")
            assert (await accept(page, shown["key"], 1))["ok"]
            assert (a_set / FILE).read_bytes() == written(synth(), 4, START_MS, END_MS)

    async def test_that_was_undone_and_that_the_editor_brings_back_counts_again(
        self, songs: Path, stub_model: Path
    ) -> None:
        async with running(songs, writing_with(stub_model)) as app, app.page() as page:
            shown = await save(app, page, synth())
            await done(page, shown, seeds=["3"])
            await accept(page, shown["key"])
            await generated(page, lambda each: each["ranges"])
            await page.ask("undo_write", key=shown["key"])
            await generated(page, lambda each: not each["ranges"])
            await save(app, page, edited(written(synth(), 3, START_MS, END_MS), 4))
            assert (await generated(page, lambda each: each["ranges"]))["sentence"]

    async def test_is_reverted_after_the_map_was_saved_elsewhere(
        self, songs: Path, a_set: Path, stub_model: Path
    ) -> None:
        async with running(songs, writing_with(stub_model)) as app, app.page() as page:
            shown = await save(app, page, synth())
            await done(page, shown, seeds=["3"])
            await accept(page, shown["key"])
            (range_,) = (await generated(page, lambda each: each["ranges"]))["ranges"]
            await save(app, page, edited((a_set / FILE).read_bytes(), 9))
            await generated(page, lambda each: not each["can_undo"])
            assert "was saved since" in (await page.ask("undo_write", key=shown["key"]))["error"]
            assert (await page.ask("revert_range", key=shown["key"], range=range_["id"]))["ok"]
            assert (a_set / FILE).read_bytes() == edited(synth(), 9)
            told = await generated(page, lambda each: each["ranges"][0]["is_reverted"])
            assert not told["ranges"][0]["can_revert"]
            assert (
                "is no longer there"
                in (await page.ask("revert_range", key=shown["key"], range=range_["id"]))["error"]
            )
            assert (await page.ask("undo_write", key=shown["key"]))["ok"]
            told = await generated(page, lambda each: not each["ranges"][0]["is_reverted"])
            assert told["sentence"]

    async def test_whose_record_is_behind_is_known_as_generated_all_the_same(
        self, songs: Path, stub_model: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with running(songs, writing_with(stub_model)) as app, app.page() as page:
            shown = await save(app, page, synth())
            await done(page, shown, seeds=["3"])
            ledger = app.companion._store.ledger
            complete, tries = ledger.complete, iter([True])

            def fail_once(intention: Any) -> None:
                if next(tries, False):
                    raise sqlite3.OperationalError("database or disk is full")
                complete(intention)

            monkeypatch.setattr(ledger, "complete", fail_once)
            assert (await accept(page, shown["key"]))["ok"]
            assert (await generated(page, lambda each: each["ranges"]))["sentence"]

    async def test_becomes_a_new_difficulty_and_what_was_generated_goes_along(
        self, songs: Path, a_set: Path, stub_model: Path
    ) -> None:
        async with running(songs, writing_with(stub_model)) as app, app.page() as page:
            shown = await save(app, page, synth())
            await done(page, shown, seeds=["3"])
            await accept(page, shown["key"])
            again = await page.next("map", lambda each: each["map_version"] > shown["map_version"])
            await done(page, again, start_ms=11_000.0, end_ms=13_000.0, seeds=["4"])
            before = (a_set / FILE).read_bytes()
            asked = await accept(page, shown["key"], to="new", name="Another: one?")
            assert asked["ok"], asked["error"]
            assert (a_set / FILE).read_bytes() == before
            (new,) = set(difficulties(a_set)) - {a_set / FILE}
            assert new.name.endswith("[Another one].osu")
            assert b"Version:Another: one?" in new.read_bytes()
            told = await generated(page, lambda each: len(each["ranges"]) == 2)
            assert told["key"] != shown["key"]
            assert not told["can_undo"]
            assert all(each["can_revert"] for each in told["ranges"])
            twice = await accept(page, shown["key"], to="new", name="Another: one?")
            assert "is there already" in twice["error"]
            assert (await page.ask("revert_range", key=told["key"], range=told["ranges"][0]["id"]))["ok"]
            assert section_lines(new.read_bytes()) == section_lines(synth())

    async def test_is_known_after_a_restart(self, songs: Path, a_set: Path, stub_model: Path) -> None:
        async with running(songs, writing_with(stub_model)) as app, app.page() as page:
            shown = await save(app, page, synth())
            await done(page, shown, seeds=["3"])
            await accept(page, shown["key"])
            await generated(page, lambda each: each["ranges"])
        async with running(songs, writing_with(stub_model)) as app, app.page() as page:
            told = await generated(page, lambda each: each["ranges"])
            assert told["can_undo"]
            assert told["ranges"][0]["model"] == stub_model.name
            assert str(stub_model.parent) not in told["sentence"]
            assert (await page.ask("undo_write", key=told["key"]))["ok"]
            assert (a_set / FILE).read_bytes() == synth()


class TestTheDisclosure:
    async def test_comes_first(self, songs: Path, stub_model: Path) -> None:
        settings = writing_with(stub_model, **{"writing.on": False, "writing.disclosed": False})
        async with running(songs, settings) as app, app.page() as page:
            told = await page.next("writing")
            assert (told["on"], told["disclosed"]) == (False, False)
            assert "direct human input" in told["disclosure"]
            shown = await save(app, page, synth())
            assert "Read first" in (await regenerate(page, shown))["error"]
            assert "Read first" in (await page.ask("set_writing", on=True))["error"]
            assert (await page.ask("accept_disclosure"))["ok"]
            told = await page.next("writing", lambda each: each["on"])
            assert told["note"] == ""
            assert load_settings().writing.on
            assert load_settings().writing.disclosed
            await done(page, shown)
            assert (await page.ask("set_writing", on=False))["ok"]
            assert "switched off" in (await regenerate(page, shown))["error"]
            assert not load_settings().writing.on

    async def test_is_of_no_use_without_a_record(self, songs: Path, a_set: Path, stub_model: Path) -> None:
        store = paths.data_folder() / "mapside.sqlite"
        store.parent.mkdir(parents=True)
        with sqlite3.connect(store) as newer:
            newer.execute("PRAGMA user_version = 99")
        newer.close()
        async with running(songs, writing_with(stub_model)) as app, app.page() as page:
            assert "without a record" in (await page.next("writing"))["note"]
            shown = await save(app, page, synth())
            assert "without a record" in (await regenerate(page, shown))["error"]
            assert (a_set / FILE).read_bytes() == synth()

    async def test_without_a_model_that_writes_says_so(self, songs: Path) -> None:
        async with running(songs, writing_with("osu-diffusion")) as app, app.page() as page:
            told = await page.next("writing", lambda each: "writes none" in each["note"])
            assert told["model"] is None
            shown = await save(app, page, synth())
            assert "writes none" in (await regenerate(page, shown))["error"]


class TestTheTray:
    async def test_cancels_all_switches_and_reverts_the_last(
        self, songs: Path, a_set: Path, stub_model: Path
    ) -> None:
        async with running(songs, writing_with(stub_model)) as app, app.page() as page:
            writing = app.companion.actions.writing
            shown = await save(app, page, synth())
            await done(page, shown, seeds=["3"])
            await accept(page, shown["key"])
            await generated(page, lambda each: each["ranges"])
            writing.revert_last()
            await until(lambda: (a_set / FILE).read_bytes() == synth())
            await generated(page, lambda each: each["ranges"] and each["ranges"][0]["is_reverted"])
            writing.revert_last()
            await page.next("notice", lambda each: "Nothing stands" in each["text"])
            writing.set_from_tray(on=False)
            assert not (await page.next("writing"))["on"]


async def test_a_model_is_described(songs: Path, stub_model: Path) -> None:
    async with running(songs, writing_with(stub_model)) as app, app.page() as page:
        told = (await page.ask("describe_model", mode="taiko"))["data"]
        assert told["model"] == str(stub_model)
        assert told["modes"] == ["osu", "taiko", "catch", "mania"]


async def test_what_we_wrote_is_shown_though_an_older_look_is_under_way(songs: Path, a_set: Path) -> None:
    async with running(songs) as app, app.page() as page:
        await save(app, page, synth())
        await page.next("map")  # once more: the song has been measured
        workbench = app.companion._workbench
        app.companion._watching.pause(on=True)
        path = a_set / FILE
        assert await workbench.look_at(path)
        path.write_bytes(written(synth(), 3, START_MS, END_MS))
        assert await workbench.look_at_ours(path)
        await until(lambda: not workbench._waiting and workbench._at_work is None)
        shown = workbench._desks[path].shown
        assert shown is not None
        assert shown.analysis.document.to_bytes() == written(synth(), 3, START_MS, END_MS)
