"""Models brought, broken off and removed from a page, against a hub on this machine."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.daemon.a_hub import WEIGHTS_BYTES, a_hub
from tests.daemon.companion import running
from tests.daemon.pages import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.daemon.pages import Page

pytestmark = pytest.mark.usefixtures("own_home")
PATIENCE_S = 60.0
SLOW_S = 0.25
"""What is broken off in the middle has seconds left to come then, however slow the machine is."""


async def v32(page: Page, state: str) -> dict[str, Any]:
    """The model in the next list that has it in that state."""

    def line(message: dict[str, Any]) -> dict[str, Any]:
        return next((each for each in message["models"] if each["name"] == "v32"), {"state": None})

    told = await page.next("models", lambda each: line(each)["state"] == state, within_s=PATIENCE_S)
    return line(told)


async def test_a_page_that_connects_sees_what_there_is(songs: Path) -> None:
    async with running(songs) as app, app.page() as page:
        told = await page.next("models", lambda each: each["models"])
        assert told["chosen"] == "v32"
        by_name = {each["name"]: each for each in told["models"]}
        assert by_name["v32"]["modes"] == ["osu", "taiko", "catch", "mania"]
        assert {each["state"] for each in told["models"]} == {"absent"}


@pytest.mark.parametrize("name", ["v28", "v29", "osu-diffusion"])
async def test_a_model_that_cannot_judge_maps_is_not_chosen(songs: Path, name: str) -> None:
    async with running(songs) as app, app.page() as page:
        assert "has no opinion of a map" in (await page.ask("choose_model", name=name))["error"]
        assert (await page.ask("choose_model", name="v31"))["ok"]


async def test_a_download_is_followed_broken_off_taken_up_and_removed(
    songs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_hub(monkeypatch, tmp_path / "cache", pause_s=SLOW_S) as hub:
        async with running(songs) as app, app.page() as page:
            await v32(page, "absent")
            assert (await page.ask("pull_model", name="v32"))["ok"]
            assert "already" in (await page.ask("pull_model", name="v32"))["error"]
            assert "Cancel that first" in (await page.ask("remove_model", name="v32"))["error"]
            told: list[dict[str, Any]] = []
            began = time.monotonic()
            while not told or told[-1]["done_bytes"] < WEIGHTS_BYTES / 3:
                told.append(await v32(page, "pulling"))
            sizes = [each["done_bytes"] for each in told]
            assert sizes == sorted(sizes)
            assert len(told) <= 4 * (time.monotonic() - began) + 3, "four times a second is enough"
            assert told[-1]["bytes_per_s"] > 0
            assert told[-1]["total_bytes"] > WEIGHTS_BYTES
            assert (await page.ask("cancel_pull", name="v32"))["ok"]
            assert "kept for next time" in (await page.next("notice"))["text"]
            partial = await v32(page, "partial")
            assert 0 < partial["done_bytes"] < partial["size_bytes"]
            assert "not being downloaded" in (await page.ask("cancel_pull", name="v32"))["error"]

            hub.pause_s = 0.02
            assert (await page.ask("pull_model", name="v32"))["ok"]
            again = await v32(page, "pulling")
            assert again["done_bytes"] >= partial["done_bytes"]
            complete = await v32(page, "complete")
            assert complete["done_bytes"] == complete["size_bytes"]
            await page.next("engine", lambda each: each["model_ready"])
            assert "already" in (await page.ask("pull_model", name="v32"))["error"]

            assert (await page.ask("remove_model", name="v32"))["ok"]
            await v32(page, "absent")
            await page.next("engine", lambda each: not each["model_ready"])


async def test_an_end_in_the_middle_of_a_download_keeps_it_for_the_next_start(
    songs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_hub(monkeypatch, tmp_path / "cache", pause_s=SLOW_S):
        async with running(songs) as app, app.page() as page:
            await v32(page, "absent")
            await page.ask("pull_model", name="v32")
            while (await v32(page, "pulling"))["done_bytes"] < WEIGHTS_BYTES / 5:
                pass
        async with running(songs) as app, app.page() as page:
            assert (await v32(page, "partial"))["done_bytes"] > 0


async def test_what_fails_is_told_with_a_sentence(
    songs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_hub(monkeypatch, tmp_path / "cache") as hub:
        hub.files.clear()
        async with running(songs) as app, app.page() as page:
            await v32(page, "absent")
            assert (await page.ask("pull_model", name="v32"))["ok"]
            notice = await page.next("notice", lambda each: each["level"] == "error", within_s=PATIENCE_S)
            assert notice["text"].startswith("v32 was not downloaded. ")
            assert notice["text"].endswith(".")
            line = await v32(page, "absent")
            assert line["note"]
            assert line["note"] in notice["text"], "the card says it after the notice has passed"
            assert (await page.ask("pull_model", name="v32"))["ok"]
            assert (await v32(page, "pulling"))["note"] == "", "until the next download"
            await page.next("notice", lambda each: each["level"] == "error", within_s=PATIENCE_S)
            assert "There is no model v99" in (await page.ask("pull_model", name="v99"))["error"]
            assert (await page.ask("remove_model", name="v99"))["error"].endswith(".")
            assert "There is no model v99" in (await page.ask("choose_model", name="v99"))["error"]


async def test_the_end_of_a_download_reaches_a_desktop_without_a_page(
    songs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_hub(monkeypatch, tmp_path / "cache", pause_s=0.02):
        async with running(songs) as app:
            told: list[str] = []
            monkeypatch.setattr(app.companion._notifier, "notify", lambda _title, text: told.append(text))
            await app.companion.actions.pull_model("v32")
            await until(lambda: told, within_s=PATIENCE_S)
            assert told == ["v32 is here and ready."]
