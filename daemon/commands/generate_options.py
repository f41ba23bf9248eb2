"""What `mapside generate` can be told, by the names that Mapperatorinator's users know: flags or a TOML file.

One table says everything of each name; the parser, the file's reader and the questions are made from it.
"""

from __future__ import annotations

import tomllib
from argparse import SUPPRESS, Action, ArgumentTypeError, BooleanOptionalAction
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from daemon.commands.asking import EngineRefusedError
from daemon.settings_file import QUOTES
from engine.beatmap.objects import Mode
from engine.service import Wishes

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Mapping

CONTEXTS: Final = ("none", "timing", "kiai", "map", "sv", "gd", "no_hs")
MOST_SEED: Final = 2**64 - 1

ELSEWHERE: Final = {
    "lora_path": "no adapter can be chosen yet; merge it into the model, and name that folder as --model",
    "device": "`mapside` takes it from the settings: set MAPSIDE_ENGINE__DEVICE, or [engine] device",
    "precision": "`mapside` takes it from the settings: set MAPSIDE_ENGINE__PRECISION, or [engine] precision",
    "beatmap_id": "name the mapper, the year and the descriptors instead; one map's style is not a choice",
    "auto_select_gamemode_model": "the folder of the map's mode is always taken where there is one",
    "attn_implementation": "there is one way, and it is chosen by the device",
    "lookback": "windows overlap as the model was taught",
    "lookahead": "windows overlap as the model was taught",
    "timing_leniency": "it is 20 ms",
    "parallel": "windows depend on one another",
    "num_beams": "maps are sampled; --timer_num_beams is for their beats",
    "timer_bpm_threshold": "tempo changes are told from the beats' own scatter",
    "timer_cfg_scale": "timing is written without guidance",
    "timer_iterations": "the super timing hears a song 20 times",
    "use_server": "one engine serves everything",
    "max_batch_size": "up to eight windows or candidates are written at once",
    "resnap_events": "times are always put on the beat that the model named",
    "snap_near_perfect_overlaps": "near overlaps are made exact where another model has refined positions",
    "generate_positions": "positions are refined where the model needs it and one that does that is here",
}
"""Names that Mapperatorinator knows and we do not take, each with what holds instead."""


@dataclass(frozen=True, slots=True)
class Option:
    name: str
    """Mapperatorinator's."""
    read: Callable[[Any], Any]
    """From the command line's word, or a TOML value. Raises ValueError with the rest of a sentence."""
    help: str
    wish: str | None = None
    """The field of `Wishes` that it is."""
    is_switch: bool = False
    metavar: str | None = None


def _number(least: float, most: float) -> Callable[[Any], float]:
    def read(value: Any) -> float:
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise ValueError(f"is a number, not {value!r}") from None
        if not least <= number <= most:
            raise ValueError(f"is a number from {least:g} to {most:g}, not {value}")
        return number

    return read


def _whole(least: int, most: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        try:
            # Seeds are larger than what a float can hold.
            number = int(value) if isinstance(value, str) else value
        except ValueError:
            number = None
        if not isinstance(number, int) or isinstance(value, bool) or not least <= number <= most:
            raise ValueError(f"is a whole number from {least} to {most}, not {value}")
        return number

    return read


def _switch(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if str(value).lower() not in known:
        raise ValueError(f"is true or false, not {value!r}")
    return known[str(value).lower()]


def _path(value: Any) -> Path:
    """As people paste it: with quotes around, or dragged into the terminal."""
    text = str(value).strip().strip("\"'")
    if not text:
        raise ValueError("is a path, not nothing")
    return Path(text).expanduser()


def _words(value: Any) -> tuple[str, ...]:
    """A list, or words between commas; square brackets around them are allowed, as in a shell's habit."""
    if isinstance(value, list):
        return tuple(str(each).strip() for each in value if str(each).strip())
    parts = str(value).strip().removeprefix("[").removesuffix("]").split(",")
    return tuple(part.strip().strip("\"'") for part in parts if part.strip().strip("\"'"))


def _contexts(value: Any) -> tuple[str, ...]:
    words = tuple(word.lower() for word in _words(value))
    for word in words:
        if word not in CONTEXTS:
            raise ValueError(f"is made of {', '.join(CONTEXTS)}; {word!r} is none of them")
    return words


def mode_from(value: Any) -> Mode:
    """By number, as in a .osu file, or by name."""
    names = {mode.name.lower(): mode for mode in Mode} | {"std": Mode.OSU, "standard": Mode.OSU}
    names |= {"fruits": Mode.CATCH, "ctb": Mode.CATCH} | {str(mode.value): mode for mode in Mode}
    if str(value).lower() not in names:
        raise ValueError(f"is 0 to 3, or osu, taiko, catch or mania, not {value!r}")
    return names[str(value).lower()]


OPTIONS: Final = (
    Option("audio_path", _path, "the song", metavar="FILE"),
    Option("beatmap_path", _path, "a .osu to go by, or to add to", metavar="FILE"),
    Option("output_path", _path, "the folder to write to; else beside the map or the song", metavar="DIR"),
    Option("model", str, "a model of `mapside models`, or a checkpoint's folder", metavar="NAME|DIR"),
    Option("gamemode", mode_from, "osu, taiko, catch or mania (or 0 to 3)", metavar="MODE"),
    Option("difficulty", _number(0, 20), "star rating to aim at", wish="star_rating", metavar="STARS"),
    Option("mapper_id", _whole(0, 2**31), "whose style: a user's id", wish="mapper_id", metavar="ID"),
    Option("year", _whole(2007, 2100), "which year's style", wish="year"),
    Option("descriptors", _words, "how it is to be described: a,b,c", wish="descriptors", metavar="A,B"),
    Option(
        "negative_descriptors",
        _words,
        "what to go away from; with --cfg_scale above 1",
        wish="unwanted_descriptors",
        metavar="A,B",
    ),
    Option("hitsounded", _switch, "with hit sounds", wish="hitsounded", is_switch=True),
    Option("hp_drain_rate", _number(0, 10), "HP", wish="hp_drain", metavar="HP"),
    Option("circle_size", _number(0, 18), "CS", wish="circle_size", metavar="CS"),
    Option("overall_difficulty", _number(0, 10), "OD", wish="overall_difficulty", metavar="OD"),
    Option("approach_rate", _number(0, 10), "AR", wish="approach_rate", metavar="AR"),
    Option("slider_multiplier", _number(0.4, 3.6), "base slider velocity", wish="slider_multiplier"),
    Option("slider_tick_rate", _number(0.5, 8), "slider ticks for each beat", wish="slider_tick_rate"),
    Option("keycount", _whole(1, 18), "osu!mania's keys", wish="keys"),
    Option("hold_note_ratio", _number(0, 1), "the part of osu!mania's notes held", wish="hold_note_ratio"),
    Option("scroll_speed_ratio", _number(0, 1), "scroll speeds per moment", wish="scroll_speed_ratio"),
    Option("in_context", _contexts, "what of the map is given: " + ", ".join(CONTEXTS), metavar="A,B"),
    Option("output_type", _contexts, "what is written: map, timing, kiai, sv", metavar="A,B"),
    Option("add_to_beatmap", _switch, "put a section into the map of --beatmap_path", is_switch=True),
    Option("overwrite_reference_beatmap", _switch, "save over that map, with a backup", is_switch=True),
    Option("export_osz", _switch, "write a .osz with the song in it", is_switch=True),
    Option("start_time", _number(-1e8, 1e8), "where to begin, in ms", metavar="MS"),
    Option("end_time", _number(-1e8, 1e8), "where to end, in ms", metavar="MS"),
    Option("seed", _whole(0, MOST_SEED), "the same seed writes the same map again"),
    Option("cfg_scale", _number(-10, 10), "how far to go from what is not wanted; 1: not", wish="guidance"),
    Option("temperature", _number(1e-6, 10), "how much is left to chance", wish="temperature"),
    Option("timing_temperature", _number(1e-6, 10), "of beats", wish="timing_temperature"),
    Option("mania_column_temperature", _number(1e-6, 10), "of columns", wish="column_temperature"),
    Option("taiko_hit_temperature", _number(1e-6, 10), "of dons and kats", wish="taiko_hit_temperature"),
    Option("timeshift_bias", _number(-20, 20), "above 0 busier, below 0 sparser", wish="time_bias"),
    Option("timer_num_beams", _whole(1, 8), "of beats, so many ways on are followed", wish="timing_beams"),
    Option("top_p", _number(1e-6, 1), "only the likeliest that reach this together", wish="top_p"),
    Option("top_k", _whole(0, 100_000), "only so many of the likeliest; 0: any number", wish="top_k"),
    Option("do_sample", _switch, "leave anything to chance at all", is_switch=True),
    Option("super_timing", _switch, "hear the beats many times over: slow, for odd timing", is_switch=True),
    Option("bpm", _number(1, 10_000), "the song's tempo, where it is known and steady"),
    Option("offset", _number(-1e8, 1e8), "where its first beat is, in ms", metavar="MS"),
    Option("title", str, "the song's title"),
    Option("artist", str, "the song's artist"),
    Option("creator", str, "who made the map"),
    Option("version", str, "the difficulty's name"),
    Option("background", _path, "a picture", metavar="FILE"),
    Option("preview_time", _number(-1, 1e8), "where the song's preview begins, in ms", metavar="MS"),
)
BY_NAME: Final = {option.name: option for option in OPTIONS} | {
    "model_path": next(option for option in OPTIONS if option.name == "model")
}


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, metavar="FILE", help="a TOML file with any of these names")
    parser.add_argument("--yes", action="store_true", help="ask nothing")
    for name in ELSEWHERE:
        parser.add_argument(f"--{name}", nargs="?", action=_NotTaken, dest=SUPPRESS, help=SUPPRESS)
    for option in OPTIONS:
        others = [f"--{option.name.replace('_', '-')}"] if "_" in option.name else []
        others += ["--model_path"] if option.name == "model" else []
        _add(parser, option, [f"--{option.name}"], option.help)
        if others:
            _add(parser, option, others, SUPPRESS)


def _add(parser: ArgumentParser, option: Option, flags: list[str], words: str) -> None:
    if option.is_switch:
        parser.add_argument(
            *flags, dest=option.name, action=BooleanOptionalAction, default=SUPPRESS, help=words
        )
        return
    parser.add_argument(
        *flags,
        dest=option.name,
        type=_of_a_word(option),
        default=SUPPRESS,
        help=words,
        metavar=option.metavar or option.name.split("_")[-1].upper(),
    )


class _NotTaken(Action):
    def __call__(
        self, parser: ArgumentParser, _namespace: Any, _values: Any, flag: str | None = None
    ) -> None:
        name = (flag or "").lstrip("-")
        parser.error(f"{flag} is not taken: {ELSEWHERE[name]}")


def _of_a_word(option: Option) -> Callable[[str], Any]:
    def read(word: str) -> Any:
        try:
            return option.read(word)
        except ValueError as error:
            raise ArgumentTypeError(f"{option.name} {error}") from None

    return read


def told(arguments: Namespace) -> dict[str, Any]:
    """What was said, by name: the file first, flags over it."""
    said = read_file(arguments.config) if arguments.config else {}
    flags = {option.name: vars(arguments)[option.name] for option in OPTIONS if option.name in arguments}
    return said | flags


def read_file(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8-sig")  # with the mark that some Windows editors put in front
    except OSError as error:
        raise EngineRefusedError(f"{file} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise EngineRefusedError(f"{file} is no TOML file: {error}.") from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        hint = QUOTES if "\\" in text else ""
        raise EngineRefusedError(f"{file} is no TOML file: {error}.{hint}") from error
    said: dict[str, Any] = {}
    for name, value in table.items():
        if name in ELSEWHERE:
            raise EngineRefusedError(f"{file}: {name} is not taken: {ELSEWHERE[name]}. Leave it out.")
        if name not in BY_NAME:
            raise EngineRefusedError(
                f"{file}: there is no {name}. `mapside generate --help` lists the names."
            )
        try:
            said[BY_NAME[name].name] = BY_NAME[name].read(value)
        except ValueError as error:
            raise EngineRefusedError(f"{file}: {name} {error}.") from None
    return said


def wishes_of(said: Mapping[str, Any]) -> Wishes:
    wished = {option.wish: said[option.name] for option in OPTIONS if option.wish and option.name in said}
    return Wishes(**wished, is_greedy=not said.get("do_sample", True))


def words_of(said: Mapping[str, Any]) -> list[str]:
    """The same as arguments of `mapside generate`."""
    words: list[str] = []
    for option in OPTIONS:
        if option.name not in said:
            continue
        value = said[option.name]
        if option.is_switch:
            words.append(f"--{option.name}" if value else f"--no-{option.name}")
        elif isinstance(value, Mode):
            words += [f"--{option.name}", value.name.lower()]
        elif isinstance(value, tuple):
            words += [f"--{option.name}", ",".join(value)]
        elif isinstance(value, float):
            words += [f"--{option.name}", str(int(value)) if value == int(value) else repr(value)]
        else:
            words += [f"--{option.name}", str(value)]
    return words
