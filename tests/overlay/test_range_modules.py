"""Ranges of the song, and what a hand gets hold of on it: pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.overlay import messages as say
from tests.overlay import writing_messages as write

if TYPE_CHECKING:
    from tests.overlay.pure import Run

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

GRID = {"lines": [[0, 500, 4], [20_000, 400, 3]], "combos": [1000, 3000, 7000]}
"""Bars of 2 s, from 20 s on of 1.2 s."""


class TestRanges:
    @pytest.mark.parametrize(
        ("text", "start_ms", "end_ms"),
        [
            ("00:10:000 - 00:20:000", 10_000, 20_000),
            ("00:10:000 (1,2) - 00:20:500 (3) - ", 10_000, 20_500),
            ("00:10:000 (10000|0,10250|3) - 01:20:500", 10_000, 80_500),
            ("osu://edit/00:10:000 - osu://edit/00:20:000", 10_000, 20_000),
            ("  1:05.250\N{EN DASH}1:06.000 ", 65_250, 66_000),
            ("0:10 - 0:20", 10_000, 20_000),
            ("12000 - 13500", 12_000, 13_500),
        ],
    )
    async def test_editor_timestamps_are_read_however_they_come(
        self, run: Run, text: str, start_ms: int, end_ms: int
    ) -> None:
        read = await run("return time_range.readRange(given);", text)
        assert read == {"range": {"start_ms": start_ms, "end_ms": end_ms}}

    @pytest.mark.parametrize("text", ["", "00:10:000", "soon", "00:10:000 (1,2)"])
    async def test_without_two_times_it_says_what_a_range_looks_like(self, run: Run, text: str) -> None:
        read = await run("return time_range.readRange(given);", text)
        assert read == {"error": "Give where it starts and where it ends, such as 00:10:000 - 00:20:000."}

    async def test_an_end_before_the_start_is_named(self, run: Run) -> None:
        read = await run("return time_range.readRange(given);", "00:20:000 - 00:10:000")
        assert read == {"error": "It ends at 00:10:000, which is not after its start at 00:20:000."}

    async def test_what_is_written_is_read_again(self, run: Run) -> None:
        body = "return time_range.readRange(time_range.rangeText(given)).range;"
        given = {"start_ms": 83_456, "end_ms": 600_001}
        assert await run(body, given) == given

    @pytest.mark.parametrize(
        ("snap", "rough", "there"),
        [
            ("measures", (3100, 7900), (4000, 8000)),
            ("measures", (3100, 3200), (4000, 6000)),  # never nothing
            ("measures", (19_100, 21_100), (20_000, 21_200)),  # a red line begins a bar of its own
            ("combos", (1200, 5500), (1000, 7000)),
            ("combos", (900, 2900), (1000, 3000)),
            ("free", (3100.4, 7900.6), (3100, 7901)),
        ],
    )
    async def test_a_range_is_put_on_the_nearest_bars_or_combos(
        self, run: Run, snap: str, rough: tuple[float, float], there: tuple[int, int]
    ) -> None:
        body = """const [start_ms, end_ms, grid, snap] = given;
            return Object.values(time_range.snapped({start_ms, end_ms}, grid, snap));"""
        assert await run(body, [*rough, GRID, snap]) == list(there)

    async def test_a_barline_between_milliseconds_does_not_wander(self, run: Run) -> None:
        """170 BPM: told in whole milliseconds, a bar put on its own barline stays there."""
        body = """let range = {start_ms: 1400, end_ms: 2900};
            const ends = [];
            for (let at = 0; at < 3; at += 1) ends.push(range = time_range.snapped(range, given, "measures"));
            return ends.map(({start_ms, end_ms}) => [start_ms, end_ms]);"""
        grid = {"lines": [[7, 60_000 / 170, 4]], "combos": []}
        assert await run(body, grid) == [[1418, 2830]] * 3

    async def test_around_a_finding_are_the_bars_that_hold_it_and_no_fewer_than_a_model_needs(
        self, run: Run
    ) -> None:
        body = "return Object.values(time_range.around(given[0], given[1], given[2], 'measures'));"
        assert await run(body, [4100, 4100, GRID]) == [4000, 6000]
        assert await run(body, [3900, 4100, GRID]) == [2000, 6000]
        assert await run(body, [21_300, 21_300, GRID]) == [20_000, 23_600]

    async def test_a_map_of_one_tempo_has_bars_without_being_told_them(self, run: Run) -> None:
        body = "return time_range.gridOf(given).lines;"
        assert await run(body, say.overview(60_000, red_lines=[100], bpm=[120, 120, 120])) == [[100, 500, 4]]
        assert await run(body, say.overview(60_000, bpm=[120, 180, 120])) == []
        assert await run(body, say.overview(60_000, bpm=None)) == []

    async def test_the_whole_map_says_all_its_bars_and_where_combos_begin(self, run: Run) -> None:
        body = "return map_objects.gridOf(map_objects.gathered('a map', [given]));"
        whole = write.whole(beats=[[0, 400, 4], [9000, 0, 4], [20_000, 300, 3]], combos=[800, 2400])
        lines = [[0, 400, 4], [20_000, 300, 3]]
        assert await run(body, whole) == {"lines": lines, "combos": [800, 2400]}
        assert await run(body, {**whole, "mode": "mania"}) == {"lines": lines, "combos": []}

    async def test_what_a_map_has_not_is_not_offered(self, run: Run) -> None:
        body = "return given[1].map((wanted) => time_range.allowedSnap(given[0], wanted));"
        assert await run(body, [{"lines": [], "combos": []}, ["measures", "combos"]]) == ["free", "free"]
        assert await run(body, [{**GRID, "combos": []}, ["combos"]]) == ["measures"]

    @pytest.mark.parametrize(
        ("end_ms", "text"), [(8000, "4 s, 2 measures"), (6000, "2 s, 1 measure"), (5250, "1.25 s")]
    )
    async def test_a_length_is_told_in_bars_where_it_is_of_whole_ones(
        self, run: Run, end_ms: int, text: str
    ) -> None:
        body = "return time_range.lengthText({start_ms: 4000, end_ms: given[0]}, given[1]);"
        assert await run(body, [end_ms, GRID]) == text


class TestTheHand:
    @pytest.mark.parametrize(
        ("point", "event", "grip"),
        [
            ((300, 60), {}, "mark"),
            ((300, 5), {}, "pan"),  # the ruler
            ((300, 60), {"button": 1}, "pan"),
            ((300, 60), {"pointerType": "touch"}, "pan"),
            ((103, 60), {}, "start"),
            ((198, 60), {}, "end"),
            ((214, 60), {"pointerType": "touch"}, "end"),
        ],
    )
    async def test_what_a_hand_gets_hold_of(
        self, run: Run, point: tuple[int, int], event: dict[str, Any], grip: str
    ) -> None:
        body = "return timeline_hand.gripAt({x: given[0], y: given[1]}, given[2], [100, 200], true);"
        held = {"pointerType": "mouse", "button": 0, **event}
        assert await run(body, [*point, held]) == grip

    async def test_where_nothing_can_be_written_a_drag_moves_the_song(self, run: Run) -> None:
        body = "return timeline_hand.gripAt({x: 300, y: 60}, {pointerType: 'mouse', button: 0}, null, false);"
        assert await run(body) == "pan"
