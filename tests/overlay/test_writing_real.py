"""Page, companion, engine and a small model, all real: from a right-click to the file on disk and back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.companion_process import RunningCompanion
from tests.overlay.writing_world import WritersSet, write_model

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from playwright.async_api import Locator

    from tests.overlay.overlay_page import OverlayPage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PATIENCE_MS = 120_000
"""An engine starts in seconds; on a machine that is busy with much else it may take its time."""


@pytest.fixture
def written(tmp_path: Path) -> WritersSet:
    return WritersSet(tmp_path / "Songs")


@pytest_asyncio.fixture(loop_scope="session")
async def companion(
    tmp_path: Path, written: WritersSet, overlay: OverlayPage
) -> AsyncIterator[RunningCompanion]:
    """With the model chosen, the map on screen, and the model's opinions off: this is about writing."""
    model = write_model(tmp_path / "model")
    async with RunningCompanion(tmp_path / "home", "--songs", str(tmp_path / "Songs")) as companion:
        await overlay.open(companion.link)
        await expect(overlay.screen).to_contain_text("Press Ctrl+S in the editor")
        await overlay.menu("Models…")
        panel = overlay.page.get_by_role("dialog", name="Models")
        await panel.get_by_label("Path of a model's folder").fill(str(model))
        await overlay.press("Enter")
        await expect(panel.locator(".badge:visible")).to_have_text("in use", timeout=PATIENCE_MS)
        await overlay.press("Escape")
        await overlay.page.locator("engine-state > button").click()
        await overlay.page.get_by_role("switch", name="AI findings").click()
        await overlay.press("Escape")
        written.save()
        await expect(overlay.page.locator("map-picker .current")).to_contain_text("[Hard]")
        # Its name is there before its timeline is.
        await overlay.page.wait_for_function("() => window.drawn.length > 0")
        yield companion


def view(overlay: OverlayPage) -> Locator:
    return overlay.page.get_by_role("region", name="Candidates")


def line(overlay: OverlayPage) -> Locator:
    return overlay.page.get_by_role("group", name="Generated in this map")


async def right_click_at(overlay: OverlayPage, time_ms: float) -> None:
    """Above the objects, which have a menu of their own."""
    box = await overlay.stage.bounding_box()
    assert box is not None
    start_ms, end_ms = await overlay.view_ms()
    x = (time_ms - start_ms) / (end_ms - start_ms) * box["width"]
    await overlay.stage.click(button="right", position={"x": x, "y": 60})


async def accept_the_criteria(overlay: OverlayPage) -> None:
    dialog = overlay.page.get_by_role("dialog", name="Before anything is generated")
    await expect(dialog).to_contain_text("must come from direct human input")
    await dialog.get_by_role("checkbox").check()
    await dialog.get_by_role("button", name="Accept").click()


async def candidates(overlay: OverlayPage) -> None:
    """Two, with the rhythm kept: what a model without training writes from nothing may be nothing."""
    await right_click_at(overlay, 5000)
    menu = overlay.page.get_by_role("menu", name="Timeline")
    await menu.get_by_role("menuitem", name="Regenerate around here…").click()
    await accept_the_criteria(overlay)
    dialog = overlay.page.get_by_role("dialog", name="Regenerate")
    await expect(dialog.get_by_role("textbox", name="Range")).to_have_value("00:03:200 - 00:08:000")
    await dialog.get_by_text("My rhythm").click(timeout=PATIENCE_MS)
    await dialog.get_by_label("Candidates").focus()
    await overlay.press("Home", "ArrowRight")
    await dialog.get_by_role("button", name="Start").click()
    await expect(view(overlay)).to_contain_text("2 candidates to choose from", timeout=PATIENCE_MS)


async def until(held: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not held():  # noqa: ASYNC110  a file has no event
            await asyncio.sleep(0.02)


def outside(data: bytes) -> list[bytes]:
    """All lines but those of objects in the section."""
    head, _, objects = data.partition(b"[HitObjects]")
    return [head, *(each for each in objects.splitlines() if not _is_inside(each))]


def _is_inside(line: bytes) -> bool:
    fields = line.split(b",")
    return len(fields) > 3 and 3200 <= int(fields[2]) < 8000


async def test_a_section_goes_from_a_right_click_into_the_file_and_out_of_it_again(
    overlay: OverlayPage, companion: RunningCompanion, written: WritersSet
) -> None:
    assert companion.port
    original = written.file.read_bytes()
    await candidates(overlay)
    assert written.file.read_bytes() == original

    await expect(view(overlay).get_by_role("radio", name="Candidate 1")).to_contain_text("12 objects")
    await expect(view(overlay).locator("map-player canvas")).to_have_count(3)
    await overlay.press("ArrowRight")
    await expect(view(overlay).get_by_role("radio", name="Candidate 2")).to_be_checked()
    await expect(view(overlay).locator(".caption:visible")).to_have_count(0)

    await view(overlay).get_by_role("button", name="Accept into [Hard]").click()
    await expect(view(overlay)).to_contain_text("Ctrl+L")
    accepted = written.file.read_bytes()
    assert accepted != original
    assert outside(accepted) == outside(original)

    await view(overlay).get_by_role("button", name="Undo").click()
    await until(lambda: written.file.read_bytes() == original)
    await overlay.press("Escape")
    await line(overlay).get_by_role("button", name="Redo").click()
    await until(lambda: written.file.read_bytes() == accepted)

    await expect(line(overlay)).to_contain_text("1 generated")
    await line(overlay).get_by_role("button", name="1 generated").click()
    panel = line(overlay).get_by_role("dialog")
    await expect(panel).to_contain_text("For the map's description")
    await panel.get_by_role("button", name="Revert").click()
    await until(lambda: written.file.read_bytes() == original)
    await expect(panel).to_contain_text("taken back")


async def test_a_save_makes_the_candidates_stale_and_the_editors_own_copy_is_noticed(
    overlay: OverlayPage, companion: RunningCompanion, written: WritersSet
) -> None:
    assert companion.port
    await candidates(overlay)
    await view(overlay).get_by_role("button", name="Accept into [Hard]").click()
    await expect(view(overlay)).to_contain_text("Ctrl+L")
    accepted = written.file.read_bytes()

    # The editor knows nothing of it, and saves what it holds.
    written.save()
    await expect(line(overlay).get_by_role("button", name="Put it back")).to_be_visible()
    await line(overlay).get_by_role("button", name="Put it back").click()
    await until(lambda: written.file.read_bytes() == accepted)


async def test_a_whole_map_is_written_beside_nothing_of_the_mappers(
    overlay: OverlayPage, companion: RunningCompanion, written: WritersSet, tmp_path: Path
) -> None:
    assert companion.port
    before = sorted(written.folder.iterdir())
    await overlay.menu("Generate a map…")
    page = overlay.page.get_by_role("region", name="Generate a map")
    start = page.get_by_role("button", name="Write the map")
    await expect(start).to_be_enabled(timeout=PATIENCE_MS)
    await page.get_by_role("textbox", name="Audio file").fill(str(written.folder / "audio.wav"))
    await page.get_by_text("More", exact=True).click()
    await page.get_by_label("Folder").fill(str(tmp_path / "maps"))
    await start.click()
    await accept_the_criteria(overlay)
    job = page.get_by_role("region", name="The map being written")
    await expect(job).to_contain_text("Writing", timeout=PATIENCE_MS)
    await job.get_by_role("button", name="Cancel").click()
    await expect(job).to_contain_text("Stopped", timeout=PATIENCE_MS)
    assert sorted(written.folder.iterdir()) == before
