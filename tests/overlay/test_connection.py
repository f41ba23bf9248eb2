"""The socket: who may open it, and how the page comes back when it was lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.overlay import messages as say
from tests.overlay.scripted import ScriptedCompanion

if TYPE_CHECKING:
    from tests.overlay.overlay_page import OverlayPage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def companion_with(*findings: say.Message) -> ScriptedCompanion:
    return ScriptedCompanion(say.hello(), say.status(), say.maps(), say.map_message(list(findings)))


async def test_without_a_token_the_page_says_how_to_open_it(overlay: OverlayPage) -> None:
    async with companion_with() as companion:
        await overlay.open(companion.address)
        await expect(overlay.screen).to_contain_text("Open this page from Mapside")
        await expect(overlay.screen).to_contain_text("the link that run_daemon.py printed")


async def test_with_a_wrong_token_it_says_so_and_shows_nothing(overlay: OverlayPage) -> None:
    async with companion_with(say.finding(1)) as companion:
        await overlay.open(f"{companion.address}#token=guessed")
        await expect(overlay.screen).to_contain_text("did not accept this page")
        await expect(overlay.rows).to_have_count(0)


async def test_the_right_link_pasted_into_the_same_tab_lets_it_in(overlay: OverlayPage) -> None:
    async with companion_with(say.finding(1)) as companion:
        await overlay.open(companion.address)
        await overlay.page.goto(companion.link)
        await expect(overlay.rows).to_have_count(1)


async def test_the_token_leaves_the_address_bar_and_survives_a_reload(overlay: OverlayPage) -> None:
    async with companion_with(say.finding(1)) as companion:
        await overlay.open(companion.link)
        await expect(overlay.rows).to_have_count(1)
        assert overlay.page.url == companion.address
        await overlay.page.reload()
        await expect(overlay.rows).to_have_count(1)


async def test_a_restarted_companion_is_found_again_and_its_state_shown(overlay: OverlayPage) -> None:
    async with companion_with(say.finding(1)) as companion:
        await overlay.open(companion.link)
        await expect(overlay.rows).to_have_count(1)
        await companion.stop()
        await expect(overlay.connection).to_contain_text("Disconnected, trying again")
        await expect(overlay.rows).to_have_count(1)
        companion.greeting[-1] = say.map_message([say.finding(1), say.finding(2)], map_version=2)
        await companion.start()
        await expect(overlay.rows).to_have_count(2)
        await expect(overlay.connection).to_contain_text("Watching 214 sets")


async def test_what_is_asked_while_disconnected_is_refused_and_never_sent_later(overlay: OverlayPage) -> None:
    async with companion_with(say.finding(1)) as companion:
        await overlay.open(companion.link)
        await expect(overlay.rows).to_have_count(1)
        await companion.stop()
        await expect(overlay.connection).to_contain_text("Disconnected")
        await overlay.press("j", "i")
        await expect(overlay.toasts).to_contain_text("nothing was changed")
        await expect(overlay.rows).to_have_count(1)
        await companion.start()
        await expect(overlay.connection).to_contain_text("Watching")
        assert companion.received == []


async def test_a_pinned_difficulty_is_asked_for_again_after_a_reconnection(overlay: OverlayPage) -> None:
    async with companion_with(say.finding(1)) as companion:
        companion.greeting[2] = say.maps(say.entry("set/hard", version="Hard"), say.entry())
        await overlay.open(companion.link)
        await expect(overlay.rows).to_have_count(1)
        await overlay.page.get_by_role("button", name="The page turns to").click()
        await companion.stop()
        companion.greeting[3] = say.map_message([], key="set/hard", version="Hard")
        await companion.start()
        assert (await companion.request("select"))["key"] == "set/insane"
        await expect(overlay.page.locator("map-picker .current")).to_contain_text("[Insane]")


async def test_a_newer_companion_makes_the_page_reload_once_and_then_say_so(overlay: OverlayPage) -> None:
    async with ScriptedCompanion(say.hello(newer_by=1)) as companion:
        await overlay.open(companion.link)
        await expect(overlay.screen).to_contain_text("This page is older than the companion")


async def test_a_companion_that_is_not_there_is_waited_for(overlay: OverlayPage) -> None:
    async with companion_with(say.finding(1)) as companion:
        await overlay.open(companion.link)
        await expect(overlay.rows).to_have_count(1)
        companion.greeting = [say.hello(), say.status(), say.no_maps()]
        await overlay.page.reload()
        await expect(overlay.screen).to_contain_text("Press Ctrl+S")
        await companion.stop()
        await expect(overlay.screen).to_contain_text("Mapside is not running")
        await companion.start()
        await expect(overlay.screen).to_contain_text("Press Ctrl+S")
