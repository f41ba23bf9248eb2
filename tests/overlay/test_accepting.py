"""A candidate goes into the file, or beside it, and the way there is in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.overlay import messages as say
from tests.overlay import writing_messages as write
from tests.overlay.scripted import ScriptedCompanion
from tests.overlay.test_candidates import DONE, DRAWN, card, line, show, view

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.overlay.overlay_page import OverlayPage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def companion(overlay: OverlayPage) -> AsyncIterator[ScriptedCompanion]:
    async with ScriptedCompanion(say.hello(), say.status(), say.maps(), DRAWN, write.writing()) as companion:
        companion.answers = write.answers()
        await overlay.open(companion.link)
        await expect(overlay.rows).to_have_count(1)
        yield companion


class TestAccepting:
    async def test_it_says_where_it_goes_and_asks_for_it(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await show(overlay, companion)
        await card(overlay, 3).click()
        await expect(view(overlay)).to_contain_text("Candidate 3 takes the place of this section")
        await view(overlay).get_by_role("button", name="Accept into [Insane]").click()
        asked = await companion.request("accept")
        assert (asked["key"], asked["candidate"], asked["to"]) == (write.KEY, 2, "file")

    async def test_or_into_a_new_difficulty_by_its_name(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await show(overlay, companion)
        await view(overlay).get_by_role("button", name="New difficulty…").click()
        name = view(overlay).get_by_role("textbox", name="Name of the new difficulty")
        await expect(name).to_be_focused()
        await name.fill("Insane, tried")
        await overlay.press("Enter")
        asked = await companion.request("accept")
        assert (asked["to"], asked["name"]) == ("new", "Insane, tried")
        await companion.send(write.regeneration("accepted", *DONE["candidates"], note="a.osu is beside it."))
        await expect(view(overlay)).to_contain_text("a.osu is beside it.")
        await expect(view(overlay)).not_to_contain_text("What you accepted is in")

    async def test_a_refusal_is_said_beside_the_button(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        companion.refuses["accept"] = "Insane.osu was saved meanwhile. Nothing was written."
        await show(overlay, companion)
        await view(overlay).get_by_role("button", name="Accept").click()
        await expect(view(overlay).get_by_role("alert")).to_contain_text("Nothing was written")

    async def test_once_accepted_the_editors_own_copy_is_warned_of_and_undo_is_there(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await show(overlay, companion)
        note = say.EXAMPLES["regeneration_accepted"]["note"]
        candidates = DONE["candidates"]
        await companion.send(write.generated(write.generated_range()))
        await companion.send(write.regeneration("accepted", *candidates, note=note))
        await expect(view(overlay)).to_contain_text("Ctrl+L")
        await expect(view(overlay)).to_contain_text("What you accepted is in [Insane].")
        await expect(view(overlay).get_by_role("button", name="Accept")).to_be_hidden()
        await view(overlay).get_by_role("button", name="Undo").click()
        assert (await companion.request("undo_write"))["key"] == write.KEY
        await overlay.press("Escape")
        await expect(line(overlay)).to_contain_text("accepted. Written to the file.")
        await expect(line(overlay)).to_contain_text("Ctrl+L")


async def test_what_is_said_above_the_candidates_is_not_said_over_them_as_well(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    note = say.EXAMPLES["regeneration_accepted"]["note"]
    await show(overlay, companion, write.regeneration("accepted", *DONE["candidates"], note=note))
    await companion.send(say.notice("info", note), say.notice("info", "Something else."))
    await expect(overlay.toasts).to_contain_text("Something else.")
    await expect(overlay.toasts).not_to_contain_text(note)


async def test_the_two_stand_beside_each_other_even_under_a_line_more(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await show(overlay, companion, {**DONE, "state": "accepted"})
    await companion.send(write.generated(write.generated_range()))
    sides = view(overlay).locator("map-player .side")
    await expect(sides).to_have_count(2)
    before, after = [await side.bounding_box() for side in await sides.all()]
    assert before is not None
    assert after is not None
    assert before["y"] == after["y"]


@pytest.mark.parametrize("width", [360, 1200])
async def test_it_fits_and_the_way_into_the_file_is_in_sight(
    overlay: OverlayPage, companion: ScriptedCompanion, width: int
) -> None:
    await overlay.page.set_viewport_size({"width": width, "height": 800})
    told = write.candidate(0, findings=[write.candidate_finding("x" * 200)], remarks=["A long remark. " * 20])
    await show(overlay, companion, write.regeneration("done", told, *DONE["candidates"][1:]))
    await expect(view(overlay).locator("map-player canvas").first).to_be_visible()
    await expect(view(overlay).get_by_role("button", name="Accept")).to_be_in_viewport(ratio=1)
    assert await overlay.page.evaluate("document.documentElement.scrollWidth") == width
    await expect(view(overlay).get_by_role("button", name="Findings")).to_be_in_viewport(ratio=1)


async def test_at_1200_by_800_all_of_the_player_is_seen_at_once(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await show(overlay, companion)
    look = view(overlay).locator(".look")
    await expect(look.locator("player-controls")).to_be_visible()
    assert await look.evaluate("(look) => look.scrollHeight - look.clientHeight") <= 0
