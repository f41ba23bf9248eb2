"""A page that looks closely asks for the objects of the version it shows, and gets those or none."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from daemon import actions
from daemon.combo_colours import GAME_COLOURS
from daemon.protocol_objects import timeline_objects
from daemon.timeline_objects import MOST_AT_ONCE, timeline_part
from engine.beatmap.builder import MapBuilder, catch, mania, osu, taiko
from tests.daemon.companion import running
from tests.daemon.mapper import mapped, shown

if TYPE_CHECKING:
    from pathlib import Path

    from daemon.timeline_objects import TimelinePart
    from engine.beatmap.beatmap import Beatmap

MAPS = {
    "osu": osu()
    .timing(150, at=0)
    .combo_colour(255, 0, 0)
    .combo_colour(0, 128, 255)
    .circle(at=400)
    .circle(at=800)
    .slider(at=1200, path="L|356:192", length=100, spans=3, new_combo=True)
    .spinner(at=4000, until=6000),
    "taiko": taiko().timing(150, at=0).don(400).kat(800, big=True).slider(at=1200, length=100),
    "catch": catch().timing(150, at=0).fruit(400, 100).fruit(800, 200).spinner(at=4000, until=6000),
    "mania": mania(keys=4).timing(150, at=0).note(400, 0).note(400, 3).hold(800, 1600, 2),
}
COLUMNS = ("kinds", "times", "lengths", "spans", "combos", "combo_colours", "columns", "hitsounds")


def told(mapped: MapBuilder, first: int = 0) -> dict[str, Any]:
    return dict(timeline_objects(timeline_part(mapped.beatmap(), first), 7))


class TestIsToldInColumns:
    def test_of_osu_with_numbers_and_colours(self) -> None:
        told_of = told(MAPS["osu"])
        assert told_of["map_version"] == 7
        assert told_of["kinds"] == "ccsw"
        assert told_of["times"] == [400, 800, 1200, 4000]
        assert told_of["lengths"][:2] == [0, 0]
        assert told_of["lengths"][2] == pytest.approx(3 * 100 / 140 * 400, abs=1)
        assert told_of["lengths"][3] == 2000
        assert told_of["spans"] == [1, 1, 3, 1]
        assert told_of["combos"] == [1, 2, 1, 2]
        assert told_of["combo_colours"][0] != told_of["combo_colours"][2]
        assert told_of["colours"] == ["#ff0000", "#0080ff"]
        assert told_of["beats"] == [[0, 400, 4]]
        assert told_of["columns"] == told_of["hitsounds"] == []

    def test_of_taiko_with_what_is_to_be_hit(self) -> None:
        told_of = told(MAPS["taiko"])
        assert told_of["kinds"] == "ccs"
        don, kat, _ = told_of["hitsounds"]
        assert not don & (2 | 8)
        assert kat & (2 | 8)
        assert kat & 4
        assert told_of["combos"] == told_of["columns"] == []

    def test_of_catch_with_numbers_in_the_games_colours(self) -> None:
        told_of = told(MAPS["catch"])
        assert told_of["kinds"] == "ccw"
        assert told_of["combos"] == [1, 2, 3]
        assert told_of["colours"] == list(GAME_COLOURS)

    def test_of_mania_with_columns(self) -> None:
        told_of = told(MAPS["mania"])
        assert told_of["keys"] == 4
        assert told_of["kinds"] == "cch"
        assert told_of["columns"] == [0, 3, 2]
        assert told_of["lengths"] == [0, 0, 800]
        assert told_of["combos"] == []

    def test_of_a_map_without_objects(self) -> None:
        told_of = told(osu())
        assert told_of["count"] == 0
        assert [told_of[name] for name in COLUMNS] == ["", *([] for _ in COLUMNS[1:])]


def long_map(count: int) -> MapBuilder:
    """Written as text: a builder of so many objects would take longer than what is tried here."""
    lines = (f"{at % 500},{at % 380},{at * 20},{5 if at % 8 == 0 else 1},0,0:0:0:0:" for at in range(count))
    return osu().timing(150, at=0).object_line(*lines)


class TestALongMap:
    def test_comes_in_parts_that_make_up_the_whole(self) -> None:
        whole = long_map(2 * MOST_AT_ONCE + 10)
        parts = [told(whole, first) for first in (0, MOST_AT_ONCE, 2 * MOST_AT_ONCE)]
        assert [len(part["kinds"]) for part in parts] == [MOST_AT_ONCE, MOST_AT_ONCE, 10]
        assert {part["count"] for part in parts} == {2 * MOST_AT_ONCE + 10}
        assert [part["first"] for part in parts] == [0, MOST_AT_ONCE, 2 * MOST_AT_ONCE]
        times = [time_ms for part in parts for time_ms in part["times"]]
        assert times == [at * 20 for at in range(2 * MOST_AT_ONCE + 10)]
        assert [bool(part["beats"]) for part in parts] == [True, False, False]

    def test_has_nothing_behind_its_end(self) -> None:
        assert told(MAPS["osu"], 99)["kinds"] == ""

    @pytest.mark.usefixtures("own_home")
    async def test_of_a_hundred_thousand_is_made_off_the_event_loop_a_part_at_a_time(
        self, songs: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made_in: set[int] = set()

        def watched(beatmap: Beatmap, first: int) -> TimelinePart:
            made_in.add(threading.get_ident())
            return timeline_part(beatmap, first)

        monkeypatch.setattr(actions, "timeline_part", watched)
        async with running(songs) as app, app.page() as page:
            app.save(long_map(100_000))
            message = await page.next("map")
            found, parts = 0, []
            while found < 100_000:
                reply = await _ask(page, message, found)
                parts.append(len(reply["data"]["kinds"]))
                found += parts[-1]
        assert parts == [MOST_AT_ONCE] * (100_000 // MOST_AT_ONCE)
        assert made_in
        assert threading.get_ident() not in made_in


async def _ask(page: Any, message: dict[str, Any], first: int = 0) -> dict[str, Any]:
    reply: dict[str, Any] = await page.ask(
        "objects", key=message["key"], map_version=message["map_version"], first=first
    )
    return reply


@pytest.mark.usefixtures("own_home")
class TestAPageAsks:
    @pytest.mark.parametrize("mode", MAPS)
    async def test_for_the_objects_of_the_map_it_shows(self, mode: str, songs: Path) -> None:
        async with running(songs) as app, app.page() as page:
            app.save(MAPS[mode])
            reply = await _ask(page, await page.next("map"))
            assert reply["data"]["mode"] == mode
            assert reply["data"]["times"][0] == 400

    async def test_and_not_for_those_of_an_older_save(self, songs: Path) -> None:
        async with running(songs) as app, app.page() as page:
            app.save(mapped(3))
            older = await shown(page, 1)
            app.save(mapped(3, 7))
            newer = await shown(page, 2)
            refused = await _ask(page, older)
            assert not refused["ok"]
            assert "saved meanwhile" in refused["error"]
            assert (await _ask(page, newer))["ok"]

    async def test_and_not_for_those_of_a_map_nobody_knows(self, songs: Path) -> None:
        async with running(songs) as app, app.page() as page:
            assert not (await page.ask("objects", key="m99", map_version=1))["ok"]

    @pytest.mark.parametrize("first", [-1, "0", 1.5])
    async def test_and_not_for_what_is_no_number_of_an_object(self, first: object, songs: Path) -> None:
        async with running(songs) as app, app.page() as page:
            assert not (await page.ask("objects", key="m1", map_version=1, first=first))["ok"]
