"""A map that was edited is scored as one that was never seen before, and costs what the edit touches."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import pytest

from engine.beatmap.builder import osu
from engine.modding.cache import ModdingCaches
from engine.modding.listening import Listener, Song
from engine.modding.modder import Answer, Modder
from engine.modding.reading import Speech
from engine.tokens.star_rating import star_rating
from tests.modding import golden, worlds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from engine.audio.waveform import Waveform
    from engine.beatmap.document import Document
    from engine.checkpoints.upstream import Checkpoint
    from engine.modding.listening import Mind
    from engine.modding.reading import Reading

BEAT_MS = 300
OBJECTS = 36
EDITS = 9
PINNED_RATING = 3.3


@dataclass(frozen=True)
class World:
    checkpoint: Checkpoint
    song: Waveform = field(default_factory=worlds.noise)
    objects: int = OBJECTS
    rtol: float = 2e-5


@cache
def world(name: str) -> World:
    match name:
        case "tiny v30":
            return World(worlds.tiny_v30())
        case "tiny v32":
            return World(worlds.tiny_v32())
        case _:
            # These are so sure of themselves that float32 leaves three digits of an everyday surprise.
            return World(golden.checkpoint(name), golden.song(), objects=140, rtol=2e-3)


TINY = ("tiny v30", "tiny v32")
FITTED = ("v30_fit", "v32_fit")


def mapped(objects: int = OBJECTS) -> Document:
    """Circles and sliders on the beat, with lines between them that change volume and velocity."""
    built = osu().timing(60_000 / BEAT_MS, at=100)
    for index in range(objects):
        at, x, y = 100 + index * BEAT_MS, 40 + index * 37 % 400, 40 + index * 53 % 280
        if index % 5 == 4:
            built = built.green(at, velocity=0.8 + index % 3 / 5, volume=40 + index)
        if index % 4 == 3:
            built = built.slider(at=at, x=x, y=y, path=f"L|{x + 60}:{y}", length=60)
        else:
            built = built.circle(at=at, x=x, y=y, new_combo=index % 8 == 0, sound=index % 3 * 4)
    return built.document()


@dataclass
class Desk:
    """One map, one model, and what is remembered between two versions."""

    world: World
    folder: Path
    nearby_bytes: int = 400_000
    caches: ModdingCaches = field(init=False)

    def __post_init__(self) -> None:
        self.caches = ModdingCaches(self.folder, 1 << 28, nearby_bytes=self.nearby_bytes)

    @property
    def mind(self) -> Mind:
        return self.caches.mind(self.world.checkpoint.model)

    def read(self, document: Document) -> Reading:
        speech = Speech(self.world.checkpoint)
        rating = PINNED_RATING if speech.spec.conditions else star_rating(document)
        return speech.read(document.beatmap, self.world.song, rating)

    def steps(self, document: Document, near_ms: float) -> Iterator[object]:
        reading = self.read(document)
        song = Song("noise", self.world.song)
        listener = Listener(self.mind, reading.speech, song, reading.conditions, self.caches.files)
        caches = self.caches
        modder = Modder(
            self.mind, reading, listener, answers=caches.answers, nearby=caches.nearby, map_="a.osu"
        )
        return modder.mod(near_ms)

    def mod(self, document: Document, near_ms: float = 0.0) -> list[Answer]:
        answers = [step for step in self.steps(document, near_ms) if isinstance(step, Answer)]
        return sorted(answers, key=lambda answer: answer.question.index)


def new_windows(answers: list[Answer]) -> list[int]:
    return [answer.question.index for answer in answers if answer.is_new]


def assert_same(ours: list[Answer], afresh: list[Answer], rtol: float) -> None:
    assert len(ours) == len(afresh)
    for one, other in zip(ours, afresh, strict=True):
        assert one.question.ids == other.question.ids
        assert one.question.asked == other.question.asked
        np.testing.assert_allclose(one.scores.surprisal, other.scores.surprisal, rtol=rtol, atol=1e-6)
        np.testing.assert_allclose(one.scores.probability, other.scores.probability, rtol=rtol, atol=1e-6)
        np.testing.assert_allclose(one.scores.likelihood, other.scores.likelihood, rtol=rtol, atol=1e-6)


# ---- what a mapper does

Edit = "Callable[[Document, random.Random], Document]"


def some_object(document: Document, rng: random.Random) -> tuple[int, list[str]]:
    """Its line, and what stands there."""
    line = rng.choice(document.beatmap.objects).line
    return line, document.lines[line].decode().rstrip("\r\n").split(",")


def inserts(document: Document, rng: random.Random) -> Document:
    line, fields = some_object(document, rng)
    return document.insert_lines(line, [f"{rng.randrange(512)},{rng.randrange(384)},{fields[2]},1,0"])


def deletes(document: Document, rng: random.Random) -> Document:
    return document.delete_lines([some_object(document, rng)[0]])


def moves(document: Document, rng: random.Random) -> Document:
    line, fields = some_object(document, rng)
    fields[0], fields[1] = str(rng.randrange(512)), str(rng.randrange(384))
    return document.replace_line(line, ",".join(fields))


def retimes(document: Document, rng: random.Random) -> Document:
    line, fields = some_object(document, rng)
    fields[2] = str(max(0, int(fields[2]) + rng.randint(-400, 400)))
    return document.replace_line(line, ",".join(fields))


def sounds(document: Document, rng: random.Random) -> Document:
    line, fields = some_object(document, rng)
    fields[4] = str(rng.choice([2, 4, 8, 10]))
    return document.replace_line(line, ",".join(fields))


def changes_velocity(document: Document, rng: random.Random) -> Document:
    green = [point for point in document.beatmap.timing.points if not point.uninherited]
    point = rng.choice(green)
    text = f"{point.time_ms:g},-{rng.randint(50, 200)},4,2,0,{rng.randint(20, 100)},0,0"
    return document.replace_line(point.line, text)


def changes_timing(document: Document, rng: random.Random) -> Document:
    red = document.beatmap.timing.red[0]
    text = f"{red.time_ms:g},{rng.choice([299, 300, 303.5, 600])},{rng.choice([3, 4])},2,0,70,1,0"
    return document.replace_line(red.line, text)


def changes_settings(document: Document, rng: random.Random) -> Document:
    key = rng.choice(["CircleSize", "OverallDifficulty", "SliderMultiplier", "HPDrainRate", "ApproachRate"])
    return document.set_value("Difficulty", key, str(rng.choice([1, 2, 3, 3.4])))


EDITS_OF_A_MAPPER = (
    *(inserts, deletes, moves, retimes, sounds),
    *(changes_velocity, changes_timing, changes_settings),
)


def versions(objects: int, rng: random.Random) -> Iterator[Document]:
    """One edit after another; now and then all of the last one is undone."""
    past = [mapped(objects)]
    for _ in range(EDITS):
        yield past[-1]
        if len(past) > 1 and rng.random() < 0.2:
            past.pop()
        else:
            past.append(rng.choice(EDITS_OF_A_MAPPER)(past[-1], rng))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", TINY)
def test_after_any_edits_the_scores_are_those_of_a_map_never_seen(
    name: str, seed: int, tmp_path: Path
) -> None:
    hold_it(world(name), seed, tmp_path)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", FITTED)
def test_so_they_are_with_a_model_that_has_learnt_something(name: str, seed: int, tmp_path: Path) -> None:
    hold_it(world(name), seed, tmp_path)


def hold_it(place: World, seed: int, folder: Path) -> None:
    rng = random.Random(seed)
    desk = Desk(place, folder / "desk", nearby_bytes=rng.choice([0, 300_000, 3_000_000, 1 << 30]))
    for number, document in enumerate(versions(place.objects, rng)):
        near_ms = rng.uniform(0, place.song.length_ms)
        if rng.random() < 0.3:  # a newer save comes in half-way through
            steps = desk.steps(document, near_ms)
            list(islice(steps, rng.randrange(20)))
            continue
        # The encoder's half is held by tests of its own: the same states serve both.
        afresh = Desk(place, folder / "desk", nearby_bytes=0)
        assert_same(desk.mod(document, near_ms), afresh.mod(document), place.rtol)
        if number == EDITS - 1:
            deaf = Desk(place, folder / "other")
            assert_same(desk.mod(document, near_ms), deaf.mod(document), place.rtol)


@pytest.mark.parametrize("name", TINY)
class TestCost:
    def test_a_version_that_says_the_same_costs_nothing(self, name: str, tmp_path: Path) -> None:
        desk = Desk(world(name), tmp_path)
        assert new_windows(desk.mod(mapped()))
        assert new_windows(desk.mod(mapped())) == []
        assert new_windows(desk.mod(mapped().set_value("Metadata", "Tags", "new"))) == []

    def test_an_undo_costs_nothing(self, name: str, tmp_path: Path) -> None:
        desk = Desk(world(name), tmp_path)
        desk.mod(mapped())
        desk.mod(moves(mapped(), random.Random(1)))
        assert new_windows(desk.mod(mapped())) == []

    def test_a_moved_object_concerns_only_windows_that_hold_it(self, name: str, tmp_path: Path) -> None:
        desk = Desk(world(name), tmp_path)
        desk.mod(mapped())
        edited = moves(mapped(), random.Random(5))
        told, told_before = desk.read(edited).events, desk.read(mapped()).events
        changed_ms = {
            one.time
            for context in told
            for one, other in zip(told[context], told_before[context], strict=True)
            if one != other
        }
        answers = desk.mod(edited)
        length_ms = desk.read(edited).speech.shape.length_ms
        starts_ms = {answer.question.index: answer.question.window.time_ms for answer in answers}
        for index in new_windows(answers):
            assert any(starts_ms[index] <= at_ms < starts_ms[index] + length_ms for at_ms in changed_ms)
        assert 0 < len(new_windows(answers)) < len(answers) / 2

    def test_the_window_that_judges_the_edit_comes_first(self, name: str, tmp_path: Path) -> None:
        desk = Desk(world(name), tmp_path)
        near_ms = 6000
        order = [step for step in desk.steps(mapped(), near_ms) if isinstance(step, Answer) and step.is_new]
        first = order[0].question.window
        assert first.counts_from_ms <= near_ms < first.counts_to_ms
        away = [
            abs((one.question.window.counts_from_ms + one.question.window.counts_to_ms) / 2 - near_ms)
            for one in order
        ]
        assert away == sorted(away)

    def test_what_stands_before_an_edit_is_not_read_again(self, name: str, tmp_path: Path) -> None:
        desk = Desk(world(name), tmp_path, nearby_bytes=1 << 30)
        desk.mod(mapped())
        read = count_tokens(desk.world.checkpoint)
        with read:
            desk.mod(sounds(mapped(), random.Random(3)))
        again = Desk(world(name), tmp_path, nearby_bytes=0)
        again.mod(mapped())
        read_again = count_tokens(desk.world.checkpoint)
        with read_again:
            again.mod(sounds(mapped(), random.Random(3)))
        assert 0 < read.tokens < read_again.tokens * 0.7

    def test_a_song_that_was_heard_is_not_listened_to_again(self, name: str, tmp_path: Path) -> None:
        place = world(name)
        Desk(place, tmp_path).mod(mapped())
        listening = place.checkpoint.model.encoder.register_forward_pre_hook(refuse)
        try:
            assert new_windows(Desk(place, tmp_path).mod(mapped()))
        finally:
            listening.remove()


def refuse(*_: object) -> None:
    raise AssertionError("it listened again")


class count_tokens:  # noqa: N801 — used like a function
    """How many tokens the decoder reads meanwhile."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._decoder = checkpoint.model.decoder
        self.tokens = 0

    def __enter__(self) -> None:
        def count(_module: object, args: tuple[object, ...]) -> None:
            self.tokens += args[0].numel()  # type: ignore[attr-defined]  # token ids come first

        self._hook = self._decoder.register_forward_pre_hook(count)

    def __exit__(self, *_: object) -> None:
        self._hook.remove()


@pytest.mark.parametrize("at_once", [2, 5])
@pytest.mark.parametrize("name", TINY)
def test_windows_asked_together_answer_as_they_do_alone(
    name: str, at_once: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = Desk(world(name), tmp_path, nearby_bytes=0).mod(mapped())
    monkeypatch.setattr("engine.modding.modder.ON_CPU_AT_ONCE", at_once)
    together = Desk(world(name), tmp_path, nearby_bytes=0).mod(mapped())
    assert_same(together, alone, 2e-5)


def test_what_is_remembered_nearby_stays_within_its_room(tmp_path: Path) -> None:
    desk = Desk(world("tiny v32"), tmp_path, nearby_bytes=500_000)
    for seed in range(4):
        desk.mod(moves(mapped(), random.Random(seed)), near_ms=seed * 3000)
        assert 0 < desk.caches.nearby.total_bytes <= 500_000


def test_where_room_is_short_the_sound_of_the_farthest_windows_goes_first(tmp_path: Path) -> None:
    near_ms = 6000
    desk = Desk(world("tiny v32"), tmp_path, nearby_bytes=800_000)
    desk.mod(mapped(), near_ms)
    after = [kept for kept in desk.caches.nearby.kept if kept.window.counts_from_ms >= near_ms]
    after.sort(key=lambda kept: kept.window.counts_from_ms)
    has_sound = [kept.heard is not None for kept in after]
    assert has_sound == sorted(has_sound, reverse=True)
    assert has_sound[0]
    assert not has_sound[-1]


def test_after_moving_on_nothing_is_remembered_of_where_nobody_works(tmp_path: Path) -> None:
    desk = Desk(world("tiny v32"), tmp_path, nearby_bytes=500_000)
    desk.mod(mapped(), near_ms=2000)
    lines = [obj.line for obj in mapped().beatmap.objects if obj.time_ms > 6000]
    desk.mod(mapped().delete_lines(lines[::2]), near_ms=10_000)
    assert min(kept.window.counts_from_ms for kept in desk.caches.nearby.kept) > 6000
