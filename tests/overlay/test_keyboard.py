"""One letter, one action."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.overlay import messages as say
from tests.overlay.scripted import ScriptedCompanion

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.overlay.overlay_page import OverlayPage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

FINDINGS = [
    say.finding(1, severity="problem"),
    say.finding(2, status="new"),
    say.finding(3, time_ms=None, link=None, timestamp="", severity="minor"),
]


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def companion(overlay: OverlayPage) -> AsyncIterator[ScriptedCompanion]:
    async with ScriptedCompanion(
        say.hello(), say.status(), say.maps(), say.map_message(FINDINGS)
    ) as companion:
        await overlay.open(companion.link)
        await expect(overlay.rows).to_have_count(3)
        yield companion


async def test_j_and_k_move_and_stop_at_both_ends(overlay: OverlayPage) -> None:
    await overlay.press("j", "j")
    await overlay.expect_selected("f2")
    await overlay.press("j", "j")
    await overlay.expect_selected("f3")
    await overlay.press("k", "k", "k")
    await overlay.expect_selected("f1")


async def test_enter_opens_the_place_in_the_editor(overlay: OverlayPage) -> None:
    await overlay.press("j", "Enter")
    assert await overlay.jumps() == ["osu://edit/00:01:400%20(1)"]


async def test_enter_on_a_finding_without_a_place_says_so(overlay: OverlayPage) -> None:
    await overlay.press("j", "j", "j", "Enter")
    await expect(overlay.toasts).to_contain_text("concerns the whole map")
    assert await overlay.jumps() == []


async def test_c_copies_the_selected_finding(overlay: OverlayPage) -> None:
    await overlay.press("j", "j", "c")
    await expect(overlay.toasts).to_contain_text("Copied")
    assert await overlay.clipboard() == "00:01:800 (1) - Circle is late (number 2)."


async def test_i_hides_and_goes_on_to_the_next_and_u_undoes(overlay: OverlayPage) -> None:
    await overlay.press("j", "i")
    await overlay.expect_rows("f2", "f3")
    await overlay.expect_selected("f2")
    await overlay.press("u")
    await overlay.expect_rows("f1", "f2", "f3")


async def test_n_shows_only_what_is_new_and_again_everything(overlay: OverlayPage) -> None:
    await overlay.press("n")
    await overlay.expect_rows("f2")
    await overlay.press("n")
    await expect(overlay.rows).to_have_count(3)


async def test_slash_searches_and_letters_typed_there_are_only_letters(overlay: OverlayPage) -> None:
    await overlay.press("/")
    await expect(overlay.search).to_be_focused()
    await overlay.page.keyboard.type("1).")
    await overlay.expect_rows("f1")
    await expect(overlay.search).to_have_value("1).")
    await expect(overlay.selected).to_have_count(0)


async def test_escape_clears_the_search_then_the_selection(overlay: OverlayPage) -> None:
    await overlay.press("j", "/")
    await overlay.page.keyboard.type("number")
    await overlay.press("Escape")
    await expect(overlay.search).to_have_value("")
    await overlay.expect_selected("f1")
    await overlay.press("Escape")
    await expect(overlay.selected).to_have_count(0)


async def test_question_mark_shows_the_keys_and_escape_puts_them_away(overlay: OverlayPage) -> None:
    await overlay.press("?")
    keys = overlay.page.get_by_role("dialog", name="Keys")
    await expect(keys).to_contain_text("Open its place in the editor")
    await overlay.press("Escape")
    await expect(keys).to_have_count(0)


async def test_enter_on_a_focused_button_presses_the_button(overlay: OverlayPage) -> None:
    await overlay.press("j")
    await overlay.page.get_by_role("button", name="Problems").focus()
    await overlay.press("Enter")
    await overlay.expect_rows("f1")
    assert await overlay.jumps() == []


async def test_a_shortcut_of_the_browser_is_left_alone(overlay: OverlayPage) -> None:
    await overlay.press("j", "Control+c")
    await expect(overlay.toasts).not_to_contain_text("Copied")


async def test_the_menu_is_walked_with_arrows_and_left_with_escape(overlay: OverlayPage) -> None:
    menu = overlay.page.get_by_role("button", name="Menu")
    await menu.focus()
    await overlay.press("ArrowDown", "ArrowDown", "ArrowDown")
    await expect(overlay.page.get_by_role("menuitemcheckbox")).to_be_focused()
    await overlay.press("Escape")
    await expect(menu).to_be_focused()
    await expect(overlay.selected).to_have_count(0)
