"""`mapside generate`: a section of a map, or a whole one, written by a model, without tray or browser."""

from __future__ import annotations

import shlex
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from daemon import paths
from daemon.commands.asking import Conversation, EngineRefusedError, ask
from daemon.commands.generate_options import told, words_of
from daemon.commands.generate_orders import order_of
from daemon.commands.generate_questions import Questions, Terminal
from daemon.commands.generate_results import Finished, save
from daemon.commands.maps import MapReadError, read_map
from daemon.console import can_ask, say
from daemon.settings import load_settings, save_setting
from daemon.writing.disclosure import DISCLOSURE
from engine import jobs
from engine.beatmap.objects import Mode
from engine.service import Candidate, Describe, Described, ListModels, Models, Pace, WrittenMap

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterator

    from daemon.commands.generate_orders import Order
    from engine.host import Engine
    from engine.service import Answer

Expected = TypeVar("Expected")

EXIT_HELP: Final = """\
Names are Mapperatorinator's, as flags or in a TOML file (--config). Without any, it asks.

exit code:
  0  the map is written, or nothing was to be done
  3  it was not: the sentence says why"""
IN_SHORT: Final = DISCLOSURE.splitlines()[0]


def generate(arguments: Namespace) -> int:
    said = told(arguments)
    with Conversation() as talk:
        if not said and not arguments.config:
            said = _asked_for(talk)
            if not said:
                return 0
        _disclose(may_ask=not arguments.yes)
        order = order_of(said, arguments)
        finished = talk.run(_write(talk.engine, order, said))
    for remark in finished.remarks:
        sys.stderr.write(f"mapside: {remark}\n")
    sys.stdout.write(f"{finished.file}\n")
    sys.stderr.write(f"mapside: {finished.sentence} Seed {order.seed} writes it again.\n")
    return 0


# What is asked before.


def _asked_for(talk: Conversation) -> dict[str, Any]:
    if not can_ask():
        raise EngineRefusedError(
            "Say what to write: `mapside generate --audio_path SONG` or --beatmap_path MAP; --help says more."
        )
    settings = load_settings()
    chosen = settings.writing.model or settings.engine.model
    here = _models_here(talk, chosen)
    if not here:
        raise EngineRefusedError(
            "No model that writes is on this machine: `mapside models pull v32` gets one."
        )
    questions = Questions(
        Terminal(input, say),
        models=here,
        chosen=chosen,
        describe=lambda model, mode: _described(talk, model, mode),
        mode_of=_mode_of,
    )
    try:
        said = questions.ask()
        sys.stdout.write(f"\nThe same as:\n  {_as_command(['mapside', 'generate', *words_of(said)])}\n")
        answer = input("Write it? (y/n) [y]: ").strip().lower()
    except EOFError:
        return {}
    return said if answer in ("", "y", "yes") else {}


def _models_here(talk: Conversation, chosen: str) -> dict[str, tuple[int, ...]]:
    """Those that write, with the modes they know. A folder is on no list."""
    listed = _expected(talk.ask(ListModels()), Models).models
    here = {
        info.name: info.modes
        for info in listed
        if info.state in ("complete", "local") and "generate" in info.purposes
    }
    if chosen not in [info.name for info in listed] and Path(chosen).is_dir():
        here[chosen] = _described(talk, chosen, Mode.OSU).modes
    return here


def _described(talk: Conversation, model: str, mode: Mode) -> Described:
    return _expected(talk.ask(Describe(model=model, mode=int(mode))), Described)


def _mode_of(path: Path) -> Mode:
    try:
        return read_map(path)[1].beatmap.mode
    except MapReadError as error:
        raise ValueError(f"map {error}") from error


def _disclose(*, may_ask: bool) -> None:
    """Once it has been read, nothing more is said of it; where nobody can be asked, it is said each time."""
    if load_settings().writing.disclosed:
        return
    if not may_ask or not can_ask():
        sys.stderr.write(f"mapside: {IN_SHORT}\n")
        return
    sys.stdout.write(f"\n{DISCLOSURE}\n\n")
    try:
        is_read = input("Have you read this, and is something to be written? (y/n) [n]: ")
    except EOFError:
        is_read = ""
    if not is_read.strip().lower().startswith("y"):
        raise EngineRefusedError("Nothing was written.")
    save_setting(paths.settings_file(), "writing.disclosed", value=True)


# The writing.


async def _write(engine: Engine, order: Order, said: dict[str, Any]) -> Finished:
    with _bar() as show:
        answer = await ask(engine, order.request, show)
        if not isinstance(answer, (Candidate, WrittenMap)) or not answer.complete:
            raise EngineRefusedError("The engine ended before it was done: nothing was written. Try again.")
        return await save(order, answer, said)


@contextmanager
def _bar() -> Iterator[Callable[[jobs.Progress | Answer], None]]:
    """Windows, tokens per second and the time left, on standard error."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[pace]}")
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Starting", total=None, pace="")

        def show(said: jobs.Progress | Answer) -> None:
            if isinstance(said, Pace):
                total = said.total or None
                bar.update(
                    task, completed=said.done, total=total, description=said.doing, pace=_in_words(said)
                )
            elif isinstance(said, jobs.Progress):
                bar.update(task, description=said.doing)

        yield show


def _in_words(pace: Pace) -> str:
    if not pace.ids_per_s:
        return f"{pace.ids} tokens"
    left = "" if pace.left_s is None else f", {_minutes(pace.left_s)} left"
    return f"{pace.ids} tokens, {pace.ids_per_s:.0f} tokens/s{left}"


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def _as_command(words: list[str]) -> str:
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)


def _expected(answer: Answer | None, kind: type[Expected]) -> Expected:
    if not isinstance(answer, kind):
        raise EngineRefusedError("The engine gave no answer; `mapside doctor` may say why.")
    return answer
