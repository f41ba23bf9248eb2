"""What the model thinks of the map, beside what the rules found."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.overlay import messages as say
from tests.overlay.scripted import ScriptedCompanion

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Locator

    from tests.overlay.overlay_page import OverlayPage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

RULES = [
    say.finding(1, severity="problem", strength=0.9),
    say.finding(2, severity="problem", strength=0.1),
    say.finding(3, severity="warning", check="overlap"),
]
LIKELY = say.remark(10, 120, status="new")
TASTE = say.remark(11, 6, severity="minor")
WEAK = say.remark(12, 3, severity="minor")
CLAPS = say.remark(
    13,
    40,
    check="ai-hit-sounds",
    category="Hit Sounds",
    message="A clap was expected here.",
    opinion={
        "topic": "Hit Sounds",
        "at": None,
        "neighbours": [],
        "real": "no addition",
        "alternatives": [
            {"text": "clap", "probability": 0.93, "x": None, "y": None, "time_ms": None},
            {"text": "whistle", "probability": 0.004, "x": None, "y": None, "time_ms": None},
        ],
        "places": [
            {
                "time_ms": second * 1000,
                "timestamp": f"00:0{second}:000 (1)",
                "link": f"osu://edit/00:0{second}:000%20(1)",
            }
            for second in (5, 7, 9)
        ],
    },
)
OPINION = say.opinion(LIKELY, CLAPS, TASTE, WEAK)
GREETING = (say.hello(), say.status(), say.engine(), say.maps(), say.map_message(RULES))


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def companion(overlay: OverlayPage) -> AsyncIterator[ScriptedCompanion]:
    async with ScriptedCompanion(*GREETING, OPINION) as companion:
        await overlay.open(companion.link)
        await expect(overlay.rows).to_have_count(6)
        yield companion


def strip(overlay: OverlayPage) -> Locator:
    return overlay.page.get_by_role("group", name="The model's opinion")


def row(overlay: OverlayPage, finding_id: str) -> Locator:
    return overlay.page.locator(f'finding-list .row[data-id="{finding_id}"]:visible')


async def slide_to(overlay: OverlayPage, key: str) -> None:
    await strip(overlay).get_by_role("slider").focus()
    await overlay.press(key)


class TestTheList:
    async def test_the_models_findings_stand_among_the_rules_and_say_whose_they_are(
        self, overlay: OverlayPage
    ) -> None:
        await overlay.expect_rows("f1", "f2", "f3", "m10", "m13", "m11")
        await expect(row(overlay, "m10")).to_contain_text("model 120")
        await expect(row(overlay, "f1")).not_to_contain_text("model")

    async def test_a_finding_of_both_is_one_row_that_rises(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await companion.send(say.opinion(LIKELY, agreed=[say.agreed("f2")]))
        await overlay.expect_rows("f2", "f1", "f3", "m10")
        await expect(row(overlay, "f2")).to_contain_text("model agrees")
        await row(overlay, "f2").click()
        await expect(overlay.detail).to_contain_text("The model agrees. A beat was expected 3 ms earlier.")

    async def test_an_agreement_below_the_threshold_raises_nothing(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await companion.send(say.opinion(agreed=[say.agreed("f2", 3)]))
        await overlay.expect_rows("f1", "f2", "f3")

    async def test_one_may_hear_the_rules_or_the_model_alone(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        whose = overlay.page.get_by_label("Whose findings")
        await whose.select_option("model")
        await overlay.expect_rows("m10", "m13", "m11")
        await whose.select_option("rules")
        await overlay.expect_rows("f1", "f2", "f3")
        await companion.send(say.opinion(LIKELY, agreed=[say.agreed("f2")]))
        await whose.select_option("model")
        await overlay.expect_rows("f2", "m10")

    async def test_the_models_topics_are_categories(self, overlay: OverlayPage) -> None:
        category = overlay.page.get_by_label("Category")
        offered = [text.split(" (")[0].lower() for text in await category.locator("option").all_inner_texts()]
        assert {topic.lower() for topic in say.EXAMPLES["hello"]["topics"]} <= set(offered)
        assert len(offered) == len(set(offered))
        await category.select_option("Hit sounds")
        await overlay.expect_rows("m13")

    async def test_new_and_gone_count_for_both(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await expect(overlay.delta).to_contain_text("+1 new")
        await companion.send(
            say.map_message(RULES, map_version=2),
            say.opinion(TASTE, map_version=2, gone=[say.gone(CLAPS), say.gone(WEAK)]),
        )
        # What was too weak to be shown is not told of as gone.
        await expect(overlay.delta).to_contain_text("0 new1 gone")

    async def test_the_keys_do_what_they_do_for_rules(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await row(overlay, "f3").click()
        await overlay.press("j")
        await overlay.expect_selected("m10")
        await overlay.press("Enter", "c")
        assert await overlay.jumps() == [LIKELY["link"]]
        assert await overlay.clipboard() == LIKELY["discussion"]
        await overlay.press("i")
        await overlay.expect_rows("f1", "f2", "f3", "m13", "m11")
        await overlay.expect_selected("m13")
        sent = await companion.request("intended")
        assert (sent["finding"], sent["on"]) == ("m10", True)
        await companion.send(say.intended("set/insane", "m11", on=True))
        await overlay.expect_rows("f1", "f2", "f3", "m13")


class TestTheThreshold:
    async def test_it_hides_what_surprises_less_says_how_many_and_is_remembered(
        self, overlay: OverlayPage
    ) -> None:
        await expect(strip(overlay)).to_contain_text("51 hidden")
        await slide_to(overlay, "Home")
        await overlay.expect_rows("f1", "f2", "f3", "m10", "m13", "m11", "m12")
        await slide_to(overlay, "End")
        await overlay.expect_rows("f1", "f2", "f3", "m10")
        await expect(strip(overlay)).to_contain_text("1003 hidden")
        await overlay.page.reload()
        await overlay.expect_rows("f1", "f2", "f3", "m10")

    async def test_it_is_not_there_while_there_is_nothing_to_weigh(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await companion.send(say.opinion(state="off", heat=None))
        await expect(strip(overlay).get_by_role("slider")).to_have_count(0)


class TestWhatWasExpected:
    async def test_the_detail_shows_the_likeliest_with_how_sure_it_was(self, overlay: OverlayPage) -> None:
        await row(overlay, "m13").click()
        await expect(overlay.detail).to_contain_text("the model's opinion · Hit Sounds")
        await expect(overlay.detail.locator("dl.expected")).to_have_text(
            "clap93 %whistle<1 %no additionin the map"
        )
        wide = await overlay.detail.locator(".bar-of .fill").evaluate_all(
            "(bars) => bars.map((bar) => bar.offsetWidth / bar.parentElement.offsetWidth)"
        )
        assert wide[0] == pytest.approx(0.93, abs=0.01)

    async def test_all_places_of_one_suggestion_lead_into_the_editor(self, overlay: OverlayPage) -> None:
        await row(overlay, "m13").click()
        await expect(overlay.detail).to_contain_text("The same in 3 places")
        await overlay.detail.locator(".spots a").last.click()
        assert await overlay.jumps() == ["osu://edit/00:09:000%20(1)"]

    async def test_a_position_is_drawn_on_a_playfield_and_told_in_words(self, overlay: OverlayPage) -> None:
        await row(overlay, "m10").click()
        field = overlay.detail.get_by_role("img", name="Playfield")
        at = LIKELY["opinion"]["at"]
        await expect(field).to_have_attribute("aria-label", _saying(f"stands at ({at[0]}, {at[1]})"))
        await expect(field).to_have_attribute("aria-label", _saying("Expected: (200, 160) 61 %"))
        drawn = await field.evaluate(
            """(canvas) => {
              const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
              const violet = (at) => data[at] > 120 && data[at + 2] > 200 && data[at + 1] < data[at + 2] - 40;
              let count = 0;
              for (let at = 0; at < data.length; at += 4) if (violet(at)) count += 1;
              return [count, canvas.clientWidth, canvas.clientHeight];
            }"""
        )
        assert drawn[0] > 40
        assert drawn[1] / drawn[2] == pytest.approx(564 / 436, abs=0.02)

    async def test_resting_on_a_row_shows_it_without_choosing_it(self, overlay: OverlayPage) -> None:
        preview = overlay.page.locator("finding-preview")
        await row(overlay, "m13").hover()
        await expect(preview).to_contain_text("clap93 %")
        await expect(overlay.selected).to_have_count(0)
        await row(overlay, "f1").hover()
        await expect(preview).to_be_hidden()

    async def test_what_is_previewed_goes_away_with_the_save_it_was_about(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await row(overlay, "m13").hover()
        await expect(overlay.page.locator("finding-preview")).to_be_visible()
        await companion.send(say.map_message(RULES, map_version=2))
        await expect(overlay.page.locator("finding-preview")).to_be_hidden()


class TestHowFarItIs:
    async def test_an_opinion_of_another_save_is_never_shown(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await companion.send(say.map_message(RULES, map_version=2))
        await overlay.expect_rows("f1", "f2", "f3")
        await companion.send(say.opinion(LIKELY, map_version=1))
        await companion.send(say.opinion(TASTE, map_version=3))
        await expect(strip(overlay)).to_contain_text("has not been asked about this save")
        await overlay.expect_rows("f1", "f2", "f3")

    async def test_each_state_has_its_words_and_its_way_on(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        nothing = {"heat": None, "done": 0, "total": 0, "seconds": None}
        for changes, words, button in (
            ({"state": "waiting", **nothing}, "Waiting for the model", "Cancel"),
            ({"state": "scoring", "done": 14}, "14 of 58 read", "Cancel"),
            ({"state": "cancelled", "done": 14}, "Stopped at 14 of 58", "Ask now"),
            ({"state": "failed", "note": "Out of memory: choose less.", **nothing}, "Out of", "Try again"),
            ({"state": "off", **nothing}, "switched off", "Switch on"),
            ({"state": "no_model", **nothing}, "the rules speak alone", "Models"),
        ):
            await companion.send(say.opinion(**changes))
            await expect(strip(overlay)).to_contain_text(words)
            await expect(strip(overlay).get_by_role("button", name=button)).to_be_visible()
        await companion.send(say.opinion(LIKELY, CLAPS, seconds=1.84))
        await expect(strip(overlay)).to_contain_text("2 findings of the model in 1.8 s")

    async def test_it_is_cancelled_and_asked_again(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await companion.send(say.opinion(state="scoring"))
        await strip(overlay).get_by_role("button", name="Cancel").click()
        assert (await companion.request("cancel_mod"))["key"] == "set/insane"
        await companion.send(say.opinion(state="cancelled"))
        await strip(overlay).get_by_role("button", name="Ask now").click()
        assert (await companion.request("mod"))["key"] == "set/insane"

    async def test_nothing_moves_while_it_goes_on(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        places = """() => ["finding-filters", "finding-list", "opinion-strip select", "opinion-strip input"]
            .map((name) => document.querySelector(name).getBoundingClientRect())
            .map(({ x, y }) => [x, y])"""
        cancel = strip(overlay).get_by_role("button", name="Cancel")
        await companion.send(say.opinion(LIKELY, state="scoring", done=1))
        await expect(strip(overlay)).to_contain_text("1 of 58 read")
        before = await overlay.page.evaluate(places), await cancel.bounding_box()
        await companion.send(say.opinion(LIKELY, CLAPS, WEAK, TASTE, state="scoring", done=57))
        await expect(strip(overlay)).to_contain_text("57 of 58 read")
        assert (await overlay.page.evaluate(places), await cancel.bounding_box()) == before
        await companion.send(OPINION)
        await expect(cancel).to_have_count(0)
        assert await overlay.page.evaluate(places) == before[0]

    async def test_a_pinned_rating_is_shown_with_the_reason(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await companion.send(say.opinion(rating=5.23))
        pinned = strip(overlay).get_by_text("rated as 5.2")
        await expect(pinned).to_have_attribute("title", _saying("pinned for this session"))

    async def test_without_an_engine_there_is_no_strip(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        companion.greeting.remove(GREETING[2])
        companion.greeting.remove(OPINION)
        await overlay.page.reload()
        await expect(overlay.rows).to_have_count(3)
        await expect(strip(overlay)).to_have_count(0)


class TestTheHeat:
    async def test_the_strip_tells_what_is_pending_from_what_is_not(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        values = [0.9] * 60 + [None] * 60 + [0.0] * 64
        await companion.send(say.opinion(state="scoring", heat={"bin_ms": 1000, "values": values}))
        words = overlay.page.locator("#song-in-words")
        await expect(words).to_contain_text("60 of 184 stretches of the song very surprising; 60 it has not")
        tip = overlay.page.locator("map-timeline .tip")
        box = await overlay.stage.bounding_box()
        assert box is not None
        for second, told in ((30, "very surprising"), (90, "has not looked here yet"), (150, "as the model")):
            await overlay.stage.hover(position={"x": second / 184 * box["width"], "y": 78})
            await expect(tip).to_contain_text(told)

    async def test_the_models_marks_stand_on_the_timeline_too(self, overlay: OverlayPage) -> None:
        marked = [finding for mark in await overlay.marks() for finding in mark["ids"]]
        assert sorted(marked) == ["f1", "f2", "f3", "m10", "m11", "m13"]


def _saying(words: str) -> re.Pattern[str]:
    return re.compile(re.escape(words))
