"""The page's pure modules without the page: Chromium is the one JavaScript that is sure to be here."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, TypeAlias

from tests.overlay.scripted import ScriptedCompanion

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from playwright.async_api import BrowserContext

    Run: TypeAlias = Callable[..., Awaitable[Any]]

MODULES = (
    "store", "seen", "opinion", "heat", "playfield", "timescale", "marks", "virtual", "format", "density",
    "time_range", "regeneration", "wishes", "song_order", "writing_store", "timeline_hand",
    "map_objects", "object_store", "object_layout",
)  # fmt: skip


@contextlib.asynccontextmanager
async def runner(context: BrowserContext) -> AsyncIterator[Run]:
    """Runs a body of JavaScript with every pure module at hand, and its argument as `given`."""
    async with ScriptedCompanion() as companion:
        page = await context.new_page()
        await page.goto(f"{companion.address}favicon.svg")

        async def run(body: str, given: Any = None) -> Any:
            imports = "".join(f"const {name} = await import('/{name}.js');" for name in MODULES)
            return await page.evaluate(f"async (given) => {{ {imports} {body} }}", given)

        yield run
        await page.close()
