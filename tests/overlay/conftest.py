"""One Chromium for the whole folder, one tab that each test finds empty."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.overlay.chromium import find_chromium, started
from tests.overlay.overlay_page import WATCH, OverlayPage
from tests.overlay.pure import runner

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, BrowserContext, Page, ViewportSize

    from tests.overlay.pure import Run

DESKTOP: ViewportSize = {"width": 1200, "height": 800}


@pytest.fixture(scope="session")
def chromium_path() -> str:
    path = find_chromium()
    if path is not None:
        return path
    reason = "needs Chromium on the PATH"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium_path: str) -> AsyncIterator[Browser]:
    async with started(chromium_path) as browser:
        yield browser


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(
        viewport=DESKTOP, color_scheme="dark", permissions=["clipboard-read", "clipboard-write"]
    )
    yield context
    await context.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def tab(context: BrowserContext) -> Page:
    """One tab for all: a new one costs a process, and what a test leaves in it is cleared below."""
    tab = await context.new_page()
    await tab.add_init_script(WATCH)
    return tab


@pytest_asyncio.fixture(loop_scope="session")
async def overlay(tab: Page) -> AsyncIterator[OverlayPage]:
    """The page at desktop width; fails the test if anything went wrong behind its back."""
    page = OverlayPage(tab)
    yield page
    if tab.url.startswith("http"):
        await tab.evaluate("localStorage.clear(), sessionStorage.clear()")
    await tab.goto("about:blank")
    await tab.set_viewport_size(DESKTOP)
    await tab.emulate_media(color_scheme="dark", reduced_motion="no-preference")
    page.stop_listening()
    assert page.complaints == []


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def run(context: BrowserContext) -> AsyncIterator[Run]:
    async with runner(context) as run:
        yield run
