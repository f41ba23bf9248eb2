"""A section written anew: the real companion, a small model in the real engine's process, real files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.daemon.companion import running
from tests.daemon.writing import sections
from tests.daemon.writing.sections import (
    END_MS,
    FILE,
    SET,
    START_MS,
    lines_beside,
    regenerate,
    regeneration,
    save,
    section_lines,
    synth,
    writing_with,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("own_home")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return sections.copy_model(tmp_path)


@pytest.fixture
def a_set(songs: Path) -> Path:
    return sections.make_set(songs)


class TestASection:
    async def test_is_written_played_accepted_undone_redone_and_reverted(
        self, songs: Path, a_set: Path, model: Path
    ) -> None:
        async with running(songs, writing_with(model)) as app, app.page() as page:
            shown = await save(app, page, synth())
            key = shown["key"]
            asked = await regenerate(page, shown, seeds=["7"])
            assert asked["ok"], asked["error"]
            done = await regeneration(page, "done")
            assert done["candidates"][0]["seed"] == "7"
            assert [each["state"] for each in done["candidates"]] == ["done", "done"]
            assert done["map_version"] == shown["map_version"]

            before = (await page.ask("play", key=key, candidate=None))["data"]
            after = (await page.ask("play", key=key, candidate=0))["data"]
            assert before["section_start_ms"] == START_MS
            assert not any(each["is_new"] for each in before["objects"])
            assert any(each["is_new"] for each in after["objects"])
            assert after["song"].startswith("/song/")

            accepted = await page.ask("accept", key=key, candidate=0, to="file")
            assert accepted["ok"], accepted["error"]
            written = (a_set / FILE).read_bytes()
            assert written != synth()
            assert lines_beside(written) == lines_beside(synth())
            told = await page.next("regeneration", lambda each: each["state"] == "accepted")
            assert "Ctrl+L" in told["note"]
            await page.next("map", lambda each: each["map_version"] > shown["map_version"])
            generated = await page.next("generated", lambda each: each["ranges"])
            (range_,) = generated["ranges"]
            assert (range_["start_ms"], range_["end_ms"], range_["seed"]) == (START_MS, END_MS, "7")
            assert "seed 7" in generated["sentence"]
            assert generated["can_undo"]

            assert (await page.ask("undo_write", key=key))["ok"]
            assert (a_set / FILE).read_bytes() == synth()
            generated = await page.next("generated", lambda each: each["can_redo"])
            assert generated["ranges"] == []
            assert generated["sentence"] == ""

            assert (await page.ask("redo_write", key=key))["ok"]
            assert (a_set / FILE).read_bytes() == written
            generated = await page.next("generated", lambda each: each["ranges"])

            assert (await page.ask("revert_range", key=key, range=generated["ranges"][0]["id"]))["ok"]
            assert (a_set / FILE).read_bytes() == synth()
            generated = await page.next("generated", lambda each: each["sentence"] == "")
            assert generated["ranges"][0]["is_reverted"]
            assert [path.name for path in (songs / SET).iterdir()] == sorted(["audio.flac", FILE])
            assert section_lines((a_set / FILE).read_bytes()) == section_lines(synth())
