"""A day of mapping: what the page holds does not grow with the saves it has seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.overlay import messages as say
from tests.overlay.scripted import ScriptedCompanion

if TYPE_CHECKING:
    from playwright.async_api import CDPSession

    from tests.overlay.overlay_page import OverlayPage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SAVES = 500
HEAP_SLACK_BYTES = 2_000_000


def save(version: int) -> say.Message:
    """Each has two findings of its own, and has lost two of the one before."""
    kept = [say.finding(number) for number in range(30)]
    fresh = [say.finding(1000 + 2 * version + each, status="new") for each in range(2)]
    gone = [say.gone(say.finding(998 + 2 * version + each)) for each in range(2)]
    return say.map_message([*fresh, *kept], gone=gone, map_version=version)


async def held(session: CDPSession) -> dict[str, float]:
    await session.send("HeapProfiler.collectGarbage")
    await session.send("HeapProfiler.collectGarbage")
    metrics = (await session.send("Performance.getMetrics"))["metrics"]
    return {each["name"]: each["value"] for each in metrics}


async def test_five_hundred_saves_leave_no_elements_and_no_listeners_behind(overlay: OverlayPage) -> None:
    async with ScriptedCompanion(say.hello(), say.status(), say.maps(), save(1)) as companion:
        await overlay.open(companion.link)
        await expect(overlay.rows.first).to_be_visible()
        session = await overlay.page.context.new_cdp_session(overlay.page)
        await session.send("Performance.enable")
        for version in range(2, 12):
            await companion.send(save(version))
        await overlay.page.wait_for_function("() => window.drawn.some((map) => map.map_version === 11)")
        before = await held(session)
        for version in range(12, 12 + SAVES):
            await companion.send(save(version))
        await overlay.page.wait_for_function(
            f"() => window.drawn.some((map) => map.map_version === {11 + SAVES})"
        )
        await overlay.page.evaluate("window.drawn.length = 0")
        after = await held(session)
        await session.detach()
        assert after["Nodes"] <= before["Nodes"] + 20
        assert after["JSEventListeners"] <= before["JSEventListeners"] + 5
        assert after["JSHeapUsedSize"] < before["JSHeapUsedSize"] + HEAP_SLACK_BYTES
