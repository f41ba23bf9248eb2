"""One Chromium for the whole folder, one fresh page for each test."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.overlay.chromium import find_chromium, started
from tests.overlay.overlay_page import OverlayPage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, BrowserContext


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
        viewport={"width": 1200, "height": 800}, permissions=["clipboard-read", "clipboard-write"]
    )
    yield context
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def overlay(context: BrowserContext) -> AsyncIterator[OverlayPage]:
    """A page at desktop width; fails the test if anything went wrong behind its back."""
    page = OverlayPage(await context.new_page())
    yield page
    # Each companion has a port, so an origin, of its own; but a port may come again.
    if page.page.url.startswith("http"):
        await page.page.evaluate("localStorage.clear()")
    await page.page.close()
    assert page.complaints == []
