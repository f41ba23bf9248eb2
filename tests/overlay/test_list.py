"""The list of findings: what it shows, hides, sorts, copies and opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.overlay import messages as say
from tests.overlay.scripted import ScriptedCompanion

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.overlay.messages import Message
    from tests.overlay.overlay_page import OverlayPage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

FINDINGS = [
    say.finding(1, severity="minor", strength=0.9),
    say.finding(
        2, severity="problem", strength=0.2, check="overlap", message="Two circles stand on each other."
    ),
    say.finding(3, severity="warning", check="low-volume", message="Volume is 4 %."),
    say.finding(4, severity="problem", strength=0.8, status="new"),
    say.finding(
        5, check="missing-tags", time_ms=None, timestamp="", link=None, message="No tags.", strength=0.1
    ),
]


def greeting(findings: list[Message]) -> list[Message]:
    return [say.hello(), say.status(), say.maps(), say.map_message(findings)]


@pytest_asyncio.fixture(loop_scope="session")
async def companion(overlay: OverlayPage) -> AsyncIterator[ScriptedCompanion]:
    async with ScriptedCompanion(*greeting(FINDINGS)) as companion:
        await overlay.open(companion.link)
        await expect(overlay.rows).to_have_count(5)
        yield companion


@pytest.mark.usefixtures("companion")
class TestOrder:
    async def test_the_strongest_of_the_worst_stand_first(self, overlay: OverlayPage) -> None:
        await overlay.expect_rows("f4", "f2", "f3", "f5", "f1")

    async def test_by_time_the_whole_map_comes_before_its_first_object(self, overlay: OverlayPage) -> None:
        await overlay.page.get_by_label("Order").select_option("time")
        await overlay.expect_rows("f5", "f1", "f2", "f3", "f4")

    async def test_the_order_is_remembered_by_the_browser(self, overlay: OverlayPage) -> None:
        await overlay.page.get_by_label("Order").select_option("time")
        await overlay.page.reload()
        await overlay.expect_rows("f5", "f1", "f2", "f3", "f4")

    async def test_by_check_findings_stand_under_their_check_and_fold_away(
        self, overlay: OverlayPage
    ) -> None:
        await overlay.page.get_by_label("Order").select_option("check")
        group = overlay.page.locator("finding-list .group:visible").filter(has_text="Unsnapped object")
        await expect(group).to_contain_text("2")
        await expect(group).to_contain_text("+1 new")
        await group.get_by_role("button").click()
        await overlay.expect_rows("f2", "f3", "f5")


@pytest.mark.usefixtures("companion")
class TestFilters:
    async def test_a_severity_leaves_only_its_findings_and_tells_how_many(self, overlay: OverlayPage) -> None:
        problems = overlay.page.get_by_role("button", name="Problems")
        await expect(problems).to_contain_text("2")
        await problems.click()
        await overlay.expect_rows("f4", "f2")

    async def test_a_category_leaves_only_its_findings(self, overlay: OverlayPage) -> None:
        await overlay.page.get_by_label("Category").select_option("Hit sounds")
        await overlay.expect_rows("f3")

    async def test_new_leaves_only_what_the_last_save_brought(self, overlay: OverlayPage) -> None:
        await overlay.page.locator("finding-filters").get_by_role("button", name="New").click()
        await overlay.expect_rows("f4")

    async def test_search_reads_messages_titles_and_times_in_any_case(self, overlay: OverlayPage) -> None:
        await overlay.search.fill("CIRCLES overlap")
        await overlay.expect_rows("f2")
        await overlay.search.fill("00:02:200")
        await overlay.expect_rows("f3")

    async def test_a_filter_that_leaves_nothing_offers_the_way_back(self, overlay: OverlayPage) -> None:
        await overlay.search.fill("no such words")
        await expect(overlay.page.get_by_text("No finding matches")).to_be_visible()
        await overlay.page.get_by_role("button", name="Show all findings").click()
        await expect(overlay.rows).to_have_count(5)

    async def test_what_filters_hide_is_counted_and_shown_again_in_one_click(
        self, overlay: OverlayPage
    ) -> None:
        note = overlay.page.locator("finding-filters .hidden-note")
        await expect(note).to_be_hidden()
        await overlay.page.get_by_label("Category").select_option("Hit sounds")
        await overlay.search.fill("volume")
        await expect(note).to_contain_text("4 hidden by filters")
        await note.get_by_role("button", name="Clear").click()
        await expect(overlay.rows).to_have_count(5)
        await expect(overlay.search).to_have_value("")

    async def test_every_category_tells_how_many_it_has(self, overlay: OverlayPage) -> None:
        options = overlay.page.get_by_label("Category").locator("option")
        await expect(options).to_have_text(["Category", "Compose (3)", "Hit sounds (1)", "Settings (1)"])

    async def test_one_check_can_be_singled_out_from_its_finding(self, overlay: OverlayPage) -> None:
        await overlay.rows.filter(has_text="number 4").click()
        await overlay.page.get_by_role("button", name="Show only these 2").click()
        await overlay.expect_rows("f4", "f1")
        await overlay.page.get_by_role("button", name="show all checks again").click()
        await expect(overlay.rows).to_have_count(5)


@pytest.mark.usefixtures("companion")
class TestFinding:
    async def test_its_time_is_a_link_into_the_editor(self, overlay: OverlayPage) -> None:
        link = overlay.rows.filter(has_text="Two circles").get_by_role("link")
        await expect(link).to_have_text("00:01:800 (1)")
        await expect(link).to_have_attribute("href", "osu://edit/00:01:800%20(1)")

    async def test_the_link_looks_like_one_and_says_what_it_does(self, overlay: OverlayPage) -> None:
        link = overlay.rows.filter(has_text="Two circles").get_by_role("link")
        await expect(link).to_have_attribute("title", "Open 00:01:800 (1) in the osu! editor (Enter)")
        underlined = "(link) => getComputedStyle(link).textDecorationLine"
        assert await link.evaluate(underlined) == "underline"
        plain = overlay.rows.filter(has_text="No tags.").locator(".stamp")
        assert await plain.evaluate(underlined) == "none"

    async def test_without_a_time_it_has_no_link(self, overlay: OverlayPage) -> None:
        row = overlay.rows.filter(has_text="No tags.")
        await expect(row).to_contain_text("whole map")
        await expect(row.get_by_role("link")).to_have_count(0)

    async def test_selected_it_says_why_it_matters_and_to_which_map_it_belongs(
        self, overlay: OverlayPage
    ) -> None:
        await overlay.rows.filter(has_text="Two circles").click()
        await expect(overlay.detail).to_contain_text("Why it matters")
        await expect(overlay.detail).to_contain_text("Where it does not agree, the play feels unfair.")
        await expect(overlay.detail).to_contain_text("In [Insane] Camellia")

    async def test_it_copies_as_discussion_text(self, overlay: OverlayPage) -> None:
        row = overlay.rows.filter(has_text="Two circles")
        await row.hover()
        await row.get_by_role("button", name="Copy as discussion text").click()
        await expect(overlay.toasts).to_contain_text("Copied")
        assert await overlay.clipboard() == "00:01:800 (1) - Circle is late (number 2)."

    async def test_the_whole_list_copies_as_one_line_each(self, overlay: OverlayPage) -> None:
        await overlay.page.get_by_role("button", name="Problems").click()
        await overlay.expect_rows("f4", "f2")
        await overlay.menu("Copy the list (2)")
        await expect(overlay.toasts).to_contain_text("Copied 2 findings")
        assert len((await overlay.clipboard()).splitlines()) == 2


class TestIntended:
    async def test_it_hides_the_finding_and_tells_the_companion(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        row = overlay.rows.filter(has_text="Two circles")
        await row.hover()
        await row.get_by_role("button", name="Hide: it is intended").click()
        await overlay.expect_rows("f4", "f3", "f5", "f1")
        asked = await companion.request("intended")
        assert (asked["key"], asked["finding"], asked["on"]) == ("set/insane", "f2", True)

    @pytest.mark.usefixtures("companion")
    async def test_undo_brings_it_back(self, overlay: OverlayPage) -> None:
        await overlay.press("j", "i")
        await expect(overlay.rows).to_have_count(4)
        await overlay.toasts.get_by_role("button", name="Undo").click()
        await overlay.expect_rows("f4", "f2", "f3", "f5", "f1")

    @pytest.mark.usefixtures("companion")
    async def test_hidden_ones_can_be_shown_and_taken_back(self, overlay: OverlayPage) -> None:
        await overlay.press("j", "i")
        await expect(overlay.rows).to_have_count(4)
        await overlay.menu("Show intended findings")
        row = overlay.rows.filter(has_text="number 4")
        await expect(row).to_contain_text("intended")
        await row.hover()
        await row.get_by_role("button", name="Show again").click()
        await expect(row).not_to_contain_text("intended")

    async def test_it_comes_back_when_the_companion_could_not_keep_it(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        companion.refuses["intended"] = "The disk is full: the mark was not kept."
        await overlay.press("j", "i")
        await expect(overlay.toasts).to_contain_text("The disk is full")
        await expect(overlay.rows).to_have_count(5)

    async def test_a_mark_made_on_another_page_shows_here_too(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await companion.send(say.intended("set/insane", "f2", on=True))
        await overlay.expect_rows("f4", "f3", "f5", "f1")


class TestStrangersText:
    EVIL = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>'

    async def test_markup_in_a_map_stays_text(self, overlay: OverlayPage) -> None:
        evil = say.finding(
            1, message=self.EVIL, timestamp=self.EVIL, link="javascript:window.hurt=1", discussion=self.EVIL
        )
        gone = [say.gone({"check": self.EVIL, "message": self.EVIL, "timestamp": self.EVIL})]
        hurtful = say.map_message([evil], version=self.EVIL, gone=gone)
        hurtful["metadata"] = dict.fromkeys(hurtful["metadata"], self.EVIL) | {"mode": "osu"}
        listed = say.maps(say.entry(title=self.EVIL, version=self.EVIL, set=self.EVIL))
        async with ScriptedCompanion(say.hello(), say.status(note=self.EVIL), listed, hurtful) as companion:
            await overlay.open(companion.link)
            await expect(overlay.rows).to_have_count(1)
            await overlay.press("j", "c")
            await overlay.page.locator("map-picker .current").click()
            await expect(overlay.rows.locator(".message")).to_have_text(self.EVIL)
            await expect(overlay.page.locator("img, main script, a[href^='javascript']")).to_have_count(0)
            assert await overlay.page.evaluate("window.hurt") is None
