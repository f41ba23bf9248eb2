"""What the page knows of single objects, tried without the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from daemon.protocol_objects import timeline_objects
from daemon.timeline_objects import timeline_part
from engine.beatmap.builder import MapBuilder, mania, osu
from engine.beatmap.timestamps import editor_link
from tests.overlay.object_messages import on_beats

if TYPE_CHECKING:
    from tests.overlay.pure import Run

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

GIVEN = "const objects = map_objects.gathered('a map', [given[0]]);"
VIEW = "const view = {start_ms: given[1], end_ms: given[2]};"


def told(mapped: MapBuilder) -> Any:
    return timeline_objects(timeline_part(mapped.beatmap(), 0), 1)


class TestAMapsObjects:
    async def test_are_found_in_a_stretch_a_long_one_that_began_before_it_too(self, run: Run) -> None:
        mapped = osu().timing(150, at=0).spinner(at=0, until=50_000)
        for at in range(60_000, 70_000, 500):
            mapped = mapped.circle(at=at)
        body = GIVEN + "return map_objects.within(objects, given[1], given[2]);"
        assert await run(body, [told(mapped), 10_000, 20_000]) == [0, 1]
        assert await run(body, [told(mapped), 60_500, 61_500]) == [2, 5]
        assert await run(body, [told(mapped), 80_000, 90_000]) == [21, 21]

    async def test_are_linked_to_as_the_companion_would(self, run: Run) -> None:
        for mode in ("osu", "taiko", "catch", "mania"):
            beatmap = on_beats(mode).beatmap()
            body = GIVEN + "return map_objects.linkOf(objects, {first: given[1], last: given[2]});"
            link = editor_link(beatmap, beatmap.objects[3].time_ms, range(3, 30))
            assert await run(body, [told(on_beats(mode)), 3, 29]) == link

    async def test_of_which_only_so_many_are_named_as_anyone_reads(self, run: Run) -> None:
        body = GIVEN + "return map_objects.stampOf(objects, {first: 0, last: 99}).split(',').length;"
        assert await run(body, [told(on_beats("osu"))]) == 40

    async def test_before_the_song_have_no_place_in_the_editor(self, run: Run) -> None:
        mapped = osu().timing(150, at=0).circle(at=-300).circle(at=400)
        body = GIVEN + "return map_objects.linkOf(objects, {first: 0, last: 1});"
        assert await run(body, [told(mapped)]) is None

    async def test_are_known_again_after_a_save(self, run: Run) -> None:
        before = mania().timing(150, at=0).note(400, 0).note(400, 2).note(800, 1)
        after = mania().timing(150, at=0).note(200, 3).note(400, 2).hold(800, 900, 1)
        body = """const [one, other] = given.map((each) => map_objects.gathered("a map", [each]));
            return [0, 1, 2].map((at) => map_objects.sameIn(one, other, at));"""
        assert await run(body, [told(before), told(after)]) == [-1, 1, -1]

    @pytest.mark.parametrize(
        ("mode", "finding", "named"),
        [
            ("osu", {"time_ms": 1600, "timestamp": "00:01:600 (5,6)"}, [4, 5]),
            ("osu", {"time_ms": 1600, "timestamp": "00:01:600"}, [4]),
            ("taiko", {"time_ms": 1600, "timestamp": "00:01:600"}, [4]),
            ("mania", {"time_ms": 1600, "timestamp": "00:01:600 (1600|0,2000|1)"}, [4, 5]),
            ("mania", {"time_ms": 1900, "timestamp": "00:01:900"}, [4]),
            ("osu", {"time_ms": 1700, "timestamp": "00:01:700"}, []),
        ],
    )
    async def test_are_those_a_finding_names_or_meets(
        self, run: Run, mode: str, finding: dict[str, Any], named: list[int]
    ) -> None:
        body = GIVEN + "return map_objects.namedBy(objects, given[1]);"
        assert await run(body, [told(on_beats(mode)), finding]) == named

    async def test_are_told_in_words(self, run: Run) -> None:
        body = GIVEN + "return given.slice(1).map((at) => map_objects.wordsFor(objects, at));"
        mapped = osu().timing(150, at=0).slider(at=400, path="L|356:192", length=100, spans=3)
        assert await run(body, [told(mapped), 0]) == ["slider 1, 2 repeats, 0.86 s"]
        assert await run(body, [told(on_beats("taiko")), 0, 1, 2, 4, 19]) == [
            "big don",
            "kat",
            "don",
            "drum roll, 0.29 s",
            "swell, 0.3 s",
        ]
        assert await run(body, [told(on_beats("mania")), 1, 4]) == [
            "note, column 2",
            "hold note, column 1, 0.3 s",
        ]


class TestTheirPlaceOnTheTimeline:
    async def test_they_are_nowhere_until_one_can_be_told_from_the_next(self, run: Run) -> None:
        body = GIVEN + VIEW + "return object_layout.layoutObjects(objects, view, 1200, 152)?.fade ?? 0;"
        fades = [await run(body, [told(on_beats("osu")), 0, s * 1000]) for s in (80, 65, 50, 40, 30)]
        assert fades[0] == 0
        assert fades[-1] == 1
        assert fades == sorted(fades)
        assert 0 < fades[2] < 1

    async def test_a_point_means_the_head_that_is_there_before_a_body_that_is(self, run: Run) -> None:
        mapped = (
            osu().timing(150, at=0).slider(at=0, path="L|500:192", length=300).circle(at=400).circle(at=800)
        )
        body = (
            GIVEN
            + VIEW
            + """const layout = object_layout.layoutObjects(objects, view, 1200, 152);
            const at = (number, beside = 0) => {
              const { x, y } = object_layout.placeOf(layout, number);
              return object_layout.objectAt(layout, {x: x + beside, y}, 3);
            };
            return [at(0), at(1), at(0, 60), object_layout.objectAt(layout, {x: 1190, y: 100}, 3)];"""
        )
        assert await run(body, [told(mapped), 0, 4000]) == [0, 1, 0, -1]

    async def test_in_a_lane_it_means_the_one_of_that_column(self, run: Run) -> None:
        mapped = mania().timing(150, at=0).note(400, 0).note(400, 3).note(800, 1)
        body = (
            GIVEN
            + VIEW
            + """const layout = object_layout.layoutObjects(objects, view, 1200, 152);
            const at = (number) => object_layout.objectAt(layout, object_layout.placeOf(layout, number), 3);
            return [at(0), at(1)];"""
        )
        assert await run(body, [told(mapped), 0, 4000]) == [0, 1]


class TestWhatIsPicked:
    STATE = """const map = {key: "a map", map_version: 1};
        let state = {map, selectedId: "f1", ...object_store.NO_OBJECTS};
        state = object_store.receiveObjects(state, map_objects.gathered("a map", [given]));"""

    async def test_is_one_or_all_up_to_another(self, run: Run) -> None:
        body = (
            self.STATE
            + """state = object_store.pick(state, 5);
            const one = object_store.pickedNow(state);
            state = object_store.step(object_store.pick(state, 3, {extend: true}), -1, {extend: true});
            return [one, object_store.pickedNow(state), state.selectedId];"""
        )
        assert await run(body, told(on_beats("osu"))) == [
            {"first": 5, "last": 5, "head": 5},
            {"first": 2, "last": 5, "head": 2},
            None,
        ]

    async def test_does_not_leave_the_map(self, run: Run) -> None:
        body = (
            self.STATE
            + """state = object_store.step(object_store.pick(state, 98), 5);
            return [object_store.pickedNow(state).head, object_store.pick(state, 100) === state];"""
        )
        assert await run(body, told(on_beats("osu"))) == [99, True]

    async def test_cannot_be_acted_upon_once_the_map_was_saved(self, run: Run) -> None:
        body = (
            self.STATE
            + """state = object_store.pick(state, 5);
            const saved = {...state, map: {...map, map_version: 2}};
            const stale = object_store.receiveObjects(saved, state.objects);
            return [object_store.pickedNow(saved), stale === saved, object_store.pick(saved, 1) === saved];"""
        )
        assert await run(body, told(on_beats("osu"))) == [None, True, True]
