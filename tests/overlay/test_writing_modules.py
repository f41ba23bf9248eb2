"""What of writing is pure: what is wished, what a regeneration says of itself, what is ordered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from daemon.wire_writing_requests import GenerateMap, WishesAsked
from tests.overlay import messages as say
from tests.overlay import writing_messages as write

if TYPE_CHECKING:
    from tests.overlay.pure import Run

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


class TestWishes:
    async def test_no_more_is_offered_than_the_model_understands(self, run: Run) -> None:
        body = """const {simple, more} = wishes.offered(given);
            return [simple, more.flatMap(({names}) => names)];"""
        options = write.options(wishes=["temperature", "year", "descriptors"])
        assert await run(body, options) == [["descriptors"], ["year", "temperature"]]

    async def test_every_wish_of_the_companion_has_a_field(self, run: Run) -> None:
        known = sorted(await run("return Object.keys(wishes.WISHES);"))
        assert known == sorted(WishesAsked.model_fields)

    async def test_no_field_takes_what_the_companion_would_refuse(self, run: Run) -> None:
        fields = await run("return wishes.WISHES;")
        limits = {"kind": "number"}.items()
        for name, field in fields.items():
            if not limits <= field.items():
                continue
            for value in (field["least"], field["most"]):
                whole = field["step"] == 1
                WishesAsked.model_validate({name: int(value) if whole else float(value)})

    async def test_only_what_is_wished_is_sent(self, run: Run) -> None:
        body = "return wishes.askedOf({year: 2014, descriptors: [], star_rating: null, keys: 4}, given);"
        assert await run(body, write.options()) == {"year": 2014}

    async def test_what_is_not_wanted_brings_the_guidance_it_needs(self, run: Run) -> None:
        body = """const unwanted_descriptors = ["streams"];
            return given[1].map((guidance) => wishes.askedOf({unwanted_descriptors, guidance}, given[0]));"""
        options = write.options(wishes=["unwanted_descriptors", "guidance"])
        unwanted = {"unwanted_descriptors": ["streams"]}
        assert await run(body, [options, [None, 1.5]]) == [
            {**unwanted, "guidance": 2},
            {**unwanted, "guidance": 1.5},
        ]

    @pytest.mark.parametrize(
        ("kept", "found"),
        [
            ('{"year": 2014, "star_rating": 5.5}', {"year": 2014, "star_rating": 5.5}),
            ('{"year": 1999, "star_rating": 99, "guidance": 2}', {}),
            ('{"descriptors": ["jump aim", "unheard of"]}', {}),
            ('{"descriptors": ["jump aim"]}', {"descriptors": ["jump aim"]}),
            ("not json", {}),
            ("null", {}),
            (None, {}),
        ],
    )
    async def test_what_is_remembered_is_wished_again_if_this_model_understands_it(
        self, run: Run, kept: str | None, found: dict[str, Any]
    ) -> None:
        assert await run("return wishes.recalled(given[0], given[1]);", [kept, write.options()]) == found

    @pytest.mark.parametrize(
        ("text", "read"),
        [
            ("", {"seeds": []}),
            ("18446744073709551615, 7 9", {"seeds": ["18446744073709551615", "7", "9"]}),
            ("7, -1", {"error": "-1 is no seed: seeds are whole numbers, apart by commas."}),
        ],
    )
    async def test_seeds_are_whole_numbers_of_any_length(
        self, run: Run, text: str, read: dict[str, Any]
    ) -> None:
        assert await run("return wishes.readSeeds(given);", text) == read

    async def test_words_are_found_by_any_part_those_that_begin_so_first(self, run: Run) -> None:
        body = "return wishes.matching(given, 'aim', ['flow aim']);"
        words = ["jump aim", "flow aim", "streams", "aim control"]
        assert await run(body, words) == ["aim control", "jump aim"]


class TestARegeneration:
    @pytest.mark.parametrize(
        ("now", "before", "text"),
        [
            (2.0, 4.0, "much likelier than yours"),
            (3.6, 4.0, "likelier than yours"),
            (4.1, 4.0, "as likely as yours"),
            (4.6, 4.0, "unlikelier than yours"),
            (8.0, 4.0, "much unlikelier than yours"),
            (4.0, None, "judged alone"),
        ],
    )
    async def test_a_surprise_is_told_against_the_original(
        self, run: Run, now: float, before: float | None, text: str
    ) -> None:
        said = await run(
            "return regeneration.surpriseWords(given);",
            write.candidate(0, surprise=now, surprise_before=before),
        )
        assert said["text"] == text

    async def test_one_that_was_not_judged_says_nothing(self, run: Run) -> None:
        candidate = write.candidate(0, surprise=None)
        assert await run("return regeneration.surpriseWords(given);", candidate) is None

    @pytest.mark.parametrize("state", ["none", "failed", "stale", "accepted"])
    async def test_only_what_is_of_this_version_and_open_can_be_accepted(self, run: Run, state: str) -> None:
        body = "return regeneration.canAccept(given[0], given[1]);"
        drawn = say.map_message([])
        done = write.regeneration("done", write.candidate(0))
        assert await run(body, [done, drawn]) is True
        assert await run(body, [{**done, "state": state}, drawn]) is False
        assert await run(body, [{**done, "map_version": 7}, drawn]) is False

    async def test_arrows_pass_over_what_cannot_be_played_yet(self, run: Run) -> None:
        body = "return given[1].map(([from, step]) => regeneration.neighbour(given[0], from, step));"
        candidates = [write.candidate(0), write.candidate(1, "writing"), write.candidate(2)]
        assert await run(body, [candidates, [[0, 1], [2, 1], [2, -1], [None, 1]]]) == [2, 2, 0, 0]

    async def test_another_map_does_not_show_it(self, run: Run) -> None:
        body = """let state = {...store.INITIAL, map: given[0]};
            state = store.receive(state, given[1]);
            return [writing_store.regeneration(state) !== null,
                writing_store.regeneration({...state, map: {...given[0], key: "other"}}) !== null];"""
        given = [say.map_message([]), write.regeneration("done", write.candidate(0))]
        assert await run(body, given) == [True, False]

    async def test_a_new_connection_forgets_what_the_last_one_said(self, run: Run) -> None:
        body = """let state = {...store.INITIAL, map: given[0]};
            state = store.receive(store.receive(state, given[1]), given[2]);
            return [writing_store.regeneration(state), writing_store.generated(state)];"""
        given = [say.map_message([]), write.generated(write.generated_range()), say.hello()]
        assert await run(body, given) == [None, None]


class TestAnOrder:
    FORM: ClassVar[dict[str, Any]] = {
        "source": ' "C:\\Music\\song.mp3" ',
        "mode": "osu",
        "ways": {"timing": "write", "kiai": "leave", "map": "write", "sv": "leave"},
        "beside": ["gd"],
        "seed": "",
        "values": {},
        "superTiming": True,
        "facts": {"title": "", "artist": "", "creator": "", "difficulty_name": "", "background": ""},
        "form": "osz",
        "folder": "",
    }

    async def order(self, run: Run, **changes: Any) -> dict[str, Any]:
        given = [{**self.FORM, **changes}, write.options()]
        made: dict[str, Any] = await run("return song_order.orderOf(given[0], given[1]);", given)
        return made

    async def test_a_path_is_taken_as_it_is_pasted_and_a_song_gives_nothing_but_itself(
        self, run: Run
    ) -> None:
        made = await self.order(run)
        assert made["source"] == "C:\\Music\\song.mp3"
        assert made["given"] == []
        assert made["output"] == ["timing", "map"]

    async def test_a_map_to_go_by_gives_what_is_taken_from_it(self, run: Run) -> None:
        ways = {**self.FORM["ways"], "timing": "take"}
        made = await self.order(run, source="/maps/a.osu", ways=ways)
        assert made["given"] == ["timing", "gd"]
        assert made["output"] == ["map"]
        assert made["super_timing"] is False

    async def test_the_companion_understands_it(self, run: Run) -> None:
        made = await self.order(run, seed="18446744073709551615", values={"year": 2014})
        GenerateMap.model_validate_json(json.dumps(made))

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"source": " "}, "Give the path of an audio file"),
            ({"ways": dict.fromkeys(("timing", "kiai", "map", "sv"), "leave")}, "Nothing would be written"),
            ({"seed": "-3"}, "-3 is no seed"),
        ],
    )
    async def test_what_is_missing_is_said_before_anything_is_sent(
        self, run: Run, changes: dict[str, Any], sentence: str
    ) -> None:
        made = await self.order(run, **changes)
        assert sentence in await run("return song_order.wrongWith(given);", made)
