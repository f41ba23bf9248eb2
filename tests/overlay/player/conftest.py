"""One page for all tests of the player; each finds a player on it that nobody has touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest_asyncio

from tests.overlay.player import maps
from tests.overlay.player.page import LISTEN, PlayerCompanion, PlayerPage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import BrowserContext

SONG = maps.song_wav()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def serving() -> AsyncIterator[PlayerCompanion]:
    async with PlayerCompanion() as companion:
        yield companion


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def player_page(context: BrowserContext, serving: PlayerCompanion) -> AsyncIterator[PlayerPage]:
    tab = await context.new_page()
    await tab.add_init_script(LISTEN)
    await tab.goto(f"{serving.address}player.html")
    yield PlayerPage(tab)
    await tab.close()


@pytest_asyncio.fixture(loop_scope="session")
async def companion(serving: PlayerCompanion) -> PlayerCompanion:
    serving.songs = {"/song.wav": SONG}
    serving.winds = True
    return serving


@pytest_asyncio.fixture(loop_scope="session")
async def player(player_page: PlayerPage, companion: PlayerCompanion) -> AsyncIterator[PlayerPage]:
    """Fails the test if anything went wrong behind its back."""
    assert companion.songs
    await player_page.begin()
    yield player_page
    await player_page.leave()
    assert player_page.complaints == []
