"""The canvas timeline: what it marks, and how it answers to mouse and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.overlay import messages as say
from tests.overlay.scripted import ScriptedCompanion

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.overlay.overlay_page import OverlayPage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

FINDINGS = [
    say.finding(0, time_ms=20_000, severity="problem"),
    say.finding(1, time_ms=90_000, severity="warning", status="new"),
    say.finding(2, time_ms=150_000, severity="minor", intended=True),
    say.finding(3, time_ms=150_000, severity="minor", message="A tail hangs over."),
    say.finding(4, time_ms=None, link=None, timestamp=""),
]


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def companion(overlay: OverlayPage) -> AsyncIterator[ScriptedCompanion]:
    drawn = say.map_message(FINDINGS, edited=[[88_000, 92_000]])
    async with ScriptedCompanion(say.hello(), say.status(), say.maps(), drawn) as companion:
        await overlay.open(companion.link)
        await expect(overlay.rows).to_have_count(4)
        yield companion


async def click_mark(overlay: OverlayPage, finding_id: str) -> None:
    mark = next(mark for mark in await overlay.marks() if finding_id in mark["ids"])
    await overlay.stage.click(position={"x": mark["x"], "y": mark["y"]})


async def test_every_finding_with_a_time_has_a_mark_unless_it_is_intended(overlay: OverlayPage) -> None:
    marked = [finding for mark in await overlay.marks() for finding in mark["ids"]]
    assert sorted(marked) == ["f0", "f1", "f3"]


async def test_new_findings_stand_out(overlay: OverlayPage) -> None:
    assert [mark["ids"] for mark in await overlay.marks() if mark["fresh"]] == [["f1"]]


async def test_marks_stand_where_the_song_is_at_their_time(overlay: OverlayPage) -> None:
    box = await overlay.stage.bounding_box()
    assert box is not None
    mark = next(mark for mark in await overlay.marks() if mark["ids"] == ["f1"])
    assert mark["x"] == pytest.approx(90_000 / 184_000 * box["width"], abs=1)


async def test_a_click_on_a_mark_selects_its_finding_in_the_list(overlay: OverlayPage) -> None:
    await click_mark(overlay, "f1")
    await overlay.expect_selected("f1")


async def test_the_pointer_tells_the_time_and_the_finding_under_it(overlay: OverlayPage) -> None:
    mark = next(mark for mark in await overlay.marks() if mark["ids"] == ["f3"])
    await overlay.stage.hover(position={"x": mark["x"], "y": mark["y"]})
    tip = overlay.page.locator("map-timeline .tip")
    await expect(tip).to_contain_text("02:30:000")
    await expect(tip).to_contain_text("A tail hangs over.")


async def test_the_wheel_zooms_about_the_pointer_and_a_double_click_shows_all(overlay: OverlayPage) -> None:
    whole = await overlay.view_ms()
    await overlay.stage.hover(position={"x": 588, "y": 110})
    await overlay.page.mouse.wheel(0, -800)
    start_ms, end_ms = await overlay.view_ms()
    assert end_ms - start_ms < (whole[1] - whole[0]) / 2
    assert (start_ms + end_ms) / 2 == pytest.approx(92_000, abs=500)
    await overlay.stage.dblclick(position={"x": 400, "y": 120})
    assert await overlay.view_ms() == whole


async def test_a_drag_moves_a_zoomed_song_and_selects_nothing(overlay: OverlayPage) -> None:
    await overlay.stage.hover(position={"x": 588, "y": 110})
    await overlay.page.mouse.wheel(0, -800)
    before_ms, _ = await overlay.view_ms()
    await overlay.page.mouse.down()
    await overlay.page.mouse.move(400, 200, steps=4)
    await overlay.page.mouse.up()
    after_ms, _ = await overlay.view_ms()
    assert after_ms > before_ms
    await expect(overlay.selected).to_have_count(0)


async def test_arrows_walk_the_findings_in_time_and_say_where_they_are(overlay: OverlayPage) -> None:
    await overlay.stage.focus()
    await overlay.press("ArrowRight", "ArrowRight")
    await overlay.expect_selected("f1")
    await expect(overlay.stage).to_have_attribute("aria-valuetext", "01:30:000 Unsnapped object")
    await overlay.press("ArrowLeft")
    await overlay.expect_selected("f0")


async def test_keys_faster_than_the_screen_zoom_on_the_selection_too(overlay: OverlayPage) -> None:
    # All within one task, the look at it too: no frame comes between.
    view = await overlay.stage.evaluate(
        """(stage) => {
          for (const key of ["End", "+", "+", "+"]) {
            stage.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
          }
          return document.querySelector("map-timeline").view;
        }"""
    )
    assert view["start_ms"] < 150_000 < view["end_ms"]


async def test_keys_zoom_on_the_selection_and_zero_shows_all(overlay: OverlayPage) -> None:
    whole = await overlay.view_ms()
    await overlay.stage.focus()
    await overlay.press("End", "+", "+", "+")
    start_ms, end_ms = await overlay.view_ms()
    assert start_ms < 150_000 < end_ms
    assert end_ms - start_ms < 60_000
    await overlay.press("0")
    assert await overlay.view_ms() == whole


async def test_a_selection_outside_the_view_is_brought_into_it(overlay: OverlayPage) -> None:
    await overlay.stage.focus()
    await overlay.press("Home", "+", "+", "+", "+")
    await overlay.rows.filter(has_text="A tail").click()
    await overlay.expect_selected("f3")
    start_ms, end_ms = await overlay.view_ms()
    assert start_ms < 150_000 < end_ms


async def test_the_whole_song_stays_in_view_when_its_length_becomes_known(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    longer = say.map_message(FINDINGS, map_version=2)
    longer["overview"]["song_ms"] = 300_000
    await companion.send(longer)
    await overlay.page.wait_for_function("() => window.drawn.length === 2")
    assert await overlay.view_ms() == (0, 300_000)


async def test_what_a_filter_hides_cannot_be_hit(overlay: OverlayPage) -> None:
    await overlay.page.get_by_role("button", name="Problems").click()
    await expect(overlay.rows).to_have_count(1)
    assert [mark["ids"] for mark in await overlay.marks()] == [["f0"]]


@pytest.mark.parametrize("ratio", [1, 1.5, 2])
async def test_the_canvas_has_a_pixel_for_every_pixel_of_the_screen(
    overlay: OverlayPage, ratio: float
) -> None:
    session = await overlay.page.context.new_cdp_session(overlay.page)
    metrics = {"width": 1200, "height": 800, "deviceScaleFactor": ratio, "mobile": False}
    await session.send("Emulation.setDeviceMetricsOverride", metrics)
    await overlay.page.reload()
    await overlay.page.wait_for_function(
        """(ratio) => [...document.querySelectorAll(".stage canvas")]
            .map((canvas) => [canvas.width, canvas.clientWidth])
            .every(([width, wide]) => wide > 1000 && Math.abs(width - wide * ratio) <= 1)""",
        arg=ratio,
    )
    await session.send("Emulation.clearDeviceMetricsOverride")
    await session.detach()


async def test_buttons_zoom_and_offer_the_whole_song_only_when_it_is_not_in_view(
    overlay: OverlayPage,
) -> None:
    whole = await overlay.view_ms()
    reset = overlay.page.get_by_role("button", name="Whole song")
    await expect(reset).to_be_hidden()
    await overlay.page.get_by_role("button", name="Zoom in").click()
    start_ms, end_ms = await overlay.view_ms()
    assert end_ms - start_ms == pytest.approx(0.6 * (whole[1] - whole[0]))
    await reset.click()
    assert await overlay.view_ms() == whole
    await expect(reset).to_be_hidden()


async def test_the_pointer_names_the_points_of_the_ruler(overlay: OverlayPage) -> None:
    box = await overlay.stage.bounding_box()
    assert box is not None
    await overlay.stage.hover(position={"x": 60_000 / 184_000 * box["width"], "y": 10})
    tip = overlay.page.locator("map-timeline .tip")
    await expect(tip).to_contain_text("bookmark 2 of 2 at 01:00:000")
    await expect(tip).to_contain_text("preview point at 01:00:000")


async def test_the_tip_lies_above_everything_it_hangs_over(overlay: OverlayPage) -> None:
    await overlay.stage.hover(position={"x": 300, "y": 110})
    tip = overlay.page.locator("map-timeline .tip")
    await tip.evaluate("(tip) => (tip.style.pointerEvents = 'auto')")
    on_top = """(tip) => {
      const { x, y, width, height } = tip.getBoundingClientRect();
      return tip.contains(document.elementFromPoint(x + width / 2, y + height / 2));
    }"""
    assert await tip.evaluate(on_top)
    await tip.evaluate("(tip) => (tip.style.pointerEvents = '')")


async def test_the_song_is_told_in_words_to_those_who_hear_the_page(overlay: OverlayPage) -> None:
    described = await overlay.stage.get_attribute("aria-describedby")
    words = overlay.page.locator(f"#{described}")
    await expect(words).to_contain_text("3:04 long, 1 problem, 1 warning, 1 minor, 1 of them new")
    await expect(words).to_contain_text("1 break")


async def test_the_edited_span_is_tinted(overlay: OverlayPage) -> None:
    inside, outside = await overlay.page.evaluate(
        """() => {
          const canvas = document.querySelector(".stage canvas");
          const at = (ms) => {
            const x = (ms / 184000) * canvas.width;
            return [...canvas.getContext("2d").getImageData(Math.round(x), 23 * devicePixelRatio, 1, 1).data];
          };
          return [at(91000), at(110000)];
        }"""
    )
    assert inside[3] > 0
    assert outside[3] == 0
