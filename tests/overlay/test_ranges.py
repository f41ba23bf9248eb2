"""A stretch of the song is marked on the timeline, typed, pasted, and asked to be written anew."""

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

FINDINGS = [
    say.finding(1, time_ms=60_000, severity="problem"),
    say.finding(2, time_ms=None, link=None, timestamp=""),
]
# 150 BPM: bars of 1.6 s.
DRAWN = say.map_message(
    FINDINGS, overview=say.overview(180_000, bpm=[150, 150, 150], red_lines=[0], breaks=[], kiai=[])
)

WHOLE = write.whole(beats=[[0, 400, 4]], combos=[32_400, 48_400, 64_400])


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def companion(overlay: OverlayPage) -> AsyncIterator[ScriptedCompanion]:
    async with ScriptedCompanion(say.hello(), say.status(), say.maps(), DRAWN, write.writing()) as companion:
        companion.answers = {**write.answers(), "objects": WHOLE}
        await overlay.open(companion.link)
        await expect(overlay.rows).to_have_count(2)
        yield companion


def bar(overlay: OverlayPage) -> Locator:
    return overlay.page.get_by_role("group", name="Marked range")


def field(overlay: OverlayPage) -> Locator:
    return bar(overlay).get_by_role("textbox", name="Range, as editor timestamps")


def dialog(overlay: OverlayPage) -> Locator:
    return overlay.page.get_by_role("dialog", name="Regenerate")


def menu(overlay: OverlayPage, name: str = "Timeline") -> Locator:
    return overlay.page.get_by_role("menu", name=name)


async def x_of(overlay: OverlayPage, time_ms: float) -> float:
    box = await overlay.stage.bounding_box()
    assert box is not None
    start_ms, end_ms = await overlay.view_ms()
    return box["x"] + (time_ms - start_ms) / (end_ms - start_ms) * box["width"]


async def drag(overlay: OverlayPage, from_ms: float, to_ms: float, y: float = 110) -> None:
    box = await overlay.stage.bounding_box()
    assert box is not None
    mouse = overlay.page.mouse
    await mouse.move(await x_of(overlay, from_ms), box["y"] + y)
    await mouse.down()
    await mouse.move(await x_of(overlay, to_ms), box["y"] + y, steps=4)
    await mouse.up()


async def test_a_drag_marks_the_bars_it_covers_and_says_how_long_they_are(overlay: OverlayPage) -> None:
    await drag(overlay, 32_200, 47_800)
    await expect(field(overlay)).to_have_value("00:32:000 - 00:48:000")
    await expect(bar(overlay)).to_contain_text("16 s, 10 measures")
    await expect(overlay.selected).to_have_count(0)


async def test_its_ends_can_be_dragged_each_but_not_past_each_other(overlay: OverlayPage) -> None:
    await drag(overlay, 32_000, 48_000)
    await drag(overlay, 48_000, 64_100)
    await expect(field(overlay)).to_have_value("00:32:000 - 01:04:000")
    await drag(overlay, 32_000, 40_100)
    await expect(field(overlay)).to_have_value("00:40:000 - 01:04:000")
    await drag(overlay, 40_000, 100_000)
    start, end = write.range_in(await field(overlay).input_value())
    assert start < end == "01:04:000"


async def test_the_ruler_moves_a_zoomed_song_and_marks_nothing(overlay: OverlayPage) -> None:
    await overlay.stage.hover(position={"x": 588, "y": 110})
    await overlay.page.mouse.wheel(0, -800)
    before_ms, _ = await overlay.view_ms()
    await drag(overlay, before_ms + 20_000, before_ms + 5000, y=8)
    after_ms, _ = await overlay.view_ms()
    assert after_ms > before_ms
    await expect(bar(overlay)).to_be_hidden()


async def test_typed_ends_stay_as_they_were_typed_until_they_are_put_on_bars(overlay: OverlayPage) -> None:
    await drag(overlay, 32_000, 48_000)
    await field(overlay).fill("00:10:000 - 00:20:123")
    await overlay.press("Enter")
    await expect(bar(overlay)).to_contain_text("10.12 s")
    snap = bar(overlay).get_by_label("Put the range on")
    await snap.select_option("Free")
    await snap.select_option("On measures")
    await expect(field(overlay)).to_have_value("00:09:600 - 00:20:800")


async def test_a_range_can_be_put_on_combos_and_on_the_bars_of_several_tempos(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    two = write.whole(beats=[[0, 400, 4], [40_000, 500, 4]], combos=[32_400, 48_400], map_version=2)
    companion.answers["objects"] = two
    await companion.send({**DRAWN, "overview": say.overview(180_000, bpm=[120, 150, 150]), "map_version": 2})
    await drag(overlay, 32_100, 47_900)
    snap = bar(overlay).get_by_label("Put the range on")
    await snap.select_option("On combos")
    await expect(field(overlay)).to_have_value("00:32:400 - 00:48:400")
    await snap.select_option("On measures")
    await expect(field(overlay)).to_have_value("00:32:000 - 00:48:000")


async def test_where_the_bars_are_is_asked_for_once(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await drag(overlay, 32_000, 48_000)
    await drag(overlay, 60_000, 70_000)
    await expect(bar(overlay)).to_be_visible()
    assert [each["first"] for each in companion.received if each["type"] == "objects"] == [0]


async def test_a_map_whose_objects_cannot_be_told_has_the_bars_of_its_one_tempo(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    companion.refuses["objects"] = "The map was saved meanwhile."
    await drag(overlay, 32_200, 47_800)
    await expect(field(overlay)).to_have_value("00:32:000 - 00:48:000")
    snap = bar(overlay).get_by_label("Put the range on")
    await expect(snap.locator("option[value=combos]")).to_be_disabled()


async def test_what_is_no_range_is_said_beside_it_and_changes_nothing(overlay: OverlayPage) -> None:
    await drag(overlay, 32_000, 48_000)
    await field(overlay).fill("00:20:000 - 00:10:000")
    await overlay.press("Enter")
    await expect(bar(overlay).get_by_role("alert")).to_contain_text("not after its start")
    await overlay.press("Escape")
    await expect(field(overlay)).to_have_value("00:32:000 - 00:48:000")
    await expect(bar(overlay).get_by_role("alert")).to_have_count(0)


async def test_a_range_is_copied_for_the_editor_and_pasted_from_it(overlay: OverlayPage) -> None:
    await drag(overlay, 32_000, 48_000)
    await bar(overlay).get_by_role("button", name="Copy the range").click()
    await expect(overlay.toasts).to_contain_text("00:32:000 - 00:48:000")
    assert await overlay.clipboard() == "00:32:000 - 00:48:000"
    await overlay.page.evaluate("navigator.clipboard.writeText('01:00:000 (1) - 01:10:000 (4) - ')")
    await field(overlay).focus()
    await overlay.press("Control+v")
    await expect(field(overlay)).to_have_value("01:00:000 - 01:10:000")


async def test_one_pasted_where_nothing_is_typed_is_marked(overlay: OverlayPage) -> None:
    await overlay.page.evaluate("navigator.clipboard.writeText('00:10:000 - 00:20:000')")
    await overlay.stage.focus()
    await overlay.press("Control+v")
    await expect(field(overlay)).to_have_value("00:10:000 - 00:20:000")


async def test_objects_copied_in_the_editor_are_a_range_wherever_they_are_pasted(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    companion.answers["read_range"] = say.EXAMPLES["reply_range"]["data"]
    await overlay.page.evaluate("navigator.clipboard.writeText('01:00:000 (1,2,3) - ')")
    await overlay.stage.focus()
    await overlay.press("Control+v")
    await expect(field(overlay)).to_have_value("01:00:000 - 01:01:600")
    assert (await companion.request("read_range"))["text"] == "01:00:000 (1,2,3) - "
    companion.answers["read_range"] = {"start_ms": 62_000, "end_ms": 64_000}
    await field(overlay).focus()
    await overlay.press("Control+v")
    await expect(field(overlay)).to_have_value("01:02:000 - 01:04:000")


async def test_it_is_let_go_of_by_escape_and_by_its_button(overlay: OverlayPage) -> None:
    await drag(overlay, 32_000, 48_000)
    await overlay.press("Escape")
    await expect(bar(overlay)).to_be_hidden()
    await drag(overlay, 32_000, 48_000)
    await bar(overlay).get_by_role("button", name="Let go of the range").click()
    await expect(bar(overlay)).to_be_hidden()


async def test_without_a_mouse_a_button_marks_what_is_then_typed(overlay: OverlayPage) -> None:
    button = overlay.page.get_by_role("button", name="Mark a stretch of the song")
    await button.focus()
    await overlay.press("Enter")
    await expect(field(overlay)).to_be_focused()
    await overlay.page.keyboard.type("00:10:000 - 00:20:000")
    await overlay.press("Enter")
    await expect(bar(overlay)).to_contain_text("10 s")
    await overlay.page.keyboard.press("Tab")
    await overlay.page.keyboard.press("Tab")
    await overlay.page.keyboard.press("Tab")
    await overlay.press("Enter")
    await expect(dialog(overlay)).to_be_visible()


async def test_a_right_click_on_the_range_offers_to_write_it_anew(overlay: OverlayPage) -> None:
    await drag(overlay, 32_000, 48_000)
    at = await x_of(overlay, 40_000) - await x_of(overlay, 0)
    await overlay.stage.click(button="right", position={"x": at, "y": 110})
    await menu(overlay).get_by_role("menuitem", name="Regenerate the range…").click()
    await expect(dialog(overlay).get_by_role("textbox", name="Range")).to_have_value("00:32:000 - 00:48:000")


async def test_a_right_click_anywhere_offers_the_bars_around_it(overlay: OverlayPage) -> None:
    at = await x_of(overlay, 100_100) - await x_of(overlay, 0)
    await overlay.stage.click(button="right", position={"x": at, "y": 120})
    await menu(overlay).get_by_role("menuitem", name="Mark a range around here").click()
    start, end = write.range_in(await field(overlay).input_value())
    assert start < "01:40:100" < end


async def test_a_right_click_on_a_finding_offers_the_bars_around_it(overlay: OverlayPage) -> None:
    await overlay.rows.first.locator(".message").click(button="right")
    items = menu(overlay, "Finding").get_by_role("menuitem")
    await expect(items).to_have_count(4)
    await items.filter(has_text="Regenerate around it…").click()
    await expect(dialog(overlay).get_by_role("textbox", name="Range")).to_have_value("00:57:600 - 01:02:400")


async def test_a_finding_of_the_whole_map_has_no_place_to_write_anew(overlay: OverlayPage) -> None:
    row = overlay.page.locator('finding-list .row[data-id="f2"]')
    await row.locator(".message").click(button="right")
    await expect(
        menu(overlay, "Finding").get_by_role("menuitem", name="Regenerate around it…")
    ).to_be_disabled()
    await overlay.press("Escape")
    await overlay.press("r")
    await expect(overlay.toasts).to_contain_text("concerns the whole map")


async def test_the_menu_key_opens_the_menu_and_arrows_walk_it(overlay: OverlayPage) -> None:
    await overlay.stage.focus()
    await overlay.press("ArrowRight", "ContextMenu")
    items = menu(overlay).get_by_role("menuitem")
    await expect(items.first).to_be_focused()
    await overlay.press("ArrowDown")
    await expect(items.nth(1)).to_be_focused()
    await overlay.press("Escape")
    await expect(menu(overlay)).to_have_count(0)
    await expect(overlay.stage).to_be_focused()


async def test_r_writes_anew_what_is_marked_and_else_what_is_around_the_finding(overlay: OverlayPage) -> None:
    await overlay.press("r")
    await expect(overlay.toasts).to_contain_text("Mark a stretch of the timeline first")
    await overlay.press("j", "r")
    await expect(dialog(overlay)).to_be_visible()
    await overlay.press("Escape")
    await drag(overlay, 32_000, 48_000)
    await overlay.press("r")
    await expect(dialog(overlay).get_by_role("textbox", name="Range")).to_have_value("00:32:000 - 00:48:000")


async def test_a_finger_moves_the_song_and_a_long_press_opens_the_menu(overlay: OverlayPage) -> None:
    """Where a page is touched the browser itself may not say that a press was long."""
    press = """(stage, held_ms) => {
        const box = stage.getBoundingClientRect();
        const [clientX, clientY] = [box.left + 300, box.top + 110];
        const at = {clientX, clientY, pointerType: "touch", pointerId: 7, bubbles: true, button: 0};
        stage.setPointerCapture = () => {};
        stage.dispatchEvent(new PointerEvent("pointerdown", at));
        return new Promise((done) => setTimeout(() => {
          stage.dispatchEvent(new PointerEvent("pointerup", at));
          done();
        }, held_ms));
    }"""
    await overlay.stage.evaluate(press, 100)
    await expect(menu(overlay)).to_have_count(0)
    await overlay.stage.evaluate(press, 800)
    await expect(menu(overlay)).to_be_visible()


async def test_at_360_pixels_a_finding_offers_it_by_a_button_in_sight(overlay: OverlayPage) -> None:
    await overlay.page.set_viewport_size({"width": 360, "height": 800})
    await overlay.rows.first.click()
    button = overlay.detail.get_by_role("button", name="Regenerate…")
    await expect(button).to_be_in_viewport(ratio=1)
    await button.click()
    await expect(dialog(overlay)).to_be_visible()
    box = await dialog(overlay).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360


async def test_a_companion_that_cannot_write_leaves_the_timeline_as_it_was(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    companion.greeting = [message for message in companion.greeting if message["type"] != "writing"]
    await overlay.page.reload()
    await expect(overlay.rows).to_have_count(2)
    await drag(overlay, 32_000, 48_000)
    await expect(bar(overlay)).to_be_hidden()
    await expect(overlay.page.get_by_role("button", name="Mark a stretch of the song")).to_be_hidden()


async def test_another_map_has_no_range_of_this_one(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await drag(overlay, 32_000, 48_000)
    await companion.send(say.map_message(FINDINGS, key="set/hard", version="Hard"))
    await expect(overlay.page.locator("map-picker .current")).to_contain_text("[Hard]")
    await expect(bar(overlay)).to_be_hidden()
