"""What the player computes, without a picture: against the figures of the game and against our own engine."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from engine.beatmap import builder
from engine.beatmap.objects import HitSound, Slider
from tests.overlay.player import maps
from tests.overlay.scripted import ScriptedCompanion

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from playwright.async_api import BrowserContext

    Run = Callable[..., Awaitable[Any]]

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MODULES = ("osu", "path", "beats", "prepare", "scroll", "heard", "voices", "words")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def run(context: BrowserContext) -> AsyncIterator[Run]:
    """Runs a body of JavaScript with every pure module at hand, and its argument as `given`."""
    imports = "".join(f"const {name} = await import('/player_{name}.js');" for name in MODULES)
    imports += "const falling = await import('/player_catch.js');"  # `catch` is a word of the language
    async with ScriptedCompanion() as companion:
        page = await context.new_page()
        await page.goto(f"{companion.address}favicon.svg")

        async def run(body: str, given: Any = None) -> Any:
            return await page.evaluate(f"async (given) => {{ {imports} {body} }}", given)

        yield run
        await page.close()


PREPARED = "const map = prepare.prepared(given);"


class TestOsu:
    @pytest.mark.parametrize(
        ("ar", "preempt_ms", "fade_in_ms"), [(0, 1800, 1200), (5, 1200, 800), (8, 750, 500), (10, 450, 300)]
    )
    async def test_approach_times_are_the_wikis(
        self, run: Run, ar: float, preempt_ms: float, fade_in_ms: float
    ) -> None:
        assert await run("return [osu.preemptMs(given), osu.fadeInMs(given)];", ar) == [
            preempt_ms,
            fade_in_ms,
        ]

    async def test_radius_is_the_wikis(self, run: Run) -> None:
        assert await run("return [0, 4, 7].map(osu.radiusPx);") == pytest.approx([54.4, 36.48, 23.04])

    async def test_a_circle_fades_in_and_goes_when_it_is_hit(self, run: Run) -> None:
        body = """const circle = {time_ms: 5000, end_ms: 5000};
            return [3800, 4200, 4600, 5000, 5120, 5240].map((t) => osu.alphaAt(circle, t, 5));"""
        assert await run(body) == pytest.approx([0, 0.5, 1, 1, 0.5, 0])

    async def test_the_approach_circle_begins_at_four_times_and_ends_at_one(self, run: Run) -> None:
        body = """const at = (t) => osu.approachAt({time_ms: 5000}, t, 5);
            return [at(3800), at(3801).scale, at(4400).scale, at(4999).scale, at(5000)];"""
        assert await run(body) == [
            None,
            pytest.approx(4, abs=0.01),
            2.5,
            pytest.approx(1, abs=0.01),
            None,
        ]

    async def test_follow_points_lead_through_a_combo_and_not_into_the_next(self, run: Run) -> None:
        made = maps.plain_osu().circle(5000, 0, 0, new_combo=True).circle(5500, 200, 0)
        body = PREPARED + "return osu.followPoints(map.objects, 5).map(({x, out_ms}) => [x, out_ms]);"
        points = await run(body, maps.stretch(made))
        assert points == [[x, pytest.approx(5000 + 500 * x / 200)] for x in (48, 80, 112, 144)]
        apart = made.circle(6000, 400, 0, new_combo=True)
        assert len(await run(body, maps.stretch(apart))) == len(points)


class TestPath:
    @pytest.mark.parametrize("path", ["L|400:192", "P|300:80|400:192", "B|250:40|250:300|460:300|460:60"])
    async def test_the_ball_is_where_our_engine_has_it(self, run: Run, path: str) -> None:
        made = maps.plain_osu().slider(5_000, path, 230, 3, x=200, y=192)
        beatmap = made.beatmap()
        (slider,) = beatmap.objects
        assert isinstance(slider, Slider)
        shape = beatmap.slider(slider)
        times = [5_000 + share * shape.duration_ms for share in (0, 0.1, 0.3, 0.5, 0.7, 0.95, 1)]
        body = """const [slider] = prepare.prepared(given.stretch).objects;
            return given.times.map((t) => path.ballAt(slider, t)).map(({x, y}) => [x, y]);"""
        balls = await run(body, {"stretch": maps.stretch(made), "times": times})
        for (x, y), time_ms in zip(balls, times, strict=True):
            assert math.dist((x, y), shape.position_at(time_ms)) < 1  # px; the path comes as 96 points

    async def test_a_path_is_carried_to_its_head(self, run: Run) -> None:
        body = "return path.measured([[0, 0], [30, 40]], 100, 200);"
        measured = await run(body)
        assert measured["points"] == [[100, 200], [130, 240]]
        assert measured["total"] == 50

    @pytest.mark.parametrize("points", [[], [[5, 5]], [[5, 5], [5, 5]]])
    async def test_a_path_without_length_has_a_place(self, run: Run, points: list[Any]) -> None:
        body = "const {x, y} = path.along(path.measured(given, 7, 9), 0.5); return [x, y];"
        assert await run(body, points) == [7, 9]


class TestBeats:
    BEATS = (0, 500, 4), (4_000, 400, 3)

    async def test_beats_follow_the_line_that_rules_them(self, run: Run) -> None:
        body = "return beats.beatsIn(given, 2900, 5300).map(({time_ms, number}) => [time_ms, number]);"
        assert await run(body, self.BEATS) == [
            [3000, 2], [3500, 3], [4000, 0], [4400, 1], [4800, 2], [5200, 0],
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("from_ms", "way", "divisor", "to_ms"),
        [
            (1200, 1, 1, 1500),
            (1500, 1, 1, 2000),
            (1499.6, 1, 1, 2000),
            (1500, -1, 1, 1000),
            (1200, -1, 1, 1000),
            (3800, 1, 1, 4000),
            (4000, -1, 1, 3500),
            (4000, 1, 4, 4100),
            (-200, -1, 1, -500),
        ],
    )
    async def test_a_step_leads_to_the_next_beat(
        self, run: Run, from_ms: float, way: int, divisor: int, to_ms: float
    ) -> None:
        given = [self.BEATS, from_ms, way, divisor]
        assert await run("return beats.stepped(...given);", given) == pytest.approx(to_ms)

    @pytest.mark.parametrize("bad", [[], [[0, 0, 4]], [[0, -500, 4]], [[0, 1e-9, 4]]])
    async def test_a_joke_of_a_line_hangs_nothing(self, run: Run, bad: list[Any]) -> None:
        assert await run("return beats.beatsIn(given, 0, 10000);", bad) == []

    async def test_a_place_is_said_in_measures(self, run: Run) -> None:
        body = "return [0, 1999, 2000, 4450].map((t) => beats.placeInWords(given, t));"
        assert await run(body, self.BEATS) == [
            "measure 1, beat 1",
            "measure 1, beat 4",
            "measure 2, beat 1",
            "measure 1, beat 2",
        ]


class TestScroll:
    async def test_taiko_notes_of_twice_the_velocity_come_from_twice_as_far(self, run: Run) -> None:
        made = builder.taiko().timing(maps.BPM).green(5_000, velocity=2).don(4_500).don(5_500)
        body = (
            PREPARED
            + """const [slow, fast] = scroll.taikoLane(map).objects;
            const beat_before = scroll.taikoDistance(slow.beats_per_ms, 4500, 4500 - 1000 / 3);
            return [beat_before, fast.beats_per_ms / slow.beats_per_ms];"""
        )
        assert await run(body, maps.stretch(made)) == pytest.approx([1, 2])

    async def test_mania_columns_move_together_through_a_change_of_speed(self, run: Run) -> None:
        made = builder.mania().timing(maps.BPM).note(4_000).green(5_000, velocity=0.5).note(5_000).note(6_000)
        body = (
            PREPARED
            + """const steps = scroll.maniaScroll(map);
            const way = (from, to) => scroll.scrolled(steps, to) - scroll.scrolled(steps, from);
            return [way(4000, 5000), way(5000, 6000), way(4500, 5500)];"""
        )
        assert await run(body, maps.stretch(made)) == pytest.approx([1000, 500, 750])

    async def test_mania_follows_the_tempo(self, run: Run) -> None:
        made = builder.mania().timing(120).timing(240, at=6_000).note(4_000).note(7_000)
        body = (
            PREPARED
            + """const steps = scroll.maniaScroll(map);
            return scroll.scrolled(steps, 7000) - scroll.scrolled(steps, 6000);"""
        )
        assert await run(body, maps.stretch(made)) == pytest.approx(2000)

    async def test_the_maps_own_velocities_are_better_than_those_of_its_objects(self, run: Run) -> None:
        made = builder.mania().timing(maps.BPM).note(4_000).note(6_000)
        given = {**maps.stretch(made), "scroll": [[0, 1], [4_500, 3], [5_000, 1]]}
        body = (
            PREPARED
            + """const steps = scroll.maniaScroll(map);
            return scroll.scrolled(steps, 6000) - scroll.scrolled(steps, 4000);"""
        )
        assert await run(body, given) == pytest.approx(500 + 1500 + 1000)


class TestCatch:
    async def fallen(self, run: Run, made: builder.MapBuilder, what: str) -> Any:
        body = PREPARED + "const all = falling.fallers(map);" + what
        return await run(body, maps.stretch(made))

    async def test_a_stream_has_fruits_at_its_edges_and_tiny_droplets_between(self, run: Run) -> None:
        made = builder.catch().timing(180).difficulty(slider_multiplier=1)
        made = made.slider(5_000, "L|356:192", 100, 2)
        parts = await self.fallen(run, made, "return all.map(({kind, time_ms, x}) => [kind, time_ms, x]);")
        fruits = [part[1:] for part in parts if part[0] == "fruit"]
        beat_ms = maps.BEAT_MS
        assert fruits == [
            [5000, 256],
            [pytest.approx(5000 + beat_ms), pytest.approx(356)],
            [pytest.approx(5000 + 2 * beat_ms), pytest.approx(256)],
        ]
        # 333 ms are halved until at most 100 ms lie between: three tiny droplets in each span.
        tiny = [round(part[1] - 5000, 1) for part in parts if part[0] == "tiny"]
        assert tiny == [83.3, 166.7, 250.0, 416.7, 500.0, 583.3]

    async def test_bananas_fill_a_spinner(self, run: Run) -> None:
        made = builder.catch().timing(180).spinner(5_000, 5_800)
        kinds = await self.fallen(run, made, "return all.map(({kind, time_ms}) => [kind, time_ms]);")
        assert kinds == [["banana", 5000 + 100 * number] for number in range(9)]

    @pytest.mark.parametrize(("gap_ms", "hyper"), [(600, False), (200, True)])
    async def test_what_cannot_be_run_to_in_time_needs_a_hyperdash(
        self, run: Run, gap_ms: int, hyper: bool
    ) -> None:
        made = builder.catch().timing(180).difficulty(cs=4).fruit(5_000, 20).fruit(5_000 + gap_ms, 480)
        marks = await self.fallen(run, made, "return all.map(({is_hyper}) => is_hyper);")
        assert marks == [hyper, False]

    async def test_the_catcher_stands_under_each_fruit_when_it_lands(self, run: Run) -> None:
        made = maps.catch_after()
        what = """const must = falling.mustBeCaught(all);
            return must.map(({time_ms, x}) => Math.abs(falling.catcherAt(must, time_ms) - x));"""
        assert max(await self.fallen(run, made, what)) < 0.01


class TestDifference:
    async def test_what_the_other_side_lacks_is_gone_and_what_it_has_stays(self, run: Run) -> None:
        before = maps.plain_osu().circle(4_000, 10, 10).circle(5_000, 20, 20).circle(10_000, 30, 30)
        after = maps.plain_osu().circle(4_000, 10, 10).circle(5_000, 99, 20)
        body = """return prepare.withGone(prepare.prepared(given.before), prepare.prepared(given.after))
            .objects.map(({is_gone}) => is_gone);"""
        # The last one stands outside of the section: nothing of it is anybody's business.
        assert await run(body, maps.pair(before, after)) == [False, True, False]

    async def test_another_hitsound_is_another_object(self, run: Run) -> None:
        before, after = (maps.plain_osu().circle(4_000, 10, 10, sound=sound) for sound in (0, HitSound.CLAP))
        body = """return prepare.withGone(prepare.prepared(given.before), prepare.prepared(given.after))
            .objects.map(({is_gone}) => is_gone);"""
        assert await run(body, maps.pair(before, after)) == [True]

    @pytest.mark.parametrize("colours", [[], ["red", "#12345", "javascript:0"]])
    async def test_a_colour_that_is_none_is_the_games(self, run: Run, colours: list[str]) -> None:
        given = {**maps.stretch(maps.plain_osu()), "colours": colours}
        assert (await run(PREPARED + "return map.colours;", given))[0] == "#ffc000"


class TestHeard:
    HEARD = (
        PREPARED + "return heard.heardOf(map).map((each) => [each.time_ms, each.bank, each.name, each.gain]);"
    )

    async def test_a_hit_has_its_bank_its_additions_and_its_volume(self, run: Run) -> None:
        sound = HitSound.WHISTLE | HitSound.CLAP
        made = maps.plain_osu().circle(5_000, sound=sound, sample="3:0:0:40:")
        assert await run(self.HEARD, maps.stretch(made)) == [
            [5000, "drum", "hit", 0.4],
            [5000, "drum", "whistle", 0.4],
            [5000, "drum", "clap", 0.4],
        ]

    async def test_a_slider_is_heard_at_its_edges(self, run: Run) -> None:
        made = maps.plain_osu().difficulty(slider_multiplier=1).slider(5_000, "L|356:192", 100, 2)
        times = [sound[0] for sound in await run(self.HEARD, maps.stretch(made))]
        assert times == pytest.approx([5_000, 5_000 + maps.BEAT_MS, 5_000 + 2 * maps.BEAT_MS])

    async def test_edges_and_ticks_sound_as_the_map_says_where_it_does(self, run: Run) -> None:
        given = maps.stretch(maps.plain_osu().slider(5_000, "L|356:192", 140, 1))
        slider = given["objects"][0]
        slider |= {"edges": [[2, "soft", "drum"], [0, "normal", "normal"]], "ticks": [5_100]}
        assert [sound[1:3] for sound in await run(self.HEARD, given)] == [
            ["soft", "hit"],
            ["drum", "whistle"],
            ["soft", "tick"],
            ["normal", "hit"],
        ]

    async def test_taiko_has_the_drums_two_sounds(self, run: Run) -> None:
        made = builder.taiko().timing(maps.BPM).don(5_000).kat(5_500).don(6_000, big=True)
        names = [sound[2] for sound in await run(self.HEARD, maps.stretch(made))]
        assert names == ["don", "kat", "don", "finish"]

    async def test_a_metronome_marks_the_measures(self, run: Run) -> None:
        body = PREPARED + "return heard.metronomeOf(map).slice(0, 5).map(({name}) => name);"
        given = {**maps.stretch(maps.plain_osu()), "start_ms": -1}
        assert await run(body, given) == ["measure", "beat", "beat", "beat", "measure"]

    async def test_every_voice_is_a_short_sound_of_its_own(self, run: Run) -> None:
        names = ["hit", "whistle", "finish", "clap", "tick", "don", "kat"]
        body = """const all = ["normal", "soft", "drum"].flatMap((bank) => given.map((name) => [bank, name]));
            return all.concat([["normal", "beat"], ["normal", "measure"]]).map(([bank, name]) => {
                const samples = voices.voice(bank, name, 44100);
                const again = voices.voice(bank, name, 44100);
                const level = Math.sqrt(samples.reduce((sum, each) => sum + each * each, 0));
                return {
                    seconds: samples.length / 44100, first: Math.abs(samples[0]), level,
                    last: Math.abs(samples.at(-1)),
                    most: samples.reduce((most, each) => Math.max(most, Math.abs(each)), 0),
                    same: samples.every((each, at) => each === again[at]),
                };
            });"""
        voices = await run(body, names)
        assert len({round(voice["level"], 4) for voice in voices}) == len(voices)
        for voice in voices:
            assert voice["same"]
            assert 0.05 < voice["seconds"] < 3
            assert voice["first"] < 0.01  # no click at either end
            assert voice["last"] < 0.01
            assert 0.1 < voice["most"] <= 0.9

    async def test_the_first_sound_from_a_time_on_is_found(self, run: Run) -> None:
        body = """const list = [1, 3, 3, 7].map((time_ms) => ({time_ms}));
            return [0, 1, 2, 3, 4, 7, 8].map((t) => prepare.firstFrom(list, t));"""
        assert await run(body) == [0, 0, 1, 1, 3, 3, 4]


class TestWords:
    @pytest.mark.parametrize(
        ("mode", "made", "words"),
        [
            ("osu", maps.plain_osu().circle(5_000, 100, 200), "circle 1 at (100, 200)"),
            ("osu", maps.plain_osu().circle(5_000, sound=10), "circle 1 at (256, 192), whistle, clap"),
            ("osu", maps.plain_osu().spinner(4_900, 5_100), "spinner"),
            ("taiko", builder.taiko().timing(180).kat(5_000, big=True), "big kat"),
            ("catch", builder.catch().timing(180).fruit(5_000, 77), "fruit at x 77"),
            ("mania", builder.mania().timing(180).hold(4_900, 5_100, 2), "hold in column 3"),
        ],
    )
    async def test_what_is_on_the_field_is_said(
        self, run: Run, mode: str, made: builder.MapBuilder, words: str
    ) -> None:
        given = maps.stretch(made)
        assert given["mode"] == mode
        assert await run(PREPARED + "return words.nowWords(map, 5000);", given) == words
        assert await run(PREPARED + "return words.nowWords(map, 9000);", given) == ""
