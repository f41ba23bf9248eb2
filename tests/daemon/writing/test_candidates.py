"""Candidates that can be accepted: a page takes only those that it is told belong to the look it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.daemon.companion import running
from tests.daemon.synth import FILE, synth
from tests.daemon.writing.sections import regenerate, regeneration, save, writing_with
from tests.daemon.writing.writing_child import UNFIT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("own_home", "a_set")


async def test_fit_the_next_look_at_the_same_content_as_well(songs: Path, stub_model: Path) -> None:
    async with running(songs, writing_with(stub_model)) as app, app.page() as page:
        shown = await save(app, page, synth())
        await regenerate(page, shown)
        await regeneration(page, "done")
        assert (await page.ask("check", key=shown["key"]))["ok"]
        again = await page.next("map", lambda each: each["map_version"] > shown["map_version"])
        told = await page.next("regeneration", lambda each: each["map_version"] == again["map_version"])
        assert told["state"] == "done"


async def test_fit_again_after_what_was_accepted_is_undone(
    songs: Path, a_set: Path, stub_model: Path
) -> None:
    async with running(songs, writing_with(stub_model)) as app, app.page() as page:
        shown = await save(app, page, synth())
        await regenerate(page, shown)
        await regeneration(page, "done")
        assert (await page.ask("accept", key=shown["key"], candidate=0, to="file"))["ok"]
        accepted = await page.next("map", lambda each: each["map_version"] > shown["map_version"])
        assert (await page.ask("undo_write", key=shown["key"]))["ok"]
        undone = await page.next("map", lambda each: each["map_version"] > accepted["map_version"])
        assert (a_set / FILE).read_bytes() == synth()
        told = await page.next("regeneration", lambda each: each["map_version"] == undone["map_version"])
        assert told["state"] == "done"


async def test_that_were_accepted_undone_and_done_again_are_accepted(songs: Path, stub_model: Path) -> None:
    async with running(songs, writing_with(stub_model)) as app, app.page() as page:
        shown = await save(app, page, synth())
        await regenerate(page, shown)
        await regeneration(page, "done")
        assert (await page.ask("accept", key=shown["key"], candidate=0, to="file"))["ok"]
        told = await regeneration(page, "accepted")
        assert (await page.ask("undo_write", key=shown["key"]))["ok"]
        await regeneration(page, "done")
        assert (await page.ask("redo_write", key=shown["key"]))["ok"]
        again = await page.next("regeneration", lambda each: each["state"] != "done")
        assert (again["state"], again["note"]) == ("accepted", told["note"])


async def test_that_are_done_stay_where_another_is_missing(
    songs: Path, a_set: Path, stub_model: Path
) -> None:
    async with running(songs, writing_with(stub_model)) as app, app.page() as page:
        shown = await save(app, page, synth())
        await regenerate(page, shown, seeds=["3", str(UNFIT)])
        told = await regeneration(page, "cancelled")
        assert "does not fit" in told["note"]
        assert [each["state"] for each in told["candidates"]] == ["done", "cancelled"]
        assert (await page.ask("accept", key=shown["key"], candidate=0, to="file"))["ok"]
        assert (a_set / FILE).read_bytes() != synth()
