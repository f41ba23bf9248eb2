"""`mapside generate` takes Mapperatorinator's names, as flags or from a file, and says which it does not."""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import pytest

from daemon.commands.asking import EngineRefusedError
from daemon.commands.generate_options import (
    ELSEWHERE,
    OPTIONS,
    add_arguments,
    read_file,
    told,
    wishes_of,
    words_of,
)
from engine.beatmap.objects import Mode
from engine.service import Wishes

if TYPE_CHECKING:
    from pathlib import Path


def said(*words: str) -> dict[str, Any]:
    parser = ArgumentParser(exit_on_error=True)
    add_arguments(parser)
    return told(parser.parse_args(words))


def test_flags_go_by_the_names_that_people_know() -> None:
    told_all = said(
        "--beatmap_path", "a b.osu", "--gamemode", "3", "--difficulty", "5.5", "--keycount", "7",
        "--in_context", "[TIMING,KIAI]", "--negative_descriptors", "jumps, 'tech'", "--cfg-scale", "1.5",
        "--super_timing", "--no-hitsounded", "--seed", "18446744073709551615",
    )  # fmt: skip
    assert told_all["gamemode"] is Mode.MANIA
    assert told_all["in_context"] == ("timing", "kiai")
    assert told_all["super_timing"] is True
    assert told_all["seed"] == 2**64 - 1
    wishes = wishes_of(told_all)
    assert wishes.star_rating == 5.5
    assert wishes.keys == 7
    assert wishes.guidance == 1.5
    assert wishes.unwanted_descriptors == ("jumps", "tech")
    assert wishes.hitsounded is False
    assert not wishes.is_greedy


def test_nothing_left_to_chance_is_greedy() -> None:
    assert wishes_of(said("--no-do_sample")).is_greedy


def test_what_is_not_said_is_not_wished() -> None:
    assert said() == {}
    assert wishes_of({}) == Wishes()


def test_each_wish_is_one_that_the_engine_knows_and_none_is_left_out() -> None:
    wished = {option.wish for option in OPTIONS if option.wish}
    assert wished == {field.name for field in fields(Wishes)} - {"is_greedy"}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--difficulty", "hard"], "difficulty is a number, not 'hard'"),
        (["--keycount", "4.5"], "keycount is a whole number from 1 to 18, not 4.5"),
        (["--top_p", "0"], "top_p is a number from 1e-06 to 1, not 0"),
        (["--gamemode", "chess"], "gamemode is 0 to 3, or osu, taiko, catch or mania, not 'chess'"),
        (["--in_context", "TIMING,LUCK"], "'luck' is none of them"),
        (["--use_server"], "--use_server is not taken: one engine serves everything"),
        (["--difficulty", "nan"], "difficulty is a number from 0 to 20, not nan"),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        said(*words)
    assert sentence in capsys.readouterr().err


def test_a_file_says_the_same_and_flags_stand_over_it(tmp_path: Path) -> None:
    file = tmp_path / "wishes.toml"
    file.write_text(
        'model_path = "v30"\ndifficulty = 4\ndescriptors = ["tech", "clean"]\n'
        "export_osz = true\nyear = 2019\n"
    )
    together = said("--config", str(file), "--year", "2021")
    assert together == {
        "model": "v30",
        "difficulty": 4.0,
        "descriptors": ("tech", "clean"),
        "export_osz": True,
        "year": 2021,
    }


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("temprature = 1", "there is no temprature"),
        ("temperature = 0", "temperature is a number from 1e-06 to 10, not 0"),
        ("top_k = true", "top_k is a whole number"),
        ("lookback = 0.4", "lookback is not taken: windows overlap as the model was taught"),
        ("seed = ", "is no TOML file"),
        (r'audio_path = "C:\Users\me\song.mp3"', "goes between single quotes"),
    ],
)
def test_a_file_that_cannot_be_taken_is_named(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "wishes.toml"
    file.write_text(text)
    with pytest.raises(EngineRefusedError, match=r"wishes\.toml") as refused:
        read_file(file)
    assert sentence in str(refused.value)


def test_a_file_may_begin_with_the_mark_of_a_windows_editor(tmp_path: Path) -> None:
    (tmp_path / "wishes.toml").write_text("seed = 5", encoding="utf-8-sig")
    assert read_file(tmp_path / "wishes.toml") == {"seed": 5}


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(EngineRefusedError, match=r"none\.toml cannot be read"):
        read_file(tmp_path / "none.toml")


def test_the_command_that_is_shown_says_the_same_again() -> None:
    words = [
        "--audio_path", "a song.mp3", "--gamemode", "taiko", "--difficulty", "5.25", "--descriptors", "a,b c",
        "--super_timing", "--no-do_sample", "--start_time", "1234567.5", "--seed", "18446744073709551615",
    ]  # fmt: skip
    once = said(*words)
    assert said(*words_of(once)) == once


def test_no_name_is_taken_and_refused_at_once() -> None:
    assert not {option.name for option in OPTIONS} & set(ELSEWHERE)
