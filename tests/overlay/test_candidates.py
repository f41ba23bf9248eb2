"""The candidates of a section: as they come, beside the map as it is, and into the file."""

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
DONE = write.regeneration("done", *(write.candidate(number) for number in range(4)))


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def companion(overlay: OverlayPage) -> AsyncIterator[ScriptedCompanion]:
    async with ScriptedCompanion(say.hello(), say.status(), say.maps(), DRAWN, write.writing()) as companion:
        companion.answers = write.answers()
        await overlay.open(companion.link)
        await expect(overlay.rows).to_have_count(1)
        yield companion


def view(overlay: OverlayPage) -> Locator:
    return overlay.page.get_by_role("region", name="Candidates")


def card(overlay: OverlayPage, number: int) -> Locator:
    """From 1, as people count."""
    return view(overlay).get_by_role("radio", name=f"Candidate {number}")


def line(overlay: OverlayPage) -> Locator:
    return overlay.page.get_by_role("group", name="Generated in this map")


async def show(overlay: OverlayPage, companion: ScriptedCompanion, regeneration: say.Message = DONE) -> None:
    await companion.send(regeneration)
    await line(overlay).get_by_role("button", name="Show").click()
    await expect(view(overlay)).to_be_visible()


class TestAsTheyCome:
    async def test_how_far_they_are_and_how_long_it_takes_is_told(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        under_way = (
            write.candidate(0),
            write.candidate(1, "writing", objects=9),
            write.candidate(2, "waiting"),
        )
        await companion.send(write.regeneration("writing", *under_way))
        await expect(line(overlay)).to_contain_text("Writing, 1 of 3 done · 212 tokens/s · 12 s left")
        await show(overlay, companion, write.regeneration("writing", *under_way))
        await expect(view(overlay)).to_contain_text("212 tokens/s · 12 s left")
        await expect(view(overlay).get_by_role("progressbar")).to_have_attribute("value", "0.375")
        await expect(card(overlay, 2)).to_contain_text("being written9 objects")
        await expect(card(overlay, 3)).to_contain_text("waiting")

    async def test_a_card_stays_the_same_element_while_it_is_written(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await show(overlay, companion, write.regeneration("writing", write.candidate(0, "writing")))
        await card(overlay, 1).focus()
        for objects in (3, 9):
            under_way = write.candidate(0, "writing", objects=objects)
            await companion.send(write.regeneration("writing", under_way))
            await expect(card(overlay, 1)).to_contain_text(f"{objects} objects")
        await expect(card(overlay, 1)).to_be_focused()

    async def test_each_that_is_done_is_said_aloud_and_the_end_as_well(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        spoken = overlay.page.locator("#announce")
        await companion.send(write.regeneration("writing", write.candidate(0, "writing")))
        await companion.send(write.regeneration("writing", write.candidate(0), write.candidate(1, "writing")))
        await expect(spoken).to_have_text("Candidate 1 done.")
        await companion.send(DONE)
        await expect(spoken).to_have_text("4 candidates to choose from.")

    async def test_cancel_asks_and_says_what_is_left(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        half = (write.candidate(0), write.candidate(1, "failed"))
        await show(overlay, companion, write.regeneration("writing", *half))
        await view(overlay).get_by_role("button", name="Cancel").click()
        assert (await companion.request("cancel_regeneration"))["key"] == write.KEY
        await companion.send(write.regeneration("cancelled", *half))
        await expect(view(overlay)).to_contain_text("Stopped, 1 of 2 done")
        await expect(view(overlay)).to_contain_text("What is done can be played and accepted.")
        await expect(view(overlay).get_by_role("button", name="Accept")).to_be_enabled()

    @pytest.mark.parametrize(
        ("state", "head", "advice"),
        [
            ("failed", "It could not be written", "Nothing was changed."),
            ("stale", "The map was saved meanwhile", "Write them again for the map as it is now."),
        ],
    )
    async def test_what_came_to_nothing_says_what_to_do(
        self, overlay: OverlayPage, companion: ScriptedCompanion, state: str, head: str, advice: str
    ) -> None:
        await show(overlay, companion, write.regeneration(state, write.candidate(0)))
        await expect(view(overlay)).to_contain_text(head)
        await expect(view(overlay)).to_contain_text(advice)
        await expect(view(overlay).get_by_role("button", name="Accept")).to_be_disabled()
        await view(overlay).get_by_role("button", name="Again…").click()
        dialog = overlay.page.get_by_role("dialog", name="Regenerate")
        await expect(dialog.get_by_role("textbox", name="Range")).to_have_value("00:20:000 - 00:24:000")

    async def test_the_companions_own_sentence_comes_first(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        note = "The engine ran out of memory. Close other programs, or ask for fewer candidates."
        await show(overlay, companion, write.regeneration("failed", note=note))
        await expect(view(overlay)).to_contain_text(note)


class TestLookingAtThem:
    async def test_each_says_what_rules_and_model_make_of_it(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        found = [
            write.candidate_finding("This circle is late."),
            write.candidate_finding("A tail hangs over.", is_new=False),
        ]
        told = write.candidate(0, findings=found, remarks=["The slider before it stays."], surprise=2.0)
        await show(overlay, companion, write.regeneration("done", told, write.candidate(1)))
        await expect(card(overlay, 1)).to_contain_text("16 objects")
        await expect(card(overlay, 1)).to_contain_text("2 findings, 1 new; 1 before")
        await expect(card(overlay, 1)).to_contain_text("much likelier than yours")
        for text in ("This circle is late.", "A tail hangs over.", "The slider before it stays."):
            await expect(view(overlay).get_by_text(text)).to_be_visible()
        stamp = view(overlay).get_by_role("link", name="00:17:333 (2)")
        await expect(stamp.first).to_have_attribute("href", "osu://edit/00:17:333%20(2)")

    async def test_the_map_as_it_is_and_the_chosen_one_are_asked_for_once_each(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await show(overlay, companion)
        await expect(view(overlay).locator("map-player canvas").first).to_be_visible()
        await card(overlay, 2).click()
        await card(overlay, 1).click()
        await expect(card(overlay, 1)).to_be_checked()
        asked = [each["candidate"] for each in companion.received if each["type"] == "play"]
        assert sorted(asked, key=str) == [0, 1, None]

    async def test_what_is_half_written_can_be_played_and_again_once_it_is_whole(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await show(
            overlay, companion, write.regeneration("writing", write.candidate(0, "writing", objects=7))
        )
        await card(overlay, 1).click()
        await expect(view(overlay)).to_contain_text("Candidate 1 as far as it is written.")
        await companion.send(write.regeneration("done", write.candidate(0)))
        await expect(view(overlay)).not_to_contain_text("as far as it is written")
        asked = [each["candidate"] for each in companion.received if each["type"] == "play"]
        assert asked == [None, 0, 0]

    async def test_the_first_that_is_done_is_heard_where_the_map_as_it_is_was_heard_alone(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await show(overlay, companion, write.regeneration("writing", write.candidate(0, "writing")))
        await expect(view(overlay).locator("map-player .side:visible")).to_have_count(1)
        await companion.send(write.regeneration("done", write.candidate(0)))
        await expect(view(overlay).locator("map-player .side:visible")).to_have_count(2)
        await expect(view(overlay).get_by_role("radio", name="After")).to_be_checked()

    async def test_arrow_keys_switch_between_those_that_are_done(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        some = (write.candidate(0), write.candidate(1, "writing"), write.candidate(2))
        await show(overlay, companion, write.regeneration("writing", *some))
        await expect(card(overlay, 1)).to_be_checked()
        await overlay.press("ArrowRight")
        await expect(card(overlay, 3)).to_be_checked()
        await card(overlay, 3).focus()
        await overlay.press("ArrowUp")
        await expect(card(overlay, 1)).to_be_focused()
        await expect(card(overlay, 1)).to_be_checked()

    async def test_a_play_that_is_refused_is_said_under_the_player(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        companion.refuses["play"] = "The song could not be read: it has moved."
        await show(overlay, companion)
        await expect(view(overlay)).to_contain_text("it has moved")

    async def test_a_locked_seed_is_the_first_of_the_next_run(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await show(overlay, companion)
        await view(overlay).get_by_role("button", name="Use again").click()
        await view(overlay).get_by_role("button", name="Again…").click()
        dialog = overlay.page.get_by_role("dialog", name="Regenerate")
        await expect(dialog.get_by_label("Seeds")).to_have_value("41")
        await dialog.get_by_role("button", name="Start").click()
        assert (await companion.request("regenerate"))["seeds"] == ["41"]

    async def test_the_findings_are_one_step_away_and_so_are_these(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await show(overlay, companion)
        await expect(overlay.rows).to_have_count(0)
        await overlay.press("Escape")
        await expect(view(overlay)).to_be_hidden()
        await expect(overlay.rows).to_have_count(1)
        await line(overlay).get_by_role("button", name="Show").click()
        await expect(view(overlay)).to_be_visible()

    async def test_discard_lets_go_of_them(self, overlay: OverlayPage, companion: ScriptedCompanion) -> None:
        await show(overlay, companion)
        await view(overlay).get_by_role("button", name="Discard").click()
        assert (await companion.request("dismiss_regeneration"))["key"] == write.KEY
        await companion.send(write.regeneration("none"))
        await expect(view(overlay)).to_be_hidden()
        await expect(line(overlay)).to_be_hidden()

    async def test_what_a_model_says_stays_text(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        evil = "<img src=x onerror=alert(1)>"
        told = write.candidate(0, remarks=[evil], findings=[write.candidate_finding(evil, timestamp=evil)])
        await show(overlay, companion, write.regeneration("done", told, note=evil))
        await expect(view(overlay).get_by_text(evil).first).to_be_visible()
        await expect(overlay.page.locator("img")).to_have_count(0)
