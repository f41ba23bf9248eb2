"""When the model is asked, what is done with what it says, and what is never shown.

The engine is played by the test, answer by answer: so that a save can come at the very moment it matters.
`test_modding.py` has the real one.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from daemon.archive import Archive
from daemon.desk import News
from daemon.opinions import Opinions
from daemon.protocol import Message
from daemon.requests import RefusedError
from daemon.store import Identity, Store
from daemon.tasks import Tasks
from engine.host import EngineError, EngineStoppedError
from engine.jobs import Progress, Urgency
from engine.service import FillSong, Mod
from tests.daemon.mapper import mapped, write_silence
from tests.daemon.pages import until
from tests.daemon.suggesting import about, opinion, shown_map

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator
    from pathlib import Path

    from daemon.desk import Shown
    from engine.beatmap.builder import MapBuilder
    from engine.service import Opinion


class Question:
    """One request, and what the test lets the engine say to it."""

    def __init__(self, request: Any, urgency: Urgency, key: str) -> None:
        self.request = request
        self.urgency = urgency
        self.key = key
        self.answers: asyncio.Queue[Any] = asyncio.Queue()
        self.is_open = True

    def say(self, *answers: object) -> None:
        for answer in answers:
            self.answers.put_nowait(answer)

    def end(self) -> None:
        self.say(None)


class PlayedLink:
    def __init__(self) -> None:
        self.ai = True
        self.ready = True
        self.chosen = "v32"
        self.missing = ""
        self.listens_ahead = True
        self.idle = True
        self.questions: list[Question] = []

    async def find_out(self) -> bool:
        return self.ready

    async def ask(self, request: Any, *, urgency: Urgency, key: str = "") -> AsyncGenerator[Any, None]:
        question = Question(request, urgency, key)
        self.questions.append(question)
        try:
            while (answer := await question.answers.get()) is not None:
                if isinstance(answer, Exception):
                    raise answer
                yield answer
        finally:
            question.is_open = False

    @property
    def open(self) -> list[Question]:
        return [each for each in self.questions if each.is_open]


class Room:
    """The room under test, and what pages were told."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.key = ""
        """Of every map, if it is one of the store; else they are told apart by their names."""
        self.link = PlayedLink()
        self.folder = folder
        self.told: list[dict[str, Any]] = []
        self.failures: list[str] = []
        self.tasks = Tasks(self.failures.append)
        self.archive = Archive(store, self.failures.append)
        self.opinions = Opinions(
            link=self.link,  # type: ignore[arg-type]  # played by the test
            archive=self.archive,
            tasks=self.tasks,
            on_opinion=lambda message: self.told.append(json.loads(message.text)),
        )
        self._version = 0

    def look(
        self,
        built: MapBuilder,
        content: str,
        *,
        saved: bool = True,
        name: str = "a.osu",
        edited: tuple[tuple[float, float], ...] = (),
    ) -> Shown:
        self._version += 1
        shown = replace(shown_map(built, version=self._version, key=(self.key or f"m-{name}")), edited=edited)
        self.opinions.hear(News(shown, Message("", None), saved, self.folder / name, content))
        return shown

    async def question(self, number: int = 0) -> Question:
        await until(lambda: len(self.link.questions) > number)
        return self.link.questions[number]

    async def state(self, state: str, name: str = "a.osu") -> dict[str, Any]:
        await until(lambda: self.last(name) and self.last(name)["state"] == state)
        return self.last(name)

    def last(self, name: str = "a.osu") -> dict[str, Any]:
        return next((each for each in reversed(self.told) if each["key"] == (self.key or f"m-{name}")), {})


@asynccontextmanager
async def a_room(folder: Path, store: Store | None = None) -> AsyncIterator[Room]:
    own = store or Store(None)
    room = Room(folder, own)
    try:
        yield room
        assert room.failures == []
    finally:
        await room.tasks.stop()
        await room.archive.stop()
        if store is None:
            own.close()


def a_complete(shown: Shown, content: str, *indices: int, **values: Any) -> Opinion:
    return opinion(content, *(about(shown.analysis, index) for index in indices), **values)


class TestASave:
    async def test_is_put_to_the_model_as_it_was_saved(self, tmp_path: Path) -> None:
        async with a_room(tmp_path) as room:
            shown = room.look(mapped(), "a", edited=((1000.0, 1300.0), (5000.0, 5100.0)))
            question = await room.question()
            request = question.request
            assert isinstance(request, Mod)
            assert request.data == shown.analysis.document.to_bytes() == mapped().bytes()
            assert (request.model, request.near_ms, request.rating) == ("v32", 1000.0, None)
            assert (question.urgency, question.key) == (Urgency.MOD, str(tmp_path / "a.osu"))

    async def test_is_told_of_as_windows_are_scored(self, tmp_path: Path) -> None:
        async with a_room(tmp_path) as room:
            shown = room.look(mapped(), "a")
            question = await room.question()
            assert (await room.state("waiting"))["findings"] == []
            question.say(Progress(0, 0, "Loading v32"))
            await until(lambda: room.last()["note"] == "Loading v32")
            question.say(a_complete(shown, "a", 3, done=1))
            told = await room.state("scoring")
            assert (told["done"], told["total"], len(told["findings"])) == (1, 4, 1)
            assert told["note"] == ""
            question.say(a_complete(shown, "a", 3, 5))
            told = await room.state("done")
            assert [each["id"] for each in told["findings"]] == ["m1", "m2"]
            assert told["map_version"] == shown.outcome.version

    async def test_of_the_same_content_asks_nothing_and_keeps_the_answer(self, tmp_path: Path) -> None:
        async with a_room(tmp_path) as room:
            shown = room.look(mapped(), "a")
            question = await room.question()
            question.say(a_complete(shown, "a", 3))
            question.end()
            await room.state("done")
            again = room.look(mapped(), "a")
            await until(lambda: room.last()["map_version"] == again.outcome.version)
            assert room.last()["state"] == "done"
            assert [each["id"] for each in room.last()["findings"]] == ["m1"]
            assert len(room.link.questions) == 1

    async def test_of_the_same_content_does_not_begin_again_what_is_under_way(self, tmp_path: Path) -> None:
        async with a_room(tmp_path) as room:
            room.look(mapped(), "a")
            question = await room.question()
            again = room.look(mapped(), "a")
            question.say(a_complete(again, "a", 3))
            question.end()
            told = await room.state("done")
            assert told["map_version"] == again.outcome.version
            assert len(room.link.questions) == 1

    async def test_ends_the_run_of_the_save_before(self, tmp_path: Path) -> None:
        async with a_room(tmp_path) as room:
            first = room.look(mapped(), "a")
            question = await room.question()
            question.say(a_complete(first, "a", 3, done=1))
            await room.state("scoring")
            second = room.look(mapped(5), "b")
            newer = await room.question(1)
            await until(lambda: not question.is_open)
            assert newer.is_open
            told = await room.state("waiting")
            assert (told["map_version"], told["findings"]) == (second.outcome.version, [])

    async def test_is_never_answered_with_what_was_said_of_other_content(self, tmp_path: Path) -> None:
        async with a_room(tmp_path) as room:
            shown = room.look(mapped(), "a")
            question = await room.question()
            question.say(a_complete(shown, "something else", 3))
            question.say(a_complete(shown, "a", 5))
            told = await room.state("done")
            assert [each["time_ms"] for each in told["findings"]] == [5 * 333]
            assert all(len(each["findings"]) < 2 for each in room.told)

    async def test_of_fifty_in_a_row_only_the_last_is_answered(self, tmp_path: Path) -> None:
        async with a_room(tmp_path) as room:
            for number in range(50):
                shown = room.look(mapped(number % 19), str(number))
                for each in room.link.open:  # the engine answers as fast as it can, whatever is asked
                    each.say(a_complete(shown, "an older one", 3, done=1))
                await asyncio.sleep(0.002)
            await until(lambda: [each.request.data for each in room.link.open] == [mapped(49 % 19).bytes()])
            (last,) = room.link.open
            last.say(a_complete(shown, "49", 4))
            last.end()
            told = await room.state("done")
            assert [each["time_ms"] for each in told["findings"]] == [4 * 333]
            assert {len(each["findings"]) for each in room.told if each["state"] != "done"} == {0}

    async def test_of_one_map_leaves_another_maps_run_alone(self, tmp_path: Path) -> None:
        async with a_room(tmp_path) as room:
            one = room.look(mapped(), "a")
            first = await room.question()
            other = room.look(mapped(2), "b", name="b.osu")
            second = await room.question(1)
            assert first.is_open
            first.say(a_complete(one, "a", 3))
            second.say(a_complete(other, "b", 4))
            assert len((await room.state("done"))["findings"]) == 1
            assert len((await room.state("done", "b.osu"))["findings"]) == 1

    async def test_of_a_whole_set_is_still_known_when_each_difficulty_is_turned_to(
        self, tmp_path: Path
    ) -> None:
        names = [f"{number}.osu" for number in range(12)]
        async with a_room(tmp_path) as room:
            for number, name in enumerate(names):
                shown = room.look(mapped(), "a", name=name)
                question = await room.question(number)
                question.say(a_complete(shown, "a", 3))
                question.end()
                await room.state("done", name)
            for name in names:
                again = room.look(mapped(), "a", saved=False, name=name)
                await until(lambda: room.last(name)["map_version"] == again.outcome.version)  # noqa: B023  at once
                assert room.last(name)["state"] == "done"
            assert len(room.link.questions) == len(names)


class TestTheModelIsNotAsked:
    async def test_while_ai_findings_are_off(self, tmp_path: Path) -> None:
        async with a_room(tmp_path) as room:
            room.link.ai = False
            room.look(mapped(), "a")
            assert "switched off" in (await room.state("off"))["note"]
            assert room.link.questions == []

    async def test_and_what_it_said_is_not_shown_until_they_are_on_again(self, tmp_path: Path) -> None:
        async with a_room(tmp_path) as room:
            one = room.look(mapped(), "a")
            question = await room.question()
            other = room.look(mapped(2), "b", name="b.osu")
            await room.question(1)
            question.say(a_complete(one, "a", 3))
            question.end()
            await room.state("done")
            room.link.ai = False
            room.opinions.ai_switched(other.key)
            for name in ("a.osu", "b.osu"):
                assert (await room.state("off", name))["findings"] == []
            await until(lambda: not room.link.open)
            room.link.ai = True
            room.opinions.ai_switched(other.key)
            assert len((await room.state("done"))["findings"]) == 1
            assert (await room.question(2)).request.data == mapped(2).bytes()

    async def test_while_there_is_none(self, tmp_path: Path) -> None:
        async with a_room(tmp_path) as room:
            room.link.ready = False
            room.look(mapped(), "a")
            assert "no model" in (await room.state("no_model"))["note"]
            assert room.link.questions == []

    async def test_until_it_has_come(self, tmp_path: Path) -> None:
        async with a_room(tmp_path) as room:
            room.link.ready = False
            room.look(mapped(), "a")
            await room.state("no_model")
            room.opinions.models_changed()
            assert room.link.questions == []
            room.link.ready = True
            room.opinions.models_changed()
            assert isinstance((await room.question()).request, Mod)

    async def test_about_a_map_that_was_only_looked_at(self, tmp_path: Path) -> None:
        async with a_room(tmp_path) as room:
            write_silence(tmp_path / "audio.wav", seconds=1)
            room.look(mapped().audio("audio.wav"), "a", saved=False)
            question = await room.question()
            assert isinstance(question.request, FillSong)
            assert question.urgency is Urgency.FILL
            question.end()
            room.look(mapped(2).audio("audio.wav"), "b", saved=False, name="b.osu")
            await asyncio.sleep(0.1)
            assert len(room.link.questions) == 1, "a song is listened to once"
            assert room.told == [], "there is nothing to tell"

    async def test_to_listen_ahead_while_it_is_busy_or_nobody_wants_it(self, tmp_path: Path) -> None:
        async with a_room(tmp_path) as room:
            write_silence(tmp_path / "audio.wav", seconds=1)
            room.link.idle = False
            room.look(mapped().audio("audio.wav"), "a", saved=False)
            await asyncio.sleep(0.05)
            room.link.idle, room.link.listens_ahead = True, False
            room.look(mapped().audio("audio.wav"), "b", saved=False, name="b.osu")
            await asyncio.sleep(0.05)
            assert room.link.questions == []

    async def test_unless_somebody_asks_for_that_map(self, tmp_path: Path) -> None:
        async with a_room(tmp_path) as room:
            room.link.ai = False
            room.opinions.expect(tmp_path / "a.osu")
            room.look(mapped(), "a", saved=False)
            assert isinstance((await room.question()).request, Mod)


class TestWhenItGoesWrong:
    async def test_the_page_has_the_sentence_and_the_next_save_tries_again(self, tmp_path: Path) -> None:
        async with a_room(tmp_path) as room:
            shown = room.look(mapped(), "a")
            question = await room.question()
            question.say(a_complete(shown, "a", 3, done=1))
            await room.state("scoring")
            question.say(EngineError("the engine broke off (ended by SIGKILL): ask again"))
            told = await room.state("failed")
            assert told["note"] == "The engine broke off (ended by SIGKILL): ask again."
            room.look(mapped(), "a")
            assert isinstance((await room.question(1)).request, Mod)

    async def test_an_engine_that_falls_silent_is_a_failure(self, tmp_path: Path) -> None:
        async with a_room(tmp_path) as room:
            room.look(mapped(), "a")
            (await room.question()).end()
            assert "whole map" in (await room.state("failed"))["note"]

    async def test_an_engine_that_was_unloaded_is_none(self, tmp_path: Path) -> None:
        async with a_room(tmp_path) as room:
            room.look(mapped(), "a")
            (await room.question()).say(EngineStoppedError("the engine was unloaded"))
            await room.state("cancelled")

    async def test_a_run_can_be_cancelled_once(self, tmp_path: Path) -> None:
        async with a_room(tmp_path) as room:
            shown = room.look(mapped(), "a")
            question = await room.question()
            room.opinions.cancel(shown.key)
            assert room.last()["state"] == "cancelled"
            await until(lambda: not question.is_open)
            with pytest.raises(RefusedError):
                room.opinions.cancel(shown.key)

    async def test_a_difficulty_deleted_mid_run_is_not_spoken_of_again(self, tmp_path: Path) -> None:
        async with a_room(tmp_path) as room:
            shown = room.look(mapped(), "a")
            question = await room.question()
            question.say(a_complete(shown, "a", 3, done=1))
            await room.state("scoring")
            room.opinions.forget(tmp_path / "a.osu")
            told = len(room.told)
            question.say(a_complete(shown, "a", 3, 4))
            await until(lambda: not question.is_open)
            assert len(room.told) == told
            assert room.opinions.message_of(shown.key) is None


class TestWhatIsRemembered:
    async def test_the_rating_is_told_again_to_the_model_it_is_for(self, tmp_path: Path) -> None:
        async with a_room(tmp_path) as room:
            room.link.chosen = "v30"
            shown = room.look(mapped(), "a")
            question = await room.question()
            assert question.request.rating is None
            question.say(a_complete(shown, "a", 3, rating=5.25, model="v30"))
            question.end()
            assert (await room.state("done"))["rating"] == 5.25
            room.look(mapped(2), "b")
            assert (await room.question(1)).request.rating == 5.25
            room.link.chosen = "v31"
            room.look(mapped(3), "c")
            assert (await room.question(2)).request.rating is None

    async def test_intended_marks_and_what_is_new_survive_a_restart(self, tmp_path: Path) -> None:
        store = Store(None)
        key = store.recognise(Identity(tmp_path / "a.osu", 0, "a", "t", "c", "d", "osu")).key
        async with a_room(tmp_path, store) as room:
            room.key = key
            shown = room.look(mapped(), "a")
            question = await room.question()
            question.say(a_complete(shown, "a", 3, 5))
            question.end()
            await room.state("done")
            assert room.opinions.set_intended(key, "m1", on=True)
        recalled = store.recall_opinion(key)
        assert (recalled.model, len(recalled.marks)) == ("v32", 1)
        async with a_room(tmp_path, store) as room:
            room.key = key
            shown = room.look(mapped(2), "b")
            question = await room.question()
            question.say(a_complete(shown, "b", 3, 7))
            question.end()
            told = await room.state("done")
            assert [each["intended"] for each in told["findings"]] == [True, False]
            assert [each["status"] for each in told["findings"]] == ["still", "new"]
            assert [each["timestamp"] for each in told["gone"]] == ["00:01:665 (6)"]
        store.close()
