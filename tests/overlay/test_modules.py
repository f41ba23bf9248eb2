"""The page's pure modules, tried without the page: Chromium is the one JavaScript that is sure to be here."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.overlay import messages as say

if TYPE_CHECKING:
    from tests.overlay.pure import Run

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


class TestTimescale:
    VIEW = "const whole = {start_ms: 0, end_ms: 200000}; const view = {start_ms: 50000, end_ms: 100000};"

    async def test_a_time_leads_to_a_pixel_and_back(self, run: Run) -> None:
        there_and_back = "return timescale.toTime(view, 1000, timescale.toX(view, 1000, 61234));"
        assert await run(self.VIEW + there_and_back) == pytest.approx(61234)

    async def test_what_is_under_the_pointer_stays_there_when_zooming(self, run: Run) -> None:
        zoomed = await run(
            self.VIEW
            + "const near = timescale.zoom(view, whole, 0.25, 60000);"
            + "return [timescale.toX(view, 1000, 60000), timescale.toX(near, 1000, 60000)];"
        )
        assert zoomed[0] == pytest.approx(zoomed[1])

    @pytest.mark.parametrize("by_ms", [-1e9, 1e9])
    async def test_no_view_leaves_the_song(self, run: Run, by_ms: float) -> None:
        view = await run(self.VIEW + "return timescale.pan(view, whole, given);", by_ms)
        assert view["start_ms"] >= 0
        assert view["end_ms"] <= 200_000
        assert view["end_ms"] - view["start_ms"] == pytest.approx(50_000)

    async def test_a_view_is_never_shorter_than_two_fifths_of_a_second(self, run: Run) -> None:
        view = await run(self.VIEW + "return timescale.zoom(view, whole, 1e-9, 60000);")
        assert view["end_ms"] - view["start_ms"] == pytest.approx(400)

    @pytest.mark.parametrize("length_ms", [400, 5_000, 200_000, 3_000_000])
    async def test_labels_never_crowd(self, run: Run, length_ms: int) -> None:
        times = await run("return timescale.ticks({start_ms: 0, end_ms: given}, 1000, 70).times;", length_ms)
        gaps = [(after - before) / length_ms * 1000 for before, after in pairwise(times)]
        assert gaps
        assert min(gaps) >= 70


class TestVirtualRows:
    async def test_only_rows_that_touch_the_window_are_drawn(self, run: Run) -> None:
        body = "const tops = virtual.measure(given, (row) => row); return virtual.range(tops, 100, 60, 0);"
        assert await run(body, [40, 40, 40, 20, 40, 40]) == [2, 5]

    async def test_no_rows_are_no_range(self, run: Run) -> None:
        assert await run("return virtual.range(virtual.measure([], () => 1), 0, 500, 6);") == [0, 0]


class TestDensity:
    async def test_it_is_objects_per_second_whatever_the_bins(self, run: Run) -> None:
        given = [
            {"start_ms": 0, "density": {"bin_ms": bin_ms, "counts": [bin_ms // 250] * (20_000 // bin_ms)}}
            for bin_ms in (250, 500, 1000, 5000)
        ]
        body = "return given.map((overview) => density.rateAt(density.busyness(overview), 10000));"
        assert await run(body, given) == pytest.approx([4, 4, 4, 4])

    async def test_a_map_without_objects_is_not_busy(self, run: Run) -> None:
        body = "return density.busyness({start_ms: 0, density: {bin_ms: 250, counts: []}}).most;"
        assert await run(body) == 0


class TestMarks:
    async def test_findings_of_one_place_share_a_mark_and_one_new_makes_it_new(self, run: Run) -> None:
        close = [say.finding(1, time_ms=1000), say.finding(2, time_ms=1001, status="new")]
        body = "return marks.layoutMarks(given, {start_ms: 0, end_ms: 100000}, 1000);"
        (mark,) = await run(body, close)
        assert mark["fresh"]
        assert [finding["id"] for finding in mark["findings"]] == ["f1", "f2"]

    async def test_severities_never_share_a_mark(self, run: Run) -> None:
        close = [say.finding(1, severity="problem"), say.finding(1, severity="minor")]
        body = "return marks.layoutMarks(given, {start_ms: 0, end_ms: 100000}, 1000).map(({lane}) => lane);"
        assert await run(body, close) == [0, 2]

    async def test_a_span_that_reaches_into_the_view_has_its_mark(self, run: Run) -> None:
        long = [say.finding(1, time_ms=0, end_ms=60_000)]
        body = "return marks.layoutMarks(given, {start_ms: 50000, end_ms: 70000}, 1000).length;"
        assert await run(body, long) == 1

    async def test_the_lane_under_the_pointer_wins_over_its_neighbour(self, run: Run) -> None:
        close = [say.finding(1, severity="problem"), say.finding(1, severity="minor")]
        body = """const all = marks.layoutMarks(given, {start_ms: 0, end_ms: 100000}, 1000);
            return marks.markAt(all, all[0].x + 2, 2).lane;"""
        assert await run(body, close) == 2


class TestStore:
    FEED = "let state = store.INITIAL; for (const message of given) state = store.receive(state, message);"

    async def test_an_unknown_message_changes_nothing(self, run: Run) -> None:
        assert await run(self.FEED + "return state === store.INITIAL;", [{"type": "of a later version"}])

    async def test_a_derivation_is_the_same_object_until_its_inputs_change(self, run: Run) -> None:
        body = """const before = seen.rows(state);
            const paused = store.receive(state, {type: "status"});
            return [seen.rows(paused) === before, seen.rows({...state, order: "time"}) === before];"""
        assert await run(self.FEED + body, [say.map_message([say.finding(1)])]) == [True, False]

    async def test_intended_findings_count_as_neither_new_nor_still(self, run: Run) -> None:
        findings = [
            say.finding(1, status="new", intended=True),
            say.finding(2, intended=True),
            say.finding(3),
        ]
        body = "const {fresh, still, intended} = seen.delta(state); return [fresh.length, still, intended];"
        assert await run(self.FEED + body, [say.map_message(findings)]) == [0, 1, 2]

    async def test_a_pin_whose_map_is_gone_is_let_go(self, run: Run) -> None:
        body = "return store.receive({...state, pinned: 'deleted'}, given[0]).pinned;"
        assert await run(self.FEED + body, [say.maps()]) is None

    async def test_one_checks_filter_does_not_outlive_its_map(self, run: Run) -> None:
        body = """let state = store.receive(store.INITIAL, given[0]);
            state = store.setFilters(state, {check: "overlap", onlyNew: true});
            state = store.receive(state, given[1]);
            return [state.filters.check, state.filters.onlyNew];"""
        given = [say.map_message([]), say.map_message([], key="set/hard")]
        assert await run(body, given) == ["", True]

    async def test_equal_strength_is_told_apart_by_time(self, run: Run) -> None:
        findings = [say.finding(3), say.finding(1), say.finding(2)]
        body = "return seen.rows(state).map((row) => row.key);"
        assert await run(self.FEED + body, [say.map_message(findings)]) == ["f1", "f2", "f3"]


class TestOpinion:
    JOINED = """const findings = given.rules.map(opinion.asFinding);
        const [said] = opinion.keep([], given.said);"""

    async def test_a_rule_that_is_agreed_with_is_the_same_object_while_the_model_says_the_same(
        self, run: Run
    ) -> None:
        given = {"rules": [say.finding(1), say.finding(2)], "said": say.opinion(agreed=[say.agreed("f1")])}
        body = """const [first, second] = opinion.joined(findings, said, 5);
            const [again] = opinion.joined(findings, opinion.keep([said], given.said)[0], 5);
            return [first === again, first.agreed.surprisal, second === findings[1]];"""
        assert await run(self.JOINED + body, given) == [True, 200, True]

    async def test_what_did_not_change_between_two_messages_stays_the_same_object(self, run: Run) -> None:
        given = [say.opinion(say.remark(1), say.remark(2)), say.opinion(say.remark(1), say.remark(2, 30))]
        body = """const [one] = opinion.keep([], given[0]);
            const [two] = opinion.keep([one], given[1]);
            return one.findings.map((finding, at) => finding === two.findings[at]);"""
        assert await run(body, given) == [True, False]

    async def test_only_a_few_maps_opinions_are_kept(self, run: Run) -> None:
        given = [say.opinion(key=f"set/{number}") for number in range(9)]
        body = "return given.reduce((kept, said) => opinion.keep(kept, said), []).map((each) => each.key);"
        assert await run(body, given) == ["set/5", "set/6", "set/7", "set/8"]

    async def test_the_map_on_screen_keeps_its_opinion_while_a_whole_set_is_read(self, run: Run) -> None:
        given = [say.map_message([]), *(say.opinion(key=key) for key in ("set/insane", *"abcdefghi"))]
        body = """const read = given.reduce(store.receive, store.INITIAL);
            return [opinion.current(read.map, read.opinions)?.key, read.opinions.length];"""
        assert await run(body, given) == ["set/insane", 4]

    async def test_a_new_connection_knows_no_opinion(self, run: Run) -> None:
        body = """const told = store.receive({...store.INITIAL, opinions: []}, given[0]);
            return [told.opinions.length, store.receive(told, given[1]).opinions.length];"""
        assert await run(body, [say.opinion(), say.hello()]) == [1, 0]

    @pytest.mark.parametrize(
        ("kept", "used"), [("2", 2), ("17.5", 17.5), ("1", 5), ("1e9", 5), ("strong", 5), (None, 5)]
    )
    async def test_a_remembered_threshold_is_one_of_the_scale(
        self, run: Run, kept: str | None, used: float
    ) -> None:
        assert await run("return opinion.readThreshold(given);", kept) == used

    async def test_the_objects_around_count_down_to_it_and_up_from_it(self, run: Run) -> None:
        around = [[0, 0, 100], [10, 10, 200], [20, 20, 300], [30, 30, 400]]
        said = {"at": [20, 20], "neighbours": around}
        body = """const scene = playfield.sceneOf(given, 4);
            return scene.neighbours.map(({x, number}) => [x, number]);"""
        given = say.remark(1, time_ms=300, opinion=said)
        assert await run(body, given) == [[0, -2], [10, -1], [30, 1]]

    async def test_what_is_not_about_a_position_has_no_playfield(self, run: Run) -> None:
        body = "return playfield.sceneOf(given, 4);"
        assert await run(body, say.remark(1, opinion={"at": None})) is None
        assert await run(body, say.remark(1, opinion={"alternatives": []})) is None


class TestFormat:
    @pytest.mark.parametrize(
        ("time_ms", "written"),
        [(0, "00:00:000"), (83_456, "01:23:456"), (59_999.6, "01:00:000"), (6_000_001, "100:00:001")],
    )
    async def test_times_are_written_as_the_editor_writes_them(
        self, run: Run, time_ms: float, written: str
    ) -> None:
        assert await run("return format.stamp(given);", time_ms) == written

    @pytest.mark.parametrize(
        ("ago_s", "written"),
        [
            (2, "just now"),
            (42, "42 s ago"),
            (119, "1 min ago"),
            (7300, "2 h ago"),
            (100_000, "yesterday"),
            (3e5, "3 days ago"),
        ],
    )
    async def test_ages_are_told_in_one_unit(self, run: Run, ago_s: float, written: str) -> None:
        assert await run("return format.ago(1000, 1000 + given);", ago_s) == written
