"""A map that is not what its file is: the page names the file, says what is wrong and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.overlay import messages as say
from tests.overlay.scripted import ScriptedCompanion

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Locator

    from tests.overlay.overlay_page import OverlayPage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

GONE = "That map's file is no longer there, or cannot be read now. Save it once in the editor."
HARD = say.entry("set/hard", "Hard")


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def companion(overlay: OverlayPage) -> AsyncIterator[ScriptedCompanion]:
    greeting = (say.hello(), say.status(), say.maps(say.entry(), HARD), say.map_message([say.finding(1)]))
    async with ScriptedCompanion(*greeting) as companion:
        await overlay.open(companion.link)
        await expect(overlay.rows).to_have_count(1)
        yield companion


def trouble(overlay: OverlayPage) -> Locator:
    return overlay.page.get_by_role("alert").filter(has_text=".osu")


async def test_a_file_that_vanishes_is_named_above_the_findings_of_its_last_save(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await companion.send(say.maps(HARD))
    await expect(trouble(overlay)).to_contain_text("Insane.osu is no longer in its folder.")
    await expect(overlay.rows).to_have_count(1)
    await trouble(overlay).get_by_role("button", name="Show the last save").click()
    assert (await companion.request("select"))["key"] == "set/hard"


async def test_saved_again_it_is_a_map_like_any_other(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await companion.send(say.maps(HARD))
    await expect(trouble(overlay)).to_be_visible()
    await companion.send(say.map_message([say.finding(1)], map_version=2))
    await expect(trouble(overlay)).to_have_count(0)


async def test_looking_again_in_vain_says_so(overlay: OverlayPage, companion: ScriptedCompanion) -> None:
    companion.refuses["select"] = GONE
    await companion.send(say.maps(HARD))
    await trouble(overlay).get_by_role("button", name="Look again").click()
    await expect(overlay.toasts).to_contain_text("Still the same")
    await expect(trouble(overlay)).to_contain_text("is no longer in its folder")


async def test_a_chosen_map_that_cannot_be_read_gets_a_page_and_a_way_back(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    companion.refuses["select"] = GONE
    await overlay.choose_map("Hard")
    await expect(overlay.screen).to_contain_text("Hard.osu cannot be read.")
    await expect(overlay.screen).to_contain_text(GONE)
    await expect(overlay.screen).to_contain_text("123 Camellia - Exit")
    await expect(overlay.page.locator("map-picker .current")).to_contain_text("[Hard]")
    await overlay.screen.get_by_role("button", name="Show the last save").click()
    await expect(overlay.rows).to_have_count(1)


async def test_a_check_that_failed_says_that_the_findings_are_old(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await companion.send(say.notice("error", "Insane.osu could not be checked: a fault of Mapside."))
    await expect(trouble(overlay)).to_contain_text("findings below are those of its last save")
    await trouble(overlay).get_by_role("button", name="Put this away").click()
    await expect(trouble(overlay)).to_have_count(0)


async def test_of_a_file_that_a_crash_left_empty_all_is_said_that_saves_the_map(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    told = "whatever saved it last may have crashed. If the editor still has the map open, save it again now."
    await companion.send(say.notice("error", f"Insane.osu is filled with zeros: {told}"))
    await expect(trouble(overlay)).to_contain_text("Insane.osu is filled with zeros.")
    await expect(trouble(overlay)).to_contain_text(told[1:])
    await expect(trouble(overlay)).not_to_contain_text("could not be checked")


async def test_a_file_that_holds_no_map_is_called_that(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    line = "Line 1: expected 'osu file format v14' here."
    torn = say.finding(2, time_ms=None, link=None, timestamp="", message=line)
    broken = say.map_message([torn | {"check": "unreadable-lines"}], map_version=2)
    broken["overview"] = say.overview(1000, density={"bin_ms": 1000, "counts": [0]})
    await companion.send(broken)
    await expect(trouble(overlay)).to_contain_text("Insane.osu holds no map that can be read.")
    await expect(trouble(overlay)).to_contain_text(line)


@pytest.mark.parametrize("width", [360, 1200])
async def test_what_to_do_about_an_error_is_not_cut_off(
    overlay: OverlayPage, companion: ScriptedCompanion, width: int
) -> None:
    await overlay.page.set_viewport_size({"width": width, "height": 800})
    why = "The hub cannot be reached for Somebody/a-model-of-theirs, or no longer (ConnectError); "
    await companion.send(say.notice("error", f"v32 was not downloaded. {why * 2}then try again."))
    text = overlay.toasts.get_by_text("try again.")
    await expect(text).to_be_visible()
    assert await text.evaluate("(text) => text.scrollHeight - text.clientHeight") <= 0


async def test_an_error_of_the_companion_stays_until_it_is_put_away(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await companion.send(say.notice("error", "A part of Mapside has stopped."))
    await expect(overlay.toasts).to_contain_text("A part of Mapside has stopped.")
    await overlay.toasts.get_by_role("button", name="Put this away").click()
    await expect(overlay.toasts).not_to_contain_text("stopped")
