"""What is asked before a section is written: that the criteria were read, and what is wished of it."""

from __future__ import annotations

import re
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

DRAWN = say.map_message(
    [say.finding(1, time_ms=60_000)], map_version=3, overview=say.overview(180_000, red_lines=[0])
)
UNWANTED = ["unwanted_descriptors", "guidance"]


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def companion(overlay: OverlayPage) -> AsyncIterator[ScriptedCompanion]:
    async with ScriptedCompanion(say.hello(), say.status(), say.maps(), DRAWN, write.writing()) as companion:
        companion.answers = write.answers()
        await overlay.open(companion.link)
        await expect(overlay.rows).to_have_count(1)
        yield companion


def dialog(overlay: OverlayPage) -> Locator:
    return overlay.page.get_by_role("dialog", name="Regenerate")


def words(overlay: OverlayPage) -> Locator:
    """That are on offer for what is being typed."""
    return dialog(overlay).get_by_role("listbox").get_by_role("option")


def disclosure(overlay: OverlayPage) -> Locator:
    return overlay.page.get_by_role("dialog", name="Before anything is generated")


async def mark(overlay: OverlayPage, text: str = "00:10:000 - 00:20:000") -> None:
    await overlay.page.get_by_role("button", name="Mark a stretch of the song").click()
    field = overlay.page.get_by_role("group", name="Marked range").get_by_role("textbox")
    await expect(field).to_be_focused()
    await field.fill(text)
    await overlay.press("Enter")
    await overlay.page.get_by_role("button", name="Regenerate…").first.click()


async def ready(overlay: OverlayPage) -> Locator:
    await mark(overlay)
    start = dialog(overlay).get_by_role("button", name="Start")
    await expect(start).to_be_enabled()
    return start


class TestTheDisclosure:
    @pytest_asyncio.fixture(autouse=True, loop_scope="session")
    async def unread(self, companion: ScriptedCompanion) -> None:
        await companion.send(write.undisclosed())

    async def test_the_first_time_the_criteria_come_before_anything_else(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await mark(overlay)
        await expect(disclosure(overlay)).to_contain_text("must come from direct human input")
        await expect(dialog(overlay)).to_have_count(0)
        assert not [each for each in companion.received if each["type"] == "regenerate"]

    async def test_a_long_text_has_to_be_scrolled_to_its_end(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        lines = "\n".join(f"Paragraph {number}." for number in range(60))
        await companion.send(write.writing(on=False, disclosed=False, disclosure=lines))
        await mark(overlay)
        read = disclosure(overlay).get_by_role("checkbox", name="I have read this to its end")
        await expect(read).to_be_disabled()
        await disclosure(overlay).get_by_role("document").evaluate("(text) => (text.scrollTop = 1e6)")
        await expect(read).to_be_enabled()

    async def test_accepting_it_leads_on_to_what_was_asked_for(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await mark(overlay)
        accept = disclosure(overlay).get_by_role("button", name="Accept")
        await expect(accept).to_be_disabled()
        await disclosure(overlay).get_by_role("checkbox").check()
        await accept.click()
        await companion.request("accept_disclosure")
        await companion.send(write.writing())
        await expect(dialog(overlay).get_by_role("textbox", name="Range")).to_have_value(
            "00:10:000 - 00:20:000"
        )

    async def test_one_who_does_not_accept_is_not_led_on_later(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await mark(overlay)
        await disclosure(overlay).get_by_role("button", name="Not now").click()
        await companion.send(write.writing())
        await expect(disclosure(overlay)).to_have_count(0)
        await expect(dialog(overlay)).to_have_count(0)

    async def test_a_refusal_is_said_where_it_was_accepted(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        companion.refuses["accept_disclosure"] = "The settings could not be written."
        await mark(overlay)
        await disclosure(overlay).get_by_role("checkbox").check()
        await disclosure(overlay).get_by_role("button", name="Accept").click()
        await expect(disclosure(overlay).get_by_role("alert")).to_contain_text("could not be written")

    async def test_it_can_be_read_again_from_the_menu(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await companion.send(write.writing())
        await overlay.menu("About generated objects")
        await expect(disclosure(overlay)).to_contain_text("You have accepted this")
        await expect(disclosure(overlay).get_by_role("checkbox")).to_have_count(0)


class TestTheOptions:
    async def test_they_are_those_that_the_model_understands_and_no_others(
        self, overlay: OverlayPage
    ) -> None:
        await ready(overlay)
        await dialog(overlay).get_by_text("More", exact=True).click()
        for label in ("Star rating", "Described as", "Year", "Temperature", "Top-p", "Seeds"):
            await expect(dialog(overlay).get_by_label(re.compile(f"^{label}")).first).to_be_visible()
        for label in ("And not as", "Guidance", "Top-k", "Keys", "Circle size"):
            await expect(dialog(overlay).get_by_label(re.compile(f"^{label}"))).to_have_count(0)

    async def test_the_model_that_would_write_is_the_one_that_is_asked(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await companion.send(write.writing(model="v29"))
        await ready(overlay)
        asked = await companion.request("describe_model")
        assert (asked["name"], asked["mode"]) == ("v29", "osu")

    async def test_start_asks_for_that_range_of_that_version_and_shows_the_candidates(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        start = await ready(overlay)
        await start.click()
        asked = await companion.request("regenerate")
        del asked["id"]
        assert asked == {
            "type": "regenerate",
            "key": write.KEY,
            "map_version": 3,
            "start_ms": 10_000,
            "end_ms": 20_000,
            "candidates": 4,
            "seeds": [],
            "keep": "nothing",
            "wishes": {},
        }
        waiting = [write.candidate(number, "waiting") for number in range(4)]
        await companion.send(write.regeneration("waiting", *waiting, map_version=3))
        await expect(overlay.page.get_by_role("region", name="Candidates")).to_be_visible()

    async def test_what_is_wished_is_sent_and_remembered(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        start = await ready(overlay)
        await dialog(overlay).get_by_text("My rhythm").click()
        await dialog(overlay).get_by_label("Star rating").fill("5.5")
        search = dialog(overlay).get_by_role("combobox", name="Described as")
        await search.fill("tech")
        await expect(words(overlay)).to_have_text(["technical", "slider tech"])
        await overlay.press("ArrowDown", "Enter", "Escape")
        await dialog(overlay).get_by_label("Candidates").focus()
        await overlay.press("Home", "ArrowRight")
        await dialog(overlay).get_by_text("More", exact=True).click()
        await dialog(overlay).get_by_label("Seeds").fill("18446744073709551615, 7, 8")
        await start.click()
        asked = await companion.request("regenerate")
        assert asked["keep"] == "rhythm"
        assert asked["wishes"] == {"star_rating": 5.5, "descriptors": ["slider tech"]}
        assert asked["candidates"] == 2
        assert asked["seeds"] == ["18446744073709551615", "7"]
        await overlay.page.reload()
        await ready(overlay)
        await expect(dialog(overlay).get_by_label("Star rating")).to_have_value("5.5")
        await expect(dialog(overlay).get_by_role("radio", name="My rhythm")).to_be_checked()
        await expect(dialog(overlay).get_by_role("button", name="slider tech")).to_be_visible()
        await expect(dialog(overlay).get_by_label("Candidates")).to_have_value("2")

    async def test_a_number_outside_is_said_and_not_sent(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        start = await ready(overlay)
        await dialog(overlay).get_by_label("Star rating").fill("99")
        await start.click()
        await expect(dialog(overlay).get_by_role("alert").last).to_contain_text(
            "Star rating: Between 0 and 14"
        )
        assert not [each for each in companion.received if each["type"] == "regenerate"]

    async def test_what_is_not_wanted_names_the_guidance_it_takes(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        companion.answers["describe_model"] = write.options(wishes=["descriptors", *UNWANTED])
        start = await ready(overlay)
        note = dialog(overlay).get_by_text(re.compile("counts only with guidance above 1"))
        await expect(note).to_be_hidden()
        await dialog(overlay).get_by_role("combobox", name="And not as").fill("streams")
        await overlay.press("Enter", "Escape")
        await expect(note).to_be_visible()
        await start.click()
        wishes = (await companion.request("regenerate"))["wishes"]
        assert wishes == {"unwanted_descriptors": ["streams"], "guidance": 2}

    async def test_a_word_that_is_wanted_cannot_be_unwanted(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        companion.answers["describe_model"] = write.options(wishes=["descriptors", *UNWANTED])
        await ready(overlay)
        await dialog(overlay).get_by_role("combobox", name="Described as").fill("streams")
        await overlay.press("Enter", "Escape")
        await dialog(overlay).get_by_role("combobox", name="And not as").fill("streams")
        await expect(words(overlay)).to_have_count(0)

    async def test_a_refusal_stays_in_the_dialog_with_all_that_was_wished(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        companion.refuses["regenerate"] = "There is no red line in this map: add one in the editor first."
        start = await ready(overlay)
        await start.click()
        await expect(dialog(overlay).get_by_role("alert").last).to_contain_text("There is no red line")
        await expect(start).to_be_enabled()

    async def test_a_model_that_does_not_know_the_mode_says_so(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        companion.answers["describe_model"] = write.options(model="v30", modes=["taiko"])
        await mark(overlay)
        await expect(dialog(overlay).get_by_role("alert").last).to_contain_text("v30 writes no osu! maps")
        await expect(dialog(overlay).get_by_role("button", name="Start")).to_be_disabled()

    async def test_a_word_of_a_stranger_stays_text(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        evil = "<img src=x onerror=alert(1)>"
        companion.answers["describe_model"] = write.options(descriptors=[evil])
        await ready(overlay)
        await dialog(overlay).get_by_role("combobox", name="Described as").focus()
        await expect(words(overlay)).to_have_text([evil])
        await expect(overlay.page.locator("img")).to_have_count(0)


async def test_without_a_model_that_writes_it_says_how_to_get_one(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await companion.send(say.EXAMPLES["writing_no_model"])
    await mark(overlay)
    await expect(overlay.toasts).to_contain_text("No model that can write")
    await expect(overlay.toasts.get_by_role("button", name="Models…")).to_be_visible()


async def test_writing_that_was_switched_off_is_switched_on_by_asking_for_it(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await companion.send(write.writing(on=False))
    await mark(overlay)
    assert (await companion.request("set_writing"))["on"] is True
    await expect(dialog(overlay)).to_be_visible()


async def test_a_second_section_waits_for_the_first(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await companion.send(write.regeneration("writing", write.candidate(0, "writing"), map_version=3))
    await mark(overlay)
    await expect(overlay.toasts).to_contain_text("being written already")
    await overlay.toasts.get_by_role("button", name="Show it").click()
    await expect(overlay.page.get_by_role("region", name="Candidates")).to_be_visible()
