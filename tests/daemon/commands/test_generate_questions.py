"""Without arguments `mapside generate` asks: what the model understands, and again what cannot be read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from daemon.commands.generate_questions import Questions, Terminal
from engine.beatmap.objects import Mode
from engine.service import Described

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

EVERYTHING = Described(
    model="v31",
    family="v31",
    modes=(0, 1, 2, 3),
    wishes=("star_rating", "year", "descriptors"),
    descriptors=("clean", "tech", "technical"),
    years=(2007, 2023),
    most_star_rating=10,
    written=("timing", "kiai", "map"),
    given=("timing", "gd", "no_hs"),
    keeps=("nothing", "rhythm", "all but hitsounds"),
    mappers=10,
    settings=("keys",),
)


class Person:
    """Somebody at a terminal who knows the answers already."""

    def __init__(self, answers: Sequence[str]) -> None:
        self.left = list(answers)
        self.asked: list[str] = []
        self.shown: list[str] = []

    def read(self, question: str) -> str:
        self.asked.append(question)
        return self.left.pop(0)

    def asks(self, models: tuple[str, ...] = ("v31",), described: Described = EVERYTHING) -> dict[str, Any]:
        questions = Questions(
            Terminal(self.read, self.shown.append),
            models=dict.fromkeys(models, described.modes),
            chosen="v31",
            describe=lambda _name, _mode: described,
            mode_of=lambda _path: Mode.TAIKO,
        )
        said = questions.ask()
        assert not self.left, "more was to be asked"
        return said


@pytest.fixture
def song(tmp_path: Path) -> Path:
    file = tmp_path / "a song.mp3"
    file.write_bytes(b"")
    return file


@pytest.fixture
def osu(tmp_path: Path) -> Path:
    file = tmp_path / "a map.osu"
    file.write_bytes(b"")
    return file


def test_a_song_with_enter_pressed_all_the_way(song: Path) -> None:
    said = Person([f'"{song}"', "", "", "", "", "", "", "", ""]).asks()
    assert said == {"audio_path": song, "model": "v31", "gamemode": Mode.OSU}


def test_only_what_the_model_understands_is_asked(song: Path) -> None:
    simple = replace(EVERYTHING, modes=(0,), wishes=(), settings=(), descriptors=(), written=("map",))
    person = Person([str(song), "", "n"])
    assert person.asks(("v30",), simple) == {
        "audio_path": song, "model": "v30", "gamemode": Mode.OSU,
    }  # fmt: skip
    assert not [question for question in person.asked if "tar rating" in question]


def test_a_section_of_a_map(osu: Path) -> None:
    answers = [str(osu), "2", "00:10:000 - ", "00:05:000", "20000", "y", "4.5", "", "tech", "7"]
    person = Person(answers)
    said = person.asks()
    assert said == {
        "beatmap_path": osu,
        "model": "v31",
        "add_to_beatmap": True,
        "start_time": 10_000.0,
        "end_time": 20_000.0,
        "overwrite_reference_beatmap": True,
        "difficulty": 4.5,
        "descriptors": ("tech",),
        "seed": 7,
    }
    assert "  That must come after the beginning." in person.shown
    assert not [question for question in person.asked if "keys" in question], "a section has the map's"


@pytest.mark.parametrize("pasted", ["00:10:000 - 00:20:000", "00:20:000 (1,2) - 00:10:000 (3) -"])
def test_a_section_is_pasted_as_the_page_copies_it(osu: Path, pasted: str) -> None:
    said = Person([str(osu), "2", pasted, "n", "", "", "", ""]).asks()
    assert (said["start_time"], said["end_time"]) == (10_000.0, 20_000.0)


def test_how_many_keys_a_whole_map_has(song: Path) -> None:
    mania = replace(EVERYTHING, modes=(3,), descriptors=(), written=("map",))
    person = Person([str(song), "", "", "7", "", "n"])
    assert person.asks(described=mania)["keycount"] == 7


def test_what_cannot_be_read_is_asked_again_with_the_reason(song: Path) -> None:
    answers = [
        "nowhere.mp3", str(song), "9", "2", "", "", "twelve", "5", "", "", "techno", "clean,tech", "", "y",
    ]  # fmt: skip
    person = Person(answers)
    said = person.asks(("v32", "v31"))
    assert said["model"] == "v31"
    assert said["difficulty"] == 5.0
    assert said["descriptors"] == ("clean", "tech")
    assert said["export_osz"] is True
    reasons = [line for line in person.shown if line.startswith("  That")]
    assert "is no file that can be found" in reasons[0]
    assert reasons[1:] == [
        "  That is none of the numbers 1 to 2.",
        "  That is a number, not 'twelve'.",
        "  That names 'techno', which the model does not know.",
    ]


def test_hit_sounds_and_guests_where_the_model_can_be_given_them(osu: Path) -> None:
    rest = ["", "", "", "", "", ""]
    assert Person([str(osu), "3", *rest]).asks()["in_context"] == ("no_hs", "timing")
    assert Person([str(osu), "4", *rest]).asks()["in_context"] == ("gd", "timing")
    plain = replace(EVERYTHING, given=("timing",))
    person = Person([str(osu), "3", "1", *rest])
    assert person.asks(described=plain)["in_context"] == ("timing",)
