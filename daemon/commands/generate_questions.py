"""`mapside generate` without arguments: asks step by step, with defaults, for what flags would say.

Only what the model understands is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from daemon.commands.generate_options import BY_NAME
from engine.beatmap.objects import Mode
from engine.beatmap.timestamps import parse_timestamp, timestamps_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from engine.service import Described

T = TypeVar("T")

WHOLE, SECTION, HIT_SOUNDS, GUEST = (
    "a new difficulty of its song",
    "a section of it anew",
    "hit sounds for it",
    "a guest's difficulty beside it",
)
ONE_BY_ONE: Final = ("difficulty", "year", "mapper_id", "keycount", "hold_note_ratio", "scroll_speed_ratio")
"""Asked by their names where the model understands them; empty: nothing is wished."""
MOST_NAMES_SHOWN: Final = 12


@dataclass(slots=True)
class Terminal:
    """Where questions go and answers come from."""

    read: Callable[[str], str]
    """Raises EOFError where nothing more will come."""
    show: Callable[[str], None]


@dataclass(slots=True)
class Questions:
    terminal: Terminal
    models: Mapping[str, tuple[int, ...]]
    """Those on this machine that can write, with the modes that they know."""
    chosen: str
    describe: Callable[[str, Mode], Described]
    mode_of: Callable[[Path], Mode]
    """Of a .osu. Raises ValueError with the rest of a sentence."""
    said: dict[str, Any] = field(default_factory=dict)

    def ask(self) -> dict[str, Any]:
        source = self._valid("A song, or a .osu to go by", "", _existing_file)
        is_map = source.suffix.lower() == ".osu"
        self.said["beatmap_path" if is_map else "audio_path"] = source
        self.said["model"] = self._model()
        mode = self.mode_of(source) if is_map else self._mode()
        described = self.describe(self.said["model"], mode)
        if is_map:
            self._ask_what(described)
        elif "timing" in described.written:
            self._switch("super_timing", "Hear the beats many times over? Slow; for songs of uneven tempo")
        self._ask_how(described)
        if not self.said.get("add_to_beatmap"):
            self._switch("export_osz", "Write a .osz with the song in it?")
        return self.said

    def _model(self) -> str:
        names = list(self.models)
        default = self.chosen if self.chosen in names else names[0]
        if len(names) == 1:
            self.terminal.show(f"Model: {names[0]}")
            return names[0]
        return self._one_of("Which model", names, names.index(default))

    def _mode(self) -> Mode:
        names = [Mode(mode).name.lower() for mode in self.models[self.said["model"]]]
        mode = Mode[(names[0] if len(names) == 1 else self._one_of("Which mode", names, 0)).upper()]
        self.said["gamemode"] = mode
        return mode

    def _ask_what(self, described: Described) -> None:
        possible = [WHOLE, SECTION]
        possible += [HIT_SOUNDS] * ("all but hitsounds" in described.keeps and "no_hs" in described.given)
        possible += [GUEST] * ("gd" in described.given)
        what = self._one_of("What to write", possible, 0)
        if what == SECTION:
            self._ask_section()
        elif what == HIT_SOUNDS:
            self.said["in_context"] = ("no_hs", "timing")
        elif what == GUEST:
            self.said["in_context"] = ("gd", "timing")
        else:
            self.said["in_context"] = ("timing",)

    def _ask_section(self) -> None:
        self.said["add_to_beatmap"] = True
        start_ms, end_ms = self._valid("From (00:10:000, or ms; or a whole range)", "", _range_ms)
        self.said["start_time"] = start_ms
        self.said["end_time"] = self._valid("To", "", self._later_ms) if end_ms is None else end_ms
        self._switch(
            "overwrite_reference_beatmap", "Save over the map? A backup is kept. Else a new difficulty"
        )

    def _later_ms(self, text: str) -> float:
        end_ms = _moment_ms(text)
        if end_ms <= self.said["start_time"]:
            raise ValueError("must come after the beginning")
        return end_ms

    def _ask_how(self, described: Described) -> None:
        self.terminal.show("Enter leaves things as they are.")
        is_section = self.said.get("add_to_beatmap")
        known = {*described.wishes, *(() if is_section else described.settings)}
        for name in ONE_BY_ONE:
            option = BY_NAME[name]
            if option.wish in known:
                self._wish(name, f"{option.help[0].upper()}{option.help[1:]}", option.read)
        if described.descriptors and "descriptors" in described.wishes:
            names = described.descriptors
            self.terminal.show(f"It knows {len(names)} descriptors: {', '.join(names[:MOST_NAMES_SHOWN])}, …")
            self._wish("descriptors", "Descriptors, with commas", lambda text: _known(text, names))
        self._wish("seed", "Seed (drawn if left out)", BY_NAME["seed"].read)

    def _wish(self, name: str, question: str, read: Callable[[str], Any]) -> None:
        value = self._valid(question, "", lambda text: read(text) if text else None)
        if value is not None:
            self.said[name] = value

    def _switch(self, name: str, question: str) -> None:
        if self._yes(question, default=False):
            self.said[name] = True

    def _yes(self, question: str, *, default: bool) -> bool:
        return self._valid(f"{question} (y/n)", "y" if default else "n", _yes_or_no)

    def _one_of(self, question: str, choices: Sequence[str], default: int) -> str:
        for number, choice in enumerate(choices, 1):
            self.terminal.show(f"  {number}  {choice}")
        return self._valid(question, str(default + 1), lambda text: _choice(text, choices))

    def _valid(self, question: str, default: str, read: Callable[[str], T]) -> T:
        """Asks until the answer can be read."""
        while True:
            answer = (
                self.terminal.read(f"{question}{f' [{default}]' if default else ''}: ").strip() or default
            )
            try:
                return read(answer)
            except ValueError as error:
                self.terminal.show(f"  That {error}.")


def _existing_file(text: str) -> Path:
    path: Path = BY_NAME["audio_path"].read(text)
    if not path.is_file():
        raise ValueError(f"is no file that can be found: {path}")
    return path


def _range_ms(text: str) -> tuple[float, float | None]:
    """Its end is None where only the beginning was said."""
    times = sorted({time_ms for time_ms, _ in timestamps_in(text)})
    return (times[0], times[-1]) if len(times) > 1 else (_moment_ms(text), None)


def _moment_ms(text: str) -> float:
    """A bare number is milliseconds, as the game takes it too."""
    moment = parse_timestamp(text)
    if moment is None:
        raise ValueError("is neither a timestamp of the editor nor a number of milliseconds")
    return moment[0]


def _yes_or_no(text: str) -> bool:
    if text.lower() not in ("y", "yes", "n", "no"):
        raise ValueError("is neither y nor n")
    return text.lower().startswith("y")


def _choice(text: str, choices: Sequence[str]) -> str:
    if text in choices:
        return text
    if not text.isdigit() or not 1 <= int(text) <= len(choices):
        raise ValueError(f"is none of the numbers 1 to {len(choices)}")
    return choices[int(text) - 1]


def _known(text: str, names: Sequence[str]) -> tuple[str, ...]:
    wanted: tuple[str, ...] = BY_NAME["descriptors"].read(text)
    for name in wanted:
        if name not in names:
            alike = [known for known in names if name.lower() in known.lower()][:MOST_NAMES_SHOWN]
            rest = f"; it knows {', '.join(alike)}" if alike else ""
            raise ValueError(f"names {name!r}, which the model does not know{rest}")
    return wanted
