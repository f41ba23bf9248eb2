"""The model in the bar: which one speaks, on what, how fast, and what can be done about it there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.overlay import messages as say
from tests.overlay.scripted import ScriptedCompanion
from tests.overlay.test_look import CONTRAST

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Locator

    from tests.overlay.overlay_page import OverlayPage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

OUT_OF_MEMORY = "The engine ran out of memory. Close other programs, or choose a smaller model."
SPEED = "58 windows in 1.8 s"
LISTED = say.models(say.model("v32"), say.model("v31", "absent"))


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def companion(overlay: OverlayPage) -> AsyncIterator[ScriptedCompanion]:
    known = (say.hello(), say.status(), say.maps(), say.map_message([say.finding(1)]))
    async with ScriptedCompanion(*known, say.engine(status="idle", speed=SPEED), LISTED) as companion:
        await overlay.open(companion.link)
        await expect(line(overlay)).to_be_visible()
        yield companion


def line(overlay: OverlayPage) -> Locator:
    return overlay.page.locator("engine-state > button")


def details(overlay: OverlayPage) -> Locator:
    return overlay.page.get_by_role("dialog", name="The model")


async def test_the_bar_names_model_device_and_speed(overlay: OverlayPage) -> None:
    await expect(line(overlay)).to_have_text(f"v32 · CPU · {SPEED}")


async def test_a_click_tells_the_rest(overlay: OverlayPage) -> None:
    await line(overlay).click()
    for told in ("Mapperatorinator V32", "CPU, 2 of 4 threads, bfloat16", SPEED, "1.2 GB"):
        await expect(details(overlay)).to_contain_text(told)


@pytest.mark.parametrize(
    ("engine", "words"),
    [
        (say.engine(status="off", device=None, memory_mb=None, speed=None), "v32 · asleep"),
        (say.engine(status="starting", device=None, speed=None), "v32 · waking up"),
        (say.engine(status="loading", device=None, speed=None), "v32 · waking up"),
        (say.engine(status="working", speed=None), "v32 · at work · CPU"),
        (say.engine(status="failed", device=None, note=OUT_OF_MEMORY), "v32 · stopped"),
        (say.engine(status="idle", ai=False), "AI off"),
        (say.engine(status="working", ai=False, speed=None), "v32 · at work · CPU"),
        (say.no_model(model="v31"), "No model"),
        (say.engine(status="idle", model="C:\\models\\my model", speed=None), "my model · CPU"),
    ],
)
async def test_every_state_has_its_words(
    overlay: OverlayPage, companion: ScriptedCompanion, engine: say.Message, words: str
) -> None:
    await companion.send(engine)
    await expect(line(overlay)).to_have_text(words)


async def test_states_differ_in_shape_and_not_in_colour_alone(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    shapes: list[str | None] = []
    for engine in (say.engine(status="failed"), say.engine(status="idle", ai=False), say.no_model()):
        await companion.send(engine)
        await overlay.page.wait_for_function(
            "(known) => !known.includes(document.querySelector('engine-state path').getAttribute('d'))",
            arg=shapes,
        )
        shapes.append(await line(overlay).locator("path").get_attribute("d"))
    assert len(set(shapes)) == 3


async def test_a_failure_says_its_sentence(overlay: OverlayPage, companion: ScriptedCompanion) -> None:
    await companion.send(say.engine(status="failed", device=None, note=OUT_OF_MEMORY))
    await line(overlay).click()
    await expect(details(overlay)).to_contain_text(OUT_OF_MEMORY)
    await expect(details(overlay).get_by_role("button", name="Unload")).to_be_hidden()


async def test_a_download_of_the_chosen_one_is_followed_in_the_bar(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await companion.send(say.no_model(), say.models(say.model("v32", "pulling")))
    await expect(line(overlay)).to_have_text("v32 · 35 %")


async def test_unload_gives_the_memory_back(overlay: OverlayPage, companion: ScriptedCompanion) -> None:
    await line(overlay).click()
    await details(overlay).get_by_role("button", name="Unload").click()
    await companion.request("unload_engine")
    await companion.send(say.engine(status="off", device=None, memory_mb=None, speed=None))
    await expect(details(overlay).get_by_role("button", name="Unload")).to_be_hidden()
    await expect(details(overlay)).to_contain_text("Takes no memory now")
    await expect(details(overlay).get_by_role("button", name="Models…")).to_be_focused()


async def test_findings_of_the_model_are_switched_off_and_on(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    await line(overlay).click()
    switch = details(overlay).get_by_role("switch", name="AI findings")
    await expect(switch).to_be_checked()
    await switch.click()
    assert (await companion.request("ai"))["on"] is False
    await companion.send(say.engine(status="off", ai=False))
    await expect(switch).not_to_be_checked()


@pytest.mark.parametrize(
    ("button", "asked"), [("Read this map now", "mod"), ("Read the whole set", "mod_set")]
)
async def test_it_is_asked_about_the_map_on_screen_or_its_set(
    overlay: OverlayPage, companion: ScriptedCompanion, button: str, asked: str
) -> None:
    await line(overlay).click()
    await details(overlay).get_by_role("button", name=button).click()
    assert (await companion.request(asked))["key"] == "set/insane"
    await companion.send(say.no_model())
    await expect(details(overlay).get_by_role("button", name=button)).to_be_hidden()


async def test_what_is_refused_is_said_where_it_was_asked(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    companion.refuses["ai"] = "AI findings are off now, but that could not be written down."
    await line(overlay).click()
    await details(overlay).get_by_role("switch").click()
    await expect(details(overlay).get_by_role("alert")).to_have_text(companion.refuses["ai"])


async def test_keys_lead_through_it_and_out_again(overlay: OverlayPage) -> None:
    await line(overlay).focus()
    await overlay.press("Enter")
    await expect(details(overlay).get_by_role("switch")).to_be_focused()
    await overlay.press("Tab")
    await expect(details(overlay).get_by_role("button", name="Read this map now")).to_be_focused()
    await overlay.press("End")
    await expect(details(overlay).get_by_role("button", name="Unload")).to_be_focused()
    await overlay.press("Tab")
    await expect(details(overlay)).to_be_hidden()
    await line(overlay).click()
    await overlay.press("Escape")
    await expect(details(overlay)).to_be_hidden()
    await expect(line(overlay)).to_be_focused()


async def test_a_companion_that_says_nothing_of_an_engine_has_no_line(
    overlay: OverlayPage, companion: ScriptedCompanion
) -> None:
    companion.greeting = companion.greeting[:4]
    await overlay.page.reload()
    await expect(overlay.rows).to_have_count(1)
    await expect(line(overlay)).to_be_hidden()


async def test_it_is_gone_while_the_companion_is(overlay: OverlayPage, companion: ScriptedCompanion) -> None:
    await companion.stop()
    await expect(line(overlay)).to_be_hidden()
    await companion.start()
    await expect(line(overlay)).to_be_visible()


@pytest.mark.parametrize("width", [360, 700, 1200])
async def test_it_fits_into_the_bar(overlay: OverlayPage, companion: ScriptedCompanion, width: int) -> None:
    await overlay.page.set_viewport_size({"width": width, "height": 700})
    await companion.send(say.engine(status="failed", note=OUT_OF_MEMORY, model="/models/" + "long" * 40))
    await expect(line(overlay)).to_contain_text("stopped")
    await expect(line(overlay)).to_be_in_viewport(ratio=1)
    await expect(overlay.page.get_by_role("button", name="Menu")).to_be_in_viewport(ratio=1)
    await line(overlay).click()
    await expect(details(overlay)).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("status", ["idle", "failed"])
async def test_it_can_be_read(
    overlay: OverlayPage, companion: ScriptedCompanion, scheme: Literal["dark", "light"], status: str
) -> None:
    await overlay.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    await companion.send(say.engine(status=status, note=OUT_OF_MEMORY))
    await line(overlay).click()
    await expect(details(overlay)).to_contain_text(OUT_OF_MEMORY)
    worst = await overlay.page.evaluate(CONTRAST)
    assert [pair for pair in worst if pair[0] < 4.5] == []
