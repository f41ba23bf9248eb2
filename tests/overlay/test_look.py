"""What can be measured of how the page looks: that it fits, can be read, and holds still when asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from playwright.async_api import expect

from tests.overlay import messages as say
from tests.overlay.scripted import ScriptedCompanion

if TYPE_CHECKING:
    from tests.overlay.overlay_page import OverlayPage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

LONG = "An unbroken name of a difficulty by Somebody_with_an_exceedingly_long_name_" * 2
# Contrast of every visible text against what it stands on, by the formula of WCAG 2.2, the worst five.
CONTRAST = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], below) => [r, g, b].map((v, at) => v * a + below[at] * (1 - a));
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(rgba(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const light = (rgb) => {
    const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = rgb.map((v) => linear(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const seen = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !element.checkVisibility({ visibilityProperty: true })) continue;
    if (element.closest(".unseen, .skip, noscript, :disabled")) continue;
    const ground = behind(element);
    const [a, b] = [light(over(rgba(getComputedStyle(element).color), ground)), light(ground)];
    seen.push([(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), walk.currentNode.data.trim().slice(0, 30)]);
  }
  return seen.sort((one, other) => one[0] - other[0]).slice(0, 5);
}"""


def full() -> ScriptedCompanion:
    findings = [
        say.finding(1, severity="problem", message=LONG),
        say.finding(2, status="new", timestamp="00:01:800 (1|0,2|1,3|2,4|3,5|0,6|1,7|2,8|3)"),
        say.finding(3, severity="minor", check="missing-tags", time_ms=None, link=None, timestamp=""),
    ]
    gone = [say.gone(say.finding(20, check="overlap", message=LONG))]
    listed = say.maps(say.entry(title=LONG, version=LONG), say.entry("set/hard", new=3))
    return ScriptedCompanion(
        say.hello(), say.status(), listed, say.map_message(findings, gone=gone, version=LONG)
    )


def opined() -> ScriptedCompanion:
    """The same with a model that has much to say."""
    companion = full()
    said = (say.remark(10, 900, message=LONG), say.remark(11, 40, severity="minor", status="new"))
    companion.greeting += [
        say.engine(),
        say.opinion(*said, rating=5.23, state="scoring", done=14, agreed=[say.agreed("f1")]),
    ]
    return companion


STAY = "opinion-strip :is(button, select, input), finding-list .source"


@pytest.mark.parametrize("width", [360, 700, 1200])
@pytest.mark.parametrize("state", ["scoring", "done", "failed"])
async def test_the_models_opinion_fits_at_every_width(overlay: OverlayPage, width: int, state: str) -> None:
    async with opined() as companion:
        await overlay.page.set_viewport_size({"width": width, "height": 800})
        await overlay.open(companion.link)
        await expect(overlay.rows).to_have_count(5)
        if state == "failed":
            await companion.send(say.opinion(state="failed", note=LONG))
            await expect(overlay.rows).to_have_count(3)
        elif state == "done":
            await companion.send(say.opinion(say.remark(10, 900, message=LONG), rating=5.23))
            await expect(overlay.rows).to_have_count(4)
        outside = await overlay.page.evaluate(
            """(stay) => [...document.querySelectorAll(stay)].filter((each) => each.checkVisibility())
                .filter((each) => each.getBoundingClientRect().right > innerWidth + 0.5).length""",
            STAY,
        )
        assert outside == 0
        strip = overlay.page.locator("opinion-strip")
        assert await strip.evaluate("(strip) => strip.scrollWidth - strip.clientWidth") == 0
        # Two lines where it is narrow: its words are never cut off by what stands beside them.
        assert await strip.evaluate("(strip) => strip.offsetHeight") == (34 if width > 700 else 60)


@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_the_models_words_have_the_contrast_that_aa_asks_for(
    overlay: OverlayPage, scheme: Literal["dark", "light"]
) -> None:
    async with opined() as companion:
        await overlay.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await overlay.open(companion.link)
        await expect(overlay.rows).to_have_count(5)
        for finding in ("f1", "m10"):
            await overlay.page.locator(f'finding-list .row[data-id="{finding}"]').click()
            await expect(overlay.detail).to_contain_text("odel")
            assert [pair for pair in await overlay.page.evaluate(CONTRAST) if pair[0] < 4.5] == []
        await overlay.page.locator('finding-list .row[data-id="m11"]').hover()
        await expect(overlay.page.locator("finding-preview")).to_be_visible()
        assert [pair for pair in await overlay.page.evaluate(CONTRAST) if pair[0] < 4.5] == []


@pytest.mark.parametrize("width", [360, 700, 1200])
async def test_nothing_scrolls_sideways(overlay: OverlayPage, width: int) -> None:
    async with full() as companion:
        await overlay.page.set_viewport_size({"width": width, "height": 800})
        await overlay.open(companion.link)
        await expect(overlay.rows).to_have_count(3)
        await overlay.press("j")
        await overlay.expect_selected("f1")
        wide = await overlay.page.evaluate(
            """() => [...document.querySelectorAll("html, body, main, finding-list, finding-detail")]
                .map((element) => element.scrollWidth - element.clientWidth)"""
        )
        assert max(wide) == 0
        outside = await overlay.page.evaluate(
            """() => [...document.querySelectorAll("button, a, input, select")]
                .filter((each) => each.checkVisibility() && !each.closest(".changes"))
                .filter((each) => each.getBoundingClientRect().right > innerWidth + 0.5).length"""
        )
        assert outside == 0


async def test_at_360_px_map_delta_filters_and_list_are_all_in_sight(overlay: OverlayPage) -> None:
    async with full() as companion:
        await overlay.page.set_viewport_size({"width": 360, "height": 640})
        await overlay.open(companion.link)
        for part in (
            "map-picker .current",
            "map-timeline",
            "save-delta",
            "finding-filters",
            "finding-list .row",
        ):
            await expect(overlay.page.locator(part).first).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("state", ["paused", "disconnected"])
async def test_at_360_px_trouble_with_the_companion_covers_no_part_of_the_page(
    overlay: OverlayPage, state: str
) -> None:
    async with full() as companion:
        await overlay.page.set_viewport_size({"width": 360, "height": 640})
        companion.greeting[1] = say.status(paused=state == "paused")
        await overlay.open(companion.link)
        await expect(overlay.rows).to_have_count(3)
        if state == "disconnected":
            await companion.stop()
        await expect(overlay.connection).to_contain_text("Paused" if state == "paused" else "Disconnected")
        strip = await overlay.connection.bounding_box()
        facts = await overlay.page.locator("map-timeline .facts").bounding_box()
        assert strip is not None
        assert facts is not None
        assert strip["y"] + strip["height"] <= facts["y"]
        if state == "disconnected":
            await companion.start()


async def test_tab_leads_from_the_map_to_the_song_the_filters_and_one_row(overlay: OverlayPage) -> None:
    async with full() as companion:
        await overlay.open(companion.link)
        await expect(overlay.rows).to_have_count(3)
        stops = []
        for _ in range(24):
            await overlay.press("Tab")
            stops.append(
                await overlay.page.evaluate(
                    """() => {
                      const at = document.activeElement;
                      const part = at.closest("header > *, main > *:not(finding-list)");
                      return at.matches(".row") ? "row" : part?.localName ?? at.className;
                    }"""
                )
            )
            if stops[-1] == "row":
                break
        in_order = list(dict.fromkeys(stops))
        assert in_order == [
            "skip", "map-picker", "tray-menu", "map-timeline", "save-delta", "finding-filters", "row",
        ]  # fmt: skip
        await overlay.expect_selected("f1")
        await overlay.press("ArrowDown")
        await overlay.expect_selected("f2")
        await expect(overlay.selected).to_be_focused()


async def test_filters_keep_their_shape_when_there_is_nothing_to_filter(overlay: OverlayPage) -> None:
    heights = """() => [...document.querySelectorAll("finding-filters .chip")]
        .filter((chip) => chip.checkVisibility()).map((chip) => chip.offsetHeight)"""
    async with full() as companion:
        await overlay.open(companion.link)
        await expect(overlay.rows).to_have_count(3)
        before = await overlay.page.evaluate(heights)
        await companion.send(say.map_message([], map_version=2))
        await expect(overlay.page.get_by_text("is clean")).to_be_visible()
        assert await overlay.page.evaluate(heights) == before


@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_every_text_has_the_contrast_that_aa_asks_for(
    overlay: OverlayPage, scheme: Literal["dark", "light"]
) -> None:
    async with full() as companion:
        await overlay.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await overlay.open(companion.link)
        await expect(overlay.rows).to_have_count(3)
        await overlay.press("j")
        await overlay.expect_selected("f1")
        await overlay.page.locator("map-picker .current").click()
        worst = await overlay.page.evaluate(CONTRAST)
        assert [pair for pair in worst if pair[0] < 4.5] == []


async def test_the_light_theme_follows_the_system_while_the_page_is_open(overlay: OverlayPage) -> None:
    async with full() as companion:
        ground = "getComputedStyle(document.body).backgroundColor"
        await overlay.page.emulate_media(color_scheme="dark")
        await overlay.open(companion.link)
        dark = await overlay.page.evaluate(ground)
        await overlay.page.emulate_media(color_scheme="light")
        assert await overlay.page.evaluate(ground) != dark


async def test_nothing_moves_for_those_who_asked_for_that(overlay: OverlayPage) -> None:
    async with full() as companion:
        await overlay.page.emulate_media(reduced_motion="reduce")
        await overlay.open(companion.link)
        await expect(overlay.delta).to_contain_text("+1 new")
        assert await overlay.page.evaluate("document.getAnimations().length") == 0


async def test_every_control_has_a_name_for_those_who_hear_the_page(overlay: OverlayPage) -> None:
    async with full() as companion:
        await overlay.open(companion.link)
        await expect(overlay.rows).to_have_count(3)
        await overlay.press("j")
        await overlay.expect_selected("f1")
        nameless = await overlay.page.evaluate(
            """() => [...document.querySelectorAll("button, a[href], input, select, [role=slider]")]
                .filter((each) => each.checkVisibility())
                .filter((each) => !(each.getAttribute("aria-label") || each.textContent.trim() || each.title))
                .map((each) => each.outerHTML)"""
        )
        assert nameless == []
