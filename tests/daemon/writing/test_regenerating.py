"""A section written anew: the real companion, a small model in the real engine's process, real files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.beatmap.document import Document
from tests.daemon.companion import running
from tests.daemon.mapper import write_silence
from tests.daemon.synth import FILE, SET, copy_model, make_set, synth
from tests.daemon.writing.sections import (
    END_MS,
    PATIENCE_S,
    START_MS,
    lines_beside,
    regenerate,
    regeneration,
    save,
    section_lines,
    writing_with,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("own_home")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return copy_model(tmp_path)


@pytest.fixture
def a_set(songs: Path) -> Path:
    return make_set(songs)


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


async def test_what_was_accepted_is_put_to_the_model_like_a_save(
    songs: Path, a_set: Path, model: Path
) -> None:
    async with running(songs, writing_with(model, **{"ai.findings": True})) as app, app.page() as page:
        shown = await save(app, page, synth())
        asked = await regenerate(page, shown, candidates=1)
        assert asked["ok"], asked["error"]
        await regeneration(page, "done")
        assert (await page.ask("accept", key=shown["key"], candidate=0, to="file"))["ok"]
        assert (a_set / FILE).read_bytes() != synth()
        told = await page.next(
            "opinion",
            lambda each: each["map_version"] > shown["map_version"] and each["state"] == "done",
            within_s=PATIENCE_S,
        )
        assert told["total"] > 0


async def test_a_whole_map_is_written_for_a_song(songs: Path, tmp_path: Path, model: Path) -> None:
    song = tmp_path / "silence.wav"
    write_silence(song, seconds=6)
    async with running(songs, writing_with(model)) as app, app.page() as page:
        asked = await page.ask(
            "generate_map",
            source=str(song),
            form="osu",
            folder=str(tmp_path / "new"),
            title="Silence",
            artist="Nobody",
            creator="me",
            difficulty_name="Easy",
            output=["timing", "map"],
            wishes={"star_rating": 2.0},
        )
        assert asked["ok"], asked["error"]
        told = await page.next(
            "song_job",
            lambda each: each["state"] in ("done", "failed"),
            within_s=PATIENCE_S,
        )
        assert told["state"] == "done", told["note"]
        written = tmp_path / "new" / "Nobody - Silence (me) [Easy].osu"
        assert told["file"] == str(written)
        beatmap = Document.parse(written.read_bytes()).beatmap
        assert beatmap.general.audio_filename == "silence.wav"
        assert len(beatmap.objects) == told["objects"]
        described = await page.ask("describe_model", mode="osu")
        assert "star_rating" in described["data"]["wishes"]
