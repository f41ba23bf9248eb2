"""How what is about writing looks: it can be read in both themes, and holds still when asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from playwright.async_api import expect

from tests.overlay import messages as say
from tests.overlay import writing_messages as write
from tests.overlay.scripted import ScriptedCompanion
from tests.overlay.test_look import CONTRAST

if TYPE_CHECKING:
    from tests.overlay.overlay_page import OverlayPage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

AA = 4.5
FOUND = [
    write.candidate_finding("This circle is late."),
    write.candidate_finding("A tail.", is_new=False, severity="minor"),
]
SECTION = write.regeneration(
    "writing",
    write.candidate(0, findings=FOUND, remarks=["The slider before it stays."], surprise=2.0),
    write.candidate(1, surprise=9.0),
    write.candidate(2, "failed"),
    write.candidate(3, "writing", objects=4),
)


def drawn() -> ScriptedCompanion:
    song = say.overview(180_000, red_lines=[0])
    shown = say.map_message([say.finding(1, time_ms=60_000)], overview=song)
    companion = ScriptedCompanion(say.hello(), say.status(), say.maps(), shown, write.writing())
    companion.answers = write.answers()
    return companion


async def faint(overlay: OverlayPage) -> list[list[object]]:
    return [pair for pair in await overlay.page.evaluate(CONTRAST) if pair[0] < AA]


@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_its_words_have_the_contrast_that_aa_asks_for(
    overlay: OverlayPage, scheme: Literal["dark", "light"]
) -> None:
    async with drawn() as companion:
        await overlay.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await overlay.open(companion.link)
        await expect(overlay.rows).to_have_count(1)
        await overlay.page.get_by_role("button", name="Mark a stretch of the song").click()
        reverted = write.generated_range("g2", is_reverted=True)
        await companion.send(write.generated(write.generated_range(), reverted))
        await overlay.page.get_by_role("button", name="1 generated").click()
        assert await faint(overlay) == []
        await overlay.press("Escape")
        await overlay.page.get_by_role("button", name="Regenerate…").first.click()
        await overlay.page.get_by_text("More", exact=True).click()
        await overlay.page.get_by_role("combobox", name="Described as").focus()
        assert await faint(overlay) == []
        await overlay.press("Escape", "Escape")
        await companion.send(SECTION)
        await overlay.page.get_by_role("button", name="Show", exact=True).click()
        await expect(overlay.page.get_by_role("region", name="Candidates")).to_be_visible()
        assert await faint(overlay) == []
        await companion.send({**SECTION, "state": "stale"})
        await expect(overlay.page.get_by_role("region", name="Candidates")).to_contain_text("saved meanwhile")
        assert await faint(overlay) == []
        await overlay.menu("Generate a map…")
        await companion.send(write.song_job())
        await expect(overlay.page.get_by_role("region", name="The map being written")).to_be_visible()
        assert await faint(overlay) == []


async def test_nothing_moves_where_less_motion_is_asked_for(overlay: OverlayPage) -> None:
    async with drawn() as companion:
        await overlay.page.emulate_media(reduced_motion="reduce")
        await overlay.open(companion.link)
        await companion.send(SECTION)
        await overlay.page.get_by_role("button", name="Show", exact=True).click()
        await expect(overlay.page.get_by_role("region", name="Candidates")).to_be_visible()
        running = "document.getAnimations().filter((each) => each.playState === 'running').length"
        assert await overlay.page.evaluate(running) == 0


async def test_everything_that_is_pressed_has_a_name(overlay: OverlayPage) -> None:
    async with drawn() as companion:
        await overlay.open(companion.link)
        await companion.send(SECTION, write.generated(write.generated_range()))
        await overlay.page.get_by_role("button", name="Show", exact=True).click()
        await expect(overlay.page.get_by_role("region", name="Candidates")).to_be_visible()
        nameless = """() => [...document.querySelectorAll("button, input, select, a[href]")]
            .filter((each) => each.checkVisibility())
            .filter((each) => !(each.ariaLabel || each.textContent.trim() || each.labels?.length))
            .map((each) => each.outerHTML)"""
        assert await overlay.page.evaluate(nameless) == []


async def test_at_360_pixels_how_many_findings_are_hidden_is_seen_and_no_word_of_the_model_is_cut(
    overlay: OverlayPage,
) -> None:
    async with drawn() as companion:
        await overlay.page.set_viewport_size({"width": 360, "height": 800})
        companion.greeting.append(say.engine())
        await overlay.open(companion.link)
        await companion.send(say.opinion(say.remark(10, 90), say.remark(11, 3), rating=5.23))
        await expect(overlay.rows).to_have_count(2)
        await expect(overlay.page.get_by_text("1 hidden", exact=True)).to_be_in_viewport(ratio=1)
        for state, text in (("done", "1 finding of the model"), ("scoring", "read, 1 finding so far")):
            await companion.send(say.opinion(say.remark(10, 90), state=state, done=14, rating=5.23))
            words = overlay.page.locator("opinion-strip .text")
            await expect(words).to_contain_text(text)
            assert await words.evaluate("(text) => text.scrollWidth - text.clientWidth") == 0
        note = "The engine ran out of memory. Choose a smaller model."
        await companion.send(say.opinion(state="failed", note=note))
        await expect(words).to_contain_text("smaller model")
        cut = """(text) =>
            [text.scrollWidth - text.clientWidth, text.scrollHeight - text.clientHeight]"""
        assert await words.evaluate(cut) == [0, 0]
