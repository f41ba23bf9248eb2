"""What measures findings, measured: its mistakes are what it says, and it tells an oracle from luck."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from random import Random
from statistics import fmean
from typing import TYPE_CHECKING

import pytest

from bench import clean_maps, planted_faults
from bench.clean_maps import CleanMap
from bench.faults import KINDS
from bench.finders import Asked, Both, Looked, Model, Remark, Rules, Scores, auc
from bench.listeners import CheckpointListener, caches_in, with_random_weights
from bench.planted_faults import Question, look_for, planted, trial
from daemon.demo.song import write_song
from engine.beatmap.builder import osu
from engine.beatmap.objects import HitSound, Mode, Slider
from engine.checkpoints.upstream import load
from engine.modding.opinion import Place
from engine.tokens.events import EventType
from tests.modding.scores import Reader, expect
from tests.shared_data import shared

if TYPE_CHECKING:
    from pathlib import Path

    from bench.faults import Fault, Kind
    from bench.planted_faults import Planted
    from engine.beatmap.beatmap import Beatmap
    from engine.beatmap.document import Document

OURS = {map_.name: map_ for map_ in clean_maps.our_own(None)}
FAULTS: dict[str, list[Planted]] = {name: list(planted(map_, 2)) for name, map_ in OURS.items()}
BY_KIND = {
    kind.name: [each for faults in FAULTS.values() for each in faults if each.kind is kind] for kind in KINDS
}
SPREAD = 0.29
"""The standard deviation of where one thing of many stands, if it is anywhere: 1 / sqrt(12)."""


def of_kind(name: str) -> list[tuple[Beatmap, Beatmap, Fault, int]]:
    """The clean map, the planted one, the fault, and the first object that is wrong."""
    return [
        (each.map_.document.beatmap, each.fault.document.beatmap, each.fault, min(each.fault.objects))
        for each in BY_KIND[name]
    ]


# ---- clean maps


@pytest.mark.parametrize("name", OURS)
def test_our_own_maps_are_clean(name: str) -> None:
    assert Rules().look(OURS[name].document).remarks == []


def test_our_own_maps_are_of_every_mode() -> None:
    assert {map_.mode for map_ in OURS.values()} == set(Mode)


# ---- planting


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_kind_of_mistake_finds_a_place(kind: Kind) -> None:
    assert BY_KIND[kind.name]


@pytest.mark.parametrize("name", FAULTS)
def test_an_edit_touches_its_own_lines_and_no_other(name: str) -> None:
    before = OURS[name].document.lines
    for each in FAULTS[name]:
        after = each.fault.document.lines
        if len(after) == len(before):
            changed = [
                index for index, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]
            ]
            assert len(changed) == 1
        else:
            at = next(index for index, line in enumerate(after) if line != before[index])
            assert after[:at] + after[at + 2 :] == before


@pytest.mark.parametrize("name", FAULTS)
def test_planting_is_the_same_every_time(name: str) -> None:
    again = [each.fault.document.to_bytes() for each in planted(OURS[name], 2)]
    assert again == [each.fault.document.to_bytes() for each in FAULTS[name]]


def test_off_its_snap_is_an_eighth_of_a_beat() -> None:
    for before, after, _, index in of_kind("off its snap by 1/8"):
        moved_ms = abs(after.objects[index].time_ms - before.objects[index].time_ms)
        assert moved_ms == before.timing.beat_length_at(before.objects[index].time_ms) / 8


def test_moved_is_across_the_field() -> None:
    for before, after, _, index in of_kind("moved across the field"):
        was, now = before.objects[index], after.objects[index]
        far = abs(was.x - now.x) if before.mode is Mode.CATCH else abs(was.x - now.x) + abs(was.y - now.y)
        assert far >= 180


def test_another_repeat_is_one_more_or_one_less() -> None:
    for before, after, _, index in of_kind("end at another repeat"):
        was, now = before.objects[index], after.objects[index]
        assert isinstance(was, Slider)
        assert isinstance(now, Slider)
        assert abs(was.span_count - now.span_count) == 1
        assert after.end_ms(now) < after.objects[index + 1].time_ms


@pytest.mark.parametrize(("name", "starts"), [("new combo missing", False), ("new combo too many", True)])
def test_a_combo_starts_where_it_did_not_or_no_longer(name: str, starts: bool) -> None:
    for before, after, _, index in of_kind(name):
        assert after.combos[index].starts is starts
        assert before.combos[index].starts is not starts


def test_a_wrong_sound_is_another_addition() -> None:
    for before, after, _, index in of_kind("wrong hit sound"):
        assert before.objects[index].hitsound != after.objects[index].hitsound


def test_don_and_kat_are_swapped_and_keep_their_size() -> None:
    rim = HitSound.WHISTLE | HitSound.CLAP
    for before, after, _, index in of_kind("don and kat swapped"):
        was, now = before.objects[index].hitsound, after.objects[index].hitsound
        assert bool(was & rim) is not bool(now & rim)
        assert was & HitSound.FINISH == now & HitSound.FINISH


@pytest.mark.parametrize("name", ["volume jump", "wrong velocity"])
def test_a_line_for_one_object_ends_with_it(name: str) -> None:
    for before, after, _, index in of_kind(name):
        at_ms, next_ms = (before.objects[number].time_ms for number in (index, index + 1))
        for fact in (after.timing.volume_at, after.timing.velocity_at, after.timing.kiai_at):
            clean = getattr(before.timing, fact.__name__)
            assert fact(next_ms) == clean(next_ms)
            assert fact(at_ms - 1) == clean(at_ms - 1)
        if name == "volume jump":
            assert after.timing.volume_at(at_ms) == round(before.timing.volume_at(at_ms) * 0.4)
        else:
            assert after.timing.velocity_at(at_ms) != before.timing.velocity_at(at_ms)
            assert after.end_ms(after.objects[index]) < next_ms or before.mode is not Mode.OSU


def test_a_late_red_line_makes_everything_after_it_wrong() -> None:
    for before, after, fault, index in of_kind("red line late"):
        assert len(after.timing.red) == len(before.timing.red) + 1
        assert fault.objects == set(range(index, len(after.objects)))
        assert any(remark.is_about(fault) for remark in Rules().look(fault.document).remarks)


def test_a_wrong_column_is_a_free_one() -> None:
    for before, after, _, index in of_kind("wrong column"):
        note = after.objects[index]
        assert after.column(note) != before.column(before.objects[index])
        others = [obj for number, obj in enumerate(after.objects) if number != index]
        near = [obj for obj in others if abs(obj.time_ms - note.time_ms) <= 100]
        assert after.column(note) not in {after.column(obj) for obj in near}


def test_a_map_without_room_for_a_mistake_gets_none() -> None:
    crowded = osu().timing(120)
    for number in range(20):
        crowded = crowded.circle(at=1000 + 20 * number)
    kinds = {each.kind.name for each in planted(CleanMap("crowded", crowded.document(), None), 2)}
    assert "off its snap by 1/8" not in kinds


# ---- measuring


@dataclass
class Oracle:
    """Knows what was planted, and says nothing else."""

    fault: Fault

    def look(self, document: Document) -> Looked:
        objects = tuple(sorted(self.fault.objects))
        suspicion = [float(index in self.fault.objects) for index in range(len(document.beatmap.objects))]
        return Looked([Remark(1.0, (Place(self.fault.start_ms, None, objects),))], suspicion)


@dataclass
class Guess:
    source: Random

    def look(self, document: Document) -> Looked:
        suspicion = [self.source.random() for _ in document.beatmap.objects]
        remarks = [
            Remark(weight, (Place(obj.time_ms, None, (index,)),))
            for index, (obj, weight) in enumerate(zip(document.beatmap.objects, suspicion, strict=True))
        ]
        return Looked(remarks, suspicion)


@dataclass
class Silent:
    def look(self, document: Document) -> Looked:
        return Looked([], [0.0] * len(document.beatmap.objects))


def test_the_share_of_pairs_counts_ties_as_halves() -> None:
    assert auc([3, 1], [0, 1, 2, 2]) == (4 + 1.5) / 8
    assert auc([0], [0, 0]) == 0.5


def test_an_oracle_finds_everything_and_raises_no_false_alarm() -> None:
    for each in FAULTS["ours, Hard"]:
        assert trial(Oracle(each.fault), each.fault, []) == (1.0, True, False, 0.0)


def test_silence_is_worth_a_guess_and_finds_nothing() -> None:
    for each in FAULTS["ours, Hard"]:
        assert trial(Silent(), each.fault, []) == (0.5, False, False, 0.0)


def test_guessing_is_at_chance_within_the_binomial_error() -> None:
    finder = Guess(Random(5))
    trials = [trial(finder, each.fault, []).auc for each in FAULTS["ours, Muzukashii"] for _ in range(40)]
    assert abs(fmean(trials) - 0.5) < 3 * SPREAD / len(trials) ** 0.5


def test_whoever_says_everything_pays_in_false_alarms() -> None:
    each = FAULTS["ours, Normal"][0]
    minutes = each.fault.document.beatmap.drain_ms / 60_000
    said = trial(Guess(Random(1)), each.fault, [])
    assert said.false_alarms_per_minute == pytest.approx(
        (len(each.fault.document.beatmap.objects) - 1) / minutes
    )


def test_what_was_said_of_the_clean_map_already_is_luck() -> None:
    each = FAULTS["ours, Normal"][0]
    (row, *_) = look_for([each], {"guess": Guess(Random(1))})
    everywhere = Guess(Random(1)).look(each.map_.document).remarks
    assert trial(Silent(), each.fault, everywhere).found_before
    assert row.finder == "guess"


# ---- models


@dataclass
class Told:
    """A model that is surprised by how loud one object is, and by nothing else."""

    index: int
    surprisal: float

    def score(self, document: Document) -> Scores:
        read = Reader(document.beatmap)
        volumes = [
            read.surprised(
                EventType.VOLUME,
                expect(EventType.VOLUME, 40),
                nth=number,
                surprisal=self.surprisal if number == self.index else 1.0,
            )
            for number in range(len(document.beatmap.objects))
        ]
        return Scores(volumes, read.texts, read.grammar)


CIRCLES = osu().timing(120)
for _number in range(40):
    CIRCLES = CIRCLES.circle(at=1000 + 500 * _number)


def test_a_model_that_is_surprised_by_the_mistake_finds_it() -> None:
    map_ = CleanMap("circles", CIRCLES.document(), None)
    each = next(each for each in planted(map_, 1) if each.kind.name == "volume jump")
    (index,) = each.fault.objects
    assert trial(Model(Asked(Told(index, 500))), each.fault, []) == (1.0, True, False, 0.0)
    elsewhere = trial(Model(Asked(Told((index + 5) % 40, 500))), each.fault, [])
    assert (elsewhere.found, elsewhere.auc < 0.5) == (False, True)


def test_what_a_rule_and_a_model_both_say_is_said_once_and_rises() -> None:
    quiet = CIRCLES.green(3000, volume=5).green(3500, volume=70).document()
    ruled = Rules().look(quiet).remarks
    together = Both(Asked(Told(4, 500))).look(quiet).remarks
    assert len(together) == len(ruled)
    before, after = (
        next(remark for remark in remarks if remark.places[0].objects == (4,))
        for remarks in (ruled, together)
    )
    assert after.weight == before.weight + 0.5


def test_a_model_is_asked_once_about_one_version_of_a_map() -> None:
    @dataclass
    class Counting(Told):
        asked: int = 0

        def score(self, document: Document) -> Scores:
            self.asked += 1
            return super().score(document)

    listener = Counting(0, 1.0)
    asked, document = Asked(listener), CIRCLES.document()
    Model(asked).look(document)
    Both(asked).look(document)
    assert listener.asked == 1


@pytest.mark.timeout(300)
def test_random_weights_come_out_at_chance(tmp_path: Path) -> None:
    """Whatever a model says that knows nothing: no object is suspicious for being of a certain kind, or for
    having more said about it.
    """
    audio = write_song(tmp_path)
    maps = [each for each in clean_maps.our_own(audio) if each.name == "ours, Hard"]
    aucs = []
    for seed in range(3):
        checkpoint = with_random_weights(load(shared("golden", "checkpoints", "v32")), seed)
        listening = partial(CheckpointListener, checkpoint, caches=caches_in(tmp_path))
        rows = planted_faults.with_model(maps, 3, listening)
        aucs += [each.auc for row in rows if row.finder == "model" for each in row.trials]
    assert len(aucs) > 60
    assert abs(fmean(aucs) - 0.5) < 3 * SPREAD / len(aucs) ** 0.5


# ---- the command


def test_the_command_tells_the_same_as_json_and_as_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "map.osu"
    path.write_bytes(CIRCLES.bytes())
    planted_faults.main(["--maps", str(path), "--short"])
    assert "| volume jump" in capsys.readouterr().out
    planted_faults.main(["--maps", str(path), "--short", "--json", "--check"])  # every floor is reached
    answer = json.loads(capsys.readouterr().out)
    assert {row["finder"] for row in answer["details"]["rules alone"]} == {"rules"}


def test_a_model_without_a_song_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "map.osu"
    path.write_bytes(CIRCLES.bytes())
    asked = Question(str(tmp_path), (path,), short=True)
    with pytest.raises(SystemExit, match="has a song"):
        planted_faults.measure(asked)
