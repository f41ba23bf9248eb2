"""The panel of models, and the line that says how to get one."""

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

MAP = (say.hello(), say.status(), say.maps(), say.map_message([say.finding(1)]))
FOLDER = "/home/me/my model"
MISSING = f"There is no folder {FOLDER}. Give the whole path of a checkpoint's folder."
DIFFUSION = say.model("osu-diffusion", "complete", title="osu! diffusion v2", purposes=["diffusion"])
LISTED = (say.model("v32"), say.model("v31", "complete"), say.model("v30", "absent", modes=["osu"]))


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def companion(overlay: OverlayPage) -> AsyncIterator[ScriptedCompanion]:
    async with ScriptedCompanion(*MAP, say.engine(status="idle"), say.models(*LISTED)) as companion:
        await overlay.open(companion.link)
        await expect(overlay.rows).to_have_count(1)
        yield companion


def panel(overlay: OverlayPage) -> Locator:
    return overlay.page.get_by_role("dialog", name="Models")


def row(overlay: OverlayPage, name: str) -> Locator:
    return panel(overlay).get_by_role("listitem", name=f"Mapperatorinator {name.upper()}", exact=True)


def hint(overlay: OverlayPage) -> Locator:
    return overlay.page.get_by_role("region", name="No model yet")


async def without_model(companion: ScriptedCompanion, *listed: say.Message) -> None:
    await companion.send(say.no_model(), say.models(*(listed or (say.model("v32", "absent"),))))


class TestTheList:
    @pytest_asyncio.fixture(autouse=True, loop_scope="session")
    async def opened(self, overlay: OverlayPage, companion: ScriptedCompanion) -> None:
        assert companion.port
        await overlay.menu("Models…")
        await expect(panel(overlay)).to_be_visible()

    async def test_every_model_has_state_modes_size_and_licence(self, overlay: OverlayPage) -> None:
        await expect(row(overlay, "v32")).to_contain_text("in use")
        await expect(row(overlay, "v32")).to_contain_text("On this machine all modes · 876 MB")
        await expect(row(overlay, "v30")).to_contain_text("Not downloaded osu! · size not known yet")
        await expect(row(overlay, "v30")).to_contain_text("Licence: not verified; see the model's page")

    async def test_another_one_is_chosen_with_one_click(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await expect(row(overlay, "v32").get_by_role("button", name="Use")).to_be_hidden()
        await row(overlay, "v31").get_by_role("button", name="Use").click()
        assert (await companion.request("choose_model"))["name"] == "v31"
        await companion.send(say.models(*LISTED, chosen="v31"))
        await expect(row(overlay, "v31").get_by_text("in use")).to_be_visible()
        await expect(row(overlay, "v32").get_by_text("in use")).to_be_hidden()

    async def test_a_download_shows_amount_rate_and_time_left_until_it_is_there(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await row(overlay, "v30").get_by_role("button", name="Download").click()
        assert (await companion.request("pull_model"))["name"] == "v30"
        await companion.send(say.models(*LISTED[:2], say.model("v30", "pulling")))
        await expect(row(overlay, "v30")).to_contain_text("311 of 876 MB · 9.4 MB/s · 70 s left")
        bar = row(overlay, "v30").get_by_role("progressbar")
        assert await bar.evaluate("(bar) => bar.position") == pytest.approx(0.35)
        await companion.send(say.models(*LISTED[:2], say.model("v30", "complete")))
        await expect(bar).to_be_hidden()
        await expect(row(overlay, "v30").get_by_role("button", name="Use")).to_be_visible()

    async def test_a_download_of_unknown_size_claims_no_share(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        unknown = say.model(
            "v30", "pulling", size_bytes=None, total_bytes=None, done_bytes=0, bytes_per_s=None
        )
        await companion.send(say.models(unknown))
        bar = row(overlay, "v30").get_by_role("progressbar")
        assert await bar.evaluate("(bar) => bar.position") == -1
        await expect(row(overlay, "v30")).to_contain_text("Asking for it")

    async def test_it_is_cancelled_kept_in_part_and_resumed_with_the_keyboard_alone(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await row(overlay, "v30").get_by_role("button", name="Download").focus()
        await overlay.press("Enter")
        await companion.send(say.models(*LISTED[:2], say.model("v30", "pulling")))
        await expect(row(overlay, "v30").get_by_role("button", name="Cancel")).to_be_focused()
        await overlay.press("Enter")
        assert (await companion.request("cancel_pull"))["name"] == "v30"
        await companion.send(say.models(*LISTED[:2], say.model("v30", "partial")))
        await expect(row(overlay, "v30")).to_contain_text("Stopped at 13 %")
        await expect(row(overlay, "v30").get_by_role("button", name="Resume")).to_be_focused()
        companion.received.clear()
        await overlay.press("Enter")
        assert (await companion.request("pull_model"))["name"] == "v30"

    async def test_removing_asks_once_and_says_what_is_freed(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        remove = row(overlay, "v31").get_by_role("button", name="Remove")
        await remove.click()
        question = row(overlay, "v31").get_by_role("group", name="Remove Mapperatorinator V31 (876 MB)")
        await expect(question.get_by_role("button", name="Keep")).to_be_focused()
        await overlay.press("Escape")
        await expect(question).to_be_hidden()
        await expect(panel(overlay)).to_be_visible()
        assert [each for each in companion.received if each["type"] == "remove_model"] == []
        await remove.click()
        await question.get_by_role("button", name="Remove").click()
        assert (await companion.request("remove_model"))["name"] == "v31"

    async def test_a_question_survives_the_progress_of_another_download(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await row(overlay, "v31").get_by_role("button", name="Remove").click()
        await companion.send(say.models(*LISTED[:2], say.model("v30", "pulling")))
        await expect(row(overlay, "v30")).to_contain_text("Downloading")
        await expect(row(overlay, "v31").get_by_role("button", name="Keep")).to_be_focused()

    async def test_what_is_refused_is_said_at_its_model(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        companion.refuses["pull_model"] = "V30 is being fetched by another Mapside; wait for that one."
        await row(overlay, "v30").get_by_role("button", name="Download").click()
        await expect(row(overlay, "v30").get_by_role("alert")).to_have_text(companion.refuses["pull_model"])

    async def test_a_download_that_fails_says_why_in_the_panel_and_below_it(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await companion.send(say.notice("error", "The connection to the hub was lost."))
        await expect(panel(overlay).get_by_role("status")).to_have_text("The connection to the hub was lost.")
        await overlay.press("Escape")
        await expect(overlay.toasts).to_contain_text("The connection to the hub was lost.")

    async def test_good_news_is_said_once(self, overlay: OverlayPage, companion: ScriptedCompanion) -> None:
        await companion.send(say.notice("info", "v30 is here and ready."))
        await expect(panel(overlay).get_by_role("status")).to_have_text("v30 is here and ready.")
        await expect(overlay.toasts).not_to_contain_text("v30")

    async def test_a_folder_of_ones_own_is_pasted(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        path = panel(overlay).get_by_label("Path of a model's folder")
        companion.refuses["choose_model"] = MISSING
        await path.fill(f"  {FOLDER} ")
        await overlay.press("Enter")
        await expect(panel(overlay).get_by_text(MISSING)).to_be_visible()
        await expect(path).to_have_value(f"  {FOLDER} ")
        companion.refuses.clear()
        await overlay.press("Enter")
        await expect(path).to_have_value("")
        assert (await companion.request("choose_model"))["name"] == FOLDER

    async def test_why_a_folder_is_refused_is_said_in_sight_under_a_long_list(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await companion.send(say.models(*(say.model(f"v{number}", "absent") for number in range(20, 33))))
        companion.refuses["choose_model"] = MISSING
        await panel(overlay).get_by_label("Path of a model's folder").fill(FOLDER)
        await overlay.press("Enter")
        await expect(panel(overlay).get_by_text(MISSING)).to_be_in_viewport(ratio=1)

    async def test_a_folder_that_broke_says_so_and_is_not_mapsides_to_remove(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        broken = say.model(FOLDER, "broken", title="my model", note="config.json is missing.")
        await companion.send(say.models(broken, chosen=FOLDER))
        mine = panel(overlay).get_by_role("listitem", name="my model")
        await expect(mine).to_contain_text("Cannot be used")
        await expect(mine).to_contain_text("config.json is missing.")
        await expect(mine.get_by_role("button").locator("visible=true")).to_have_count(0)

    async def test_one_that_only_helps_others_is_not_offered_for_findings(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await companion.send(say.models(*LISTED, DIFFUSION))
        helper = panel(overlay).get_by_role("listitem", name="osu! diffusion v2")
        await expect(helper).to_contain_text("it has no opinion of a map")
        await expect(helper.get_by_role("button", name="Use")).to_be_hidden()

    async def test_a_title_with_markup_in_it_is_text(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await companion.send(say.models(say.model(title="<img src=x onerror=alert(1)>", note="<b>bold</b>")))
        await expect(panel(overlay)).to_contain_text("<img src=x onerror=alert(1)>")
        await expect(panel(overlay).locator("img, li b")).to_have_count(0)

    @pytest.mark.parametrize("width", [360, 1200])
    @pytest.mark.parametrize("scheme", ["dark", "light"])
    async def test_it_fits_and_can_be_read(
        self,
        overlay: OverlayPage,
        companion: ScriptedCompanion,
        width: int,
        scheme: Literal["dark", "light"],
    ) -> None:
        long = say.model("/models/" + "long" * 60, "broken", title="long" * 60, note="/models/" + "long" * 60)
        await overlay.page.set_viewport_size({"width": width, "height": 700})
        await overlay.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await companion.send(
            say.models(*LISTED[:2], say.model("v30", "pulling"), say.model("v29", "partial"), long)
        )
        await row(overlay, "v31").get_by_role("button", name="Remove").click()
        wide = "(dialog) => dialog.scrollWidth - dialog.clientWidth"
        assert await panel(overlay).evaluate(wide) == 0
        # The page behind is dimmed; what is open is what has to be read.
        worst = await overlay.page.evaluate(CONTRAST)
        assert [pair for pair in worst if pair[0] < 4.5] == []


class TestTheHint:
    async def test_with_a_model_nothing_is_said(self, overlay: OverlayPage) -> None:
        await expect(hint(overlay)).to_be_hidden()

    async def test_without_one_the_page_offers_the_default_with_its_licence_said_before(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await without_model(companion, say.model("v32", "absent", size_bytes=876_000_000))
        await expect(hint(overlay)).to_contain_text("Mapperatorinator V32 · 876 MB · Licence: not verified")
        await hint(overlay).get_by_role("button", name="Download").click()
        assert (await companion.request("pull_model"))["name"] == "v32"
        await companion.send(say.models(say.model("v32", "pulling")))
        await expect(hint(overlay)).to_be_hidden()

    async def test_everything_else_works_beside_it(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await without_model(companion)
        await overlay.press("j")
        await overlay.expect_selected("f1")
        await companion.send(say.map_message([say.finding(1), say.finding(2, status="new")], map_version=2))
        await expect(overlay.delta).to_contain_text("+1 new")

    async def test_it_is_the_only_one_to_say_so_in_full(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await expect(overlay.page.locator("opinion-strip")).to_be_visible()
        await without_model(companion)
        await expect(hint(overlay)).to_be_visible()
        await expect(overlay.page.locator("opinion-strip")).to_be_hidden()

    async def test_put_away_it_stays_away(self, overlay: OverlayPage, companion: ScriptedCompanion) -> None:
        companion.greeting[4:] = [say.no_model(), say.models(say.model("v32", "absent"))]
        await overlay.page.reload()
        await hint(overlay).get_by_role("button", name="Not now").click()
        await expect(hint(overlay)).to_be_hidden()
        await overlay.page.reload()
        await expect(overlay.page.locator("engine-state")).to_contain_text("No model")
        await expect(hint(overlay)).to_be_hidden()

    async def test_a_refusal_is_said_in_it(self, overlay: OverlayPage, companion: ScriptedCompanion) -> None:
        companion.refuses["pull_model"] = "There is no room for it: 300 MB more are needed."
        await without_model(companion)
        await hint(overlay).get_by_role("button", name="Download").click()
        await expect(hint(overlay).get_by_role("alert")).to_have_text(companion.refuses["pull_model"])

    async def test_it_leads_to_all_models(self, overlay: OverlayPage, companion: ScriptedCompanion) -> None:
        await without_model(companion)
        await hint(overlay).get_by_role("button", name="All models").click()
        await expect(row(overlay, "v32")).to_be_visible()

    async def test_a_download_that_was_broken_off_is_resumed(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await without_model(companion, say.model("v32", "partial"))
        await expect(hint(overlay).get_by_role("button", name="Resume the download")).to_be_visible()

    async def test_one_that_is_here_already_is_offered_before_any_download(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await without_model(companion, say.model("v32", "absent"), DIFFUSION, say.model("v31"))
        await hint(overlay).get_by_role("button", name="Use it").click()
        assert (await companion.request("choose_model"))["name"] == "v31"

    async def test_who_has_switched_it_off_is_not_asked(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await without_model(companion)
        await expect(hint(overlay)).to_be_visible()
        await companion.send(say.no_model(ai=False))
        await expect(hint(overlay)).to_be_hidden()

    async def test_nothing_is_offered_before_the_list_is_known(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        companion.greeting[4:] = [say.no_model(), say.models()]
        await overlay.page.reload()
        await expect(overlay.page.locator("engine-state")).to_be_visible()
        await expect(hint(overlay)).to_be_hidden()

    @pytest.mark.parametrize("scheme", ["dark", "light"])
    async def test_at_360_px_it_covers_nothing_and_can_be_read(
        self, overlay: OverlayPage, companion: ScriptedCompanion, scheme: Literal["dark", "light"]
    ) -> None:
        await overlay.page.set_viewport_size({"width": 360, "height": 640})
        await overlay.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await without_model(companion)
        await expect(hint(overlay)).to_be_in_viewport(ratio=1)
        await expect(overlay.rows.first).to_be_in_viewport(ratio=1)
        worst = await overlay.page.evaluate(CONTRAST)
        assert [pair for pair in worst if pair[0] < 4.5] == []
