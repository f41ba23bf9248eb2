"""`mapside models`: which models there are, what they are allowed to be used for, and how to get one."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.filesize import decimal
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table

from daemon.commands.asking import EngineRefusedError, ask_once
from daemon.commands.report import dumped
from daemon.settings import load_settings
from engine import jobs
from engine.beatmap.objects import Mode
from engine.service import ListModels, Models, PullModel, RemoveModel

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from engine.service import Answer, ModelInfo

EXIT_INTERRUPTED: Final = 130
JSON_SHAPE: Final = 1
WIDE: Final = 240
"""Columns where nobody looks: a table in a file or a pipe is not broken."""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "what", nargs="?", choices=("list", "pull", "remove"), default="list", help="list them if left out"
    )
    parser.add_argument("name", nargs="?", help="the model to pull or remove")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")


def models(arguments: Namespace) -> int:
    if arguments.what == "list":
        if arguments.name:
            raise EngineRefusedError(
                f"`mapside models list` takes no name: did you mean pull {arguments.name}?"
            )
        return _list(_asked(ListModels()), as_json=arguments.json)
    if not arguments.name:
        raise EngineRefusedError(f"Say which model: `mapside models {arguments.what} NAME`.")
    if arguments.what == "pull":
        return _pull(arguments.name, as_json=arguments.json)
    after = _asked(RemoveModel(arguments.name))
    if arguments.json:
        sys.stdout.write(dumped(_as_object(after)))
    else:
        sys.stdout.write(f"{arguments.name} is removed.\n")
    return 0


def _asked(request: ListModels | RemoveModel) -> Models:
    return _expected(ask_once(request))


def _expected(answer: Answer | None) -> Models:
    if not isinstance(answer, Models):
        raise EngineRefusedError("The engine gave no list of models; `mapside doctor` may say why.")
    return answer


def _pull(name: str, *, as_json: bool) -> int:
    """Ctrl+C leaves what has come: the next pull goes on from there."""
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    done_bytes = 0.0
    with bar:
        task = bar.add_task(name, total=None)

        def show(said: jobs.Progress | Answer) -> None:
            nonlocal done_bytes
            if isinstance(said, jobs.Progress):
                done_bytes = said.done
                bar.update(task, completed=said.done, total=said.total or None)

        try:
            after = _expected(ask_once(PullModel(name), show))
        except KeyboardInterrupt:
            bar.stop()
            sys.stderr.write(
                f"mapside: stopped. {decimal(int(done_bytes))} of {name} are kept; "
                f"`mapside models pull {name}` goes on from there.\n"
            )
            return EXIT_INTERRUPTED
    if as_json:
        sys.stdout.write(dumped(_as_object(after)))
    else:
        sys.stdout.write(f"{name} is here and ready.\n")
    return 0


def _list(answer: Models, *, as_json: bool) -> int:
    if as_json:
        sys.stdout.write(dumped(_as_object(answer)))
        return 0
    chosen = load_settings().engine.model
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("", "Model", "", "Modes", "Size", "Licence", "State"):
        table.add_column(heading, justify="right" if heading == "Size" else "left", overflow="fold")
    for info in answer.models:
        table.add_row(*_row(info, is_chosen=info.name == chosen))
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = WIDE
    console.print(table)
    for info in answer.models:
        if info.note:
            console.print(f"{info.name}: {info.note}", soft_wrap=True)
    if chosen not in [info.name for info in answer.models]:
        console.print(f"Chosen in the settings: {chosen}", soft_wrap=True)
    return 0


def _row(info: ModelInfo, *, is_chosen: bool) -> tuple[str, ...]:
    return (
        "*" if is_chosen else "",
        info.name,
        info.title,
        ", ".join(_mode_names(info)),
        decimal(info.size_bytes) if info.size_bytes else "",
        info.licence,
        _state(info),
    )


def _state(info: ModelInfo) -> str:
    if info.state == "partial" and info.size_bytes:
        return f"{info.done_bytes / info.size_bytes:.0%} downloaded"
    words = {"absent": "not downloaded", "complete": "ready", "local": "ready", "partial": "in part"}
    return words.get(info.state, info.state)


def _mode_names(info: ModelInfo) -> list[str]:
    return [Mode(mode).name.lower() for mode in info.modes]


def _as_object(answer: Models) -> dict[str, Any]:
    return {
        "shape": JSON_SHAPE,
        "chosen": load_settings().engine.model,
        "models": [{**asdict(info), "modes": _mode_names(info)} for info in answer.models],
    }
