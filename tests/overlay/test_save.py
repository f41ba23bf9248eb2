"""What a save does to the page: what is new is seen at once, and nothing else moves."""

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

FIRST = [say.finding(number) for number in range(40)]
LISTED = (say.entry(), say.entry("set/hard", version="Hard", counts={"problem": 0, "warning": 1, "minor": 0}))


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def companion(overlay: OverlayPage) -> AsyncIterator[ScriptedCompanion]:
    async with ScriptedCompanion(
        say.hello(), say.status(), say.maps(*LISTED), say.map_message(FIRST)
    ) as companion:
        await overlay.open(companion.link)
        await expect(overlay.rows.first).to_be_visible()
        yield companion


def second_save() -> say.Message:
    """Two new at the top of the list, three of the first gone, the rest as it was."""
    new = [say.finding(number, severity="problem", status="new") for number in (100, 101)]
    gone = [say.gone(item) for item in FIRST[:3]]
    return say.map_message([*new, *FIRST[3:]], gone=gone, map_version=2, edited=[[41_000, 42_000]])


async def test_it_says_how_many_are_new_gone_and_still_there(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await companion.send(second_save())
    await expect(overlay.delta).to_have_text("+2 new3 gone37 still")
    assert (await overlay.page.title()).startswith("+2 new · [Insane]")


async def test_it_is_said_aloud_once(overlay: OverlayPage, companion: ScriptedCompanion) -> None:
    await companion.send(second_save())
    said = overlay.page.locator("#announce")
    await expect(said).to_have_text(
        "Insane: 2 new findings: Circle is 3 ms late of the nearest 1/4 (number 100)., 3 gone, 37 still."
    )
    await expect(said).to_have_attribute("aria-live", "polite")


async def test_new_rows_stand_out_and_gone_ones_are_struck_through(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await companion.send(second_save())
    await expect(overlay.page.locator("finding-list .row.fresh:visible")).to_have_count(2)
    changes = overlay.page.locator("save-delta .changes")
    await expect(changes.locator(".new")).to_have_count(2)
    await expect(changes.locator("s")).to_have_count(3)
    await overlay.page.get_by_role("button", name="3 gone").click()
    await expect(overlay.page.get_by_role("region", name="Gone since the last save")).to_contain_text(
        "number 0"
    )


async def test_a_new_one_is_one_click_away(overlay: OverlayPage, companion: ScriptedCompanion) -> None:
    await companion.send(second_save())
    await overlay.page.locator("save-delta .changes .new").first.click()
    await overlay.expect_selected("f100")


async def test_the_selection_stays_on_its_finding(overlay: OverlayPage, companion: ScriptedCompanion) -> None:
    await overlay.rows.filter(has_text="number 5)").click()
    await companion.send(second_save())
    await expect(overlay.delta).to_contain_text("+2 new")
    await overlay.expect_selected("f5")


async def test_the_row_one_reads_stays_where_it_is(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await overlay.page.evaluate("document.querySelector('finding-list').scrollTop = 405")
    row = overlay.rows.filter(has_text="number 15)")
    before = await row.bounding_box()
    await companion.send(second_save())
    await expect(overlay.delta).to_contain_text("+2 new")
    after = await row.bounding_box()
    assert before is not None
    assert after == before


async def test_once_the_selected_one_is_fixed_j_goes_on_with_the_next(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await overlay.press("j", "j")
    await overlay.expect_selected("f1")
    await companion.send(say.map_message([item for item in FIRST if item["id"] != "f1"], map_version=2))
    await expect(overlay.selected).to_have_count(0)
    await overlay.press("j")
    await overlay.expect_selected("f2")


async def test_nothing_on_the_page_jumps(overlay: OverlayPage, companion: ScriptedCompanion) -> None:
    places = """() => ["map-timeline", "save-delta", "finding-filters", "finding-list", "finding-detail"]
        .map((name) => JSON.stringify(document.querySelector(name).getBoundingClientRect()))"""
    before = await overlay.page.evaluate(places)
    await companion.send(second_save())
    await expect(overlay.delta).to_contain_text("+2 new")
    assert await overlay.page.evaluate(places) == before


async def test_the_page_turns_to_another_difficulty_that_is_saved(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await companion.send(say.map_message([say.finding(1)], key="set/hard", version="Hard"))
    await expect(overlay.page.locator("map-picker .current")).to_contain_text("[Hard]")
    await expect(overlay.rows).to_have_count(1)


async def test_a_second_look_at_an_earlier_save_does_not_turn_the_page(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    earlier = say.map_message([], key="set/hard", version="Hard", saved_at=1.0)
    await companion.send(earlier, second_save())
    await expect(overlay.delta).to_contain_text("+2 new")
    assert [map_["key"] for map_ in await overlay.drawn()] == ["set/insane", "set/insane"]


async def test_a_pinned_difficulty_stays_and_the_other_is_offered(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await overlay.page.get_by_role("button", name="The page turns to").click()
    await companion.send(say.map_message([say.finding(1, status="new")], key="set/hard", version="Hard"))
    await expect(overlay.toasts).to_contain_text("[Hard] was saved: 1 new finding.")
    await expect(overlay.page.locator("map-picker .current")).to_contain_text("[Insane]")


async def test_choosing_an_earlier_save_asks_for_it_and_pins_it(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await overlay.choose_map("Hard")
    asked = await companion.request("select")
    assert asked["key"] == "set/hard"
    await companion.send(say.map_message([say.finding(1)], key="set/hard", version="Hard"))
    await companion.send(second_save())
    await expect(overlay.page.locator("map-picker .current")).to_contain_text("[Hard]")
    await expect(overlay.page.locator("map-picker .follow")).to_have_text("Pinned")


async def test_the_page_says_when_a_map_is_truly_on_screen(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await companion.send(second_save())
    await overlay.page.wait_for_function("() => window.drawn.length === 2")
    drawn = (await overlay.drawn())[-1]
    assert (drawn["key"], drawn["map_version"]) == ("set/insane", 2)
    assert drawn["at"] > drawn["received_at"]
    assert await overlay.page.evaluate("document.querySelectorAll('.row.fresh').length") == 2


async def test_it_says_so_for_a_map_without_findings_too(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await companion.send(say.map_message([], map_version=2))
    await overlay.page.wait_for_function("() => window.drawn.some((each) => each.map_version === 2)")
    await expect(overlay.page.get_by_text("[Insane] is clean")).to_be_visible()
