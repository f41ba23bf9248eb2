"""The player in somebody's hands: keys, names, what is said, what is kept, and how it fits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import pytest
from playwright.async_api import expect

from tests.overlay.player import maps
from tests.overlay.test_look import CONTRAST

if TYPE_CHECKING:
    from tests.overlay.player.page import PlayerPage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_space_plays_and_pauses_wherever_the_focus_rests(player: PlayerPage) -> None:
    await player.show_pair()
    await player.side("before").locator("canvas").click()
    await player.page.keyboard.press("Space")
    assert await player.playing()
    await player.page.get_by_role("slider", name="Place in the section").focus()
    await player.page.keyboard.press("Space")
    assert not await player.playing()
    await player.play.focus()
    await player.page.keyboard.press("Space")
    assert await player.playing()


async def test_arrows_step_by_beats_and_with_shift_by_quarters(player: PlayerPage) -> None:
    await player.show_pair()
    await player.seek(5_000)
    await player.element.focus()
    await player.page.keyboard.press("ArrowRight")
    assert await player.time_ms() == pytest.approx(16 * maps.BEAT_MS)
    await player.page.keyboard.press("ArrowLeft")
    await player.page.keyboard.press("ArrowLeft")
    assert await player.time_ms() == pytest.approx(14 * maps.BEAT_MS)
    await player.page.keyboard.press("Shift+ArrowRight")
    assert await player.time_ms() == pytest.approx(14.25 * maps.BEAT_MS)
    await player.page.keyboard.press("Home")
    assert await player.time_ms() == 500
    await player.page.keyboard.press("End")
    assert await player.time_ms() == 11_500


async def test_a_fields_own_arrows_stay_its_own(player: PlayerPage) -> None:
    await player.show_pair()
    await player.seek(5_000)
    await player.page.get_by_label("Song", exact=True).focus()
    await player.page.keyboard.press("ArrowRight")
    assert await player.time_ms() == 5_000
    await expect(player.page.get_by_label("Song", exact=True)).to_have_value("75")


async def test_its_keys_do_not_reach_the_page_around_it(player: PlayerPage) -> None:
    await player.show_pair()
    await player.page.evaluate("window.keys = []; addEventListener('keydown', ({key}) => keys.push(key))")
    await player.element.focus()
    for key in ("Space", "ArrowRight", "Home", "x", "j"):
        await player.page.keyboard.press(key)
    assert await player.page.evaluate("window.keys") == ["j"]


async def test_x_and_a_click_on_a_field_change_over(player: PlayerPage) -> None:
    await player.show_pair()
    await expect(player.page.get_by_role("radio", name="After")).to_be_checked()
    await player.element.focus()
    await player.page.keyboard.press("x")
    await expect(player.page.get_by_role("radio", name="Before")).to_be_checked()
    await player.side("after").locator("canvas").click()
    await expect(player.page.get_by_role("radio", name="After")).to_be_checked()


async def test_the_bar_takes_the_song_where_it_is_pointed_at(player: PlayerPage) -> None:
    await player.show_pair()
    bar = player.page.get_by_role("slider", name="Place in the section")
    box = await bar.bounding_box()
    assert box is not None
    await bar.click(position={"x": box["width"] / 2, "y": 20})
    assert await player.time_ms() == pytest.approx(6_000, abs=20)
    await player.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
    await player.page.mouse.down()
    await player.page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + 90)
    await player.page.mouse.up()
    assert await player.time_ms() == pytest.approx(8_750, abs=20)


async def test_what_stands_on_the_field_is_said_while_it_rests(player: PlayerPage) -> None:
    await player.show_pair()
    await player.seek(maps.beat(9))
    await expect(player.side("after").locator(".now")).to_have_text("new slider 1 at (106, 120)")
    bar = player.page.get_by_role("slider", name="Place in the section")
    await expect(bar).to_have_attribute("aria-valuetext", "00:03:000, measure 3, beat 2")
    field = player.side("after").get_by_role("img")
    await expect(field).to_have_attribute(
        "aria-label", re.compile(r"^After: osu! playfield\. In the section 17 ")
    )
    await expect(player.page.get_by_role("region", name="Preview")).to_be_visible()


async def test_everything_that_can_be_pressed_has_a_name(player: PlayerPage) -> None:
    await player.show_pair()
    unnamed = await player.page.evaluate(
        """[...document.querySelectorAll("map-player :is(button, input, select)")].filter((each) =>
            ![each.getAttribute("aria-label"), each.textContent, each.labels?.[0]?.textContent].some(
                (words) => words?.trim())
        ).length"""
    )
    assert unnamed == 0


async def test_a_maps_words_stay_words(player: PlayerPage) -> None:
    given = maps.stretch(maps.osu_after())
    bad = "<img src=x onerror=window.bad=1>"
    given["objects"][0] |= {"combo": bad, "kind": bad, "sample_set": bad}
    given["colours"] = [bad]
    await player.show(None, given)
    await player.seek(given["objects"][0]["time_ms"])
    await expect(player.side("after").locator(".now")).to_contain_text("<img")
    assert await player.page.evaluate("window.bad") is None


async def test_alone_a_side_is_not_chosen_and_takes_the_room(player: PlayerPage) -> None:
    await player.show(maps.stretch(maps.osu_before()), None)
    await expect(player.side("after")).to_be_hidden()
    await expect(player.side("before")).to_be_visible()
    await expect(player.page.get_by_role("radio")).to_have_count(0)
    box = await player.side("before").bounding_box()
    assert box is not None
    assert box["width"] > 1_000


async def test_wishes_are_kept(player: PlayerPage) -> None:
    await player.show_pair()
    await player.wish("Loop section", on=True)
    await player.page.get_by_label("Speed").select_option("0.75")
    await player.begin()
    await player.show_pair()
    await expect(player.page.get_by_label("Loop section")).to_be_checked()
    await expect(player.page.get_by_label("Speed")).to_have_value("0.75")


@pytest.mark.parametrize("kept", ["", "null", "[]", '{"speed": "fast", "loop": 3, "song": -4}', "{"])
async def test_kept_nonsense_is_not_believed(player: PlayerPage, kept: str) -> None:
    await player.page.evaluate("(kept) => localStorage.setItem('mapside.player', kept)", kept)
    await player.begin()
    await player.show_pair()
    await expect(player.page.get_by_label("Speed")).to_have_value("1")
    await expect(player.page.get_by_label("Loop section")).not_to_be_checked()


@pytest.mark.parametrize("width", [360, 700, 1200])
@pytest.mark.parametrize("mode", list(maps.PAIRS))
async def test_it_fits_at_every_width(player: PlayerPage, mode: str, width: int) -> None:
    await player.page.set_viewport_size({"width": width, "height": 800})
    await player.show_pair(mode)
    outside = await player.page.evaluate(
        """[...document.querySelectorAll("map-player *")].filter((each) => each.checkVisibility())
            .filter((each) => each.getBoundingClientRect().right > innerWidth + 0.5).length"""
    )
    assert outside == 0
    tops = [await player.side(side).bounding_box() for side in ("before", "after")]
    assert tops[0] is not None
    assert tops[1] is not None
    assert (tops[0]["y"] == tops[1]["y"]) == (width > 600 and mode != "taiko")


@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_its_words_have_the_contrast_that_aa_asks_for(
    player: PlayerPage, scheme: Literal["dark", "light"]
) -> None:
    await player.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    await player.show_pair(song="")
    await player.seek(maps.beat(9))
    assert [pair for pair in await player.page.evaluate(CONTRAST) if pair[0] < 4.5] == []


async def test_a_sharper_screen_gets_a_sharper_picture(player: PlayerPage) -> None:
    await player.show_pair()
    widths = "[...document.querySelectorAll('.side canvas')].map((each) => each.width / each.clientWidth)"
    assert await player.page.evaluate(widths) == pytest.approx([1, 1], abs=0.01)
    session = await player.page.context.new_cdp_session(player.page)
    sharp = {"width": 1200, "height": 800, "deviceScaleFactor": 2, "mobile": False}
    await session.send("Emulation.setDeviceMetricsOverride", sharp)
    await player.page.wait_for_function("devicePixelRatio === 2")
    await player.seek(5_000)
    assert await player.page.evaluate(widths) == pytest.approx([2, 2], abs=0.01)
    await session.send("Emulation.clearDeviceMetricsOverride")
    await session.detach()


async def test_still_where_motion_is_not_wanted(player: PlayerPage) -> None:
    """A circle that was hit fades where it stands instead of growing."""
    made = maps.plain_osu().difficulty(cs=4, ar=5).circle(5_000, 256, 192)
    await player.show(None, maps.stretch(made))
    beyond = (256 + 64 + 1.22 * 36.48) / 640, 0.5
    await player.seek(5_120)
    grown = sum(await player.light("after", *beyond, radius=2))
    await player.page.emulate_media(reduced_motion="reduce")
    await player.seek(5_120)
    assert sum(await player.light("after", *beyond, radius=2)) < grown - 50
