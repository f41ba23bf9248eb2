"""Saves in the real companion, put to a small model in the real engine's process, seen over websockets."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from daemon.settings import load_settings
from engine.beatmap.document import Document
from tests.daemon.companion import running
from tests.daemon.pages import until
from tests.daemon.synth import FILE, SET, SONG, copy_model, make_set, synth

if TYPE_CHECKING:
    from tests.daemon.companion import Running
    from tests.daemon.pages import Page

pytestmark = pytest.mark.usefixtures("own_home", "a_set")

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
"""Windows has no such signal: there any of them ends a process at once."""

PATIENCE_S = 60.0
"""torch is loaded, and others use this machine as well."""


@pytest.fixture(params=["v32_fit", "v30_fit"])
def model(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return copy_model(tmp_path, request.param)


@pytest.fixture
def v32(tmp_path: Path) -> Path:
    return copy_model(tmp_path)


@pytest.fixture
def a_set(songs: Path) -> Path:
    return make_set(songs)


@cache
def edited(step: int) -> bytes:
    """The map with one circle elsewhere, each step somewhere else."""
    document = Document.parse(synth())
    objects = document.beatmap.objects
    obj = objects[len(objects) // 2]
    fields = document.lines[obj.line].decode().rstrip().split(",")
    fields[0] = str(100 + step)
    return document.replace_line(obj.line, ",".join(fields)).to_bytes()


def with_model(model: Path | str, **settings: Any) -> dict[str, Any]:
    return {
        "engine.model": str(model),
        "engine.device": "cpu",
        "engine.precision": "float32",
        "engine.threads": 1,
        **settings,
    }


async def opinion(page: Page, state: str, **values: Any) -> dict[str, Any]:
    """The next opinion in that state, or at least the sentence that says why there is none."""
    told = await page.next(
        "opinion",
        lambda each: each["state"] in (state, "failed") and values.items() <= each.items(),
        within_s=PATIENCE_S,
    )
    assert told["state"] == state, told["note"]
    return told


async def save(app: Running, page: Page, data: bytes, name: str = FILE) -> dict[str, Any]:
    (app.songs / SET / name).write_bytes(data)
    return await page.next("map", lambda each: each["metadata"]["file"] == name)


class TestASave:
    async def test_is_followed_by_what_the_model_thinks_of_it(self, songs: Path, model: Path) -> None:
        async with running(songs, with_model(model)) as app, app.page() as page:
            shown = await save(app, page, synth())
            told = await opinion(page, "done")
            assert (told["key"], told["map_version"]) == (shown["key"], shown["map_version"])
            assert told["done"] == told["total"] > 0
            assert told["device"].startswith("CPU, 1 of ")
            assert (told["rating"] is None) == (model.name == "v32_fit")
            assert told["findings"] or model.name == "v30_fit"
            hello = await _hello(app)
            for each in told["findings"]:
                assert hello["checks"][each["check"]]["category"] == each["category"]
                assert each["category"] in hello["topics"]
                assert each["opinion"]["surprisal"] >= 20
                assert each["severity"] in ("warning", "minor")
                assert each["status"] == "still"

    async def test_after_an_edit_says_what_is_new_and_keeps_what_is_not(self, songs: Path, v32: Path) -> None:
        async with running(songs, with_model(v32)) as app, app.page() as page:
            await save(app, page, synth())
            first = await opinion(page, "done")
            shown = await save(app, page, edited(1))
            second = await opinion(page, "done", map_version=shown["map_version"])
            assert second["total"] == first["total"]
            before = {each["id"]: each["message"] for each in first["findings"]}
            still = [each for each in second["findings"] if each["status"] == "still"]
            assert still
            assert {each["id"] for each in still} <= before.keys()
            gone = len(before) - len(still)
            assert len(second["gone"]) == gone

    async def test_that_changes_nothing_asks_no_model(self, songs: Path, v32: Path) -> None:
        async with running(songs, with_model(v32)) as app, app.page() as page:
            await save(app, page, synth())
            await opinion(page, "done")
            asked: list[object] = []
            engine = app.companion._link._engine
            app.companion._link._engine = _Listening(engine, asked)  # type: ignore[assignment]  # overhears it
            reply = await page.ask("check")
            assert reply["ok"]
            shown = await page.next("map")
            told = await opinion(page, "done", map_version=shown["map_version"])
            assert told["findings"]
            assert asked == []


class _Listening:
    def __init__(self, engine: Any, asked: list[object]) -> None:
        self._engine, self._asked = engine, asked

    def ask(self, request: object, **how: Any) -> Any:
        self._asked.append(request)
        return self._engine.ask(request, **how)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


async def _hello(app: Running) -> dict[str, Any]:
    async with app.page() as page:
        return await page.next("hello")


class TestManySaves:
    async def test_fifty_in_five_seconds_end_in_the_last_ones_opinion_and_show_no_other(
        self, songs: Path, a_set: Path, v32: Path
    ) -> None:
        async with running(songs, with_model(v32)) as app, app.page() as page:
            await save(app, page, synth())
            await opinion(page, "done")
            for step in range(50):
                (a_set / FILE).write_bytes(edited(step))
                await asyncio.sleep(0.1)
            last = None
            versions = []
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    message = await page.receive()
                    if message["type"] == "map":
                        last = message
                    elif message["type"] == "opinion":
                        assert last is None or message["map_version"] == last["map_version"]
                        versions.append((message["map_version"], message["state"]))
                        hearing = app.companion._opinions._hearings[a_set / FILE]
                        is_last = hearing.shown.analysis.document.to_bytes() == edited(49)
                        if message["state"] == "done" and is_last:
                            break
            assert last is not None
            assert message["map_version"] == last["map_version"]
            assert "failed" not in [state for _, state in versions]


class TestTrouble:
    async def test_a_killed_engine_is_a_sentence_and_the_next_save_works(
        self, songs: Path, v32: Path
    ) -> None:
        async with running(songs, with_model(v32)) as app, app.page() as page:
            await save(app, page, synth())
            engine = app.companion._link._engine
            await until(lambda: engine.process_id is not None, within_s=PATIENCE_S)
            await page.next("engine", lambda each: each["status"] == "working", within_s=PATIENCE_S)
            assert engine.process_id is not None
            os.kill(engine.process_id, KILL)
            told = await opinion(page, "failed")
            assert told["note"].startswith("The engine")
            shown = await save(app, page, edited(3))
            assert [each["check"] for each in shown["findings"]], "the rules go on"
            await opinion(page, "done", map_version=shown["map_version"])

    async def test_a_difficulty_deleted_mid_run_is_let_go(self, songs: Path, a_set: Path, v32: Path) -> None:
        async with running(songs, with_model(v32)) as app, app.page() as page:
            await save(app, page, synth())
            other = await save(app, page, synth("synth_taiko.osu"), "synth_taiko.osu")
            (a_set / FILE).unlink()
            await until(lambda: a_set / FILE not in app.companion._opinions._hearings, within_s=PATIENCE_S)
            await opinion(page, "done", key=other["key"])

    async def test_a_song_that_is_gone_is_named_and_one_that_comes_back_is_heard(
        self, songs: Path, a_set: Path, v32: Path
    ) -> None:
        async with running(songs, with_model(v32)) as app, app.page() as page:
            (a_set / SONG).rename(a_set / "elsewhere.flac")
            await save(app, page, synth())
            assert "song" in (await opinion(page, "failed"))["note"]
            (a_set / "elsewhere.flac").rename(a_set / SONG)
            await save(app, page, edited(2))
            await opinion(page, "done")

    async def test_a_song_replaced_under_our_feet_is_heard_anew(
        self, songs: Path, a_set: Path, v32: Path
    ) -> None:
        async with running(songs, with_model(v32)) as app, app.page() as page:
            await save(app, page, synth())
            first = await opinion(page, "done")
            song = (a_set / SONG).read_bytes()
            (a_set / SONG).write_bytes(song[: len(song) // 3])
            assert (await page.ask("mod", key=first["key"]))["ok"]
            told = await page.next(
                "opinion", lambda each: each["state"] in ("done", "failed"), within_s=PATIENCE_S
            )
            assert told["state"] == "failed" or told["total"] < first["total"]

    async def test_a_checkpoint_that_is_broken_is_named(self, songs: Path, v32: Path) -> None:
        (v32 / "model.safetensors").write_bytes(b"no weights")
        async with running(songs, with_model(v32)) as app, app.page() as page:
            await save(app, page, synth())
            assert "model.safetensors" in (await opinion(page, "failed"))["note"]

    async def test_a_checkpoint_that_is_replaced_or_taken_away_is_not_asked_any_more(
        self, songs: Path, v32: Path
    ) -> None:
        async with running(songs, with_model(v32)) as app, app.page() as page:
            await save(app, page, synth())
            await opinion(page, "done")
            (v32 / "model.safetensors").write_bytes(b"no weights")
            await save(app, page, edited(1))
            told = await opinion(page, "failed")
            assert "model.safetensors" in told["note"]
            shutil.rmtree(v32)
            await save(app, page, edited(2))
            told = await opinion(page, "no_model")
            assert str(v32) in told["note"]
            assert "is not there" in told["note"]

    async def test_a_song_that_is_none_is_told_under_its_own_name(
        self, songs: Path, a_set: Path, v32: Path
    ) -> None:
        (a_set / SONG).write_bytes(b"not a song at all" * 100)
        async with running(songs, with_model(v32)) as app, app.page() as page:
            await save(app, page, synth())
            assert (await opinion(page, "failed"))["note"].startswith("audio.flac is not audio")


class TestWhatAPersonAsksFor:
    async def test_the_whole_set_is_modded_though_ai_findings_are_off(
        self, songs: Path, a_set: Path, v32: Path
    ) -> None:
        (a_set / "synth_taiko.osu").write_bytes(synth("synth_taiko.osu"))
        settings = with_model(v32, **{"ai.findings": False})
        async with running(songs, settings) as app, app.page() as page:
            shown = await save(app, page, synth())
            await opinion(page, "off")
            assert (await page.ask("mod_set", key=shown["key"]))["ok"]
            keys = {(await opinion(page, "done"))["key"] for _ in range(2)}
            assert len(keys) == 2

    async def test_ai_findings_go_off_and_on_again_and_stay_so(self, songs: Path, v32: Path) -> None:
        async with running(songs, with_model(v32)) as app, app.page() as page:
            await save(app, page, synth())
            await opinion(page, "done")
            assert (await page.ask("ai", on=False))["ok"]
            await page.next("engine", lambda each: each["ai"] is False)
            assert (await opinion(page, "off"))["findings"] == []
            assert load_settings().ai.findings is False
            assert (await page.ask("ai", on=True))["ok"]
            assert (await opinion(page, "done"))["findings"]
            assert load_settings().ai.findings is True

    async def test_the_engine_is_unloaded_and_comes_back_for_the_next_save(
        self, songs: Path, v32: Path
    ) -> None:
        async with running(songs, with_model(v32)) as app, app.page() as page:
            await save(app, page, synth())
            await opinion(page, "done")
            process = app.companion._link._engine.process_id
            assert process is not None
            assert (await page.ask("unload_engine"))["ok"]
            await page.next("engine", lambda each: each["status"] == "off")
            await until(lambda: not Path(f"/proc/{process}").exists())
            shown = await save(app, page, edited(4))
            await opinion(page, "done", map_version=shown["map_version"])

    async def test_another_model_is_chosen_and_speaks(self, songs: Path, v32: Path) -> None:
        async with running(songs, with_model("v32")) as app, app.page() as page:
            await save(app, page, synth())
            assert (await opinion(page, "no_model"))["findings"] == []
            assert (await page.ask("choose_model", name=str(v32)))["ok"]
            models = await page.next("models", lambda each: each["chosen"] == str(v32))
            assert models["models"][-1]["state"] == "local"
            assert (await opinion(page, "done"))["findings"]
            assert load_settings().engine.model == str(v32)
            assert "no folder" in (await page.ask("choose_model", name="/no/such/folder"))["error"]

    async def test_what_is_intended_stays_so_after_a_restart(self, songs: Path, v32: Path) -> None:
        async with running(songs, with_model(v32)) as app, app.page() as page:
            await save(app, page, synth())
            told = await opinion(page, "done")
            finding = told["findings"][0]
            assert (await page.ask("intended", key=told["key"], finding=finding["id"], on=True))["ok"]
        async with running(songs, with_model(v32)) as app, app.page() as page:
            await save(app, page, edited(5))
            again = await opinion(page, "done")  # of the save: the look at the last map asks for none
            same = next(each for each in again["findings"] if each["message"] == finding["message"])
            assert (same["id"], same["intended"]) == (finding["id"], True)


class TestWithoutAModel:
    async def test_no_engine_that_thinks_is_started_by_a_save(self, songs: Path) -> None:
        async with running(songs) as app, app.page() as page:
            await save(app, page, synth())
            told = await opinion(page, "no_model")
            assert "mapside models pull" in told["note"]
            assert app.companion._link._engine.process_id is None
            refused = await page.ask("mod", key=told["key"])
            assert "No model is on this machine" in refused["error"]
            assert "not working on that map" in (await page.ask("cancel_mod", key=told["key"]))["error"]
