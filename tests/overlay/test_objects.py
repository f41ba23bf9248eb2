"""Who looks closely sees the map's objects on the timeline, picks among them, and has them written anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from daemon.protocol_objects import timeline_objects
from daemon.timeline_objects import TimelineObject, TimelinePart
from engine.beatmap.objects import Mode
from engine.beatmap.timestamps import discussion_stamp, editor_link
from tests.overlay import messages as say
from tests.overlay import writing_messages as write
from tests.overlay.object_messages import BEAT_MS, COUNT, answer, on_beats
from tests.overlay.scripted import ScriptedCompanion
from tests.overlay.test_wire import SPY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Locator

    from engine.beatmap.beatmap import Beatmap
    from tests.overlay.messages import Message
    from tests.overlay.overlay_page import OverlayPage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MODES = ("osu", "taiko", "catch", "mania")
END_MS = 180_000
FINDINGS = [
    say.finding(1, time_ms=12 * BEAT_MS, timestamp="00:04:800 (4)", severity="problem"),
    say.finding(2, time_ms=100_000, timestamp="01:40:000"),
]
MAPS = {mode: on_beats(mode).beatmap() for mode in MODES}


def drawn(mode: str = "osu", **changes: Any) -> Message:
    overview = say.overview(
        END_MS, bpm=[150, 150, 150], red_lines=[0], breaks=[], kiai=[], bookmarks=[], preview_ms=None
    )
    message = say.map_message(FINDINGS, overview=overview, **changes)
    return {**message, "metadata": {**message["metadata"], "mode": mode}}


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def companion(overlay: OverlayPage) -> AsyncIterator[ScriptedCompanion]:
    async with ScriptedCompanion(
        say.hello(), say.status(), say.maps(), drawn(), write.writing()
    ) as companion:
        companion.answers = {**write.answers(), "objects": answer(MAPS["osu"])}
        await overlay.open(companion.link)
        await expect(overlay.rows).to_have_count(2)
        yield companion


async def change_to(companion: ScriptedCompanion, overlay: OverlayPage, mode: str) -> Beatmap:
    """The page shows a map of that mode from its beginning, so near that its objects are seen."""
    if mode != "osu":
        companion.answers["objects"] = answer(MAPS[mode], 2)
        await companion.send(drawn(mode, map_version=2))
        await overlay.page.wait_for_function("() => window.drawn.length === 2")
    await look_closely(overlay)
    return MAPS[mode]


async def look_closely(overlay: OverlayPage) -> None:
    """From the beginning on, some fifteen seconds of it."""
    await overlay.stage.hover(position={"x": 0, "y": 110})
    await overlay.page.mouse.wheel(0, -1500)
    await overlay.page.wait_for_function("() => document.querySelector('map-timeline').objects.length > 0")


async def objects(overlay: OverlayPage) -> list[dict[str, Any]]:
    return list(await overlay.page.evaluate("() => document.querySelector('map-timeline').objects"))


async def click(overlay: OverlayPage, number: int, **how: Any) -> None:
    place = next(each for each in await objects(overlay) if each["at"] == number)
    await overlay.stage.click(position={"x": place["x"], "y": place["y"]}, **how)


def bar(overlay: OverlayPage) -> Locator:
    return overlay.page.get_by_role("group", name="Selected objects")


def stamp(overlay: OverlayPage) -> Locator:
    return bar(overlay).locator("a.stamp")


def menu(overlay: OverlayPage) -> Locator:
    return overlay.page.get_by_role("menu", name="Objects")


def range_field(overlay: OverlayPage) -> Locator:
    return overlay.page.get_by_role("dialog", name="Regenerate").get_by_role("textbox", name="Range")


def link(beatmap: Beatmap, *numbers: int) -> str:
    told = editor_link(beatmap, beatmap.objects[numbers[0]].time_ms, numbers)
    assert told is not None
    return told


async def pixels(overlay: OverlayPage) -> int:
    """Of the song's canvas, those in the middle of the objects' row that are drawn in full."""
    count = await overlay.page.evaluate(
        """() => {
          const canvas = document.querySelector(".stage canvas");
          const ratio = devicePixelRatio;
          const { data } = canvas.getContext("2d").getImageData(0, 109 * ratio, canvas.width, 1);
          return data.filter((value, at) => at % 4 === 3 && value > 250).length;
        }"""
    )
    return int(count)


class TestAreSeen:
    async def test_only_by_those_who_look_closely(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        assert await objects(overlay) == []
        assert "objects" not in [each["type"] for each in companion.received]
        before = await pixels(overlay)
        await look_closely(overlay)
        assert await pixels(overlay) > before + 100
        await overlay.stage.focus()
        await overlay.press("0")
        assert await objects(overlay) == []

    @pytest.mark.parametrize("mode", MODES)
    async def test_in_every_mode(self, mode: str, overlay: OverlayPage, companion: ScriptedCompanion) -> None:
        beatmap = await change_to(companion, overlay, mode)
        start_ms, end_ms = await overlay.view_ms()
        seen = await objects(overlay)
        inside = [at for at, obj in enumerate(beatmap.objects) if start_ms <= obj.time_ms <= end_ms]
        assert set(inside) <= {each["at"] for each in seen}
        assert len(seen) < len(inside) + 6
        assert len({each["y"] for each in seen}) == (4 if mode == "mania" else 1)
        assert await pixels(overlay) > 20 or mode == "mania"

    async def test_coming_forward_little_by_little(self, overlay: OverlayPage) -> None:
        """What is painted in full where an object stands grows with each step, and does not jump."""
        strengths = []
        for _ in range(14):
            await overlay.stage.hover(position={"x": 0, "y": 110})
            await overlay.page.mouse.wheel(0, -100)
            await overlay.page.wait_for_timeout(40)
            strengths.append(await overlay.page.evaluate("() => document.querySelector('map-timeline').fade"))
        assert strengths == sorted(strengths)
        assert strengths[0] == 0
        assert strengths[-1] == 1
        assert [each for each in strengths if 0 < each < 1]

    async def test_with_what_is_said_of_them(self, overlay: OverlayPage) -> None:
        await look_closely(overlay)
        said = {each["at"]: each["findings"] for each in await objects(overlay)}
        assert [at for at, findings in said.items() if findings] == [12]
        assert said[12] == ["f1"]
        place = next(each for each in await objects(overlay) if each["at"] == 12)
        await overlay.stage.hover(position={"x": place["x"], "y": place["y"]})
        tip = overlay.page.locator("map-timeline .tip")
        await expect(tip).to_contain_text("00:04:800 (4)")
        await expect(tip).to_contain_text("circle 4")
        await expect(tip).to_contain_text(FINDINGS[0]["message"])

    async def test_otherwise_where_a_model_wrote_them(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await look_closely(overlay)
        rim = """() => {
          const timeline = document.querySelector("map-timeline");
          const canvas = document.querySelector(".stage canvas");
          const { x, y, half } = timeline.objects.find(({ at }) => at === 3);
          const at = [x * devicePixelRatio, (y - half - 1) * devicePixelRatio].map(Math.round);
          const { data } = canvas.getContext("2d").getImageData(...at, 1, 3);
          return Math.max(...[0, 4, 8].map((from) => data[from + 2] - data[from + 1]));
        }"""
        before = await overlay.page.evaluate(rim)
        await companion.send(write.generated(write.generated_range(start_ms=800, end_ms=1600)))
        await overlay.page.wait_for_timeout(100)
        after = await overlay.page.evaluate(rim)
        assert before < 30, "a pale rim has as much blue as green"
        assert after > 60, "the model's violet has not"

    async def test_not_where_the_companion_does_not_tell(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        companion.refuses["objects"] = "The map was saved meanwhile."
        await overlay.stage.hover(position={"x": 0, "y": 110})
        await overlay.page.mouse.wheel(0, -1500)
        await companion.request("objects")
        await overlay.page.wait_for_timeout(100)
        assert await objects(overlay) == []
        await expect(overlay.toasts).to_be_empty()

    async def test_with_every_field_that_is_told_of_them(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        """The page reads all that the companion sends, and nothing that it does not."""
        await overlay.page.add_init_script(f"if (location.port === '{companion.port}') ({SPY})()")
        read: set[str] = set()
        for mode in MODES:
            companion.greeting[3] = drawn(mode)
            companion.answers["objects"] = answer(MAPS[mode])
            await overlay.page.reload()
            await expect(overlay.rows).to_have_count(2)
            await look_closely(overlay)
            read |= set(await overlay.page.evaluate("[...window.fieldsRead]"))
            assert await overlay.page.evaluate("[...window.fieldsMissed]") == []
        told = {f"reply.data.{name}" for name in say.EXAMPLES["reply_objects"]["data"]}
        # What was asked for is known to who asked.
        assert told - read == {"reply.data.first"}

    async def test_in_parts_where_there_are_many(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        long = on_beats("osu", 12_000).beatmap()
        companion.answers["objects"] = answer(long)
        await look_closely(overlay)
        assert [each["first"] for each in companion.received if each["type"] == "objects"] == [
            0,
            5000,
            10_000,
        ]


class TestArePicked:
    @pytest.mark.parametrize("mode", MODES)
    async def test_by_a_click_which_offers_their_place_in_the_editor(
        self, mode: str, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        beatmap = await change_to(companion, overlay, mode)
        await click(overlay, 4)
        await expect(stamp(overlay)).to_have_attribute("href", link(beatmap, 4))
        await stamp(overlay).click()
        assert await overlay.jumps() == [link(beatmap, 4)]

    @pytest.mark.parametrize("mode", MODES)
    async def test_several_by_a_click_with_shift(
        self, mode: str, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        beatmap = await change_to(companion, overlay, mode)
        await click(overlay, 7)
        await click(overlay, 4, modifiers=["Shift"])
        await expect(stamp(overlay)).to_have_attribute("href", link(beatmap, 4, 5, 6, 7))
        await bar(overlay).get_by_role("button", name="Copy").click()
        stamped = discussion_stamp(beatmap, beatmap.objects[4].time_ms, (4, 5, 6, 7))
        await expect(overlay.toasts).to_contain_text(stamped.strip())
        assert await overlay.clipboard() == stamped

    async def test_not_while_they_are_too_faint_to_be_meant(self, overlay: OverlayPage) -> None:
        await overlay.stage.hover(position={"x": 0, "y": 110})
        faint = False
        for _ in range(40):
            await overlay.page.mouse.wheel(0, -20)
            await overlay.page.wait_for_timeout(20)
            fade = await overlay.page.evaluate("() => document.querySelector('map-timeline').fade")
            if 0 < fade < 0.35:
                faint = True
                await click(overlay, 4)
        assert faint
        await expect(bar(overlay)).to_be_hidden()

    async def test_in_the_place_of_a_finding_and_a_finding_in_theirs(self, overlay: OverlayPage) -> None:
        await look_closely(overlay)
        await overlay.rows.first.click()
        await expect(overlay.selected).to_have_count(1)
        await click(overlay, 4)
        await expect(overlay.selected).to_have_count(0)
        await overlay.rows.first.click()
        await expect(bar(overlay)).to_be_hidden()

    async def test_until_a_click_beside_them_or_escape(self, overlay: OverlayPage) -> None:
        await look_closely(overlay)
        await click(overlay, 4)
        await expect(bar(overlay)).to_be_visible()
        await overlay.press("Escape")
        await expect(bar(overlay)).to_be_hidden()
        await click(overlay, 4)
        await overlay.stage.click(position={"x": 700, "y": 60})
        await expect(bar(overlay)).to_be_hidden()

    async def test_one_after_the_other_however_quickly(self, overlay: OverlayPage) -> None:
        """A double click shows the whole song, but not where it is two clicks on objects."""
        await look_closely(overlay)
        before = await overlay.view_ms()
        place = next(each for each in await objects(overlay) if each["at"] == 4)
        await overlay.stage.dblclick(position={"x": place["x"], "y": place["y"]})
        await expect(bar(overlay)).to_be_visible()
        assert await overlay.view_ms() == before

    async def test_while_a_drag_from_one_still_marks_a_stretch(self, overlay: OverlayPage) -> None:
        await look_closely(overlay)
        places = {each["at"]: each for each in await objects(overlay)}
        box = await overlay.stage.bounding_box()
        assert box is not None
        mouse = overlay.page.mouse
        await mouse.move(box["x"] + places[4]["x"], box["y"] + places[4]["y"])
        await mouse.down()
        await mouse.move(box["x"] + places[12]["x"], box["y"] + places[12]["y"], steps=4)
        await mouse.up()
        await expect(overlay.page.get_by_role("group", name="Marked range")).to_be_visible()
        await expect(bar(overlay)).to_be_hidden()

    async def test_and_stay_so_after_a_save_that_keeps_them(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await look_closely(overlay)
        await click(overlay, 4)
        await click(overlay, 6, modifiers=["Shift"])
        one_more = on_beats("osu").circle(at=100, x=1).beatmap()
        companion.answers["objects"] = answer(one_more, 2)
        await companion.send(drawn(map_version=2))
        await expect(stamp(overlay)).to_have_attribute("href", link(one_more, 5, 6, 7))

    async def test_and_not_after_one_that_takes_them_away(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await look_closely(overlay)
        await click(overlay, 30 if await _in_sight(overlay, 30) else 12)
        companion.answers["objects"] = answer(on_beats("osu", 8).beatmap(), 2)
        await companion.send(drawn(map_version=2))
        await expect(bar(overlay)).to_be_hidden()
        await overlay.page.wait_for_function(
            "() => document.querySelector('map-timeline').objects.length === 8"
        )

    async def test_only_of_the_version_on_screen(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        """What is told of an older version is dropped: a click there picks nothing."""
        await look_closely(overlay)
        await companion.send(drawn(map_version=2))  # while the objects are still told of version 1
        await overlay.page.wait_for_function("() => window.drawn.length === 2")
        await overlay.stage.click(position={"x": 5, "y": 109})
        await expect(bar(overlay)).to_be_hidden()

    async def test_and_those_of_another_map_are_not_there(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await look_closely(overlay)
        await click(overlay, 4)
        companion.answers["objects"] = answer(on_beats("osu", 1).beatmap())
        await companion.send(drawn(key="set/hard", version="Hard"))
        await expect(bar(overlay)).to_be_hidden()
        await overlay.page.wait_for_function(
            "() => document.querySelector('map-timeline').objects.length < 2"
        )
        assert [each["at"] for each in await objects(overlay)] in ([], [0])


async def _in_sight(overlay: OverlayPage, number: int) -> bool:
    return any(each["at"] == number for each in await objects(overlay))


class TestByKey:
    async def test_the_one_here_is_picked_and_arrows_move_on(self, overlay: OverlayPage) -> None:
        beatmap = MAPS["osu"]
        await overlay.stage.focus()
        await overlay.press("Home", " ")
        await expect(stamp(overlay)).to_have_attribute("href", link(beatmap, 12))
        await expect(overlay.stage).to_have_attribute("aria-valuetext", "00:04:800 (4) circle 4")
        await overlay.press("ArrowRight")
        await expect(stamp(overlay)).to_have_attribute("href", link(beatmap, 13))
        await overlay.press("ArrowLeft", "ArrowLeft")
        await expect(stamp(overlay)).to_have_attribute("href", link(beatmap, 11))
        await overlay.press("Shift+ArrowRight", "Shift+ArrowRight")
        await expect(stamp(overlay)).to_have_attribute("href", link(beatmap, 11, 12, 13))

    async def test_they_are_opened_copied_written_anew_and_let_go_of(self, overlay: OverlayPage) -> None:
        beatmap = MAPS["osu"]
        await overlay.stage.focus()
        await overlay.press("Home", " ")
        await expect(bar(overlay)).to_be_visible()
        await overlay.press("Enter", "c")
        assert await overlay.jumps() == [link(beatmap, 12)]
        await expect(overlay.toasts).to_contain_text("00:04:800 (4) -")
        await overlay.press("r")
        await expect(range_field(overlay)).to_have_value("00:03:200 - 00:08:000")
        await overlay.press("Escape", "Escape")
        await expect(bar(overlay)).to_be_hidden()

    async def test_the_arrows_walk_findings_where_none_is_picked(self, overlay: OverlayPage) -> None:
        await look_closely(overlay)
        await overlay.stage.focus()
        await overlay.press("ArrowRight")
        await overlay.expect_selected("f1")

    async def test_they_stay_in_sight_and_end_with_the_last(self, overlay: OverlayPage) -> None:
        await overlay.stage.focus()
        await overlay.press("Home", " ")
        await expect(bar(overlay)).to_be_visible()
        for _ in range(COUNT):
            await overlay.press("ArrowRight")
        await expect(stamp(overlay)).to_have_attribute("href", link(MAPS["osu"], COUNT - 1))
        assert await _in_sight(overlay, COUNT - 1)

    async def test_the_menu_key_says_what_can_be_done_with_them(self, overlay: OverlayPage) -> None:
        await overlay.stage.focus()
        await overlay.press("Home", " ")
        await expect(bar(overlay)).to_be_visible()
        await overlay.press("ContextMenu")
        first = menu(overlay).get_by_role("menuitem").first
        await expect(first).to_be_focused()
        await expect(first).to_contain_text("Regenerate…circle 4")


class TestARightClick:
    @pytest.mark.parametrize("mode", MODES)
    async def test_has_the_bars_that_hold_them_written_anew(
        self, mode: str, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        await change_to(companion, overlay, mode)
        await click(overlay, 9)
        await click(overlay, 13, modifiers=["Shift"])
        await click(overlay, 11, button="right")
        await menu(overlay).get_by_role("menuitem", name="Regenerate…").click()
        # From 3.6 s to 5.2 s and whatever lasts: bars of 1.6 s.
        await expect(range_field(overlay)).to_have_value("00:03:200 - 00:06:400")

    async def test_or_the_combos(self, overlay: OverlayPage) -> None:
        await look_closely(overlay)
        await click(overlay, 5)
        await bar(overlay).get_by_role("button", name="Mark").click()
        field = overlay.page.get_by_role("group", name="Marked range")
        await field.get_by_label("Put the range on").select_option("On combos")
        await overlay.press("Escape", "Escape")
        await click(overlay, 9)
        await click(overlay, 14, modifiers=["Shift"], button="left")
        await click(overlay, 12, button="right")
        await menu(overlay).get_by_role("menuitem", name="Regenerate…").click()
        await expect(range_field(overlay)).to_have_value("00:03:600 - 00:06:400")

    async def test_on_another_object_is_about_that_one(self, overlay: OverlayPage) -> None:
        beatmap = MAPS["osu"]
        await look_closely(overlay)
        await click(overlay, 4)
        await click(overlay, 8, button="right")
        await expect(stamp(overlay)).to_have_attribute("href", link(beatmap, 8))
        await menu(overlay).get_by_role("menuitem", name="Open in the editor").click()
        assert await overlay.jumps() == [link(beatmap, 8)]
        await click(overlay, 8, button="right")
        await menu(overlay).get_by_role("menuitem", name="Copy the timestamp").click()
        await expect(overlay.toasts).to_contain_text("Copied")
        assert await overlay.clipboard() == discussion_stamp(beatmap, 8 * BEAT_MS, (8,))

    async def test_takes_all_up_to_there_for_those_who_have_no_shift(self, overlay: OverlayPage) -> None:
        await look_closely(overlay)
        await click(overlay, 4)
        await click(overlay, 6, button="right")
        await menu(overlay).get_by_role("menuitem", name="Select from the last one to here").click()
        await expect(stamp(overlay)).to_have_attribute("href", link(MAPS["osu"], 4, 5, 6))

    async def test_beside_them_is_about_the_place(self, overlay: OverlayPage) -> None:
        await look_closely(overlay)
        await overlay.stage.click(button="right", position={"x": 300, "y": 60})
        await expect(overlay.page.get_by_role("menu", name="Timeline")).to_be_visible()

    async def test_still_opens_and_copies_where_nothing_can_be_written(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        companion.greeting = [message for message in companion.greeting if message["type"] != "writing"]
        await overlay.page.reload()
        await expect(overlay.rows).to_have_count(2)
        await look_closely(overlay)
        await click(overlay, 4, button="right")
        await expect(menu(overlay).get_by_role("menuitem")).to_have_text(
            ["Open in the editor00:01:600 (5)", "Copy the timestamp"]
        )
        await expect(bar(overlay).get_by_role("button", name="Regenerate…")).to_be_hidden()


class TestInANarrowWindow:
    async def test_they_are_picked_by_a_finger_and_all_that_can_be_done_fits(
        self, overlay: OverlayPage
    ) -> None:
        await overlay.page.set_viewport_size({"width": 360, "height": 740})
        await overlay.stage.hover(position={"x": 0, "y": 110})
        await overlay.page.mouse.wheel(0, -2300)
        await overlay.page.wait_for_function(
            "() => document.querySelector('map-timeline').objects.length > 0"
        )
        places = {each["at"]: each for each in await objects(overlay)}
        assert places[4]["half"] >= 9
        tap = """(stage, [x, y]) => {
          const box = stage.getBoundingClientRect();
          const at = {clientX: box.left + x, clientY: box.top + y, pointerType: "touch", pointerId: 7,
                      bubbles: true, button: 0};
          stage.setPointerCapture = () => {};
          for (const type of ["pointerdown", "pointerup"]) stage.dispatchEvent(new PointerEvent(type, at));
        }"""
        # A finger need not meet it exactly: above or below it is near enough.
        await overlay.stage.evaluate(tap, [places[4]["x"] + 4, places[4]["y"] + places[4]["half"] + 6])
        await expect(stamp(overlay)).to_have_attribute("href", link(MAPS["osu"], 4))
        for part in (*await bar(overlay).get_by_role("button").all(), stamp(overlay)):
            box = await part.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 360
        assert await overlay.page.evaluate("document.documentElement.scrollWidth") <= 360


class TestHowLongTheyTake:
    async def test_to_paint_grows_with_what_is_in_sight_and_not_with_the_map(
        self, overlay: OverlayPage, companion: ScriptedCompanion
    ) -> None:
        """Counted, not clocked: of a hundred thousand objects none is placed that is not in sight."""
        part = TimelinePart(
            mode=Mode.OSU,
            keys=0,
            colours=("#ff0000", "#00ff00"),
            beats=((0.0, 400.0, 4.0),),
            count=100_000,
            first=0,
            objects=tuple(
                TimelineObject("c", at * 200.0, at * 200.0, 1, at % 8 + 1, at // 8 % 2, 0, 0)
                for at in range(100_000)
            ),
        )
        companion.answers["objects"] = timeline_objects(part, 1)
        await look_closely(overlay)
        assert len(await objects(overlay)) < 200
