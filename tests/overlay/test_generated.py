"""What was generated in a map: shown, told of, taken back, and put back where the editor overwrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.overlay import messages as say
from tests.overlay import writing_messages as write
from tests.overlay.scripted import ScriptedCompanion

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Locator

    from tests.overlay.overlay_page import OverlayPage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

DRAWN = say.map_message([say.finding(1, time_ms=60_000)], overview=say.overview(180_000, red_lines=[0]))
STANDING = write.generated_range("g1", model="v32", seed="77", objects=17)
REVERTED = write.generated_range(
    "g2",
    start_ms=90_000,
    end_ms=96_000,
    timestamp="01:30:000 - 01:36:000",
    can_revert=False,
    is_reverted=True,
)


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def companion(overlay: OverlayPage) -> AsyncIterator[ScriptedCompanion]:
    async with ScriptedCompanion(say.hello(), say.status(), say.maps(), DRAWN, write.writing()) as companion:
        await overlay.open(companion.link)
        await expect(overlay.rows).to_have_count(1)
        yield companion


def line(overlay: OverlayPage) -> Locator:
    return overlay.page.get_by_role("group", name="Generated in this map")


def panel(overlay: OverlayPage) -> Locator:
    return line(overlay).get_by_role("dialog")


async def opened(overlay: OverlayPage, companion: ScriptedCompanion) -> None:
    await companion.send(write.generated(STANDING, REVERTED))
    await line(overlay).get_by_role("button", name="1 generated").click()
    await expect(panel(overlay)).to_be_visible()


async def point_at(overlay: OverlayPage, time_ms: float, y: float = 130) -> None:
    box = await overlay.stage.bounding_box()
    assert box is not None
    start_ms, end_ms = await overlay.view_ms()
    await overlay.stage.hover(
        position={"x": (time_ms - start_ms) / (end_ms - start_ms) * box["width"], "y": y}
    )


async def test_a_band_tells_which_model_with_which_seed_and_when(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await companion.send(write.generated(STANDING, REVERTED))
    await expect(line(overlay)).to_contain_text("00:20:000 - 00:24:000 was generated.")
    tip = overlay.page.locator("map-timeline .tip")
    await point_at(overlay, 22_000)
    await expect(tip).to_contain_text("generated: 17 objects")
    await expect(tip).to_contain_text("v32, seed 77, ")
    await point_at(overlay, 93_000)
    await expect(tip).to_contain_text("taken back")
    await point_at(overlay, 50_000)
    await expect(tip).not_to_contain_text("generated")


async def test_who_hears_the_page_is_told_of_the_bands(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await companion.send(write.generated(STANDING, REVERTED))
    words = overlay.page.locator("#song-in-words")
    await expect(words).to_contain_text("Generated: 00:20:000 - 00:24:000.")


async def test_the_list_has_all_of_them_and_takes_one_back_in_one_click(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await opened(overlay, companion)
    await expect(panel(overlay).get_by_role("listitem")).to_have_count(2)
    await expect(panel(overlay).get_by_role("listitem").filter(has_text="01:30:000")).to_contain_text(
        "taken back"
    )
    await panel(overlay).get_by_role("button", name="Revert 00:20:000 - 00:24:000").click()
    asked = await companion.request("revert_range")
    assert (asked["key"], asked["range"]) == (write.KEY, "g1")
    gone = write.generated_range("g1", can_revert=False, is_reverted=True)
    await companion.send(write.generated(gone, REVERTED, sentence="", can_undo=False, can_redo=True))
    await expect(panel(overlay)).to_contain_text("Nothing that was generated stands in this map.")
    await line(overlay).get_by_role("button", name="Redo").click()
    assert (await companion.request("redo_write"))["key"] == write.KEY


async def test_a_right_click_on_a_band_takes_it_back(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await companion.send(write.generated(STANDING))
    await expect(line(overlay)).to_be_visible()
    await point_at(overlay, 22_000)
    await overlay.page.mouse.click(*await _pointer(overlay, 22_000), button="right")
    menu = overlay.page.get_by_role("menu", name="Timeline")
    await menu.get_by_role("menuitem", name="Revert what was generated here").click()
    assert (await companion.request("revert_range"))["range"] == "g1"


async def _pointer(overlay: OverlayPage, time_ms: float) -> tuple[float, float]:
    box = await overlay.stage.bounding_box()
    assert box is not None
    start_ms, end_ms = await overlay.view_ms()
    return box["x"] + (time_ms - start_ms) / (end_ms - start_ms) * box["width"], box["y"] + 130


async def test_the_sentence_for_the_description_is_copied(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await opened(overlay, companion)
    await panel(overlay).get_by_role("button", name="Copy").click()
    await expect(overlay.toasts).to_contain_text("Copied")
    assert await overlay.clipboard() == say.EXAMPLES["generated"]["sentence"]


async def test_a_range_of_the_list_is_marked_on_the_timeline(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await opened(overlay, companion)
    await panel(overlay).get_by_role("button", name="00:20:000 - 00:24:000", exact=True).click()
    field = overlay.page.get_by_role("group", name="Marked range").get_by_role("textbox")
    await expect(field).to_have_value("00:20:000 - 00:24:000")


async def test_what_the_editor_overwrote_is_offered_again(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    overwritten = {**say.EXAMPLES["generated_overwritten"], "key": write.KEY}
    await companion.send(overwritten)
    await expect(line(overlay)).to_contain_text("The editor has saved its own copy over what you accepted.")
    await expect(line(overlay).get_by_role("button", name="Redo")).to_be_hidden()
    await line(overlay).get_by_role("button", name="Put it back").click()
    assert (await companion.request("redo_write"))["key"] == write.KEY


async def test_a_redo_says_what_it_would_redo(overlay: OverlayPage, companion: ScriptedCompanion) -> None:
    await companion.send(write.generated(can_undo=False, can_redo=True))
    await expect(line(overlay)).to_contain_text("What was accepted last is taken back.")
    await expect(line(overlay).get_by_role("button", name="Redo")).to_be_visible()


async def test_a_refused_undo_is_said(overlay: OverlayPage, companion: ScriptedCompanion) -> None:
    companion.refuses["undo_write"] = "Insane.osu was changed since: undo would take that back too."
    await companion.send(write.generated(STANDING))
    await line(overlay).get_by_role("button", name="Undo").click()
    await expect(overlay.toasts).to_contain_text("was changed since")


async def test_a_map_in_which_nothing_was_generated_says_nothing_of_it(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await companion.send({**say.EXAMPLES["generated_nothing"], "key": write.KEY}, say.status(sets=7))
    await expect(overlay.connection).to_contain_text("7 sets")
    await expect(line(overlay)).to_be_hidden()


@pytest.mark.parametrize("width", [360, 1200])
async def test_line_and_list_fit(overlay: OverlayPage, companion: ScriptedCompanion, width: int) -> None:
    await overlay.page.set_viewport_size({"width": width, "height": 800})
    await opened(overlay, companion)
    for part in (line(overlay), panel(overlay)):
        box = await part.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    revert = panel(overlay).get_by_role("button", name="Revert")
    await expect(revert).to_be_in_viewport(ratio=1)
