"""The page for a whole map: what is ordered, how far it is, and where it lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.overlay import messages as say
from tests.overlay import writing_messages as write
from tests.overlay.scripted import ScriptedCompanion

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Locator

    from tests.overlay.overlay_page import OverlayPage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SONG = "/music/song.mp3"


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def companion(overlay: OverlayPage) -> AsyncIterator[ScriptedCompanion]:
    """Nothing was saved yet: a whole map needs no map."""
    async with ScriptedCompanion(say.hello(), say.status(), say.no_maps(), write.writing()) as companion:
        companion.answers = write.answers()
        await overlay.open(companion.link)
        await expect(overlay.screen).to_contain_text("Press Ctrl+S")
        await overlay.menu("Generate a map…")
        await expect(start(overlay)).to_be_enabled()
        yield companion


def page(overlay: OverlayPage) -> Locator:
    return overlay.page.get_by_role("region", name="Generate a map")


def start(overlay: OverlayPage) -> Locator:
    return page(overlay).get_by_role("button", name="Write the map")


def source(overlay: OverlayPage) -> Locator:
    return page(overlay).get_by_role("textbox", name="Audio file, or a .osu to go by")


async def ordered(companion: ScriptedCompanion) -> dict[str, Any]:
    return await companion.request("generate_map")


async def test_a_song_is_all_it_takes(overlay: OverlayPage, companion: ScriptedCompanion) -> None:
    await expect(source(overlay)).to_be_focused()
    await overlay.page.keyboard.type(f'"{SONG}"')
    await start(overlay).click()
    order = await ordered(companion)
    assert order["source"] == SONG
    assert (order["mode"], order["given"], order["output"]) == ("osu", [], ["timing", "kiai", "map"])
    assert (order["form"], order["seed"], order["wishes"]) == ("osz", None, {})


async def test_nothing_is_sent_without_one(overlay: OverlayPage, companion: ScriptedCompanion) -> None:
    await start(overlay).click()
    await expect(page(overlay).get_by_role("alert")).to_contain_text("Give the path of an audio file")
    assert not [each for each in companion.received if each["type"] == "generate_map"]


async def test_a_map_to_go_by_gives_its_timing_and_what_else_is_chosen(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    companion.answers["describe_model"] = write.options(given=["timing", "kiai", "map", "gd"])
    await page(overlay).get_by_label("Mode", exact=True).select_option("osu!taiko")
    await expect(start(overlay)).to_be_enabled()
    await page(overlay).get_by_text("More", exact=True).click()
    timing = page(overlay).get_by_label("Timing", exact=True)
    await expect(timing.locator("option[value=take]")).to_have_count(0)
    await source(overlay).fill("/maps/a.osu")
    await expect(page(overlay).get_by_label("Timing", exact=True)).to_have_value("take")
    await page(overlay).get_by_label("Kiai", exact=True).select_option("left out")
    await page(overlay).get_by_role("checkbox", name="As a guest difficulty").check()
    await page(overlay).get_by_label("Difficulty's name").fill("Somebody's Muzukashii")
    await page(overlay).get_by_label("Seed").fill("18446744073709551615")
    await start(overlay).click()
    order = await ordered(companion)
    assert order["mode"] == "taiko"
    assert order["given"] == ["timing", "gd"]
    assert order["output"] == ["map", "sv"]
    assert order["difficulty_name"] == "Somebody's Muzukashii"
    assert order["seed"] == "18446744073709551615"


async def test_what_stands_in_a_maps_settings_can_be_wished_of_a_whole_one(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await source(overlay).fill(SONG)
    await page(overlay).get_by_text("More", exact=True).click()
    await page(overlay).get_by_label("Circle size").fill("5.2")
    await start(overlay).click()
    assert (await ordered(companion))["wishes"] == {"circle_size": 5.2}


async def test_the_map_on_screen_is_taken_by_its_path(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await expect(page(overlay).get_by_role("button", name="The map on screen")).to_be_hidden()
    await companion.send(say.maps(), say.map_message([]))
    await page(overlay).get_by_role("button", name="The map on screen").click()
    await expect(source(overlay)).to_have_value("/songs/123 Camellia - Exit/Insane.osu")


async def test_its_progress_is_watched_and_it_can_be_cancelled(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await companion.send(write.song_job(audio=SONG))
    job = page(overlay).get_by_role("region", name="The map being written")
    await expect(job).to_contain_text(SONG)
    await expect(job).to_contain_text("211 objects · writing · 1480 tokens")
    await expect(job).to_contain_text("212 tokens/s · 12 s left")
    await expect(job.get_by_role("progressbar")).to_have_attribute("value", "0.375")
    await expect(start(overlay)).to_be_hidden()
    await job.get_by_role("button", name="Cancel").click()
    await companion.request("cancel_map")
    await companion.send(write.song_job("cancelled"))
    await expect(job).to_contain_text("Stopped")
    await expect(start(overlay)).to_be_visible()


async def test_it_says_once_what_it_does_now(overlay: OverlayPage, companion: ScriptedCompanion) -> None:
    doing = say.EXAMPLES["song_job"]["pace"]["doing"]
    await companion.send(write.song_job(audio=SONG, note=doing))
    job = page(overlay).get_by_role("region", name="The map being written")
    await expect(job).to_contain_text(SONG)
    assert (await job.inner_text()).count(f" {doing} ") == 1
    await expect(job.locator(".words")).to_be_empty()


async def test_elsewhere_the_menu_leads_back_to_the_map_being_written(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await companion.send(write.song_job(audio=SONG))
    await page(overlay).get_by_role("button", name="Back").click()
    await overlay.menu("The map being written…")
    await expect(page(overlay).get_by_role("region", name="The map being written")).to_contain_text(SONG)


async def test_done_it_says_where_it_lies_and_opens_the_folder(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await companion.send(say.EXAMPLES["song_job_done"])
    job = page(overlay).get_by_role("region", name="The map being written")
    await expect(job).to_contain_text("C:\\Users\\me\\Mapside\\Artist - Song (me).osz")
    await expect(job).to_contain_text("The song is not tagged")
    await job.get_by_role("button", name="Open its folder").click()
    await companion.request("open_map_folder")


async def test_a_failure_says_why_and_the_form_is_there_again(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await companion.send(say.EXAMPLES["song_job_failed"])
    await expect(page(overlay)).to_contain_text("song.mp3 is not audio. Choose another file.")
    await expect(start(overlay)).to_be_visible()


async def test_a_refusal_is_said_in_the_form(overlay: OverlayPage, companion: ScriptedCompanion) -> None:
    companion.refuses["generate_map"] = f"There is no file {SONG}."
    await source(overlay).fill(SONG)
    await start(overlay).click()
    await expect(page(overlay).get_by_role("alert")).to_contain_text(f"There is no file {SONG}.")
    await expect(start(overlay)).to_be_enabled()


async def test_the_criteria_come_first_and_then_what_was_ordered(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await companion.send(write.undisclosed())
    await source(overlay).fill(SONG)
    await start(overlay).click()
    dialog = overlay.page.get_by_role("dialog", name="Before anything is generated")
    await dialog.get_by_role("checkbox").check()
    await dialog.get_by_role("button", name="Accept").click()
    await companion.request("accept_disclosure")
    await companion.send(write.writing())
    assert (await ordered(companion))["source"] == SONG


async def test_back_leads_to_where_one_was(overlay: OverlayPage) -> None:
    await page(overlay).get_by_role("button", name="Back").click()
    await expect(overlay.screen).to_contain_text("Press Ctrl+S")


@pytest.mark.parametrize("width", [360, 1200])
async def test_it_fits(overlay: OverlayPage, companion: ScriptedCompanion, width: int) -> None:
    await overlay.page.set_viewport_size({"width": width, "height": 800})
    await page(overlay).get_by_text("More", exact=True).click()
    await companion.send(say.EXAMPLES["song_job_done"])
    await expect(page(overlay)).to_contain_text("Done")
    assert await page(overlay).evaluate("(page) => page.scrollWidth - page.clientWidth") == 0
