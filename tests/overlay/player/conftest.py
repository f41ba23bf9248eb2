"""One tab for all tests of the player, which each finds with a page that has just been opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest_asyncio

from tests.overlay.player import maps
from tests.overlay.player.page import LISTEN, PlayerCompanion, PlayerPage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import BrowserContext, Page


@pytest_asyncio.fixture(loop_scope="session")
async def companion() -> AsyncIterator[PlayerCompanion]:
    async with PlayerCompanion(maps.song_wav()) as companion:
        yield companion


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def player_tab(context: BrowserContext) -> Page:
    tab = await context.new_page()
    await tab.add_init_script(LISTEN)
    return tab


@pytest_asyncio.fixture(loop_scope="session")
async def player(player_tab: Page, companion: PlayerCompanion) -> AsyncIterator[PlayerPage]:
    """Fails the test if anything went wrong behind its back."""
    page = PlayerPage(player_tab)
    await page.open(companion.address)
    yield page
    await page.leave()
    assert page.complaints == []
