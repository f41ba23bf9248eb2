"""The playable preview, watched: what stands on the fields, and that it keeps time with the song."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from engine.beatmap import builder
from tests.overlay.player import maps
from tests.overlay.player.page import osu_place

if TYPE_CHECKING:
    from tests.overlay.player.page import PlayerPage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

GROUND = 60
"""Sum of the three colours of an empty field, at most."""


class TestField:
    async def test_a_circle_is_drawn_at_its_place_and_not_before_its_approach(
        self, player: PlayerPage
    ) -> None:
        made = maps.plain_osu().difficulty(cs=4, ar=5).circle(5_000, 100, 300)
        await player.show(None, maps.stretch(made))
        rim = osu_place(100 + 0.94 * 36.48, 300)
        await player.seek(5_000 - 1_201)
        assert sum(await player.light("after", *osu_place(100, 300))) < GROUND
        await player.seek(5_000)
        assert sum(await player.light("after", *osu_place(100, 300))) > 3 * GROUND
        assert sum(await player.light("after", *rim, radius=2)) > 3 * GROUND
        assert sum(await player.light("after", *osu_place(100 + 60, 300))) < GROUND
        await player.seek(5_241)
        assert sum(await player.light("after", *osu_place(100, 300))) < GROUND

    async def test_the_approach_circle_closes_in(self, player: PlayerPage) -> None:
        made = maps.plain_osu().difficulty(cs=4, ar=5).circle(5_000, 256, 192)
        await player.show(None, maps.stretch(made))
        halfway = osu_place(256 + 2.5 * 36.48, 192)
        await player.seek(4_400)
        assert sum(await player.light("after", *halfway, radius=1)) > 2 * GROUND
        await player.seek(4_800)
        assert sum(await player.light("after", *halfway, radius=1)) < GROUND

    async def test_the_ball_is_where_the_slider_is_played(self, player: PlayerPage) -> None:
        made = (
            maps.plain_osu().difficulty(slider_multiplier=1).slider(5_000, "L|400:192", 200, 2, x=200, y=192)
        )
        await player.show(None, maps.stretch(made))
        over = osu_place(300, 192 - 1.9 * 36.48)  # the ring around the ball stands out of the body
        await player.seek(5_000 + maps.BEAT_MS)
        assert sum(await player.light("after", *over, radius=2)) > 2 * GROUND
        await player.seek(5_000 + 2 * maps.BEAT_MS)
        assert sum(await player.light("after", *over, radius=2)) < GROUND
        await player.seek(5_000 + 3 * maps.BEAT_MS)
        assert sum(await player.light("after", *over, radius=2)) > 2 * GROUND

    async def test_don_is_red_and_kat_is_blue_where_they_are_hit(self, player: PlayerPage) -> None:
        made = builder.taiko().timing(maps.BPM).don(5_000).kat(6_000)
        await player.show(None, maps.stretch(made))
        canvas = player.side("after").locator("canvas")
        box = await canvas.bounding_box()
        assert box is not None
        note = box["height"] * 0.44
        drum = (note * 1.25 - note * 0.35) / box["width"], 0.5
        await player.seek(5_000)
        red, _, blue = await player.light("after", *drum, radius=2)
        assert red > 2 * blue
        await player.seek(6_000)
        red, _, blue = await player.light("after", *drum, radius=2)
        assert blue > 2 * red

    async def test_a_fruit_reaches_the_plate_when_it_is_caught(self, player: PlayerPage) -> None:
        made = builder.catch().timing(maps.BPM).difficulty(cs=4, ar=5).fruit(5_000, 400)
        await player.show(None, maps.stretch(made))

        def at(y: float) -> tuple[float, float]:
            return (400 + 64) / 640, y / 480

        await player.seek(5_000)
        assert sum(await player.light("after", *at(405))) > 3 * GROUND
        await player.seek(5_000 - 600)
        assert sum(await player.light("after", *at(210))) > 3 * GROUND
        assert sum(await player.light("after", *at(405))) < 2 * GROUND

    async def test_a_note_falls_in_its_column_and_lights_its_key(self, player: PlayerPage) -> None:
        made = builder.mania(4).timing(maps.BPM).note(5_000, column=2)
        await player.show(None, maps.stretch(made))
        box = await player.side("after").locator("canvas").bounding_box()
        assert box is not None

        def at(column: int, y: float) -> tuple[float, float]:
            return 0.5 + (column - 1.5) * 66 / box["width"], y

        await player.seek(4_999)
        assert sum(await player.light("after", *at(2, 0.855))) > 4 * GROUND
        assert sum(await player.light("after", *at(1, 0.855))) < GROUND + 30
        dark = sum(await player.light("after", *at(2, 0.95)))
        await player.seek(5_010)
        assert sum(await player.light("after", *at(2, 0.95))) > dark + 100

    @pytest.mark.parametrize("mode", list(maps.PAIRS))
    async def test_what_is_new_is_marked_until_that_is_switched_off(
        self, player: PlayerPage, mode: str
    ) -> None:
        await player.show_pair(mode)
        await player.seek(5_400)
        picture = "document.querySelector('.side[data-side=after] canvas').toDataURL()"
        marked = await player.page.evaluate(picture)
        await player.wish("Mark changes", on=False)
        await player.seek(5_400)
        assert await player.page.evaluate(picture) != marked
        await expect(player.side("after").locator(".count")).to_have_text(
            re.compile(r"^\d+ objects, \d+ new$")
        )
        await expect(player.side("before").locator(".count")).to_have_text(re.compile("replaced$"))

    @pytest.mark.parametrize("mode", list(maps.PAIRS))
    async def test_the_same_moment_is_always_the_same_picture(self, player: PlayerPage, mode: str) -> None:
        await player.show_pair(mode)
        picture = "[...document.querySelectorAll('.side canvas')].map((each) => each.toDataURL()).join()"
        await player.seek(5_400)
        first = await player.page.evaluate(picture)
        await player.seek(7_000)
        assert await player.page.evaluate(picture) != first
        await player.seek(5_400)
        assert await player.page.evaluate(picture) == first

    async def test_both_sides_draw_the_same_moment(self, player: PlayerPage) -> None:
        same = maps.stretch(maps.osu_after())
        await player.show(same, same)
        await player.seek(5_600)
        pictures = await player.page.evaluate(
            "[...document.querySelectorAll('.side canvas')].map((each) => each.toDataURL())"
        )
        assert pictures[0] == pictures[1]

    async def test_nothing_is_asked_of_the_browser_while_nothing_moves(self, player: PlayerPage) -> None:
        await player.show_pair()
        await player.page.wait_for_timeout(200)
        before = await player.page.evaluate("window.frames")
        await player.page.wait_for_timeout(300)
        assert await player.page.evaluate("window.frames") == before
