"""Of writing the page reads every field that the companion sends, and none that it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from tests.overlay import messages as say
from tests.overlay import writing_messages as write
from tests.overlay.scripted import ScriptedCompanion
from tests.overlay.test_wire import SPY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.overlay.overlay_page import OverlayPage

ABOUT_WRITING = ("writing", "regeneration", "generated", "song_job")
PLAYED = "reply.data.objects"
"""What a stretch of a map holds is the player's to read: its own tests hold it to that."""


def fields_of(message: Any, path: str) -> Iterator[str]:
    """Every field by its path; those of all members of a list are the same."""
    if isinstance(message, list):
        for each in message:
            yield from fields_of(each, path)
    elif isinstance(message, dict):
        for name, value in message.items():
            yield f"{path}.{name}"
            yield from fields_of(value, f"{path}.{name}")


def sent() -> set[str]:
    told = [
        message
        for name, message in say.EXAMPLES.items()
        if message["type"] in ABOUT_WRITING or "options" in name
    ]
    return {path for message in told for path in fields_of(message, message["type"])}


async def use_everything(overlay: OverlayPage, companion: ScriptedCompanion) -> None:
    examples = say.EXAMPLES
    await overlay.page.get_by_role("button", name="Mark a stretch of the song").click()
    await overlay.press("Enter")
    await overlay.page.get_by_role("button", name="Regenerate…").first.click()
    dialog = overlay.page.get_by_role("dialog", name="Regenerate")
    await dialog.get_by_text("More", exact=True).click()
    await dialog.get_by_role("button", name="Start").click()
    await companion.send({**examples["regeneration"], "key": write.KEY, "map_version": 1})
    await expect(overlay.page.get_by_role("region", name="Candidates")).to_contain_text(
        "Writing, 1 of 4 done"
    )
    await companion.send({**examples["generated"], "key": write.KEY})
    line = overlay.page.get_by_role("group", name="Generated in this map")
    await line.get_by_role("button", name="1 generated").click()
    await expect(line.get_by_role("dialog")).to_contain_text("taken back")
    await overlay.press("Escape", "Escape")
    box = await overlay.stage.bounding_box()
    assert box is not None
    await overlay.stage.hover(position={"x": 17_000 / 184_000 * box["width"], "y": 130})
    await expect(overlay.page.locator("map-timeline .tip")).to_contain_text("generated")
    await overlay.menu("About generated objects")
    await overlay.press("Escape")
    await overlay.menu("Generate a map…")
    page = overlay.page.get_by_role("region", name="Generate a map")
    await companion.send(examples["song_job"])
    await expect(page).to_contain_text("Writing")
    await companion.send(examples["song_job_done"])
    await expect(page).to_contain_text("Open its folder")
    await expect(page.get_by_role("button", name="Write the map")).to_be_enabled()
    await companion.send(examples["writing_no_model"])
    await expect(page).to_contain_text(examples["writing_no_model"]["note"])


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_every_field_that_is_sent_about_writing_is_read_and_no_other(overlay: OverlayPage) -> None:
    drawn = say.map_message([say.finding(1)], overview=say.overview(180_000, red_lines=[0]))
    greeting = (say.hello(), say.status(), say.maps(), drawn, write.writing())
    async with ScriptedCompanion(*greeting) as companion:
        companion.answers = write.answers()
        await overlay.page.add_init_script(f"if (location.port === '{companion.port}') ({SPY})()")
        await overlay.open(companion.link)
        await expect(overlay.rows.first).to_be_visible()
        await use_everything(overlay, companion)
        missed = await overlay.page.evaluate("[...window.fieldsMissed]")
        read = set(await overlay.page.evaluate("[...window.fieldsRead]"))
        assert missed == []
        assert sorted(path for path in sent() - read if not path.startswith(PLAYED)) == []


# What of each message a mapper sees.
SIGNS = {
    "regeneration": "Writing, 1 of 4 done",
    "regeneration_waiting": "loading the model",
    "regeneration_done": "4 candidates to choose from",
    "regeneration_failed": "The engine ran out of memory.",
    "regeneration_cancelled": "Stopped, 1 of 2 done",
    "regeneration_stale": "The map was saved meanwhile",
    "regeneration_accepted": "Ctrl+L",
}


def test_every_state_of_a_regeneration_is_known_here() -> None:
    told = {name for name in say.EXAMPLES if name.startswith("regeneration")}
    assert told == {*SIGNS, "regeneration_none"}


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_each_of_them_is_drawn(overlay: OverlayPage) -> None:
    greeting = (say.hello(), say.status(), say.maps(), say.map_message([say.finding(1)]), write.writing())
    async with ScriptedCompanion(*greeting) as companion:
        companion.answers = write.answers()
        await overlay.open(companion.link)
        await expect(overlay.rows.first).to_be_visible()
        view = overlay.page.get_by_role("region", name="Candidates")
        for name, sign in SIGNS.items():
            await companion.send({**say.EXAMPLES[name], "key": write.KEY, "map_version": 1})
            if name == "regeneration":
                await overlay.page.get_by_role("button", name="Show", exact=True).click()
            await expect(view).to_contain_text(sign)
