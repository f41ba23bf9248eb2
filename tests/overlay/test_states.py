"""What stands there when there is no list of findings, and what the menu offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from tests.overlay import messages as say
from tests.overlay.scripted import ScriptedCompanion

if TYPE_CHECKING:
    from tests.overlay.overlay_page import OverlayPage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

NO_MAPS: say.Message = say.no_maps()


def idle(**status: Any) -> ScriptedCompanion:
    return ScriptedCompanion(say.hello(), say.status(**status), NO_MAPS)


async def test_before_the_first_save_it_says_what_to_do_and_what_is_watched(overlay: OverlayPage) -> None:
    async with idle(
        folder="D:\\osu!\\Songs", sets=12, note="Only the 300 latest sets are watched."
    ) as companion:
        await overlay.open(companion.link)
        await expect(overlay.screen).to_contain_text("Press Ctrl+S in the editor")
        await expect(overlay.screen).to_contain_text("D:\\osu!\\Songs")
        await expect(overlay.screen).to_contain_text("12 sets, all of them watched")
        await expect(overlay.screen).to_contain_text("Only the 300 latest sets are watched.")


async def test_before_the_first_save_the_list_of_maps_says_what_will_be_in_it(overlay: OverlayPage) -> None:
    async with idle(folder="/songs") as companion:
        await overlay.open(companion.link)
        await overlay.page.locator("map-picker .current").click()
        listed = overlay.page.get_by_role("listbox", name="Saved lately")
        await expect(listed).to_have_text("Each difficulty you save is listed here.")


async def test_without_a_songs_folder_it_asks_for_one_and_says_why_a_path_is_refused(
    overlay: OverlayPage,
) -> None:
    async with idle(folder=None, sets=0, watching="nothing") as companion:
        companion.refuses["choose_folder"] = "There is no folder /nowhere."
        await overlay.open(companion.link)
        await expect(overlay.screen).to_contain_text("Where is your Songs folder?")
        await expect(overlay.screen).to_contain_text("“Edit externally” in its editor, and give the folder")
        await overlay.page.get_by_label("Path of the Songs folder").fill("/nowhere")
        await overlay.page.get_by_role("button", name="Watch this folder").click()
        await expect(overlay.page.get_by_role("alert")).to_have_text("There is no folder /nowhere.")
        assert (await companion.request("choose_folder"))["path"] == "/nowhere"
        await companion.send(say.status(folder="/songs"))
        await expect(overlay.screen).to_contain_text("Press Ctrl+S in the editor")


async def test_a_map_without_findings_is_called_clean(overlay: OverlayPage) -> None:
    intended = say.finding(1, intended=True)
    async with ScriptedCompanion(
        say.hello(), say.status(), say.maps(), say.map_message([intended])
    ) as companion:
        await overlay.open(companion.link)
        await expect(overlay.page.get_by_text("[Insane] is clean")).to_be_visible()
        await overlay.page.get_by_role("button", name="1 marked as intended").click()
        await overlay.expect_rows("f1")


async def test_paused_is_said_plainly_and_can_be_ended_there(overlay: OverlayPage) -> None:
    async with ScriptedCompanion(
        say.hello(), say.status(paused=True), say.maps(), say.map_message([])
    ) as companion:
        await overlay.open(companion.link)
        await expect(overlay.connection).to_contain_text("Paused: saves are not checked")
        await overlay.connection.get_by_role("button", name="Resume").click()
        assert (await companion.request("pause"))["on"] is False
        await companion.send(say.status())
        await expect(overlay.connection).to_contain_text("Watching 214 sets")


async def test_a_song_of_unknown_length_ends_with_its_last_object(overlay: OverlayPage) -> None:
    drawn = say.map_message([say.finding(1)])
    drawn["overview"] |= {"song_ms": None, "preview_ms": None, "bpm": None}
    async with ScriptedCompanion(say.hello(), say.status(), say.maps(), drawn) as companion:
        await overlay.open(companion.link)
        await expect(overlay.page.locator("map-timeline .facts")).to_contain_text("3:00, song length unknown")
        await expect(overlay.page.locator("map-timeline .facts")).to_contain_text("no timing")
        assert await overlay.view_ms() == (0, 180_000)


async def test_a_map_without_objects_still_draws(overlay: OverlayPage) -> None:
    drawn = say.map_message([])
    drawn["overview"] |= {
        "start_ms": 0,
        "end_ms": 0,
        "song_ms": None,
        "density": {"bin_ms": 1000, "counts": []},
    }
    async with ScriptedCompanion(say.hello(), say.status(), say.maps(), drawn) as companion:
        await overlay.open(companion.link)
        await overlay.page.wait_for_function("() => window.drawn.length === 1")


async def test_a_notice_of_the_companion_is_shown(overlay: OverlayPage) -> None:
    async with idle() as companion:
        await overlay.open(companion.link)
        await expect(overlay.screen).to_be_visible()
        await companion.send(say.notice("warning", "mapside.sqlite was put aside."))
        await expect(overlay.toasts).to_contain_text("mapside.sqlite was put aside.")


@pytest.mark.parametrize(
    ("item", "wanted"),
    [
        ("Check now", {"type": "check", "key": "set/insane"}),
        ("Pause checking", {"type": "pause", "on": True}),
        ("Open the log", {"type": "open_log"}),
    ],
)
async def test_the_menu_offers_what_the_tray_does(
    overlay: OverlayPage, item: str, wanted: say.Message
) -> None:
    async with ScriptedCompanion(say.hello(), say.status(), say.maps(), say.map_message([])) as companion:
        await overlay.open(companion.link)
        await expect(overlay.page.get_by_text("is clean")).to_be_visible()
        await overlay.menu(item)
        asked = await companion.request(str(wanted["type"]))
        assert {key: asked[key] for key in asked if key != "id"} == wanted


async def test_the_menu_chooses_a_folder_and_quits_only_when_told_twice(overlay: OverlayPage) -> None:
    async with idle(folder="/songs") as companion:
        await overlay.open(companion.link)
        await expect(overlay.screen).to_be_visible()
        await overlay.menu("Songs folder…")
        await expect(overlay.page.get_by_label("Path of the Songs folder")).to_have_value("/songs")
        await overlay.page.get_by_label("Path of the Songs folder").fill("/other")
        await overlay.press("Enter")
        assert (await companion.request("choose_folder"))["path"] == "/other"
        await expect(overlay.page.get_by_role("dialog")).to_have_count(0)
        await overlay.menu("Quit Mapside…")
        assert all(message["type"] != "quit" for message in companion.received)
        await overlay.page.get_by_role("dialog").get_by_role("button", name="Quit").click()
        await companion.request("quit")


async def test_a_first_look_counts_findings_and_calls_none_of_them_new(overlay: OverlayPage) -> None:
    async with idle() as companion:
        await overlay.open(companion.link)
        await expect(overlay.screen).to_be_visible()
        first = say.map_message([say.finding(1), say.finding(2)])
        await companion.send(first, say.maps())
        await expect(overlay.delta).to_have_text("First look at this map: 2 findings", use_inner_text=True)
        await companion.send({**first, "map_version": 2})  # its song's length is known now
        await expect(overlay.delta).to_have_text("First look at this map: 2 findings", use_inner_text=True)
        await companion.send(say.map_message([say.finding(1)], map_version=3))
        await expect(overlay.delta).to_contain_text("1 still")


async def test_a_save_that_changes_no_finding_says_so(overlay: OverlayPage) -> None:
    async with ScriptedCompanion(
        say.hello(), say.status(), say.maps(), say.map_message([say.finding(1)])
    ) as companion:
        await overlay.open(companion.link)
        await companion.send(say.map_message([say.finding(1)], map_version=2))
        await expect(overlay.page.locator("save-delta .changes")).to_have_text("Nothing new, nothing gone")


async def test_the_save_that_cleans_a_map_is_thanked_for_it(overlay: OverlayPage) -> None:
    async with ScriptedCompanion(
        say.hello(), say.status(), say.maps(), say.map_message([say.finding(1)])
    ) as companion:
        await overlay.open(companion.link)
        await expect(overlay.rows).to_have_count(1)
        await companion.send(say.map_message([], map_version=2, gone=[say.gone(say.finding(1))]))
        await expect(overlay.page.get_by_text("[Insane] is clean now")).to_be_visible()
        await expect(overlay.page.get_by_text("That save took care of the last finding.")).to_be_visible()


async def test_a_difficulty_without_a_name_goes_by_its_file(overlay: OverlayPage) -> None:
    nameless = say.map_message([])
    nameless["metadata"] = say.vary(nameless["metadata"], version="", creator="", file="unnamed.osu")
    async with ScriptedCompanion(say.hello(), say.status(), say.maps(), nameless) as companion:
        await overlay.open(companion.link)
        await expect(overlay.page.locator("map-picker .version")).to_have_text("unnamed.osu")


async def test_objects_after_the_end_of_the_song_do_not_make_it_look_short(overlay: OverlayPage) -> None:
    late = say.map_message([])
    late["overview"] = say.overview(180_000, song_ms=60_000)
    async with ScriptedCompanion(say.hello(), say.status(), say.maps(), late) as companion:
        await overlay.open(companion.link)
        await expect(overlay.page.locator(".facts")).to_contain_text("3:00, song ends at 1:00")
