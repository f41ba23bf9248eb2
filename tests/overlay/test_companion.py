"""The page and the real companion together: a file is saved, and what is wrong with it is on screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import expect

from engine.beatmap.builder import osu
from tests.companion_process import RunningCompanion

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.overlay.overlay_page import OverlayPage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

BEAT_MS = 400


class Mapper:
    """Saves a difficulty with some of its circles off their beat."""

    def __init__(self, songs: Path) -> None:
        self._folder = songs / "1 Somebody - Song"
        self._folder.mkdir(parents=True)

    def save(self, version: str, *, late: tuple[int, ...] = ()) -> None:
        mapped = (
            osu()
            .metadata(artist="Somebody", title="Song", creator="Mapper", version=version)
            .timing(150, at=0)
        )
        for beat in range(100):
            at = 1000 + beat * BEAT_MS + (7 if beat in late else 0)
            mapped = mapped.circle(at=at, x=100 + 13 * (beat % 24), y=192, new_combo=beat % 4 == 0)
        (self._folder / f"Somebody - Song (Mapper) [{version}].osu").write_bytes(mapped.bytes())


@pytest_asyncio.fixture(loop_scope="session")
async def companion(tmp_path: Path) -> AsyncIterator[RunningCompanion]:
    (tmp_path / "Songs").mkdir()
    async with RunningCompanion(tmp_path / "home", "--songs", str(tmp_path / "Songs")) as companion:
        yield companion


@pytest.fixture
def mapper(tmp_path: Path) -> Mapper:
    return Mapper(tmp_path / "Songs")


async def late_circles(overlay: OverlayPage) -> None:
    """Leaves only what these maps differ in: the circles off their beat."""
    await overlay.page.get_by_label("Category").select_option("Compose")
    await overlay.search.fill("unsnapped")


async def test_a_save_brings_its_findings_with_links_into_the_editor(
    overlay: OverlayPage, companion: RunningCompanion, mapper: Mapper
) -> None:
    await overlay.open(companion.link)
    await expect(overlay.screen).to_contain_text("Press Ctrl+S in the editor")
    mapper.save("Hard", late=(4,))
    await expect(overlay.page.locator("map-picker .current")).to_contain_text("[Hard]")
    link = overlay.rows.get_by_role("link", name="00:02:607 (1)")
    await expect(link.first).to_have_attribute("href", "osu://edit/00:02:607%20(1)")


async def test_the_next_save_says_what_is_new_and_what_is_gone(
    overlay: OverlayPage, companion: RunningCompanion, mapper: Mapper
) -> None:
    mapper.save("Hard", late=(4, 9))
    await overlay.open(companion.link)
    mapper.save("Hard", late=(4, 9))
    await expect(overlay.rows.first).to_be_visible()
    mapper.save("Hard", late=(9, 20))
    await expect(overlay.delta).to_contain_text("+1 new1 gone")
    await expect(overlay.page.locator("save-delta .change.new")).to_contain_text("00:09:007 (1)")
    await expect(overlay.page.locator("save-delta .change.gone")).to_contain_text("00:02:607 (1)")


async def test_intended_survives_reload_restart_and_the_next_save_until_undone(
    overlay: OverlayPage, companion: RunningCompanion, mapper: Mapper
) -> None:
    await overlay.open(companion.link)
    await expect(overlay.screen).to_contain_text("Press Ctrl+S in the editor")
    mapper.save("Hard", late=(4,))
    row = overlay.rows.filter(has_text="00:02:607 (1)").first
    await row.click()
    everything = await overlay.rows.count()
    await overlay.press("i")
    await expect(overlay.rows).to_have_count(everything - 1)
    await companion.stop()
    await expect(overlay.connection).to_contain_text("Disconnected")
    await companion.start()
    await expect(overlay.connection).to_contain_text("Watching 1 set")
    await overlay.page.reload()
    await expect(overlay.rows).to_have_count(everything - 1)
    mapper.save("Hard", late=(4, 8))
    await expect(overlay.delta).to_contain_text("+1 new")
    await expect(overlay.rows.filter(has_text="00:02:607 (1)")).to_have_count(0)
    await overlay.menu("Show intended findings")
    await overlay.rows.filter(has_text="intended").click()
    await overlay.press("i")
    await overlay.menu("Show intended findings")
    await expect(overlay.rows.filter(has_text="00:02:607 (1)")).to_have_count(1)


async def test_difficulties_can_be_switched_and_one_pinned(
    overlay: OverlayPage, companion: RunningCompanion, mapper: Mapper
) -> None:
    current = overlay.page.locator("map-picker .current")
    await overlay.open(companion.link)
    await expect(overlay.screen).to_contain_text("Press Ctrl+S in the editor")
    mapper.save("Hard")
    await expect(current).to_contain_text("[Hard]")
    mapper.save("Normal")
    await expect(current).to_contain_text("[Normal]")
    await overlay.choose_map("Hard")
    await expect(current).to_contain_text("[Hard]")
    mapper.save("Normal", late=(4,))
    await expect(overlay.toasts).to_contain_text("[Normal] was saved")
    await expect(current).to_contain_text("[Hard]")
    await overlay.toasts.get_by_role("button", name="Show it").click()
    await expect(current).to_contain_text("[Normal]")


async def test_a_wrong_token_is_turned_away_with_an_explanation(
    overlay: OverlayPage, companion: RunningCompanion
) -> None:
    await overlay.open(companion.link[:-4] + "AAAA")
    await expect(overlay.screen).to_contain_text("did not accept this page")


async def test_a_paused_companion_checks_nothing_until_it_is_resumed_or_told_to(
    overlay: OverlayPage, companion: RunningCompanion, mapper: Mapper
) -> None:
    await overlay.open(companion.link)
    await expect(overlay.screen).to_contain_text("Press Ctrl+S in the editor")
    mapper.save("Hard")
    await expect(overlay.page.locator("map-picker .current")).to_contain_text("[Hard]")
    await overlay.menu("Pause checking")
    await expect(overlay.connection).to_contain_text("Paused")
    mapper.save("Hard", late=(4,))
    await overlay.menu("Check now")
    await expect(overlay.delta).to_contain_text("+1 new")
    await overlay.connection.get_by_role("button", name="Resume").click()
    await expect(overlay.connection).to_contain_text("Watching 1 set")


async def test_a_folder_pasted_into_the_page_is_watched_and_quit_ends_the_companion(
    overlay: OverlayPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))  # so that no osu! of this machine's user is found
    async with RunningCompanion(tmp_path / "home") as companion:
        await overlay.open(companion.link)
        path = overlay.page.get_by_label("Path of the Songs folder")
        await path.fill(str(tmp_path / "nowhere"))
        await overlay.press("Enter")
        await expect(overlay.page.get_by_role("alert")).to_contain_text("There is no folder")
        mapper = Mapper(tmp_path / "Songs")
        await path.fill(str(tmp_path / "Songs"))
        await overlay.press("Enter")
        await expect(overlay.screen).to_contain_text(str(tmp_path / "Songs"))
        mapper.save("Hard", late=(4,))
        await expect(overlay.page.locator("map-picker .current")).to_contain_text("[Hard]")
        await overlay.menu("Quit Mapside…")
        await overlay.page.get_by_role("dialog").get_by_role("button", name="Quit").click()
        assert await companion.ended() == 0
        await expect(overlay.connection).to_contain_text("Disconnected")


async def test_an_object_is_picked_on_the_timeline_and_stays_so_over_a_save(
    overlay: OverlayPage, companion: RunningCompanion, mapper: Mapper
) -> None:
    await overlay.open(companion.link)
    await expect(overlay.screen).to_contain_text("Press Ctrl+S in the editor")
    mapper.save("Hard")
    await overlay.page.wait_for_function(
        "() => document.querySelector('map-timeline')?.objects.some(({ at }) => at === 4)"
    )
    place = await overlay.page.evaluate(
        "() => document.querySelector('map-timeline').objects.find(({ at }) => at === 4)"
    )
    await overlay.stage.click(position={"x": place["x"], "y": place["y"]})
    stamp = overlay.page.get_by_role("group", name="Selected objects").get_by_role("link")
    await expect(stamp).to_have_attribute("href", "osu://edit/00:02:600%20(1)")
    mapper.save("Hard", late=(8,))
    await expect(overlay.rows.get_by_role("link", name="00:04:207 (1)").first).to_be_visible()
    await expect(stamp).to_have_attribute("href", "osu://edit/00:02:600%20(1)")
    await overlay.press("Shift+ArrowRight")
    await expect(stamp).to_have_attribute("href", "osu://edit/00:02:600%20(1,2)")
