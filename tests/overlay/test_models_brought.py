"""Page, real companion and a hub on this machine together: a model is offered, brought, kept and removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.companion_process import RunningCompanion
from tests.daemon.a_hub import a_hub

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Locator

    from tests.overlay.overlay_page import OverlayPage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PATIENCE_MS = 60_000


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def companion(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, overlay: OverlayPage
) -> AsyncIterator[RunningCompanion]:
    (tmp_path / "Songs").mkdir()
    with a_hub(monkeypatch, tmp_path / "cache", pause_s=0.25):
        songs = ("--songs", str(tmp_path / "Songs"))
        async with RunningCompanion(tmp_path / "home", *songs) as companion:
            await overlay.open(companion.link)
            await expect(overlay.page.get_by_role("region", name="No model yet")).to_be_visible(
                timeout=PATIENCE_MS
            )
            yield companion


def row(overlay: OverlayPage) -> Locator:
    return overlay.page.get_by_role("listitem", name="Mapperatorinator V32", exact=True)


async def test_a_model_is_brought_from_the_hint_broken_off_resumed_and_removed(overlay: OverlayPage) -> None:
    hint = overlay.page.get_by_role("region", name="No model yet")
    await expect(hint).to_contain_text("Licence: ")
    await hint.get_by_role("button", name="Download").click()
    await expect(hint).to_be_hidden(timeout=PATIENCE_MS)
    bar = overlay.page.locator("engine-state")
    await expect(bar).to_contain_text("%", timeout=PATIENCE_MS)

    await overlay.menu("Models…")
    await expect(row(overlay)).to_contain_text("/s", timeout=PATIENCE_MS)
    await row(overlay).get_by_role("button", name="Cancel").click()
    await expect(row(overlay)).to_contain_text("Stopped at", timeout=PATIENCE_MS)
    await expect(overlay.page.get_by_role("dialog").get_by_role("status")).to_contain_text("kept")

    await row(overlay).get_by_role("button", name="Resume").click()
    await expect(row(overlay).get_by_text("in use")).to_be_visible(timeout=PATIENCE_MS)
    await expect(bar).to_contain_text("v32 · asleep")

    await row(overlay).get_by_role("button", name="Remove").click()
    await row(overlay).get_by_role("group").get_by_role("button", name="Remove").click()
    await expect(row(overlay)).to_contain_text("Not downloaded", timeout=PATIENCE_MS)
    await expect(bar).to_contain_text("No model")


async def test_a_folder_that_is_not_there_is_refused_where_it_was_pasted(
    overlay: OverlayPage, tmp_path: Path
) -> None:
    await overlay.menu("Models…")
    nowhere = str(tmp_path / "nowhere")
    await overlay.page.get_by_label("Path of a model's folder").fill(nowhere)
    await overlay.press("Enter")
    await expect(
        overlay.page.get_by_role("dialog").get_by_text(f"There is no folder {nowhere}")
    ).to_be_visible()
